"""Which clusters there are: several readings of density, of which the graph of likeness agrees with one most.

The measure is modularity (Newman and Girvan 2004) on the neighbour graph; on labelled texts it ranks
readings nearly as agreement with the labels does, and needs none. Knows neither texts nor names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import linear_sum_assignment

from codeclm.atlas import density
from codeclm.atlas.graph import Floats, Graph, Ints
from codeclm.atlas.layout import principal, settle

DIMENSIONS = 5
"""Of the space in which density is measured: room enough to keep clusters apart."""
FEWEST = 3
_SIZES = (3, 4, 5, 7, 10, 15, 20, 30, 50, 80, 120)
_SAMPLES = (1, 3)
_MOST_SHARE = 5
"""A cluster may need at most the fifth part of all points."""
_GRAIN = 2.0
"""The resolution of modularity: at 1 it joins small topics; 2 agrees best with labels."""
_TRIES = 3
_FEW = 3_000
"""Points under which a space costs little."""
_ROUNDS = 3
SAME = 0.34
"""Members shared, of both together, from which a new cluster is an old one (Jaccard)."""


def find(graph: Graph, vectors: Floats, weights: NDArray[np.float64], seed: int = 0) -> tuple[Floats, Ints]:
    """The points in the space in which density is measured, and a cluster's number for each.

    The heaviest cluster is the first; −1: unclustered. Where it costs little, several spaces are tried.
    """
    tries = [_read(graph, vectors, weights, seed + at) for at in range(_TRIES if len(vectors) < _FEW else 1)]
    _, points, labels = max(tries, key=lambda found: found[0])
    return points, _by_weight(labels, weights)


def _read(
    graph: Graph, vectors: Floats, weights: NDArray[np.float64], seed: int
) -> tuple[float, Floats, Ints]:
    """One space, and of the readings of its density the one that the graph agrees with most."""
    points = settle(graph, principal(vectors, DIMENSIONS), seed)
    highest, best = -np.inf, np.full(len(points), -1)
    for labels in _readings(points, weights):
        attached = _attach(graph, labels)
        if (agreement := modularity(graph, attached)) > highest:
            highest, best = agreement, attached
    return highest, points, best


def _readings(points: Floats, weights: NDArray[np.float64]) -> Iterator[Ints]:
    if len(points) < 2 * FEWEST:
        return
    total = float(weights.sum())
    for samples in _SAMPLES:
        tree = density.tree(points, weights, samples)
        for size in _SIZES:
            if size <= max(FEWEST, total / _MOST_SHARE):
                yield density.read(tree, size, "mass")
                yield density.read(tree, size, "leaf")


def modularity(graph: Graph, labels: Ints) -> float:
    """How much more of the graph lies within clusters than by chance; the unclustered stand alone."""
    alone = labels < 0
    filled = labels.copy()
    filled[alone] = labels.max(initial=-1) + 1 + np.arange(alone.sum())
    rows = np.repeat(np.arange(graph.shape[0]), np.diff(graph.indptr))
    total = float(graph.data.sum()) or 1.0
    inside = float(graph.data[filled[rows] == filled[graph.indices]].sum())
    degrees = np.bincount(filled[rows], graph.data, filled.max(initial=-1) + 1)
    return inside / total - _GRAIN * float(np.square(degrees / total).sum())


def _attach(graph: Graph, labels: Ints) -> Ints:
    """Points between clusters join the one to which more than half of their likeness leads."""
    labels = labels.copy()
    for _ in range(_ROUNDS):
        loose = np.flatnonzero(labels < 0)
        fixed = np.flatnonzero(labels >= 0)
        if not len(loose) or not len(fixed):
            break
        shape = (len(labels), int(labels.max()) + 1)
        members = sparse.csr_matrix((np.ones(len(fixed)), (fixed, labels[fixed])), shape=shape)
        led = (graph[loose] @ members).toarray()
        most = led.argmax(axis=1)
        joins = led[np.arange(len(loose)), most] * 2 > np.asarray(graph[loose].sum(axis=1)).ravel()
        if not joins.any():
            break
        labels[loose[joins]] = most[joins]
    return labels


def _by_weight(labels: Ints, weights: NDArray[np.float64]) -> Ints:
    """The same clusters, numbered from the heaviest on."""
    if labels.max(initial=-1) < 0:
        return labels
    heavy = np.bincount(labels[labels >= 0], weights[labels >= 0])
    rank = np.empty(len(heavy), np.int64)
    rank[np.argsort(-heavy, kind="stable")] = np.arange(len(heavy))
    return np.where(labels >= 0, rank[labels], -1)


def same(old: Mapping[str, int], new: Mapping[str, int]) -> dict[int, int]:
    """Which old cluster each new one goes on: the pairing that shares most members, where it shares enough.

    Both map a member to its cluster; only members of both are looked at. Unclustered members are left out.
    """
    shared = [(old[member], new[member]) for member in old.keys() & new.keys()]
    olds, news = sorted({pair[0] for pair in shared}), sorted({pair[1] for pair in shared})
    if not shared:
        return {}
    table = np.zeros((len(olds), len(news)))
    rows, columns = ({name: at for at, name in enumerate(names)} for names in (olds, news))
    for one, other in shared:
        table[rows[one], columns[other]] += 1
    # What one side alone knows, as members that came or went, says nothing about the other.
    union = table.sum(axis=1, keepdims=True) + table.sum(axis=0, keepdims=True) - table
    overlap = table / np.maximum(union, 1)
    pairs = zip(*linear_sum_assignment(-overlap), strict=True)
    return {news[column]: olds[row] for row, column in pairs if overlap[row, column] >= SAME}
