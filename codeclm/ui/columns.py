"""A project's records as columns of numbers, made of the store's: labels, places, nodes and their fates.

Records go by their row numbers, so that any of these is read again alone. Reads nothing, and knows no page.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from itertools import count
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from codeclm.atlas import offsets
from codeclm.store.sheet import Labelled, Reached, Spots

Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]
STATES = ["active", "proposed", "excluded"]
"""Of metadata; the first is that of all that is not set aside."""
NODE_STATES = ["exhausted", "improved", "kept", "pending", "superseded"]


class Places(dict[Hashable, int]):
    """The place of each of some values, in order of their coming; of any other −1."""

    def __missing__(self, key: Hashable) -> int:
        return -1

    def add(self, values: Iterable[Hashable]) -> None:
        """Give those that are new the next places."""
        fresh = [value for value in dict.fromkeys(values) if value not in self]
        self.update(zip(fresh, count(len(self)), strict=False))

    def of(self, values: Collection[Hashable]) -> Numbers:
        """The place of each."""
        return np.fromiter(map(self.__getitem__, values), np.int64, len(values))


class Lists(NamedTuple):
    """Every skill that occurs, and what is in each list of them: entry by entry the list and the skill."""

    names: list[str]
    list: Numbers
    skill: Numbers
    lists: int
    """How many, empty ones too."""


def _none() -> Numbers:
    return np.zeros(0, np.int64)


@dataclass(frozen=True, eq=False)
class Labels:
    """The labels of all metadata by number, and whose they are; number 0 stands for none."""

    uses: list[str] = field(default_factory=list)
    lists: list[tuple[str, ...]] = field(default_factory=list)
    use: Numbers = field(default_factory=_none)
    """Each one's use case, as its place among the `uses`; −1: none."""
    skills: Numbers = field(default_factory=_none)
    """Each one's skills, as their place among the `lists`; −1: there is no such metadata."""
    seed: Numbers = field(default_factory=_none)
    of_seed: Numbers = field(default_factory=_none)
    """By the number of a seed its metadata; 0: none."""
    read: Lists | None = None
    """The first of the `lists`, as single skills."""
    places: tuple[Places, Places] = field(default_factory=lambda: (Places(), Places()))
    """Where each of the uses and lists stands; those revised from these share it, and it only grows."""

    def revised(self, labelled: Labelled) -> Labels:
        """These with some metadata's labels read again, or read first."""
        number, seed = np.array(labelled.number, np.int64), np.array(labelled.seed, np.int64)
        uses, lists = self.places
        uses.add(filter(None, labelled.use_case))
        lists.add(labelled.lists)
        skills = lists.of(labelled.lists)[np.array(labelled.skills, np.int64)]
        return Labels(
            [*uses],
            [*lists],
            spread(number, uses.of(labelled.use_case), -1, self.use),
            spread(number, skills, -1, self.skills),
            spread(number, seed, 0, self.seed),
            spread(seed[seed > 0], number[seed > 0], 0, self.of_seed),
            self.__dict__.get("single"),
            self.places,
        )

    @cached_property
    def blank(self) -> Flags:
        """Whose labels say nothing."""
        _, lists = self.places
        found: Flags = (self.use < 0) & (self.skills >= 0) & (self.skills == lists[()])
        return found

    @cached_property
    def single(self) -> Lists:
        """The skills one by one."""
        return single(self.lists, self.read)

    def entries(self, rows: Numbers) -> tuple[Numbers, Numbers]:
        """Each of these metadata once for each of its skills, and the skill, as its place among the single
        ones; once with −1 where it has none."""
        of = self.skills[rows]
        sizes = np.bincount(self.single.list, minlength=len(self.lists))
        many, first = sizes[of], (np.cumsum(sizes) - sizes)[of]
        within = np.arange(many.sum()) - np.repeat(np.cumsum(many) - many, many)
        skills = self.single.skill[np.repeat(first, many) + within]
        bare = rows[many == 0]
        return np.concatenate([np.repeat(rows, many), bare]), np.concatenate([skills, np.full(len(bare), -1)])

    def standing(self, fates: Fates) -> Flags:
        """Whose metadata is there, not excluded, not blank, and its seed not deleted."""
        excluded = fates.states(np.arange(len(self.use))) == STATES.index("excluded")
        found: Flags = (self.skills >= 0) & ~excluded & ~self.blank & ~self.buried(fates)
        return found

    def buried(self, fates: Fates) -> Flags:
        """Whose seed was deleted."""
        found: Flags = taken(fates.gone, self.seed, 0) > 0
        return found


class Placed:
    """The records of a kind as they were put on the map, each a little aside: those of one text all show."""

    def __init__(self, spots: Spots) -> None:
        self.ids = spots.id
        self.places = np.array([spots.x, spots.y], np.float32).T + offsets(spots.id).reshape(-1, 2)
        self.cluster = np.array(spots.cluster, np.int64)
        self.number, self.metadata = np.array(spots.number, np.int64), np.array(spots.metadata, np.int64)


