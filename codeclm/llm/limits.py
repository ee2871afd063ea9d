"""How many requests an endpoint gets at once: found by trying, and kept to.

Starts at 8 in flight, doubles each clean round until refused, then cuts and adds slowly. Time is the
event loop's. Knows no protocol: the caller says what became of each request.
"""

from __future__ import annotations

import asyncio
import math
import random
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from codeclm.errors import EndpointError
from codeclm.llm.pace import Pace
from codeclm.llm.patience import Patience

START = 8
_STREAK = 6
"""So many refusals, and no reply at as many in flight between them, are no chance."""
_SURE = 3.0
"""Standard errors by which more must be refused at a number than below it, to be no chance."""
_RECENT = 256
"""Outcomes at one number after which the older ones count half."""
_FIRST_PROBE = 48
"""Replies before a number that was refused is tried again; twice as many each time it is refused again."""
_LAST_PROBE = 768
_MISHAPS = 2
"""Refusals one after another that do not yet mean that an endpoint is down."""


@dataclass(frozen=True, slots=True)
class Place:
    """The right to have one request in flight: how many there were then, itself counted, and when."""

    level: int
    since: float
    tokens: int


class Limiter:
    """Places for requests to one endpoint. Not for use from two event loops.

    A number in flight is given up once one request after another is refused there, two where none was ever
    answered, or surely more than at fewer, so that faults which come at any number hardly slow a run down.
    A place where one was refused rests for as long as a reply takes: who refuses at once is not asked the
    faster for it.
    """

    def __init__(self, ceiling: int = 16, pace: Pace | None = None, patience: Patience | None = None) -> None:
        self.ceiling = ceiling
        self.allowed = min(START, ceiling)
        self.in_flight = 0
        self.answered = 0
        """Requests that got a reply."""
        self.down_since: float | None = None
        """The time of the first of the failures since which nothing was answered."""
        self.mean_tokens = 0.0
        """That a request takes, prompt and reply, of late."""
        self._mean_seconds: float | None = None
        self._resting = 0
        self._pace = pace or Pace()
        self._patience = patience or Patience()
        self._chance = random.Random(0)  # noqa: S311 - jitter, not a secret
        self._waiting: deque[tuple[asyncio.Future[int], int]] = deque()
        self._sleeping: set[asyncio.Future[None]] = set()
        self._failed: EndpointError | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._paused_until = 0.0
        self._streak: list[int] = []
        """The numbers in flight of refusals since which nothing was answered at as many."""
        self._seen: dict[int, tuple[int, int]] = {}
        """By number in flight: how many were answered or refused there, and how many refused."""
        self._goal = ceiling
        self._borne = self.allowed
        """The most in flight of which one was answered since the last cut; at first, what is hoped for."""
        self._clean = 0
        self._strikes: dict[int, int] = {}
        self._in_a_row = 0
        self._last_refusal = -1.0

    @property
    def down(self) -> bool:
        """Whether one refusal after another came and no reply between them."""
        return self._in_a_row > _MISHAPS

    async def acquire(self, tokens: int, again: bool = False) -> Place:
        """Wait for a place; those who try `again` go first. EndpointError: the endpoint is given up."""
        self._check()
        loop = asyncio.get_running_loop()
        waiter: asyncio.Future[int] = loop.create_future()
        if again:
            self._waiting.appendleft((waiter, tokens))
        else:
            self._waiting.append((waiter, tokens))
        self._admit()
        try:
            level = await waiter
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled() and waiter.exception() is None:
                self._leave()
            raise
        return Place(level, loop.time(), tokens)

    def answer(self, place: Place, tokens: int) -> None:
        """A reply came, which took so many tokens."""
        self.answered += 1
        self.down_since = None
        self._in_a_row = 0
        self._pace.correct(tokens - place.tokens)
        self.mean_tokens += 0.1 * (tokens - self.mean_tokens)
        took = asyncio.get_running_loop().time() - place.since
        before = took if self._mean_seconds is None else self._mean_seconds
        self._mean_seconds = before + 0.1 * (took - before)
        self._note(place.level, 0)
        self._streak = [level for level in self._streak if level > place.level]
        self._borne = max(self._borne, place.level)
        self._grow()
        self._leave()

    def refuse(self, place: Place, wait: float | None = None, *, telling: bool = True) -> None:
        """The endpoint could not take the request: 429, 5xx, a time-out, a drop. `wait`: its Retry-After.

        Not `telling`: it failed before, so that the fault may be its own and says nothing of the endpoint.
        """
        now = asyncio.get_running_loop().time()
        self.down_since = now if self.down_since is None else self.down_since
        if telling:
            self._heed(place, now)
        if wait:
            self._pause(now + wait)
        self._pace.correct(-place.tokens)
        usual = self._patience.first_wait if self._mean_seconds is None else self._mean_seconds
        if (rest := place.since + usual - now) > 0:
            self._resting += 1
            asyncio.get_running_loop().call_later(rest, self._rested)
        self._leave()

    def leave(self, place: Place) -> None:
        """The request ended in a way that says nothing about how many there may be."""
        self._pace.correct(-place.tokens)
        self._leave()

    def told(self, headers: Mapping[str, str]) -> None:
        """What the endpoint's headers say of its limits."""
        self._pace.told(headers, self.in_flight, self.mean_tokens, asyncio.get_running_loop().time())

    def give_up(self, error: EndpointError) -> None:
        """Nothing more can succeed: all who wait, and all who will ask, get this error."""
        self._failed = self._failed or error
        waiters: list[asyncio.Future[Any]] = [waiter for waiter, _ in self._waiting]
        for waiter in waiters + list(self._sleeping):
            if not waiter.done():
                waiter.set_exception(EndpointError(str(error)))
        self._waiting.clear()

    async def sleep(self, earlier: int, wait: float | None = None) -> None:
        """Back off after `earlier` failures of one request, for `wait` at least. EndpointError: given up."""
        self._check()
        loop = asyncio.get_running_loop()
        sleeper = loop.create_future()
        delay = max(self._patience.wait(earlier, self._chance.random()), wait or 0.0)
        timer = loop.call_later(delay, _wake, sleeper)
        self._sleeping.add(sleeper)
        try:
            await sleeper
        finally:
            timer.cancel()
            self._sleeping.discard(sleeper)

    def close(self) -> None:
        """Leave no timer behind."""
        if self._timer is not None:
            self._timer.cancel()

    def _check(self) -> None:
        if self._failed is not None:
            raise EndpointError(str(self._failed))

    def _heed(self, place: Place, now: float) -> None:
        """Slow down for a refusal."""
        if place.since >= self._last_refusal:
            self._in_a_row += 1
        self._last_refusal = now
        if self.down:
            self.allowed = max(1, self.allowed // 2)
            self._pause(now + self._patience.pause(self._in_a_row - _MISHAPS, self._chance.random()))
        else:
            self._note(place.level, 1)
            self._streak.append(place.level)
            many, worse = len(self._streak) >= _STREAK, self._worse(place.level)
            level = min(self._streak) if many else place.level
            untried = level > self._borne and sum(each > self._borne for each in self._streak) > 1
            if (many or worse or untried) and level <= self.allowed:
                self._cut(level, worse)

    def _note(self, level: int, refused: int) -> None:
        """Remember an outcome at this number in flight."""
        count, bad = self._seen.get(level, (0, 0))
        if count > _RECENT:
            count, bad = count // 2, bad // 2
        self._seen[level] = (count + 1, bad + refused)

    def _worse(self, level: int) -> bool:
        """Whether surely more is refused at this number or above than below it, though some are answered.

        An endpoint has taken up the next request before word of the last reply is here.
        """
        here, bad = self._outcomes(level, math.inf)
        others, worse = self._outcomes(0, level)
        if not others:
            return False
        share = (bad + worse) / (here + others)
        chance = math.sqrt(share * (1 - share) * (1 / here + 1 / others))
        return bad / here - worse / others > _SURE * chance

    def _outcomes(self, least: float, below: float) -> tuple[int, int]:
        """How many were answered or refused at these numbers in flight, and how many refused."""
        seen = [outcomes for number, outcomes in self._seen.items() if least <= number < below]
        return sum(count for count, _ in seen), sum(refused for _, refused in seen)

    def _cut(self, level: int, sure: bool) -> None:
        if sure or level > self._borne:
            self._strikes[level] = self._strikes.get(level, 0) + 1
        self.allowed = self._goal = max(1, level - 1)
        self._borne = min(self._borne, self.allowed)
        self._clean = 0
        self._streak.clear()

    def _grow(self) -> None:
        self._clean += 1
        strikes = self._strikes.get(self.allowed + 1, 0)
        wanted = min(_FIRST_PROBE * 2 ** (strikes - 1), _LAST_PROBE) if strikes else self.allowed
        if self.allowed >= self.ceiling or self._clean < wanted:
            return
        self._clean = 0
        self._strikes.pop(self.allowed, None)
        doubled = min(self.allowed * 2, self._goal)
        self.allowed = min(self.ceiling, max(self.allowed + 1, doubled))

    def _pause(self, until: float) -> None:
        self._paused_until = max(self._paused_until, until)

    def _leave(self) -> None:
        self.in_flight -= 1
        self._admit()

    def _rested(self) -> None:
        self._resting -= 1
        self._admit()

    def _admit(self) -> None:
        """Let in whom there is room and time for."""
        loop = asyncio.get_running_loop()
        while self._waiting and self.in_flight + self._resting < self.allowed:
            waiter, tokens = self._waiting[0]
            if not waiter.done():
                now = loop.time()
                delay = max(self._paused_until - now, self._pace.wait(now))
                if delay > 0:
                    self._timer = self._timer or loop.call_later(delay, self._due)
                    return
                self._pace.take(now, tokens)
                self.in_flight += 1
                waiter.set_result(self.in_flight)
            self._waiting.popleft()

    def _due(self) -> None:
        self._timer = None
        self._admit()


def _wake(sleeper: asyncio.Future[None]) -> None:
    if not sleeper.done():
        sleeper.set_result(None)
