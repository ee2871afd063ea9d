"""Runs of the loop as processes of their own, and the endpoint they ask, for benchmarks."""

from __future__ import annotations

import contextlib
import json
import os
import re
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from codeclm.records import Seed
from codeclm.store import Store

ROOT = Path(__file__).parents[2]
ROLES = ("strong", "target", "judge")


@dataclass(frozen=True)
class Ran:
    """A run as a process: what it said, CPU and wall seconds, most megabytes, seconds to its first call."""

    told: dict[str, Any]
    cpu: float
    wall: float
    memory: float
    startup: float

    @property
    def rate(self) -> float:
        """Calls a second, from first request sent to last reply stored."""
        return float(self.told["calls_sent"] / self.told["seconds"])


@contextlib.contextmanager
def endpoint(latency: float, *more: str) -> Iterator[str]:
    """A scripted endpoint, whose answers are as long as real ones; gives its URL."""
    command = [sys.executable, "-m", "tests.bench.serve", "--latency", str(latency), *more]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            yield server.stdout.readline().strip()
        finally:
            server.terminate()


def project(path: Path, seeds: int) -> Path:
    """A project with seeds alone."""
    with Store.open(path, create=True) as store:
        store.seeds.add(
            Seed(f"Explain thing number {number}, and why it matters.") for number in range(seeds)
        )
    return path


@contextlib.contextmanager
def started(path: Path, url: str, width: int) -> Iterator[subprocess.Popen[bytes]]:
    """A run that is going on."""
    words = [word for role in ROLES for word in (f"--{role}-url", url, f"--{role}-model", role)]
    command = [sys.executable, "-m", "codeclm", "--project", str(path), "run", "--json", "--quiet", *words]
    with subprocess.Popen(
        [*command, "--concurrency", str(width)], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        try:
            yield process
        finally:
            process.terminate()


def run(path: Path, url: str, width: int) -> Ran:
    """A run to its end."""
    begun, memory = time.time(), 0.0
    with started(path, url, width) as process:
        assert process.stdout is not None
        while not select.select([process.stdout], [], [], 0.2)[0]:
            memory = max(memory, _memory(process.pid))
        told = json.loads(process.stdout.read())
        _, _, used = os.wait4(process.pid, 0)
        process.returncode = 0
        wall = time.time() - begun
    with Store.open(path, readonly=True) as store:
        first = store._db.value("select min(started) from calls where started >= ?", [begun * 1000])
    startup = (first or 0) / 1000 - begun
    return Ran(told, used.ru_utime + used.ru_stime, wall, memory, startup)


def _memory(process: int) -> float:
    """Megabytes at most so far. The usage of a process that ended would count its parent's too."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0.0
    found = re.search(r"VmHWM:\s+(\d+)", status)
    return int(found[1]) / 1024 if found else 0.0


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
