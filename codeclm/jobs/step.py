"""One step by hand, as a job: rubrics for a metadata, a basic instruction, an improvement, ratings, scores.

It has a lock of its own, so that it may happen while a run goes on. A new instruction is a draft until a
person keeps it, or has it scored; new rubrics count for runs at once. Knows neither pages nor how a step is
chosen.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from codeclm.errors import CodecError, UsageError
from codeclm.jobs.endpoints import open_models, probe, slots
from codeclm.jobs.lock import hold
from codeclm.jobs.order import Order, Setup, another, config_for
from codeclm.jobs.pool import together
from codeclm.jobs.shift import Ended, Shift
from codeclm.jobs.stopping import Gate
from codeclm.jobs.telling import Tell
from codeclm.llm.client import Counts
from codeclm.records import Answer, Instruction, Metadata, RubricSet, Stage
from codeclm.stages.checks import drift
from codeclm.stages.steps import Steps, choose
from codeclm.store import Store, Writer

STEP = "step"
"""The kind of job."""
What = Literal["rubrics", "basic", "improve", "rate", "score"]
_STAGES: dict[What, frozenset[Stage]] = {
    "rubrics": frozenset({"rubrics"}),
    "basic": frozenset({"decode"}),
    "improve": frozenset({"rubrics"}),
    "rate": frozenset({"rubrics"}),
    "score": frozenset({"answer", "judge"}),
}


@dataclass(frozen=True, slots=True)
class Wish:
    """A step that is wanted. `record`: the metadata of rubrics and basic ones, else the instruction.

    `action` None: drawn as a run draws it.
    """

    what: What
    record: str
    action: str | None = None
    order: Order = field(default_factory=Order)

    def as_dict(self) -> dict[str, Any]:
        """For the job's row."""
        return {"what": self.what, "record": self.record, "action": self.action}


@dataclass
class Told:
    """How far a step is: there is little to tell."""

    done: int = 0
    made: list[str] = field(default_factory=list)
    """The ids of what came of it."""

    def steps(self) -> dict[str, tuple[int, int]]:
        """One step, done or not."""
        return {STEP: (self.done, 1)}

    def line(self, counts: Counts, spent: float) -> str:
        """The calls."""
        return f"{counts.sent} calls sent, {counts.cached} from the cache"


def take(project: Path, wish: Wish, warn: Tell, show: Tell) -> tuple[Ended, list[str]]:
    """Take the step: how it ended, and the ids of what it made. BusyError: another step is being taken."""
    with Store.open(project) as store, hold(project, STEP), Writer(project) as writer:
        setup = _setup(store, wish)
        if wish.what == "score" and another(store, setup.config):
            warn(
                "the models, prompts or random seed differ from those of the results that are shown: "
                "those of this pair are shown once it is scored"
            )
        return asyncio.run(_take(store, writer, setup, wish, show))


def _setup(store: Store, wish: Wish) -> Setup:
    """As a run would have it. What is shown changes only with a pair that was made."""
    with store.write():
        endpoints, dials = store.settings.endpoints(), store.settings.dials()
        config = config_for(store, endpoints, dials)
        store.settings.keep_config(config)
    return Setup(wish.order, _STAGES[wish.what], endpoints, dials, config)


async def _take(
    store: Store, writer: Writer, setup: Setup, wish: Wish, show: Tell
) -> tuple[Ended, list[str]]:
    gate, told = Gate(None, wish.order.max_calls), Told()
    shift = Shift(store, writer, gate, told, show)

    async def work() -> None:
        room = await asyncio.to_thread(slots, setup)
        async with open_models(store, writer, setup, gate, room) as models:
            shift.asked.append(models.counts)
            await probe(store, writer, setup, models)
            steps = Steps(setup.config, setup.config.id, models, store.failures.attempts(setup.config.id))
            told.made += await _Hand(store, writer, setup, steps).take(wish)
        told.done = 1

    command = {**wish.as_dict(), "config": setup.config.id}
    return await shift.go(STEP, command, work), told.made


