"""How long an export from 100,000 pairs takes, format by format, with the most memory that it holds.

`python -m tests.bench.bench_export --rows 100000`. Each format is written by a process of its own, and what
100,000 rows would take stands beside it. Goals for those on two free cores: JSONL 5 s, Parquet 3 s.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import sys
import tempfile
import time
from pathlib import Path

from codeclm import export
from codeclm.store import Store
from tests.bench.many import made


def write(path: str, out: str, form: str) -> tuple[int, float, float]:
    """Rows, seconds and the most memory in MB of one export."""
    started = time.perf_counter()
    with Store.open(path, readonly=True) as store:
        done = export.write(store, out, export.Options(format=form, theta=0))
    seconds = time.perf_counter() - started
    return done.rows, seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Make the project at need, and time each format."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--formats", default="messages,dpo,csv,parquet,hub")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = made(Path(folder), options.rows)
        for form in options.formats.split(","):
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                out = str(Path(folder) / f"out.{form}")
                rows, seconds, memory = pool.apply(write, (str(path), out, form))
            whole = seconds * 100_000 / rows
            sys.stdout.write(f"{form:<10} {rows} rows {seconds:6.2f} s ({whole:.1f} s) {memory:6.0f} MB\n")


if __name__ == "__main__":
    main()
