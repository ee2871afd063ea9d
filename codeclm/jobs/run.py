"""A run of the loop over a project: the lock, the models, the stages.

Finished lineages are skipped by SQL, unfinished ones walk from their top, past what is scored, with the
call log answering the rest of what is known; so a run that was cut short goes on by being run again.
Knows neither how a run is asked for nor how it is shown.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

from codeclm.garbage import seldom_collected
from codeclm.jobs.endpoints import open_models, probe, slots, warnings, width
from codeclm.jobs.lock import RUN, hold
from codeclm.jobs.order import Order, Setup, set_up
from codeclm.jobs.progress import Progress
from codeclm.jobs.retry import only_failed
from codeclm.jobs.shift import Ended, Shift
from codeclm.jobs.stopping import Gate
from codeclm.jobs.telling import Tell
from codeclm.jobs.work import Work
from codeclm.lab import unreachable
from codeclm.store import Store, Writer


def run(project: Path, order: Order, warn: Tell, show: Tell) -> Ended:
    """Run to the end, or to where it must stop. `show` gets a line of progress twice a second.

    UsageError, ProjectError, BusyError: it did not begin. What stops it later is in what is returned.
    """
    with Store.open(project) as store, hold(project, RUN):
        setup = set_up(store, order)
        if order.retry:
            setup = only_failed(store, setup, RUN)
        with Writer(project) as writer, seldom_collected():
            return asyncio.run(_run(store, writer, setup, warn, show))


async def _run(store: Store, writer: Writer, setup: Setup, warn: Tell, show: Tell) -> Ended:
    gate, progress = Gate(setup.order.budget, setup.order.max_calls), Progress(asked=setup.stages)
    shift = Shift(store, writer, gate, progress, show)
    work = Work(store, writer, setup, warn, shift.stop, progress)

    async def stages() -> None:
        told = unreachable(setup.dials.theta) if "judge" in setup.stages else ""
        for line in filter(None, (*warnings(setup), told)):
            warn(line)
        if not work.anything():
            return
        room = await asyncio.to_thread(slots, setup)
        async with open_models(store, writer, setup, gate, room) as models:
            shift.asked.append(models.counts)
            await probe(store, writer, setup, models)
            await work.do(models, width(setup, room))

    ended = await shift.go(RUN, {**setup.order.as_dict(), "config": setup.config.id}, stages)
    return replace(ended, failures=store.failures.count(setup.config.id))
