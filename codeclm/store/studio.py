"""What people grow by hand: drafts until they are kept, what was noticed of instructions, and their ratings.

A draft is an instruction that was not reached under a config yet: no run touches it and no count has it.
Kept, it is a node like any other, from which a run goes on.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from codeclm.records import Instruction, Ratings
from codeclm.store.configs import Configs
from codeclm.store.connection import Connection, dump, pack, unpack
from codeclm.store.nodes import Nodes
from codeclm.store.rows import INSTRUCTION, insert_instruction, read_instruction, seq_of

KEPT_DRAFT = "exists (select 1 from studio d where d.config = n.config and d.instruction = i.seq and d.kept)"
"""Whether node `n` of instruction `i` was grown by hand, so that a walk from the top may not come to it."""


@dataclass(frozen=True, slots=True)
class Branch:
    """An instruction in the tree of its metadata. `gap` None: not scored."""

    instruction: Instruction
    gap: float | None
    draft: bool
    by_hand: bool
    remarks: tuple[str, ...] = ()


class Studio:
    """The trees that people grow, under a config."""

    def __init__(self, db: Connection, configs: Configs, nodes: Nodes) -> None:
        self._db = db
        self._configs = configs
        self._nodes = nodes

    def draft(self, instruction: Instruction, config: str) -> None:
        """Keep a step as a draft. Its metadata and parent must be there."""
        with self._db.write():
            self._db.execute(
                "insert into studio values (?, ?, 0) on conflict do nothing",
                [self._configs.make(config), insert_instruction(self._db, instruction)],
            )

    def keep(self, instruction: str, config: str) -> None:
        """Make a draft a node, together with those it grew from: a run answers, scores and improves it."""
        with self._db.write():
            seq, number = seq_of(self._db, "instructions", instruction), self._configs.make(config)
            self._db.execute(
                """insert into studio values (?, ?, 1)
                on conflict (config, instruction) do update set kept = 1""",
                [number, seq],
            )
            self._nodes.link(number, seq)

    def drop(self, instruction: str, config: str) -> int:
        """Forget a draft and the drafts grown from it: how many there were. Kept ones stay."""
        with self._db.write():
            return self._db.execute(
                """delete from studio where config = ? and not kept and instruction in (
                    with recursive down (seq) as (select seq from instructions where id = ?
                        union all select i.seq from instructions i join down on i.parent = down.seq)
                    select seq from down)""",
                [self._configs.find(config), pack(instruction)],
            ).rowcount

    def tree(self, metadata: str, config: str) -> list[Branch]:
        """Every instruction of a metadata under a config and every draft, parents before children."""
        seq = self._configs.find(config)
        rows = self._db.rows(
            f"""{INSTRUCTION.replace("select", "select i.seq, n.gap, n.instruction, d.kept,", 1)}
            left join nodes n on n.config = :config and n.place = m.place and n.instruction = i.seq
            left join studio d on d.config = :config and d.instruction = i.seq
            where m.id = :metadata and (n.instruction is not null or d.instruction is not null)
            order by i.iteration, i.sample, i.seq""",
            {"config": seq, "metadata": pack(metadata)},
        )
        return [
            Branch(
                read_instruction(tuple(columns)), gap, node is None, kept is not None, self._remarks(number)
            )
            for number, gap, node, kept, *columns in rows
        ]

    def remark(self, instruction: str, kind: str, reason: str) -> None:
        """Note something about an instruction; of a kind, the newest counts."""
        with self._db.write():
            self._db.execute(
                """insert into remarks values (?, ?, ?)
                on conflict (instruction, kind) do update set reason = excluded.reason""",
                [seq_of(self._db, "instructions", instruction), kind, reason],
            )

    def remarks(self, instruction: str) -> tuple[str, ...]:
        """What was noted about an instruction: "drift: …"."""
        found = self._db.value("select seq from instructions where id = ?", [pack(instruction)])
        return () if found is None else self._remarks(found)

    def add_ratings(self, ratings: Ratings) -> None:
        """Keep ratings; newer ones under the same rubric set replace them."""
        with self._db.write():
            self._db.execute(
                """insert into ratings values (?, ?, ?, ?, ?) on conflict do update
                set ratings = excluded.ratings""",
                [
                    seq_of(self._db, "instructions", ratings.instruction),
                    seq_of(self._db, "labels", ratings.revision),
                    self._configs.make(ratings.config),
                    ratings.sample,
                    dump(ratings.scores),
                ],
            )

    def ratings(self, instruction: str, config: str) -> list[Ratings]:
        """The ratings of an instruction under a config, those of the newest rubric set first."""
        rows = self._db.rows(
            """select l.id, r.sample, r.ratings from ratings r join labels l on l.seq = r.labels
            where r.instruction = (select seq from instructions where id = ?) and r.config = ?
            order by r.sample desc""",
            [pack(instruction), self._configs.find(config)],
        )
        return [
            Ratings(instruction, unpack(revision), config, tuple(json.loads(scores)), sample)
            for revision, sample, scores in rows
        ]

    def measured(self, config: str, limit: int = 4000) -> list[tuple[int, str, str | None, float | None]]:
        """(iteration, text, parent's text, mean rating) of instructions under a config, spread over all."""
        seq = self._configs.find(config)
        total = self._db.value("select count(*) from nodes where config = ?", [seq])
        rows = self._db.rows(
            """select i.iteration, i.text, p.text, (select avg(j.value) from ratings r, json_each(r.ratings) j
                where r.instruction = i.seq and r.config = :config)
            from nodes n join instructions i on i.seq = n.instruction
            left join instructions p on p.seq = i.parent
            where n.config = :config and n.instruction % :step = 0""",
            {"config": seq, "step": max(1, -(-total // limit))},
        )
        return [(iteration, text, parent, rating) for iteration, text, parent, rating in rows]

    def _remarks(self, instruction: int) -> tuple[str, ...]:
        rows = self._db.rows(
            "select kind || ': ' || reason from remarks where instruction = ? order by kind", [instruction]
        )
        return tuple(row[0] for row in rows)
