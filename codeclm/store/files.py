"""Project files as files: whose one is, by its first bytes, and copies of it that are whole or not there."""

from __future__ import annotations

import contextlib
import struct
from pathlib import Path

from codeclm.errors import ProjectError
from codeclm.store.connection import Connection

APPLICATION_ID = 0x436F644C
"""Marks our files in SQLite's header ("CodL")."""


def check(path: Path, *, empty: bool) -> int:
    """The schema's number, from a file's first bytes. ProjectError: not a project; nothing is touched."""
    try:
        with path.open("rb") as file:
            head = file.read(100)
    except OSError as error:
        raise ProjectError(f"{path}: cannot be read: {(error.strerror or 'unknown').lower()}.") from None
    if not head and empty:
        return 0
    if len(head) < 100 or not head.startswith(b"SQLite format 3\0"):
        raise ProjectError(
            f"{path}: not a project file. Name another with --project, or import into a new one."
        )
    version: int
    version, application = struct.unpack(">I4xI", head[60:72])
    if application != APPLICATION_ID:
        raise ProjectError(
            f"{path}: a database of another program, not a project. Name another with --project."
        )
    return version


def back_up(db: Connection, path: Path) -> None:
    """A compact copy of the file at `path`, whole or not there."""
    partial = path.with_name(f"{path.name}.partial")
    with contextlib.suppress(FileNotFoundError):
        partial.unlink()
    try:
        db.execute("vacuum into ?", [str(partial)])
        partial.replace(path)
    except OSError as error:
        raise ProjectError(f"{path}: cannot be written: {(error.strerror or 'unknown').lower()}.") from None
    finally:
        with contextlib.suppress(FileNotFoundError):
            partial.unlink()
