from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from typing import Any

import aiohttp
import pytest

from codeclm.llm.model import Reply, Request, Schema
from codeclm.records import Message
from codeclm.settings import Sampling
from codeclm.testing import (
    FAULTS,
    Fault,
    Faults,
    ScriptedEndpoint,
    ScriptedModel,
    loop_reply,
    request_body,
    run_virtual,
)


def body(text: str, *fields: str, model: str = "m", **more: Any) -> dict[str, Any]:
    made: dict[str, Any] = {"model": model, "messages": [{"role": "user", "content": text}], **more}
    if fields:
        schema = {"type": "object", "required": list(fields)}
        made["response_format"] = {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}}
    return made


async def post(url: str, sent: dict[str, Any], **headers: str) -> tuple[int, Any]:
    session = aiohttp.ClientSession(headers=headers)
    async with session, session.post(f"{url}/chat/completions", json=sent) as response:
        return response.status, await response.json()


@pytest.mark.parametrize(
    "fields",
    [
        ("use_case", "skills"),
        ("instruction",),
        ("rubrics",),
        ("explanation", "score_1", "score_2"),
        ("explanation", "first", "second"),
        ("answer",),
    ],
)
def test_every_stage_gets_the_fields_it_asks_for_also_when_they_stand_in_the_prompt(
    fields: tuple[str, ...],
) -> None:
    assert set(fields) <= set(json.loads(loop_reply(body("x", *fields))))
    if fields != ("answer",):
        prompt = "Give " + ", ".join(f'"{field}"' for field in fields)
        assert set(fields) <= set(json.loads(loop_reply(body(prompt))))


def test_a_reply_depends_on_the_request_alone() -> None:
    assert loop_reply(body("a")) == loop_reply(body("a"))
    assert len({loop_reply(body("a", seed=seed)) for seed in range(20)}) > 15
    described = body("a", "use_case", "skills", max_tokens=5, temperature=1)
    assert loop_reply(described) == loop_reply(body("a", "use_case", "skills"))


def test_the_judge_goes_by_the_marks_in_their_order_and_scores_vary() -> None:
    gaps = []
    for case in range(100):
        answers = (f"{case}: (quality 9)", f"{case}: (quality 4)")
        for first, second in (answers, answers[::-1]):
            scores = json.loads(loop_reply(body(f"{first} {second}", "score_1", "score_2")))
            gap = scores["score_1"] - scores["score_2"]
            gaps.append(gap if first == answers[0] else -gap)
    assert min(gaps) >= 3
    assert max(gaps) <= 7
    assert len(set(gaps)) > 3


def test_the_target_does_worse_on_the_whole() -> None:
    def mean(model: str) -> float:
        replies = [loop_reply(body(str(case), model=model)) for case in range(200)]
        return sum(int(reply.split("quality ")[1].split(")")[0]) for reply in replies) / 200

    assert mean("strong") > mean("target") + 2


async def test_the_model_says_what_it_was_told_in_turn_or_by_a_function() -> None:
    shape = Schema("use_case", {"required": ["use_case", "skills"]})
    request = Request("strong", "encode", "s", "m", (Message("user", "hi"),), Sampling(seed=1), schema=shape)
    model = ScriptedModel(["a", Reply("b", "B"), ValueError("c")])
    assert (await model.complete(request)).text == "a"
    assert (await model.complete(request)).raw == "B"
    with pytest.raises(ValueError, match="c"):
        await model.complete(request)
    with pytest.raises(AssertionError, match="nothing scripted for request 4: encode"):
        await model.complete(request)
    model.queue("d")
    assert (await model.complete(request)).text == "d"
    assert model.history == [request] * 5
    assert (await ScriptedModel(lambda asked: asked.record).complete(request)).text == "s"
    assert (await ScriptedModel().complete(request)).text == loop_reply(request_body(request))


async def test_the_endpoint_speaks_the_protocol_and_keeps_what_it_was_asked() -> None:
    with ScriptedEndpoint(models=("m",)) as endpoint:
        status, said = await post(endpoint.url, body("hi"))
        assert (await post(endpoint.url, body("hi", model="n")))[0] == 404
        async with aiohttp.ClientSession() as session, session.get(f"{endpoint.url}/models") as listed:
            assert (await listed.json())["data"][0]["id"] == "m"
    assert status == 200
    assert said["choices"][0]["message"]["content"] == loop_reply(body("hi"))
    assert said["usage"]["total_tokens"] > 0
    assert endpoint.seen(body("hi")) == 1


async def test_more_than_the_limit_are_refused() -> None:
    with ScriptedEndpoint(latency=0.1, limit=2) as endpoint:
        results = await asyncio.gather(*(post(endpoint.url, body(str(n))) for n in range(5)))
    assert sorted(status for status, _ in results) == [200, 200, 429, 429, 429]
    assert endpoint.refused == 3
    assert endpoint.peak >= 3


async def test_without_the_key_there_is_no_access() -> None:
    with ScriptedEndpoint(key="k") as endpoint:
        assert (await post(endpoint.url, body("hi")))[0] == 401
        assert (await post(endpoint.url, body("hi"), Authorization="Bearer k"))[0] == 200


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault not in ("drop", "never", "html")])
async def test_a_fault_comes_as_often_as_planned_and_then_no_more(fault: Fault) -> None:
    with ScriptedEndpoint(faults=Faults(1.0, (fault,), times=2)) as endpoint:
        replies = [await post(endpoint.url, body("hi")) for _ in range(3)]
    assert replies[0] == replies[1] != replies[2]
    assert replies[2][1]["choices"][0]["message"]["content"] == loop_reply(body("hi"))


async def test_a_dropped_connection_is_dropped_and_one_that_never_answers_can_be_left() -> None:
    with ScriptedEndpoint(faults=Faults(1.0, ("drop",))) as endpoint, pytest.raises(aiohttp.ClientError):
        await post(endpoint.url, body("hi"))
    with ScriptedEndpoint(faults=Faults(1.0, ("never",))) as endpoint, pytest.raises(TimeoutError):
        await asyncio.wait_for(post(endpoint.url, body("hi")), 0.05)


def test_which_requests_fail_depends_on_them_alone_and_the_share_is_kept() -> None:
    faults = Faults(0.2, times=1)
    hit = [faults.of(str(case), 0) for case in range(2000)]
    assert hit == [faults.of(str(case), 0) for case in range(2000)]
    assert 300 < sum(fault is not None for fault in hit) < 500
    assert set(hit) == {*FAULTS, None}
    assert not any(faults.of(str(case), 1) for case in range(2000))
    assert Faults(1.0, times=None).of("x", 10**6) is not None


def test_the_endpoint_can_be_started_by_hand() -> None:
    command = [sys.executable, "-m", "codeclm.testing", "--latency", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            url = server.stdout.readline().strip()
            assert asyncio.run(post(url, body("hi")))[0] == 200
        finally:
            server.terminate()


def test_virtual_time_passes_at_once() -> None:
    async def main() -> float:
        await asyncio.sleep(1_000_000)
        return asyncio.get_running_loop().time()

    assert run_virtual(main()) == pytest.approx(1_000_000)
