"""Points in few dimensions from a graph of likeness: alike pulls together, all else drifts apart.

The forces are those of UMAP with the kernel of t-SNE, 1 / (1 + d²), applied to every edge at once, each
point's step divided by its own stiffness, so that whole arrays are moved instead of single points. Every
draw comes from one seed: the same graph gives the same picture.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import sparse

from codeclm.atlas.graph import Floats, Graph, Ints

ROUNDS = 200
_STRANGERS = 5
"""Random other points that push a point away, each round."""
_NEAR = 0.001
_SPREAD = 3.0
_SHARP = 0.05
"""Cosine distance over which a neighbour's pull on a new point falls to a third."""


def principal(vectors: Floats, dimensions: int) -> Floats:
    """The first principal components, with a spread that leaves room to move; a fixed sign each."""
    centred = vectors.astype(np.float64) - vectors.mean(axis=0, dtype=np.float64)
    _, axes = np.linalg.eigh(centred.T @ centred)
    chosen = axes[:, ::-1][:, :dimensions]
    largest = np.abs(chosen).argmax(axis=0)
    chosen = chosen * np.sign(chosen[largest, np.arange(chosen.shape[1])])
    found = centred @ chosen
    if found.shape[1] < dimensions:
        found = np.pad(found, ((0, 0), (0, dimensions - found.shape[1])))
    scaled: Floats = (found * (_SPREAD / max(float(found.std()), 1e-9))).astype(np.float32)
    return scaled


def settle(graph: Graph, start: Floats, seed: int = 0, rounds: int = ROUNDS) -> Floats:
    """Let the points find their places, from `start`, a row each."""
    count = graph.shape[0]
    if count < 3:
        return start
    places = start.astype(np.float32)
    rows = np.repeat(np.arange(count), np.diff(graph.indptr))
    pulls = (graph.data / graph.data.max()).astype(np.float32)
    stiffness = np.bincount(rows, pulls, count).astype(np.float32)[:, None]
    dice = np.random.default_rng(seed)
    for each in range(rounds):
        apart = places[rows] - places[graph.indices]
        strength = 2 * pulls / (1 + np.einsum("ij,ij->i", apart, apart))
        edges = sparse.csr_matrix((strength, graph.indices, graph.indptr), shape=graph.shape)
        force = edges @ places - np.bincount(rows, strength, count).astype(np.float32)[:, None] * places
        for _ in range(_STRANGERS):
            force += stiffness * _push(places - places[dice.permutation(count)])
        places += (1 - each / rounds) * force / np.maximum(2 * stiffness, _NEAR)
    return places


def _push(apart: Floats) -> Floats:
    square = np.einsum("ij,ij->i", apart, apart)[:, None]
    pushed: Floats = np.clip(2 * apart / ((_NEAR + square) * (1 + square)), -4, 4)
    return pushed


def between(places: Floats, indices: Ints, distances: Floats) -> Floats:
    """Where new points belong in an old layout, from their nearest old points; nothing old is moved.

    The nearest count by far the most, so that a point between two regions joins one of them.
    """
    pull = np.exp((distances[:, :1] - distances) / _SHARP)
    pull /= pull.sum(axis=1, keepdims=True)
    found: Floats = np.einsum("ij,ijd->id", pull, places[indices]).astype(np.float32)
    return found


def offsets(ids: Sequence[str], radius: float = 0.02) -> Floats:
    """A small shift for each record, from its id alone: records of one text do not hide each other."""
    keys = np.array([int(each[:8], 16) for each in ids], np.int64)
    angle = (keys % 65_536) * (2 * np.pi / 65_536)
    reach = radius * np.sqrt((keys >> 16) / 65_536)
    return np.column_stack((reach * np.cos(angle), reach * np.sin(angle))).astype(np.float32)
