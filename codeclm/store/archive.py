"""A project as readable rows, table by table, and back: nothing is lost, and equal projects give equal rows.

Large texts stand in the rows that hold them; bytes, most of them ids, are written as {"hex": …}. Knows the
schema from the file itself, so that a new table is archived without a word here; knows no files.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from codeclm.errors import InputError
from codeclm.store.connection import Connection, Value, dump
from codeclm.store.files import check_free
from codeclm.store.prune import LISTED
from codeclm.store.schema import build, refuse_newer
from codeclm.store.store import Store
from codeclm.store.texts import Texts

Line = dict[str, Any]

_HIDDEN = ("texts", "revision", "_sqlite_migrations")
"""Texts stand where they are held; the others are the file's own bookkeeping."""
_OPTIONAL = ("calls", "vectors", "embedders")
"""What can be had again by asking, or paying, again."""


class Shape:
    """A table as the file itself describes it."""

    def __init__(self, db: Connection, table: str) -> None:
        self.table = table
        about = db.rows("select name, pk from pragma_table_info(?)", [table])
        self.columns = [name for name, _ in about]
        key = [name for name, place in sorted(about, key=lambda each: each[1]) if place]
        self.order = ", ".join(_quoted(name) for name in key) if key else "rowid"
        held = db.rows('select "from" from pragma_foreign_key_list(?) where "table" = \'texts\'', [table])
        self.texts = {name for (name,) in held}
        self.lists = {column for owner, column in LISTED if owner == table}


def dumped(store: Store, calls: bool = True) -> Iterator[tuple[str, Iterator[Line]]]:
    """Every table of a project with its rows; read them within `store.read()`."""
    for table in tables(store._db, calls):
        yield table, lines(store._db, Texts(store._db), table)


def version_of(store: Store) -> int:
    """The number of the project's schema."""
    number: int = store._db.value("pragma user_version")
    return number


def tables(db: Connection, calls: bool = True) -> list[str]:
    """The tables of an archive, by name."""
    names = [name for (name,) in db.rows("select name from sqlite_master where type = 'table' order by name")]
    left = _HIDDEN if calls else _HIDDEN + _OPTIONAL
    return [name for name in names if name not in left and not name.startswith("sqlite_")]


def lines(db: Connection, texts: Texts, table: str) -> Iterator[Line]:
    """The rows of a table, in order."""
    shape = Shape(db, table)
    names = ", ".join(map(_quoted, shape.columns))
    for row in db.each(f"select {names} from {_quoted(table)} order by {shape.order}"):
        yield {name: _told(texts, shape, name, value) for name, value in zip(shape.columns, row, strict=True)}


def _told(texts: Texts, shape: Shape, name: str, value: Any) -> Any:
    if value is not None and name in shape.texts:
        return texts.get(value)
    if value is not None and name in shape.lists:
        return [texts.get(seq) for seq in json.loads(value)]
    return {"hex": value.hex()} if isinstance(value, bytes) else value


def restore(path: Path, version: int, archived: Mapping[str, Iterable[Line]]) -> dict[str, int]:
    """Make a project at `path`, which is not there yet, of archived tables: rows by table.

    ProjectError: a newer schema, or the rows do not fit together; InputError: they are not such rows.
    """
    refuse_newer(path, version)
    check_free(path)
    db = Connection(path, "rwc")
    try:
        with db.write():
            build(db, version)
            return _fill(db, archived)
    finally:
        db.close()


def _fill(db: Connection, archived: Mapping[str, Iterable[Line]]) -> dict[str, int]:
    known = tables(db)
    if unknown := sorted(archived.keys() - set(known)):
        raise InputError(f"{unknown[0]}: no table of a project; this is not an archive of one")
    db.execute("pragma defer_foreign_keys = on")
    for table in known:
        db.execute(f"delete from {_quoted(table)}")
    texts = Texts(db)
    return {table: _put(db, texts, table, archived[table]) for table in known if table in archived}


def _put(db: Connection, texts: Texts, table: str, rows: Iterable[Line]) -> int:
    shape, count = Shape(db, table), 0
    marks = ", ".join("?" * len(shape.columns))
    sql = f"insert into {_quoted(table)} ({', '.join(map(_quoted, shape.columns))}) values ({marks})"
    for row in rows:
        if row.keys() != set(shape.columns):
            raise InputError(f"{table}: row {count + 1} has other columns than the table")
        db.execute(sql, [_value(texts, shape, name, row[name]) for name in shape.columns])
        count += 1
    return count


def _value(texts: Texts, shape: Shape, name: str, told: Any) -> Value:
    try:
        if told is not None and name in shape.texts:
            return texts.put(str(told))
        if told is not None and name in shape.lists:
            return dump([texts.put(str(each)) for each in told])
        return bytes.fromhex(told["hex"]) if isinstance(told, dict) else _plain(told)
    except (KeyError, TypeError, ValueError):
        raise InputError(f"{shape.table}: {name} is neither a value nor bytes in hex") from None


def _plain(told: Any) -> Value:
    if told is None or isinstance(told, str | int | float):
        return told
    raise TypeError


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
