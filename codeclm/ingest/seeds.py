"""Rows into seeds."""

from __future__ import annotations

from codeclm.ingest.table import Parsed, Table
from codeclm.records import Seed


def seeds(table: Table, field: str | None = None, input_field: str | None = None) -> Parsed[Seed]:
    """Seeds of the column `field` (None: the table's guess), each joined with its `input_field`.

    `input_field` None: the table's guess; "": join nothing. A column of chats gives chat seeds: system
    prompt and turns up to the last user turn. InputError: no such column, or none could be guessed.
    """
    raise NotImplementedError
