"""Clusters as dense regions that last (HDBSCAN; Campello et al. 2013), what lies between them unclustered.

The minimum spanning tree is taken over nearest neighbours, which keeps it fast at 50,000 points, and is
read at several smallest sizes at once. Points may have weights: how many records stand at each. Knows
neither texts nor how a reading is chosen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components, minimum_spanning_tree
from scipy.spatial import cKDTree

from codeclm.atlas.graph import Floats, Ints

Method = Literal["mass", "leaf"]
"""Which regions count: those of the greatest excess of mass, or the smallest ones."""

_REACH = 16
_LEAST = 1e-6
"""A distance below which points are one."""


@dataclass(frozen=True, slots=True)
class Tree:
    """A dendrogram: merge m joins nodes `left[m]` and `right[m]` at `height[m]` into node n + m.

    `order` lists the points so that those under a node stand together, from `start` on.
    """

    left: Ints
    right: Ints
    height: NDArray[np.float64]
    weight: NDArray[np.float64]
    order: Ints
    start: Ints
    count: Ints


def tree(points: Floats, weights: NDArray[np.float64], samples: int) -> Tree:
    """The dendrogram of mutual reachability; `samples`: neighbours that make a point's surroundings dense."""
    sources, targets, lengths = _spanning(points, samples)
    count = len(points)
    order = np.lexsort((targets, sources, lengths))
    left, right = np.empty(count - 1, np.int64), np.empty(count - 1, np.int64)
    height = np.empty(count - 1, np.float64)
    weight = np.concatenate([weights, np.zeros(count - 1)])
    below = np.concatenate([np.ones(count, np.int64), np.zeros(count - 1, np.int64)])
    parent, top = list(range(count)), list(range(count))
    for merge, edge in enumerate(order.tolist()):
        one, other = _root(parent, int(sources[edge])), _root(parent, int(targets[edge]))
        left[merge], right[merge], height[merge] = top[one], top[other], lengths[edge]
        weight[count + merge] = weight[top[one]] + weight[top[other]]
        below[count + merge] = below[top[one]] + below[top[other]]
        parent[other], top[one] = one, count + merge
    start = np.zeros(2 * count - 1, np.int64)
    for merge in range(count - 2, -1, -1):
        start[left[merge]] = start[count + merge]
        start[right[merge]] = start[count + merge] + below[left[merge]]
    return Tree(left, right, height, weight, np.argsort(start[:count], kind="stable"), start, below)


def _root(parent: list[int], node: int) -> int:
    while parent[node] != node:
        parent[node] = parent[parent[node]]
        node = parent[node]
    return node


def _spanning(points: Floats, samples: int) -> tuple[Ints, Ints, NDArray[np.float64]]:
    """The edges of a minimum spanning tree by mutual reachability, over nearest neighbours and bridges."""
    count = len(points)
    k = min(_REACH, count)
    distances, indices = cKDTree(points).query(points, k=k)
    distances, indices = np.reshape(distances, (count, k)), np.reshape(indices, (count, k))
    core = distances[:, min(samples, k) - 1]
    sources, targets = np.repeat(np.arange(count), k), indices.ravel()
    lengths = np.maximum(np.maximum(distances.ravel(), core[sources]), core[targets]) + _LEAST
    while True:
        graph = sparse.coo_matrix((lengths, (sources, targets)), shape=(count, count)).tocsr()
        # Both directions of an edge have one length, of which conversion must not make a sum.
        graph = graph.maximum(graph.T)
        parts, part = connected_components(graph, directed=False)
        if parts == 1:
            found = minimum_spanning_tree(graph).tocoo()
            return found.row.astype(np.int64), found.col.astype(np.int64), found.data
        bridges = _bridges(points, part, parts, core)
        sources, targets = np.append(sources, bridges[0]), np.append(targets, bridges[1])
        lengths = np.append(lengths, bridges[2])


def _bridges(
    points: Floats, part: Ints, parts: int, core: NDArray[np.float64]
) -> tuple[Ints, Ints, NDArray[np.float64]]:
    """From each part but the largest the shortest edge that leaves it."""
    found: list[tuple[int, int, float]] = []
    largest = int(np.bincount(part).argmax())
    for each in (each for each in range(parts) if each != largest):
        inside, outside = np.flatnonzero(part == each), np.flatnonzero(part != each)
        distance, nearest = cKDTree(points[outside]).query(points[inside])
        at = int(np.argmin(distance))
        one, other = int(inside[at]), int(outside[nearest[at]])
        found.append((one, other, max(float(distance[at]), core[one], core[other]) + _LEAST))
    ones, others, lengths = zip(*found, strict=True)
    return np.array(ones), np.array(others), np.array(lengths)


@dataclass(slots=True)
class _Region:
    parent: int
    birth: float
    node: int
    stability: float = 0.0
    children: tuple[int, ...] = ()


def read(found: Tree, least: float, method: Method) -> Ints:
    """A cluster's number for each point, −1 for none, where a cluster weighs at least `least`."""
    regions, home = _condense(found, least)
    chosen = _chosen(regions, method)
    names: list[int] = []
    fresh = 0
    for at, region in enumerate(regions):
        if at in chosen:
            names.append(fresh)
            fresh += 1
        else:
            names.append(names[region.parent] if region.parent >= 0 else -1)
    labels = np.empty(len(home), np.int64)
    labels[found.order] = np.array(names)[home]
    return labels


def _condense(found: Tree, least: float) -> tuple[list[_Region], Ints]:
    """The regions that stay heavy enough, parents first, and the last one that holds each point in order."""
    count = len(found.order)
    root = 2 * count - 2
    regions = [_Region(-1, 0.0, root)]
    home = np.zeros(count, np.int64)
    waiting = [(root, 0)]
    while waiting:
        node, at = waiting.pop()
        region = regions[at]
        begin = found.start[node]
        home[begin : begin + found.count[node]] = at
        if node < count:
            # One point heavy enough to be a cluster: it lasts as long as points are told apart.
            region.stability += (1 / _LEAST**0.5 - region.birth) * found.weight[node]
            continue
        rate = 1 / found.height[node - count]
        halves = (int(found.left[node - count]), int(found.right[node - count]))
        heavy = [half for half in halves if found.weight[half] >= least]
        if len(heavy) == 2:
            region.stability += (rate - region.birth) * found.weight[node]
            region.children = (len(regions), len(regions) + 1)
            for half in halves:
                waiting.append((half, len(regions)))
                regions.append(_Region(at, rate, half))
            continue
        lost = found.weight[node] - sum(found.weight[half] for half in heavy)
        region.stability += (rate - region.birth) * lost
        waiting += [(half, at) for half in heavy]
    return regions, home


def _chosen(regions: list[_Region], method: Method) -> set[int]:
    """The regions that are clusters; never the whole."""
    if method == "leaf":
        return {at for at, region in enumerate(regions) if not region.children and at}
    chosen: set[int] = set()
    best = [region.stability for region in regions]
    for at in range(len(regions) - 1, 0, -1):
        inside = sum(best[child] for child in regions[at].children)
        if regions[at].children and inside > best[at]:
            best[at] = inside
        else:
            chosen.add(at)
    return {at for at in chosen if not _under(regions, at, chosen)}


def _under(regions: list[_Region], at: int, chosen: set[int]) -> bool:
    above = regions[at].parent
    while above >= 0:
        if above in chosen:
            return True
        above = regions[above].parent
    return False
