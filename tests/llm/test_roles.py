from __future__ import annotations

import asyncio
from typing import Any

import pytest

from codeclm import confirmed
from codeclm.errors import EndpointError, UsageError
from codeclm.llm import keys
from codeclm.llm.budget import Budget
from codeclm.llm.model import Call, Reply, Request
from codeclm.llm.probe import examine
from codeclm.llm.roles import ModelByRole
from codeclm.records import Message, Role
from codeclm.settings import Endpoint, Sampling
from codeclm.testing import Faults, ScriptedEndpoint


class Log:
    def __init__(self) -> None:
        self.calls: dict[str, Call] = {}

    def get(self, key: str) -> Reply | None:
        return self.calls[key].reply if key in self.calls else None

    def put(self, call: Call) -> None:
        self.calls[call.request.key] = call


@pytest.fixture(autouse=True)
def _no_keys(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setenv(confirmed.FOLDER, str(tmp_path))
    for name in ("OPENAI_API_KEY", *(f"CODECLM_{role}_API_KEY" for role in ("STRONG", "TARGET", "JUDGE"))):
        monkeypatch.delenv(name, raising=False)


def ask(role: Role = "strong", number: int = 0, model: str = "m") -> Request:
    return Request(role, "answer", str(number), model, (Message("user", f"{number}?"),), Sampling())


async def test_each_role_goes_to_its_endpoint_and_no_judge_means_the_strong_one() -> None:
    with ScriptedEndpoint() as one, ScriptedEndpoint() as two:
        ends: dict[Role, Endpoint] = {
            "strong": Endpoint(url=one.url, model="big"),
            "target": Endpoint(url=two.url, model="small", system="Be brief."),
        }
        async with ModelByRole(ends) as model:
            for role in ("strong", "target", "judge"):
                await model.complete(ask(role))
    assert (len(one.requests), len(two.requests)) == (2, 1)
    assert two.requests[0]["messages"][0] == {"role": "system", "content": "Be brief."}


async def test_the_log_answers_the_second_time_and_knows_the_endpoints_settings() -> None:
    log = Log()
    with ScriptedEndpoint() as endpoint:
        for system in ("", "", "Be brief."):
            ends: dict[Role, Endpoint] = {"strong": Endpoint(url=endpoint.url, model="m", system=system)}
            async with ModelByRole(ends, log=log) as model:
                await model.complete(ask())
    assert len(endpoint.requests) == 2
    assert (model.counts.sent, model.counts.cached) == (1, 0)


async def test_cached_replies_are_counted_and_need_no_budget() -> None:
    log = Log()
    with ScriptedEndpoint() as endpoint:
        ends: dict[Role, Endpoint] = {"strong": Endpoint(url=endpoint.url, model="m")}
        async with ModelByRole(ends, log=log, budget=Budget(max_calls=1)) as model:
            for _ in range(3):
                await model.complete(ask())
    assert (model.counts.sent, model.counts.cached) == (1, 2)


async def test_roles_on_one_server_share_its_places() -> None:
    with ScriptedEndpoint(latency=0.02) as endpoint:
        ends: dict[Role, Endpoint] = {
            "strong": Endpoint(url=endpoint.url, model="big", concurrency=4),
            "target": Endpoint(url=endpoint.url, model="small", concurrency=4),
        }
        async with ModelByRole(ends) as model:
            roles: tuple[Role, ...] = ("strong", "target", "judge")
            await asyncio.gather(*(model.complete(ask(role, n)) for n in range(10) for role in roles))
    assert 1 < endpoint.peak <= 4


def test_a_budget_in_money_needs_every_price() -> None:
    ends: dict[Role, Endpoint] = {
        "strong": Endpoint(),
        "target": Endpoint(url="http://127.0.0.1:9/v1", model="x"),
    }
    with pytest.raises(UsageError, match=r"x \(target\)"):
        ModelByRole(ends, budget=Budget(max_usd=1))
    ModelByRole({"strong": Endpoint()}, budget=Budget(max_usd=1))
    ModelByRole({"judge": Endpoint()}, budget=Budget(max_usd=1))  # strong's is not asked for where it is not


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({}, r"set \$CODECLM_STRONG_API_KEY or \$OPENAI_API_KEY"),
        ({"OPENAI_API_KEY": "wrong"}, r"check \$CODECLM_STRONG_API_KEY"),
    ],
)
async def test_a_wrong_key_says_what_to_do(
    environment: dict[str, str], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with ScriptedEndpoint(key="right") as endpoint:
        async with ModelByRole({"strong": Endpoint(url=endpoint.url, model="m")}) as model:
            with pytest.raises(EndpointError, match=told) as caught:
                await model.complete(ask())
    assert "wrong" not in str(caught.value)


async def test_the_right_key_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CODECLM_TARGET_API_KEY", "right")
    with ScriptedEndpoint(key="right") as endpoint:
        ends: dict[Role, Endpoint] = {"strong": Endpoint(), "target": Endpoint(url=endpoint.url, model="m")}
        async with ModelByRole(ends) as model:
            await model.complete(ask("target"))
    assert endpoint.authorizations == ["Bearer right"]


async def test_a_withheld_key_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "mine")
    monkeypatch.setattr(keys, "is_loopback", lambda url: False)
    with ScriptedEndpoint(key="right") as endpoint:
        async with ModelByRole({"strong": Endpoint(url=endpoint.url, model="m")}) as model:
            with pytest.raises(EndpointError, match="was not sent, as 127"):
                await model.complete(ask())
        assert endpoint.authorizations == [None]


