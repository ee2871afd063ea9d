"""How long an export from 100,000 pairs takes, format by format, with the most memory that it holds.

`python -m tests.bench.bench_export --rows 100000`. Each format is written by a process of its own, and what
100,000 rows would take stands beside it. Goals for those on two free cores: JSONL 5 s, Parquet 3 s. Two
threads write Parquet, so there the busier one is what is waited for; on a busy machine look at its CPU
seconds, and at the ratio to `messages`, which one thread writes.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from codeclm import export
from codeclm.store import Store
from tests.bench.many import made


class Took(NamedTuple):
    """Rows of one export; seconds by the clock, of the CPU, and of the busiest thread; memory in MB."""

    rows: int
    wall: float
    cpu: float
    busiest: float
    memory: float


def write(path: str, out: str, form: str) -> Took:
    """What one export takes: the first thread reads and shapes the rows, another may compress them."""
    started, cpu, own = time.perf_counter(), time.process_time(), time.thread_time()
    with Store.open(path, readonly=True) as store:
        done = export.write(store, out, export.Options(format=form, theta=0))
    cpu, own = time.process_time() - cpu, time.thread_time() - own
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Took(done.rows, time.perf_counter() - started, cpu, max(own, cpu - own), memory)


def main() -> None:
    """Make the project at need, and time each format."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--formats", default="messages,dpo,csv,parquet,hub")
    options = parser.parse_args()
    say = sys.stdout.write
    say("format          rows     wall      CPU  busiest thread  (100,000 rows)  of the first  memory\n")
    with tempfile.TemporaryDirectory() as folder:
        path = made(Path(folder), options.rows)
        base = 0.0
        for form in options.formats.split(","):
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                took = pool.apply(write, (str(path), str(Path(folder) / f"out.{form}"), form))
            base = base or took.busiest
            whole = took.busiest * 100_000 / took.rows
            say(f"{form:<10}{took.rows:10}{took.wall:7.2f} s{took.cpu:7.2f} s{took.busiest:14.2f} s")
            say(f"{whole:14.2f} s{took.busiest / base:14.2f}{took.memory:5.0f} MB\n")


if __name__ == "__main__":
    main()
