from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web

from codeclm.errors import BudgetReached, EndpointError, ReplyError, TransportError
from codeclm.llm.budget import Budget
from codeclm.llm.capabilities import Capabilities
from codeclm.llm.client import OpenAIModel
from codeclm.llm.limits import Limiter
from codeclm.llm.model import Reply, Request
from codeclm.llm.patience import Patience
from codeclm.records import Message
from codeclm.settings import Endpoint, Prices, Sampling
from codeclm.testing import TRANSPORT_FAULTS, Fault, Faults, ScriptedEndpoint

QUICK = Patience(tries=4, first_wait=0.01, longest_wait=0.05, longest_pause=0.05, outage=0.15, gone=0.6)
KEY = "sk-verysecret-0123456789"


def ask(number: int = 0) -> Request:
    question = (Message("user", f"Question {number}?"),)
    return Request("strong", "answer", str(number), "m", question, Sampling(temperature=0.5, seed=3))


@asynccontextmanager
async def model_of(url: str, key: str | None = None, **options: Any) -> AsyncIterator[OpenAIModel]:
    settings = {"url": url, "model": "m", "timeout": 5, **options.pop("settings", {})}
    options.setdefault("limiter", Limiter(16, patience=QUICK))
    model = OpenAIModel(Endpoint(**settings), key, patience=QUICK, **options)
    try:
        yield model
    finally:
        await model.aclose()


@pytest.fixture
def endpoint() -> Iterator[ScriptedEndpoint]:
    with ScriptedEndpoint() as running:
        yield running


@asynccontextmanager
async def answering(body: object, status: int = 200, **headers: str) -> AsyncIterator[tuple[str, list[Any]]]:
    """A server that always says the same; yields its URL and the requests that came."""
    seen: list[Any] = []

    async def handle(request: web.Request) -> web.Response:
        seen.append(request)
        text = body if isinstance(body, str) else json.dumps(body)
        return web.Response(text=text, status=status, headers=headers, content_type="application/json")

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.01)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/v1", seen
    finally:
        await runner.cleanup()


async def test_a_reply_comes_with_its_tokens_time_and_cost(endpoint: ScriptedEndpoint) -> None:
    prices = Prices(prompt=1e6, completion=2e6)
    async with model_of(endpoint.url, settings={"prices": prices}) as model:
        reply = await model.complete(ask())
    assert reply.text == reply.raw != ""
    assert reply.cost == reply.prompt_tokens + 2 * reply.completion_tokens > 0
    assert 0 < reply.seconds < 1
    assert not reply.estimated
    assert endpoint.requests == [
        {"model": "m", "messages": [{"role": "user", "content": "Question 0?"}]}
        | {"max_tokens": 1024, "temperature": 0.5, "seed": 3}
    ]
    assert (model.counts.sent, model.counts.refused, model.counts.retried) == (1, 0, 0)
    assert 0 < model.counts.first_sent <= model.counts.last_reply


@pytest.mark.parametrize("fault", TRANSPORT_FAULTS)
async def test_every_fault_of_transport_passes_and_the_reply_is_the_same(fault: Fault) -> None:
    with ScriptedEndpoint() as healthy, ScriptedEndpoint(faults=Faults(1.0, (fault,))) as faulty:
        async with model_of(healthy.url) as model:
            wanted = await model.complete(ask())
        async with model_of(faulty.url, settings={"timeout": 0.3 if fault == "never" else 5}) as model:
            reply = await model.complete(ask())
    assert (reply.text, reply.raw) == (wanted.text, wanted.raw)
    assert model.counts.sent == 2 or fault == "never"
    assert model.counts.retried == model.counts.sent - 1


@pytest.mark.parametrize("fault", TRANSPORT_FAULTS)
async def test_a_fault_that_stays_ends_in_one_line_while_others_are_answered(fault: Fault) -> None:
    with ScriptedEndpoint(faults=Faults(0.5, (fault,), times=None)) as endpoint:
        async with model_of(endpoint.url, settings={"timeout": 0.3 if fault == "never" else 5}) as model:
            jobs = (model.complete(ask(number)) for number in range(10))
            results = await asyncio.gather(*jobs, return_exceptions=True)
    failed = [result for result in results if not isinstance(result, Reply)]
    assert 0 < len(failed) < 10
    for error in failed:
        assert isinstance(error, TransportError)
        what = "no usable reply" if fault in ("html", "no_choices") else "no reply"
        assert str(error).startswith(f"strong: 127.0.0.1:{endpoint.port}: {what} in ")
        assert "\n" not in str(error)
    worst = max(endpoint.seen(body) for body in endpoint.requests)
    assert worst <= 16


