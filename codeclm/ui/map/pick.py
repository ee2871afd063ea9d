"""Which points a lasso, a box or a click on the map means: worked out here from its outline, not sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from codeclm.ui.map.data import Places


def outline(selection: Mapping[str, Any]) -> dict[str, Any]:
    """What is worth keeping of a selection as the browser tells it: outlines, or else the points clicked."""
    shapes = {
        kind: [
            {"x": [*map(float, each["x"])], "y": [*map(float, each["y"])]} for each in selection.get(kind, ())
        ]
        for kind in ("lasso", "box")
    }
    if shapes["lasso"] or shapes["box"]:
        return shapes
    names = ("point_index", "curve_number")
    return {
        "points": [{name: int(point.get(name, 0)) for name in names} for point in selection.get("points", ())]
    }


def picked(selection: Mapping[str, Any], places: Places, lit: NDArray[np.int64] | None) -> NDArray[np.int64]:
    """The places within any lasso or box drawn, else those clicked. `lit`: what the second trace shows."""
    inside = np.zeros(len(places), bool)
    shapes = [*selection.get("lasso", ()), *selection.get("box", ())]
    for lasso in selection.get("lasso", ()):
        inside |= within(places, lasso["x"], lasso["y"])
    for box in selection.get("box", ()):
        (left, right), (low, high) = sorted(box["x"]), sorted(box["y"])
        across = (places[:, 0] >= left) & (places[:, 0] <= right)
        inside |= across & (places[:, 1] >= low) & (places[:, 1] <= high)
    if not shapes:
        for point in selection.get("points", ()):
            row, trace = int(point["point_index"]), int(point.get("curve_number", 0))
            row = int(lit[row]) if trace and lit is not None and row < len(lit) else row
            if row < len(places):
                inside[row] = True
    return np.flatnonzero(inside)


def within(places: Places, x: Sequence[float], y: Sequence[float]) -> NDArray[np.bool_]:
    """Which places lie in a polygon: a ray from the point crosses its sides an odd number of times."""
    inside = np.zeros(len(places), bool)
    if len(x) < 3:
        return inside
    near = (
        (places[:, 0] >= min(x))
        & (places[:, 0] <= max(x))
        & (places[:, 1] >= min(y))
        & (places[:, 1] <= max(y))
    )
    rows = np.flatnonzero(near)
    px, py = places[rows, 0].astype(np.float64), places[rows, 1].astype(np.float64)
    odd = np.zeros(len(rows), bool)
    for at in range(len(x)):
        x0, y0, x1, y1 = x[at - 1], y[at - 1], x[at], y[at]
        crosses = (y0 > py) != (y1 > py)
        # Multiplied out, as a side that is all but level has a slope beyond the range of floats.
        left = (px - x0) * (y1 - y0) - (x1 - x0) * (py - y0)
        odd ^= crosses & (left < 0 if y1 > y0 else left > 0)
    inside[rows] = odd
    return inside
