"""The background writer of a run: its own thread and connection, commits in batches of at most 50 ms."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from codeclm.llm.model import Call, Reply
from codeclm.store.store import Store

T = TypeVar("T")


class Writer:
    """Writes for threads that must not wait. What is submitted is written in order."""

    def __init__(self, path: str | Path) -> None:
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def submit(self, write: Callable[[Store], T]) -> Future[T]:
        """Queue a write; the future is done when it is committed. An error undoes this write alone."""
        raise NotImplementedError

    def flush(self) -> None:
        """Wait until all that was submitted is committed. Raises the first error since the last flush."""

    def close(self) -> None:
        """Flush, checkpoint, end the thread. Harmless twice."""


class RunLog:
    """llm.model.CallLog over a reader's connection and a writer: also answers what is not committed yet."""

    def __init__(self, store: Store, writer: Writer) -> None:
        raise NotImplementedError

    def get(self, key: str) -> Reply | None:
        """The reply that answers this key, or None."""
        raise NotImplementedError

    def put(self, call: Call) -> None:
        """Keep a call; returns at once."""
        raise NotImplementedError
