"""A run of the loop over a project: the lock, the job's row, the models, the end.

Finished lineages are skipped by SQL, unfinished ones walk from their top with the call log answering
what is known; so a run that was cut short goes on by being run again. Knows neither how a run is
asked for nor how it is shown.
"""

from __future__ import annotations

import asyncio
import gc
import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from codeclm.errors import BudgetReached, CodecError, ProjectError
from codeclm.jobs.endpoints import open_models, probe, slots, warnings, width
from codeclm.jobs.lock import RUN, hold
from codeclm.jobs.order import Order, Setup, settle
from codeclm.jobs.retry import only_failed
from codeclm.jobs.stopping import Gate, Stopped, on_signal
from codeclm.jobs.work import Work
from codeclm.llm.client import Counts
from codeclm.store import Store, Writer
from codeclm.store.jobs import JobState

BEAT = 0.5
"""Seconds between two reports to the project."""
GRACE = 60.0
"""Seconds that requests in flight are given after a stop."""

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run came to. `seconds`: first request sent to last reply stored. `error`: what stopped it."""

    calls_sent: int
    calls_cached: int
    seconds: float
    failures: int
    error: CodecError | None = None

    @property
    def status(self) -> int:
        """The exit status of the contract."""
        if self.error is not None:
            return self.error.exit_status
        return 3 if self.failures else 0


def run(project: Path, order: Order, warn: Tell, show: Tell) -> Outcome:
    """Run to the end, or to where it must stop. `show` gets a line of progress twice a second.

    UsageError, ProjectError, BusyError: it did not begin. What stops it later is in the outcome.
    """
    with Store.open(project) as store, hold(project, RUN):
        setup = settle(store, order)
        if order.retry:
            setup = only_failed(store, setup, RUN)
        # A run makes few cycles and many objects: the usual collections cost a tenth of its time.
        gc.freeze()
        gc.set_threshold(50_000, 20, 50)
        with Writer(project) as writer:
            return asyncio.run(_Run(store, writer, setup, warn, show).go())


class _Run:
    def __init__(self, store: Store, writer: Writer, setup: Setup, warn: Tell, show: Tell) -> None:
        self.store, self.writer, self.setup = store, writer, setup
        self.warn, self.show = warn, show
        self.gate = Gate(setup.order.budget, setup.order.max_calls)
        self.work = Work(store, writer, setup, warn, self.stop)
        self.counts = Counts()
        self.trouble: CodecError | None = None

    async def go(self) -> Outcome:
        self.job = self.store.jobs.start(RUN, self.setup.order.as_dict(), os.getpid())
        self.main = asyncio.current_task()
        with on_signal(self.stop, self.abort):
            try:
                async with self._beating():
                    await self._work()
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

    async def _work(self) -> None:
        for line in warnings(self.setup):
            self.warn(line)
        if not self.work.anything():
            return
        room = await asyncio.to_thread(slots, self.setup)
        async with open_models(self.store, self.writer, self.setup, self.gate, room) as models:
            self.counts = models.counts
            await probe(self.store, self.writer, self.setup, models)
            await self.work.do(models, width(self.setup, room))

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
        self.show(self.work.progress.line(self.counts, self.gate.spent))
        if not self.gate.closed and self.store.jobs.stop_asked(self.job):
            self.stop()
        self.writer.submit(self._report)

    def _report(self, store: Store) -> None:
        store.jobs.beat(self.job, self.counts.sent, self.counts.cached)
        for stage, (done, wanted) in self.work.progress.steps().items():
            store.jobs.progress(self.job, stage, done, wanted)

    def _end(self) -> Outcome:
        try:
            self.writer.flush()
        except CodecError as error:
            # The first write that failed says why; those behind it may only have missed it.
            if self.trouble is None or isinstance(self.trouble, ProjectError):
                self.trouble = error
        seconds = time.time() - self.counts.first_sent if self.counts.sent else 0.0
        state, message = _state(self.trouble)
        with suppress(CodecError):
            self.writer.submit(self._report)
            self.writer.submit(lambda store: store.jobs.finish(self.job, state, message))
            self.writer.flush()
        failures = self.store.failures.count(self.setup.config.id)
        return Outcome(self.counts.sent, self.counts.cached, round(seconds, 3), failures, self.trouble)


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
