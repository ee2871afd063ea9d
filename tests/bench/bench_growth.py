"""What a run leaves and what it takes: bytes for each pair, replay from the log, memory and time with size.

`python -m tests.bench.bench_growth [--full]`. The endpoint has no latency, so that the run itself is what is
measured. --full compares 20,000 seeds with 1,000, half an hour; the default 3,000 with 300.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import operator
import os
import shutil
import statistics
import tempfile
import time
import zlib
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from codeclm.jobs.order import Order
from codeclm.jobs.run import run as run_loop
from codeclm.llm.cache import CachedModel
from codeclm.records import ROLES
from codeclm.store import Store
from codeclm.testing import ScriptedModel
from tests.bench.runs import endpoint, project, run, say

RECORDS = ("nodes", "comparisons", "answers", "instructions", "rubrics", "metadata", "revisions", "labels")
WIDTH = 64


def size(path: Path) -> None:
    """Bytes of the whole file for each pair, against its texts, each distinct one compressed by itself."""
    with Store.open(path) as store:
        store.checkpoint()
        pairs = store._db.value("select count(*) from comparisons")
        kept, sent = _kept(store), set()
        for number in range(1, store.calls.count() + 1):
            logged = store.calls.number(number)
            assert logged is not None
            sent |= {turn.content for turn in logged.call.request.messages}
            sent.add(logged.call.reply.raw if logged.call.reply else "")
    whole = path.stat().st_size
    say(f"\nbytes: {whole / pairs:,.0f} for each of {pairs:,} pairs, with every call that made it")
    for name, texts in (("every distinct prompt and reply", sent | kept), ("the texts of the records", kept)):
        least = sum(len(zlib.compress(text.encode())) for text in texts)
        say(f"  {whole / least:.2f} times {name}, each compressed by itself (wanted at most 2)")


def _kept(store: Store) -> set[str]:
    """Seeds, labels, rubrics, instructions, answers and the judge's explanations."""
    db, texts = store._db, store.lineages._texts
    found = {row[0] for table in ("seeds", "instructions") for row in db.rows(f"select text from {table}")}
    found |= {texts.get(row[0]) for row in db.rows("select text from answers")}
    found |= {
        texts.get(each) for row in db.rows("select rationales from comparisons") for each in _list(row[0])
    }
    found |= {
        each
        for row in db.rows("select rubrics, actions from rubrics")
        for cell in row
        for each in _list(cell)
    }
    return found | {
        each for row in db.rows("select use_case, skills from labels") for each in (row[0], *_list(row[1]))
    }


def _list(cell: str) -> Iterable[str]:
    found: list[str] = json.loads(cell)
    return found


def bare(path: Path) -> float:
    """Calls a CPU second where each reply in the log is read and parsed, and no more."""
    with Store.open(path, readonly=True) as store:
        begun, texts = time.process_time(), store.lineages._texts
        rows = store._db.rows("select key, reply from calls where reply is not null")
        for _, reply in rows:
            said = texts.get(reply)
            with suppress(ValueError):
                json.loads(said)
        return len(rows) / (time.process_time() - begun)


def answered(path: Path) -> float:
    """Calls a CPU second where each request of the log is asked again, and the log answers it."""
    with Store.open(path, readonly=True) as store:
        logged = [store.calls.number(number) for number in range(1, store.calls.count() + 1)]
        requests = [each.call.request for each in logged if each and each.call.reply]
        model = CachedModel(ScriptedModel([]), store.calls)

        async def ask() -> None:
            for request in requests:
                await model.complete(request)

        begun = time.process_time()
        asyncio.run(ask())
        return len(requests) / (time.process_time() - begun)


def replay(path: Path, url: str, rounds: int = 9) -> None:
    """Forget all that was made of the calls, and run again: every call is answered by the log."""
    forgotten = path.with_name("forgotten.db")
    with Store.open(path) as store:
        store.copy(forgotten)
    with Store.open(forgotten) as store:
        store._db.execute("pragma foreign_keys = off")
        with store.write():
            for table in RECORDS:
                store._db.execute(f"delete from {table}")
        store.checkpoint()
    say(
        "\nreplay: every request asked again, which the log answers (wanted 5,000 a second); a run\n"
        "that makes each record anew from it, less one that finds nothing to do. The baseline reads and\n"
        "parses the same replies, and no more"
    )
    found: dict[str, list[float]] = {}
    for turn in range(rounds):
        again = path.with_name(f"again-{turn}.db")
        shutil.copy(forgotten, again)
        cached, *whole = ran(again, url)
        _, *idle = ran(again, url)
        cpu, wall = (cached / (one - other) for one, other in zip(whole, idle, strict=True))
        rates = bare(forgotten), answered(forgotten), cpu, wall
        for name, rate in zip(("bare", "asked again", "made anew", "by the clock"), rates, strict=True):
            found.setdefault(name, []).append(rate)
    for name, rates in found.items():
        ratio = statistics.median(map(operator.truediv, rates, found["bare"]))
        say(
            f"  {name}: {statistics.median(rates):,.0f} calls a {'' if 'clock' in name else 'CPU '}second, "
            f"at best {max(rates):,.0f}; ratio to bare {ratio:.2f}"
        )


def ran(path: Path, url: str) -> tuple[int, float, float]:
    """A run in this process: calls that the log answered, CPU seconds, seconds."""
    order = Order(urls=dict.fromkeys(ROLES, url), models={role: role for role in ROLES}, concurrency=WIDTH)
    cpu, wall = time.process_time(), time.perf_counter()
    ended = run_loop(path, order, lambda line: None, lambda line: None)
    assert ended.error is None
    return ended.calls_cached, time.process_time() - cpu, time.perf_counter() - wall


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", default=bool(os.environ.get("BENCH_FULL")))
    options = parser.parse_args()
    small, big = (1_000, 20_000) if options.full else (300, 3_000)
    with tempfile.TemporaryDirectory() as name, endpoint(0.0) as url:
        path = project(Path(name) / "few.db", small)
        few, idle = run(path, url, WIDTH), run(path, url, WIDTH)
        size(path)
        replay(path, url)
        many = run(project(Path(name) / "many.db", big), url, WIDTH)
    cpu = [(each.cpu - idle.cpu) / each.told["calls_sent"] for each in (few, many)]
    seconds = [each.told["seconds"] / each.told["calls_sent"] for each in (few, many)]
    say(
        f"\ngrowth: {big:,} seeds against {small:,}\n"
        f"  memory {many.memory:.0f} against {few.memory:.0f} MB, {many.memory / few.memory:.2f} times "
        f"(wanted at most 1.3)\n"
        f"  time for each call {seconds[1] / seconds[0]:.2f} times, CPU {cpu[1] / cpu[0]:.2f} times "
        "(wanted 1)"
    )


if __name__ == "__main__":
    main()
