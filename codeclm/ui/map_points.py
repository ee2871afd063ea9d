"""The points of a map, put together from the store's columns. Reads nothing, and knows no page."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from codeclm.atlas import offsets
from codeclm.store.maps import KINDS, MapKind
from codeclm.store.sheet import Labelled, Reached, Spots

Value = TypeVar("Value", bound=Hashable)
Numbers = NDArray[np.int64]
_STATES = ["active", "proposed", "excluded"]


@dataclass(frozen=True)
class Column(Generic[Value]):
    """A value for each point, as its place among the names; −1: none."""

    codes: Numbers
    names: list[Value]

    def at(self, row: int) -> Value | None:
        """The value of one point."""
        code = int(self.codes[row])
        return None if code < 0 else self.names[code]


@dataclass(frozen=True)
class Points:
    """Records on the map, kind by kind in order of their coming, with what they may be coloured by."""

    kinds: NDArray[np.int8]
    """The place of each one's kind in KINDS."""
    ids: list[str]
    places: NDArray[np.float32]
    """A row of x and y for each."""
    cluster: Numbers
    """0: unclustered."""
    use_case: Column[str]
    skills: Column[tuple[str, ...]]
    state: Column[str]
    """Of metadata its own, of an instruction its node's."""
    decision: Column[str]
    iteration: Numbers
    """0: none."""
    gap: NDArray[np.float32]
    """NaN: none."""


class Labels:
    """The labels of all metadata by number, and whose they are; number 0 stands for none."""

    def __init__(self, labelled: Labelled) -> None:
        number, seed = np.array(labelled.number, np.int64), np.array(labelled.seed, np.int64)
        self.uses, self.lists = [*dict.fromkeys(labelled.use_case)], [*dict.fromkeys(labelled.skills)]
        size = int(number.max(initial=0)) + 1
        self.use = _spread(size, number, _codes(labelled.use_case, self.uses), -1)
        self.skills = _spread(size, number, _codes(labelled.skills, self.lists), -1)
        self.seed = _spread(size, number, seed, 0)
        has = seed > 0
        self.of_seed = _spread(int(seed.max(initial=0)) + 1, seed[has], number[has], 0)
        unnamed = self.use == (self.uses.index("") if "" in self.uses else -2)
        self.blank = unnamed & (self.skills == (self.lists.index(()) if () in self.lists else -2))
        self.use[unnamed] = -1


class Placed:
    """The records of a kind as they were put on the map, each a little aside: those of one text all show."""

    def __init__(self, spots: Spots) -> None:
        self.ids = spots.id
        self.places = np.array([spots.x, spots.y], np.float32).T + offsets(spots.id).reshape(-1, 2)
        self.cluster = np.array(spots.cluster, np.int64)
        self.number, self.metadata = np.array(spots.number, np.int64), np.array(spots.metadata, np.int64)


class Nodes:
    """The nodes of a config that are not stale, by the number of their instruction."""

    def __init__(self, reached: Reached) -> None:
        self.instruction = np.array(reached.instruction, np.int64)
        self.iteration, self.gap = np.array(reached.iteration, np.int64), np.array(reached.gap, np.float32)
        self.states = sorted(set(reached.state))
        self.state = _codes(reached.state, self.states)
        self.comparison = np.array([each or 0 for each in reached.comparison], np.int64)


class Fates(NamedTuple):
    """What may become of records at any moment: verdicts on comparisons, metadata set aside, seeds gone."""

    verdicts: Mapping[int, str]
    set_aside: Mapping[int, str]
    deleted: Sequence[int]


class _Part(NamedTuple):
    """Of one kind: which records still stand, their metadata, states, and of instructions their nodes."""

    stands: NDArray[np.bool_]
    metadata: Numbers
    state: Numbers
    node: Numbers


def points(placed: Mapping[MapKind, Placed], labels: Labels, nodes: Nodes, fates: Fates) -> Points:
    """The records that are still what the map shows, as they are now."""
    gone = _spread(max(fates.deleted, default=0) + 1, np.array(fates.deleted, np.int64), 1, 0)
    parts = {
        "metadata": _metadata(placed["metadata"], labels, fates, gone),
        "seeds": _seeds(placed["seeds"], labels, gone),
        "instructions": _instructions(placed["instructions"], nodes),
    }
    kept = {kind: np.flatnonzero(parts[kind].stands) for kind in KINDS}
    metadata, state, node = (
        np.concatenate([getattr(parts[kind], name)[kept[kind]] for kind in KINDS])
        for name in ("metadata", "state", "node")
    )
    verdicts = [*dict.fromkeys(fates.verdicts.values())]
    decided = np.array([*fates.verdicts], np.int64)
    decision = _spread(
        int(decided.max(initial=0)) + 1, decided, _codes([*fates.verdicts.values()], verdicts), -1
    )
    return Points(
        np.repeat(np.arange(len(KINDS), dtype=np.int8), [len(kept[kind]) for kind in KINDS]),
        [placed[kind].ids[row] for kind in KINDS for row in kept[kind].tolist()],
        np.concatenate([placed[kind].places[kept[kind]] for kind in KINDS]),
        np.concatenate([placed[kind].cluster[kept[kind]] for kind in KINDS]),
        Column(_taken(labels.use, metadata, -1), labels.uses),
        Column(_taken(labels.skills, metadata, -1), labels.lists),
        Column(state, [*_STATES, *nodes.states]),
        Column(_taken(decision, _taken(nodes.comparison, node, -1), -1), verdicts),
        _taken(nodes.iteration, node, 0),
        _taken(nodes.gap, node, np.nan),
    )


def _metadata(placed: Placed, labels: Labels, fates: Fates, gone: Numbers) -> _Part:
    aside = np.array([*fates.set_aside], np.int64)
    told = _codes([*fates.set_aside.values()], _STATES)
    state = _taken(_spread(int(aside.max(initial=0)) + 1, aside, told, 0), placed.number, 0)
    dead = _taken(gone, _taken(labels.seed, placed.number, 0), 0) > 0
    blank = _taken(labels.blank, placed.number, True)
    stands = (state != _STATES.index("excluded")) & ~dead & ~blank
    return _Part(stands, placed.number, state, _none(placed))


def _seeds(placed: Placed, labels: Labels, gone: Numbers) -> _Part:
    stands = _taken(gone, placed.number, 0) == 0
    return _Part(stands, _taken(labels.of_seed, placed.number, 0), _none(placed), _none(placed))


def _instructions(placed: Placed, nodes: Nodes) -> _Part:
    at = np.searchsorted(nodes.instruction, placed.number)
    stands = _taken(nodes.instruction, at, -1) == placed.number
    return _Part(stands, placed.metadata, len(_STATES) + _taken(nodes.state, at, 0), at)


def _none(placed: Placed) -> Numbers:
    return np.full(len(placed.number), -1)


def _spread(size: int, at: Numbers, values: Any, otherwise: int) -> Numbers:
    """An array of this size with the values at their places."""
    found = np.full(size, otherwise, np.int64)
    found[at] = values
    return found


def _taken(column: NDArray[Any], at: Numbers, otherwise: Any) -> NDArray[Any]:
    """What stands in the column at these places; `otherwise` where there is no such place."""
    there = (at >= 0) & (at < len(column))
    found = np.full(len(at), otherwise, column.dtype)
    found[there] = column[at[there]]
    return found


def _codes(values: Sequence[Hashable], names: Sequence[Hashable]) -> Numbers:
    """The place of each value among the names."""
    places = {name: at for at, name in enumerate(names)}
    return np.fromiter((places[value] for value in values), np.int64, len(values))
