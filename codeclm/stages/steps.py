"""One step of the loop each: ask, read the reply, make the record. The pipeline and pages build on these.

Every step raises ReplyError where no reply can be used, TransportError where none came, and lets
EndpointError and BudgetReached through. Knows no order of steps, no θ and no events.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from random import Random
from typing import TypeVar

from codeclm.errors import ReplyError
from codeclm.ids import content_id
from codeclm.llm.model import ChatModel, Request
from codeclm.llm.structured import ask
from codeclm.records import (
    Answer,
    AnswerRole,
    Comparison,
    Instruction,
    Metadata,
    Ratings,
    RubricSet,
    Scores,
    Seed,
    Stage,
)
from codeclm.settings import Config
from codeclm.stages import answer, decode, encode, judge, rate, requests, rubrics

Value = TypeVar("Value")


def choose(actions: Sequence[str], used: Sequence[str], seed: int, instruction: str) -> str:
    """A random action for an instruction's id: one not yet used on its path, while there is one."""
    fresh = [action for action in actions if action not in used] or list(actions)
    return Random(content_id("action", seed=seed, instruction=instruction)).choice(fresh)  # noqa: S311


def decode_record(metadata: str, sample: int) -> str:
    """How a failure to decode names its record: a metadata has one row for each sample."""
    return f"{metadata}:{sample}"


@dataclass(frozen=True, slots=True)
class Steps:
    """The steps under one config. `attempts` says, by stage and failure record, how often a retry was asked.

    A retry begins at attempt 0 all the same: the log answers the attempts that were made before, so
    that whatever succeeded once stays what it is.
    """

    config: Config
    config_id: str
    model: ChatModel
    attempts: Mapping[tuple[Stage, str], int]

    async def encode(self, seed: Seed) -> Metadata:
        """The metadata of a seed."""
        labels = await self._read(requests.encoding(self.config, seed), encode.parse)
        return Metadata("encoded", labels, seed=seed.id)

    async def decode(
        self, metadata: Metadata, earlier: Sequence[Instruction] = (), sample: int = 0
    ) -> Instruction:
        """A basic instruction, unlike the earlier ones."""
        # One that took a retry is not shown, so that the retry leaves the later ones as they were.
        shown = [node.text for node in earlier if not self._retried(node)]
        request = requests.decoding(self.config, metadata, shown, sample)
        text = await self._read(request, decode.parse, decode_record(metadata.id, sample))
        return Instruction(metadata.id, metadata.revision, text, sample)

    async def rubrics(self, metadata: Metadata, sample: int = 0) -> RubricSet:
        """The rubrics and actions of a metadata."""
        request = requests.rubric_set(self.config, metadata, sample)
        criteria, actions = await self._read(request, rubrics.parse)
        return RubricSet(metadata.revision, self.config_id, criteria, actions, sample)

    async def improve(self, node: Instruction, action: str, sample: int = 0) -> Instruction:
        """The instruction that one action makes of another; `sample` tells apart tries with one action."""
        request = requests.improvement(self.config, node, action, sample)
        parse = partial(rubrics.improve_parse, before=node.text, action=action)
        text = await self._read(request, parse)
        return replace(
            node, text=text, parent=node.id, action=action, iteration=node.iteration + 1, origin="generated"
        )

    async def rate(self, node: Instruction, rubric_set: RubricSet) -> Ratings:
        """How far an instruction meets each rubric of a set."""
        request = requests.rating(self.config, node, rubric_set.rubrics)
        scores = await self._read(request, partial(rate.parse, count=len(rubric_set.rubrics)))
        return Ratings(node.id, rubric_set.revision, self.config_id, scores, rubric_set.sample)

    async def answer(self, node: Instruction, role: AnswerRole) -> Answer:
        """One model's answer. A strong one that is cut or empty is asked once more, with room."""
        return await self._tried("answer", node.id, partial(self._answer, node, role))

    async def judge(self, node: Instruction, strong: Answer, target: Answer, order: int) -> Scores:
        """The scores of one order: 0 seats the strong answer first, 1 the target's."""
        seats = (strong.text, target.text) if order == 0 else (target.text, strong.text)
        request = requests.judging(self.config, node, *seats, order)
        seen = await self._read(request, partial(judge.parse, scale=self.config.scale))
        first, second = (seen.first, seen.second) if order == 0 else (seen.second, seen.first)
        return Scores(first, second, seen.rationale)

    def comparison(
        self, node: Instruction, strong: Answer, target: Answer, orders: tuple[Scores, Scores]
    ) -> Comparison:
        """The comparison of two answers from the scores of both orders."""
        return Comparison(node.id, strong.id, target.id, self.config_id, *orders)

    async def _answer(self, node: Instruction, role: AnswerRole, attempt: int) -> Answer:
        request = requests.answering(self.config, node, role)
        request = requests.at_attempt(self.config, request, attempt)
        reply = await self.model.complete(request)
        if role == "strong" and (reply.truncated or not answer.parse(reply.text)):
            reply = await self.model.complete(replace(request, room=2))
            if reply.truncated:
                raise ReplyError(
                    "the strong answer was cut at the token limit, also with twice the room", reply.raw
                )
            if not answer.parse(reply.text):
                raise ReplyError("the strong answer was empty, also when asked once more", reply.raw)
        text = answer.parse(reply.text)
        return Answer(node.id, role, self.config_id, text, reply.truncated, self.config.models[role])

    def _retried(self, basic: Instruction) -> bool:
        return ("decode", decode_record(basic.metadata, basic.sample)) in self.attempts

    async def _read(self, request: Request, parse: Callable[[str], Value], record: str = "") -> Value:
        """A parsed reply."""

        async def step(attempt: int) -> Value:
            value, _ = await ask(self.model, requests.at_attempt(self.config, request, attempt), parse)
            return value

        return await self._tried(request.stage, record or request.record, step)

    async def _tried(self, stage: Stage, record: str, step: Callable[[int], Awaitable[Value]]) -> Value:
        last = self.attempts.get((stage, record), 0)
        for attempt in range(last):
            try:
                return await step(attempt)
            except ReplyError:
                continue
        return await step(last)
