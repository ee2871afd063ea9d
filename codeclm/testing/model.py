"""A ChatModel without a network: it says what it was told to say."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

from codeclm.llm.model import Reply, Request
from codeclm.records import Message
from codeclm.testing.loop import loop_reply

Scripted = str | Reply | Exception


class ScriptedModel:
    """A ChatModel that says what it was told to, and remembers what it was asked.

    Give a function of the request, or replies to be said in turn (an exception is raised); with
    neither it plays the loop. A queue that is used up is an AssertionError.
    """

    def __init__(
        self, script: Callable[[Request], Scripted] | Iterable[Scripted] | None = None, latency: float = 0.0
    ) -> None:
        self.history: list[Request] = []
        self.latency = latency
        self._queue: deque[Scripted] | None = None
        self._function: Callable[[Request], Scripted] = lambda request: loop_reply(request_body(request))
        if callable(script):
            self._function = script
        elif script is not None:
            self._queue = deque(script)

    def queue(self, *replies: Scripted) -> None:
        """Say these next, after those still waiting."""
        self._queue = self._queue if self._queue is not None else deque()
        self._queue.extend(replies)

    async def complete(self, request: Request) -> Reply:
        """The next scripted reply."""
        self.history.append(request)
        await asyncio.sleep(self.latency)
        if self._queue is None:
            said = self._function(request)
        else:
            if not self._queue:
                raise AssertionError(f"nothing scripted for request {len(self.history)}: {request.stage}")
            said = self._queue.popleft()
        if isinstance(said, Exception):
            raise said
        if isinstance(said, Reply):
            return said
        return Reply(said, said, prompt_tokens=sum(map(_tokens, request.messages)), completion_tokens=10)


def _tokens(message: Message) -> int:
    return 1 + len(message.content) // 4


def request_body(request: Request) -> dict[str, Any]:
    """The request as an endpoint that can do strict JSON schemas would get it."""
    body: dict[str, Any] = {
        "model": request.model,
        "messages": [message.as_dict() for message in request.messages],
        "max_tokens": request.sampling.max_tokens,
    }
    if request.sampling.temperature is not None:
        body["temperature"] = request.sampling.temperature
    if request.sampling.seed is not None:
        body["seed"] = request.sampling.seed
    if request.schema is not None:
        shape = {"name": request.schema.name, "schema": dict(request.schema.schema), "strict": True}
        body["response_format"] = {"type": "json_schema", "json_schema": shape}
    return body
