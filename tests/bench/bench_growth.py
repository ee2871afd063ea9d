"""What a run leaves and what it takes: bytes for each pair, replay from the log, memory and time with size.

`python -m tests.bench.bench_growth [--full]`. The endpoint has no latency, so that the run itself is what is
measured. --full compares 20,000 seeds with 1,000, half an hour; the default 3,000 with 300.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import tempfile
import time
import zlib
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from codeclm.llm.cache import CachedModel
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


def replay(path: Path, url: str, rounds: int = 3) -> None:
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
    for turn in range(1, rounds + 1):
        again = path.with_name(f"again-{turn}.db")
        shutil.copy(forgotten, again)
        whole, idle = run(again, url, WIDTH), run(again, url, WIDTH)
        cached, least = whole.told["calls_cached"], bare(forgotten)
        rates = {"asked again": answered(forgotten), "made anew": cached / (whole.cpu - idle.cpu)}
        told = "; ".join(f"{name} {rate:,.0f}, ratio {rate / least:.2f}" for name, rate in rates.items())
        say(
            f"  round {turn}: {cached:,} calls, a CPU second: read and parsed {least:,.0f}; {told}. "
            f"A second by the clock: made anew {cached / (whole.wall - idle.wall):,.0f}"
        )


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