@pytest.mark.parametrize(
    ("status", "error", "told"),
    [
        (401, {"message": "bad", "code": "invalid_api_key"}, "the key is not accepted"),
        (403, {"message": "no"}, "access is denied"),
        (404, {"message": "The model `m` does not exist", "code": "model_not_found"}, "no such model"),
        (400, {"message": "model 'm' not found"}, "check the model's name"),
        (402, {"message": "pay"}, "quota is used up"),
        (429, {"message": "You exceeded your current quota", "code": "insufficient_quota"}, "quota"),
        (429, {"message": "Insufficient balance"}, "quota"),
        (307, {}, "redirects"),
        (400, {"message": "malformed"}, "the request is refused"),
    ],
)
async def test_what_no_request_can_mend_stops_all_at_once(
    status: int, error: dict[str, str], told: str
) -> None:
    server = answering({"error": error}, status, location="http://127.0.0.1:1/")
    async with server as (url, seen), model_of(url) as model:
        jobs = (model.complete(ask(number)) for number in range(40))
        results = await asyncio.gather(*jobs, return_exceptions=True)
    assert all(isinstance(result, EndpointError) for result in results)
    text = str(results[0])
    assert text.startswith(f"strong: {url.removeprefix('http://').removesuffix('/v1')}: ")
    assert told in text
    assert "\n" not in text
    assert len(seen) <= 8


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("<html>Please sign in, KEY</html>", 200),
        ({"error": {"message": "overloaded KEY"}}, 503),
        ({"odd": "KEY"}, 200),
    ],
)
async def test_what_came_in_a_replys_place_is_kept_without_the_key(body: object, status: int) -> None:
    said = json.loads(json.dumps(body).replace("KEY", KEY))
    async with answering(said, status) as (url, _), model_of(url, KEY) as model:
        with pytest.raises(TransportError) as caught:
            await model.complete(ask())
    assert any(word in caught.value.raw for word in ("sign in", "overloaded", "odd"))
    assert "[key]" in caught.value.raw
    assert KEY not in caught.value.raw + str(caught.value)


async def test_what_comes_in_place_of_replies_is_told_until_one_comes() -> None:
    async with answering("<html>Sign in</html>") as (url, _), model_of(url) as model:
        asked = asyncio.create_task(model.complete(ask()))
        while model.counts.sent < 2:
            assert not model.counts.troubles
            await asyncio.sleep(0)
        with pytest.raises(TransportError, match="no usable reply in"):
            await asked
        host = url.removeprefix("http://").removesuffix("/v1")
        assert model.counts.troubles == {
            "strong": f"strong: {host}: the reply is not JSON: <html>Sign in</html>"
        }
        with ScriptedEndpoint() as healthy:
            async with model_of(healthy.url, counts=model.counts) as other:
                await other.complete(ask())
        assert not model.counts.troubles


async def test_too_many_requests_is_no_spent_quota() -> None:
    error = {"message": "Rate limit reached. Please try again in 20ms. Check your plan and billing."}
    async with answering({"error": error}, 429) as (url, seen), model_of(url) as model:
        with pytest.raises(TransportError):
            await model.complete(ask())
    assert len(seen) >= QUICK.tries


async def test_who_asks_to_wait_for_an_hour_is_not_waited_for() -> None:
    server = answering({"error": {"message": "Daily limit"}}, 429, **{"retry-after": "3600"})
    async with server as (url, _), model_of(url) as model:
        with pytest.raises(EndpointError, match="asks to wait 60 minutes"):
            await model.complete(ask())


@pytest.mark.parametrize("url", ["http://.../v1", "http://ä.invalid/v1"])
async def test_an_address_that_cannot_be_is_one_line(url: str) -> None:
    async with model_of(url) as model:
        with pytest.raises(EndpointError, match=r"^strong: .*(address|host)"):
            await model.complete(ask())


@pytest.mark.parametrize("url", ["http://☃.net/v1", "http://1.2.3.999/v1"])
async def test_an_address_of_which_no_client_can_be_made_is_one_line(url: str) -> None:
    async with model_of(url) as model:
        for asked in (model.complete(ask()), model.listed()):
            with pytest.raises(EndpointError, match=r"^http://.*: no such address can be"):
                await asked


