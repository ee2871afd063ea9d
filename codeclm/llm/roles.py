"""One ChatModel for a whole run: each request goes to its role's endpoint.

This is the stack in full: the endpoint's own settings are put into the request, then come the call
log, the limiter, the budget and the client. Knows neither projects nor how the built-in server starts.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from codeclm.llm.budget import Budget
from codeclm.llm.cache import CachedModel
from codeclm.llm.capabilities import Capabilities
from codeclm.llm.client import Counts, OpenAIModel
from codeclm.llm.keys import key_for, way, withheld
from codeclm.llm.limits import Limiter
from codeclm.llm.model import CallLog, ChatModel, Reply, Request
from codeclm.llm.pace import Pace
from codeclm.llm.patience import Patience
from codeclm.llm.prices import prices_of
from codeclm.llm.probe import find, starting_point
from codeclm.llm.wire import resolved
from codeclm.records import ROLES, Role
from codeclm.settings import Endpoint

CEILING = 16
"""Requests in flight at one server where nothing else is said."""


class ModelByRole:
    """A ChatModel over one endpoint per role; an async context manager.

    A role that has none has the strong one's, where there is that. `capabilities` are the dicts that
    `probe` gave, by role. `typed` are the URLs typed in this command, which may get a key. `builtin_url`
    gives the address of the built-in server and starts it if need be; it may block, and is asked again
    when the server is gone; `slots` is how many requests that server takes at once. UsageError: money is
    limited and a price unknown.
    """

    def __init__(
        self,
        endpoints: Mapping[Role, Endpoint],
        *,
        log: CallLog | None = None,
        budget: Budget | None = None,
        capabilities: Mapping[Role, Mapping[str, Any]] | None = None,
        typed: Collection[str] = (),
        builtin_url: Callable[[Endpoint], str] | None = None,
        slots: int | None = None,
        patience: Patience | None = None,
    ) -> None:
        self.counts = Counts()
        self._log = log
        self._budget = budget or Budget()
        self._patience = patience or Patience()
        self._typed = typed
        self._address = builtin_url
        self._slots = slots
        self._limiters: dict[tuple[object, ...], Limiter] = {}
        self._models: dict[Role, OpenAIModel] = {}
        self._asked: dict[Role, ChatModel] = {}
        clients: dict[tuple[str, str | None], OpenAIModel] = {}
        caches: dict[int, ChatModel] = {}
        strong = endpoints.get("strong")
        served = {role: found for role in ROLES if (found := endpoints.get(role) or strong)}
        self._keys = {
            role: None if endpoint.builtin else key_for(role, endpoint.url, typed)
            for role, endpoint in served.items()
        }
        for role, endpoint in served.items():
            key = self._keys[role]
            same = (endpoint.model_dump_json(), key)
            if same not in clients:
                clients[same] = self._client(role, endpoint, key, (capabilities or {}).get(role))
            model = self._models[role] = clients[same]
            if id(model) not in caches:
                caches[id(model)] = model if log is None else CachedModel(model, log)
            self._asked[role] = caches[id(model)]

    def _client(
        self, role: Role, endpoint: Endpoint, key: str | None, known: Mapping[str, Any] | None
    ) -> OpenAIModel:
        self._budget.check_price(prices_of(endpoint) is not None, endpoint.model, role)
        can = starting_point(endpoint) if known is None else Capabilities.read(known)
        return OpenAIModel(
            endpoint,
            key,
            can,
            self._limiter(endpoint),
            budget=self._budget,
            counts=self.counts,
            patience=self._patience,
            address=self._address,
            advice=_advice(role, endpoint, key, self._typed),
            others=[each for each in self._keys.values() if each],
        )

    def _limiter(self, endpoint: Endpoint) -> Limiter:
        """One for each server; where a minute's requests or tokens are limited, for each model there."""
        rates = (endpoint.requests_per_minute, endpoint.tokens_per_minute)
        same = (endpoint.url, *rates, endpoint.model) if any(rates) else (endpoint.url,)
        ceiling = endpoint.concurrency or (self._slots if endpoint.builtin else None) or CEILING
        if same not in self._limiters:
            self._limiters[same] = Limiter(ceiling, Pace(*rates), self._patience)
        limiter = self._limiters[same]
        limiter.ceiling = max(limiter.ceiling, ceiling)
        return limiter

    async def probe(self) -> dict[Role, dict[str, Any]]:
        """What each endpoint can do, for keeping beside it; it holds from now on. EndpointError: no use."""
        models: dict[int, tuple[OpenAIModel, Role]] = {}
        for role, model in self._models.items():
            models.setdefault(id(model), (model, role))
        found = await asyncio.gather(
            *(find(model, role, self._log) for model, role in models.values() if not model.endpoint.builtin),
            return_exceptions=True,
        )
        for result in found:
            if isinstance(result, BaseException):
                raise result
        return self.capabilities()

    def capabilities(self) -> dict[Role, dict[str, Any]]:
        """What is known of each endpoint by now, which refusals may have changed."""
        return {role: model.capabilities.as_dict() for role, model in self._models.items()}

    async def complete(self, request: Request) -> Reply:
        """The reply of the endpoint of request.role."""
        whole = resolved(request, self._models[request.role].endpoint)
        reply = await self._asked[request.role].complete(whole)
        if reply.cached:
            self.counts.cached += 1
        return reply

    async def aclose(self) -> None:
        """Close every connection."""
        for model in {id(model): model for model in self._models.values()}.values():
            await model.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()


def _advice(role: Role, endpoint: Endpoint, key: str | None, typed: Collection[str]) -> str:
    """What to do where the endpoint wants another key."""
    names = f"$CODECLM_{role.upper()}_API_KEY or $OPENAI_API_KEY"
    if key is not None:
        return f"; check {names}"
    if withheld(role, endpoint.url, typed):
        host = urlsplit(endpoint.url).netloc
        how = way(role, endpoint.url)
        return f"; the key was not sent, as {host} is not confirmed for it: {how}"
    return f"; set {names}"
