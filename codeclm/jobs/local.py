"""A job that asks no endpoint: its row, from its start to however it ends, and how far its embedding is."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from codeclm.errors import CodecError
from codeclm.jobs.stopping import Stopped
from codeclm.jobs.telling import Tell
from codeclm.store import Store


class Local:
    """How far the job is, for the project and for a person; hears whether it shall stop."""

    def __init__(self, store: Store, job: int, show: Tell, stopped: str) -> None:
        self._store, self._job, self._show, self._stopped = store, job, show, stopped

    def embedding(self, done: int, total: int) -> None:
        """So many new texts are embedded. Stopped: no more shall be."""
        self.step("embed", done, total, f"embedding {done}/{total}")
        self._store.jobs.beat(self._job)
        if self._store.jobs.stop_asked(self._job):
            raise Stopped(self._stopped)

    def step(self, name: str, done: int, total: int, said: str = "") -> None:
        """How far a part of the work is; what is said of it."""
        self._store.jobs.progress(self._job, name, done, total)
        if said:
            self._show(said)


@contextmanager
def local(store: Store, kind: str, command: Mapping[str, Any], show: Tell, stopped: str) -> Iterator[Local]:
    """Keep the job's row while it is at work. `stopped`: what is said where it was to stop."""
    job = store.jobs.start(kind, dict(command), os.getpid())
    try:
        yield Local(store, job, show, stopped)
    except (Stopped, KeyboardInterrupt):
        store.jobs.finish(job, "stopped", stopped)
        raise
    except CodecError as error:
        store.jobs.finish(job, "failed", str(error))
        raise
    store.jobs.finish(job, "done")
