"""What the decisions of a pair's reviewers come to: the adjudicated one, else the majority, else a conflict.

The majority are more than half who say the same: reject, or accept the same answer with the same edits.
With a minimum of reviewers set, fewer of them come to nothing yet. Knows the log's newest entries only.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from codeclm.records import AnswerRole, Verdict
from codeclm.store.connection import Connection, Value, unpack

MINIMUM = "review_minimum"
"""The setting that holds how many reviewers a pair needs; where it is not set, one."""

SAID = """case d.verdict when 'reject' then 'reject' else json_array(
    coalesce(d.answer, (select case when gap > 0 then 'strong' when gap < 0 then 'target' end
        from nodes where comparison = d.comparison limit 1)),
    nullif(d.instruction, i.text), d.response) end"""
"""All that decision `d` says, in one value: two agree where theirs is the same. `i`: the instruction."""
_VOTES = f"""select d.comparison, d.verdict, d.answer, d.reviewer, d.seq, d.adjudicated, {SAID} as said
    from (select max(entry) as entry from standing where not undone {{where}} group by comparison, reviewer) t
    join decisions d on d.seq = t.entry join comparisons c on c.seq = d.comparison
    join instructions i on i.seq = c.instruction"""
"""The newest standing decision of each reviewer of each pair."""
_OWN = "and entry not in (select seq from decisions where adjudicated)"
"""Of what somebody said by themselves, before a conflict was settled."""


class Vote(NamedTuple):
    """The newest decision of one reviewer of a pair, with its gap and the greatest |gap| above."""

    pair: str
    reviewer: str
    verdict: Verdict
    answer: AnswerRole | None
    adjudicated: bool
    gap: float
    reach: float
    said: str
    """The same for two who agree: both reject, or accept the same answer with the same edits."""


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

    def votes(self, config: int, own: bool = False) -> list[Vote]:
        """The newest decision of each reviewer of each pair under a config, by pair, oldest first.

        `own`: the newest that settled no conflict, which is what they said by themselves.
        """
        rows = self._db.rows(
            f"""select c.id, v.reviewer, v.verdict, v.answer, v.adjudicated, n.gap, n.reach, v.said
            from ({_VOTES.format(where=_OWN if own else "")}) v join comparisons c on c.seq = v.comparison
            join nodes n on n.comparison = c.seq and n.config = ? order by v.comparison, v.seq""",
            [config],
        )
        return [
            Vote(unpack(pair), reviewer, verdict, answer, bool(settled), gap, reach, said)
            for pair, reviewer, verdict, answer, settled, gap, reach, said in rows
        ]

    def conflicts(self, config: int) -> int:
        """How many pairs under a config wait for somebody to settle them."""
        number: int = self._db.value(
            """select count(*) from verdicts v join nodes n on n.comparison = v.comparison and n.config = ?
            where v.verdict = 'conflict'""",
            [config],
        )
        return number

    def _insert(self, where: str, values: Sequence[Value]) -> None:
        self._db.execute(
            f"""insert into verdicts
            with votes as ({_VOTES.format(where=where)}),
            alike as (select comparison, count(*) as number, max(seq) as last from votes
                group by comparison, said),
            whole as (select comparison, count(*) as number, max(seq) filter (where adjudicated) as settled
                from votes group by comparison)
            select w.comparison, coalesce(d.verdict, 'conflict'), d.seq from whole w
            left join alike a on a.comparison = w.comparison and 2 * a.number > w.number
            left join decisions d on d.seq = coalesce(w.settled, a.last)
            where w.settled is not null
                or w.number >= coalesce((select value + 0 from settings where name = '{MINIMUM}'), 1)""",
            values,
        )
