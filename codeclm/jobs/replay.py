"""What a metadata that is finished took: its walk once more, with the log alone to answer.

So that counts which its config asks for it, and nothing else: not what other configs asked of the same
record, nor what a person had rated or tried by hand. Nothing here asks a model.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from codeclm import pipeline
from codeclm.errors import CodecError
from codeclm.jobs.order import Setup
from codeclm.llm.model import Reply, Request
from codeclm.llm.wire import resolved
from codeclm.pipeline import Plan, Root, Task
from codeclm.records import IMPORTED, Metadata
from codeclm.store import Store

Tally = dict[str, float]
"""Calls, prompt_tokens, completion_tokens and cost_usd, and by URL the seconds of the calls."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What one finished metadata took to be encoded, and to be grown to its end; empty: not known."""

    encoding: Tally
    grown: tuple[tuple[int, Tally], ...]
    """Of what was walked together: of how many lineages, and what these took. What is written anew is one
    such walk; each instruction that was given has its own, and what took nothing has none."""
    priced: bool


class Replay:
    """Walks metadata of a project as a setup would."""

    def __init__(self, store: Store, setup: Setup) -> None:
        self._store, self._setup = store, setup
        attempts = store.failures.attempts(setup.config.id)
        self._plan = Plan(setup.config, setup.dials, setup.stages, attempts)

    def of(self, metadata: Metadata) -> Seen:
        """What it took under the config, with these dials and stages."""
        return asyncio.run(self._of(metadata))

    async def _of(self, metadata: Metadata) -> Seen:
        encoding = _Logged(self._store, self._setup)
        seed = self._store.seeds.get(metadata.seed) if metadata.seed else None
        if seed is not None and metadata.origin == "encoded" and "encode" in self._setup.stages:
            try:
                await pipeline.encode(seed, self._plan, encoding)
            except _NotLoggedError:
                encoding.forget()
        grown, asked, priced = [], set[str](), encoding.priced
        for task in self._tasks(metadata):
            growing = _Logged(self._store, self._setup, asked=asked)
            try:
                async for _ in pipeline.grow(task, self._plan, growing):
                    pass
            except _NotLoggedError:
                return Seen({}, (), priced=True)
            if growing.tally:
                grown.append(((task.wanted or 0) + len(task.roots), growing.tally))
            priced = priced and growing.priced
        return Seen(encoding.tally, tuple(grown), priced)

    def _tasks(self, metadata: Metadata) -> Iterator[Task]:
        """From the tops of its lineages, with nothing but what no model made; each top by itself."""
        lineages, config = self._store.lineages, self._setup.config.id
        nodes = lineages.roots(metadata.id, config)
        if "decode" not in self._setup.stages:
            nodes += [
                node
                for node in lineages.of_metadata(metadata.id, config)
                if node.parent is None and node.origin == "generated" and node.revision == metadata.revision
            ]
        rubrics = lineages.rubrics(metadata.revision, config)
        by_hand = rubrics if rubrics and rubrics.sample else None
        for node in nodes:
            used = tuple(step.action for step in lineages.path(node.id) if step.action)
            given = tuple(each for each in lineages.answers(node.id, config) if each.config == IMPORTED)
            scored = lineages.comparison(node.id, config) if given else None
            gap = scored.gap if scored and scored.config == IMPORTED else None
            yield Task(metadata, (Root(node, given, gap, used),), by_hand, wanted=0)
        yield Task(metadata, (), by_hand, lineages.wanted(metadata.id, config, self._setup.dials))


class _NotLoggedError(CodecError):
    """The log has no reply: it was dropped, or an older version asked in other words."""


@dataclass
class _Logged:
    """A model that knows only what the log has, and counts what it was asked, each request once."""

    store: Store
    setup: Setup
    tally: Tally = field(default_factory=lambda: defaultdict(float))
    priced: bool = True
    asked: set[str] = field(default_factory=set)
    """The keys of what was counted, here or by another that shares them."""

    async def complete(self, request: Request) -> Reply:
        endpoint = self.setup.endpoints[request.role]
        key = resolved(request, endpoint).key
        reply = self.store.calls.get(key)
        if reply is None:
            raise _NotLoggedError(key)
        if key not in self.asked:
            self.asked.add(key)
            self.tally["calls"] += 1
            self.tally["prompt_tokens"] += reply.prompt_tokens
            self.tally["completion_tokens"] += reply.completion_tokens
            self.tally["cost_usd"] += reply.cost or 0.0
            self.tally[endpoint.url] += reply.seconds
            self.priced = self.priced and reply.cost is not None
        return reply

    def forget(self) -> None:
        """What was counted is not the whole."""
        self.tally, self.priced = {}, True
