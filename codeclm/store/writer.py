"""The background writer of a run: its own thread and connection, commits in batches.

What somebody waits for, as the call log for replies that were paid for, waits for at most 50 ms.
"""

from __future__ import annotations

import asyncio
import itertools
import queue
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self, TypeVar

from codeclm.errors import ProjectError
from codeclm.llm.model import Call, Reply
from codeclm.store.store import Store

T = TypeVar("T")

WINDOW = 0.05
"""Seconds that a write may wait for company before it is committed."""

PATIENT = 5
"""Windows that writes may wait while nobody waits for any: a commit takes as long as dozens of them, and the
log can make anew what they hold."""

MOST = 500
"""Writes in one commit: so many take about as long as a window."""

PATIENCE = 600.0
"""Seconds that it waits for another write, such as a large import: what was paid for hangs on it."""

TURN = 0.005
"""Seconds between two commits when there is much to write, for those who wait to write too."""


class _Write(NamedTuple):
    do: Callable[..., Any]
    future: Future[Any] | None = None
    """None: nobody waits, and `do` takes a list of items."""
    item: Any = None


class Writer:
    """Writes for threads that must not wait. What is submitted is written in order.

    A window's writes are gathered before the lock is taken, so that others get their turn.
    """

    def __init__(self, path: str | Path) -> None:
        self._queue: queue.SimpleQueue[_Write | None] = queue.SimpleQueue()
        self._error: BaseException | None = None
        self._closed = False
        self._hurry = threading.Event()
        self._last: Future[Any] | None = None
        """The newest that somebody waits for: when it is done, so are all before it."""
        self._submitted = self._written = 0
        started: Future[None] = Future()
        self._thread = threading.Thread(target=self._work, args=(Path(path), started), name="codeclm-writer")
        self._thread.start()
        started.result()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def submit(self, write: Callable[[Store], T]) -> Future[T]:
        """Queue a write; the future is done when it is committed. An error undoes this write alone."""
        future: Future[T] = Future()
        self._last = future
        self._add(_Write(write, future))
        return future

    def post(self, write: Callable[[Store, list[T]], object], item: T) -> None:
        """Queue an item that nobody waits for: `failed` and `flush` tell of its error.

        Items that come one behind the other for the same function are written by one call of it.
        """
        self._add(_Write(write, item=item))

    def _add(self, write: _Write) -> None:
        if self._closed:
            raise ProjectError("The writer is closed.")
        self._submitted += 1
        self._queue.put(write)

    @property
    def failed(self) -> BaseException | None:
        """The first error since the last flush."""
        return self._error

    @property
    def backlog(self) -> int:
        """How many writes are not committed yet: who makes them faster than they are written must wait."""
        return self._submitted - self._written

    def hurry(self) -> Future[None]:
        """Write what was submitted at once, without waiting for more; done when it is committed."""
        last = self.submit(_nothing)
        self._hurry.set()
        return last

    def flush(self) -> None:
        """Wait until all that was submitted is committed. Raises the first error since the last flush."""
        if not self._closed:
            self.hurry().exception()
        error, self._error = self._error, None
        if error is not None:
            raise error

    def close(self) -> None:
        """Flush, checkpoint, end the thread. Harmless twice."""
        if self._closed:
            return
        try:
            self.flush()
        finally:
            self._closed = True
            self._queue.put(None)
            self._thread.join()

    def _work(self, path: Path, started: Future[None]) -> None:
        try:
            store = Store.open(path)
            store.wait(PATIENCE)
        except BaseException as error:  # it is the opener's to handle
            started.set_exception(error)
            return
        started.set_result(None)
        with store:
            while batch := self._gather():
                self._commit(store, batch)
            try:
                store.checkpoint()
            except ProjectError as error:
                self._error = self._error or error

    def _gather(self) -> list[_Write]:
        """The writes of one window; none: it is time to end."""
        first = self._queue.get()
        if first is None:
            return []
        self._wait()
        batch = [first]
        while len(batch) < MOST and not self._queue.empty():
            item = self._queue.get()
            if item is None:
                self._queue.put(None)
                break
            batch.append(item)
        if self._queue.empty():
            self._hurry.clear()
        return batch

    def _wait(self) -> None:
        """Let writes come together."""
        if self._queue.qsize() >= MOST:
            self._hurry.wait(TURN)
            return
        for _ in range(PATIENT):
            if self._hurry.wait(WINDOW) or not (self._last is None or self._last.done()):
                return

    def _commit(self, store: Store, batch: list[_Write]) -> None:
        results: list[tuple[Any, BaseException | None]]
        try:
            with store.write():
                results = [(result, None) for result in _together(store, batch)]
        except Exception:  # one of them failed: again, each so that it can be undone alone
            results = _one_by_one(store, batch)
        self._written += len(batch)
        for write, (result, failed) in zip(batch, results, strict=True):
            if failed is not None:
                self._error = self._error or failed
            if write.future is None:
                continue
            if failed is None:
                write.future.set_result(result)
            else:
                write.future.set_exception(failed)