@pytest.mark.parametrize(
    "proxy",
    ["http://user:pr0xy/x@proxy.test:1", "http://user:pr0xy#x@proxy.test:1", "ftp://user:pr0xy@proxy.test"],
)
async def test_a_proxys_address_that_cannot_be_is_one_line_without_its_password(
    monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    async with model_of("https://models.test/v1") as model:
        for asked in (model.complete(ask()), model.listed()):
            with pytest.raises(EndpointError, match=r"^a proxy's address in \$HTTPS_PROXY") as caught:
                await asked
            assert "pr0xy" not in str(caught.value)
            assert "models.test" not in str(caught.value), "its address is fine"


async def test_a_key_is_in_no_message_and_no_reply() -> None:
    echo = {"error": {"message": f"Bad key {KEY} in Bearer {KEY}\nsk-another-key-123456"}}
    async with answering(echo, 401) as (url, seen), model_of(url, KEY) as model:
        with pytest.raises(EndpointError) as caught:
            await model.complete(ask())
    assert seen[0].headers["Authorization"] == f"Bearer {KEY}"
    assert "secret" not in str(caught.value) + repr(caught.value) + repr(model)
    assert "another" not in str(caught.value)
    reply = {"choices": [{"message": {"content": f"your key is {KEY}"}}]}
    async with answering(reply) as (url, _), model_of(url, KEY) as model:
        assert (await model.complete(ask())).raw == "your key is [key]"


async def test_without_a_key_nothing_secret_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("API_KEY", "ADMIN_KEY", "ORG_ID", "PROJECT_ID"):
        monkeypatch.setenv(f"OPENAI_{name}", f"hidden-{name}")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Token: hidden\nAuthorization: Bearer hidden")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    async with (
        answering({"choices": [{"message": {"content": "ok"}}]}) as (url, seen),
        model_of(url) as model,
    ):
        await model.complete(ask())
        await model.listed()
    for request in seen:
        assert "hidden" not in str(dict(request.headers))
        assert "Authorization" not in request.headers


async def test_nothing_listening_stops_before_the_first_reply() -> None:
    with ScriptedEndpoint() as endpoint:
        pass
    async with model_of(endpoint.url) as model:
        with pytest.raises(EndpointError, match=r"nothing listens there; start the server"):
            await model.complete(ask())


async def test_a_server_that_restarts_is_waited_for(endpoint: ScriptedEndpoint) -> None:
    async with model_of(endpoint.url) as model:
        await model.complete(ask())
        endpoint.stop()
        waiting = asyncio.ensure_future(asyncio.gather(*(model.complete(ask(n)) for n in range(1, 9))))
        await asyncio.sleep(0.15)
        assert not waiting.done()
        endpoint.start()
        assert len(await waiting) == 8


async def test_a_server_that_stays_away_stops_all_in_the_end(endpoint: ScriptedEndpoint) -> None:
    async with model_of(endpoint.url) as model:
        await model.complete(ask())
        endpoint.stop()
        with pytest.raises(EndpointError, match="nothing listens"):
            await model.complete(ask(1))
        endpoint.start()


async def test_the_built_in_server_is_looked_for_again_when_it_moved(endpoint: ScriptedEndpoint) -> None:
    with ScriptedEndpoint() as old:
        addresses = [old.url, endpoint.url]
        async with model_of("builtin", address=lambda _: addresses.pop(0)) as model:
            await model.complete(ask())
            old.stop()
            await model.complete(ask(1))
        old.start()
    assert len(endpoint.requests) == 1


async def test_refused_parameters_are_left_out_by_all_who_were_refused() -> None:
    refuses = ("temperature", "max_tokens", "seed")
    with ScriptedEndpoint(refuses=refuses) as endpoint:
        async with model_of(endpoint.url) as model:
            await asyncio.gather(*(model.complete(ask(number)) for number in range(8)))
            before = len(endpoint.requests)
            await model.complete(ask(9))
    assert model.capabilities == Capabilities(
        tokens_parameter="max_completion_tokens", refused=model.capabilities.refused
    )
    assert sorted(model.capabilities.refused) == sorted(refuses)
    assert len(endpoint.requests) == before + 1
    assert set(endpoint.requests[-1]) == {"model", "messages", "max_completion_tokens"}


async def test_one_request_that_is_refused_fails_alone() -> None:
    error = {"message": "This model's maximum context length is 4096 tokens", "param": "messages"}
    async with answering({"error": error}, 400) as (url, _), model_of(url) as model:
        with pytest.raises(ReplyError, match="the request is refused"):
            await model.complete(ask())
        with pytest.raises(ReplyError):
            await model.complete(ask(1))


async def test_the_budget_counts_every_request_sent_and_stops_before_the_next() -> None:
    with ScriptedEndpoint(faults=Faults(1.0, ("500",))) as endpoint:
        async with model_of(endpoint.url, budget=Budget(max_calls=3)) as model:
            await model.complete(ask())
            with pytest.raises(BudgetReached):
                await model.complete(ask(1))
    assert len(endpoint.requests) == 3
    assert model.limiter.in_flight == 0


async def test_a_cancelled_request_gives_its_place_back() -> None:
    with ScriptedEndpoint(latency=5) as endpoint:
        async with model_of(endpoint.url) as model:
            waiting = asyncio.ensure_future(model.complete(ask()))
            await asyncio.sleep(0.05)
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
            assert model.limiter.in_flight == 0


async def test_no_more_than_the_ceiling_are_in_flight() -> None:
    with ScriptedEndpoint(latency=0.02) as endpoint:
        async with model_of(endpoint.url, limiter=Limiter(3)) as model:
            await asyncio.gather(*(model.complete(ask(number)) for number in range(30)))
    assert 1 < endpoint.peak <= 3
