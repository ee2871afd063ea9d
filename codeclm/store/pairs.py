"""Pairs as a person meets them: pages and queues of comparisons with their state for a θ."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from codeclm.records import Pair, Status

PairStatus = Status | Literal["accepted", "rejected"]


@dataclass(frozen=True, slots=True)
class PairFilter:
    """Which pairs. Status None: results (kept, superseded, exhausted, pending); accepted and rejected
    are decisions and bring improved nodes too. `search`: a part of the instruction, whatever its case.
    """

    status: PairStatus | None = None
    search: str = ""
    use_case: str | None = None
    skill: str | None = None
    tag: str | None = None
    iteration: int | None = None
    metadata: str | None = None
    decision: Literal["accept", "reject", "conflict", "none"] | None = None
    undecided_by: str | None = None
    """Only what this reviewer has not decided."""


class Pairs:
    """The comparisons of a config. `cap`: the iterations allowed. Order: seed import, metadata, sample, iteration."""

    def page(
        self,
        config: str,
        theta: float,
        cap: int,
        where: PairFilter | None = None,
        offset: int = 0,
        limit: int | None = 50,
    ) -> list[Pair]:
        """Some pairs, in order; limit None: all."""
        raise NotImplementedError

    def each(self, config: str, theta: float, cap: int, where: PairFilter | None = None) -> Iterator[Pair]:
        """Every pair, in order, one at a time from one state of the file: for exports."""
        raise NotImplementedError

    def count(self, config: str, theta: float, cap: int, where: PairFilter | None = None) -> int:
        """How many `page` has in all."""
        raise NotImplementedError

    def ids(self, config: str, theta: float, cap: int, where: PairFilter | None = None) -> list[str]:
        """The ids of the pairs, in order: a queue for review."""
        raise NotImplementedError

    def get(self, id: str, theta: float, cap: int, config: str | None = None) -> Pair | None:
        """One pair, of whatever status; an imported one has the state that it has under `config`."""
        raise NotImplementedError

    def scores(self, config: str) -> list[tuple[int, float, float, bool]]:
        """(iteration, signed gap, reach, leaf) of every scored node: what a sweep over θ needs."""
        raise NotImplementedError
