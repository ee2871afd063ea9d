"""Decode (paper, section 3.1): the strong model writes a basic instruction from metadata.

There are no demonstrations to copy from in the standard profile; for variety the model sees what it
wrote for the same metadata before. Knows neither samples nor lineages.
"""

from __future__ import annotations

from collections.abc import Sequence

from codeclm.errors import ReplyError
from codeclm.llm.model import Schema
from codeclm.llm.structured import read_object
from codeclm.records import Labels, Message
from codeclm.stages import prose
from codeclm.stages.prompt import fill, marked, shown

SHOWN = 8
"""The most earlier instructions of a metadata that a prompt shows."""


def _schema(instruction: dict[str, int]) -> Schema:
    return Schema(
        "instruction",
        {
            "type": "object",
            "properties": {"instruction": {"type": "string", **instruction}},
            "required": ["instruction"],
            "additionalProperties": False,
        },
    )


SCHEMA = _schema({})
BOUNDED = _schema({"minLength": 10, "maxLength": 240})
"""For small models: a string that ends."""


def messages(labels: Labels, earlier: Sequence[str], template: str) -> tuple[Message, ...]:
    """The request for one instruction of `labels` that is unlike the last few of `earlier`."""
    last = [marked(text) for text in earlier[-SHOWN:]]
    return fill(template, {"labels": shown(labels), "earlier": "\n".join(last)})


def parse(text: str) -> str:
    """The instruction, from JSON or as it stands. ReplyError: none, or plainly its own answer."""
    if '"instruction"' not in text and not text.lstrip().startswith(("{", "```")):
        return prose.instruction(text, text)
    value = read_object(text).get("instruction")
    if not isinstance(value, str):
        raise ReplyError("the reply holds no instruction", text)
    return prose.instruction(value, text)
