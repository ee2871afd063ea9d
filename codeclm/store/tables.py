"""Whether a file's tables are those of a project, to the letter: a file from elsewhere may hold anything.

A trigger would run with our own writes, a view or a computed column would answer in place of what is kept.
So nothing is read from a file before its schema is known to be ours. Knows no record.
"""

from __future__ import annotations

import hashlib

from codeclm.errors import ProjectError
from codeclm.store.connection import Connection

SHAPE = "159b4e50462300fa"
"""The hash of the newest schema; after a new migration tests/store/test_store_tables.py tells it."""

_FOREIGN = """select type, name from sqlite_schema
    where type not in ('table', 'index') or sql like '%virtual%table%' or sql like '%generated%always%'
        or (name not like 'sqlite\\_%' escape '\\' and sql is null) limit 1"""
_OURS = """select type || ' ' || name || ' on ' || tbl_name || ': ' || sql from sqlite_schema
    where name not like 'sqlite\\_%' escape '\\' and name <> '_sqlite_migrations' order by 1"""


def refuse_foreign(db: Connection) -> None:
    """ProjectError: there is a trigger, a view or another thing that no schema of ours ever had."""
    found = db.row(_FOREIGN)
    if found is not None:
        raise ProjectError(_told(db, f"it holds a {found[0]}"))


def refuse_other(db: Connection) -> None:
    """ProjectError: the tables are not those of the newest schema."""
    if shape(db) != SHAPE:
        raise ProjectError(_told(db, "its tables are not those of one"))


def shape(db: Connection) -> str:
    """A hash of the schema as the file holds it, words and all."""
    whole = "\n".join(row[0] or "" for row in db.rows(_OURS))
    return hashlib.sha256(whole.encode("utf-8", "replace")).hexdigest()[:16]


def _told(db: Connection, why: str) -> str:
    return (
        f"{db.path}: marked as a project, but {why}. It is not opened: ask whoever made it for an archive "
        "(codeclm archive), and restore that."
    )
