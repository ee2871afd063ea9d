"""Where the seeds are and the generated data is not: shares, one divergence with an interval, ranked gaps.

Pure arithmetic over counts by group. Knows neither what a group is nor where its counts are from.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv

Key = TypeVar("Key", bound=Hashable)

_DRAWS, _FEWEST, _DRAWN = 1_000, 200, 120_000
"""How often both sides are drawn anew: of very many groups less often, so that it takes no longer."""
_BY_CHANCE = 0.05
"""Probability from which what is seen is put down to chance."""


@dataclass(frozen=True, slots=True)
class Divergence:
    """Jensen–Shannon divergence in bits, 0 (alike) to 1 (nothing shared), with its 95 % interval.

    `chance`: what two draws of these sizes from one distribution stay under 19 times in 20.
    """

    value: float
    low: float
    high: float
    chance: float


def divergence(seeds: Sequence[int], other: Sequence[int], seed: int = 0) -> Divergence | None:
    """How far the counts of the other side, group by group, are from those of the seeds; None: one is empty.

    Both sides are drawn anew many times. As draws of draws they differ more, and by as much as they
    do on average the interval is moved down.
    """
    one, two = np.asarray(seeds, np.float64), np.asarray(other, np.float64)
    if not one.sum() or not two.sum():
        return None
    dice = np.random.default_rng(seed)
    here, there = int(one.sum()), int(two.sum())
    plain = float(_bits(one[None], two[None])[0])
    again = _drawn(dice, one / here, two / there, here, there)
    both = (one + two) / (here + there)
    alike = _drawn(dice, both, both, here, there)
    low, high = (plain + float(np.quantile(again, share) - again.mean()) for share in (0.025, 0.975))
    chance = float(np.quantile(alike, 1 - _BY_CHANCE))
    return Divergence(
        *(min(1.0, max(0.0, each)) for each in (plain, min(low, plain), max(high, plain), chance))
    )


def _drawn(
    dice: np.random.Generator, one: NDArray[np.float64], two: NDArray[np.float64], here: int, there: int
) -> NDArray[np.float64]:
    """The divergence of so many drawn from each of two distributions, many times."""
    times = min(_DRAWS, max(_FEWEST, _DRAWN // len(one)))
    sides = (dice.multinomial(here, one, times), dice.multinomial(there, two, times))
    return _bits(sides[0].astype(np.float64), sides[1].astype(np.float64))


def _bits(one: NDArray[np.float64], two: NDArray[np.float64]) -> NDArray[np.float64]:
    one, two = (side / side.sum(axis=1, keepdims=True) for side in (one, two))
    middle = (one + two) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = [np.where(side > 0, side * np.log2(side / middle), 0.0) for side in (one, two)]
    bits: NDArray[np.float64] = ((parts[0] + parts[1]) / 2).sum(axis=1)
    return bits


@dataclass(frozen=True, slots=True)
class Gap(Generic[Key]):
    """A group that the other side has less of than the seeds.

    `wanted`: how many more would bring it to its share. `least`: how much is missing of its share at the
    least, as the upper end of the other's 95 % interval (Clopper and Pearson 1934, one-sided) has it.
    """

    key: Key
    seed_share: float
    share: float
    wanted: int
    least: float

    @property
    def sure(self) -> bool:
        """Whether it is more than chance."""
        return self.least > 0


def gaps(groups: Sequence[tuple[Key, int, int]], seeds: int, others: int) -> list[Gap[Key]]:
    """Groups (key, seeds, others) with too few others, first where most is missing at the least.

    So a large group that is a little short by chance stands behind a small one of which nothing is there.
    `seeds` and `others` are the totals that shares are of. Where there are no others at all, as many are
    wanted as there are seeds.
    """
    found: list[Gap[Key]] = []
    for key, here, there in groups:
        share = here / seeds if seeds else 0.0
        if not others:
            wanted = here
        elif share < 1:
            wanted = math.ceil(round((share * others - there) / (1 - share), 6))
        else:
            wanted = 0
        if wanted > 0:
            most = _most(there, others)
            found.append(Gap(key, share, there / others if others else 0.0, wanted, share - most))
    return sorted(found, key=lambda gap: (-gap.least, gap.share - gap.seed_share, str(gap.key)))


def _most(there: int, others: int) -> float:
    """The largest share of which so few of the others are no surprise."""
    return float(betaincinv(there + 1, others - there, 1 - _BY_CHANCE)) if there < others else 1.0
