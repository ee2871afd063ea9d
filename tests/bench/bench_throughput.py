"""Our client stack against the bare OpenAI client on aiohttp: calls a second, in interleaved rounds.

`python -m tests.bench.bench_throughput --calls 2000 --rounds 3`. The endpoint is a process of its own.
Then an endpoint that refuses more than 8 in flight: ours with room for 64, against the bare client at 8.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import openai

from codeclm.llm.model import Call, Reply, Request
from codeclm.llm.roles import ModelByRole
from codeclm.records import Message
from codeclm.settings import Endpoint, Sampling

PROMPT = "Explain in a few sentences how this works, and what could go wrong. " * 10
TARGETS = {16: 0.95, 64: 0.90, 256: 0.80}


class MemoryLog:
    """A call log in a dict."""

    def __init__(self) -> None:
        self.replies: dict[str, Reply] = {}

    def get(self, key: str) -> Reply | None:
        return self.replies.get(key)

    def put(self, call: Call) -> None:
        if call.reply is not None:
            self.replies[call.request.key] = call.reply


@contextlib.contextmanager
def endpoint(latency: float, *more: str) -> Iterator[str]:
    command = [sys.executable, "-m", "codeclm.testing", "--latency", str(latency), *more]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            yield server.stdout.readline().strip()
        finally:
            server.terminate()


def request(number: int) -> Request:
    question = (Message("user", f"{number}. {PROMPT}"),)
    return Request("strong", "answer", str(number), "scripted", question, Sampling(temperature=0.7))


async def in_flight(width: int, calls: int, one: object) -> float:
    """Calls a second with `width` workers that take one call after another."""
    numbers = iter(range(calls))

    async def work() -> None:
        for number in numbers:
            await one(number)  # type: ignore[operator]

    started = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(width)))
    return calls / (time.perf_counter() - started)


async def bare(url: str, width: int, calls: int) -> float:
    client = openai.DefaultAioHttpClient()
    options: dict[str, Any] = {"max_retries": 0, "timeout": 600, "http_client": client}
    async with openai.AsyncOpenAI(base_url=url, api_key="x", **options) as model:

        async def one(number: int) -> None:
            text = f"{number}. {PROMPT}"
            await model.chat.completions.create(
                model="scripted",
                messages=[{"role": "user", "content": text}],
                temperature=0.7,
                max_tokens=1024,
            )

        return await in_flight(width, calls, one)


async def ours(url: str, width: int, calls: int) -> float:
    return (await counted(url, width, calls))[0]


async def counted(url: str, width: int, calls: int) -> tuple[float, float]:
    """Calls a second, and the share of requests refused."""
    strong = Endpoint(url=url, model="scripted", concurrency=width)
    async with ModelByRole({"strong": strong}, log=MemoryLog()) as model:
        rate = await in_flight(width, calls, lambda number: model.complete(request(number)))
        return rate, model.counts.refused / model.counts.sent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--latency", type=float, default=0.2)
    parser.add_argument("--widths", type=int, nargs="+", default=list(TARGETS))
    options = parser.parse_args()
    with endpoint(options.latency) as url:
        for width in options.widths:
            rates: dict[str, list[float]] = {"bare": [], "ours": []}
            for _ in range(options.rounds):
                rates["bare"].append(asyncio.run(bare(url, width, options.calls)))
                rates["ours"].append(asyncio.run(ours(url, width, options.calls)))
            told = {name: round(statistics.median(values), 1) for name, values in rates.items()}
            ratio = told["ours"] / told["bare"]
            wanted = f"wanted {TARGETS.get(width, 0):.2f}"
            sys.stdout.write(f"{width:4} in flight: {told} calls a second, ratio {ratio:.2f} ({wanted})\n")
    with endpoint(options.latency, "--limit", "8") as url:
        at_most = asyncio.run(bare(url, 8, options.calls // 4))
        rate, refused = asyncio.run(counted(url, 64, options.calls // 4))
        sys.stdout.write(
            f"refusing above 8 in flight: {rate:.1f} calls a second, ratio {rate / at_most:.2f} "
            f"(wanted 0.90), {refused:.1%} refused (wanted under 5 %)\n"
        )


if __name__ == "__main__":
    main()
