"""Encode (paper, section 3.1): the strong model reads what an instruction is about.

Labels are free, not from a closed list. Lengths asked for are guidance; refused is only what no label can
be. Knows neither where the instruction came from nor how the model is asked.
"""

from __future__ import annotations

import re

from codeclm.errors import ReplyError
from codeclm.llm.model import Schema
from codeclm.llm.structured import read_object
from codeclm.records import LONGEST_LABEL, Labels, Message
from codeclm.stages import prose
from codeclm.stages.prompt import fill, marked

SKILLS = 3
"""The most skills of a metadata."""

_BANNED = r"(?:skills?|knowledge)"
_EDGE = re.compile(rf"^{_BANNED}\s+(?:(?:of|in|about)\s+)?|(?:^|\s+){_BANNED}$", re.IGNORECASE)


def _schema(label: dict[str, int], skills: int) -> Schema:
    text = {"type": "string", **label}
    return Schema(
        "metadata",
        {
            "type": "object",
            "properties": {
                "use_case": text,
                "skills": {"type": "array", "items": text, "minItems": 1, "maxItems": skills},
            },
            "required": ["use_case", "skills"],
            "additionalProperties": False,
        },
    )


SCHEMA = _schema({}, skills=6)
BOUNDED = _schema({"minLength": 3, "maxLength": 40}, skills=3)
"""For small models: strings and lists that end."""


def messages(instruction: str, template: str) -> tuple[Message, ...]:
    """The request for the metadata of `instruction`."""
    return fill(template, {"instruction": marked(instruction)})


def parse(text: str) -> Labels:
    """The use case, and the first three skills. ReplyError: no use case, or no skill."""
    reply = read_object(text)
    use_case = reply.get("use_case")
    use_case = _label(use_case) if isinstance(use_case, str) else ""
    if not use_case:
        raise ReplyError("the reply names no use_case", text)
    skills = reply.get("skills")
    listed = [skills] if isinstance(skills, str) else skills if isinstance(skills, list) else []
    # A small model may put its whole list into one string.
    found = [_label(part) for skill in listed if isinstance(skill, str) for part in skill.split(",")]
    distinct = list({skill.casefold(): skill for skill in reversed(found) if skill}.values())[::-1]
    if not distinct:
        raise ReplyError("the reply names no skills", text)
    return Labels(use_case, tuple(distinct[:SKILLS]))


def _label(text: str) -> str:
    """A tidy label, without the words "skill" and "knowledge" at its ends, which say nothing.

    ReplyError: it is far too long to be one.
    """
    text = prose.label(text)
    if len(text) > LONGEST_LABEL:
        raise ReplyError(f"a label has {len(text)} characters; give a few words", text)
    while (shorter := _EDGE.sub("", text).strip()) != text:
        text = shorter
    return text
