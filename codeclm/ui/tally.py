"""How often each use case, skill or cluster occurs among seeds, and among what is generated, kept, accepted.

Counts of columns only; what they say is worked out in `atlas.coverage`. A generated instruction is one that a
lineage begins with, so that it counts once however long it grew; stale ones do not count.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from codeclm.store.coverage import By
from codeclm.store.maps import MapKind
from codeclm.ui.columns import (
    NODE_STATES,
    STATES,
    Clustered,
    Fates,
    Flags,
    Labels,
    Lists,
    Nodes,
    Numbers,
    spread,
    taken,
)

Side = Literal["generated", "kept", "accepted"]
SIDES: tuple[Side, ...] = ("generated", "kept", "accepted")
Counts = NDArray[np.int64]
Key = str | int
"""A use case, a skill, or a cluster's number; 0: unclustered."""


class Facets(NamedTuple):
    """Use cases and skills with how many metadata in use have them, most used first."""

    uses: list[tuple[str, int]]
    skills: list[tuple[str, int]]


@dataclass(frozen=True)
class Tally:
    """Counts by group: one for each key, and of each side one for each key."""

    keys: list[Key]
    seeds: Counts
    sides: Mapping[Side, Counts]
    told: int
    """Seeds of which it is known what groups they are in."""
    totals: Mapping[Side, int]
    """Those of each side."""
    untold: Mapping[Side, int]
    """Those of each side of which it is not known."""
    rates: Mapping[Side, float]
    """Of what is generated, which share came to each side, where it was told yet."""

    def ranked(self) -> Tally:
        """What is there at all, that of most seeds first."""
        generated = self.sides["generated"]
        there = np.flatnonzero(self.seeds + sum(self.sides.values()))
        order = sorted(there.tolist(), key=lambda at: (-self.seeds[at], -generated[at], str(self.keys[at])))
        sides = {side: counts[order] for side, counts in self.sides.items()}
        return replace(self, keys=[self.keys[at] for at in order], seeds=self.seeds[order], sides=sides)


