"""An evaluation as a job: candidates answer the prompts, and the judge compares each with the strong model.

Like a run it has a lock, a row, a budget, and resumes by being run again: what is in the project is not
asked, and what is in the call log is not paid again. Candidates go one after another.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeVar

from codeclm import ingest
from codeclm.errors import ReplyError, TransportError
from codeclm.evaluate.report import Report, report
from codeclm.jobs.candidates import Ask, Asking
from codeclm.jobs.endpoints import open_models, probe, slots, warnings, width
from codeclm.jobs.lock import EVALUATE, hold
from codeclm.jobs.paced import Paced
from codeclm.jobs.pool import together, walk
from codeclm.jobs.progress import Progress
from codeclm.jobs.shift import Ended, Shift
from codeclm.jobs.stopping import Gate
from codeclm.jobs.telling import Tell
from codeclm.jobs.trial import Trial, prepare
from codeclm.llm.model import ChatModel
from codeclm.records import Answer, AnswerRole, Instruction, Scores, Stage
from codeclm.stages.steps import Steps
from codeclm.store import Given, Missed, Store, Writer
from codeclm.store.evaluations import STRONG

T = TypeVar("T")
Step = Literal["answer", "judge"]


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What became of an evaluation; `missed` prompts failed for some candidate."""

    report: Report
    ended: Ended
    rejected: list[ingest.Rejected]

    @property
    def status(self) -> int:
        """The exit status of the contract."""
        return self.ended.status or (3 if self.rejected or self.report.missed else 0)


def evaluate(project: Path, ask: Ask, warn: Tell, show: Tell) -> Evaluated:
    """Evaluate to the end, or to where it must stop.

    UsageError, InputError, ProjectError, BusyError: it did not begin. What stops it later is in `ended`.
    """
    with Store.open(project) as store, hold(project, EVALUATE):
        trial = prepare(store, ask)
        with Writer(project) as writer:
            ended = asyncio.run(_Bench(store, writer, trial, ask, warn, show).go())
        return Evaluated(report(store, trial.id), ended, trial.rejected)


class _Bench:
    """The evaluation at work."""

    def __init__(self, store: Store, writer: Writer, trial: Trial, ask: Ask, warn: Tell, show: Tell) -> None:
        self.store, self.writer, self.trial, self.ask, self.warn = store, writer, trial, ask, warn
        self.gate = Gate(ask.order.budget, ask.order.max_calls)
        self.progress = Progress()
        self.shift = Shift(store, writer, self.gate, self.progress, show)

    async def go(self) -> Ended:
        command = {**self.ask.as_dict(), "evaluation": self.trial.id}
        return await self.shift.go(EVALUATE, command, self._work)

    async def _work(self) -> None:
        for number in self.trial.setups:
            self.progress.wanted["judge"] += len(self._left(number))
        for number, setup in self.trial.setups.items():
            if left := self._left(number):
                await self._candidate(number, setup, left)
                self.writer.flush()

    def _left(self, number: int) -> list[int]:
        """The prompts that a candidate is still to be judged on."""
        room, evaluation = self.store.evaluations, self.trial.id
        done = room.scores(evaluation, number).keys()
        barred = {
            each.place
            for each in room.missed(evaluation)
            if each.final and each.candidate in (STRONG, number)
        }
        return [
            place for place in range(len(self.trial.prompts)) if place not in done and place not in barred
        ]

    async def _candidate(self, number: int, setup: Asking, left: list[int]) -> None:
        for line in warnings(setup):
            self.warn(line)
        fit = await asyncio.to_thread(slots, setup)
        async with open_models(self.store, self.writer, setup, self.gate, fit) as models:
            self.shift.asked.append(models.counts)
            await probe(self.store, self.writer, setup, models)
            seat = _Seat(self, number, setup, Paced(models, self.writer))
            await walk(left, seat.judge, width(setup, fit), self.shift.stop)


@dataclass
class _Seat:
    """One candidate before the judge."""

    bench: _Bench
    number: int
    setup: Asking
    model: ChatModel
    given: dict[int, dict[int, Given]] = field(init=False)

    def __post_init__(self) -> None:
        trial, room = self.bench.trial, self.bench.store.evaluations
        missed = room.missed(trial.id)
        self.given = {number: room.answers(trial.id, number) for number in (STRONG, self.number)}
        self.strong = self._steps(False, missed, STRONG)
        self.own = self._steps(True, missed, self.number)

    def _steps(self, own: bool, missed: list[Missed], number: int) -> Steps:
        trial = self.bench.trial
        config = self.setup.config if own else trial.config
        attempts: dict[tuple[Stage, str], int] = {
            (each.stage, trial.prompts[each.place].node.id): each.wanted
            for each in missed
            if each.candidate == number
        }
        return Steps(config, config.id, self.model, attempts)

    async def judge(self, place: int) -> None:
        """Answers to one prompt, then both orders. What fails is noted."""
        try:
            strong, target = await together(self._answer(STRONG, place), self._answer(self.number, place))
            orders = await self._scores(place, strong, target)
        except _Noted:
            self.bench.progress.failed += 1
            return
        trial, number = self.bench.trial, self.number
        self.bench.writer.submit(lambda s: s.evaluations.add_scores(trial.id, number, [(place, orders)]))
        self.bench.progress.done["judge"] += 1

    async def _answer(self, number: int, place: int) -> Given:
        known = self.given[number].get(place)
        if known is not None:
            return known
        steps, role = (self.strong, _STRONG) if number == STRONG else (self.own, _TARGET)
        self.bench.progress.wanted["answer"] += 1
        made = await self._noting(
            number, place, "answer", steps, lambda: steps.answer(self._node(place), role)
        )
        given = Given(made.text, made.truncated)
        evaluation = self.bench.trial.id
        self.bench.writer.submit(lambda s: s.evaluations.add_answers(evaluation, number, [(place, given)]))
        self.bench.progress.done["answer"] += 1
        return given

    async def _scores(self, place: int, strong: Given, target: Given) -> tuple[Scores, Scores]:
        node, steps = self._node(place), self.own
        judging = Steps(self.bench.trial.config, steps.config_id, self.model, steps.attempts)
        seats = Answer(node.id, "strong", "", strong.text), Answer(node.id, "target", "", target.text)
        first, second = await self._noting(
            self.number,
            place,
            "judge",
            judging,
            lambda: together(*(judging.judge(node, *seats, order) for order in (0, 1))),
        )
        return first, second

    def _node(self, place: int) -> Instruction:
        return self.bench.trial.prompts[place].node

    async def _noting(
        self, number: int, place: int, stage: Step, steps: Steps, step: Callable[[], Awaitable[T]]
    ) -> T:
        """Do a step; where it gives nothing, note so."""
        try:
            return await step()
        except (ReplyError, TransportError) as error:
            wanted = steps.attempts.get((stage, self._node(place).id), 0)
            missed = Missed(
                number, place, stage, str(error), error.raw, wanted, wanted, isinstance(error, TransportError)
            )
            self.bench.writer.submit(lambda s: s.evaluations.miss(self.bench.trial.id, missed))
            raise _Noted from None


_STRONG: AnswerRole = "strong"
_TARGET: AnswerRole = "target"


class _Noted(Exception):  # noqa: N818 - a signal: what went wrong is in the project already
    """A step gave nothing, and that is noted."""
