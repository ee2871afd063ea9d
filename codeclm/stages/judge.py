"""Judge (paper, sections 3.3 and 4): two answers to one instruction are scored, in the order given.

Knows seats, first and second, and not whose answer sits where: the caller asks in both orders.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import cache

from codeclm.errors import ReplyError
from codeclm.llm.model import Schema
from codeclm.llm.structured import read_object
from codeclm.records import Message
from codeclm.settings import Profile
from codeclm.stages.prompt import fill, marked

Scale = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Judgement:
    """The scores of the two seats, and why."""

    first: float
    second: float
    rationale: str = ""


@cache
def schema(scale: Scale, profile: Profile) -> Schema:
    """An explanation and two scores; for small models the scores alone, as whole numbers."""
    number = "integer" if profile == "small" else "number"
    score = {"type": number, "minimum": scale[0], "maximum": scale[1]}
    properties: dict[str, object] = {"score_1": score, "score_2": score}
    if profile == "standard":
        properties = {"explanation": {"type": "string"}, **properties}
    return Schema(
        "scores",
        {
            "type": "object",
            "properties": properties,
            "required": list(properties),
            "additionalProperties": False,
        },
    )


def messages(instruction: str, first: str, second: str, template: str, scale: Scale) -> tuple[Message, ...]:
    """The request to score the two answers in these seats."""
    return fill(
        template,
        {
            "instruction": marked(instruction),
            "first": marked(first),
            "second": marked(second),
            "low": str(scale[0]),
            "high": str(scale[1]),
        },
    )


def parse(text: str, scale: Scale) -> Judgement:
    """Both scores, within the scale, halves allowed. ReplyError: not two, or one outside it."""
    scores, rationale = _from_json(text, scale[1]) if "{" in text else (None, "")
    if scores is None:
        scores, rationale = _from_text(text, scale[1]), text.strip()
    if scores is None:
        raise ReplyError("the reply does not hold two scores", text)
    for score in scores:
        if not scale[0] <= score <= scale[1]:
            raise ReplyError(f"the score {score:g} is outside the scale {scale[0]}-{scale[1]}", text)
    return Judgement(*scores, rationale)


def _from_json(text: str, high: int) -> tuple[tuple[float, float] | None, str]:
    try:
        reply = read_object(text)
    except ReplyError:
        return None, ""
    first, second = (_number(reply.get(name), high) for name in ("score_1", "score_2"))
    if first is None or second is None:
        return None, ""
    rationale = reply.get("explanation")
    return (first, second), rationale.strip() if isinstance(rationale, str) else ""


def _number(value: object, high: int) -> float | None:
    if isinstance(value, str):
        match = _alone(high).fullmatch(value)
        return float(match[1]) if match else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:
        return None


def _from_text(text: str, high: int) -> tuple[float, float] | None:
    """Two numbers alone on a line, or one behind each seat's name; no other number is a score."""
    lines = [line for line in text.splitlines() if line.strip()]
    for line in (*lines[:1], *lines[:0:-1]):
        if match := _line(high).fullmatch(line):
            return float(match[1]), float(match[2])
    first, second = (_seat(names, high).findall(text) for names in ("1|A|one", "2|B|two"))
    if len(set(first)) == 1 and len(set(second)) == 1:
        return float(first[0]), float(second[0])
    return None


@cache
def _alone(high: int) -> re.Pattern[str]:
    """A score by itself; of another highest, as 4/5, it is on another scale."""
    return re.compile(rf"\s*(\d+(?:\.\d+)?)\s*(?:/\s*{high}\s*)?")


@cache
def _line(high: int) -> re.Pattern[str]:
    score = rf"(\d+(?:\.\d+)?)(?:\s*/\s*{high})?"
    return re.compile(
        rf"[\s*_(\[]*(?:scores?\W{{1,4}})?{score}(?:\s*[,;|]\s*|\s+){score}[\s*_)\].]*", re.IGNORECASE
    )


@cache
def _seat(names: str, high: int) -> re.Pattern[str]:
    seat = rf"\b(?:assistant|answer|response|score)[ _]*(?:{names})\b"
    # Nothing is given back (*+), so that a long run of blanks is looked at once.
    between = r"[\s*_]*+(?:score[\s*_]*+)?(?:[:=]|\bis\b|\bgets\b)[\s*_]*+(?:score[\s*_]*+:?[\s*_]*+)?"
    return re.compile(
        rf"{seat}{between}(\d+(?:\.\d+)?)(?![\d%])(?:\s*/\s*{high}(?!\d))?(?!\s*/\s*\d)", re.IGNORECASE
    )
