"""The points of a map, put together from columns, and what is not on it. Reads nothing, and knows no page."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from codeclm.store.maps import KINDS, MapKind
from codeclm.ui.columns import (
    NODE_STATES,
    STATES,
    Clustered,
    Fates,
    Flags,
    Labels,
    Nodes,
    Numbers,
    Placed,
    taken,
)

Value = TypeVar("Value", bound=Hashable)


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


class _Part(NamedTuple):
    """Of one kind: which records still stand, their metadata, states, and of instructions their nodes."""

    stands: Flags
    metadata: Numbers
    state: Numbers
    node: Numbers


def points(placed: Mapping[MapKind, Placed], labels: Labels, nodes: Nodes, fates: Fates) -> Points:
    """The records that are still what the map shows, as they are now."""
    parts = {
        "metadata": _metadata(placed["metadata"], labels, fates),
        "seeds": _seeds(placed["seeds"], labels, fates),
        "instructions": _instructions(placed["instructions"], nodes),
    }
    kept = {kind: np.flatnonzero(parts[kind].stands) for kind in KINDS}
    metadata, state, node = (
        np.concatenate([getattr(parts[kind], name)[kept[kind]] for kind in KINDS])
        for name in ("metadata", "state", "node")
    )
    decision, verdicts = fates.verdict()
    return Points(
        np.repeat(np.arange(len(KINDS), dtype=np.int8), [len(kept[kind]) for kind in KINDS]),
        [placed[kind].ids[row] for kind in KINDS for row in kept[kind].tolist()],
        np.concatenate([placed[kind].places[kept[kind]] for kind in KINDS]),
        np.concatenate([placed[kind].cluster[kept[kind]] for kind in KINDS]),
        Column(taken(labels.use, metadata, -1), labels.uses),
        Column(taken(labels.skills, metadata, -1), labels.lists),
        Column(state, [*STATES, *NODE_STATES]),
        Column(taken(decision, taken(nodes.comparison, node, -1), -1), verdicts),
        taken(nodes.iteration, node, 0),
        taken(nodes.gap, node, np.nan),
    )


def missing(
    clustered: Mapping[MapKind, Clustered], labels: Labels, nodes: Nodes, fates: Fates, seeds: int
) -> int:
    """How many records have no place on the map; `seeds`: how many of those are not deleted."""
    metadata = taken(clustered["metadata"].cluster, np.flatnonzero(labels.standing(fates)), -1)
    instructions = taken(clustered["instructions"].cluster, nodes.instruction, -1)
    placed = taken(fates.gone, clustered["seeds"].number, 0) == 0
    return int((metadata < 0).sum() + (instructions < 0).sum() + seeds - placed.sum())


def _metadata(placed: Placed, labels: Labels, fates: Fates) -> _Part:
    stands = taken(labels.standing(fates), placed.number, False)
    return _Part(stands, placed.number, fates.states(placed.number), _none(placed))


def _seeds(placed: Placed, labels: Labels, fates: Fates) -> _Part:
    stands = taken(fates.gone, placed.number, 0) == 0
    return _Part(stands, taken(labels.of_seed, placed.number, 0), _none(placed), _none(placed))


def _instructions(placed: Placed, nodes: Nodes) -> _Part:
    at = np.searchsorted(nodes.instruction, placed.number)
    stands = taken(nodes.instruction, at, -1) == placed.number
    return _Part(stands, placed.metadata, len(STATES) + taken(nodes.state, at, 0), at)


def _none(placed: Placed) -> Numbers:
    return np.full(len(placed.number), -1)
