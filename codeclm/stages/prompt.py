"""Prompt templates: one text that holds all the turns of a chat, filled without ever being re-read.

A template is a text such as

    === system
    You label requests.
    === user
    {instruction}

A line `=== role` opens a turn. `{name}` stands for a value; braces around anything else stay as
they are. A paragraph all of whose values are empty is left out. Turns are parted before values are
filled in, and a value is put in once, so that no imported text can open a turn or name a value.
Nothing here knows what a stage asks.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, cast, get_args

from codeclm.errors import UsageError
from codeclm.records import Labels, Message

_TURN = re.compile(r"^===[ \t]+(\w+)[ \t]*$", re.MULTILINE)
_VALUE = re.compile(r"\{([a-z_]+)\}")
_Role = Literal["system", "user", "assistant"]
_ROLES = get_args(_Role)
_NONCE = 2
"""The fewest characters of a nonce. Marks are most of a short prompt's tokens where they are long."""


@dataclass(frozen=True, eq=False, slots=True)
class _Turn:
    """A turn with values in it. A paragraph is text, the name of a value, text, a name, …, text."""

    role: _Role
    paragraphs: tuple[tuple[str, ...], ...]
    names: tuple[str, ...]
    whole: str
    """All of it as a format, for where no value is empty: nearly always, and several times as fast."""


@lru_cache(maxsize=64)
def marked(text: str) -> str:
    """`text` between two marks that it cannot hold: each carries a nonce made from the text's hash."""
    digits = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    length = _NONCE
    while digits[:length] in f"data {text}":
        if length < len(digits):
            length += 1
        else:
            digits = hashlib.sha256(digits.encode()).hexdigest()
    return f"<data {digits[:length]}>\n{text}\n</data {digits[:length]}>"


def shown(labels: Labels) -> str:
    """Labels as a prompt shows them, marked. Imported pairs may have none: then any use case will do."""
    lines = [f"Use case: {labels.use_case or 'any'}"]
    if labels.skills:
        lines.append(f"Skills: {', '.join(labels.skills)}")
    return marked("\n".join(lines))


def fill(template: str, values: Mapping[str, str]) -> tuple[Message, ...]:
    """The turns of `template` with `values` in them. UsageError: no turns, or a name without a value."""
    try:
        turns = [
            turn if isinstance(turn, Message) else _filled(turn, tuple([values[name] for name in turn.names]))
            for turn in _prepared(template)
        ]
    except KeyError as unknown:
        raise UsageError(f"there is no value {{{unknown.args[0]}}} for this template") from None
    return tuple(turns)


def check(name: str, template: str, needed: Collection[str], allowed: Collection[str] = ()) -> None:
    """UsageError of one line where `template` lacks turns or a needed value, or names an unknown one."""
    try:
        turns = _turns(template)
    except UsageError as error:
        raise UsageError(f"template {name}: {error}") from None
    if turns[-1][0] != "user":
        raise UsageError(f"template {name}: its last turn must be the user's")
    found = set(_VALUE.findall(template))
    if missing := sorted(set(needed) - found):
        raise UsageError(f"template {name}: it must hold {{{missing[0]}}}")
    if unknown := sorted(found - set(needed) - set(allowed)):
        known = ", ".join(f"{{{value}}}" for value in sorted({*needed, *allowed}))
        raise UsageError(f"template {name}: there is no value {{{unknown[0]}}}; there are {known}")


def _turns(template: str) -> list[tuple[str, str]]:
    before, *parts = _TURN.split(template.replace("\r\n", "\n"))
    if before.strip() or not parts:
        raise UsageError("begin with a line such as === user")
    turns = [(role, text.strip()) for role, text in zip(parts[::2], parts[1::2], strict=True)]
    for role, _ in turns:
        if role not in _ROLES:
            raise UsageError(f"=== {role} is no turn: use system, user or assistant")
    return turns


@lru_cache(maxsize=64)
def _prepared(template: str) -> tuple[Message | _Turn, ...]:
    """A template read once: turns without values as they will be sent, the others by their paragraphs."""
    turns: list[Message | _Turn] = []
    for name, text in _turns(template):
        role, names = cast(_Role, name), tuple(dict.fromkeys(_VALUE.findall(text)))
        paragraphs = tuple(tuple(_VALUE.split(part)) for part in text.split("\n\n"))
        whole = _VALUE.sub(r"%(\1)s", text.replace("%", "%%"))
        turns.append(_Turn(role, paragraphs, names, whole) if names else Message(role, text))
    return tuple(turns)


@lru_cache(maxsize=64)
def _filled(turn: _Turn, said: tuple[str, ...]) -> Message:
    """A turn with its values, in the order of its names. Most system turns say the same again and again."""
    values = dict(zip(turn.names, said, strict=True))
    if all(said):
        return Message(turn.role, turn.whole % values)
    kept = [
        "".join([values[part] if place % 2 else part for place, part in enumerate(parts)])
        for parts in turn.paragraphs
        if len(parts) == 1 or any(values[name] for name in parts[1::2])
    ]
    return Message(turn.role, "\n\n".join(kept))
