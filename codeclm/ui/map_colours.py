"""What points are coloured by: a group and a colour for each, or a value on a scale. Draws nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from codeclm.charts.atlas import CATEGORIES, unscored
from codeclm.charts.palette import GRAY, KEPT, REJECTED, STRONG, TARGET
from codeclm.store.maps import Point
from codeclm.ui.map_data import Atlas

BY = ("cluster", "use case", "skill", "kind", "iteration", "winner", "gap", "decision", "state")
NONE = "none"
OTHERS = "others"
_FIXED: Mapping[str, str] = {
    "strong": STRONG,
    "target": TARGET,
    "accept": KEPT,
    "reject": REJECTED,
    "conflict": "#C79A12",
    "kept": KEPT,
    "active": "#9168C4",
    "metadata": CATEGORIES[0],
    "seeds": CATEGORIES[1],
    "instructions": CATEGORIES[2],
}


@dataclass(frozen=True)
class Colouring:
    """For each point a group's number, or with `span` a value between its two ends."""

    codes: NDArray[Any]
    names: list[str]
    colours: list[str]
    span: tuple[float, float] | None = None


def colouring(atlas: Atlas, rows: NDArray[np.int64], by: str) -> Colouring:
    """The colours of some points. A group without a name of its own is grey."""
    points = [atlas.points[row] for row in rows.tolist()]
    if by == "gap":
        return _gaps(points)
    if by == "skill":
        return _grouped(_by_skill(points), len(CATEGORIES))
    named: Mapping[str, Callable[[Point], str | None]] = {
        "cluster": lambda point: None if point.cluster is None else str(point.cluster),
        "use case": lambda point: point.use_case or None,
        "kind": lambda point: point.kind,
        "iteration": lambda point: None if point.iteration is None else str(point.iteration),
        "winner": _winner,
        "decision": lambda point: point.decision,
        "state": lambda point: point.state,
    }
    groups = [named[by](point) for point in points]
    if by != "cluster":
        return _grouped(groups, len(CATEGORIES))
    found = _grouped(groups, None)
    names = [atlas.clusters[int(name)].name if name.isdecimal() else "unclustered" for name in found.names]
    return Colouring(found.codes, names, found.colours)


def _winner(point: Point) -> str | None:
    if point.gap is None:
        return None
    return "strong" if point.gap > 0 else "target" if point.gap < 0 else "tie"


def _gaps(points: Sequence[Point]) -> Colouring:
    ends = max((abs(point.gap) for point in points if point.gap is not None), default=1.0)
    span = (-max(ends, 1.0), max(ends, 1.0))
    none = unscored(*span)
    values = np.array([none if point.gap is None else point.gap for point in points], np.float32)
    return Colouring(values, [], [], span)


def _by_skill(points: Sequence[Point]) -> list[str | None]:
    """Each point's skill that most points have: a record may have three, a point has one colour."""
    counts = Counter(skill for point in points for skill in point.skills)
    return [max(point.skills, key=lambda skill: (counts[skill], skill), default=None) for point in points]


def _grouped(groups: Sequence[str | None], most: int | None) -> Colouring:
    """Groups by size; with `most`, those beyond it are one. What is in none comes last, in grey."""
    ranked = Counter(group for group in groups if group is not None).most_common()
    ranked.sort(key=lambda item: (-item[1], item[0]))
    names = [name for name, _ in ranked[:most]]
    colours = [_FIXED.get(name, CATEGORIES[at % len(CATEGORIES)]) for at, name in enumerate(names)]
    code = {name: at for at, name in enumerate(names)}
    if most is not None and len(ranked) > most:
        code.update(dict.fromkeys((name for name, _ in ranked[most:]), len(names)))
        names, colours = [*names, OTHERS], [*colours, "#9AA5A0"]
    if None in groups or not names:
        names, colours = [*names, NONE], [*colours, GRAY]
    last = len(names) - 1
    kind = np.uint8 if len(names) < 256 else np.uint16
    codes = np.array([last if group is None else code[group] for group in groups], kind)
    return Colouring(codes, names, colours)
