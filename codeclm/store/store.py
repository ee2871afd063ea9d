"""A project: one connection, with the rooms of the store as attributes."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Self

from codeclm.store.calls import Calls
from codeclm.store.connection import Connection
from codeclm.store.decisions import Decisions
from codeclm.store.failures import Failures
from codeclm.store.funnel import Funnel
from codeclm.store.jobs import Jobs
from codeclm.store.lineages import Lineages
from codeclm.store.metadata import MetadataRoom
from codeclm.store.pairs import Pairs
from codeclm.store.seeds import Seeds
from codeclm.store.settings import Settings


class Store:
    """One open project. Use it in the thread that opened it; pages open, use and close."""

    path: Path
    settings: Settings
    seeds: Seeds
    metadata: MetadataRoom
    lineages: Lineages
    pairs: Pairs
    decisions: Decisions
    calls: Calls
    failures: Failures
    jobs: Jobs

    def __init__(self, db: Connection) -> None:
        raise NotImplementedError

    @classmethod
    def open(cls, path: str | Path, *, create: bool = False, readonly: bool = False) -> Self:
        """Open a project, migrating an older one after a backup; `create` makes it (and its folder) at need.

        ProjectError: missing, not a project, newer, damaged, or not writable as asked.
        """
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection. Harmless twice."""

    def write(self) -> AbstractContextManager[None]:
        """A transaction, committed once at the outermost end, rolled back on any error. Re-entrant.

        Every method that writes opens one itself; use this to make several writes one.
        """
        raise NotImplementedError

    def read(self) -> AbstractContextManager[None]:
        """A snapshot: everything read inside sees one state of the file, whatever others commit."""
        raise NotImplementedError

    def revision(self) -> int:
        """A number that differs after each committed write by any process: a key for caches."""
        raise NotImplementedError

    def copy(self, path: str | Path) -> None:
        """Write a consistent, compact copy to `path`, also while a run goes on. ProjectError: it exists."""
        raise NotImplementedError

    def checkpoint(self) -> None:
        """Move the write-ahead log into the file, as far as readers allow."""
        raise NotImplementedError

    def funnel(self, config: str | None, theta: float, cap: int) -> Funnel:
        """The counts of `status` under a config (None: none is in use yet, so only imported results)."""
        raise NotImplementedError
