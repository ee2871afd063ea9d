"""A map of texts: a place for each in the plane and a cluster, from their vectors.

What was drawn before is not moved: new texts find their places among the old ones. Clusters are found
anew each time, from all texts there are. Knows neither records nor names.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from codeclm.atlas import clusters
from codeclm.atlas.graph import NEIGHBOURS, Floats, Ints, aligned, likeness, neighbours
from codeclm.atlas.layout import between, principal, settle

DIMENSIONS = 5
"""Of the space that is flattened into the plane: in it, what is unlike can pass by."""
SIZE = 10.0
"""About how far the picture reaches from its middle, in its own units."""
Part = Literal["likeness", "clusters", "layout"]
"""Of the work: which texts are alike, what clusters they make, and where each stands."""
_FEWEST = 5
"""Texts from which an old map is worth keeping to."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A row for each text: its place, and its cluster (−1: none). `anew`: no old place was kept."""

    places: Floats
    labels: Ints
    anew: bool


def draw(
    vectors: Floats,
    short: NDArray[np.bool_],
    weights: NDArray[np.float64],
    old: Floats | None = None,
    seed: int = 0,
    begins: Callable[[Part], None] = lambda part: None,
) -> Drawn:
    """Draw a map. `short` marks labels; `weights`: records with each text; `old`: places, NaN where none.

    `begins` is told each part of the work as it comes to it.
    """
    count = len(vectors)
    if not count:
        return Drawn(np.zeros((0, 2), np.float32), np.zeros(0, np.int64), old is None)
    begins("likeness")
    vectors = aligned(vectors, short)
    graph, away = likeness(vectors, short)
    begins("clusters")
    labels = clusters.find(graph, weights, clusters.alone(away, short), seed)
    begins("layout")
    fixed = np.zeros(count, bool) if old is None else ~np.isnan(old).any(axis=1)
    if old is None or fixed.sum() < _FEWEST:
        deep = settle(graph, principal(vectors, DIMENSIONS), seed)
        flat = settle(graph, principal(deep, 2), seed)
        return Drawn(_sized(flat), labels, True)
    places = old.astype(np.float32)
    fresh = np.flatnonzero(~fixed)
    if len(fresh):
        nearest, distances = neighbours(vectors[fresh], NEIGHBOURS // 2, vectors[fixed])
        places[fresh] = between(old[fixed].astype(np.float32), nearest, distances)
    return Drawn(places, labels, False)


def _sized(places: Floats) -> Floats:
    """Around the middle, nearly all of it within SIZE."""
    if not len(places):
        return places
    centred = places - np.median(places, axis=0)
    reach = float(np.quantile(np.abs(centred), 0.99)) or 1.0
    sized: Floats = (centred * (SIZE / reach)).astype(np.float32)
    return sized
