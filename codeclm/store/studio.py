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

_REMARKS = """(select json_group_array(said) from (
    select kind || ': ' || reason as said from remarks where instruction = i.seq order by kind))"""
"""What was noted about an instruction, as a JSON list."""


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
                        union select i.seq from instructions i join down on i.parent = down.seq)
                    select seq from down)""",
                [self._configs.find(config), pack(instruction)],
            ).rowcount

    def samples(self, metadata: str, config: str) -> list[int]:
        """The samples of a metadata's instructions and drafts under a config, in order. What grew from a
        basic instruction has the same as that."""
        rows = self._db.rows(
            """select sample from nodes
            where config = :config and place = (select place from metadata where id = :metadata)
            union select i.sample from studio d join instructions i on i.seq = d.instruction
            where d.config = :config and i.metadata = (select seq from metadata where id = :metadata)
            order by 1""",
            {"config": self._configs.find(config), "metadata": pack(metadata)},
        )
        return [sample for (sample,) in rows]

    def newest(self, metadata: str, config: str) -> str | None:
        """The instruction or draft of a metadata written last under a config; None: there is none."""
        found = self._db.value(
            """select i.id from metadata m cross join instructions i on i.metadata = m.seq
            where m.id = :metadata and (
                exists (select 1 from nodes n where n.config = :config and n.place = m.place
                    and n.sample = i.sample and n.iteration = i.iteration and n.id = i.id)
                or exists (select 1 from studio d where d.config = :config and d.instruction = i.seq))
            order by i.seq desc limit 1""",
            {"config": self._configs.find(config), "metadata": pack(metadata)},
        )
        return None if found is None else unpack(found)

    def tree(self, metadata: str, config: str, samples: tuple[int, int] = (0, 2**63 - 1)) -> list[Branch]:
        """Every instruction of a metadata under a config and every draft, parents before children.

        `samples`: of those from the first to the last of these two.
        """
        low, high = samples
        rows = self._db.rows(
            f"""with here (seq) as (
                select n.instruction from nodes n where n.config = :config and n.sample between :low and :high
                    and n.place = (select place from metadata where id = :metadata)
                union select d.instruction from studio d join instructions i on i.seq = d.instruction
                where d.config = :config and i.sample between :low and :high
                    and i.metadata = (select seq from metadata where id = :metadata))
            {INSTRUCTION.replace("select", f"select n.gap, n.instruction, d.kept, {_REMARKS},", 1)}
            left join nodes n on n.config = :config and n.place = m.place and n.sample = i.sample
                and n.iteration = i.iteration and n.id = i.id
            left join studio d on d.config = :config and d.instruction = i.seq
            where i.seq in here order by i.iteration, i.sample, i.seq""",
            {"config": self._configs.find(config), "metadata": pack(metadata), "low": low, "high": high},
        )
        return [
            Branch(
                read_instruction(tuple(columns)), gap, node is None, kept is not None, tuple(json.loads(said))
            )
            for gap, node, kept, said, *columns in rows
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
        found = self._db.value(f"select {_REMARKS} from instructions i where i.id = ?", [pack(instruction)])
        return () if found is None else tuple(json.loads(found))

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
