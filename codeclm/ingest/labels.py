"""Rows into metadata of origin `imported`. Knows no project."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from codeclm.ingest.cells import named
from codeclm.ingest.fields import RowError, find, require, text_of, value
from codeclm.ingest.table import Parsed, Rejected, Row, Table
from codeclm.records import LONGEST_LABEL, Labels, Metadata

USE_CASE = ("use_case", "usecase", "use case", "use-case")
SKILLS = ("skills", "skill")
MAX_SKILLS = 20


def metadata(table: Table, field: str | None = None, skills_field: str | None = None) -> Parsed[Metadata]:
    """Metadata of the columns `use_case` (or `field`) and `skills` (or `skills_field`).

    Skills are a list, or a text separated by ; or else by commas (or a list as JSON or Python writes it).
    InputError: no such column.
    """
    case = require(table, *((field,) if field else USE_CASE), flag="--field")
    skills = require(table, skills_field, flag="--input-field") if skills_field else find(table, *SKILLS)
    parsed: Parsed[Metadata] = Parsed([], [])
    for row in table.rows():
        if isinstance(row, Rejected):
            parsed.rejected.append(row)
            continue
        try:
            parsed.records.append(Metadata("imported", labels_of(row, case, skills)))
        except RowError as fault:
            parsed.rejected.append(Rejected(row.number, str(fault)))
    return parsed


def labels_of(row: Row, case: str, skills: str | None) -> Labels:
    """The labels of a row. RowError: no use case, or something that is no label."""
    use_case, named = value(row.values, case), value(row.values, skills) if skills else None
    if type(named) is list:
        named = tuple(named)
    try:
        return _remembered(use_case, named)
    except TypeError:  # something without a hash, which is no label either
        return _labels(use_case, named)


def _labels(use_case: Any, skills: Any) -> Labels:
    return Labels(_label(use_case, "the use case"), _skills(skills))


_remembered = lru_cache(maxsize=4096, typed=True)(_labels)
"""Many rows of a file have the same labels."""


def _label(raw: Any, what: str) -> str:
    text = " ".join(text_of(raw, what).split())
    if len(text) > LONGEST_LABEL:
        raise RowError(f"{what} is {len(text):,} characters long; at most {LONGEST_LABEL}")
    return text


def _skills(raw: Any) -> tuple[str, ...]:
    if raw is None:
        return ()
    if isinstance(raw, str):
        raw = named(raw.strip())
    if not isinstance(raw, list | tuple):
        raise RowError("the skills are neither a list nor text")
    skills = dict.fromkeys(_label(item, "a skill") for item in raw)
    if len(skills) > MAX_SKILLS:
        raise RowError(f"{len(skills)} skills; at most {MAX_SKILLS}")
    return tuple(skills)
