"""The walk from a metadata to the end of each of its lineages (paper, section 3.3). Knows no wording."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from functools import partial
from typing import Any, TypeVar, get_args

from codeclm.errors import ReplyError, TransportError
from codeclm.llm.model import ChatModel, Reply, Request
from codeclm.pipeline.events import (
    AnswerMade,
    Compared,
    Event,
    Failed,
    InstructionMade,
    Plan,
    Remarked,
    Root,
    RubricsMade,
    Task,
)
from codeclm.records import Answer, AnswerRole, Failure, Instruction, Metadata, RubricSet, Seed, Stage
from codeclm.stages.checks import drift
from codeclm.stages.steps import Steps, choose, decode_record

Value = TypeVar("Value")
Step = Callable[[], Awaitable[Value]]

_ANSWERS: tuple[AnswerRole, ...] = get_args(AnswerRole)


async def encode(seed: Seed, plan: Plan, model: ChatModel) -> Metadata | Failed:
    """The metadata of `seed`, or why there is none. EndpointError and BudgetReached propagate."""
    steps = Steps(plan.config, plan.config.id, model, plan.attempts)
    try:
        return await steps.encode(seed)
    except (ReplyError, TransportError) as error:
        return _failed(steps, "encode", seed.id, error)


async def grow(task: Task, plan: Plan, model: ChatModel) -> AsyncIterator[Event]:
    """Every lineage of one metadata to its end: kept, at the cap, failed, or at a stage not in the plan.

    A record's event comes before those of what is built on it. Which records there are depends on
    the replies alone; in what order those of different lineages come depends on timing.
    EndpointError and BudgetReached propagate, once the requests in flight are done.
    """
    walk = _Walk(task, plan, model)
    whole = asyncio.create_task(walk.run())
    whole.add_done_callback(lambda _: walk.events.wake())
    try:
        while walk.events.made or not whole.done():
            while walk.events.made:
                yield walk.events.made.popleft()
            if not whole.done():
                await walk.events.more()
        await whole
    finally:
        whole.cancel()
        await asyncio.gather(whole, return_exceptions=True)


class _Events:
    """What came of a walk and is not taken yet. An asyncio.Queue takes several times as long for each."""

    def __init__(self) -> None:
        self.made: deque[Event] = deque()
        self._news: asyncio.Future[None] | None = None

    def put(self, event: Event) -> None:
        """Tell of an event."""
        self.made.append(event)
        if self._news is not None:
            self.wake()

    def wake(self) -> None:
        """Let the one who waits look."""
        news, self._news = self._news, None
        if news is not None and not news.done():
            news.set_result(None)

    async def more(self) -> None:
        """Wait for an event, or for the end."""
        self._news = asyncio.get_running_loop().create_future()
        await self._news


class _Door:
    """The model, until one lineage meets what stops the run: then none of the others asks anything more.

    Apart from the walk, which holds its steps, and they this: a circle would stay in memory for long.
    """

    def __init__(self, model: ChatModel) -> None:
        self.stopped: Exception | None = None
        self._model = model

    async def complete(self, request: Request) -> Reply:
        if self.stopped is not None:
            raise self.stopped
        return await self._model.complete(request)


class _Walk:
    """The state of one call of `grow`."""

    def __init__(self, task: Task, plan: Plan, model: ChatModel) -> None:
        self.events = _Events()
        self._task = task
        self._plan = plan
        self._door = _Door(model)
        self._steps = Steps(plan.config, plan.config.id, self._door, plan.attempts)
        self._rubrics: list[RubricSet | None] = [task.rubrics] if task.rubrics else []
        self._taken: set[str] = set()
        self._turn = asyncio.Lock()

    async def run(self) -> None:
        """Walk the lineages side by side, and decode in order: each prompt shows the earlier ones."""
        async with asyncio.TaskGroup() as group:
            for root in self._task.roots:
                group.create_task(self._guarded(self._lineage(root)))
            await self._guarded(self._basics(group))
        if self._door.stopped is not None:
            raise self._door.stopped

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        """Let siblings finish what is in flight instead of cancelling what is already paid for."""
        try:
            await work
        except Exception as error:
            self._door.stopped = self._door.stopped or error

    async def _basics(self, group: asyncio.TaskGroup) -> None:
        stages, metadata = self._plan.stages, self._task.metadata
        if "rubrics" in stages and "answer" not in stages:
            await self._rubric_set()
        if "decode" not in stages:
            return
        earlier: list[Instruction] = []
        written = {node.sample: node for node in reversed(self._task.written)}
        wanted = self._plan.dials.per_metadata if self._task.wanted is None else self._task.wanted
        for sample in range(wanted):
            node = written.get(sample)
            if node is None:
                try:
                    node = await self._steps.decode(metadata, earlier, sample)
                except (ReplyError, TransportError) as error:
                    self._fail("decode", decode_record(metadata.id, sample), error)
                    if isinstance(error, TransportError):
                        return
                    continue
                self.events.put(InstructionMade(node))
                group.create_task(self._guarded(self._lineage(Root(node))))
            earlier.append(node)

    async def _lineage(self, root: Root) -> None:
        """Compare and improve until |G| > θ, strictly, or as many nodes as allowed (paper, section 3.3)."""
        dials, node, used = self._plan.dials, root.instruction, root.used
        basic = node.text if root.basic is None else root.basic
        if not self._take(node):
            return
        gap = root.gap if root.gap is not None else await self._gap(node, root.answers)
        while gap is not None and abs(gap) <= dials.theta and node.iteration < dials.iterations:
            child = await self._improved(node, used)
            if child is None or not self._take(child):
                return
            self._remark(child, basic)
            node, used = child, (*used, child.action or "")
            gap = await self._gap(node)

    def _take(self, node: Instruction) -> bool:
        """Whether a node is this lineage's to go on from: two may meet where a person grew a branch."""
        fresh = node.id not in self._taken
        self._taken.add(node.id)
        return fresh

    def _remark(self, child: Instruction, basic: str) -> None:
        if reason := drift(child.text, basic, self._task.metadata.labels):
            self.events.put(Remarked(child.id, "drift", reason))

    async def _gap(self, node: Instruction, known: Sequence[Answer] = ()) -> float | None:
        """G of an instruction; None where it was not to be scored, or could not be."""
        answers = await self._answers(node, known)
        if answers is None or "judge" not in self._plan.stages:
            return None
        orders = await _together(*(partial(self._steps.judge, node, *answers, order) for order in (0, 1)))
        first, second = orders
        if isinstance(first, Exception) or isinstance(second, Exception):
            self._fail("judge", node.id, *orders)
            return None
        comparison = self._steps.comparison(node, *answers, (first, second))
        self.events.put(Compared(comparison))
        return comparison.gap

    async def _answers(self, node: Instruction, known: Sequence[Answer]) -> tuple[Answer, Answer] | None:
        """The strong and the target answer, asked for together."""
        had = {answer.role: answer for answer in known}
        missing = [role for role in _ANSWERS if role not in had]
        if missing and "answer" not in self._plan.stages:
            return None
        made = await _together(*(partial(self._steps.answer, node, role) for role in missing))
        for answer in made:
            if isinstance(answer, Answer):
                had[answer.role] = answer
                self.events.put(AnswerMade(answer))
        self._fail("answer", node.id, *made)
        return (had["strong"], had["target"]) if len(had) == len(_ANSWERS) else None

    async def _improved(self, node: Instruction, used: Sequence[str]) -> Instruction | None:
        if "rubrics" not in self._plan.stages:
            return None
        rubrics = await self._rubric_set()
        if rubrics is None:
            return None
        action = choose(rubrics.actions, used, self._plan.config.seed, node.id)
        try:
            child = await self._steps.improve(node, action)
        except (ReplyError, TransportError) as error:
            self._fail("rubrics", node.id, error)
            return None
        self.events.put(InstructionMade(child))
        return child

    async def _rubric_set(self) -> RubricSet | None:
        """The metadata's rubric set, asked for once however many lineages need it; None: it failed."""
        async with self._turn:
            if not self._rubrics:
                self._rubrics.append(await self._make_rubrics())
        return self._rubrics[0]

    async def _make_rubrics(self) -> RubricSet | None:
        metadata = self._task.metadata
        try:
            rubrics = await self._steps.rubrics(metadata)
        except (ReplyError, TransportError) as error:
            self._fail("rubrics", metadata.id, error)
            return None
        self.events.put(RubricsMade(rubrics))
        return rubrics

    def _fail(self, stage: Stage, record: str, *outcomes: object) -> None:
        """One event for what failed of a step, if anything did: a bad reply tells more than a drop."""
        errors = [o for o in outcomes if isinstance(o, ReplyError | TransportError)]
        if errors:
            errors.sort(key=lambda error: isinstance(error, TransportError))
            self.events.put(_failed(self._steps, stage, record, errors[0]))


