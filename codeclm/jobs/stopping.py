"""Stopping a run: no further request goes out, those in flight come back, and the run ends.

A stop comes as a signal to the process, or as a mark in the project; both close one gate. Knows
nothing of what the run does.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from codeclm.errors import BudgetReached
from codeclm.llm.budget import Budget

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stopped(BudgetReached):
    """The run was asked to stop; what is finished is kept."""

    exit_status = 130


class Gate(Budget):
    """A budget that lets nothing more out once it is closed."""

    closed = False

    def close(self) -> None:
        """From now on every new request is refused."""
        self.closed = True

    def reserve(self) -> float:
        """As a budget does; Stopped once the gate is closed."""
        if self.closed:
            raise Stopped("stopped; run again to go on")
        return super().reserve()


@contextmanager
def on_signal(first: Callable[[], None], again: Callable[[], None]) -> Iterator[None]:
    """Within, the first SIGINT or SIGTERM calls `first`, and any further one `again`."""
    calls = iter([first])
    loop = asyncio.get_running_loop()

    def heard() -> None:
        next(calls, again)()

    for number in SIGNALS:
        # Not every platform's loop takes signals, nor any that is not in the main thread.
        with suppress(NotImplementedError, RuntimeError, ValueError):
            loop.add_signal_handler(number, heard)
    try:
        yield
    finally:
        for number in SIGNALS:
            with suppress(NotImplementedError, RuntimeError, ValueError):
                loop.remove_signal_handler(number)
