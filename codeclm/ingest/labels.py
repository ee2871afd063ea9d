"""Rows into metadata of origin `imported`."""

from __future__ import annotations

from codeclm.ingest.table import Parsed, Table
from codeclm.records import Metadata


def metadata(table: Table, field: str | None = None, skills_field: str | None = None) -> Parsed[Metadata]:
    """Metadata of the columns `use_case` (or `field`) and `skills` (or `skills_field`).

    Skills are a list, or a text separated by ; or else by commas. InputError: no such column.
    """
    raise NotImplementedError
