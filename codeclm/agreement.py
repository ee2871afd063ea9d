"""How far people agree with each other, and with the judge: alpha, shares with intervals, the θ that fits.

Pure functions over votes. Knows no store, and nothing of why somebody decided as they did.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Sequence
from itertools import combinations
from typing import NamedTuple

from codeclm.contrast import Share, share

FAIR = 0.67
"""The alpha from which decisions may be built on, with care."""
ENOUGH = 30
"""Decisions from which a θ is worth proposing."""
BINS: tuple[tuple[float, float], ...] = ((0, 1), (1, 2), (2, 3), (3, 4), (4, 6), (6, float("inf")))
"""Bounds of |G| by which agreement is shown: the lower is out, but for 0, the upper in."""


class Vote(NamedTuple):
    """What somebody said of a pair. `sided`: whether with the answer scored higher; None: not said."""

    gap: float
    reach: float
    accepted: bool
    sided: bool | None


class Fit(NamedTuple):
    """How well one θ goes with what people decided."""

    theta: float
    agreed: Share


def alpha(units: Iterable[Sequence[Hashable]]) -> float | None:
    """Krippendorff's alpha for nominal values; None where no unit has two values, or all values are alike.

    1: they agree always; 0: as by chance. Units with one value say nothing and are left out.
    """
    within: Counter[Hashable] = Counter()
    disagreed = 0.0
    for values in units:
        count = len(values)
        if count < 2:
            continue
        counts = Counter(values)
        within.update(counts)
        pairs = count * count - sum(number * number for number in counts.values())
        disagreed += pairs / (count - 1)
    total = sum(within.values())
    expected = total * total - sum(number * number for number in within.values())
    if not expected:
        return None
    return 1 - (total - 1) * disagreed / expected


def percent(units: Iterable[Sequence[Hashable]]) -> Share:
    """Pairs of values of one unit that are the same, of all such pairs."""
    agreed = total = 0
    for values in units:
        total += len(values) * (len(values) - 1) // 2
        agreed += sum(count * (count - 1) // 2 for count in Counter(values).values())
    return share(agreed, total)


def between(votes: Iterable[tuple[str, str, Hashable]]) -> dict[tuple[str, str], Share]:
    """For every two reviewers, on how many of the pairs that both decided they agree.

    `votes` are (pair, reviewer, value), one for each reviewer and pair.
    """
    by_pair: dict[str, dict[str, Hashable]] = defaultdict(dict)
    for pair, reviewer, value in votes:
        by_pair[pair][reviewer] = value
    found: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for said in by_pair.values():
        for one, other in combinations(sorted(said), 2):
            found[one, other].append(said[one] == said[other])
    return {pair: share(sum(same), len(same)) for pair, same in sorted(found.items())}


def by_gap(votes: Sequence[Vote]) -> list[tuple[str, Share, Share]]:
    """For each bin of |G|: its name, decisions that took the judge's winner, and decisions that accepted.

    The first share is of those that took an answer at all, where the judge saw a winner.
    """
    rows = []
    for low, high in BINS:
        inside = [vote for vote in votes if low < abs(vote.gap) <= high or (low == 0 == vote.gap)]
        sided = [vote.sided for vote in inside if vote.sided is not None]
        accepted = sum(vote.accepted for vote in inside)
        name = f"{low:g} to {high:g}" if high < float("inf") else f"over {low:g}"
        rows.append((name, share(sum(sided), len(sided)), share(accepted, len(inside))))
    return rows


def fits(votes: Sequence[Vote], thetas: Sequence[float]) -> list[Fit]:
    """For each θ, how many decisions it goes with: accepted what it keeps, or rejected what it does not.

    What a θ supersedes it would never have made: that counts for no θ that does so.
    """
    found = []
    for theta in thetas:
        seen = [vote for vote in votes if vote.reach <= theta]
        right = sum((abs(vote.gap) > theta) == vote.accepted for vote in seen)
        found.append(Fit(theta, share(right, len(seen))))
    return found


def best(found: Sequence[Fit], current: float) -> Fit | None:
    """The θ that goes with most decisions, the nearest to the current one of several; None: too few."""
    enough = [fit for fit in found if fit.agreed.total >= ENOUGH]
    if not enough:
        return None
    return min(enough, key=lambda fit: (-(fit.agreed.rate or 0.0), abs(fit.theta - current)))
