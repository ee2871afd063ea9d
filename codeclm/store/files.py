"""Project files as files: whose one is, by its first bytes, and copies of it that are whole or not there."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from codeclm.errors import ProjectError
from codeclm.store.connection import Connection

APPLICATION_ID = 0x436F644C
"""Marks our files in SQLite's header ("CodL")."""

BESIDE = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside an open file, by the ends of its names."""

_SMALLEST = 512
"""Bytes of the smallest page, and so of the smallest database."""


def check(path: Path, *, empty: bool) -> int:
    """The schema's number, from a file's header. ProjectError: not a project; nothing is touched.

    It is read by SQLite and never by a file of our own: closing one would take away every lock that this
    process has on the project, whereupon another process deletes the write-ahead log under its hands.
    """
    try:
        if not path.stat().st_size and empty:
            return 0
        with closing(_look(path)) as look:
            (application,) = look.execute("pragma application_id").fetchone()
            (version,) = look.execute("pragma user_version").fetchone()
    except OSError as error:
        raise ProjectError(f"{path}: cannot be read: {(error.strerror or 'unknown').lower()}.") from None
    except sqlite3.OperationalError:
        raise ProjectError(f"{path}: cannot be read. Check that it and its folder may be read.") from None
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorname != "SQLITE_NOTADB":
            # A checkpoint may be under way, or have failed on a full disk: with the log it is whole.
            return 0
        application, version = None, 0
    if application is None or path.stat().st_size < _SMALLEST:
        raise ProjectError(
            f"{path}: not a project file. Name another with --project, or import into a new one."
        )
    if application != APPLICATION_ID:
        raise ProjectError(
            f"{path}: a database of another program, not a project. Name another with --project."
        )
    return int(version)


def _look(path: Path) -> sqlite3.Connection:
    """Reads the file alone: without locks, and without the write-ahead log beside it."""
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)


def left(path: Path) -> Path | None:
    """What lies beside a file that is not there: the log of one that was, which SQLite would read into a new
    one of that name. None: nothing does."""
    logs = (path.with_name(f"{path.name}{end}") for end in BESIDE if end != "-shm")
    return next((log for log in logs if log.exists()), None)


def check_free(path: Path) -> None:
    """ProjectError: a project cannot be put there, as something is, or the log of one that was."""
    try:
        there, log = path.exists(), left(path)
    except OSError as error:
        raise ProjectError(_unwritable(path, error)) from None
    if there:
        raise ProjectError(f"{path}: exists already. Name a new file.")
    if log:
        raise ProjectError(
            f"{log}: was left by a project that is gone, and would spoil another. Move it away, or name "
            "a new file."
        )


def back_up(db: Connection, path: Path, version: int | None = None) -> None:
    """A compact copy of the file at `path`, whole or not there. ProjectError: it cannot be written, or a copy
    that is of no `version` finds something there.

    `version`: of the schema that is to be kept. Where the file has another by now, whoever brought it up has
    made a copy, which stays.
    """
    try:
        with TemporaryDirectory(prefix=f".{path.name[:40]}.", suffix=".part", dir=path.parent) as place:
            whole = Path(place) / "whole.db"
            db.execute("vacuum into ?", [str(whole)])
            if version is None:
                check_free(path)
            if version in (None, check(whole, empty=False)):
                whole.replace(path)
    except OSError as error:
        raise ProjectError(_unwritable(path, error)) from None


def _unwritable(path: Path, error: OSError) -> str:
    return f"{path}: cannot be written: {(error.strerror or 'unknown').lower()}."
