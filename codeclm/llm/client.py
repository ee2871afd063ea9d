"""A ChatModel over the OpenAI protocol: one endpoint, and the one layer that tries again.

Knows roles only for what its messages say, and no log.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

import httpx2
import openai

from codeclm.errors import EndpointError, ReplyError, TransportError
from codeclm.llm.budget import Budget
from codeclm.llm.capabilities import Capabilities
from codeclm.llm.keys import is_loopback
from codeclm.llm.limits import Limiter, Place
from codeclm.llm.model import Reply, Request
from codeclm.llm.patience import Patience
from codeclm.llm.prices import charge, prices_of
from codeclm.llm.transport import (
    FAILURES,
    authorisation,
    connect,
    decoded,
    shown,
    trouble_of,
    without,
)
from codeclm.llm.troubles import Trouble, one_line
from codeclm.llm.wire import BadReplyError, body_of, reply_of, resolved, tokens_of
from codeclm.records import Role
from codeclm.settings import Endpoint

_TOO_MANY = 429
"""A status that is never the fault of one request."""
_KEPT = 2_000
"""Characters of what an endpoint said in a reply's place."""
_SECRET = 8
"""Signs from which a key is taken out of replies; "none" and "EMPTY", as local servers want, are words."""


@dataclass(slots=True)
class Counts:
    """What was done, in requests; times in seconds since the epoch, 0: not yet."""

    sent: int = 0
    """Requests that went out, every try counted."""
    cached: int = 0
    """Requests the log answered."""
    refused: int = 0
    """429, 5xx, time-outs and drops."""
    retried: int = 0
    first_sent: float = 0.0
    last_reply: float = 0.0
    troubles: dict[Role, str] = field(default_factory=dict)
    """By role, what came more than once in place of a reply, and since the last one."""


