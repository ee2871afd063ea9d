"""What the decisions of a pair's reviewers come to: the adjudicated one, else the majority, else a conflict.

With a minimum of reviewers set, fewer of them come to nothing yet. Knows the log's newest entries only.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from codeclm.records import AnswerRole, Verdict
from codeclm.store.connection import Connection, Value, unpack

MINIMUM = "review_minimum"
"""The setting that holds how many reviewers a pair needs; where it is not set, one."""

_VOTES = """select d.comparison, d.verdict, d.answer, d.reviewer, d.seq, d.adjudicated
    from (select max(entry) as entry from standing where not undone {where} group by comparison, reviewer) t
    join decisions d on d.seq = t.entry"""
"""The newest standing decision of each reviewer of each pair."""


class Vote(NamedTuple):
    """The newest decision of one reviewer of a pair, with its gap and the greatest |gap| above."""

    pair: str
    reviewer: str
    verdict: Verdict
    answer: AnswerRole | None
    adjudicated: bool
    gap: float
    reach: float


class Verdicts:
    """The table of verdicts, which follows from the log."""

    def __init__(self, db: Connection) -> None:
        self._db = db

    @property
    def minimum(self) -> int:
        """How many reviewers a pair needs."""
        return int(self._db.value("select value from settings where name = ?", [MINIMUM]) or 1)

    def set_minimum(self, reviewers: int) -> None:
        """Ask for so many reviewers for each pair, of what is decided already too."""
        with self._db.write():
            self._db.execute(
                "insert into settings values (?, ?) on conflict (name) do update set value = excluded.value",
                [MINIMUM, str(max(1, reviewers))],
            )
            self._db.execute("delete from verdicts")
            self._insert("", [])

    def settle(self, comparisons: str, values: Sequence[Value] = ()) -> None:
        """Settle some comparisons anew: those whose number the query, or list of placeholders, gives."""
        self._db.execute(f"delete from verdicts where comparison in ({comparisons})", values)
        self._insert(f"and comparison in ({comparisons})", values)

    def votes(self, config: int) -> list[Vote]:
        """The newest decision of each reviewer of each pair under a config, by pair, oldest first."""
        rows = self._db.rows(
            f"""select c.id, v.reviewer, v.verdict, v.answer, v.adjudicated, n.gap, n.reach
            from ({_VOTES.format(where="")}) v join comparisons c on c.seq = v.comparison
            join nodes n on n.comparison = c.seq and n.config = ? order by v.comparison, v.seq""",
            [config],
        )
        return [
            Vote(unpack(pair), reviewer, verdict, answer, bool(settled), gap, reach)
            for pair, reviewer, verdict, answer, settled, gap, reach in rows
        ]

    def _insert(self, where: str, values: Sequence[Value]) -> None:
        self._db.execute(
            f"""insert into verdicts select comparison,
                case when settled is not null then (select verdict from decisions where seq = settled)
                    when yes > no then 'accept' when no > yes then 'reject' else 'conflict' end,
                case when settled is not null then settled
                    when yes > no then last_yes when no > yes then last_no end
            from (select comparison,
                    max(seq) filter (where adjudicated) as settled,
                    count(*) filter (where verdict = 'accept') as yes,
                    count(*) filter (where verdict = 'reject') as no,
                    max(seq) filter (where verdict = 'accept') as last_yes,
                    max(seq) filter (where verdict = 'reject') as last_no
                from ({_VOTES.format(where=where)}) group by comparison)
            where settled is not null
                or yes + no >= coalesce((select value + 0 from settings where name = '{MINIMUM}'), 1)""",
            values,
        )
