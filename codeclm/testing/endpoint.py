"""An OpenAI-protocol server on loopback whose replies, and whose faults, are functions of the request."""

from __future__ import annotations

import asyncio
import json
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Literal, Self, get_args

from aiohttp import web

from codeclm.testing.loop import Body, loop_reply, number

Fault = Literal[
    "429", "500", "503", "drop", "html", "no_choices", "never", "truncated", "empty", "wrong_shape"
]
"""What may go wrong with a reply: no usable one comes (down to `never`), or one that says too little."""

FAULTS: tuple[Fault, ...] = get_args(Fault)
TRANSPORT_FAULTS: tuple[Fault, ...] = FAULTS[:7]


@dataclass(frozen=True, slots=True)
class Faults:
    """Which requests go wrong, by their hash alone, and how often: `times` None is for ever."""

    share: float = 0.0
    kinds: tuple[Fault, ...] = FAULTS
    times: int | None = 1
    seed: int = 0

    def of(self, identity: str, earlier: int) -> Fault | None:
        """The fault of a request that came `earlier` times before, or None."""
        if not self.share or (self.times is not None and earlier >= self.times):
            return None
        if number(self.seed, identity, below=1_000_000) >= self.share * 1_000_000:
            return None
        return self.kinds[number(self.seed, "kind", identity, below=len(self.kinds))]


@dataclass
class ScriptedEndpoint:
    """An OpenAI-protocol server on loopback in a thread of its own; a context manager.

    `reply` is a function of the request's body. More than `limit` requests in flight are refused with
    429. With a `key`, requests without it get 401; with `models`, other names get 404. `refuses` names
    parameters that get a 400. Beyond `quota` requests there is no money left. `requests` are the bodies
    as they came, `peak` the most in flight.
    """

    reply: Callable[[Body], str] = loop_reply
    latency: float = 0.0
    faults: Faults = Faults()
    limit: int | None = None
    key: str | None = None
    models: tuple[str, ...] = ()
    refuses: tuple[str, ...] = ()
    quota: int | None = None
    port: int = 0
    requests: list[dict[str, Any]] = field(default_factory=list)
    authorizations: list[str | None] = field(default_factory=list)
    refused: int = 0
    peak: int = 0

    url: str = field(default="", init=False)
    """The base URL, once started: http://127.0.0.1:PORT/v1."""

    def __post_init__(self) -> None:
        self._seen: Counter[str] = Counter()
        self._in_flight = 0

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Listen; returns when the port is open."""
        ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve(ready)), daemon=True)
        self._thread.start()
        if not ready.wait(10):
            raise RuntimeError(f"the scripted endpoint did not open port {self.port}")

    def stop(self) -> None:
        """Close the port and every connection; start() opens the same port again."""
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join(10)

    def seen(self, body: Body) -> int:
        """How often a request with this very body came."""
        return self._seen[json.dumps(body, sort_keys=True)]

    async def _serve(self, ready: threading.Event) -> None:
        self._loop, self._ended = asyncio.get_running_loop(), asyncio.Event()
        app = web.Application(client_max_size=64 * 2**20)
        app.router.add_get("/v1/models", self._list_models)
        app.router.add_post("/v1/chat/completions", self._complete)
        runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.01)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", self.port, backlog=1024)
        await site.start()
        self.port = runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{self.port}/v1"
        ready.set()
        await self._ended.wait()
        await site.stop()
        # A connection that was being accepted must be known to the runner before it closes them all.
        await asyncio.sleep(0.005)
        accepting = [task for task in asyncio.all_tasks() if "accept" in str(task.get_coro())]
        await asyncio.gather(*accepting, return_exceptions=True)
        await runner.cleanup()

    async def _list_models(self, request: web.Request) -> web.Response:
        if refusal := self._unauthorised(request):
            return refusal
        listed = [{"id": name, "object": "model"} for name in self.models or ("scripted",)]
        return web.json_response({"object": "list", "data": listed})

    def _unauthorised(self, request: web.Request) -> web.Response | None:
        self.authorizations.append(request.headers.get("Authorization"))
        if self.key is None or self.authorizations[-1] == f"Bearer {self.key}":
            return None
        return _error(401, f"Incorrect API key provided: {self.authorizations[-1]}", code="invalid_api_key")

    async def _complete(self, request: web.Request) -> web.StreamResponse:
        body: dict[str, Any] = json.loads(await request.read())
        raw = json.dumps(body, sort_keys=True)
        self.requests.append(body)
        earlier = self._seen[raw]
        self._seen[raw] += 1
        self._in_flight += 1
        self.peak = max(self.peak, self._in_flight)
        try:
            refusal = self._unauthorised(request) or self._refusal(body)
            if refusal is not None:
                return refusal
            fault = self.faults.of(raw, earlier)
            await asyncio.sleep(self.latency)
            return self._faulty(request, fault) or await self._answer(body, fault)
        finally:
            self._in_flight -= 1

    def _refusal(self, body: Body) -> web.Response | None:
        if self.limit is not None and self._in_flight > self.limit:
            self.refused += 1
            return _error(429, "Too many requests in flight", code="rate_limit_exceeded")
        if self.quota is not None and len(self.requests) > self.quota:
            return _error(429, "You exceeded your current quota", code="insufficient_quota")
        if self.models and body.get("model") not in self.models:
            return _error(404, f"The model `{body.get('model')}` does not exist", code="model_not_found")
        for name in self.refuses:
            shape = (body.get("response_format") or {}).get("type")
            if name in body or name == shape:
                param = "response_format" if name == shape else name
                return _error(400, f"Unsupported parameter: '{name}'", code="unsupported", param=param)
        return None

    def _faulty(self, request: web.Request, fault: Fault | None) -> web.Response | None:
        if fault in ("429", "500", "503"):
            return _error(int(fault), "A scripted fault")
        if fault == "html":
            return web.Response(text="<html><body>Please log in</body></html>", content_type="text/html")
        if fault == "no_choices":
            return web.json_response({"object": "chat.completion", "choices": []})
        if fault == "drop" and request.transport is not None:
            request.transport.abort()
        return None

    async def _answer(self, body: Body, fault: Fault | None) -> web.Response:
        if fault == "never":
            await asyncio.Event().wait()
        text, finish = self.reply(body), "stop"
        if fault == "truncated":
            text, finish = text[: len(text) // 2], "length"
        text = {"empty": "", "wrong_shape": '{"unexpected": [1, 2, 3]}'}.get(fault or "", text)
        prompt = sum(len(str(m.get("content"))) // 4 + 1 for m in body.get("messages", ()))
        used = {"prompt_tokens": prompt, "completion_tokens": len(text) // 4 + 1}
        choice = {"index": 0, "finish_reason": finish, "message": {"role": "assistant", "content": text}}
        return web.json_response(
            {
                "id": "scripted",
                "object": "chat.completion",
                "created": 0,
                "model": body.get("model"),
                "choices": [choice],
                "usage": {**used, "total_tokens": sum(used.values())},
            }
        )


def _error(status: int, message: str, code: str | None = None, param: str | None = None) -> web.Response:
    body = {"error": {"message": message, "type": "scripted", "code": code, "param": param}}
    return web.json_response(body, status=status)
