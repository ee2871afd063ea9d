"""Which clusters there are: regions of the graph of likeness that keep more of it within than chance would.

How much more is modularity (Newman and Girvan 2004), made as large as it goes in the way of Blondel et al.
(2008): points move to the region that they are most drawn to, then regions do. As each point's edges are
scaled by how dense its surroundings are, a region is dense for where it lies. Unclustered is what lies where
points are sparse, and what is drawn to many regions and to none of them much. Knows neither texts nor names.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import linear_sum_assignment

from codeclm.atlas.graph import Floats, Graph, Ints

FEWEST = 3
"""Records that make a cluster."""
_GRAIN = 2.0
"""The resolution of modularity: at 1 it joins small topics; 2 agrees best with labels."""
_LEAST = 0.25
"""Of a point's likeness the share that leads into its region; with less it is unclustered."""
_FAR, _BEYOND = 0.9, 0.4
"""Alone is what is further from its nearest than so many of all are, by so much of the way from the middle
one to there: at most a tenth, and nothing where all are as far."""
_NEAR = 0.5
"""What is nearer to its nearest than this share of how far any two are is not alone."""
_TRIES, _FEW = 8, 3_000
"""How often it is tried where points are few, which costs little."""
_ROUNDS = 60
_GAIN = 1e-9
SAME = 0.34
"""Members shared, of both together, from which a new cluster is an old one (Jaccard)."""


def find(graph: Graph, weights: NDArray[np.float64], lonely: NDArray[np.bool_], seed: int = 0) -> Ints:
    """A cluster's number for each point, that of most records first; −1: unclustered.

    `weights`: how many records each point stands for; `lonely`: which are to be in no cluster, unless they
    stand for enough records to be one.
    """
    if graph.shape[0] < 2 * FEWEST:
        return np.full(graph.shape[0], -1)
    tries = [regions(graph, seed + at) for at in range(_TRIES if graph.shape[0] < _FEW else 1)]
    labels = max(tries, key=lambda found: modularity(graph, found))
    own = np.bincount(_sources(graph), graph.data * _within(graph, labels), len(labels))
    loose = own < _LEAST * np.asarray(graph.sum(axis=1)).ravel()
    return _by_weight(np.where(loose | (lonely & (weights < FEWEST)), -1, labels), weights)


def alone(away: Floats, short: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which points lie where points are sparse: `away` as a `Likeness` has it.

    Labels (`short`) are compared with labels, and texts with texts.
    """
    found = np.zeros(len(away), bool)
    for kind in (short, ~short):
        if kind.any():
            middle, far = np.quantile(away[kind].astype(np.float64), (0.5, _FAR))
            found[kind] = away[kind] > max(_NEAR, far + _BEYOND * (far - middle))
    return found


def regions(graph: Graph, seed: int) -> Ints:
    """A region's number for each point: points are moved, then the regions of the last round, and so on."""
    dice = np.random.default_rng(seed)
    graph = graph.astype(np.float64)
    found = np.arange(graph.shape[0])
    while True:
        labels = _moved(graph, dice)
        found = labels[found]
        count = int(labels.max()) + 1
        if count == graph.shape[0]:
            return found
        members = _members(labels)
        graph = (members.T @ graph @ members).tocsr()


def modularity(graph: Graph, labels: Ints) -> float:
    """How much more of the graph lies within regions than by chance."""
    total = float(graph.data.sum()) or 1.0
    degrees = np.bincount(labels, np.asarray(graph.sum(axis=1)).ravel())
    inside = float((graph.data * _within(graph, labels)).sum())
    return inside / total - _GRAIN * float(np.square(degrees / total).sum())


def _moved(graph: Graph, dice: np.random.Generator) -> Ints:
    """Each node by itself at first; then, again and again, to the region that gains most by it.

    All at once, so that whole arrays are moved; of those that would move only half do, as two could else
    change places for ever.
    """
    count = graph.shape[0]
    degree = np.asarray(graph.sum(axis=1)).ravel()
    total = float(degree.sum()) or 1.0
    others = graph - sparse.diags(graph.diagonal(), format="csr")
    others.eliminate_zeros()
    labels = np.arange(count)
    for _ in range(_ROUNDS):
        led = (others @ _members(labels)).tocsr()
        rows, columns = _sources(led), led.indices
        inside = columns == labels[rows]
        weight = np.bincount(labels, degree, count)
        gain = led.data - _GRAIN * degree[rows] * (weight[columns] - degree[rows] * inside) / total
        now = -_GRAIN * degree * (weight[labels] - degree) / total
        now[rows[inside]] = gain[inside]
        best = np.full(count, -np.inf)
        linked = np.flatnonzero(np.diff(led.indptr))
        best[linked] = np.maximum.reduceat(gain, led.indptr[linked]) if len(linked) else 0.0
        better = best > now + _GAIN
        if not better.any():
            break
        goes = better & (dice.random(count) < 0.5)
        chosen = np.flatnonzero(goes[rows] & (gain == best[rows]))
        labels[rows[chosen]] = columns[chosen]
    return np.unique(labels, return_inverse=True)[1]


def _members(labels: Ints) -> Graph:
    """A row for each node, with a 1 in its region's column."""
    count = len(labels)
    return sparse.csr_matrix((np.ones(count), labels, np.arange(count + 1)), shape=(count, labels.max() + 1))


def _sources(graph: Graph) -> Ints:
    """Of each edge the node that it leads from."""
    return np.repeat(np.arange(graph.shape[0]), np.diff(graph.indptr))


def _within(graph: Graph, labels: Ints) -> NDArray[np.bool_]:
    """Which edges stay in a region."""
    found: NDArray[np.bool_] = labels[_sources(graph)] == labels[graph.indices]
    return found


def _by_weight(labels: Ints, weights: NDArray[np.float64]) -> Ints:
    """The same clusters, numbered from the heaviest on; those of too few records are none."""
    heavy = np.bincount(labels[labels >= 0], weights[labels >= 0], labels.max(initial=0) + 1)
    order = np.argsort(-heavy, kind="stable")
    rank = np.empty(len(heavy), np.int64)
    rank[order] = np.where(heavy[order] >= FEWEST, np.arange(len(heavy)), -1)
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
