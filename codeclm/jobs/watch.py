"""A job from outside: how it stands, and whether a living process stands behind its row."""

from __future__ import annotations

from dataclasses import dataclass

from codeclm.jobs.lock import holder
from codeclm.store import Job, Store

LOST = "ended without a word"
"""It was killed, or memory was used up."""


@dataclass(frozen=True, slots=True)
class Watched:
    """A job's row, and whether its process lives."""

    job: Job
    alive: bool

    @property
    def state(self) -> str:
        """`running`, `stopping`, or how it ended: in its own word, or that it did not say."""
        if self.alive:
            return "stopping" if self.job.stop_asked else "running"
        return LOST if self.job.state == "running" else self.job.state


def running(store: Store, kind: str) -> bool:
    """Whether a job of this kind is going on now. The OS lock alone decides."""
    return holder(store.path, kind) is not None


def newest(store: Store, kind: str) -> Watched | None:
    """The newest job of a kind; None: there was none."""
    job = next(iter(store.jobs.page(kind, limit=1)), None)
    if job is None:
        return None
    held = holder(store.path, kind)
    return Watched(job, job.state == "running" and held is not None and held.pid in (0, job.pid))
