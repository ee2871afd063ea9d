"""Evaluations: what was asked, the prompts, and by candidate the answers, the scores and what failed.

A candidate is known by its number in the evaluation's spec, from 1; 0 is the strong model. A prompt is
known by its place, from 0. What scores mean, and what a spec says, is not known here.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from codeclm.errors import ProjectError
from codeclm.ids import content_id
from codeclm.records import Instruction, Scores
from codeclm.store.connection import Connection, Row, dump, pack, unpack
from codeclm.store.texts import Texts

STRONG = 0
"""The number of the strong model among the answers."""
_RESOLVE = "delete from evaluation_failures where evaluation = ? and candidate = ? and place = ?"


@dataclass(frozen=True, slots=True)
class Prompt:
    """A test prompt; `group` is its category, use case or cluster, empty where it has none."""

    text: str
    group: str = ""

    @property
    def node(self) -> Instruction:
        """The prompt as the stages take an instruction; its id names the calls made for it."""
        return Instruction("", "evaluation", self.text, origin="imported")


@dataclass(frozen=True, slots=True)
class Given:
    """An answer to a test prompt."""

    text: str
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class Missed:
    """A step of an evaluation that gave nothing; `wanted` is the attempt to make next."""

    candidate: int
    place: int
    stage: Literal["answer", "judge"]
    reason: str
    raw: str = ""
    attempt: int = 0
    wanted: int = 0
    transport: bool = False

    @property
    def final(self) -> bool:
        """Whether only a retry asks again: a reply came that could not be used."""
        return not self.transport and self.attempt >= self.wanted


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One evaluation: when it was first asked for (seconds since the epoch), and what was asked."""

    id: str
    at: float
    spec: dict[str, Any]
    prompts: int


