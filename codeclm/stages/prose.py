"""Tidying what models write around what was asked: quotes, leads, and a reply that goes on to answer itself.

Knows no stage and no schema.
"""

from __future__ import annotations

import re

from codeclm.errors import ReplyError

_QUOTES = {'"': '"', "'": "'", "“": "”", "‘": "’", "«": "»", "„": "“", "「": "」"}
_LEAD = re.compile(
    r"^\W{0,4}(?:(?:new|basic|improved|rewritten|revised|updated|final|complex|harder)\s+)?"
    r"(?:instruction|request|prompt|task)\W{0,4}:\W{0,3}\s+",
    re.IGNORECASE,
)
_ANSWER = re.compile(r"^\W{0,4}(?:answer|response|solution)\W{0,3}:\W{0,3}\s", re.IGNORECASE | re.MULTILINE)
_ANSWER_LENGTH = 80
"""Characters behind an "Answer:" from which it is one, and not a slot to fill in."""


def unquoted(text: str) -> str:
    """`text` without blank edges, nor a pair of quotation marks around the whole of it."""
    text = text.strip()
    while len(text) > 1 and text[-1] == _QUOTES.get(text[0]) and text[0] not in text[1:-1]:
        text = text[1:-1].strip()
    return text


def label(text: str) -> str:
    """A label on one line, without quotes, bullets, a full stop or surplus spaces."""
    return unquoted(" ".join(text.split()).lstrip("-*•#[{ ").rstrip("*]} ")).rstrip(".").strip()


def instruction(text: str, raw: str) -> str:
    """An instruction without a lead such as "Instruction:". ReplyError: empty, or plainly its own answer."""
    text = unquoted(_LEAD.sub("", unquoted(text), count=1))
    if not text:
        raise ReplyError("the reply holds no instruction", raw)
    marks = list(_ANSWER.finditer(text))
    if len(marks) == 1 and marks[0].start() > 0 and len(text) - marks[0].end() >= _ANSWER_LENGTH:
        raise ReplyError("the reply answers the instruction; write the instruction alone", raw)
    return text
