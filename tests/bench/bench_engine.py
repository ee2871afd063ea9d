"""The whole loop against the bare OpenAI client on aiohttp: rate, start-up, replay, memory, bytes, growth.

`python -m tests.bench.bench_engine [--seeds 1000 --big 20000]`. Both talk to one endpoint of 200 ms, a
process of its own, in turn, for three rounds at each width; the bare client sends the very requests of the
run. On a busy machine only ratios mean something. BENCH_SEEDS and BENCH_BIG scale it: at 256 in flight a
run of few seeds is over before it is at full speed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import select
import statistics
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openai

from codeclm.llm.capabilities import Capabilities
from codeclm.llm.wire import body_of
from codeclm.records import Seed
from codeclm.store import Store
from tests.bench.bench_throughput import TARGETS, endpoint, in_flight

ROOT = Path(__file__).parent.parent.parent
ROLES = ("strong", "target", "judge")
RECORDS = ("nodes", "comparisons", "answers", "instructions", "rubrics", "metadata", "revisions", "labels")


@dataclass(frozen=True)
class Ran:
    """A run as a process: what it said, CPU seconds, megabytes at most, seconds until its first request."""

    told: dict[str, Any]
    cpu: float
    memory: float
    startup: float

    @property
    def rate(self) -> float:
        """Calls a second, from first request sent to last reply stored."""
        return float(self.told["calls_sent"] / self.told["seconds"])


def project(path: Path, seeds: int) -> Path:
    with Store.open(path, create=True) as store:
        store.seeds.add(
            Seed(f"Explain thing number {number}, and why it matters.") for number in range(seeds)
        )
    return path


def run(path: Path, url: str, width: int) -> Ran:
    words = [word for role in ROLES for word in (f"--{role}-url", url, f"--{role}-model", role)]
    command = [sys.executable, "-m", "codeclm", "--project", str(path), "run", "--json", "--quiet", *words]
    begun = time.time()
    with subprocess.Popen(
        [*command, "--concurrency", str(width)], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdout is not None
        memory = 0.0
        while not select.select([process.stdout], [], [], 0.2)[0]:
            memory = max(memory, _memory(process.pid))
        told = json.loads(process.stdout.read())
        _, _, used = os.wait4(process.pid, 0)
        process.returncode = 0
    with Store.open(path, readonly=True) as store:
        first = store._db.value("select min(started) from calls where started >= ?", [begun * 1000])
    startup = (first or 0) / 1000 - begun
    return Ran(told, used.ru_utime + used.ru_stime, memory, startup)


def _memory(process: int) -> float:
    """Megabytes at most so far. The usage of a process that ended would count its parent's too."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0.0
    found = re.search(r"VmHWM:\s+(\d+)", status)
    return int(found[1]) / 1024 if found else 0.0


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
    client = openai.DefaultAioHttpClient()
    async with openai.AsyncOpenAI(base_url=url, api_key="x", max_retries=0, http_client=client) as model:

        async def one(number: int) -> None:
            await model.chat.completions.create(**sent[number])

        return await in_flight(width, len(sent), one)


def throughput(folder: Path, seeds: int, rounds: int, widths: list[int], latency: float) -> Path:
    path = folder / "none.db"
    with endpoint(latency) as url:
        for width in widths:
            ours, others, ratios = [], [], []
            for turn in range(rounds):
                path = project(folder / f"{width}-{turn}.db", seeds)
                ours.append(run(path, url, width))
                sent = bodies(path)
                others.append(asyncio.run(bare(url, width, sent)))
                ratios.append(ours[-1].rate / others[-1])
            cpu = 1000 * _median(each.cpu / each.told["calls_sent"] for each in ours)
            say(
                f"{width:4} in flight: {_median(each.rate for each in ours):.0f} calls a second, bare client "
                f"{_median(others):.0f}, ratio {_median(ratios):.2f} (wanted {TARGETS.get(width, 0):.2f}); "
                f"{cpu:.2f} ms of CPU a call; "
                f"start-up {_median(each.startup for each in ours):.2f} s (wanted under 2)"
            )
    return path


def replay(path: Path) -> None:
    """Forget all that was made of the calls, and run again: every call is answered by the log."""
    with endpoint(0.0) as url:
        with Store.open(path) as store:
            store._db.execute("pragma foreign_keys = off")
            with store.write():
                for table in RECORDS:
                    store._db.execute(f"delete from {table}")
            store._db.execute("delete from settings where name = 'capabilities'")
        whole, idle = run(path, url, 64), run(path, url, 64)
    cached = whole.told["calls_cached"]
    say(f"replay: {cached / (whole.cpu - idle.cpu):.0f} cached calls a CPU second (wanted 5000)")


def size(path: Path) -> None:
    """Bytes of the file for each pair, against its distinct texts, each compressed alone."""
    with Store.open(path) as store:
        texts = {row[0] for row in store._db.rows("select text from instructions")}
        texts |= {row[0] for row in store._db.rows("select text from seeds")}
        for number in range(1, store.calls.count() + 1):
            logged = store.calls.number(number)
            assert logged is not None
            texts |= {turn.content for turn in logged.call.request.messages}
            texts.add(logged.call.reply.raw if logged.call.reply else "")
        pairs = store._db.value("select count(*) from comparisons")
        store.checkpoint()
    compressed = sum(len(zlib.compress(text.encode())) for text in texts)
    whole = path.stat().st_size
    say(
        f"bytes: {whole / pairs:.0f} a pair of {pairs}, {whole / compressed:.2f} times every distinct text "
        "compressed alone (wanted at most 2)"
    )


def growth(folder: Path, small: int, big: int) -> None:
    """Memory and time with the number of seeds, against an endpoint without latency."""
    with endpoint(0.0) as url:
        few = run(project(folder / "few.db", small), url, 64)
        many = run(project(folder / "many.db", big), url, 64)
    per_seed = (many.cpu / big) / (few.cpu / small)
    say(
        f"{big} seeds against {small}: memory {many.memory:.0f} against {few.memory:.0f} MB, "
        f"{many.memory / few.memory:.2f} times (wanted 1.3); CPU a seed {per_seed:.2f} times"
    )


def _median(values: Iterable[float]) -> float:
    return statistics.median(values)


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=int(os.environ.get("BENCH_SEEDS", "300")))
    parser.add_argument("--big", type=int, default=int(os.environ.get("BENCH_BIG", "4000")))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--latency", type=float, default=0.2)
    parser.add_argument("--widths", type=int, nargs="*", default=list(TARGETS))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if options.widths:
            path = throughput(folder, options.seeds, options.rounds, options.widths, options.latency)
            size(path)
            replay(path)
        if options.big:
            growth(folder, min(1000, options.big), options.big)


if __name__ == "__main__":
    main()
