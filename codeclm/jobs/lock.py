"""Who holds a project: one OS lock for each kind of job, given back by the kernel when its holder dies.

Who the holder is stands in the lock file, for messages only; the lock itself decides. Nothing here
knows what a job does or how it is shown.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from codeclm.errors import BusyError, ProjectError

RUN = "run"
"""The kind of job that runs the loop."""
EVALUATE = "evaluate"
"""The kind that compares candidates with the strong model."""
PATIENCE = 0.5
"""Seconds to wait for the lock: long enough for somebody who only looks whether it is held."""

_GLANCE = 0.01
"""Seconds in which somebody who only looks has done so."""


@dataclass(frozen=True, slots=True)
class Holder:
    """The process that holds a project; `since` in seconds since the epoch. pid 0: it has not said yet."""

    pid: int
    since: float

    def __str__(self) -> str:
        if not self.pid:
            return "another process"
        return f"process {self.pid}, since {time.strftime('%Y-%m-%d %H:%M:%S', time.localtime(self.since))}"


def lock_path(project: Path, kind: str) -> Path:
    """The lock's file, beside the project; the same whichever link leads to it."""
    whole = project.resolve()
    return whole.with_name(f"{whole.name}.{kind}.lock")


@contextmanager
def hold(project: Path, kind: str) -> Iterator[None]:
    """Hold the project for a job of this kind. BusyError says who does already."""
    path = lock_path(project, kind)
    lock = FileLock(path, timeout=PATIENCE, on_acquired=_sign)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout:
        raise BusyError(
            f"{project}: a {kind} is going on already ({_read(path)}); wait for it, or stop it first"
        ) from None
    except OSError as error:
        raise ProjectError(
            f"{project}: cannot write beside it ({error.strerror}); choose another folder"
        ) from None
    try:
        yield
    finally:
        lock.release()


def kinds(project: Path) -> list[str]:
    """The kinds of job that ever held the project, by name."""
    before, after = lock_path(project, "*").name.split("*", 1)
    names = [path.name for path in lock_path(project, "*").parent.iterdir()]
    return sorted(
        name[len(before) : -len(after)] for name in names if name.startswith(before) and name.endswith(after)
    )


def holder(project: Path, kind: str) -> Holder | None:
    """Who holds the project for a job of this kind now; None: nobody."""
    path = lock_path(project, kind)
    if not path.exists():
        return None
    lock = FileLock(path, timeout=_GLANCE)
    try:
        # Somebody else who only looks holds it too, for an instant.
        lock.acquire(poll_interval=_GLANCE / 2)
    except Timeout:
        return _read(path)
    except OSError:
        return None
    lock.release()
    return None


def _sign(descriptor: int) -> None:
    note = json.dumps({"pid": os.getpid(), "since": round(time.time(), 3)}).encode()
    os.ftruncate(descriptor, 0)
    os.lseek(descriptor, 0, os.SEEK_SET)
    os.write(descriptor, note)


def _read(path: Path) -> Holder:
    try:
        note = json.loads(path.read_text("utf-8"))
        return Holder(int(note["pid"]), float(note["since"]))
    except (OSError, ValueError, KeyError, TypeError):
        return Holder(0, 0.0)
