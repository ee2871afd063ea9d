"""Rubric sets, instructions, answers and comparisons: the trees that grow from metadata, as records.

What is left to do on them is asked of `work`; the state of their nodes is kept by `nodes`.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence

from codeclm.records import IMPORTED, Answer, Comparison, Instruction, Metadata, RubricSet, Stage
from codeclm.settings import Dials
from codeclm.store import work
from codeclm.store.configs import IMPORTED_SEQ, Configs
from codeclm.store.connection import Connection, dump, pack
from codeclm.store.given import AddedPairs, GivenPair, add
from codeclm.store.nodes import Nodes, endless
from codeclm.store.rows import (
    INSTRUCTION,
    insert_answer,
    insert_comparison,
    insert_instruction,
    read_comparison,
    read_instruction,
    seq_of,
)
from codeclm.store.seeds import HAND_DOWN
from codeclm.store.studio import KEPT_DRAFT
from codeclm.store.texts import Texts

_NODE = f"{INSTRUCTION} join nodes n on n.config = ? and n.place = m.place and n.instruction = i.seq"
_GIVEN = f"(i.origin <> 'generated' or {KEPT_DRAFT}) and not n.stale"
_COMPARISON = """select i.id, a.id, b.id, k.id, c.strong_first, c.target_first, c.rationales
    from comparisons c join instructions i on i.seq = c.instruction join configs k on k.seq = c.config
    join answers a on a.seq = c.strong join answers b on b.seq = c.target"""


Made = RubricSet | Instruction | Answer | Comparison
Done = tuple[Stage, bytes | str, int]
"""A step of a lineage as its failure would be named: stage, record, and sample or -1."""
_RESOLVE = """update failures set open = 0
    where config = ? and stage = ? and record = ? and sample = ? and open"""
_DEEPEST = 1000
"""More than ever grew from one instruction, by runs and by hand."""


class Lineages:
    """The trees that grow from metadata, seen under a config."""

    def __init__(self, db: Connection, configs: Configs, texts: Texts, nodes: Nodes) -> None:
        self._db = db
        self._configs = configs
        self._texts = texts
        self._nodes = nodes

    def add(self, made: Sequence[Made], config: str) -> None:
        """Keep what was made under a config, in order: each builds on what is there or before it.

        Resolves the failures that it follows on. ProjectError: what one is made of is not there.
        """
        with self._db.write():
            seq = self._configs.make(config)
            self._texts.expect(text for each in made for text in _texts_of(each))
            done = [step for each in made for step in self._add(seq, each)]
            if self._db.value("select 1 from failures where config = ? and open", [seq]):
                self._db.many(_RESOLVE, [(seq, *step) for step in done])

    def _add(self, config: int, made: Made) -> list[Done]:
        """Keep a record; the steps that have succeeded by it."""
        match made:
            case Instruction():
                return self._add_instruction(config, made)
            case Answer():
                insert_answer(self._db, self._texts, config, made)
                return []
            case Comparison():
                seq, instruction = insert_comparison(self._db, self._texts, config, made)
                self._nodes.score(config, instruction, seq, made.gap)
                node = pack(made.instruction)
                return [("answer", node, -1), ("judge", node, -1)]
            case RubricSet():
                return self._add_rubrics(config, made)

    def _add_rubrics(self, config: int, made: RubricSet) -> list[Done]:
        labels = seq_of(self._db, "labels", made.revision)
        self._db.execute(
            "insert into rubrics values (?, ?, ?, ?, ?) on conflict do nothing",
            [labels, config, made.sample, dump(made.rubrics), dump(made.actions)],
        )
        rows = self._db.rows(
            "select m.id from revisions r join metadata m on m.seq = r.metadata where r.labels = ?", [labels]
        )
        return [("rubrics", metadata, -1) for (metadata,) in rows]

    def _add_instruction(self, config: int, made: Instruction) -> list[Done]:
        self._nodes.link(config, insert_instruction(self._db, made))
        self._texts.follow(pack(made.id), pack(made.parent or made.metadata))
        if made.origin != "generated":
            return []
        if made.parent is not None:
            return [("rubrics", pack(made.parent), -1)]
        return [("decode", pack(made.metadata), made.sample)]

    def add_rubrics(self, rubrics: RubricSet) -> None:
        """Keep a rubric set. Its revision must be one of a metadata in the project."""
        self.add([rubrics], rubrics.config)

    def add_instruction(self, instruction: Instruction, config: str) -> None:
        """Keep a node and that it was reached under `config`. Its metadata and parent must be there."""
        self.add([instruction], config)

    def add_answer(self, answer: Answer) -> None:
        """Keep an answer; its instruction must be there."""
        self.add([answer], answer.config)

    def add_comparison(self, comparison: Comparison) -> None:
        """Keep the scores of two answers that are there."""
        self.add([comparison], comparison.config)

    def add_given(self, given: Sequence[GivenPair]) -> AddedPairs:
        """Keep instructions that a file gives, with all that it gives. Of one that is known with other
        answers nothing is kept: its scores are not of the answers that are there."""
        with self._db.roomy(), self._db.write():
            known = add(self._db, self._texts, self._nodes, self._configs.make(IMPORTED), given)
            for each in known.partly:
                # a pair before it may have brought other answers
                if self._contradicts(each):
                    known.contradicted.add(each.id)
                    continue
                scores = [each.comparison] if each.comparison is not None else []
                self.add([each.instruction, *each.answers, *scores], IMPORTED)
                known.nameless.append(each)
            self._name_seeds(known.nameless)
        return AddedPairs(len(given) - known.number, frozenset(known.contradicted))

    def _name_seeds(self, known: Sequence[GivenPair]) -> None:
        """Take the seeds that a file names for instructions that had none until now."""
        named = [(pack(each.seed), pack(each.id)) for each in known if each.seed is not None]
        if named:
            self._db.many(
                """update instructions set seed = (select seq from seeds where id = ?)
                where id = ? and seed is null""",
                named,
            )
            self._db.execute(HAND_DOWN)

    def _contradicts(self, given: GivenPair) -> bool:
        """Whether an answer of its came from a file before, with another text."""
        there = {answer.role: answer.text for answer in self.answers(given.id, IMPORTED)}
        return any(there.get(answer.role, answer.text) != answer.text for answer in given.answers)

    def rubrics(self, revision: str, config: str) -> RubricSet | None:
        """The rubric set of a revision under a config that counts: the newest, by sample number."""
        return next(iter(self.rubric_sets(revision, config)), None)

    def rubric_sets(self, revision: str, config: str) -> list[RubricSet]:
        """Every rubric set of a revision under a config, the newest first."""
        rows = self._db.rows(
            """select r.rubrics, r.actions, r.sample from rubrics r join labels l on l.seq = r.labels
            where l.id = ? and r.config = ? order by r.sample desc""",
            [pack(revision), self._configs.find(config)],
        )
        return [
            RubricSet(revision, config, tuple(json.loads(rubrics)), tuple(json.loads(actions)), sample)
            for rubrics, actions, sample in rows
        ]

    def get(self, instruction: str) -> Instruction | None:
        """An instruction."""
        row = self._db.row(f"{INSTRUCTION} where i.id = ?", [pack(instruction)])
        return None if row is None else read_instruction(row)

    def path(self, instruction: str) -> list[Instruction]:
        """From the first ancestor down to the instruction itself; empty where there is none such.

        ProjectError: the file is damaged, so that the path never ends.
        """
        rows = self._db.rows(
            f"""with recursive up (seq, parent, depth) as (
                select seq, parent, 0 from instructions where id = ?
                union all select i.seq, i.parent, depth + 1 from instructions i join up on i.seq = up.parent
                where depth < {_DEEPEST})
            {INSTRUCTION} join up on up.seq = i.seq order by up.depth desc""",
            [pack(instruction)],
        )
        if len(rows) > _DEEPEST:
            raise endless(self._db)
        return [read_instruction(row) for row in rows]

    def of_metadata(self, metadata: str, config: str) -> list[Instruction]:
        """Every instruction of a metadata under a config, by sample, iteration and id."""
        return self._nodes_of(metadata, config)

    def newest(self, config: str, limit: int = 20) -> list[Instruction]:
        """The instructions written last under a config, newest first; of the last thousand or so at most."""
        rows = self._db.rows(
            # not joined freely: SQLite would go through all nodes to find those of the newest instructions
            f"""{INSTRUCTION} cross join nodes n on n.config = ? and n.place = m.place
                and n.instruction = i.seq
            where i.seq > (select coalesce(max(seq), 0) - 1000 from instructions)
            order by i.seq desc limit ?""",
            [self._configs.find(config), limit],
        )
        return [read_instruction(row) for row in rows]

    def answers(self, instruction: str, config: str) -> list[Answer]:
        """The answers to an instruction under a config, an imported one for a role without its own."""
        rows = self._db.rows(
            """select a.role, k.id, a.text, a.truncated, a.model, a.sample, a.config
            from answers a join instructions i on i.seq = a.instruction join configs k on k.seq = a.config
            where i.id = ? and a.config in (?, ?) order by a.role, a.config, a.sample desc""",
            [pack(instruction), IMPORTED_SEQ, self._configs.find(config)],
        )
        found = {row[0]: row for row in rows}
        return [
            Answer(instruction, role, found[role][1], self._texts.get(text), bool(cut), model, sample)
            for role, (_, _, text, cut, model, sample, _) in found.items()
        ]

    def comparison(self, instruction: str, config: str) -> Comparison | None:
        """The comparison that counts for a node under a config, be it imported."""
        row = self._db.row(
            f"""{_COMPARISON} join metadata m on m.seq = i.metadata join nodes n on n.config = ?
            and n.place = m.place and n.instruction = i.seq and n.comparison = c.seq where i.id = ?""",
            [self._configs.find(config), pack(instruction)],
        )
        return None if row is None else read_comparison(self._texts, row)

    def unfinished(
        self, config: str, dials: Dials, stages: Collection[Stage], limit: int | None = None
    ) -> list[str]:
        """Ids of active metadata, in order, with work left for these dials and stages.

        Work: fewer basic instructions than wanted, be it none of what came with pairs; a leaf without
        scores; a leaf not over θ and under the cap. What failed by reply at the current attempt is none;
        what failed by transport is. `limit` as in `run --limit`.
        """
        with self._db.read():
            return work.unfinished(self._db, self._configs.seen(config), dials, stages, limit)

    def left(
        self,
        config: str,
        dials: Dials,
        stages: Collection[Stage],
        limit: int | None = None,
        only: Collection[str] | None = None,
    ) -> work.Left:
        """What `unfinished` has left; of `only` these ids where they are given."""
        with self._db.read():
            return work.left(self._db, self._configs.seen(config), dials, stages, limit, only)

    def ends(self, metadata: str, config: str, dials: Dials) -> list[Instruction]:
        """Where the lineages of a metadata go on for these dials, or failed to: leaves of `unfinished`."""
        return work.ends(self._db, self._configs.find(config), dials, metadata)

    def wanted(self, metadata: str, config: str, dials: Dials) -> int:
        """How many basic instructions there shall be of a metadata: as many as of each, or as asked for."""
        return work.wanted(self._db, self._configs.find(config), dials, metadata)

    def written(self, metadata: str, config: str, dials: Dials) -> list[Instruction]:
        """Those of the basic instructions wanted that there are, by sample."""
        return work.written(self._db, self._configs.find(config), dials, metadata)

    def begun(self, metadata: Metadata, config: str) -> bool:
        """Whether there are rubrics or instructions of a metadata under a config."""
        values = {
            "config": self._configs.find(config),
            "id": pack(metadata.id),
            "labels": pack(metadata.revision),
        }
        there: int = self._db.value(
            """select exists (select 1 from nodes where config = :config
                and place = (select place from metadata where id = :id))
            or exists (select 1 from rubrics where config = :config
                and labels = (select seq from labels where id = :labels))""",
            values,
        )
        return bool(there)

    def roots(self, metadata: str, config: str) -> list[Instruction]:
        """Edited, imported and studio-grown instructions of a metadata that no edit of labels left behind."""
        return self._nodes_of(metadata, config, _GIVEN)

    def _nodes_of(self, metadata: str, config: str, condition: str = "1") -> list[Instruction]:
        rows = self._db.rows(
            f"{_NODE} where m.id = ? and {condition} order by n.sample, n.iteration, n.id",
            [self._configs.find(config), pack(metadata)],
        )
        return [read_instruction(row) for row in rows]


def _texts_of(made: Made) -> Iterator[str]:
    match made:
        case Answer(text=text):
            yield text
        case Comparison(orders=orders):
            yield from (scores.rationale for scores in orders)
