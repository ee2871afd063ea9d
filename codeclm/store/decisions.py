"""What people said of pairs: an append-only log, undo and redo per reviewer, and the verdict that stands.

An undo and a redo are entries of the log too. `standing` and `verdicts` follow from it: which
entries are in force, and what they come to for each pair.
"""

from __future__ import annotations

import json
import time

from codeclm.errors import ProjectError
from codeclm.records import Decision, Instruction
from codeclm.store.configs import Configs
from codeclm.store.connection import Connection, Row, dump, pack, unpack
from codeclm.store.nodes import Nodes
from codeclm.store.rows import insert_instruction

DECISION = "d.verdict, d.reviewer, d.answer, d.instruction, d.response, d.reasons"
"""The columns that `read_decision` reads."""


class Decisions:
    """The log of decisions."""

    def __init__(self, db: Connection, configs: Configs, nodes: Nodes) -> None:
        self._db = db
        self._configs = configs
        self._nodes = nodes

    def decide(self, decision: Decision) -> str:
        """Log a decision and return its pair's id. An edited instruction becomes a node of its own.

        Clears the reviewer's redo. ProjectError: no such pair.
        """
        with self._db.write():
            pair = self._db.row(
                "select seq, instruction, config from comparisons where id = ?", [pack(decision.pair)]
            )
            if pair is None:
                raise ProjectError(f"{self._db.path}: there is no pair {decision.pair}.")
            comparison, instruction, config = pair
            edited = None
            if decision.instruction is not None:
                edited = self._edit(instruction, decision.instruction)
                if edited is not None:
                    self._nodes.link(config, edited)
            entry = self._db.insert(
                """insert into decisions (at, kind, reviewer, comparison, verdict, answer, instruction,
                response, reasons, edited) values (?, 'decide', ?, ?, ?, ?, ?, ?, ?, ?)""",
                [
                    time.time(),
                    decision.reviewer,
                    comparison,
                    decision.verdict,
                    decision.answer,
                    decision.instruction,
                    decision.response,
                    dump(decision.reasons),
                    edited,
                ],
            )
            self._db.execute("delete from standing where reviewer = ? and undone", [decision.reviewer])
            self._db.execute(
                "insert into standing values (?, ?, ?, 0)", [entry, decision.reviewer, comparison]
            )
            self._settle(comparison)
        return decision.pair

    def undo(self, reviewer: str = "") -> str | None:
        """Take back the reviewer's newest standing decision: its pair's id; None: nothing to undo."""
        return self._move(reviewer, "undo")

    def redo(self, reviewer: str = "") -> str | None:
        """Bring back what the reviewer undid last: its pair's id; None: nothing to redo."""
        return self._move(reviewer, "redo")

    def of(self, pair: str) -> list[Decision]:
        """The standing decision of each reviewer of a pair, oldest first."""
        rows = self._db.rows(
            f"""select {DECISION} from decisions d join comparisons c on c.seq = d.comparison
            where c.id = ? and d.seq in (select max(entry) from standing
                where comparison = c.seq and not undone group by reviewer) order by d.seq""",
            [pack(pair)],
        )
        return [decision for row in rows if (decision := read_decision(pair, row))]

    def verdict(self, pair: str) -> tuple[Decision | None, bool]:
        """The decision that stands over all reviewers, and whether they are in conflict."""
        row = self._db.row(
            f"""select v.verdict, {DECISION} from verdicts v join comparisons c on c.seq = v.comparison
            left join decisions d on d.seq = v.entry where c.id = ?""",
            [pack(pair)],
        )
        return (None, False) if row is None else (read_decision(pair, row[1:]), row[0] == "conflict")

    def reviewers(self) -> list[tuple[str, int]]:
        """Every reviewer with the number of pairs they have decided."""
        rows = self._db.rows(
            """select reviewer, count(distinct comparison) from standing where not undone
            group by reviewer order by reviewer"""
        )
        return [(reviewer, number) for reviewer, number in rows]

    def count(self) -> int:
        """How many pairs have a standing decision."""
        number: int = self._db.value("select count(*) from verdicts")
        return number

    def since(self, at: float, reviewer: str = "") -> int:
        """How many pairs a reviewer has decided from a time (seconds since the epoch) on."""
        number: int = self._db.value(
            """select count(distinct t.comparison) from standing t join decisions d on d.seq = t.entry
            where t.reviewer = ? and not t.undone and d.at >= ?""",
            [reviewer, at],
        )
        return number

    def _move(self, reviewer: str, kind: str) -> str | None:
        newest = "max(entry)" if kind == "undo" else "min(entry)"
        with self._db.write():
            entry = self._db.value(
                f"select {newest} from standing where reviewer = ? and undone = ?",
                [reviewer, int(kind == "redo")],
            )
            if entry is None:
                return None
            self._db.execute("update standing set undone = ? where entry = ?", [int(kind == "undo"), entry])
            row = self._db.row(
                """select d.comparison, d.edited, c.id, c.config from decisions d
                join comparisons c on c.seq = d.comparison where d.seq = ?""",
                [entry],
            )
            assert row is not None  # noqa: S101 - a foreign key says so
            comparison, edited, pair, config = row
            self._db.execute(
                """insert into decisions (at, kind, reviewer, entry, comparison) values (?, ?, ?, ?, ?)""",
                [time.time(), kind, reviewer, entry, comparison],
            )
            if edited is not None:
                self._relink(config, edited)
            self._settle(comparison)
        return unpack(pair)

    def _relink(self, config: int, edited: int) -> None:
        """An edited instruction is there while a standing decision holds it, or since it was scored."""
        held = self._db.value(
            """select 1 from standing t join decisions d on d.seq = t.entry
            where d.edited = ? and not t.undone""",
            [edited],
        )
        if held:
            self._nodes.link(config, edited)
        else:
            self._nodes.unlink(edited)

    def _settle(self, comparison: int) -> None:
        """What the newest decision of each reviewer comes to: the majority, or a conflict."""
        rows = self._db.rows(
            """select d.verdict, max(d.seq), count(*) from decisions d where d.seq in (
                select max(entry) from standing where comparison = ? and not undone group by reviewer)
            group by d.verdict order by 3 desc""",
            [comparison],
        )
        self._db.execute("delete from verdicts where comparison = ?", [comparison])
        if rows:
            verdict, entry, votes = rows[0]
            if len(rows) > 1 and rows[1][2] == votes:
                verdict, entry = "conflict", None
            self._db.execute("insert into verdicts values (?, ?, ?)", [comparison, verdict, entry])

    def _edit(self, instruction: int, text: str) -> int | None:
        """The node of an edited instruction, at the iteration of what it was made from; None: no change."""
        row = self._db.row(
            """select m.id, l.id, i.sample, i.id, i.iteration, i.text from instructions i
            join metadata m on m.seq = i.metadata join labels l on l.seq = i.labels where i.seq = ?""",
            [instruction],
        )
        assert row is not None  # noqa: S101 - a foreign key says so
        metadata, revision, sample, parent, iteration, old = row
        if text == old:
            return None
        return insert_instruction(
            self._db,
            Instruction(
                unpack(metadata),
                unpack(revision),
                text,
                sample=sample,
                parent=unpack(parent),
                iteration=iteration,
                origin="edited",
            ),
        )


def read_decision(pair: str, row: Row) -> Decision | None:
    """The decision in the columns DECISION; None where they are empty."""
    verdict, reviewer, answer, instruction, response, reasons = row
    if verdict is None:
        return None
    return Decision(pair, verdict, reviewer, answer, instruction, response, tuple(json.loads(reasons)))
