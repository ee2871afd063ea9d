"""A project's records as columns of numbers, made of the store's: labels, places, nodes and their fates.

Records go by their row numbers, so that any of these is read again alone. Reads nothing, and knows no page.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from codeclm.atlas import offsets
from codeclm.store.sheet import Labelled, Reached, Spots

Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]
STATES = ["active", "proposed", "excluded"]
"""Of metadata; the first is that of all that is not set aside."""


class Lists(NamedTuple):
    """Every skill that occurs, and what is in each list of them: entry by entry the list and the skill."""

    names: list[str]
    list: Numbers
    skill: Numbers


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

    def revised(self, labelled: Labelled) -> Labels:
        """These with some metadata's labels read again, or read first."""
        number, seed = np.array(labelled.number, np.int64), np.array(labelled.seed, np.int64)
        uses = [*dict.fromkeys([*self.uses, *filter(None, labelled.use_case)])]
        lists = [*dict.fromkeys([*self.lists, *labelled.skills])]
        return Labels(
            uses,
            lists,
            spread(number, codes(labelled.use_case, uses), -1, self.use),
            spread(number, codes(labelled.skills, lists), -1, self.skills),
            spread(number, seed, 0, self.seed),
            spread(seed[seed > 0], number[seed > 0], 0, self.of_seed),
        )

    @cached_property
    def blank(self) -> Flags:
        """Whose labels say nothing."""
        empty = self.lists.index(()) if () in self.lists else -2
        found: Flags = (self.use < 0) & (self.skills == empty)
        return found

    @cached_property
    def single(self) -> Lists:
        """The skills one by one."""
        return single(self.lists)

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


class Nodes:
    """The nodes of a config that are not stale, by the number of their instruction."""

    def __init__(self, reached: Reached) -> None:
        self.instruction = np.array(reached.instruction, np.int64)
        self.metadata = np.array(reached.metadata, np.int64)
        self.iteration, self.gap = np.array(reached.iteration, np.int64), np.array(reached.gap, np.float32)
        self.basic = (self.iteration == 1) | (np.array(reached.given, np.int64) > 0)
        """Whether a lineage begins with it."""
        self.states = sorted(set(reached.state))
        self.state = codes(reached.state, self.states)
        self.kept = self.state == (self.states.index("kept") if "kept" in self.states else -1)
        self.comparison = np.array([each or 0 for each in reached.comparison], np.int64)


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


def single(lists: Sequence[Sequence[str]]) -> Lists:
    """Lists of skills as single ones."""
    flat = [skill for each in lists for skill in each]
    names = [*dict.fromkeys(flat)]
    sizes = np.fromiter(map(len, lists), np.int64, len(lists))
    return Lists(names, np.repeat(np.arange(len(sizes)), sizes), codes(flat, names))


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
    places = {name: at for at, name in enumerate(names)}
    return np.fromiter((places.get(value, -1) for value in values), np.int64, len(values))
