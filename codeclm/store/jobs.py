"""Rows about jobs: who runs, how far it is, whether it was asked to stop. The lock is the OS's, not here."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from typing import Any, Literal

from codeclm.store.connection import Connection, Row, Value, dump

JobState = Literal["running", "done", "stopped", "failed", "budget"]

_COLUMNS = "seq, kind, pid, command, started, heartbeat, state, message, finished, sent, cached, stop"


@dataclass(frozen=True, slots=True)
class Job:
    """A job as last told. Times are seconds since the epoch; `progress` is (done, total) by stage; `message`:
    how it ended, or while it runs what holds it up.
    """

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

    def __init__(self, db: Connection) -> None:
        self._db = db

    def start(self, kind: str, command: dict[str, Any], pid: int) -> int:
        """A new job, running from now: its id. Those of its kind still marked running are marked failed."""
        now = time.time()
        with self._db.write():
            self._db.execute(
                """update jobs set state = 'failed', finished = heartbeat,
                message = 'It ended without a word.' where kind = ? and state = 'running'""",
                [kind],
            )
            seq = self._db.insert(
                """insert into jobs (kind, pid, command, started, heartbeat, state)
                values (?, ?, ?, ?, ?, 'running')""",
                [kind, pid, dump(command), now, now],
            )
        assert seq is not None  # noqa: S101 - nothing there to conflict with
        return seq

    def beat(self, job: int, sent: int | None = None, cached: int | None = None, trouble: str = "") -> None:
        """It is alive; with the calls sent and answered from the cache so far, and what holds it up."""
        with self._db.write():
            self._db.execute(
                """update jobs set heartbeat = ?, sent = coalesce(?, sent), cached = coalesce(?, cached),
                message = ? where seq = ?""",
                [time.time(), sent, cached, trouble, job],
            )

    def progress(self, job: int, stage: str, done: int, total: int) -> None:
        """How far a stage is."""
        with self._db.write():
            self._db.execute(
                """insert into progress values (?, ?, ?, ?)
                on conflict (job, stage) do update set done = excluded.done, total = excluded.total""",
                [job, stage, done, total],
            )

    def finish(self, job: int, state: JobState, message: str = "") -> None:
        """It ended, with one line to say how."""
        now = time.time()
        with self._db.write():
            self._db.execute(
                """update jobs set state = ?, message = ?, finished = ?, heartbeat = ?,
                reached = (select max(seq) from instructions) where seq = ?""",
                [state, message, now, now, job],
            )

    def ask_stop(self, job: int) -> None:
        """Ask it to finish what is in flight and stop."""
        with self._db.write():
            self._db.execute("update jobs set stop = 1 where seq = ?", [job])

    def stop_asked(self, job: int) -> bool:
        """Whether it was asked to stop."""
        return bool(self._db.value("select stop from jobs where seq = ?", [job]))

    def get(self, job: int) -> Job | None:
        """A job."""
        return next(iter(self._jobs("where seq = ?", [job])), None)

    def current(self, kind: str) -> Job | None:
        """The newest job of a kind that is marked running. Whether it lives, its lock tells."""
        jobs = self._jobs("where kind = ? and state = 'running' order by seq desc limit 1", [kind])
        return next(iter(jobs), None)

    def page(self, kind: str | None = None, offset: int = 0, limit: int = 50) -> list[Job]:
        """Jobs, newest first, of every kind or of one."""
        return self._jobs(
            "where coalesce(?, kind) = kind order by seq desc limit ? offset ?", [kind, limit, offset]
        )

    def count(self) -> int:
        """How many jobs there were, of every kind."""
        number: int = self._db.value("select count(*) from jobs")
        return number

    def _jobs(self, where: str, values: list[Value]) -> list[Job]:
        return [self._job(row) for row in self._db.rows(f"select {_COLUMNS} from jobs {where}", values)]

    def _job(self, row: Row) -> Job:
        seq, kind, pid, command, *times, sent, cached, stop = row
        started, heartbeat, state, message, finished = times
        stages = self._db.rows("select stage, done, total from progress where job = ?", [seq])
        return Job(
            seq,
            kind,
            pid,
            json.loads(command),
            started,
            heartbeat,
            state,
            message,
            finished,
            sent,
            cached,
            bool(stop),
            {stage: (done, total) for stage, done, total in stages},
        )