class Clustered:
    """The numbers of all records of a kind that were put on the map, whether they are drawn or not."""

    def __init__(self, number: Sequence[int], cluster: Sequence[int]) -> None:
        self.number = np.array(number, np.int64)
        self.cluster = spread(self.number, np.array(cluster, np.int64), -1)
        """By number; 0: unclustered, −1: not on the map."""

    def sizes(self) -> list[tuple[int, int]]:
        """Each cluster with its number of records, the largest first."""
        counts = np.bincount(self.cluster[self.cluster > 0])
        found = [(at, int(counts[at])) for at in np.flatnonzero(counts).tolist()]
        return sorted(found, key=lambda each: (-each[1], each[0]))


@dataclass(frozen=True, eq=False)
class Nodes:
    """The nodes of a config that are not stale, in order of their instructions' numbers."""

    instruction: Numbers
    metadata: Numbers
    iteration: Numbers
    gap: NDArray[np.float32]
    """NaN: none."""
    basic: Flags
    """Whether a lineage begins with it."""
    state: Numbers
    """As its place among NODE_STATES."""
    comparison: Numbers
    """0: none."""

    @classmethod
    def of(cls, reached: Reached) -> Nodes:
        """As they were read."""
        iteration = np.array(reached.iteration, np.int64)
        return cls(
            np.array(reached.instruction, np.int64),
            np.array(reached.metadata, np.int64),
            iteration,
            np.array(reached.gap, np.float32),
            (iteration == 1) | (np.array(reached.given, np.int64) > 0),
            codes(reached.state, NODE_STATES),
            np.array([each or 0 for each in reached.comparison], np.int64),
        )

    def revised(self, reached: Reached, metadata: Sequence[int]) -> Nodes:
        """These with the nodes of some metadata read again."""
        stay, again = ~np.isin(self.metadata, metadata), Nodes.of(reached)
        pairs = zip(self._all(), again._all(), strict=True)
        columns = [np.concatenate([old[stay], new]) for old, new in pairs]
        order = np.argsort(columns[0])
        return Nodes(*(column[order] for column in columns))

    @property
    def kept(self) -> Flags:
        """Which passed θ as the first of their lineage."""
        found: Flags = self.state == NODE_STATES.index("kept")
        return found

    def _all(self) -> list[NDArray[Any]]:
        return [getattr(self, each.name) for each in fields(self)]


class Fates(NamedTuple):
    """What may become of records at any moment: verdicts on comparisons, metadata set aside, seeds gone."""

    verdicts: Mapping[int, str]
    set_aside: Mapping[int, str]
    deleted: Sequence[int]

    def states(self, numbers: Numbers) -> Numbers:
        """The state of each of these metadata, as its place among STATES."""
        aside = np.array([*self.set_aside], np.int64)
        return taken(spread(aside, codes([*self.set_aside.values()], STATES), 0), numbers, 0)

    @property
    def gone(self) -> Numbers:
        """By the number of a seed: 1 where it was deleted."""
        deleted = np.array(self.deleted, np.int64)
        return spread(deleted, np.ones(len(deleted), np.int64), 0)

    def verdict(self) -> tuple[Numbers, list[str]]:
        """By the number of a comparison the verdict on it, as its place among all there are; −1: none."""
        names = [*dict.fromkeys(self.verdicts.values())]
        decided = np.array([*self.verdicts], np.int64)
        told = codes([*self.verdicts.values()], names)
        return spread(decided, told, -1), names


def single(lists: Sequence[Sequence[str]], read: Lists | None = None) -> Lists:
    """Lists of skills as single ones. `read`: what was made of the first of them."""
    before = read or Lists([], _none(), _none(), 0)
    fresh = lists[before.lists :]
    flat = [skill for each in fresh for skill in each]
    names = [*dict.fromkeys([*before.names, *flat])]
    numbers = np.repeat(np.arange(before.lists, len(lists)), [*map(len, fresh)])
    return Lists(
        names,
        np.concatenate([before.list, numbers]),
        np.concatenate([before.skill, codes(flat, names)]),
        len(lists),
    )


def spread(at: Numbers, values: Numbers, otherwise: int, before: Sequence[int] | Numbers = ()) -> Numbers:
    """An array with the values at their places; elsewhere it is as before, or `otherwise`."""
    found = np.full(max(int(at.max(initial=0)) + 1, len(before)), otherwise, np.int64)
    found[: len(before)] = before
    found[at] = values
    return found


def taken(column: NDArray[Any], at: Numbers, otherwise: Any) -> NDArray[Any]:
    """What stands in the column at these places; `otherwise` where there is no such place."""
    there = (at >= 0) & (at < len(column))
    found = np.full(len(at), otherwise, column.dtype)
    found[there] = column[at[there]]
    return found


def codes(values: Sequence[Hashable], names: Sequence[Hashable]) -> Numbers:
    """The place of each value among the names; −1: it is none of them."""
    places = Places()
    places.add(names)
    return places.of(values)
