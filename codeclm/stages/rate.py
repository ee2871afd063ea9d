"""Rate: how far an instruction meets each rubric of its metadata, as the strong model sees it.

Nothing of the loop depends on a rating, so that its prompt is no part of a config. Knows no iteration.
"""

from __future__ import annotations

from collections.abc import Sequence

from codeclm.errors import ReplyError
from codeclm.llm.model import Schema
from codeclm.llm.structured import read_object
from codeclm.records import Message
from codeclm.settings import Profile
from codeclm.stages.profiles import template
from codeclm.stages.prompt import fill, marked

LOW, HIGH = 1, 5
MEETS = 4
"""The rating from which a rubric counts as met."""


def schema(count: int) -> Schema:
    """So many whole numbers."""
    rating = {"type": "integer", "minimum": LOW, "maximum": HIGH}
    return Schema(
        "ratings",
        {
            "type": "object",
            "properties": {
                "ratings": {"type": "array", "items": rating, "minItems": count, "maxItems": count}
            },
            "required": ["ratings"],
            "additionalProperties": False,
        },
    )


def messages(instruction: str, rubrics: Sequence[str], profile: Profile) -> tuple[Message, ...]:
    """The request to rate an instruction under each rubric, in their order."""
    listed = "\n".join(f"{number}. {rubric}" for number, rubric in enumerate(rubrics, 1))
    values = {"instruction": marked(instruction), "rubrics": marked(listed), "count": str(len(rubrics))}
    return fill(template(profile, "rate"), values)


def parse(text: str, count: int) -> tuple[int, ...]:
    """One rating for each rubric. ReplyError: fewer, or one outside the scale."""
    found = read_object(text).get("ratings")
    if isinstance(found, dict):
        found = list(found.values())
    if not isinstance(found, list) or len(found) != count:
        raise ReplyError(f"the reply does not hold {count} ratings", text)
    ratings = []
    for each in found:
        number = isinstance(each, int | float) and not isinstance(each, bool)
        # within the scale first: a reply may hold an infinite number, which is no int
        if not number or not LOW <= each <= HIGH or each != int(each):
            raise ReplyError(f"{each!r} is no whole number from {LOW} to {HIGH}", text)
        ratings.append(int(each))
    return tuple(ratings)
