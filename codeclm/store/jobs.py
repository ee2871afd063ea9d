"""Rows about jobs: who runs, how far it is, whether it was asked to stop. The lock is not here: it is the OS's."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

JobState = Literal["running", "done", "stopped", "failed", "budget"]


@dataclass(frozen=True, slots=True)
class Job:
    """A job as last told. Times are seconds since the epoch; `progress` is (done, total) by stage."""

    id: int
    kind: str
    pid: int
    command: dict[str, Any]
    started: float
    heartbeat: float
    state: JobState
    message: str = ""
    finished: float | None = None
    calls_sent: int = 0
    calls_cached: int = 0
    stop_asked: bool = False
    progress: dict[str, tuple[int, int]] = field(default_factory=dict)


class Jobs:
    """The jobs of a project, of every kind."""

    def start(self, kind: str, command: dict[str, Any], pid: int) -> int:
        """A new job, running from now: its id. Jobs of this kind still marked running are marked failed."""
        raise NotImplementedError

    def beat(self, id: int, sent: int | None = None, cached: int | None = None) -> None:
        """It is alive; with the calls sent and answered from the cache so far."""
        raise NotImplementedError

    def progress(self, id: int, stage: str, done: int, total: int) -> None:
        """How far a stage is."""
        raise NotImplementedError

    def finish(self, id: int, state: JobState, message: str = "") -> None:
        """It ended, with one line to say how."""
        raise NotImplementedError

    def ask_stop(self, id: int) -> None:
        """Ask it to finish what is in flight and stop."""
        raise NotImplementedError

    def stop_asked(self, id: int) -> bool:
        """Whether it was asked to stop."""
        raise NotImplementedError

    def get(self, id: int) -> Job | None:
        """A job."""
        raise NotImplementedError

    def current(self, kind: str) -> Job | None:
        """The newest job of a kind that is marked running. Whether it lives, its lock tells."""
        raise NotImplementedError

    def recent(self, n: int = 20) -> list[Job]:
        """The newest jobs of every kind, newest first."""
        raise NotImplementedError
