"""Self-Rubrics (paper, section 3.2): criteria of complexity for a metadata, and one improvement by an action.

Knows neither which action is drawn nor when an instruction needs to grow.
"""

from __future__ import annotations

from typing import Any

from codeclm.errors import ReplyError
from codeclm.llm.model import Schema
from codeclm.llm.structured import read_object
from codeclm.records import Labels, Message
from codeclm.stages import checks, decode, prose
from codeclm.stages.prompt import fill, marked, shown

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
BOUNDED = _schema({"minLength": 8, "maxLength": 80}, most=COUNT)
"""For small models: strings and lists that end."""

IMPROVED = _improved({})
IMPROVED_BOUNDED = _improved({"minLength": 10, "maxLength": 320})


def messages(labels: Labels, template: str) -> tuple[Message, ...]:
    """The request for the rubrics and actions of `labels`."""
    return fill(template, {"labels": shown(labels)})


def parse(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Four rubrics and the four matching actions. ReplyError: fewer."""
    found = read_object(text).get("rubrics")
    pairs = [_pair(item) for item in found] if isinstance(found, list) else []
    whole = [(rubric, action) for rubric, action in pairs if rubric and action][:COUNT]
    if len(whole) < COUNT:
        raise ReplyError(f"the reply holds {len(whole)} rubrics with an action, and {COUNT} are needed", text)
    return tuple(rubric for rubric, _ in whole), tuple(action for _, action in whole)


def _pair(item: object) -> tuple[str, str]:
    if not isinstance(item, dict):
        return "", ""
    rubric, action = item.get("rubric"), item.get("action")
    if not isinstance(rubric, str) or not isinstance(action, str):
        return "", ""
    return prose.unquoted(rubric), prose.unquoted(action)


def improve_messages(instruction: str, action: str, template: str) -> tuple[Message, ...]:
    """The request to make `instruction` harder by one `action`."""
    return fill(template, {"instruction": marked(instruction), "action": marked(action)})


def improve_parse(text: str, before: str = "", action: str = "") -> str:
    """The improved instruction. ReplyError: none, no change, its action copied, or plainly its own answer."""
    return checks.improvement(decode.parse(text), before, action, text)
