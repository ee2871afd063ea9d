"""The nearest neighbours of a point: near on the map, then ranked by their vectors, where these are kept."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from codeclm import atlas as geometry
from codeclm.embed import stored
from codeclm.jobs.map import MAP
from codeclm.store import Store
from codeclm.ui.map.data import Atlas

NEAR = 8
_LOOKED_AT = 200
"""Points near on the map that are compared: the map keeps neighbours, though not their order."""


def nearest(store: Store, atlas: Atlas, row: int) -> list[tuple[int, float]]:
    """The rows of the nearest points with their likeness (cosine, 0 to 1), the nearest first."""
    away = np.square(atlas.places - atlas.places[row]).sum(axis=1)
    near = np.argsort(away, kind="stable")[: _LOOKED_AT + 1]
    rows = [row, *(int(each) for each in near if each != row)]
    vectors = _vectors(store, atlas, rows)
    if vectors is None:
        return []
    likeness = np.clip(vectors[1:] @ vectors[0], 0, 1)
    order = np.argsort(-likeness, kind="stable")[:NEAR]
    return [(rows[1 + at], round(float(likeness[at]), 3)) for at in order.tolist()]


def _vectors(store: Store, atlas: Atlas, rows: list[int]) -> NDArray[np.float32] | None:
    keys = [atlas.key(row) for row in rows]
    texts = store.maps.texts(keys)
    parts = [
        labels_of(atlas, row) if key[0] == "metadata" else [texts.get(key, "")]
        for row, key in zip(rows, keys, strict=True)
    ]
    single = list(dict.fromkeys(part for each in parts for part in each))
    found = stored(store, single, store.settings.get(MAP, {}).get("model"))
    if found is None:
        return None
    index = {text: at for at, text in enumerate(single)}
    return np.array([geometry.together(found[[index[part] for part in each]]) for each in parts])


def labels_of(atlas: Atlas, row: int) -> list[str]:
    """The use case, if any, and the skills of a point."""
    use, skills = atlas.points.use_case.at(row), atlas.points.skills.at(row) or ()
    return [label for label in (use, *skills) if label]
