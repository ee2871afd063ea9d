from __future__ import annotations

import asyncio
import random

import pytest

from codeclm.errors import EndpointError
from codeclm.llm.limits import Limiter
from codeclm.llm.pace import Pace
from codeclm.llm.patience import Patience
from codeclm.testing import run_virtual


class Server:
    """Takes `capacity` requests at once, each for `latency`, and refuses the rest at once."""

    def __init__(self, capacity: int, latency: float = 0.2, noise: float = 0.0, lag: float = 0.0) -> None:
        self.capacity, self.latency, self.lag = capacity, latency, lag
        self.noise, self.chance = noise, random.Random(1)
        self.in_flight = self.peak = self.refused = self.served = 0
        self.down = False

    async def serve(self) -> bool:
        served = await self._serve()
        await asyncio.sleep(self.lag * self.chance.random())
        return served

    async def _serve(self) -> bool:
        self.in_flight += 1
        self.peak = max(self.peak, self.in_flight)
        try:
            if self.down or self.in_flight > self.capacity:
                self.refused += 1
                await asyncio.sleep(0.001)
                return False
            await asyncio.sleep(self.latency * (0.9 + 0.2 * self.chance.random()))
            if self.chance.random() < self.noise:
                return False
            self.served += 1
            return True
        finally:
            self.in_flight -= 1


async def use(limiter: Limiter, server: Server, requests: int) -> float:
    """Send until each of `requests` is served; the seconds that it took."""
    loop = asyncio.get_running_loop()

    async def one() -> None:
        for tries in range(1000):
            place = await limiter.acquire(10, again=tries > 0)
            if await server.serve():
                limiter.answer(place, 10)
                return
            limiter.refuse(place, telling=tries == 0)
            await limiter.sleep(tries)

    started = loop.time()
    await asyncio.gather(*(one() for _ in range(requests)))
    return loop.time() - started


@pytest.mark.parametrize(("capacity", "ceiling"), [(8, 64), (8, 256), (3, 16), (20, 64)])
def test_a_server_that_refuses_above_a_number_is_used_to_nine_tenths_with_few_refusals(
    capacity: int, ceiling: int
) -> None:
    server = Server(capacity)
    requests = max(1000, 100 * capacity)
    seconds = run_virtual(use(Limiter(ceiling), server, requests))
    best = requests / capacity * server.latency
    assert best / seconds > 0.9
    assert server.refused < 0.05 * requests


@pytest.mark.parametrize("capacity", [1, 2, 3, 5])
def test_a_server_that_takes_fewer_than_it_starts_with_is_not_hammered(capacity: int) -> None:
    server = Server(capacity)
    seconds = run_virtual(use(Limiter(64), server, 300))
    assert 300 / capacity * server.latency / seconds > 0.9
    assert server.refused < 0.05 * 300


@pytest.mark.parametrize("lag", [0.02, 0.05, 0.1])
def test_a_busy_machine_that_hears_late_of_replies_is_refused_as_rarely(lag: float) -> None:
    server = Server(8, lag=lag)
    seconds = run_virtual(use(Limiter(64), server, 2000))
    assert 2000 / 8 * (server.latency + lag / 2) / seconds > 0.9
    assert server.refused < 0.05 * 2000


def test_without_refusals_the_ceiling_is_reached_in_a_few_rounds_and_never_passed() -> None:
    server = Server(1000)
    seconds = run_virtual(use(Limiter(64), server, 8 + 16 + 32 + 64 * 4))
    assert server.peak == 64
    assert seconds < 8 * 0.2 * 1.2


def test_it_starts_at_eight() -> None:
    server = Server(1000)
    run_virtual(use(Limiter(64), server, 8))
    assert server.peak == 8


@pytest.mark.parametrize(("ceiling", "noise", "least"), [(16, 0.1, 0.8), (64, 0.1, 0.6), (64, 0.2, 0.4)])
def test_faults_that_come_at_any_number_in_flight_hardly_slow_it_down(
    ceiling: int, noise: float, least: float
) -> None:
    server = Server(1000, noise=noise)
    seconds = run_virtual(use(Limiter(ceiling), server, 2000))
    assert 2000 / (1 - noise) / ceiling * server.latency / seconds > least


def test_a_late_refusal_of_an_early_request_does_not_undo_what_was_found_since() -> None:
    async def main() -> int:
        limiter = Limiter(64)
        early = await limiter.acquire(1)
        await use(limiter, Server(1000), 200)
        before = limiter.allowed
        limiter.refuse(early)
        return before - limiter.allowed

    assert run_virtual(main()) == 0


def test_a_server_that_comes_to_take_more_is_found_out() -> None:
    limiter, server = Limiter(64), Server(8)

    async def main() -> None:
        await use(limiter, server, 300)
        assert limiter.allowed in (8, 9)
        server.capacity = 32
        await use(limiter, server, 3000)

    run_virtual(main())
    assert limiter.allowed >= 28


