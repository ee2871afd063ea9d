"""Encode (paper, section 3.1): the strong model reads what an instruction is about.

Labels are free, not from a closed list. Lengths asked for are guidance and refuse no reply. Knows
neither where the instruction came from nor how the model is asked.
"""

from __future__ import annotations

from codeclm.llm.model import Schema
from codeclm.records import Labels, Message
from codeclm.stages.prompt import fill, marked


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
    raise NotImplementedError
