"""Nearest neighbours of unit vectors, and the graph of likeness that layout and clusters are read from.

Exact, in blocks, with numpy alone: the usual libraries compile code when they are imported, which
takes longer than the work. Knows no texts.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Graph = Any
"""A symmetric scipy CSR matrix of likeness, between 0 and 1; scipy has no types."""

NEIGHBOURS = 12
_CELLS = 16_000_000
"""Similarities held at once: 64 MB."""
_HALVINGS = 40
_USE_CASE = 1.5


class Likeness(NamedTuple):
    """The graph, and how far from each point its nearest of the same kind are on average, as a share of how
    far any two of that kind are."""

    graph: Graph
    away: Floats


def neighbours(vectors: Floats, k: int = NEIGHBOURS, among: Floats | None = None) -> tuple[Ints, Floats]:
    """The k nearest rows of `among` for each vector, nearest first, and their cosine distances.

    Without `among`: of the vectors themselves, no row being its own neighbour. k shrinks to what there is.
    """
    others = vectors if among is None else among
    k = max(0, min(k, len(others) - (among is None)))
    indices = np.empty((len(vectors), k), np.int64)
    distances = np.empty((len(vectors), k), np.float32)
    step = max(1, _CELLS // max(1, len(others)))
    for start in range(0, len(vectors), step):
        likeness = vectors[start : start + step] @ others.T
        rows = np.arange(len(likeness))
        if among is None:
            likeness[rows, rows + start] = -np.inf
        nearest = np.argpartition(likeness, -k, axis=1)[:, -k:] if k else np.empty((len(rows), 0), np.int64)
        values = np.take_along_axis(likeness, nearest, axis=1)
        # Ties go to the lower row, so that the same vectors always give the same graph.
        order = np.lexsort((nearest, -values), axis=1)
        indices[start : start + step] = np.take_along_axis(nearest, order, axis=1)
        distances[start : start + step] = 1 - np.take_along_axis(values, order, axis=1)
    return indices, np.maximum(distances, 0)


def likeness(vectors: Floats, short: NDArray[np.bool_]) -> Likeness:
    """The graph of likeness over all vectors; `short` marks labels, which are no whole texts.

    To a model short labels are all alike, and unlike any text. So each label has half of its neighbours
    among the labels and half among the texts: it stands by what it is about.
    """
    labels, texts = np.flatnonzero(short), np.flatnonzero(~short)
    away = np.zeros(len(vectors), np.float32)
    if not len(labels) or not len(texts):
        nearest, distances = neighbours(vectors)
        away[:] = _share(distances, vectors)
        return Likeness(_symmetric([_edges(nearest, distances, np.arange(len(away)))], len(away)), away)
    half = NEIGHBOURS // 2
    among_texts, among_labels = neighbours(vectors[texts]), neighbours(vectors[labels], half)
    across_indices, across = neighbours(vectors[labels], half, vectors[texts])
    parts = [_edges(texts[across_indices], across, labels)]
    for rows, (nearest, distances) in ((texts, among_texts), (labels, among_labels)):
        parts.append(_edges(rows[nearest], distances, rows))
        away[rows] = _share(distances, vectors[rows])
    return Likeness(_symmetric(parts, len(vectors)), away)


def _share(distances: Floats, vectors: Floats) -> Floats:
    middle = vectors.mean(axis=0)
    usual = max(1 - float(middle @ middle), 1e-3)
    found: Floats = distances.sum(axis=1) / (usual * max(1, distances.shape[1]))
    return found


def aligned(vectors: Floats, short: NDArray[np.bool_]) -> Floats:
    """The vectors with labels and texts each around their own middle, where there are both."""
    if short.all() or not short.any():
        return vectors
    moved = vectors.copy()
    for part in (short, ~short):
        moved[part] -= vectors[part].mean(axis=0)
    unit: Floats = moved / np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-6)
    return unit


def together(parts: Floats) -> Floats:
    """One vector for labels that stand together: the use case, the first, counts more than all skills."""
    if len(parts) == 1:
        alone: Floats = parts[0]
        return alone
    whole = _USE_CASE * parts[0] + parts[1:].mean(axis=0)
    unit: Floats = whole / max(float(np.linalg.norm(whole)), 1e-6)
    return unit


def _edges(indices: Ints, distances: Floats, sources: Ints) -> tuple[Ints, Ints, Floats]:
    """Edges to neighbours: 1 to the nearest, falling off at each point's own scale.

    The scale is such that a point's edges sum to log2 k, as in McInnes et al. (2018), section 3.1.
    """
    count, k = indices.shape
    if not count or not k:
        return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.float32)
    beyond = np.maximum(distances - distances[:, :1], 0).astype(np.float64)
    low, high, scale = np.zeros(count), np.full(count, np.inf), np.ones(count)
    for _ in range(_HALVINGS):
        above = np.exp(-beyond / scale[:, None]).sum(axis=1) > np.log2(k)
        high, low = np.where(above, scale, high), np.where(above, low, scale)
        scale = np.maximum(np.where(np.isinf(high), scale * 2, (low + high) / 2), 1e-6)
    weights = np.exp(-beyond / scale[:, None]).astype(np.float32)
    return np.repeat(sources, k), indices.ravel(), weights.ravel()


def _symmetric(parts: list[tuple[Ints, Ints, Floats]], count: int) -> Graph:
    """One graph of all edges; an edge that either end has is there, stronger where both have it."""
    sources, targets, weights = (np.concatenate(column) for column in zip(*parts, strict=True))
    directed = sparse.csr_matrix((weights, (sources, targets)), shape=(count, count), dtype=np.float32)
    back = directed.T.tocsr()
    both = (directed + back - directed.multiply(back)).tocsr()
    both.sum_duplicates()
    both.eliminate_zeros()
    return both
