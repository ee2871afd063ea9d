"""How complex an instruction is, by what can be counted: length, constraints, distance from its parent.

Rough and free of charge; ratings under rubrics are the model's. Pure: knows texts only.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from statistics import fmean
from typing import NamedTuple

from codeclm.stages.checks import words

_BOUND = re.compile(
    r"\b(?:must|should|shall|need(?:s)? to|has to|have to|at (?:least|most)|no (?:more|fewer|less) than"
    r"|exactly|only|without|avoid|ensure|make sure|do not|don['’]t|never|always|include|including"
    r"|limit(?:ed)?|between|up to|under|within|if|unless|while|although)\b",
    re.IGNORECASE,
)
_ITEM = re.compile(r"^\s*(?:[-*•]|\d+[.)]|[a-z][.)])\s+", re.MULTILINE)
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
_ITEM_NUMBER = re.compile(r"^\s*\d+[.)]\s", re.MULTILINE)


class Measures(NamedTuple):
    """`length` in words (signs, where a script has no spaces); `distance` from the parent from 0 to 1."""

    length: int
    constraints: int
    distance: float | None


class Step(NamedTuple):
    """The means of one iteration; ratings from 1 to 5, None where none was rated."""

    iteration: int
    nodes: int
    length: float
    constraints: float
    distance: float | None
    rating: float | None


def constraints(text: str) -> int:
    """Words that bind, numbers, and items of a list: about how many things an answer must heed.

    The words are English; of other languages only numbers and items count.
    """
    numbers = len(_NUMBER.findall(text)) - len(_ITEM_NUMBER.findall(text))
    return len(_BOUND.findall(text)) + len(_ITEM.findall(text)) + numbers


def distance(one: str, other: str) -> float:
    """The share of words that are in one text alone: 0 the same words, 1 none in common."""
    left, right = Counter(words(one)), Counter(words(other))
    total = left.total() + right.total()
    return 1 - 2 * (left & right).total() / total if total else 0.0


def measure(text: str, parent: str | None = None) -> Measures:
    """All that can be counted of an instruction."""
    return Measures(len(words(text)), constraints(text), None if parent is None else distance(parent, text))


def course(nodes: Iterable[tuple[int, Measures, float | None]]) -> list[Step]:
    """Means by iteration, of (iteration, measures, mean rating where rated)."""
    by_step: dict[int, list[tuple[Measures, float | None]]] = {}
    for iteration, measures, rating in nodes:
        by_step.setdefault(iteration, []).append((measures, rating))
    return [_step(iteration, by_step[iteration]) for iteration in sorted(by_step)]


def _step(iteration: int, seen: list[tuple[Measures, float | None]]) -> Step:
    distances = [measures.distance for measures, _ in seen if measures.distance is not None]
    ratings = [rating for _, rating in seen if rating is not None]
    return Step(
        iteration,
        len(seen),
        fmean(measures.length for measures, _ in seen),
        fmean(measures.constraints for measures, _ in seen),
        fmean(distances) if distances else None,
        fmean(ratings) if ratings else None,
    )
