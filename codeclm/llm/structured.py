"""Structured replies: read tolerantly, and asked for again, at most twice, with the error told.

Knows no stage: what a reply must hold is for the caller's `parse` to say.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any, TypeVar, cast

from codeclm.errors import ReplyError
from codeclm.llm.model import ChatModel, Reply, Request
from codeclm.llm.text import clean
from codeclm.records import Message

Value = TypeVar("Value")

_SHOWN = 4_000
"""Characters of a bad reply that are shown to its author again."""
_DEEPEST = 50
_STARTS = 20
"""Opening braces in a reply at which an object is looked for."""
_FENCE = re.compile(r"```[\w-]*\s*\n(.*?)(?:```|\Z)", re.DOTALL)
_HALF_PAIR = re.compile(r'({)\s*"(?:[^"\\]|\\.)*"\s*:?\s*\Z|,\s*"(?:[^"\\]|\\.)*"\s*:?\s*\Z')
_COMMA = re.compile(r'("(?:[^"\\]|\\.)*+(?:"|\\?\Z))|,(\s*+[}\]])', re.DOTALL)
"""A string that is never closed counts as one up to the end: else each mark in it would be tried anew."""


async def ask(
    model: ChatModel, request: Request, parse: Callable[[str], Value], reasks: int = 2
) -> tuple[Value, Reply]:
    """The parsed reply, and the reply. `parse` raises ReplyError, whose text the model is then told.

    Each re-ask is a request of its own: the bad reply and the reason are turns behind the question, and
    the last one says so, as the log would answer it if the same bad reply came twice; where the reply was
    cut at the token limit it gets twice the room. After the last, ReplyError with the last raw reply.
    """
    question = request
    for left in range(reasks, -1, -1):
        reply = await model.complete(question)
        try:
            return parse(reply.text), reply
        except ReplyError as error:
            reason = _reason(reply, error)
            if not left:
                raise ReplyError(reason, reply.raw) from None
        question = _again(request, reply, reason, last=left == 1)
    raise AssertionError("reasks must not be negative")


def _reason(reply: Reply, error: ReplyError) -> str:
    if reply.truncated:
        return f"the reply was cut at the token limit: {error}"
    return str(error) if reply.text.strip() else "the reply was empty"


def _again(request: Request, reply: Reply, reason: str, last: bool) -> Request:
    wish = "Reply one last time" if last else "Reply once more"
    wish += ", shorter" if reply.truncated else ""
    shape = ", with one JSON object of the wanted form and nothing else" if request.schema else ""
    told = Message("user", f"That reply cannot be used: {reason}. {wish}{shape}.")
    shown = Message("assistant", reply.text.strip()[:_SHOWN] or "(nothing)")
    return replace(request.with_messages(shown, told), room=request.room * (2 if reply.truncated else 1))


def read_object(text: str) -> dict[str, Any]:
    """The JSON object in a reply: bare, fenced, or in prose; trailing commas and a missing end are mended.

    An object in a list of one counts. Numbers that are none (NaN, Infinity) are refused. ReplyError: there
    is no object.
    """
    fit = clean(text)
    for candidate in _candidates(fit):
        for mended in _mended(candidate):
            value = _loads(mended)
            if isinstance(value, list) and len(value) == 1:
                value = value[0]
            if isinstance(value, dict) and (value or mended is candidate):
                if "\\u" not in mended:
                    return cast(dict[str, Any], value)
                with suppress(RecursionError):
                    return cast(dict[str, Any], _cleaned(value))
    raise ReplyError("it holds no JSON object", text)


def _mended(text: str) -> Iterator[str]:
    yield text
    yield _COMMA.sub(_without_comma, text)
    yield _closed(text)


def _candidates(text: str) -> Iterator[str]:
    """Where an object may be, the likeliest first."""
    yield text.strip()
    yield from _FENCE.findall(text)
    starts = [match.start() for match in re.finditer(r"\{", text)][:_STARTS]
    for start in starts:
        with suppress(ValueError, RecursionError):
            yield text[start : json.JSONDecoder(strict=False).raw_decode(text, start)[1]]
    if starts:
        yield text[starts[0] : text.rfind("}") + 1]
        yield text[starts[0] :]


def _loads(text: str) -> Any:
    try:
        return _decoder.decode(text)
    except (ValueError, RecursionError):
        return None


def _cleaned(value: Any) -> Any:
    """JSON can escape what plain text could not hold."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {clean(key): _cleaned(item) for key, item in value.items()}
    return [_cleaned(item) for item in value] if isinstance(value, list) else value


def _refuse(constant: str) -> Any:
    raise ValueError(constant)


_decoder = json.JSONDecoder(parse_constant=_refuse, strict=False)


def _without_comma(match: re.Match[str]) -> str:
    return match[1] or match[2]


def _closed(text: str) -> str:
    """`text` with the lists and objects closed that were left open at its end; half a pair is dropped.

    Nothing is mended where the cut may have changed a value: inside a string, after a digit.
    """
    open_: list[str] = []
    inside = escaped = False
    for char in text:
        if inside:
            inside = escaped or char != '"'
            escaped = char == "\\" and not escaped
        elif char == '"':
            inside = True
        elif char in "{[":
            open_.append("}" if char == "{" else "]")
        elif char in "}]" and open_:
            open_.pop()
    if not open_ or len(open_) > _DEEPEST or inside or text.rstrip()[-1:].isalnum():
        return text
    tail = text.rstrip().rstrip(",")
    if open_[-1] == "}":
        tail = _HALF_PAIR.sub(r"\1", tail)
    return tail + "".join(reversed(open_))