class Evaluations:
    """The evaluations of a project."""

    def __init__(self, db: Connection, texts: Texts) -> None:
        self._db = db
        self._texts = texts

    def add(self, spec: dict[str, Any], prompts: Sequence[Prompt]) -> str:
        """Keep an evaluation and return its id, made of the spec and the prompts; known ones stay."""
        whole = [[prompt.text, prompt.group] for prompt in prompts]
        name = content_id("evaluation", spec=spec, prompts=whole)
        with self._db.write():
            seq = self._db.insert(
                "insert into evaluations (id, at, spec) values (?, ?, ?) on conflict do nothing",
                [pack(name), time.time(), dump(spec)],
            )
            if seq is not None:
                for place, prompt in enumerate(prompts):
                    text = self._texts.put(prompt.text, pack(prompt.node.id), lean=False)
                    self._db.execute(
                        "insert into evaluation_prompts values (?, ?, ?, ?)", [seq, place, text, prompt.group]
                    )
        return name

    def get(self, evaluation: str) -> Evaluation | None:
        """An evaluation, or None."""
        found = self._some("where e.id = ?", [pack(evaluation)])
        return found[0] if found else None

    def recent(self, n: int = 20) -> list[Evaluation]:
        """The newest evaluations, newest first."""
        return self._some("order by e.at desc, e.seq desc limit ?", [n])

    def delete(self, evaluation: str) -> None:
        """Forget an evaluation. The calls made for it stay in the log."""
        with self._db.write():
            seq = self._seq(evaluation)
            for table in ("failures", "scores", "answers", "prompts"):
                self._db.execute(f"delete from evaluation_{table} where evaluation = ?", [seq])
            self._db.execute("delete from evaluations where seq = ?", [seq])

    def prompts(self, evaluation: str) -> list[Prompt]:
        """The prompts by place."""
        rows = self._db.rows(
            "select text, kind from evaluation_prompts where evaluation = ? order by place",
            [self._seq(evaluation)],
        )
        return [Prompt(self._texts.get(text), group) for text, group in rows]

    def add_answers(self, evaluation: str, candidate: int, answers: Iterable[tuple[int, Given]]) -> None:
        """Keep answers by the place of their prompts; those that are there stay."""
        with self._db.write():
            seq = self._seq(evaluation)
            for place, answer in answers:
                self._db.execute(
                    "insert into evaluation_answers values (?, ?, ?, ?, ?) on conflict do nothing",
                    [seq, candidate, place, self._texts.put(answer.text), int(answer.truncated)],
                )
                self._db.execute(f"{_RESOLVE} and stage = 'answer'", [seq, candidate, place])

    def answers(self, evaluation: str, candidate: int) -> dict[int, Given]:
        """The answers of a candidate by place."""
        rows = self._db.rows(
            "select place, text, truncated from evaluation_answers where evaluation = ? and candidate = ?",
            [self._seq(evaluation), candidate],
        )
        return {place: Given(self._texts.get(text), bool(cut)) for place, text, cut in rows}

    def add_scores(
        self, evaluation: str, candidate: int, scores: Iterable[tuple[int, tuple[Scores, ...]]]
    ) -> None:
        """Keep the judgements of a prompt, in one order or both; those that are there stay."""
        with self._db.write():
            seq = self._seq(evaluation)
            for place, orders in scores:
                numbers = dump([[each.strong, each.target] for each in orders])
                rationales = dump([self._texts.put(each.rationale) for each in orders])
                self._db.execute(
                    "insert into evaluation_scores values (?, ?, ?, ?, ?) on conflict do nothing",
                    [seq, candidate, place, numbers, rationales],
                )
                self._db.execute(_RESOLVE, [seq, candidate, place])

    def scores(self, evaluation: str, candidate: int) -> dict[int, tuple[Scores, ...]]:
        """The judgements of a candidate by place, without their explanations."""
        rows = self._db.rows(
            "select place, orders from evaluation_scores where evaluation = ? and candidate = ?",
            [self._seq(evaluation), candidate],
        )
        return {place: tuple(Scores(*pair) for pair in json.loads(orders)) for place, orders in rows}

    def explained(self, evaluation: str, candidate: int, place: int) -> tuple[Scores, ...]:
        """The judgements of one prompt with their explanations; empty where there are none."""
        row = self._db.row(
            """select orders, rationales from evaluation_scores
            where evaluation = ? and candidate = ? and place = ?""",
            [self._seq(evaluation), candidate, place],
        )
        if row is None:
            return ()
        pairs, texts = json.loads(row[0]), json.loads(row[1])
        return tuple(
            Scores(strong, target, self._texts.get(text))
            for (strong, target), text in zip(pairs, texts, strict=True)
        )

    def miss(self, evaluation: str, missed: Missed) -> None:
        """Note a step that failed; it replaces what was noted of that prompt before."""
        with self._db.write():
            raw = self._texts.put(missed.raw) if missed.raw else None
            self._db.execute(
                "insert or replace into evaluation_failures values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    *(self._seq(evaluation), missed.candidate, missed.place, missed.stage, missed.reason),
                    *(raw, missed.attempt, max(missed.wanted, missed.attempt), int(missed.transport)),
                ],
            )

    def missed(self, evaluation: str) -> list[Missed]:
        """What failed and did not come right since."""
        rows = self._db.rows(
            """select candidate, place, stage, reason, raw, attempt, wanted, transport
            from evaluation_failures where evaluation = ? order by candidate, place""",
            [self._seq(evaluation)],
        )
        return [self._missed(row) for row in rows]

    def retry(self, evaluation: str) -> None:
        """Want another attempt of all that failed by reply."""
        with self._db.write():
            self._db.execute(
                """update evaluation_failures set wanted = attempt + 1
                where evaluation = ? and not transport""",
                [self._seq(evaluation)],
            )

    def _missed(self, row: Row) -> Missed:
        candidate, place, stage, reason, raw, attempt, wanted, transport = row
        text = "" if raw is None else self._texts.get(raw)
        return Missed(candidate, place, stage, reason, text, attempt, wanted, bool(transport))

    def _some(self, where: str, values: list[Any]) -> list[Evaluation]:
        rows = self._db.rows(
            f"""select e.id, e.at, e.spec,
            (select count(*) from evaluation_prompts where evaluation = e.seq) from evaluations e {where}""",
            values,
        )
        return [Evaluation(unpack(id_), at, json.loads(spec), count) for id_, at, spec, count in rows]

    def _seq(self, evaluation: str) -> int:
        seq: int | None = self._db.value("select seq from evaluations where id = ?", [pack(evaluation)])
        if seq is None:
            raise ProjectError(f"{self._db.path}: there is no evaluation {evaluation}.")
        return seq
