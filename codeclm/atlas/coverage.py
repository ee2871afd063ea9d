"""Where the seeds are and the generated data is not: shares, one divergence with an interval, ranked gaps.

Pure arithmetic over counts by group. Knows neither what a group is nor where its counts are from.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtr, rel_entr

Key = TypeVar("Key", bound=Hashable)

_DEALT, _FEWEST, _DRAWN = 1_000, 64, 120_000
"""How often groups are dealt out anew: of very many less often, as each then tells more."""
_BY_CHANCE = 0.05
"""Probability from which what is seen is put down to chance."""
_Z = 1.96
"""Standard deviations to either side within which 95 % of a normal distribution lie."""

Shares = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Divergence:
    """Jensen–Shannon divergence in bits, adjusted for chance, with its 95 % interval.

    0: alike, as far as can be told; 1: nothing shared. `chance`: what two draws of these sizes from one
    distribution stay under 19 times in 20.
    """

    value: float
    low: float
    high: float
    chance: float


def divergence(seeds: Sequence[int], other: Sequence[int], seed: int = 0) -> Divergence | None:
    """How far the counts of the other side, group by group, are from those of the seeds; None: one is empty.

    Read off the counts as they are, few in many groups seem far apart that are alike. So what chance makes
    is taken off, as is done of mutual information (Vinh et al. 2010), which this divergence is: that of a
    record's group with its side. The interval spans what this and the jackknife make of it, each with the
    jackknife's deviation; where counts are so few that the two disagree, it is wide.
    """
    one, two = np.asarray(seeds, np.float64), np.asarray(other, np.float64)
    if not one.sum() or not two.sum():
        return None
    dealt = _dealt(one.astype(np.int64), two.astype(np.int64), seed)
    expected = float(dealt.mean())
    room = 1 - expected
    if room < 1e-9:  # no group has two records: nothing can be told
        return Divergence(0.0, 0.0, 1.0, 1.0)
    plain = float(_bits(one / one.sum(), two / two.sum()).sum())
    jackknifed, deviation = _jackknife(one, two, plain)
    deviation = max(deviation, float(dealt.std()))  # shares that are the same by chance are no certainty
    value, chance = (plain - expected) / room, (float(np.quantile(dealt, 1 - _BY_CHANCE)) - expected) / room
    low = min(plain - expected, jackknifed) - _Z * deviation
    high = max(0.0, value, jackknifed) + _Z * deviation / room
    return Divergence(*(min(1.0, max(0.0, float(each))) for each in (value, low, high, chance)))


def _dealt(one: NDArray[np.int64], two: NDArray[np.int64], seed: int) -> Shares:
    """The divergence of two sides of these sizes to which all records were dealt out anew, many times."""
    both = (one + two)[one + two > 0]
    here, there = int(one.sum()), int(two.sum())
    times = min(_DEALT, max(_FEWEST, _DRAWN // len(both)))
    dice = np.random.default_rng(seed)
    drawn = dice.multivariate_hypergeometric(both, here, size=times, method="marginals")
    found: Shares = _bits(drawn / here, (both - drawn) / there).sum(axis=1)
    return found


def _jackknife(one: Shares, two: Shares, plain: float) -> tuple[float, float]:
    """The divergence without its bias, and its standard deviation, by leaving out each record in turn."""
    value, variance = plain, 0.0
    for side, against in ((one, two / two.sum()), (two, one / one.sum())):
        left, there = max(1.0, side.sum() - 1), side > 0
        # Leaving one out makes all others a little more, and its own group one less.
        parts = _bits(side / left, against)
        without = parts.sum() - parts[there] + _bits((side[there] - 1) / left, against[there])
        mean = float(np.average(without, weights=side[there]))
        value -= (side.sum() - 1) * (mean - plain)
        variance += (side.sum() - 1) * float(np.average(np.square(without - mean), weights=side[there]))
    return value, math.sqrt(variance)


def _bits(one: Shares, two: Shares) -> Shares:
    """What each group adds to the divergence of two sides."""
    middle = (one + two) / 2
    found: Shares = (rel_entr(one, middle) + rel_entr(two, middle)) / (2 * math.log(2))
    return found


@dataclass(frozen=True, slots=True)
class Gap(Generic[Key]):
    """A group that the other side has less of than the seeds.

    `then`: its share once there is what comes anyway. `wanted`: how many more, beyond that, would bring it to
    its share of the seeds. `weight`: how much the
    counts speak for a smaller share, as a log-likelihood ratio. `chance`: the probability that chance alone
    makes the others this few or fewer.
    """

    key: Key
    seed_share: float
    share: float
    then: float
    wanted: int
    weight: float
    chance: float

    @property
    def sure(self) -> bool:
        """Whether it is more than chance."""
        return self.chance < _BY_CHANCE


@dataclass(frozen=True, slots=True)
class Coming(Generic[Key]):
    """What the next run makes unasked: how many in all and of each group, and which share of any counts."""

    total: int = 0
    each: Mapping[Key, int] = field(default_factory=dict)
    rate: float = 1.0

    def counts(self, key: Key, there: int, others: int) -> tuple[float, float]:
        """What there is of a group, and in all, once it has come."""
        return there + self.rate * self.each.get(key, 0), others + self.rate * self.total


def gaps(
    groups: Sequence[tuple[Key, int, int]], seeds: int, others: int, coming: Coming[Key] | None = None
) -> list[Gap[Key]]:
    """Groups (key, seeds, others) with too few others, first where the counts speak most for it.

    `seeds` and `others` are the totals that shares are of. Both are draws: a group that few seeds happen to
    be in, or that a little is missing of among many, stands behind one of which nothing is there. Where
    there are no others at all, and none come, as many are wanted as there are seeds.
    """
    found: list[Gap[Key]] = []
    coming = coming or Coming()
    for key, here, there in groups:
        share, had = here / seeds if seeds else 0.0, there / others if others else 0.0
        part, whole = coming.counts(key, there, others)
        if had >= share or (share >= 1 and whole):  # of what all seeds are, more cannot be
            continue
        wanted = here
        if whole:
            wanted = max(0, math.floor((share * whole - part) / (1 - share) / coming.rate + 0.5))
        if wanted or key in coming.each:  # else not one is missing
            weight, chance = _told(here, there, seeds, others)
            then = part / whole if whole else 0.0
            found.append(Gap(key, share, had, then, wanted, weight, chance))
    return sorted(found, key=lambda gap: (-gap.weight, gap.share - gap.seed_share, str(gap.key)))


def _told(here: int, there: int, seeds: int, others: int) -> tuple[float, float]:
    """The log-likelihood ratio by which corpora are compared (Dunning 1993), and the probability of counts
    at least as uneven by chance: of two Poisson counts (Przyborowski and Wilenski 1940), half of what is
    seen itself counted in, without which few counts look surer to be chance than they are."""
    both, part = here + there, others / (seeds + others)
    weight = 2 * float(rel_entr(here, both * (1 - part)) + rel_entr(there, both * part)) if others else 0.0
    fewer = float(bdtr(there - 1, both, part)) if there else 0.0
    return weight, (fewer + float(bdtr(there, both, part))) / 2
