"""One SQLite connection: pragmas, transactions, packed ids. Knows no record."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, islice
from pathlib import Path
from typing import Any, Literal, TypeVar

from codeclm.errors import ProjectError
from codeclm.store.refusals import REFUSED, explain

BUSY_SECONDS = 20.0
"""How long a write waits for another's: longer than any takes but an import of very much."""

LONGEST = 2**26
"""Bytes of one value or row; the largest that is written has some hundred thousand."""

RENEW = "Update this one, or start it anew where it was updated while it ran."
"""What whoever has older code than a file does."""

Row = tuple[Any, ...]
T = TypeVar("T")
Value = str | int | float | bytes | None
Values = Sequence[Value] | Mapping[str, Value]

SPREAD = "({} * 2654435761 & 4294967295)"
"""A row's number, spread over 32 bits (Knuth's hash): what lies below a bound is a fair sample of rows, and a
sum tells one set of rows from another."""

_PAGES, _ROOMY = 4_000, 64_000
"""KiB of a file's pages that are held: usually, and while very much is written."""
_AHEAD = 16
"""Records that are read before they are worked on: few, as a person may edit them meanwhile."""
_BATCH = 1_000
_TOGETHER = 50
"""Rows that one statement inserts."""
_DIGITS = 20
"""Of a content id."""


@dataclass(frozen=True, slots=True)
class Added:
    """What an insert did. A record that was there already, or deleted, is a duplicate."""

    added: int = 0
    duplicates: int = 0


# Of bytes and of nothing, sqlite3 looks for a way to adapt them, which takes longer than to store them.
sqlite3.register_adapter(bytes, bytes.__bytes__)
sqlite3.register_adapter(type(None), {None: None}.get)


@lru_cache(maxsize=1024)
def pack(id_: str) -> bytes | str:
    """A record's id as it is stored: 10 bytes for the 20 digits that every content id has."""
    if len(id_) != _DIGITS:
        return id_
    try:
        packed = bytes.fromhex(id_)
    except ValueError:
        return id_
    return packed if packed.hex() == id_ else id_


def unpack(stored: bytes | str) -> str:
    """The id that `pack` stored."""
    return stored.hex() if isinstance(stored, bytes) else stored


