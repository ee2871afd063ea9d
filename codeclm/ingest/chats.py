"""Chats as OpenAI and ShareGPT write them, into the turns of a seed. Knows no table and no file."""

from __future__ import annotations

from typing import Any, Literal

from codeclm.ingest.fields import RowError, text_of
from codeclm.records import LONGEST_TEXT, Message, Seed

_ROLES: dict[str, Literal["system", "user", "assistant"]] = {
    **dict.fromkeys(("system", "developer"), "system"),
    **dict.fromkeys(("user", "human", "prompter"), "user"),
    **dict.fromkeys(("assistant", "gpt", "chatgpt", "model", "bot", "bing", "bard"), "assistant"),
}
_SHOWN = {"system": "System", "user": "User", "assistant": "Assistant"}


def turns(value: Any, system: Any = None) -> tuple[Message, ...]:
    """The system prompt and the turns up to the last user turn. RowError: no such chat.

    `system` is a prompt kept beside the turns, used where they bring none.
    """
    messages = [_turn(turn, number) for number, turn in enumerate(value, 1)]
    while messages and messages[-1].role != "user":
        messages.pop()
    if not messages:
        raise RowError("the chat has no user turn")
    if isinstance(system, str) and system.strip() and messages[0].role != "system":
        messages.insert(0, Message("system", text_of(system, "the system prompt")))
    if sum(len(message.content) for message in messages) > LONGEST_TEXT:
        raise RowError(f"the chat is over {LONGEST_TEXT:,} characters long")
    return tuple(messages)


def _turn(turn: Any, number: int) -> Message:
    if not isinstance(turn, dict):
        raise RowError(f"turn {number} of the chat is not an object")
    name = turn.get("role", turn.get("from"))
    role = _ROLES.get(name.lower()) if isinstance(name, str) else None
    if role is None:
        raise RowError(f"turn {number} of the chat has a role other than system, user and assistant")
    return Message(role, text_of(_content(turn, number), f"turn {number} of the chat"))


def _content(turn: dict[str, Any], number: int) -> Any:
    """Content in parts is joined where all of them are text."""
    content = turn.get("content", turn.get("value"))
    if not isinstance(content, list):
        return content
    parts = [part.get("text") if isinstance(part, dict) else None for part in content]
    if not all(isinstance(part, str) for part in parts):
        raise RowError(f"turn {number} of the chat holds more than text")
    return "\n".join(str(part) for part in parts)


def chat_seed(messages: tuple[Message, ...], source: str, row: int) -> Seed:
    """A seed of a chat. One user turn alone is a plain seed, so that it equals the same text elsewhere."""
    if len(messages) == 1:
        return Seed(messages[0].content, source=source, row=row)
    text = "\n\n".join(f"{_SHOWN[message.role]}: {message.content}" for message in messages)
    return Seed(text, messages, source, row)
