"""The nearest neighbours of a point: near on the map, then ranked by their vectors, where these are kept."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from codeclm import atlas as geometry
from codeclm.embed import MODEL, stored
from codeclm.jobs.map import MAP
from codeclm.store import Store
from codeclm.store.maps import MapKind, Point
from codeclm.ui.map_data import Atlas

NEAR = 8
_LOOKED_AT = 200
"""Points near on the map that are compared: the map keeps neighbours, though not their order."""


def nearest(store: Store, atlas: Atlas, row: int) -> list[tuple[int, float]]:
    """The rows of the nearest points with their likeness (cosine, 0 to 1), the nearest first."""
    away = np.linalg.norm(atlas.places - atlas.places[row], axis=1)
    near = np.argsort(away, kind="stable")[: _LOOKED_AT + 1]
    rows = [row, *(int(each) for each in near if each != row)]
    vectors = _vectors(store, atlas, rows)
    if vectors is None:
        return []
    likeness = np.clip(vectors[1:] @ vectors[0], 0, 1)
    order = np.argsort(-likeness, kind="stable")[:NEAR]
    return [(rows[1 + at], round(float(likeness[at]), 3)) for at in order.tolist()]


def _vectors(store: Store, atlas: Atlas, rows: list[int]) -> NDArray[np.float32] | None:
    points = [atlas.points[row] for row in rows]
    texts = store.maps.texts([(point.kind, point.id) for point in points])
    parts = [_parts(point, texts) for point in points]
    single = list(dict.fromkeys(part for each in parts for part in each))
    found = stored(store, single, store.settings.get(MAP, {}).get("model", MODEL))
    if found is None:
        return None
    index = {text: at for at, text in enumerate(single)}
    return np.array([geometry.together(found[[index[part] for part in each]]) for each in parts])


def _parts(point: Point, texts: dict[tuple[MapKind, str], str]) -> list[str]:
    if point.kind == "metadata":
        return [label for label in (point.use_case, *point.skills) if label]
    return [texts.get((point.kind, point.id), "")]