@dataclass(frozen=True)
class Sheet:
    """The columns that are counted. `clustered`: of seeds and instructions; empty where no map was drawn."""

    labels: Labels
    nodes: Nodes
    fates: Fates
    clustered: Mapping[MapKind, Clustered]

    def tally(self, by: By) -> Tally:
        """Every group with its counts as they are now, that of most seeds first."""
        return self.course(by, [])[-1].ranked()

    def course(self, by: By, upto: Sequence[int]) -> list[Tally]:
        """The counts as they were after so many instructions each, in ascending order, and as they are now.

        All have the same keys, in one order.
        """
        keys, told, seeds, group, lists = self._grouped(by)
        step = np.searchsorted(np.asarray(upto, np.int64), self.nodes.instruction)
        steps, groups = len(upto) + 1, len(self.labels.lists) if lists else len(keys)
        sides: dict[Side, Counts] = {}
        flagged = self._flags()
        for side, flags in flagged.items():
            chosen = flags & (group >= 0)
            counts = _counted(step[chosen] * groups + group[chosen], steps * groups).reshape(steps, groups)
            sides[side] = np.cumsum(_by_skill(counts, lists) if lists else counts, axis=0)
        whole = {side: int(flags.sum()) for side, flags in flagged.items()}
        totals = {side: int((flags & (group >= 0)).sum()) for side, flags in flagged.items()}
        untold = {side: whole[side] - totals[side] for side in SIDES}
        rates = self._rates(whole)
        at_steps = [{side: sides[side][at] for side in SIDES} for at in range(steps)]
        return [Tally(keys, seeds, counts, told, totals, untold, rates) for counts in at_steps]

    def coming(self, by: By, due: Sequence[tuple[int, int]]) -> dict[Key, int]:
        """How many of each group are due, by the numbers of metadata and how many are due of each."""
        number, count = np.array(due, np.int64).reshape(-1, 2).T
        labels = self.labels
        if by == "cluster":
            seeds, own = self.clustered["seeds"].cluster, self.clustered["metadata"].cluster
            of_seed = taken(seeds, taken(labels.seed, number, 0), -1)
            group = np.where(of_seed >= 0, of_seed, taken(own, number, -1))
            keys: list[Key] = [*range(int(group.max(initial=0)) + 1)]
        elif by == "use case":
            keys, group = [*labels.uses], labels.use[number]
        else:
            rows, group = labels.entries(number)
            keys = [*labels.single.names]
            count = spread(number, count, 0)[rows]
        sums = np.bincount(group[group >= 0], count[group >= 0], len(keys)).astype(int)
        return {keys[at]: int(sums[at]) for at in np.flatnonzero(sums).tolist()}

    def tree(self, most: int) -> list[tuple[str, str, int, int, int]]:
        """(use case, skill, metadata, kept, accepted) for every two that occur together; skill '': none.

        `most`: of so many use cases, those with the most metadata.
        """
        labels, size = self.labels, len(self.labels.use)
        used = self._used()
        counts = np.bincount(labels.use[used & (labels.use >= 0)], minlength=len(labels.uses))
        largest = sorted(np.flatnonzero(counts).tolist(), key=lambda at: (-counts[at], labels.uses[at]))
        rows, skill = labels.entries(np.flatnonzero(used & np.isin(labels.use, largest[:most])))
        names = ["", *labels.single.names]
        pairs, place = np.unique(labels.use[rows] * len(names) + skill + 1, return_inverse=True)
        flags = self._flags()
        kept, accepted = (_counted(self.nodes.metadata[flags[side]], size) for side in SIDES[1:])
        sums = (np.bincount(place, of[rows]).astype(int) for of in (np.ones(size), kept, accepted))
        told = zip(*np.divmod(pairs, len(names)), *sums, strict=True)
        return sorted((labels.uses[use], names[at], *map(int, counts)) for use, at, *counts in told)

    def among(self, side: Side, instructions: Sequence[int]) -> tuple[int, int]:
        """How many of these instructions are on a side, and how many there are on it."""
        flags = self._flags()[side]
        found = np.isin(self.nodes.instruction[flags], np.asarray(instructions, np.int64))
        return int(found.sum()), len(found)

    def _used(self) -> Flags:
        rows = np.arange(len(self.labels.use))
        active = self.fates.states(rows) == STATES.index("active")
        found: Flags = (self.labels.skills >= 0) & active & ~self.labels.blank
        return found

    def _grouped(self, by: By) -> tuple[list[Key], int, Counts, Numbers, Lists | None]:
        """The keys, how many seeds have any, those of each, and each node's group: of skills a list, as told
        last; −1: none."""
        labels = self.labels
        if by == "cluster":
            return self._clusters()
        column = labels.use if by == "use case" else np.where(labels.blank, -1, labels.skills)
        seeded = (column >= 0) & (labels.seed > 0) & ~labels.buried(self.fates)
        of_nodes, told = taken(column, self.nodes.metadata, -1), int(seeded.sum())
        if by == "use case":
            return [*labels.uses], told, _counted(column[seeded], len(labels.uses)), of_nodes, None
        lists = labels.single
        counts = _counted(column[seeded], len(labels.lists))
        return [*lists.names], told, _by_skill(counts[None], lists)[0], of_nodes, lists

    def _clusters(self) -> tuple[list[Key], int, Counts, Numbers, None]:
        seeds, nodes = self.clustered["seeds"], self.clustered["instructions"]
        alive = seeds.number[taken(self.fates.gone, seeds.number, 0) == 0]
        of_seeds, of_nodes = seeds.cluster[alive], taken(nodes.cluster, self.nodes.instruction, -1)
        size = int(max(of_seeds.max(initial=0), of_nodes.max(initial=0))) + 1
        return [*range(size)], len(of_seeds), _counted(of_seeds, size), of_nodes, None

    def _rates(self, totals: Mapping[Side, int]) -> dict[Side, float]:
        """As if there were one more that came to the side and one that did not: few say little."""
        ended = totals["kept"] + int((self.nodes.state == NODE_STATES.index("exhausted")).sum())
        kept = (totals["kept"] + 1) / (ended + 2) if ended else 1.0
        told = self.fates.verdicts.values()
        accepted = (totals["accepted"] + 1) / (len(told) + 2) if told else 1.0
        return {"generated": 1.0, "kept": kept, "accepted": kept * accepted}

    def _flags(self) -> dict[Side, Flags]:
        """Which nodes count on each side."""
        nodes = self.nodes
        verdict, names = self.fates.verdict()
        told = taken(verdict, nodes.comparison, -1)
        accepted = told == (names.index("accept") if "accept" in names else -2)
        return {"generated": nodes.basic, "kept": nodes.kept, "accepted": accepted & (nodes.comparison > 0)}


def facets(labels: Labels, fates: Fates) -> Facets:
    """The labels of the metadata in use."""
    active = fates.states(np.arange(len(labels.use))) == STATES.index("active")
    uses = _counted(labels.use[active & (labels.use >= 0)], len(labels.uses))
    lists = _counted(labels.skills[active & (labels.skills >= 0)], len(labels.lists))
    return Facets(
        _ranked(labels.uses, uses), _ranked(labels.single.names, _by_skill(lists[None], labels.single)[0])
    )


def _ranked(names: list[str], counts: Counts) -> list[tuple[str, int]]:
    found = [(name, count) for name, count in zip(names, counts.tolist(), strict=True) if name and count]
    return sorted(found, key=lambda item: (-item[1], item[0]))


def _counted(group: Numbers, groups: int) -> Counts:
    return np.bincount(group, minlength=groups).astype(np.int64)


def _by_skill(counts: Counts, lists: Lists) -> Counts:
    """Counts of whole lists, a row for each step, as counts of single skills."""
    found = np.zeros((len(counts), len(lists.names)), np.int64)
    for row, of_lists in zip(found, counts, strict=True):
        row += np.bincount(lists.skill, of_lists[lists.list], len(lists.names)).astype(np.int64)
    return found
