"""The life of a server process: take the lock, load, tell the address, watch, end in time.

It ends when no request came for a while, or when every process that uses it is gone. It knows an Engine
that answers requests, not llama.cpp; and no project, no prompt, no caller.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from filelock import Timeout

from codeclm.builtin.place import Place, Server

IDLE = 600.0
"""Seconds without a request after which a server ends."""

GRACE = 30.0
"""Seconds a server waits for a new user when the last is gone: the next command saves loading anew."""

_LOOKERS = 2.0
"""Seconds to wait for the lock: whoever looks whether a server lives holds it for a moment."""

LOG_LIMIT = 1_000_000
"""Bytes of log after which it starts over."""


class Engine(Protocol):
    """What answers the requests."""

    server: Server

    def work(self) -> tuple[object, bool]:
        """A mark that changes with every request, and whether one is being answered or waits."""
        ...


@dataclass
class Watch:
    """Decides when a server has no more reason to live. Times are seconds of any steady clock."""

    now: float
    idle: float = IDLE
    grace: float = GRACE
    _mark: object = None
    _worked: float = field(init=False)
    _alone: float | None = None

    def __post_init__(self) -> None:
        self._worked = self.now

    def verdict(self, now: float, mark: object, *, busy: bool, users: int) -> str:
        """Why to end, or "". `mark` changes with every request; `users` is how many processes live."""
        if busy or mark != self._mark:
            self._mark, self._worked = mark, now
        if users:
            self._alone = None
        elif self._alone is None:
            self._alone = now
        if busy:
            return ""
        if now - self._worked >= self.idle:
            return "idle"
        if self._alone is not None and now - self._alone >= self.grace:
            return "its users are gone"
        return ""


def serve(
    place: Place, load: Callable[[], Engine], *, idle: float = IDLE, grace: float = GRACE, tick: float = 1.0
) -> str:
    """Be the server of `place` until there is no reason to; tells why it ended.

    Never returns to a caller that goes on: the locks it holds end with the process.
    """
    lock = place.serving()
    try:
        lock.acquire(timeout=_LOOKERS)
    except Timeout:
        return "another serves"
    place.forget()
    engine = load()
    place.write(engine.server)
    watch = Watch(time.monotonic(), idle, grace)
    while True:
        time.sleep(tick)
        why = _verdict(place, engine, watch)
        if why and (why == "its folder is gone" or _may_end(place, engine, watch)):
            return why
        _bound_log(place)


def _verdict(place: Place, engine: Engine, watch: Watch) -> str:
    if not place.users.is_dir():
        return "its folder is gone"
    work, busy = engine.work()
    mark = (work, place.touched())
    return watch.verdict(time.monotonic(), mark, busy=busy, users=place.count_users())


def _may_end(place: Place, engine: Engine, watch: Watch) -> bool:
    """Look once more with the start lock held, and keep it until death: nobody is told a dying address."""
    starting = place.starting()
    try:
        starting.acquire(blocking=False)
    except Timeout:
        return False
    if not _verdict(place, engine, watch):
        starting.release()
        return False
    place.forget()
    return True


def _bound_log(place: Place) -> None:
    try:
        if place.log.stat().st_size > LOG_LIMIT:
            # The log is open for appending, so what follows starts at the new end.
            os.truncate(place.log, 0)
    except FileNotFoundError:
        return
