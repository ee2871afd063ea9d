"""Contrastive Filtering as arithmetic (paper, section 3.3): states for a θ, the judge's health.

Pure functions over plain scores, and the model that the store's SQL is held against. Knows neither
texts nor records.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from codeclm.records import AnswerRole, Status, gap_of

Gap = float | None
"""G of a node; None: it is not scored."""

_Z = 1.959963984540054
"""The normal quantile of a two-sided 95 % interval."""


class Node(NamedTuple):
    """A node of a lineage. `reach` is the greatest |G| among its strict ancestors, 0 where there is none."""

    gap: Gap
    reach: float
    iteration: int
    leaf: bool


def nodes(gaps: Sequence[Gap], first: int = 1) -> list[Node]:
    """The nodes of one path from their gaps, the basic instruction first."""
    reach, path = 0.0, []
    for place, gap in enumerate(gaps):
        path.append(Node(gap, reach, first + place, place == len(gaps) - 1))
        reach = max(reach, abs(gap or 0.0))
    return path


def status(node: Node, theta: float, cap: int) -> Status:
    """The state of a node for a θ, where a lineage has at most `cap` nodes.

    "improved": under θ and improved upon, a part of its lineage's history and not a result.
    """
    if node.reach > theta:
        return "superseded"
    if node.gap is not None and abs(node.gap) > theta:
        return "kept"
    if not node.leaf:
        return "improved"
    return "exhausted" if node.gap is not None and node.iteration >= cap else "pending"


@dataclass(frozen=True, slots=True)
class Share:
    """`count` of `total`, and the 95 % Wilson interval of the rate; of nothing, that is 0 to 1."""

    count: int
    total: int
    low: float
    high: float

    @property
    def rate(self) -> float | None:
        """Between 0 and 1."""
        return self.count / self.total if self.total else None


def share(count: int, total: int) -> Share:
    """The share with its interval, which stays honest for small totals and for rates near 0 and 1."""
    if not total:
        return Share(0, 0, 0.0, 1.0)
    rate, square = count / total, _Z * _Z / total
    middle = (rate + square / 2) / (1 + square)
    half = _Z * math.sqrt(rate * (1 - rate) / total + square / (4 * total)) / (1 + square)
    return Share(count, total, max(0.0, middle - half), min(1.0, middle + half))


class Judged(NamedTuple):
    """One comparison as numbers: in each order the strong and the target score, then the lengths.

    `target_first` is None where a file brought one order only. Of the lengths only counts which is greater.
    `own` is the answer that the judge's own model wrote, None where it wrote neither or both.
    """

    strong_first: tuple[float, float]
    target_first: tuple[float, float] | None
    strong_length: int
    target_length: int
    own: AnswerRole | None = None


class Health(NamedTuple):
    """What the scores say about their judge."""

    order_flips: Share
    """Comparisons whose verdict (strong, target or a tie) changes with the order; of those judged in both."""
    first_seat: Share
    """Judgements won by the answer shown first; of those in both orders that were no tie. Fair: one half."""
    longer_wins: Share
    """Comparisons won by the longer answer; of those with a winner and unequal lengths."""
    own_wins: Share
    """Comparisons won by the judge's own model; of those with a winner in which it wrote one answer."""


class Spread(NamedTuple):
    """How the single scores of a judge lie; a judge that says the same of all tells nothing apart."""

    mean: float
    deviation: float
    commonest: float
    """The score given most often."""
    commonest_share: Share
    ties: Share
    """Judgements that gave both answers the same score."""


def spread(rows: Iterable[Judged] | Mapping[Judged, int]) -> Spread | None:
    """The spread of a judge's scores, of comparisons or of how many are alike; None: there are none."""
    counts: Counter[float] = Counter()
    judgements = ties = 0
    for row, count in Counter(rows).items():
        for scores in filter(None, (row.strong_first, row.target_first)):
            for score in scores:
                counts[score] += count
            judgements += count
            ties += count * (scores[0] == scores[1])
    total = counts.total()
    if not total:
        return None
    mean = sum(score * count for score, count in counts.items()) / total
    variance = sum((score - mean) ** 2 * count for score, count in counts.items()) / total
    commonest, count = max(counts.items(), key=lambda item: (item[1], -item[0]))
    return Spread(mean, math.sqrt(variance), commonest, share(count, total), share(ties, judgements))


def health(rows: Iterable[Judged] | Mapping[Judged, int]) -> Health:
    """The health of a judge from its comparisons, or from how many are alike."""
    yes, total = Counter[str](), Counter[str]()
    for row, count in Counter(rows).items():
        for name, found in _signs(row):
            yes[name] += count * found
            total[name] += count
    return Health(*(share(yes[name], total[name]) for name in Health._fields))


def _signs(row: Judged) -> Iterator[tuple[str, bool]]:
    """What one comparison says to each figure of `Health` that it counts for."""
    orders = [row.strong_first] if row.target_first is None else [row.strong_first, row.target_first]
    verdicts = [_sign(strong - target) for strong, target in orders]
    if len(verdicts) > 1:
        yield "order_flips", verdicts[0] != verdicts[1]
        for verdict, seat in zip(verdicts, (1, -1), strict=True):
            if verdict:
                yield "first_seat", verdict == seat
    winner = _sign(gap_of(sum(strong for strong, _ in orders), sum(target for _, target in orders)))
    if winner and row.strong_length != row.target_length:
        yield "longer_wins", winner == _sign(row.strong_length - row.target_length)
    if winner and row.own:
        yield "own_wins", winner == (1 if row.own == "strong" else -1)


def _sign(number: float) -> int:
    return (number > 0) - (number < 0)
