"""The θ lab: what any θ would keep, cost and flip, from stored scores alone, over arrays of scored nodes.

Pure arithmetic; `contrast` says what the states are, one node at a time. Knows no store and no chart.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from codeclm.settings import Dials

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


class Kept(NamedTuple):
    """What a θ comes to. Tokens and money are those that a run at it would have taken."""

    theta: float
    kept: int
    lineages: int
    """Those with scores: each that is kept, or that ends in a node which is not, pending or exhausted."""
    pending: int
    tokens: float
    cost: float

    @property
    def share(self) -> float | None:
        """Kept, of all lineages."""
        return self.kept / self.lineages if self.lineages else None

    @property
    def tokens_per_pair(self) -> float | None:
        """Tokens for each kept pair; None: nothing is kept, or no call is known."""
        return self.tokens / self.kept if self.kept and self.tokens else None

    @property
    def cost_per_pair(self) -> float | None:
        """US dollars for each kept pair; None: nothing is kept, or no call is known."""
        return self.cost / self.kept if self.kept and self.tokens else None


class Group(NamedTuple):
    """One iteration, use case or cluster at a θ."""

    name: str
    scored: int
    """Nodes that a run at this θ would have scored."""
    kept: int
    target_wins: int
    mean_gap: float
    tokens: float
    cost: float
    """US dollars."""


class More(NamedTuple):
    """What a θ leaves to do: lineages to go on with, and the bounds of calls, nothing asked again."""

    pending: int
    least: int
    most: int
    failed: int
    """Lineages that would go on, had no step of theirs failed."""


@dataclass(frozen=True)
class Nodes:
    """Scored nodes as arrays of equal length. `reach`: the greatest |gap| above on the path."""

    gap: Floats
    reach: Floats
    leaf: Mask
    ended: Mask
    """Whether no run goes on from it: it failed, its labels were edited, or its metadata is left out."""
    failed: Mask
    """Whether a failure is why."""
    iteration: NDArray[np.int64]
    own_tokens: Floats
    step_tokens: Floats
    own_cost: Floats
    step_cost: Floats
    shared_tokens: float = 0.0
    shared_cost: float = 0.0

    @cached_property
    def size(self) -> Floats:
        """|gap|."""
        return np.abs(self.gap)

    def seen(self, theta: float) -> Mask:
        """Nodes that a run at θ would have come to."""
        return self.reach <= theta

    def kept(self, theta: float) -> Mask:
        """Nodes kept at θ."""
        return (self.reach <= theta) & (self.size > theta)

    def pending(self, theta: float, cap: int) -> Mask:
        """Scored leaves that a run at θ would go on from."""
        return self._open(theta, cap) & ~self.ended

    def _open(self, theta: float, cap: int) -> Mask:
        """Scored leaves that a step is left for."""
        return self.leaf & (self.reach <= theta) & (self.size <= theta) & (self.iteration < cap)

    def at(self, theta: float, cap: int) -> Kept:
        """What θ comes to."""
        seen, kept, pending = self.seen(theta), self.kept(theta), self.pending(theta, cap)
        improved = seen & ~kept
        ended = self.leaf & seen & ~kept
        return Kept(
            theta,
            int(kept.sum()),
            int(kept.sum() + ended.sum()),
            int(pending.sum()),
            float(self.own_tokens[seen].sum() + self.step_tokens[improved].sum() + self.shared_tokens),
            float(self.own_cost[seen].sum() + self.step_cost[improved].sum() + self.shared_cost),
        )

    def sweep(self, thetas: Sequence[float], cap: int) -> list[Kept]:
        """`at` for each θ."""
        return [self.at(theta, cap) for theta in thetas]

    def flips(self, theta: float, other: float) -> tuple[Mask, Mask]:
        """Nodes kept at θ alone, and at the other alone."""
        one, two = self.kept(theta), self.kept(other)
        return one & ~two, two & ~one

    def more(self, theta: float, cap: int) -> More:
        """What a run at θ would have to do: each step an improvement, two answers, two judgements."""
        pending = self.pending(theta, cap)
        count, failed = int(pending.sum()), int((self._open(theta, cap) & self.failed).sum())
        return More(count, 5 * count, int(5 * (cap - self.iteration[pending]).sum()), failed)

    def groups(self, codes: NDArray[np.int64], names: Sequence[str], theta: float) -> list[Group]:
        """Sums by group; `codes` says which of `names` each node belongs to, −1 for none."""
        seen = self.seen(theta) & (codes >= 0)
        kept = self.kept(theta) & (codes >= 0)
        count = len(names)

        def total(mask: Mask, weights: Floats | None = None) -> Floats:
            found = np.bincount(codes[mask], None if weights is None else weights[mask], count)
            return found.astype(np.float64)

        scored = total(seen)
        improved = seen & ~kept
        tokens = total(seen, self.own_tokens) + total(improved, self.step_tokens)
        cost = total(seen, self.own_cost) + total(improved, self.step_cost)
        columns = (scored, total(kept), total(kept & (self.gap < 0)), total(seen, self.gap), tokens, cost)
        return [
            Group(name, int(n), int(k), int(wins), float(gap / n), float(took), float(paid))
            for name, n, k, wins, gap, took, paid in zip(names, *columns, strict=True)
            if n
        ]


class Scale(NamedTuple):
    """From 0 up to which θ results are looked at, and in what steps."""

    most: float = 9.0
    step: float = 0.25
    """Gaps are means of two scores, halves mostly."""

    @classmethod
    def of(cls, reach: float) -> Scale:
        """For gaps of which the largest is `reach`. A judge of ours scores from 1 to 10; scores that a file
        brings may go to 1 or to 100.
        """
        if not reach or 1 < reach <= cls().most:
            return cls()
        rough = reach / _STEPS
        unit = 10.0 ** math.floor(math.log10(rough))
        step = next(unit * each for each in (1, 2.5, 5, 10) if unit * each >= rough * (1 - _SLACK))
        return cls(_plain(math.ceil(reach / step / 2 - _SLACK) * 2 * step), _plain(step))


USUAL = Scale()


class Fit(NamedTuple):
    """A θ that asks of the scores there are what the usual one asks of scores from 1 to 10."""

    theta: float
    usual: float
    reach: float
    """The largest |gap|."""

    @property
    def said(self) -> str:
        """The same in words."""
        return (
            f"Gaps here reach {self.reach:g}; on the judge’s scale of 1 to 10 they reach {USUAL.most:g} at "
            f"most. θ {self.theta:g} asks of these scores what θ {self.usual:g} asks of those."
        )


def fitting(reach: float, highest: float, theta: float) -> Fit | None:
    """The θ for scores that are plainly on another scale, as long as the usual one is set; else None.

    `reach`: the largest |gap|; `highest`: the highest score, as gaps may be small on any scale.
    """
    scale = Scale.of(reach)
    if theta != Dials().theta or scale == USUAL or reach <= 1 < highest:
        return None
    wanted = _plain(max(1, round(theta * scale.most / USUAL.most / scale.step)) * scale.step)
    return None if theta / 2 <= wanted <= theta * 2 else Fit(wanted, theta, reach)


def unreachable(theta: float) -> str:
    """A word where no pair that a judge scores from 1 to 10 can be kept at a θ; else nothing."""
    if theta < USUAL.most:
        return ""
    return (
        f"θ is {theta:g}, and the judge’s scores of 1 to 10 are {USUAL.most:g} apart at most: of what a run "
        "scores nothing is kept, only what a file brought with scores on another scale."
    )


_STEPS = 40
_SLACK = 1e-9


def histogram(gaps: Floats, scale: Scale = USUAL) -> tuple[list[float], list[int]]:
    """The middles of bins from −most to most, two steps wide, and how many gaps fall into each, or beyond.

    Halves on a scale of ten have a bar each, and none lies on an edge.
    """
    most, width = scale.most, 2 * scale.step
    bins = round(most / width)
    middles = width * np.arange(-bins, bins + 1)
    edges = np.append(middles - width / 2, most + width / 2)
    counts, _ = np.histogram(np.clip(gaps, -most, most), edges)
    return [_plain(middle) for middle in middles], [int(count) for count in counts]


def thetas(scale: Scale = USUAL) -> list[float]:
    """The values of θ that are looked at."""
    return [_plain(number * scale.step) for number in range(round(scale.most / scale.step) + 1)]


def _plain(number: float) -> float:
    """Without what binary fractions add: 0.9, and no more, as θ says it too."""
    return float(f"{number:.12g}")
