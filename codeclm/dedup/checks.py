"""The checks of an export: which rows are dropped because another, or a test prompt, says the same.

Of two near rows the better stays: the one with the larger |gap|, then the one a person accepted, then
the first. What is compared is the instruction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

from codeclm.dedup.near import Near, Vectors, by_ngram, by_vector, leaks_by_ngram, leaks_by_vector
from codeclm.dedup.shingles import Grams
from codeclm.dedup.words import normal
from codeclm.errors import UsageError
from codeclm.export import Row

Method = Literal["exact", "ngram", "embedding"]
METHODS: tuple[Method, ...] = get_args(Method)
"""Each finds what those before it find, and more."""

THRESHOLDS: dict[Method, float] = {"exact": 1.0, "ngram": 0.7, "embedding": 0.9}
"""Where nothing is said: the share of common 3-grams, or the cosine."""
LEAK_THRESHOLDS: dict[Method, float] = {"exact": 1.0, "ngram": 0.7, "embedding": 0.8}
MARGIN = 0.1
"""How far below the threshold pairs are shown that stay."""

NEAR = "near-duplicate"
LEAKED = "leaks a test prompt"

Embed = Callable[[Sequence[str]], Vectors]
"""Vectors of texts, one row each, of length 1."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A row as it is compared. `gap`: |G|, 0 where it is not scored."""

    id: str
    text: str
    gap: float = 0.0
    accepted: bool = False


@dataclass(frozen=True, slots=True)
class Checks:
    """What to look for. None: not at all; a threshold None: the method's own."""

    dedup: Method | None = None
    threshold: float | None = None
    leaks: Method | None = None
    leak_threshold: float | None = None

    def __post_init__(self) -> None:
        for value in (self.threshold, self.leak_threshold):
            if value is not None and not 0 < value <= 1:
                raise UsageError(f"threshold: {value:g} is not above 0 and at most 1")

    @property
    def embeds(self) -> bool:
        """Whether embeddings are needed."""
        return "embedding" in (self.dedup, self.leaks)


@dataclass(frozen=True, slots=True)
class Twin:
    """Two rows that are near each other. `dropped`: the second goes; else it is just below the threshold."""

    kept: Candidate
    other: Candidate
    score: float
    method: Method
    dropped: bool


@dataclass(frozen=True, slots=True)
class Leak:
    """A row that says what a test prompt says."""

    row: Candidate
    prompt: str
    score: float
    method: Method


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found. `dropped` has, by row id, why it goes; twins nearest to their threshold come first."""

    dropped: dict[str, str] = field(default_factory=dict)
    twins: list[Twin] = field(default_factory=list)
    leaks: list[Leak] = field(default_factory=list)


def candidates(rows: Iterable[Row]) -> list[Candidate]:
    """Rows of an export as they are compared."""
    return [
        Candidate(
            row.pair.id,
            row.instruction,
            abs(row.pair.gap) if row.scored else 0.0,
            row.pair.decision is not None and row.pair.decision.verdict == "accept",
        )
        for row in rows
    ]


def check(
    rows: Sequence[Candidate], checks: Checks, prompts: Sequence[str] = (), embed: Embed | None = None
) -> Checked:
    """Look for leaks first, then for near-duplicates among the rows that are left."""
    found = Checked()
    if checks.leaks and prompts:
        _leaks(found, rows, checks, prompts, embed)
    left = [row for row in rows if row.id not in found.dropped]
    if checks.dedup:
        _twins(found, left, checks, embed)
    return found


def _leaks(
    found: Checked, rows: Sequence[Candidate], checks: Checks, prompts: Sequence[str], embed: Embed | None
) -> None:
    for method in METHODS[: METHODS.index(checks.leaks or "exact") + 1]:
        least = _threshold(method, checks.leaks, checks.leak_threshold, LEAK_THRESHOLDS)
        left = [row for row in rows if row.id not in found.dropped]
        for near in _leaked(method, [row.text for row in left], prompts, least, embed):
            row = left[near.other]
            found.leaks.append(Leak(row, prompts[near.kept], near.score, method))
            found.dropped[row.id] = LEAKED


def _leaked(
    method: Method, texts: list[str], prompts: Sequence[str], least: float, embed: Embed | None
) -> list[Near]:
    if method == "exact":
        known = {normal(prompt): number for number, prompt in reversed(list(enumerate(prompts)))}
        places = ((place, known.get(normal(text))) for place, text in enumerate(texts))
        return [Near(number, place, 1.0) for place, number in places if number is not None]
    if method == "ngram":
        return leaks_by_ngram(Grams.of([*texts, *prompts]), len(texts), least)
    return leaks_by_vector(_vectors(embed, texts), _vectors(embed, prompts), least)


def _twins(found: Checked, rows: Sequence[Candidate], checks: Checks, embed: Embed | None) -> None:
    for method in METHODS[: METHODS.index(checks.dedup or "exact") + 1]:
        least = _threshold(method, checks.dedup, checks.threshold, THRESHOLDS)
        left = [row for row in rows if row.id not in found.dropped]
        order = sorted(range(len(left)), key=lambda at: (-left[at].gap, not left[at].accepted, at))
        for near in _near(method, [row.text for row in left], least, order, embed):
            kept, other = left[near.kept], left[near.other]
            found.twins.append(Twin(kept, other, near.score, method, dropped=True))
            found.dropped[other.id] = NEAR
        if method == checks.dedup and method != "exact":
            _spared(found, rows, method, least, embed)
    found.twins.sort(key=lambda twin: (METHODS.index(twin.method), twin.score, twin.kept.id))


def _spared(
    found: Checked, rows: Sequence[Candidate], method: Method, least: float, embed: Embed | None
) -> None:
    """Pairs just below the threshold, which stay: for a person to see where it lies."""
    left = [row for row in rows if row.id not in found.dropped]
    below = max(least - MARGIN, 0.05)
    for near in _near(method, [row.text for row in left], below, range(len(left)), embed):
        found.twins.append(Twin(left[near.kept], left[near.other], near.score, method, dropped=False))


def _near(
    method: Method, texts: list[str], least: float, order: Sequence[int], embed: Embed | None
) -> list[Near]:
    if method == "exact":
        first: dict[str, int] = {}
        pairs = [(first.setdefault(normal(texts[place]), place), place) for place in order]
        return [Near(kept, place, 1.0) for kept, place in pairs if kept != place]
    if method == "ngram":
        return by_ngram(Grams.of(texts), least, order)
    return by_vector(_vectors(embed, texts), least, order)


def _vectors(embed: Embed | None, texts: Sequence[str]) -> Vectors:
    if embed is None:
        raise UsageError("by embedding: no embeddings are at hand; choose ngram")
    return embed(texts)


def _threshold(
    method: Method, asked: Method | None, given: float | None, usual: dict[Method, float]
) -> float:
    return given if given is not None and method == asked and method != "exact" else usual[method]
