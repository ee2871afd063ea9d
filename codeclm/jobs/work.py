"""The work of a run, stage by stage: what is left is asked of the store, what comes of it is written.

Knows neither the process it runs in nor when it must stop: an error that ends a run passes through.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import cast

from codeclm import pipeline
from codeclm.errors import CodecError
from codeclm.jobs.order import Setup
from codeclm.jobs.paced import Paced
from codeclm.jobs.pool import walk
from codeclm.jobs.progress import GROWN, Progress
from codeclm.llm.model import ChatModel
from codeclm.pipeline import (
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
from codeclm.records import Answer, Comparison, Instruction, Metadata, MetadataState, RubricSet, Seed
from codeclm.stages.augment import mix
from codeclm.store import Store, Writer


@dataclass
class Work:
    """A run's work on one project. `store` reads, `writer` writes; `warn` tells a person one line.

    `troubled` hears at once of an error that ends the run; it is raised when all in hand has ended.
    """

    store: Store
    writer: Writer
    setup: Setup
    warn: Callable[[str], None]
    troubled: Callable[[CodecError], None]
    progress: Progress = field(default_factory=Progress)

    def __post_init__(self) -> None:
        attempts = self.store.failures.attempts(self.setup.config.id)
        self.plan = Plan(self.setup.config, self.setup.dials, self.setup.stages, attempts)

    def anything(self) -> bool:
        """Whether there is work that asks a model. Augmenting may bring more."""
        left = seeds_left(self.store, self.setup) or lineages_left(self.store, self.setup)
        return bool(left or "augment" in self.setup.stages)

    async def do(self, model: ChatModel, width: int) -> None:
        """All of it, stage after stage; every write is committed when this returns."""
        model = Paced(model, self.writer)
        await self._encode(model, width)
        self.writer.flush()
        if "augment" in self.setup.stages:
            self._augment()
            self.writer.flush()
        await self._grow(model, width)
        self.writer.flush()

    async def _encode(self, model: ChatModel, width: int) -> None:
        ids = seeds_left(self.store, self.setup)
        self.progress.wanted["encode"] = len(ids)

        async def encode(seed: Seed) -> None:
            made = await pipeline.encode(seed, self.plan, model)
            if isinstance(made, Failed):
                self._keep(made)
                self.progress.count(made)
                return
            self.writer.post(_add_metadata, made)
            self.progress.done["encode"] += 1

        await walk(self.store.seeds.each(ids), encode, width, self.troubled)

    def _augment(self) -> None:
        order = self.setup.order
        existing = self.store.metadata.mixable()
        if order.accept_mixed:
            waiting = [row.id for row in existing if (row.origin, row.state) == ("mixed", "proposed")]
            self.writer.submit(lambda store: store.metadata.set_state(waiting, "active"))
        wanted = cast(int, order.augment_to)
        state: MetadataState = "active" if order.accept_mixed else "proposed"
        drawn = mix(existing, wanted, self.setup.dials.seed, state)
        self.writer.submit(lambda store: store.metadata.add(drawn))
        self.progress.wanted["augment"] = self.progress.done["augment"] = len(drawn)
        there = sum(row.state != "excluded" for row in existing) + len(drawn)
        if there < wanted:
            self.warn(
                f"augment: {there} metadata, not {wanted}: there are no more combinations of their labels"
            )

    async def _grow(self, model: ChatModel, width: int) -> None:
        ids = lineages_left(self.store, self.setup)
        self.progress.wanted[GROWN] = len(ids)
        more = self.store.wishes.all()
        least = self.setup.dials.per_metadata
        decoding = {metadata: max(least, more.get(metadata, 0)) for metadata in ids}
        self.progress.wanted["decode"] = sum(decoding.values())

        async def grow(metadata: Metadata) -> None:
            task = self._task(metadata, decoding[metadata.id])
            self.progress.begin(task, decoding[metadata.id])
            async for event in pipeline.grow(task, self.plan, model):
                self._keep(event)
                self.progress.count(event)
            self.progress.done[GROWN] += 1

        await walk(self.store.metadata.each(ids), grow, width, self.troubled)

    def _task(self, metadata: Metadata, wanted: int) -> Task:
        """What there is of a metadata, read in one go where there is anything; else so many are wanted.

        Records count, not the log: that may be gone, and then a model says something else.
        """
        lineages, config, dials = self.store.lineages, self.setup.config.id, self.setup.dials
        if not lineages.begun(metadata, config):
            return Task(metadata, wanted=wanted)
        with self.store.read():
            return Task(
                metadata,
                tuple(self._roots(metadata)),
                lineages.rubrics(metadata.revision, config),
                lineages.wanted(metadata.id, config, dials),
                tuple(lineages.written(metadata.id, config, dials)),
            )

    def _roots(self, metadata: Metadata) -> Iterator[Root]:
        config = self.setup.config.id
        for node in self.store.lineages.ends(metadata.id, config, self.setup.dials):
            scored = self.store.lineages.comparison(node.id, config)
            path = self.store.lineages.path(node.id)
            used = tuple(step.action for step in path if step.action)
            answers = tuple(self.store.lineages.answers(node.id, config))
            yield Root(node, answers, None if scored is None else scored.gap, used, path[0].text)

    def _keep(self, event: Event) -> None:
        self.writer.post(self._add, event)

    def _add(self, store: Store, events: list[Event]) -> None:
        """Write what became of steps; in the writer's thread."""
        made = [record for event in events if (record := _record(event)) is not None]
        store.lineages.add(made, self.setup.config.id)
        for event in events:
            match event:
                case Remarked(instruction_id, kind, reason):
                    store.studio.remark(instruction_id, kind, reason)
                case Failed(failure):
                    store.failures.put(failure)


def _record(event: Event) -> RubricSet | Instruction | Answer | Comparison | None:
    """The record that an event tells of, where it tells of one."""
    match event:
        case RubricsMade(made) | InstructionMade(made) | AnswerMade(made) | Compared(made):
            return made
    return None


def _add_metadata(store: Store, made: list[Metadata]) -> None:
    store.metadata.add(made)


def seeds_left(store: Store, setup: Setup) -> list[str]:
    """The seeds to encode."""
    if "encode" not in setup.stages:
        return []
    return _chosen(setup, store.seeds.unencoded_ids(setup.config.id, setup.order.limit))


def lineages_left(store: Store, setup: Setup) -> list[str]:
    """The metadata to grow from, or to go on with."""
    if setup.stages <= {"encode", "augment"}:
        return []
    left = store.lineages.unfinished(setup.config.id, setup.dials, setup.stages, setup.order.limit)
    return _chosen(setup, left)


def _chosen(setup: Setup, ids: list[str]) -> list[str]:
    only = setup.order.only
    return ids if only is None else [each for each in ids if each in only]
