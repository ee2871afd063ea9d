"""A project: one connection, with the rooms of the store as attributes."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Self

from codeclm.errors import ProjectError
from codeclm.store import files, funnel, schema
from codeclm.store.calls import Calls
from codeclm.store.configs import Configs
from codeclm.store.connection import BUSY_SECONDS, Connection
from codeclm.store.coverage import Coverage
from codeclm.store.decisions import Decisions
from codeclm.store.evaluations import Evaluations
from codeclm.store.failures import Failures
from codeclm.store.flags import Flags
from codeclm.store.funnel import Funnel, NodeCounts
from codeclm.store.jobs import Jobs
from codeclm.store.lineages import Lineages
from codeclm.store.maps import Maps
from codeclm.store.metadata import MetadataRoom
from codeclm.store.nodes import Nodes
from codeclm.store.pairs import Pairs
from codeclm.store.relabels import Relabels
from codeclm.store.scores import ScoreSheet
from codeclm.store.seeds import Seeds
from codeclm.store.selections import Selections
from codeclm.store.settings import Settings
from codeclm.store.studio import Studio
from codeclm.store.texts import Texts
from codeclm.store.vectors import Vectors
from codeclm.store.wishes import Wishes


class Store:
    """One open project. Use it in the thread that opened it; pages open, use and close."""

    def __init__(self, db: Connection) -> None:
        self._db = db
        configs, texts = Configs(db), Texts(db)
        nodes = Nodes(db, configs)
        self.path = db.path
        self.settings = Settings(db, configs)
        self.seeds = Seeds(db, configs)
        self.failures = Failures(db, configs, texts)
        self.metadata = MetadataRoom(db)
        self.lineages = Lineages(db, configs, texts, nodes)
        self.studio = Studio(db, configs, nodes)
        self.pairs = Pairs(db, configs, texts)
        self.scores = ScoreSheet(db, configs)
        self.decisions = Decisions(db, configs, nodes)
        self.flags = Flags(db)
        self.calls = Calls(db, texts)
        self.jobs = Jobs(db)
        self.vectors = Vectors(db)
        self.maps = Maps(db, configs)
        self.selections = Selections(db)
        self.wishes = Wishes(db, configs)
        self.coverage = Coverage(db)
        self.relabels = Relabels(db, self.metadata)
        self.evaluations = Evaluations(db, texts)
        self._configs = configs

    @classmethod
    def open(cls, path: str | Path, *, create: bool = False, readonly: bool = False) -> Self:
        """Open a project, migrating an older one after a backup; `create` makes it (and its folder) at need.

        ProjectError: missing, not a project, newer, damaged, or not writable as asked.
        """
        path = Path(path)
        if path.exists() and not path.is_file():
            kind = "a folder" if path.is_dir() else "a device or pipe"
            raise ProjectError(f"{path}: {kind}, not a project file. Name a file with --project.")
        if path.exists():
            schema.refuse_newer(path, files.check(path, empty=create))
        elif not create:
            raise ProjectError(f"{path}: no such project. Import seeds to make one, or check the path.")
        else:
            _make_folder(path.parent)
        db = Connection(path, "ro" if readonly else "rwc" if create else "rw")
        try:
            schema.prepare(db, readonly=readonly)
        except BaseException:
            db.close()
            raise
        return cls(db)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection. Harmless twice."""
        self._db.close()

    def wait(self, seconds: float) -> None:
        """How long a write waits for another process's from now on."""
        self._db.wait(seconds)

    def write(self) -> AbstractContextManager[None]:
        """A transaction, committed once at the outermost end, rolled back on any error. Re-entrant.

        Every method that writes opens one itself; use this to make several writes one.
        """
        return self._db.write()

    def part(self) -> AbstractContextManager[None]:
        """A part of a `write` that is undone alone where it fails."""
        return self._db.part()

    @property
    def writing(self) -> bool:
        """Whether a transaction is open: an error of the disk ends one."""
        return self._db.raw.in_transaction

    def read(self) -> AbstractContextManager[None]:
        """A snapshot: everything read inside sees one state of the file, whatever others commit."""
        return self._db.read()

    def revision(self) -> int:
        """A number that differs after each committed write by any process: a key for caches."""
        number: int = self._db.value("select number from revision")
        return number

    def born(self) -> str:
        """When the file was made: tells it from another that had its path before."""
        return self._db.born()

    def scored(self) -> str:
        """A mark that differs once nodes, scores, calls, failures or labels do: a plain decision leaves it
        as it is, so that what is read under it lasts through a review."""
        return f"{self.written()} {self.metadata.revised()}"

    def written(self) -> str:
        """A mark as `scored`, which an edit of labels leaves as it is."""
        tables = ("comparisons", "calls", "configs")
        numbers = [self._db.value(f"select max(seq) from {name}") for name in tables]
        open_ = self._db.value("select count(*) from failures where open")
        nodes = self._db.row("select count(*), total(instruction) from nodes") or (0, 0)
        counted = " ".join(f"{number or 0:.0f}" for number in (*numbers, open_, *nodes))
        return f"{self._db.born()} {counted}"

    def copy(self, path: str | Path) -> None:
        """Write a consistent, compact copy to `path`, also while a run goes on. ProjectError: it exists,
        or the log of a project that is gone lies beside it.
        """
        path = Path(path)
        files.check_free(path)
        _make_folder(path.parent)
        files.back_up(self._db, path)

    def checkpoint(self) -> None:
        """Move the write-ahead log into the file, as far as readers allow. Nobody waits for it long."""
        self._db.execute("pragma busy_timeout = 250")
        try:
            self._db.execute("pragma main.wal_checkpoint(truncate)")
        finally:
            self._db.execute(f"pragma busy_timeout = {BUSY_SECONDS * 1000:.0f}")

    def node_counts(
        self, config: str | None, theta: float, cap: int, before: NodeCounts | None = None
    ) -> NodeCounts:
        """The part of `funnel` that holds as long as `scored` does, and as metadata and seeds are in use that
        were; quick with one of the same `written`.
        """
        return funnel.node_counts(self._db, self._configs.find(config), theta, cap, before)

    def funnel(self, config: str | None, theta: float, cap: int, nodes: NodeCounts | None = None) -> Funnel:
        """The counts of `status` under a config (None: none is in use yet, so only imported results).

        `nodes`: where they are counted already.
        """
        with self.read():
            spent = self.calls.spend()["all"]
            counted = nodes or self.node_counts(config, theta, cap)
            return funnel.count(self._db, self._configs.find(config), theta, counted, spent)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = (error.strerror or "unknown").lower()
        raise ProjectError(f"{folder}: the folder cannot be made: {reason}.") from None
