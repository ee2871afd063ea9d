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

    def __init__(self, max_usd: float | None = None, max_calls: int | None = None) -> None:
        super().__init__(max_usd, max_calls)
        self._why: Exception | None = None

    def close(self, why: Exception | None = None) -> None:
        """From now on every new request is refused, for this reason (Stopped, where none is given)."""
        self._why = self._why or why or Stopped("stopped; run again to go on")

    @property
    def closed(self) -> bool:
        """Whether requests are refused."""
        return self._why is not None

    def reserve(self) -> float:
        """As a budget does."""
        if self._why is not None:
            raise self._why
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
