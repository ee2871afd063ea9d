"""What people said of pairs: an append-only log, undo and redo per reviewer, and the verdict that stands.

An undo and a redo are entries of the log too. `standing` and `verdicts` follow from it: which
entries are in force, and what they come to for each pair.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence

from codeclm.errors import GoneError
from codeclm.records import Decision, Instruction, Verdict
from codeclm.store.configs import Configs
from codeclm.store.connection import Connection, Row, chunks, dump, pack, slots, unpack
from codeclm.store.nodes import Nodes
from codeclm.store.rows import insert_instruction
from codeclm.store.verdicts import Verdicts, Vote

DECISION = "d.verdict, d.reviewer, d.answer, d.instruction, d.response, d.reasons, d.adjudicated"
"""The columns that `read_decision` reads."""

_BATCH = "select comparison from decisions where batch = ?"
_ENTRIES = "select seq from decisions where batch = ?"
_UNDONE_LAST = """select u.entry from decisions u cross join standing t on t.entry = u.entry and t.undone
    where u.kind = 'undo' and u.reviewer = ? order by u.seq desc limit 1"""
"""The entry that a reviewer undid last, of those that are undone: the log is read from its end."""


class Decisions:
    """The log of decisions."""

    def __init__(self, db: Connection, configs: Configs, nodes: Nodes) -> None:
        self._db = db
        self._configs = configs
        self._nodes = nodes
        self.verdicts = Verdicts(db)

    def decide(self, decision: Decision) -> str:
        """Log a decision and return its pair's id. An edited instruction becomes a node of its own.

        Clears the reviewer's redo. GoneError: no such pair.
        """
        with self._db.write():
            pair = self._db.row(
                "select seq, instruction, config from comparisons where id = ?", [pack(decision.pair)]
            )
            if pair is None:
                raise GoneError(f"{self._db.path}: there is no pair {decision.pair}.")
            comparison, instruction, config = pair
            edited = None
            if decision.instruction is not None:
                edited = self._edit(instruction, decision.instruction)
                if edited is not None:
                    self._nodes.link(config, edited)
            entry = self._db.insert(
                """insert into decisions (at, kind, reviewer, comparison, verdict, answer, instruction,
                response, reasons, edited, adjudicated) values (?, 'decide', ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
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
                    int(decision.adjudicated),
                ],
            )
            self._db.execute("delete from standing where reviewer = ? and undone", [decision.reviewer])
            self._db.execute(
                "insert into standing values (?, ?, ?, 0)", [entry, decision.reviewer, comparison]
            )
            self.verdicts.settle("?", [comparison])
        return decision.pair

    def decide_all(
        self, pairs: Sequence[str], verdict: Verdict, reviewer: str = "", reasons: Sequence[str] = ()
    ) -> int:
        """Log the same decision on many pairs, which one undo takes back: how many there were.

        Where reviewers are in conflict, it settles that.
        """
        with self._db.write():
            last: int = self._db.value("select coalesce(max(seq), 0) from decisions")
            for some in chunks(pairs):
                self._db.execute(
                    f"""insert into decisions
                    (at, kind, reviewer, comparison, verdict, reasons, batch, adjudicated)
                    select ?, 'decide', ?, c.seq, ?, ?, ?, coalesce(v.verdict = 'conflict', 0)
                    from comparisons c left join verdicts v on v.comparison = c.seq
                    where c.id in ({slots(some)}) order by c.seq""",
                    [time.time(), reviewer, verdict, dump(list(reasons)), last + 1, *map(pack, some)],
                )
            self._db.execute("delete from standing where reviewer = ? and undone", [reviewer])
            done = self._db.execute(
                "insert into standing select seq, reviewer, comparison, 0 from decisions where batch = ?",
                [last + 1],
            ).rowcount
            self.verdicts.settle(_BATCH, [last + 1])
        return done

    def undo(self, reviewer: str = "", pair: str | None = None) -> str | None:
        """Take back the reviewer's newest standing decision: its pair's id; None: nothing to undo.

        `pair`: the newest of this pair. One that was made together with others is taken back with them.
        """
        return self._move(reviewer, "undo", pair)

    def redo(self, reviewer: str = "", pair: str | None = None) -> str | None:
        """Bring back what the reviewer undid last (of `pair`): its pair's id; None: nothing to redo."""
        return self._move(reviewer, "redo", pair)

    def together(self, reviewer: str = "", undone: bool = False, pair: str | None = None) -> int:
        """How many decisions the reviewer's next undo takes back; `undone`: how many a redo brings back."""
        number: int = self._db.value(
            f"""select case when d.batch is null then 1 else (select count(*) from standing
                where entry in ({_ENTRIES.replace("?", "d.batch")})) end from decisions d where d.seq = ?""",
            [self._next(reviewer, undone, pair)],
        )
        return number or 0

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

    def votes(self, config: str | None, own: bool = False) -> list[Vote]:
        """The newest decision of each reviewer of each pair under a config, with the pair's gap.

        `own`: the newest that settled no conflict, which is what they said by themselves.
        """
        return self.verdicts.votes(self._configs.find(config), own)

    def conflicts(self, config: str | None) -> int:
        """How many pairs under a config wait for somebody to settle them."""
        return self.verdicts.conflicts(self._configs.find(config))

    def reviewers(self) -> list[tuple[str, int]]:
        """Every reviewer with the number of pairs they have decided."""
        rows = self._db.rows(
            """select reviewer, count(distinct comparison) from standing where not undone
            group by reviewer order by reviewer"""
        )
        return [(reviewer, number) for reviewer, number in rows]

    def since(self, at: float, reviewer: str = "") -> int:
        """How many pairs a reviewer has decided since the log's newest entry from before a time, in seconds
        since the epoch: what came since is read, and not all that they ever decided.
        """
        number: int = self._db.value(
            """select count(distinct comparison) from standing where reviewer = ? and undone = 0 and entry >
            coalesce((select seq from decisions where at < ? order by seq desc limit 1), 0)""",
            [reviewer, at],
        )
        return number

    def _next(self, reviewer: str, undone: bool, pair: str | None) -> int | None:
        """The entry that an undo takes back, or with `undone` a redo brings back."""
        of = "" if pair is None else "and comparison = (select seq from comparisons where id = ?)"
        newest = "min(entry)" if undone else "max(entry)"
        entry: int | None = self._db.value(
            f"select {newest} from standing where reviewer = ? and undone = ? {of}",
            [reviewer, int(undone), *([] if pair is None else [pack(pair)])],
        )
        if not undone or pair is not None or entry is None:
            return entry
        # Of different pairs the one undone last may be any; of one pair it is the oldest.
        last: int | None = self._db.value(_UNDONE_LAST, [reviewer])
        return last

    def _move(self, reviewer: str, kind: str, of: str | None) -> str | None:
        with self._db.write():
            entry = self._next(reviewer, kind == "redo", of)
            if entry is None:
                return None
            row = self._db.row(
                """select d.comparison, d.edited, d.batch, c.id, c.config from decisions d
                join comparisons c on c.seq = d.comparison where d.seq = ?""",
                [entry],
            )
            assert row is not None  # noqa: S101 - a foreign key says so
            comparison, edited, batch, pair, config = row
            which, value = ("entry = ?", entry) if batch is None else (f"entry in ({_ENTRIES})", batch)
            self._db.execute(f"update standing set undone = ? where {which}", [int(kind == "undo"), value])
            self._db.execute(
                """insert into decisions (at, kind, reviewer, entry, comparison) values (?, ?, ?, ?, ?)""",
                [time.time(), kind, reviewer, entry, comparison],
            )
            if edited is not None:
                self._relink(config, edited)
            if batch is None:
                self.verdicts.settle("?", [comparison])
            else:
                self.verdicts.settle(_BATCH, [batch])
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
    verdict, reviewer, answer, instruction, response, reasons, settles = row
    if verdict is None:
        return None
    why = tuple(json.loads(reasons))
    return Decision(pair, verdict, reviewer, answer, instruction, response, why, bool(settles))
