"""A job at work, of whatever kind: its row in the project, its beat, its stop, its end.

Knows nothing of what the job does but how far it is and whom it asked.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections import ChainMap
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, Protocol

from codeclm.errors import BudgetReached, CodecError, ProjectError
from codeclm.jobs.stopping import Gate, Stopped, on_signal
from codeclm.jobs.telling import Tell
from codeclm.llm.client import Counts
from codeclm.store import Store, Writer
from codeclm.store.jobs import JobState

BEAT = 0.5
"""Seconds between two reports to the project."""
GRACE = 60.0
"""Seconds that requests in flight are given after a stop."""


class Told(Protocol):
    """How far a job is."""

    def steps(self) -> Mapping[str, tuple[int, int]]:
        """Done and wanted by stage."""
        ...

    def line(self, counts: Counts, spent: float) -> str:
        """The same for a person."""
        ...


@dataclass(frozen=True, slots=True)
class Ended:
    """What a job came to. `seconds`: first request sent to last reply stored. `error`: what stopped it.

    `failures`: of a run, the steps that gave nothing, as recorded in the project.
    """

    calls_sent: int
    calls_cached: int
    seconds: float
    error: CodecError | None = None
    failures: int = 0

    @property
    def status(self) -> int:
        """The exit status of the contract."""
        if self.error is not None:
            return self.error.exit_status
        return 3 if self.failures else 0


class Shift:
    """One job, from its row's start to its finish. `progress` is read twice a second."""

    def __init__(self, store: Store, writer: Writer, gate: Gate, progress: Told, show: Tell) -> None:
        self.store, self.writer, self.gate = store, writer, gate
        self.progress, self.show = progress, show
        self.asked: list[Counts] = []
        """The counts of every model that was asked."""
        self.trouble: CodecError | None = None

    async def go(self, kind: str, command: Mapping[str, Any], work: Callable[[], Awaitable[None]]) -> Ended:
        """Do the work; what stops it is in what is returned."""
        self.job = self.store.jobs.start(kind, dict(command), os.getpid())
        self.main = asyncio.current_task()
        self.writer.submit(self._sign)
        with on_signal(self.stop, self.abort):
            try:
                async with self._beating():
                    await work()
            except CodecError as error:
                self.trouble = self.trouble or error
            except asyncio.CancelledError:
                self.trouble = self.trouble or Stopped("stopped at once; run again to go on")
        return self._end()

    def stop(self, why: CodecError | None = None) -> None:
        """Send nothing more, and give what is in flight some time to come back."""
        self.trouble = self.trouble or why or Stopped("stopped; run again to go on")
        self.gate.close()
        asyncio.get_running_loop().call_later(GRACE, self.abort)

    def abort(self) -> None:
        """End now, whatever is in flight."""
        if self.main is not None:
            self.main.cancel()

    @property
    def counts(self) -> Counts:
        """What was asked in all."""
        return Counts(
            sent=sum(each.sent for each in self.asked),
            cached=sum(each.cached for each in self.asked),
            first_sent=min((each.first_sent for each in self.asked if each.sent), default=0.0),
            troubles=dict(ChainMap(*(each.troubles for each in self.asked))),
        )

    @asynccontextmanager
    async def _beating(self) -> AsyncIterator[None]:
        async def beat() -> None:
            while True:
                await asyncio.sleep(BEAT)
                self._beat()

        beating = asyncio.create_task(beat())
        try:
            yield
        finally:
            beating.cancel()
            with suppress(asyncio.CancelledError):
                await beating

    def _beat(self) -> None:
        """Tell how far it is, and hear whether it shall stop."""
        self.show(self.progress.line(self.counts, self.gate.spent))
        if not self.gate.closed and self.store.jobs.stop_asked(self.job):
            self.stop()
        self.writer.submit(self._report)

    def _sign(self, store: Store) -> None:
        store.calls.job = self.job

    def _report(self, store: Store) -> None:
        counts = self.counts
        store.jobs.beat(self.job, counts.sent, counts.cached, "; ".join(counts.troubles.values()))
        for stage, (done, wanted) in self.progress.steps().items():
            store.jobs.progress(self.job, stage, done, wanted)

    def _end(self) -> Ended:
        try:
            self.writer.flush()
        except CodecError as error:
            # The first write that failed says why; those behind it may only have missed it.
            if self.trouble is None or isinstance(self.trouble, ProjectError):
                self.trouble = error
        counts = self.counts
        seconds = time.time() - counts.first_sent if counts.sent else 0.0
        state, message = _state(self.trouble)
        with suppress(CodecError):
            self.writer.submit(self._report)
            self.writer.submit(lambda store: store.jobs.finish(self.job, state, message))
            self.writer.flush()
        return Ended(counts.sent, counts.cached, round(seconds, 3), self.trouble)


def _state(trouble: CodecError | None) -> tuple[JobState, str]:
    match trouble:
        case None:
            return "done", ""
        case Stopped():
            return "stopped", str(trouble)
        case BudgetReached():
            return "budget", str(trouble)
        case _:
            return "failed", str(trouble)
