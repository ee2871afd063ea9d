"""Structured replies: read tolerantly, and asked for again, at most twice, with the error told.

Knows no stage: what a reply must hold is for the caller's `parse` to say.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from codeclm.llm.model import ChatModel, Reply, Request

Value = TypeVar("Value")


async def ask(
    model: ChatModel, request: Request, parse: Callable[[str], Value], reasks: int = 2
) -> tuple[Value, Reply]:
    """The parsed reply, and the reply. `parse` raises ReplyError, whose text the model is then told.

    Each re-ask is a request of its own: the bad reply and the reason are turns behind the question;
    where the reply was cut at the token limit it gets twice the room. After the last, ReplyError
    with the last raw reply.
    """
    raise NotImplementedError


def read_object(text: str) -> dict[str, Any]:
    """The JSON object in a reply: bare, fenced, or in prose; trailing commas and a missing end are mended.

    ReplyError: there is none.
    """
    raise NotImplementedError