async def _together(*steps: Step[Value]) -> list[Value | Exception]:
    """What each step gave, or how it failed. What stops the run is raised once all are done."""
    if not steps:
        return []
    first, *others = steps
    begun: list[asyncio.Task[Value | Exception]] = []
    # Only where the first has to wait: where the log answers, tasks would be most of the work.
    beginning = asyncio.get_running_loop().call_soon(
        lambda: begun.extend([asyncio.create_task(_outcome(step)) for step in others])
    )
    try:
        outcomes = [await _outcome(first)]
        beginning.cancel()
        outcomes += [await task for task in begun] if begun else [await _outcome(step) for step in others]
    finally:
        for task in begun:
            task.cancel()
        if begun:
            await asyncio.gather(*begun, return_exceptions=True)
    for outcome in outcomes:
        if isinstance(outcome, Exception) and not isinstance(outcome, ReplyError | TransportError):
            raise outcome
    return outcomes


async def _outcome(step: Step[Value]) -> Value | Exception:
    try:
        return await step()
    except Exception as error:
        return error


def _failed(steps: Steps, stage: Stage, record: str, error: ReplyError | TransportError) -> Failed:
    attempt = steps.attempts.get((stage, record), 0)
    transport = isinstance(error, TransportError)
    return Failed(Failure(stage, record, steps.config_id, str(error), error.raw, attempt, transport))