@dataclass
class _Hand:
    """Takes steps: each asks, writes what came, and says what it made."""

    store: Store
    writer: Writer
    setup: Setup
    steps: Steps

    async def take(self, wish: Wish) -> list[str]:
        match wish.what:
            case "rubrics":
                made = await self._rubrics(self._metadata(wish.record), anew=True)
                return [made.id]
            case "basic":
                return [await self._basic(self._metadata(wish.record))]
            case "improve":
                return [await self._improve(self._node(wish.record), wish.action)]
            case "rate":
                await self._rate(self._node(wish.record))
                return [wish.record]
            case "score":
                return [await self._score(self._node(wish.record))]

    async def _rubrics(self, metadata: Metadata, anew: bool) -> RubricSet:
        known = self.store.lineages.rubric_sets(metadata.revision, self.setup.config.id)
        if known and not anew:
            return known[0]
        made = await self.steps.rubrics(metadata, known[0].sample + 1 if known else 0)
        self.writer.submit(lambda store: store.lineages.add_rubrics(made))
        return made

    async def _basic(self, metadata: Metadata) -> str:
        """The next basic instruction, with the very request that a run would make for it."""
        tree = self.store.studio.tree(metadata.id, self.setup.config.id)
        basics = [branch.instruction for branch in tree if branch.instruction.parent is None]
        current = (node for node in basics if node.revision == metadata.revision)
        written = sorted((node for node in current if node.origin == "generated"), key=lambda n: n.sample)
        sample = written[-1].sample + 1 if written else 0
        node = await self.steps.decode(metadata, written, sample)
        self._draft(node)
        return node.id

    async def _improve(self, node: Instruction, action: str | None) -> str:
        metadata = self._metadata(node.metadata)
        rubrics = await self._rubrics(metadata, anew=False)
        path = self.store.lineages.path(node.id)
        used = [step.action for step in path if step.action]
        chosen = action or choose(rubrics.actions, used, self.setup.config.seed, node.id)
        tree = self.store.studio.tree(node.metadata, self.setup.config.id)
        tries = [each.instruction for each in tree if each.instruction.parent == node.id]
        again = sum(each.action == chosen and each.origin == "generated" for each in tries)
        child = await self.steps.improve(node, chosen, again)
        self._draft(child)
        if reason := drift(child.text, path[0].text, metadata.labels):
            self.writer.submit(lambda store: store.studio.remark(child.id, "drift", reason))
        await self._rate(child, rubrics)
        return child.id

    async def _rate(self, node: Instruction, rubrics: RubricSet | None = None) -> None:
        rubrics = rubrics or await self._rubrics(self._metadata(node.metadata), anew=False)
        made = await self.steps.rate(node, rubrics)
        self.writer.submit(lambda store: store.studio.add_ratings(made))

    async def _score(self, node: Instruction) -> str:
        """Keep it: both answers and both orders of scores, as a run asks for them; its results are shown
        from then on, as drafts need no place among them.
        """
        config = self.setup.config.id
        self.writer.submit(lambda store: store.studio.keep(node.id, config))
        had = {answer.role: answer for answer in self.store.lineages.answers(node.id, config)}
        strong, target = had.get("strong"), had.get("target")
        made = await together(
            *(self.steps.answer(node, role) for role in ("strong", "target") if role not in had)
        )
        for answer in made:
            self._keep_answer(answer)
            strong, target = (answer, target) if answer.role == "strong" else (strong, answer)
        if strong is None or target is None:
            raise CodecError("an answer is missing; take the step again")
        first, second = await together(*(self.steps.judge(node, strong, target, order) for order in (0, 1)))
        comparison = self.steps.comparison(node, strong, target, (first, second))
        self.writer.submit(lambda store: store.lineages.add_comparison(comparison))
        self.writer.submit(lambda store: store.settings.use_config(self.setup.config))
        return comparison.id

    def _keep_answer(self, answer: Answer) -> None:
        self.writer.submit(lambda store: store.lineages.add_answer(answer))

    def _draft(self, node: Instruction) -> None:
        config = self.setup.config.id
        self.writer.submit(lambda store: store.studio.draft(node, config))

    def _metadata(self, record: str) -> Metadata:
        found = self.store.metadata.get(record)
        if found is None:
            raise UsageError(f"{record}: no such metadata in this project; `pairs` lists ids")
        return found

    def _node(self, record: str) -> Instruction:
        found = self.store.lineages.get(record)
        if found is None:
            raise UsageError(f"{record}: no such instruction in this project; a step prints the ids it made")
        return found


def edited(node: Instruction, text: str) -> Instruction:
    """An instruction as a person rewrote it: at the same iteration, with a path of its own."""
    return replace(node, text=text, parent=node.id, action=None, origin="edited")


def rubric_set(
    known: Sequence[RubricSet], revision: str, config: str, pairs: Sequence[tuple[str, str]]
) -> RubricSet:
    """The next rubric set of a metadata, as a person wrote it. UsageError: none, or half of one is blank."""
    whole = [(rubric.strip(), action.strip()) for rubric, action in pairs if rubric.strip() or action.strip()]
    if not whole or not all(rubric and action for rubric, action in whole):
        raise UsageError("Rubrics: give each rubric its action, and at least one of both.")
    sample = known[0].sample + 1 if known else 1
    return RubricSet(revision, config, tuple(r for r, _ in whole), tuple(a for _, a in whole), sample)
