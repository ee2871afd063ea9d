"""Columns and cells: naming, finding and guessing columns, and cleaning the text of a cell.

Knows the usual names of columns; knows no file format and no record.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from codeclm.errors import InputError
from codeclm.ingest.source import shown
from codeclm.ingest.table import Column, Rejected, Row, Table
from codeclm.records import LONGEST_TEXT

GREATEST = 1_000_000
"""The largest score, either way; more is no scale, and neither charts nor differences hold it."""

CHAT_NAMES = ("messages", "conversations", "conversation", "chat", "dialog", "dialogue")
TEXT_NAMES = (
    *("instruction", "instructions", "prompt", "question", "query", "text", "task", "request"),
    *("user", "content", "seed", "input"),
)
ANSWER_NAMES = ("answer", "response", "output", "completion", "generation", "model_answer")
INPUT_NAMES = ("input", "inputs", "context", "instances[0].input", "instance.input")

_USUAL = frozenset((*CHAT_NAMES, *TEXT_NAMES, *INPUT_NAMES))

_MAX_COLUMNS = 200
"""Columns that are listed; beyond them only those of usual names."""
_DEEPEST = 3
_LOOK_CLOSELY = 1000
_UNSAYABLE = re.compile("[\0\ud800-\udfff]")
"""In a name that no page can show and no command can be given: such a column is not listed."""
_STEP = re.compile(r"[^.\[\]]+|\[\d{1,9}\]")


class RowError(Exception):
    """Why one row cannot be used."""


def survey(
    rows: Iterable[Row | Rejected], header: tuple[str, ...] = ()
) -> tuple[tuple[Column, ...], int, int]:
    """The columns that a header and rows have, how many rows are good, and how many there are."""
    examples = {name: Column(name, "") for name in header}
    shapes: set[tuple[str, ...]] = set()
    good = seen = 0
    for row in rows:
        seen += 1
        if isinstance(row, Rejected):
            continue
        good += 1
        shape = tuple(row.values)
        if good <= _LOOK_CLOSELY or shape not in shapes:
            shapes.add(shape)
            for name, value in _leaves(row.values, "", 0):
                if len(examples) < _MAX_COLUMNS or name in examples or name.casefold() in _USUAL:
                    _note(examples, name, value)
    columns = (column for name, column in examples.items() if not _UNSAYABLE.search(name))
    return tuple(columns), good, seen


def _note(examples: dict[str, Column], name: str, value: Any) -> None:
    known = examples.get(name)
    if known is None or not known.example:
        examples[name] = Column(name, _example(value), is_chat(value) or (known is not None and known.chat))


def _leaves(values: Mapping[str, Any], prefix: str, depth: int) -> Iterator[tuple[str, Any]]:
    for key, value in values.items():
        path = f"{prefix}{key}"
        nested, inner = value, f"{path}."
        if isinstance(value, list) and value and isinstance(value[0], dict) and not is_chat(value):
            nested, inner = value[0], f"{path}[0]."
        if isinstance(nested, dict) and depth < _DEEPEST:
            yield from _leaves(nested, inner, depth + 1)
        else:
            yield path, value


def _example(value: Any) -> str:
    if is_chat(value):
        value = next((turn.get("content", turn.get("value")) for turn in value), "")
    if isinstance(value, list):
        value = "; ".join(str(item) for item in value[:5] if isinstance(item, str | int | float))
    return shown(str(value), 120).strip() if isinstance(value, str | int | float) else ""


def is_chat(value: Any) -> bool:
    """Whether a value is a list of turns, as OpenAI (`role`) or ShareGPT (`from`) write them."""
    return (
        isinstance(value, list)
        and bool(value)
        and isinstance(value[0], dict)
        and ("role" in value[0] or "from" in value[0])
    )


def guess(columns: Iterable[Column]) -> tuple[str | None, str | None]:
    """The most likely text column and the input column to join to it."""
    columns = tuple(columns)
    names = {column.name.casefold(): column.name for column in reversed(columns)}
    chats = {column.name.casefold(): column.name for column in reversed(columns) if column.chat}
    for name in CHAT_NAMES:
        if name in chats:
            return chats[name], None
    text = next((names[name] for name in TEXT_NAMES if name in names), None)
    if text is None or text.casefold() in chats:
        return text, None
    joined = (names[name] for name in INPUT_NAMES if name in names and names[name] != text)
    return text, next(joined, None)


def find(table: Table, *names: str) -> str | None:
    """The column with the first of these names that there is, capitals aside."""
    exact = {column.name for column in table.columns}
    folded = {column.name.casefold(): column.name for column in reversed(table.columns)}
    for name in names:
        if name in exact:
            return name
        if name.casefold() in folded:
            return folded[name.casefold()]
    return None


def require(table: Table, *names: str, flag: str = "") -> str:
    """As `find`; a path into a nested column will do. InputError: there is none."""
    found = find(table, *names)
    if found is not None:
        return found
    for name in names:
        first = _STEP.match(name)
        if first and len(first[0]) < len(name):
            head = first[0].casefold()
            if any((step := _STEP.match(c.name)) and step[0].casefold() == head for c in table.columns):
                return name
    if len(names) == 1 and len(table.columns) >= _MAX_COLUMNS:
        return names[0]  # it may be one of those that were not looked at; each row tells
    there = ", ".join(shown(column.name, 30) for column in table.columns[:12]) or "none"
    hint = f"; name the right one with {flag}" if flag else ""
    wanted = " or ".join(f"“{shown(name, 30)}”" for name in names[:3])
    raise InputError(f"{shown(table.name)}: no column {wanted}; the columns are: {there}{hint}")


def value(values: Mapping[str, Any], path: str) -> Any:
    """The value at a column's name or nested path; None where it is missing."""
    if path in values:
        return values[path]
    here: Any = values
    for step in _STEP.findall(path):
        if step.startswith("["):
            index = int(step[1:-1])
            here = here[index] if isinstance(here, list) and index < len(here) else None
        else:
            here = here.get(step) if isinstance(here, dict) else None
    return here


def text_of(raw: Any, what: str, empty: bool = False) -> str:
    """The clean text of a cell: stripped, newlines as \\n.

    RowError: missing, not text, empty (unless `empty`), too long, a NUL, half a surrogate pair.
    """
    if raw is None:
        raise RowError(f"{what} is missing")
    if not isinstance(raw, str):
        raise RowError(f"{what} is not text but {_kind(raw)}")
    text = raw.replace("\r\n", "\n").replace("\r", "\n").strip()
    if not text and not empty:
        raise RowError(f"{what} is empty")
    if len(text) > LONGEST_TEXT:
        raise RowError(f"{what} is {len(text):,} characters long; at most {LONGEST_TEXT:,}")
    if "\0" in text:
        raise RowError(f"{what} holds a NUL character")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise RowError(f"{what} holds half of a surrogate pair, which is no character") from None
    return text


def score_of(raw: Any) -> float:
    """The score in a cell. RowError: it is not a number, or beyond `GREATEST` either way."""
    try:
        number = math.nan if isinstance(raw, bool) or "_" in str(raw) else float(raw)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if math.isnan(number):
        raise RowError("a score is not a number")
    if abs(number) > GREATEST:
        raise RowError(f"a score is beyond {GREATEST:,}, which no scale reaches")
    return number


def _kind(raw: Any) -> str:
    kinds = {bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "an object"}
    return kinds.get(type(raw), "something else")


def joined(text: str, added: str) -> str:
    """An instruction with its input under it. RowError: too long together."""
    if not added or added == "<noinput>":
        return text
    return text_of(f"{text}\n\n{added}", "the instruction with its input")
