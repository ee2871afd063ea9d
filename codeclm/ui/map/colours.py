"""What points are coloured by: a group and a colour for each, or a value on a scale. Draws nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from codeclm.charts.atlas import CATEGORIES, MANY, SHAPES, unscored
from codeclm.charts.palette import GRAY, KEPT, REJECTED, STRONG, TARGET
from codeclm.store.maps import KINDS
from codeclm.ui.columns import codes, single
from codeclm.ui.map.data import Atlas, Rows
from codeclm.ui.map.points import Column, Points

BY = ("cluster", "use case", "skill", "kind", "iteration", "winner", "gap", "decision", "state")
NONE = "none"
OTHERS = "others"
UNCLUSTERED = "unclustered"
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
_MIDDLING = "#9AA5A0"
"""The colour of the groups beyond those that have one."""


@dataclass(frozen=True)
class Colouring:
    """For each point a group's number, or with `span` a value between its two ends; for each group a name,
    a colour and the place of its sign among the SHAPES."""

    codes: NDArray[Any]
    names: list[str]
    colours: list[str]
    shapes: list[int]
    span: tuple[float, float] | None = None

    def of(self, rows: Rows) -> Colouring:
        """That of some points; the groups stay as they are, whichever points show. Of many, drawn small,
        all have one sign."""
        shapes = self.shapes if len(rows) < MANY else [0] * len(self.shapes)
        return replace(self, codes=self.codes[rows], shapes=shapes)


def colouring(atlas: Atlas, by: str) -> Colouring:
    """The colours of all points. A group without a name of its own is grey, and comes last."""
    if by not in atlas.made:
        atlas.made[by] = _COLOURED.get(by, _grouped)(atlas, by)
    found: Colouring = atlas.made[by]
    return found


def _gaps(atlas: Atlas, by: str) -> Colouring:
    gaps = atlas.points.gap
    scored = ~np.isnan(gaps)
    end = max(1.0, float(np.abs(gaps[scored]).max(initial=0.0)))
    return Colouring(np.where(scored, gaps, np.float32(unscored(-end, end))), [], [], [], (-end, end))


def _clusters(atlas: Atlas, by: str) -> Colouring:
    """Every cluster by its number, which outlasts its size: what is excluded changes no colour. Where there
    are more than colours, one is used again where the others that have it are far, and with another sign."""
    points = atlas.points
    numbers, codes, sizes = np.unique(points.cluster, return_inverse=True, return_counts=True)
    order = np.lexsort((numbers, numbers == 0))
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    codes = place[codes]
    numbers = numbers[order]
    called = [
        atlas.clusters[each].name if each in atlas.clusters else UNCLUSTERED for each in numbers.tolist()
    ]
    parts = np.split(points.places[np.argsort(codes, kind="stable")], np.cumsum(sizes[order])[:-1])
    middles = np.array([np.median(part, axis=0) for part in parts])
    chosen = _far_apart(middles[numbers > 0])
    shapes = [chosen[:at].count(each) % len(SHAPES) for at, each in enumerate(chosen)]
    colours, grey = [CATEGORIES[each] for each in chosen], [0] * int((numbers == 0).sum())
    return Colouring(_small(codes), called, [*colours, *(GRAY for _ in grey)], [*shapes, *grey])


def _far_apart(middles: NDArray[np.float32]) -> list[int]:
    """A colour's place for each: after the first few that whose nearest user is the furthest away."""
    chosen: list[int] = []
    for at, middle in enumerate(middles):
        if at < len(CATEGORIES):
            chosen.append(at)
            continue
        away = np.linalg.norm(middles[:at] - middle, axis=1)
        nearest = [away[np.array(chosen) == colour].min() for colour in range(len(CATEGORIES))]
        chosen.append(int(np.argmax(nearest)))
    return chosen


def _grouped(atlas: Atlas, by: str) -> Colouring:
    """Groups by size, those beyond the colours as one. What is in none comes last, in grey."""
    column = _COLUMNS[by](atlas.points)
    sizes = np.bincount(column.codes[column.codes >= 0], minlength=len(column.names))
    ranked = sorted(np.flatnonzero(sizes).tolist(), key=lambda at: (-sizes[at], column.names[at]))
    shown = ranked[: len(CATEGORIES)]
    names = [column.names[at] for at in shown]
    colours = [_FIXED.get(name, CATEGORIES[at]) for at, name in enumerate(names)]
    place = np.full(len(column.names) + 1, len(names))
    place[shown] = np.arange(len(shown))
    if len(ranked) > len(shown):
        names, colours = [*names, OTHERS], [*colours, _MIDDLING]
    if not names or (column.codes < 0).any():
        place[-1] = len(names)
        names, colours = [*names, NONE], [*colours, GRAY]
    return Colouring(_small(place[column.codes]), names, colours, [0] * len(names))


def _small(codes: NDArray[np.int64]) -> NDArray[Any]:
    return codes.astype(np.uint8 if codes.max(initial=0) < 256 else np.uint16)


def _by_skill(points: Points) -> Column[str]:
    """Each point's skill that most points have: a record may have three, a point has one colour."""
    lists, of = single(points.skills.names), points.skills.codes
    counts = np.bincount(of[of >= 0], minlength=len(points.skills.names))
    sizes = np.bincount(lists.skill, counts[lists.list], len(lists.names)).astype(np.int64)
    order = sorted(range(len(sizes)), key=lambda at: (sizes[at], lists.names[at]))
    rank = codes(range(len(sizes)), order)
    first = np.flatnonzero(np.diff(lists.list, prepend=-1))
    main = np.full(len(points.skills.names) + 1, -1)
    main[lists.list[first]] = np.array(order, np.int64)[np.maximum.reduceat(rank[lists.skill], first)]
    return Column(main[of], lists.names)


def _winner(points: Points) -> Column[str]:
    told = np.select([points.gap > 0, points.gap < 0, points.gap == 0], [0, 1, 2], -1)
    return Column(told, ["strong", "target", "tie"])


def _iteration(points: Points) -> Column[str]:
    most = int(points.iteration.max(initial=0))
    return Column(points.iteration - 1, [str(each) for each in range(1, most + 1)])


_COLUMNS: Mapping[str, Callable[[Points], Column[str]]] = {
    "use case": lambda points: points.use_case,
    "skill": _by_skill,
    "kind": lambda points: Column(points.kinds.astype(np.int64), [*KINDS]),
    "iteration": _iteration,
    "winner": _winner,
    "decision": lambda points: points.decision,
    "state": lambda points: points.state,
}
_COLOURED: Mapping[str, Callable[[Atlas, str], Colouring]] = {"cluster": _clusters, "gap": _gaps}
