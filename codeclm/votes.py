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
    """A name as decisions are kept under it: on one line, blanks squeezed, of signs that are seen, cut.

    One that takes no room counts as a blank: else two reviewers looked alike.
    """
    line = clean(as_seen(" ".join(said.split())))
    seen = "".join(sign if sign.isprintable() else " " for sign in line)
    return " ".join(seen.split())[:LONGEST].rstrip()


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


def units(votes: Iterable[Vote]) -> list[list[str]]:
    """What was said of each pair: the same value where two agree."""
    by_pair: dict[str, list[str]] = defaultdict(list)
    for vote in votes:
        by_pair[vote.pair].append(vote.said)
    return [*by_pair.values()]