class RunLog:
    """llm.model.CallLog over a reader's connection and a writer: also answers what is not committed yet.

    Once it has answered, what the event loop reads in the same turn is of one state of the file: to look for
    a newer one each time would take longer than the reading. Where all is new none is held, as that would
    keep the write-ahead log from being emptied.
    """

    def __init__(self, store: Store, writer: Writer) -> None:
        self._store = store
        self._writer = writer
        self._waiting: dict[str, Reply] = {}
        self._committed: deque[str] = deque()
        """Keys of `_waiting` that a state read from now on holds."""
        self._held = ExitStack()
        self._holding = False

    def get(self, key: str) -> Reply | None:
        """The reply that answers this key, or None."""
        while self._committed and not self._holding:
            self._waiting.pop(self._committed.popleft(), None)
        if (waiting := self._waiting.get(key)) is not None:
            return waiting._replace(cached=True)
        found = self._store.calls.get(key)
        if found is not None and not self._holding:
            self._hold()
        return found

    def put(self, call: Call) -> None:
        """Keep a call; returns at once."""
        key = call.request.key
        if call.reply is not None and not call.error:
            self._waiting.setdefault(key, call.reply)
        future = self._writer.submit(lambda store: store.calls.put(call, key))
        future.add_done_callback(lambda _: self._committed.append(key))

    def _hold(self) -> None:
        """Read the file as it is now until the loop's next turn."""
        self._held.enter_context(self._store.read())
        self._holding = True
        asyncio.get_running_loop().call_soon(self._release)

    def _release(self) -> None:
        self._holding = False
        self._held.close()


def _nothing(store: Store) -> None:
    """What a flush waits for."""


def _together(store: Store, batch: list[_Write]) -> Iterator[Any]:
    """Do the writes of a batch in order, and give the result of each."""
    for _, group in itertools.groupby(batch, key=lambda write: write.future or write.do):
        writes = list(group)
        yield from [_do(store, writes)] * len(writes)


def _do(store: Store, writes: list[_Write]) -> Any:
    first = writes[0]
    return first.do(store) if first.future else first.do(store, [write.item for write in writes])


def _one_by_one(store: Store, batch: list[_Write]) -> list[tuple[Any, BaseException | None]]:
    try:
        with store.write():
            return [_attempt(store, write) for write in batch]
    except BaseException as error:  # nothing of the batch was kept, and each who waits is told
        return [(None, error)] * len(batch)


def _attempt(store: Store, write: _Write) -> tuple[Any, BaseException | None]:
    """A write's result or error. Raises where SQLite has given up the whole transaction."""
    try:
        with store.part():
            return _do(store, [write]), None
    except Exception as error:  # the error is its submitter's
        if not store.writing:
            raise
        return None, error
