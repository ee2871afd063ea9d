"""Capacity Recovery Ratio as arithmetic (paper, section 5.1): verdicts, counts, intervals, paired tests.

A verdict is the target's: it wins or loses only where every order says so; anything else is a tie.
Pure functions over plain scores. Knows neither prompts nor who judged.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import comb
from typing import Any, Literal

from codeclm.contrast import Share, share
from codeclm.records import Scores

Outcome = Literal["win", "tie", "loss"]


def outcome(orders: Sequence[Scores]) -> Outcome:
    """What the judgements of one prompt say of the target; one order decides where it is all there is."""
    signs = {_sign(scores.target - scores.strong) for scores in orders}
    if len(signs) != 1:
        return "tie"
    return {1: "win", 0: "tie", -1: "loss"}[signs.pop()]  # type: ignore[return-value]


@dataclass(frozen=True, slots=True)
class Tally:
    """Wins, ties and losses of a target against the strong model."""

    wins: int = 0
    ties: int = 0
    losses: int = 0

    @property
    def total(self) -> int:
        """Comparisons."""
        return self.wins + self.ties + self.losses

    @property
    def recovered(self) -> Share:
        """Wins and ties of all, with the 95 % Wilson interval; its rate is CRR."""
        return share(self.wins + self.ties, self.total)

    @property
    def crr(self) -> float | None:
        """Between 0 and 1; None where nothing was compared."""
        return self.recovered.rate

    @property
    def sign_p(self) -> float:
        """Exact two-sided sign test of wins against losses: how likely so uneven a count is by chance."""
        return binomial_p(self.wins, self.losses)

    def as_dict(self) -> dict[str, Any]:
        """As the contract's JSON writes it."""
        found = self.recovered
        counts = {"wins": self.wins, "ties": self.ties, "losses": self.losses}
        return {**counts, "crr": found.rate, "ci95": [found.low, found.high]}


def tally(outcomes: Iterable[Outcome]) -> Tally:
    """The counts of verdicts."""
    listed = list(outcomes)
    return Tally(listed.count("win"), listed.count("tie"), listed.count("loss"))


def by_group(outcomes: Iterable[tuple[str, Outcome]]) -> dict[str, Tally]:
    """The counts of each group, by its name; of none where nothing has a group."""
    groups: dict[str, list[Outcome]] = {}
    for name, each in outcomes:
        groups.setdefault(name, []).append(each)
    return {name: tally(groups[name]) for name in sorted(groups)} if any(groups) else {}


@dataclass(frozen=True, slots=True)
class Paired:
    """Two candidates on the prompts that both were judged on.

    `only_first`: recovered (win or tie) by the first alone; `p`: exact two-sided McNemar test; `adjusted`:
    over all pairs of an evaluation (Holm, 1979), as one of many tests comes out low by chance.
    """

    first: str
    second: str
    prompts: int
    only_first: int
    only_second: int
    p: float
    adjusted: float

    @property
    def difference(self) -> float | None:
        """CRR of the first less that of the second, on those prompts."""
        return (self.only_first - self.only_second) / self.prompts if self.prompts else None

    def as_dict(self) -> dict[str, Any]:
        """For JSON, with the name of the test."""
        return {
            "first": self.first,
            "second": self.second,
            "prompts": self.prompts,
            "only_first": self.only_first,
            "only_second": self.only_second,
            "difference": self.difference,
            "p": self.p,
            "p_adjusted": self.adjusted,
            "test": "exact McNemar, two-sided",
        }


def compare(first: str, second: str, one: Mapping[str, Outcome], two: Mapping[str, Outcome]) -> Paired:
    """Two candidates by their verdicts on each prompt."""
    shared = one.keys() & two.keys()
    only_first = sum(one[each] != "loss" and two[each] == "loss" for each in shared)
    only_second = sum(two[each] != "loss" and one[each] == "loss" for each in shared)
    p = binomial_p(only_first, only_second)
    return Paired(first, second, len(shared), only_first, only_second, p, p)


def adjusted(pairs: Sequence[Paired]) -> list[Paired]:
    """The same pairs, their `adjusted` over all of them: Holm's step-down, which never lowers a p."""
    found, least = list(pairs), 0.0
    for rank, at in enumerate(sorted(range(len(found)), key=lambda at: found[at].p)):
        least = min(1.0, max(least, (len(found) - rank) * found[at].p))
        found[at] = replace(found[at], adjusted=least)
    return found


def binomial_p(one: int, other: int) -> float:
    """Exact two-sided probability of so uneven a split of fair coins; 1 where there are none."""
    total, fewer = one + other, min(one, other)
    tail: int = sum(comb(total, count) for count in range(fewer + 1))
    return min(1.0, float(Fraction(2 * tail, 2**total)))


def _sign(number: float) -> int:
    return (number > 0) - (number < 0)