class Connection:
    """A connection to one file. Not to be shared between threads."""

    def __init__(self, path: Path, mode: Literal["ro", "rw", "rwc"] = "rw") -> None:
        self.path = path
        self.rollbacks = 0
        """Grows with each rollback: row numbers remembered from before may mean other rows now."""
        self.schema: int | None = None
        """The number of the schema that its user goes by, once that is known."""
        self._depth = 0
        with self.guard():
            self.raw = sqlite3.connect(
                f"{path.absolute().as_uri()}?mode={mode}",
                uri=True,
                timeout=BUSY_SECONDS,
                isolation_level=None,
                cached_statements=256,
            )
            self.raw.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST)
            # The file may be somebody else's: it calls no function, and a damaged page is told as one.
            self.raw.execute("pragma trusted_schema = off")
            self.raw.execute("pragma cell_size_check = on")
            self.raw.execute("pragma foreign_keys = on")
            self.raw.execute("pragma synchronous = full")
            self.raw.execute("pragma temp_store = memory")
            self.raw.execute(f"pragma cache_size = -{_PAGES}")
        self.raw.create_function("contains", 2, _contains, deterministic=True)
        self.raw.create_function("pack", 1, pack, deterministic=True)

    def wait(self, seconds: float) -> None:
        """How long a write waits for another's from now on."""
        self.execute(f"pragma busy_timeout = {round(seconds * 1000)}")

    def born(self) -> str:
        """When the file was made, to the microsecond: tells it from one that had its path before."""
        return str(self.value("select min(applied_at) from _sqlite_migrations"))

    def close(self) -> None:
        """Close; harmless twice."""
        with self.guard():
            self.raw.close()

    def execute(self, sql: str, values: Values = ()) -> sqlite3.Cursor:
        """Run one statement."""
        try:
            return self.raw.execute(sql, values)
        except REFUSED as error:
            raise ProjectError(explain(error, self.path)) from error

    def rows(self, sql: str, values: Values = ()) -> list[Row]:
        """Every row of a query."""
        try:
            return self.raw.execute(sql, values).fetchall()
        except REFUSED as error:
            raise ProjectError(explain(error, self.path)) from error

    def each(self, sql: str, values: Values = ()) -> Iterator[Row]:
        """The rows of a query one by one, all of one state of the file."""
        with self.guard():
            # Not `yield from`: given up halfway, it would close the cursor, which another thread may not.
            for row in self.raw.execute(sql, values):  # noqa: UP028
                yield row

    def ahead(self, sql: str, ids: Iterable[str]) -> Iterator[Row]:
        """The rows of records by id, a few read ahead; `sql` has {} for the ids."""
        return self.among(sql, map(pack, ids), _AHEAD)

    def among(self, sql: str, values: Iterable[Value], size: int = 500) -> Iterator[Row]:
        """The rows of a query that has {} for the values, of which it takes so many at a time."""
        for some in chunks(values, size):
            yield from self.rows(sql.format(slots(some)), some)

    def row(self, sql: str, values: Values = ()) -> Row | None:
        """The first row, or None."""
        try:
            row: Row | None = self.raw.execute(sql, values).fetchone()
        except REFUSED as error:
            raise ProjectError(explain(error, self.path)) from error
        return row

    def value(self, sql: str, values: Values = ()) -> Any:
        """The first column of the first row, or None."""
        row = self.row(sql, values)
        return None if row is None else row[0]

    def insert(self, sql: str, values: Values = ()) -> int | None:
        """Run an insert with `on conflict do nothing`: the new row's number, or None where it was there."""
        cursor = self.execute(sql, values)
        return cursor.lastrowid if cursor.rowcount > 0 else None

    def many(self, sql: str, rows: Iterable[Values]) -> None:
        """Run one statement for each row of values."""
        with self.guard():
            self.raw.executemany(sql, rows)

    def fill(self, table: str, rows: Sequence[Sequence[Value]]) -> None:
        """Insert rows into a table, or into columns of it that are named with it: some with each statement,
        in half the time."""
        if not rows:
            return
        row = f"({slots(rows[0])})"
        for some in chunks(rows, _TOGETHER):
            values = [*chain.from_iterable(some)]
            self.execute(f"insert into {table} values {','.join([row] * len(some))}", values)

    def newest(self, table: str) -> int:
        """The highest number in a table, 0 where it is empty; inside a write the next row has the next."""
        number: int = self.value(f"select coalesce(max(seq), 0) from {table}")
        return number

    @contextmanager
    def write(self) -> Iterator[None]:
        """A transaction, immediate so that it never has to give up a read for a write. Re-entrant."""
        if self._depth:
            yield
            return
        self.execute("begin immediate")
        self._depth, before = 1, self.raw.total_changes
        try:
            with self.guard():
                self._refuse_renewed()
                yield
                if self.raw.total_changes != before:
                    self.raw.execute("update revision set number = number + 1")
                self.raw.execute("commit")
        except BaseException:
            self._rollback()
            raise
        finally:
            self._depth = 0

    @contextmanager
    def roomy(self) -> Iterator[None]:
        """Hold more of the file in memory: what goes in at random places of an index is written out once."""
        self.execute(f"pragma cache_size = -{_ROOMY}")
        try:
            yield
        finally:
            self.execute(f"pragma cache_size = -{_PAGES}")

    @contextmanager
    def read(self) -> Iterator[None]:
        """A snapshot of the file; inside a write, that transaction."""
        if self.raw.in_transaction:
            yield
            return
        self.execute("begin")
        try:
            yield
        finally:
            self.raw.rollback()

    @contextmanager
    def part(self) -> Iterator[None]:
        """A part of a write that may fail, and be undone, alone."""
        self.execute("savepoint part")
        try:
            yield
        except BaseException:
            self.rollbacks += 1
            if self.raw.in_transaction:
                self.raw.execute("rollback to part")
                self.raw.execute("release part")
            raise
        self.execute("release part")

    def _refuse_renewed(self) -> None:
        """ProjectError: the file was migrated while it was open here; how it is written is not known."""
        if self.schema not in (None, self.value("pragma user_version")):
            raise ProjectError(
                f"{self.path}: a newer CodecLM Studio has changed the project since it was opened here; "
                f"nothing was written. {RENEW}"
            )

    def _rollback(self) -> None:
        self.rollbacks += 1
        self.raw.rollback()  # nothing, where SQLite has done so itself for want of disk

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Tell what SQLite refuses as a ProjectError of one line."""
        try:
            yield
        except REFUSED as error:
            raise ProjectError(explain(error, self.path)) from error


dump = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
"""JSON as it is stored: no text is changed on the way."""


def _contains(text: str | None, part: str) -> bool:
    return text is not None and part in text.casefold()


def columns(rows: Iterator[Row], count: int) -> list[list[Any]]:
    """The columns of rows, of which few are held at a time: many make the interpreter look for garbage."""
    found: list[list[Any]] = [[] for _ in range(count)]
    while batch := [*islice(rows, _BATCH)]:
        for column, values in zip(found, zip(*batch, strict=True), strict=True):
            column.extend(values)
    return found


def chunks(items: Iterable[T], size: int = 500) -> Iterator[list[T]]:
    """The items in lists short enough for one statement."""
    batch: list[T] = []
    for item in items:
        batch.append(item)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def slots(items: Sequence[object]) -> str:
    """A placeholder for each item."""
    return ",".join("?" * len(items))