class OpenAIModel:
    """Asks one endpoint. `capabilities` may weaken as it refuses parameters; the rest of a request stays.

    `address` gives the URL of the built-in model's server; it may block, and is asked again when the
    server is gone. `limiter` may be shared with other models on one server. `others` are the keys of other
    roles, which one server may serve and echo, too.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        key: str | None = None,
        capabilities: Capabilities | None = None,
        limiter: Limiter | None = None,
        *,
        budget: Budget | None = None,
        counts: Counts | None = None,
        patience: Patience | None = None,
        address: Callable[[Endpoint], str] | None = None,
        advice: str = "",
        others: Collection[str] = (),
    ) -> None:
        self.endpoint = endpoint
        self.capabilities = capabilities or Capabilities()
        self.counts = counts or Counts()
        self.limiter = limiter or Limiter(endpoint.concurrency or 16)
        self._key = key
        self._budget = budget or Budget()
        self._patience = patience or Patience()
        self._address = address
        self._advice = advice
        self._keys = tuple({each for each in (key, *others) if each and len(each) >= _SECRET})
        self._options = authorisation(key)
        self._prices = prices_of(endpoint)
        self._client: openai.AsyncOpenAI | None = None
        self._chat = ""
        self._opening = asyncio.Lock()
        self._moved = False
        self._answered = False

    @property
    def host(self) -> str:
        """The server, as messages name it."""
        return "the built-in model" if self.endpoint.builtin else urlsplit(self.endpoint.url).netloc

    async def complete(self, request: Request) -> Reply:
        """The reply. EndpointError, TransportError, BudgetReached; ReplyError: it refuses this request."""
        request = resolved(request, self.endpoint)
        foreseen = tokens_of(_characters(request)) + int(self.limiter.mean_tokens)
        failures = _Failures(self._patience, self.limiter)
        while True:
            place = await self.limiter.acquire(foreseen, again=failures.tries > 0)
            outcome = await self._try(request, place, failures.tries)
            if isinstance(outcome, Reply):
                self.counts.troubles.pop(request.role, None)
                return outcome
            self.counts.retried += 1
            if outcome.kind == "parameter":
                continue
            failures.add(outcome)
            if failures.tries > 1 or self.limiter.down:
                self.counts.troubles[request.role] = f"{request.role}: {self.host}: {outcome.text}"
            if failures.enough:
                what = "no usable reply" if outcome.kind == "garbage" else "no reply"
                tries = f"{what} in {failures.tries} tries"
                said = one_line(outcome.message, self._keys, longest=_KEPT)
                raise TransportError(f"{request.role}: {self.host}: {tries}: {outcome.text}", said)
            if not (outcome.kind == "gone" and self.limiter.down):
                await self.limiter.sleep(failures.tries - 1, outcome.wait)

    async def listed(self) -> list[str] | None:
        """The names of the models that the server has; None: it does not tell. EndpointError: no access."""
        client = await self._ready()
        try:
            response = await client.get("/models", cast_to=httpx2.Response, options=self._options)
            models = decoded(response, self._keys)["data"]
            return [str(model["id"]) for model in models]
        except (BadReplyError, KeyError, TypeError):
            return None
        except FAILURES as error:
            trouble = trouble_of(error, self._keys)
            if trouble.status not in (401, 403) and trouble.kind != "gone":
                return None
            raise EndpointError(f"{self.host}: {trouble.text}{self._advice}") from None

    async def aclose(self) -> None:
        """Close every connection."""
        self.limiter.close()
        if self._client is not None:
            await self._client.close()

    async def _try(self, request: Request, place: Place, tries: int) -> Reply | Trouble:
        """One try. The place is given back, and the budget settled, whatever happens."""
        outcome: Reply | Trouble | None = None
        reserved = 0.0
        try:
            client = await self._ready()
            reserved = self._budget.reserve()
            outcome = await self._send(client, request)
            if isinstance(outcome, Trouble) and not self._adapt(outcome):
                self._stop_if_final(request, outcome)
        finally:
            self._give_back(place, outcome, first=tries == 0)
            self._budget.settle(reserved, outcome.cost if isinstance(outcome, Reply) else None)
        return outcome

    async def _send(self, client: openai.AsyncOpenAI, request: Request) -> Reply | Trouble:
        counts, body = self.counts, body_of(request, self.capabilities)
        counts.sent += 1
        counts.first_sent = counts.first_sent or time.time()
        started = time.perf_counter()
        try:
            async with asyncio.timeout(self.endpoint.timeout):
                response = await client.post(
                    self._chat, cast_to=httpx2.Response, body=body, options=self._options
                )
            self.limiter.told(response.headers)
            reply = reply_of(decoded(response, self._keys), _characters(request))
        except BadReplyError as error:
            return Trouble("garbage", one_line(str(error), self._keys), message=shown(response, self._keys))
        except FAILURES as error:
            return replace(trouble_of(error, self._keys), sent=body)
        counts.last_reply = time.time()
        price = None
        if self._prices is not None:
            price = charge(self._prices, reply.prompt_tokens, reply.completion_tokens)
        # Once more: parts that were joined, or stood around a thought, may have made a key only now.
        text, raw = (without(each, self._keys) for each in (reply.text, reply.raw))
        seconds = time.perf_counter() - started
        return reply._replace(text=text, raw=raw, seconds=seconds, cost=price)

    def _give_back(self, place: Place, outcome: Reply | Trouble | None, *, first: bool) -> None:
        if isinstance(outcome, Reply):
            self._answered = True
            self.limiter.answer(place, outcome.prompt_tokens + outcome.completion_tokens)
        elif outcome is not None and outcome.kind in ("busy", "gone"):
            self.counts.refused += 1
            self.limiter.refuse(place, outcome.wait, telling=first or outcome.kind == "gone")
        else:
            self.limiter.leave(place)

    def _adapt(self, trouble: Trouble) -> bool:
        """Leave out or rename what the endpoint named; False: it named nothing that was sent."""
        if trouble.kind != "parameter":
            return False
        weaker = self.capabilities.without(trouble.message, trouble.param, trouble.sent)
        self.capabilities = weaker or self.capabilities
        return weaker is not None

    def _stop_if_final(self, request: Request, trouble: Trouble) -> None:
        """EndpointError for all where no request can succeed, ReplyError where this one cannot.

        It comes before the place is given back, so that no other request goes out in between.
        """
        text = f"{request.role}: {self.host}: {trouble.text}"
        if trouble.kind == "gone":
            self._moved = self.endpoint.builtin
            now = asyncio.get_running_loop().time()
            waited = now - (now if self.limiter.down_since is None else self.limiter.down_since)
            if waited < self._patience.gone and (self.endpoint.builtin or self.limiter.answered):
                return
            here = self.endpoint.builtin or is_loopback(self.endpoint.url)
            text += f"; {'start the server' if here else 'check the network'}, or give another URL"
        elif trouble.wait and trouble.wait > self._patience.gone:
            text += f"; it asks to wait {trouble.wait / 60:.0f} minutes: run again then"
        elif trouble.kind == "request" or (trouble.kind == "parameter" and self._answered):
            raise ReplyError(text, one_line(trouble.message, self._keys, longest=_KEPT))
        elif trouble.kind not in ("endpoint", "parameter"):
            return
        elif trouble.status in (401, 403):
            text += self._advice
        error = EndpointError(text)
        self.limiter.give_up(error)
        raise error

    async def _ready(self) -> openai.AsyncOpenAI:
        """The client, connected to where the server is now."""
        if self._client is not None and not self._moved:
            return self._client
        async with self._opening:
            if self._client is None or self._moved:
                url = self.endpoint.url
                if self.endpoint.builtin:
                    if self._address is None:
                        raise EndpointError("the built-in model cannot be started here: give a URL")
                    url = await asyncio.to_thread(self._address, self.endpoint)
                if self._client is None:
                    self._client = connect(url, self._key, self.endpoint.timeout)
                self._client.base_url = url
                # In full, as the client would put it together anew for each call.
                self._chat = f"{url.rstrip('/')}/chat/completions"
                self._moved = False
        return self._client


class _Failures:
    """The failed tries of one request, and whether they are enough."""

    def __init__(self, patience: Patience, limiter: Limiter) -> None:
        self.tries = 0
        self._patience = patience
        self._limiter = limiter
        self._own = True
        self._others = limiter.answered
        self._since = asyncio.get_running_loop().time()

    def add(self, trouble: Trouble) -> None:
        """A try failed. One that met no server at all is not counted."""
        if self.tries == 0:
            self._others = self._limiter.answered
            self._since = asyncio.get_running_loop().time()
        self.tries += 0 if trouble.kind == "gone" else trouble.weight
        self._own = trouble.status != _TOO_MANY

    @property
    def enough(self) -> bool:
        """Whether it was tried often, and the fault is this request's own or lasts too long."""
        if self.tries < self._patience.tries:
            return False
        waited = asyncio.get_running_loop().time() - self._since
        own = self._own and self._limiter.answered > self._others
        return own or waited >= self._patience.outage


def _characters(request: Request) -> int:
    return sum(len(turn.content) for turn in request.messages)
