"""The votes that a project holds, in the terms of `agreement`, and whose: for pages and commands alike."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from codeclm import agreement
from codeclm.llm.text import as_seen, clean
from codeclm.store import Vote

LONGEST = 60
"""Characters of a reviewer's name."""


def reviewer(said: str) -> str:
    """A name as decisions are kept under it: on one line, blanks squeezed, of signs that are seen, cut."""
    return clean(as_seen(" ".join(said.split())))[:LONGEST].rstrip()


def as_votes(votes: Iterable[Vote]) -> list[agreement.Vote]:
    """Decisions in terms of the judge: accepted or not, and on whose side.

    Nobody took a side who rejected both, saw a tie, or accepted many winners at once.
    """
    return [
        agreement.Vote(
            vote.gap,
            vote.reach,
            vote.verdict == "accept",
            None
            if vote.verdict == "reject" or vote.gap == 0 or vote.answer is None
            else (vote.answer == "strong") == (vote.gap > 0),
        )
        for vote in votes
    ]


def verdicts(votes: Iterable[Vote]) -> tuple[list[list[str]], int]:
    """The verdicts on each pair, but for those that settled a conflict; and how many conflicts are left."""
    by_pair: dict[str, list[Vote]] = defaultdict(list)
    for vote in votes:
        by_pair[vote.pair].append(vote)
    units = [[str(vote.verdict) for vote in said if not vote.adjudicated] for said in by_pair.values()]
    split = 0
    for said in by_pair.values():
        accepted = sum(vote.verdict == "accept" for vote in said)
        split += 2 * accepted == len(said) and not any(vote.adjudicated for vote in said)
    return units, split