async def test_the_built_in_is_started_by_whoever_knows_how() -> None:
    with ScriptedEndpoint() as endpoint:
        async with ModelByRole({"strong": Endpoint()}, builtin_url=lambda _: endpoint.url, slots=2) as model:
            reply = await model.complete(ask())
    assert reply.cost == 0
    async with ModelByRole({"strong": Endpoint()}) as model:
        with pytest.raises(EndpointError, match="built-in"):
            await model.complete(ask())


async def test_capabilities_are_probed_once_for_each_endpoint_and_kept() -> None:
    with ScriptedEndpoint(refuses=("json_schema", "seed")) as endpoint:
        ends: dict[Role, Endpoint] = {"strong": Endpoint(url=endpoint.url, model="m")}
        async with ModelByRole(ends) as model:
            found = await model.probe()
        asked = len(endpoint.requests)
        async with ModelByRole(ends, capabilities=found) as model:
            await model.complete(ask())
            assert model.capabilities() == found
    assert found["judge"] == found["strong"]
    assert found["strong"]["schema_mode"] == "json_object"
    assert "seed" in found["strong"]["refused"]
    assert len(endpoint.requests) == asked + 1


async def test_every_probe_is_logged_also_of_one_name_on_another_server() -> None:
    log = Log()
    for _ in range(3):
        with ScriptedEndpoint() as endpoint:
            async with ModelByRole({"strong": Endpoint(url=endpoint.url, model="m")}, log=log) as model:
                await model.probe()
                assert (len(endpoint.requests), model.counts.sent) == (1, 1)
    assert len(log.calls) == 3


async def test_a_probe_of_what_cannot_be_used_says_so() -> None:
    with ScriptedEndpoint(models=("other",)) as endpoint:
        async with ModelByRole({"strong": Endpoint(url=endpoint.url, model="m")}) as model:
            with pytest.raises(EndpointError, match="no such model"):
                await model.probe()


@pytest.mark.parametrize(
    ("reply", "described"),
    [('{"answer": "blue"}', False), ("It is blue.", True), ("{'answer': 'blue'}", True)],
)
async def test_an_endpoint_that_passes_over_the_schema_gets_it_in_words_too(
    reply: str, described: bool
) -> None:
    with ScriptedEndpoint(lambda body: reply) as endpoint:
        async with ModelByRole({"strong": Endpoint(url=endpoint.url, model="m")}) as model:
            can = (await model.probe())["strong"]
    assert (can["schema_mode"], can["described"]) == ("json_schema", described)


async def test_the_tokens_parameter_that_a_person_set_is_used() -> None:
    with ScriptedEndpoint() as endpoint:
        named = Endpoint(url=endpoint.url, model="m", tokens_parameter="max_completion_tokens")
        async with ModelByRole({"strong": named}) as model:
            await model.probe()
    assert "max_completion_tokens" in endpoint.requests[0]


async def test_the_test_button_says_what_works() -> None:
    with ScriptedEndpoint(models=("m",), key="k") as endpoint:
        report = await examine(Endpoint(url=endpoint.url, model="m"), "k")
        assert (report.reachable, report.model_found, report.problem) == (True, True, "")
        assert report.key_sent
        assert report.seconds > 0
        assert report.tokens_per_second > 0
        report = await examine(Endpoint(url=endpoint.url, model="n"), "k")
        assert (report.reachable, report.model_found) == (True, False)
        assert "no such model" in report.problem
        report = await examine(Endpoint(url=endpoint.url, model="m"), "bad")
        assert not report.reachable
        assert "key" in report.problem


@pytest.mark.parametrize("faults", [Faults(1.0, ("html",), times=None), Faults(1.0, ("500",), times=None)])
async def test_the_test_button_bears_a_broken_server(faults: Faults) -> None:
    with ScriptedEndpoint(faults=faults) as endpoint:
        report = await examine(Endpoint(url=endpoint.url, model="m"), None)
    assert report.reachable
    assert report.problem.startswith("strong: ")
    assert not (await examine(Endpoint(url=endpoint.url, model="m"), None)).reachable
