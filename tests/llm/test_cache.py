from __future__ import annotations

import asyncio
from dataclasses import asdict, replace
from typing import Any

import pytest

from codeclm.errors import BudgetReached, TransportError
from codeclm.ids import content_id
from codeclm.llm.cache import CachedModel
from codeclm.llm.model import Call, Reply, Request, Schema
from codeclm.records import Message
from codeclm.settings import Sampling
from codeclm.testing import ScriptedModel

REQUEST = Request("strong", "answer", "i1", "m", (Message("user", "hi"),), Sampling())


class Log:
    def __init__(self) -> None:
        self.calls: list[Call] = []

    def get(self, key: str) -> Reply | None:
        return next((c.reply for c in self.calls if c.request.key == key and c.reply is not None), None)

    def put(self, call: Call) -> None:
        self.calls.append(call)


async def test_the_same_key_is_answered_without_a_call() -> None:
    log, inner = Log(), ScriptedModel(["one"])
    first = await CachedModel(inner, log).complete(REQUEST)
    second = await CachedModel(inner, log).complete(replace(REQUEST, record="other"))
    assert (first.text, first.cached) == ("one", False)
    assert second == first._replace(cached=True)
    assert len(inner.history) == len(log.calls) == 1


@pytest.mark.parametrize(
    "change", [{"sample": 1}, {"attempt": 1}, {"role": "target"}, {"model": "n"}, {"room": 2}]
)
async def test_another_key_is_another_call(change: dict[str, object]) -> None:
    inner = ScriptedModel(["one", "two"])
    model = CachedModel(inner, Log())
    await model.complete(REQUEST)
    assert (await model.complete(replace(REQUEST, **change))).text == "two"  # type: ignore[arg-type]


async def test_two_in_flight_at_once_are_one_call() -> None:
    inner, log = ScriptedModel(["one"], latency=0.01), Log()
    model = CachedModel(inner, log)
    replies = await asyncio.gather(*(model.complete(REQUEST) for _ in range(5)))
    assert [reply.cached for reply in replies] == [False, True, True, True, True]
    assert len(inner.history) == len(log.calls) == 1


async def test_a_failure_is_logged_and_answers_nothing() -> None:
    log = Log()
    model = CachedModel(ScriptedModel([TransportError("strong: gone"), "two"]), log)
    with pytest.raises(TransportError):
        await model.complete(REQUEST)
    assert (log.calls[0].reply, log.calls[0].error) == (None, "strong: gone")
    assert (await model.complete(REQUEST)).text == "two"


async def test_those_who_wait_ask_themselves_when_the_first_fails_or_gives_up() -> None:
    inner = ScriptedModel(lambda request: "ok", latency=0.01)
    model = CachedModel(inner, Log())
    first = asyncio.ensure_future(model.complete(REQUEST))
    second = asyncio.ensure_future(model.complete(REQUEST))
    await asyncio.sleep(0.001)
    first.cancel()
    assert (await second).text == "ok"
    assert first.cancelled()
    assert len(inner.history) == 2


async def test_what_was_never_sent_is_not_in_the_log() -> None:
    log = Log()
    with pytest.raises(BudgetReached):
        await CachedModel(ScriptedModel([BudgetReached("enough")]), log).complete(REQUEST)
    assert log.calls == []


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"room": 2},
        {"schema": Schema("s", {"type": "object", "properties": {"ü": {"type": "string"}}})},
        {"messages": (Message("system", "e\u0301 \u2028"), Message("user", 'a "quote" \\ and \n'))},
        {"model": 'a "model"', "sample": 3, "attempt": 2, "sampling": Sampling(extra={"b": 1, "a": [2.5]})},
    ],
)
def test_the_key_is_the_hash_of_all_that_may_change_the_reply(change: dict[str, Any]) -> None:
    request = replace(Request("judge", "judge", "r", "m", (Message("user", "?"),), Sampling()), **change)
    assert request.key == content_id(
        "call",
        role=request.role,
        model=request.model,
        messages=[message.as_dict() for message in request.messages],
        sampling=asdict(request.sampling),
        schema=None if request.schema is None else request.schema.schema,
        sample=request.sample,
        attempt=request.attempt,
        **({} if request.room == 1 else {"room": request.room}),
    )
    assert replace(request, record="another").key == request.key
    assert replace(request, sample=9).key != request.key
