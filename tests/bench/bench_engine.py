"""How fast the whole loop is, against the bare OpenAI client on aiohttp that sends the very same requests.

`python -m tests.bench.bench_engine [--full]`. A run and the bare client ask one endpoint of 200 ms, a process
of its own, in turn, for three rounds at each width. The run also parses, hashes, counts and stores every
reply durably. By default each width has as many seeds as keep it busy for about 15 seconds; --full takes
1,000 at each, three quarters of an hour. On a busy machine only the ratios mean something.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import openai

from codeclm.llm.capabilities import Capabilities
from codeclm.llm.wire import body_of
from codeclm.store import Store
from tests.bench.bench_throughput import TARGETS, in_flight
from tests.bench.runs import Ran, endpoint, project, run, say

SEEDS = {16: 80, 64: 300, 256: 500}
"""By the requests in flight."""
STARTUP = 2.0
"""Seconds that are wanted from the command to its first request."""


def bodies(path: Path) -> list[dict[str, Any]]:
    """The requests of a run, as they went out."""
    can, found = Capabilities(), []
    with Store.open(path, readonly=True) as store:
        for number in range(1, store.calls.count() + 1):
            logged = store.calls.number(number)
            assert logged is not None
            found.append(body_of(logged.call.request, can))
    return found


async def bare(url: str, width: int, sent: list[dict[str, Any]]) -> float:
    """Calls a second of the bare client."""
    client = openai.DefaultAioHttpClient()
    options: dict[str, Any] = {"max_retries": 0, "timeout": 600, "http_client": client}
    async with openai.AsyncOpenAI(base_url=url, api_key="x", **options) as model:

        async def one(number: int) -> None:
            await model.chat.completions.create(**sent[number])

        return await in_flight(width, len(sent), one)


def width(folder: Path, url: str, most: int, seeds: int, rounds: int) -> None:
    """One width, round by round."""
    say(f"\n{most} requests in flight, a loop of {seeds} seeds")
    ours: list[Ran] = []
    ratios = []
    for turn in range(1, rounds + 1):
        path = project(folder / f"{most}-{turn}.db", seeds)
        ran = run(path, url, most)
        sent = bodies(path)
        begun = time.process_time()
        other = asyncio.run(bare(url, most, sent))
        cpu = time.process_time() - begun
        ours.append(ran)
        ratios.append(ran.rate / other)
        say(
            f"  round {turn}: {len(sent):,} calls; the run {ran.rate:.0f} a second, the bare client "
            f"{other:.0f}: ratio {ratios[-1]:.2f}. CPU a call {1000 * ran.cpu / len(sent):.2f} ms against "
            f"{1000 * cpu / len(sent):.2f}"
        )
    say(
        f"  median ratio {median(ratios):.2f} (wanted {TARGETS.get(most, 0):.2f}); start-up "
        f"{median(each.startup for each in ours):.2f} s (wanted under {STARTUP:g})"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", default=bool(os.environ.get("BENCH_FULL")))
    parser.add_argument("--seeds", type=int, help="of every width")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--latency", type=float, default=0.2)
    parser.add_argument("--widths", type=int, nargs="*", default=list(TARGETS))
    options = parser.parse_args()
    whole = options.seeds or (1_000 if options.full else None)
    with tempfile.TemporaryDirectory() as name, endpoint(options.latency) as url:
        for most in options.widths:
            width(Path(name), url, most, whole or SEEDS.get(most, 300), options.rounds)


if __name__ == "__main__":
    main()
