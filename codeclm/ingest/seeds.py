"""Rows into seeds. Knows no project: what is there already is found out when they are stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from itertools import islice
from typing import Any

from codeclm.errors import InputError
from codeclm.ingest.chats import chat_seed, turns
from codeclm.ingest.fields import RowError, find, guess, is_chat, joined, require, text_of, value
from codeclm.ingest.source import shown
from codeclm.ingest.table import Column, Parsed, Rejected, Row, Table
from codeclm.ingest.tags import LONGEST_TAG, tags_of
from codeclm.records import Seed

TAG_NAMES = ("tag", "category", "categories", "topic", "topics", "use_case", "task_type", "source", "dataset")
"""Of columns whose values may serve as tags, where a person agrees."""
_LOOKED_AT = 1000
_MOST_TAGS = 100


def seeds(
    table: Table, field: str | None = None, input_field: str | None = None, tag_field: str | None = None
) -> Parsed[Seed]:
    """Seeds of the column `field` (None: the table's guess), each joined with its `input_field`.

    `input_field` None: the table's guess; "": join nothing. A column of chats gives chat seeds: system
    prompt and turns up to the last user turn. A row that lacks the guessed column is read by its own, as logs
    hold chats beside plain instructions. `tag_field` gives tags; None: a column `tags`, "": none does.
    InputError: no such column, or none could be guessed.
    """
    column = require(table, field, flag="--field") if field else _guessed(table)
    added = _input_column(table, column, input_field)
    system, tags = find(table, "system", "system_prompt"), _tag_column(table, tag_field, column, added)
    parsed: Parsed[Seed] = Parsed([], [])
    for row in table.rows():
        if isinstance(row, Rejected):
            parsed.rejected.append(row)
            continue
        try:
            own = column, added
            if column == table.guess and value(row.values, column) is None:
                own = _own(row, column)
            seed = _seed(table.name, row, *own, system)
            parsed.records.append(replace(seed, tags=tags_of(value(row.values, tags))) if tags else seed)
        except RowError as fault:
            parsed.rejected.append(Rejected(row.number, str(fault)))
    return parsed


def _guessed(table: Table) -> str:
    if table.guess is None:
        there = ", ".join(shown(column.name, 30) for column in table.columns[:12]) or "none"
        raise InputError(
            f"{shown(table.name)}: no column is called instruction, prompt, question or text; "
            f"the columns are: {there}; name the right one with --field, or rename it"
        )
    return table.guess


def _input_column(table: Table, column: str, wanted: str | None) -> str | None:
    if wanted:
        return require(table, wanted, flag="--input-field")
    if wanted == "" or table.guess_input == column:
        return None
    return table.guess_input


def _tag_column(table: Table, wanted: str | None, *used: str | None) -> str | None:
    """Where the tags are, unless the column is wanted for something else."""
    if wanted is not None:
        return require(table, wanted) if wanted else None
    tags = find(table, "tags")
    return None if tags in used else tags


def guess_tags(table: Table) -> str | None:
    """A column `tags`; else the first that may serve as one by its name, and whose values among the first
    rows are short and come again and again: at most `_MOST_TAGS`, each twice or more on average.
    """
    named = (name for name in (find(table, each) for each in TAG_NAMES) if name)
    return find(table, "tags") or next((name for name in named if _serves(table, name)), None)


def _serves(table: Table, column: str) -> bool:
    cells = [value(row.values, column) for row in islice(table.rows(), _LOOKED_AT) if isinstance(row, Row)]
    if any(len(cell) > LONGEST_TAG for cell in cells if isinstance(cell, str)):
        return False
    found = [tag for cell in cells for tag in tags_of(cell)]
    return 1 < len(set(found)) <= min(_MOST_TAGS, len(found) / 2)


def _own(row: Row, otherwise: str) -> tuple[str, str | None]:
    """The column of a row that has other columns than most, and what is joined to it. Where none is filled
    but an input, it is the one that lacks its text, so that a row is told in its own names what is missing.
    """
    filled = {name: cell for name, cell in row.values.items() if cell is not None}
    column, added = _guessed_in(filled)
    bare, input_ = _guessed_in(row.values)
    return (bare or otherwise, None) if column in (None, input_) else (column, added)


def _guessed_in(values: Mapping[str, Any]) -> tuple[str | None, str | None]:
    return guess(Column(name, "", is_chat(cell)) for name, cell in values.items())


def _seed(source: str, row: Row, column: str, added: str | None, system: str | None) -> Seed:
    raw = value(row.values, column)
    if is_chat(raw):
        beside = value(row.values, system) if system else None
        return chat_seed(turns(raw, beside), source, row.number)
    text = text_of(raw, f"“{shown(column, 40)}”")
    return Seed(joined(text, input_text(row, added)), source=source, row=row.number)


def input_text(row: Row, column: str | None) -> str:
    """The input of a row, empty where there is none. RowError: it is neither text nor a number."""
    raw = value(row.values, column) if column else None
    if raw is None:
        return ""
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return str(raw)
    return text_of(raw, _named(column or ""), empty=True)


@lru_cache(maxsize=64)
def _named(column: str) -> str:
    """Remembered, as it is wanted for every row, though it is only told of one that cannot be used."""
    return f"“{shown(column, 40)}”"