def test_a_server_that_comes_to_take_less_is_found_out() -> None:
    limiter, server = Limiter(64), Server(32)

    async def main() -> None:
        await use(limiter, server, 1000)
        server.capacity, server.refused = 4, 0
        await use(limiter, server, 300)

    run_virtual(main())
    assert limiter.allowed in (4, 5)
    assert server.refused < 60  # as many as were in flight meet it, and hardly more


def test_an_outage_of_a_minute_costs_about_a_minute_and_is_not_hammered() -> None:
    limiter, server = Limiter(16), Server(16)

    async def main() -> float:
        loop = asyncio.get_running_loop()
        await use(limiter, server, 200)
        server.down, before = True, server.refused
        loop.call_later(60, setattr, server, "down", False)
        seconds = await use(limiter, server, 160)
        assert server.refused - before < 4 * 160
        return seconds

    assert 60 < run_virtual(main()) < 72


def test_retry_after_holds_everyone_back() -> None:
    async def main() -> float:
        limiter = Limiter(4)
        place = await limiter.acquire(1)
        limiter.refuse(place, wait=30.0)
        await limiter.acquire(1)
        return asyncio.get_running_loop().time()

    assert run_virtual(main()) == pytest.approx(30.0)


def test_once_given_up_those_who_wait_sleep_or_come_fail_at_once_and_alike() -> None:
    async def main() -> tuple[list[object], float]:
        limiter = Limiter(1)
        await limiter.acquire(1)
        waiting = [asyncio.ensure_future(limiter.acquire(1)) for _ in range(3)]
        waiting.append(asyncio.ensure_future(limiter.sleep(9, 1000.0)))
        await asyncio.sleep(0)
        limiter.give_up(EndpointError("strong: no"))
        results: list[object] = list(await asyncio.gather(*waiting, return_exceptions=True))
        with pytest.raises(EndpointError, match="strong: no"):
            await limiter.acquire(1)
        with pytest.raises(EndpointError, match="strong: no"):
            await limiter.sleep(1)
        return results, asyncio.get_running_loop().time()

    results, now = run_virtual(main())
    assert [str(result) for result in results] == ["strong: no"] * 4
    assert now == 0


def test_one_who_stops_waiting_leaves_no_place_taken() -> None:
    async def main() -> int:
        limiter = Limiter(1)
        held = await limiter.acquire(1)
        given_up = asyncio.ensure_future(limiter.acquire(1))
        just_admitted = asyncio.ensure_future(limiter.acquire(1))
        await asyncio.sleep(0)
        given_up.cancel()
        limiter.leave(held)
        just_admitted.cancel()
        await asyncio.gather(given_up, just_admitted, return_exceptions=True)
        limiter.leave(await limiter.acquire(1))
        return limiter.in_flight

    assert run_virtual(main()) == 0


def test_those_who_try_again_go_first() -> None:
    async def main() -> list[str]:
        limiter, order = Limiter(1), []
        held = await limiter.acquire(1)

        async def one(name: str, again: bool) -> None:
            place = await limiter.acquire(1, again)
            order.append(name)
            limiter.answer(place, 1)

        tasks = [
            asyncio.ensure_future(one("new", again=False)),
            asyncio.ensure_future(one("old", again=True)),
        ]
        await asyncio.sleep(0)
        limiter.answer(held, 1)
        await asyncio.gather(*tasks)
        return order

    assert run_virtual(main()) == ["old", "new"]


@pytest.mark.parametrize("pace", [Pace(requests_per_minute=120), Pace(tokens_per_minute=1200)])
def test_a_minutes_limit_is_kept(pace: Pace) -> None:
    seconds = run_virtual(use(Limiter(16, pace), Server(1000), 240))
    assert 115 < seconds < 125


def test_tokens_are_counted_as_they_turn_out() -> None:
    async def main() -> float:
        limiter = Limiter(16, Pace(tokens_per_minute=600))
        for _ in range(10):
            limiter.answer(await limiter.acquire(10), 60)
        return asyncio.get_running_loop().time()

    assert run_virtual(main()) == pytest.approx(60 * 9 / 10, rel=0.1)


def test_headers_that_tell_of_little_left_slow_it_down_until_the_reset() -> None:
    headers = {"x-ratelimit-remaining-requests": "1", "x-ratelimit-reset-requests": "6s"}

    async def main() -> float:
        limiter = Limiter(16)
        for _ in range(5):
            place = await limiter.acquire(1)
            limiter.told(headers)
            limiter.answer(place, 1)
        return asyncio.get_running_loop().time()

    assert run_virtual(main()) == pytest.approx(4 * 3.0)


def test_patience_grows_to_a_bound_and_is_never_nothing() -> None:
    patience = Patience()
    waits = [patience.wait(failures, 0.0) for failures in range(60)]
    assert waits == sorted(waits)
    assert waits[0] == 0.25
    assert patience.wait(10**6, 1.0) == patience.longest_wait
    assert patience.pause(50, 1.0) == patience.longest_pause
