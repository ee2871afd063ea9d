"""What a run leaves and what it takes: bytes for each pair, replay from the log, memory and time with size.

`python -m tests.bench.bench_growth [--full]`. The endpoint has no latency, so that the run itself is what is
measured. --full compares 20,000 seeds with 1,000, half an hour; the default 3,000 with 300.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import tempfile
import zlib
from collections.abc import Iterable
from pathlib import Path

from codeclm.store import Store
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


def replay(path: Path, url: str, rounds: int = 3) -> None:
    """Forget all that was made of the calls, and run again: every call is answered by the log."""
    bare = path.with_name("forgotten.db")
    with Store.open(path) as store:
        store.copy(bare)
    with Store.open(bare) as store:
        store._db.execute("pragma foreign_keys = off")
        with store.write():
            for table in RECORDS:
                store._db.execute(f"delete from {table}")
        store.checkpoint()
    say("\nreplay: every record made anew from the call log, less the time of a run that finds nothing to do")
    for turn in range(1, rounds + 1):
        again = path.with_name(f"again-{turn}.db")
        shutil.copy(bare, again)
        whole, idle = run(again, url, WIDTH), run(again, url, WIDTH)
        cached = whole.told["calls_cached"]
        say(
            f"  round {turn}: {cached:,} calls, {cached / (whole.wall - idle.wall):,.0f} a second, "
            f"{cached / (whole.cpu - idle.cpu):,.0f} a CPU second (wanted 5,000)"
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
