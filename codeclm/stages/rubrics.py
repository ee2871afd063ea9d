"""Self-Rubrics (paper, section 3.2): criteria of complexity for a metadata, and one improvement by an action.

Knows neither which action is drawn nor when an instruction needs to grow.
"""

from __future__ import annotations

from typing import Any

from codeclm.llm.model import Schema
from codeclm.records import Labels, Message

COUNT = 4
"""Rubrics, and matching actions, of a set."""


def _schema(text: dict[str, int], most: int) -> Schema:
    pair: dict[str, Any] = {
        "type": "object",
        "properties": {"rubric": {"type": "string", **text}, "action": {"type": "string", **text}},
        "required": ["rubric", "action"],
        "additionalProperties": False,
    }
    return Schema(
        "rubrics",
        {
            "type": "object",
            "properties": {"rubrics": {"type": "array", "items": pair, "minItems": COUNT, "maxItems": most}},
            "required": ["rubrics"],
            "additionalProperties": False,
        },
    )


def _improved(instruction: dict[str, int]) -> Schema:
    return Schema(
        "improvement",
        {
            "type": "object",
            "properties": {"instruction": {"type": "string", **instruction}},
            "required": ["instruction"],
            "additionalProperties": False,
        },
    )


SCHEMA = _schema({}, most=8)
BOUNDED = _schema({"minLength": 8, "maxLength": 100}, most=COUNT)
"""For small models: strings and lists that end."""

IMPROVED = _improved({})
IMPROVED_BOUNDED = _improved({"minLength": 10, "maxLength": 400})


def messages(labels: Labels, template: str) -> tuple[Message, ...]:
    """The request for the rubrics and actions of `labels`."""
    raise NotImplementedError


def parse(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Four rubrics and the four matching actions. ReplyError: fewer."""
    raise NotImplementedError


def improve_messages(instruction: str, action: str, template: str) -> tuple[Message, ...]:
    """The request to make `instruction` harder by one `action`."""
    raise NotImplementedError


def improve_parse(text: str) -> str:
    """The improved instruction. ReplyError: none, or plainly its own answer."""
    raise NotImplementedError
