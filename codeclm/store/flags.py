"""Flags that people put on pairs, to come back to them: a mark with a note, and no verdict."""

from __future__ import annotations

import time

from codeclm.errors import GoneError
from codeclm.store.connection import Connection, pack


class Flags:
    """One flag for each reviewer and pair."""

    def __init__(self, db: Connection) -> None:
        self._db = db

    def put(self, pair: str, reviewer: str = "", note: str = "") -> None:
        """Flag a pair, or change the note. GoneError: no such pair."""
        with self._db.write():
            comparison = self._db.value("select seq from comparisons where id = ?", [pack(pair)])
            if comparison is None:
                raise GoneError(f"{self._db.path}: there is no pair {pair}.")
            self._db.execute(
                """insert into flags values (?, ?, ?, ?)
                on conflict (comparison, reviewer) do update set note = excluded.note""",
                [comparison, reviewer, time.time(), note],
            )

    def clear(self, pair: str, reviewer: str = "") -> None:
        """Take the reviewer's flag off a pair."""
        with self._db.write():
            self._db.execute(
                """delete from flags where reviewer = ?
                and comparison = (select seq from comparisons where id = ?)""",
                [reviewer, pack(pair)],
            )

    def of(self, pair: str) -> dict[str, str]:
        """The note of each reviewer who flagged a pair."""
        rows = self._db.rows(
            """select f.reviewer, f.note from flags f join comparisons c on c.seq = f.comparison
            where c.id = ? order by f.at""",
            [pack(pair)],
        )
        return dict(rows)
