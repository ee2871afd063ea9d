"""Of what coverage is counted: how far each run came, and the metadata of a use case, skill or cluster."""

from __future__ import annotations

from typing import Literal

from codeclm.store.connection import Connection, unpack
from codeclm.store.metadata import BLANK, LIVE

By = Literal["use case", "skill", "cluster"]
BYS: tuple[By, ...] = ("use case", "skill", "cluster")

_MEMBERS: dict[By, str] = {
    "use case": "l.use_case = :key",
    "skill": "exists (select 1 from json_each(l.skills) where value = :key)",
    "cluster": """(m.seq in (select number from spots where kind = 0 and coalesce(cluster, 0) = :key)
        or m.seed in (select number from spots where kind = 1 and coalesce(cluster, 0) = :key))""",
}


_SIGNS = " .!?\n"
"""What a copy may have more or less of at its ends."""


class Coverage:
    """What the columns of a map do not tell."""

    def __init__(self, db: Connection) -> None:
        self._db = db

    def runs(self) -> list[tuple[int, float, int]]:
        """(job, when it ended, how many instructions there were then) of every run that made some."""
        found: list[tuple[int, float, int]] = []
        rows = self._db.rows(
            """select seq, finished, reached from jobs where kind = 'run'
            and reached is not null and finished is not null order by seq"""
        )
        for job, ended, reached in rows:
            if reached and (not found or found[-1][2] != reached):
                found.append((job, ended, reached))
        return found

    def copied(self) -> list[int]:
        """The numbers of the instructions that say word for word what a seed says, whatever their case."""
        seeds = {_words(text) for (text,) in self._db.each("select text from seeds where deleted = 0", {})}
        rows = self._db.each("select seq, text from instructions order by seq", {})
        return [number for number, text in rows if _words(text) in seeds]

    def metadata(self, by: By, key: str | int) -> list[str]:
        """The active metadata of a group, from which more of it can be written, in order."""
        rows = self._db.rows(
            f"""select m.id from metadata m join labels l on l.seq = m.labels
            where {LIVE} and not {BLANK} and {_MEMBERS[by]} order by m.place""",
            {"key": key},
        )
        return [unpack(row[0]) for row in rows]


def _words(text: str) -> str:
    return text.casefold().strip(_SIGNS)
