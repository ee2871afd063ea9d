"""Judge (paper, sections 3.3 and 4): two answers to one instruction are scored, in the order given.

Knows seats, first and second, and not whose answer sits where: the caller asks in both orders.
"""

from __future__ import annotations

from dataclasses import dataclass

from codeclm.llm.model import Schema
from codeclm.records import Message
from codeclm.settings import Profile

Scale = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Judgement:
    """The scores of the two seats, and why."""

    first: float
    second: float
    rationale: str = ""


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
    raise NotImplementedError


def parse(text: str, scale: Scale) -> Judgement:
    """Both scores, within the scale, halves allowed. ReplyError: not two, or one outside it."""
    raise NotImplementedError
