"""What SQLite refuses, and values that are none, told in one line with what to do. Knows no table."""

from __future__ import annotations

import shutil
import sqlite3
import traceback
from contextlib import suppress
from pathlib import Path

ROOM = 2**16
"""Bytes of a disk; one with less room is full."""

REFUSED = (sqlite3.Error, UnicodeError, OverflowError)
"""What SQLite raises where it cannot do what it was asked."""

_MISREAD = (AttributeError, LookupError, TypeError, ValueError)
"""What comes of a value that is not of the kind that is written there."""
_STORE = Path(__file__).parent


def explain(error: Exception, path: Path) -> str:
    """What went wrong with a project file, in one line, with what to do."""
    if isinstance(error, UnicodeEncodeError):
        return (
            f"{path}: a text holds half a character (a lone surrogate); nothing was written. Clean the text."
        )
    damaged = isinstance(error, UnicodeDecodeError)  # a text, or what SQLite quotes of it, is none
    name = "SQLITE_CORRUPT" if damaged else getattr(error, "sqlite_errorname", "") or ""
    if name.startswith("SQLITE_IOERR") and _full(path.parent):
        name = "SQLITE_FULL"
    for prefix, text in _EXPLANATIONS.items():
        if name.startswith(prefix):
            return f"{path}: {text}"
    return f"{path}: {' '.join(str(error).split()) or type(error).__name__}"


def advice(error: Exception) -> str:
    """What to do about an error nobody foresaw, where a value of a project seems to be of a wrong kind.

    Empty where it arose elsewhere than in the rooms that read a project.
    """
    files = (Path(frame.f_code.co_filename) for frame, _ in traceback.walk_tb(error.__traceback__))
    ours = [file for file in files if _STORE.parent in file.parents]
    if isinstance(error, _MISREAD) and ours and _STORE in ours[-1].parents:
        return "the project file may be damaged: put back a copy or a backup"
    return ""


def _full(folder: Path) -> bool:
    """Whether there is no room even for what SQLite keeps beside an open file, whose want it tells badly."""
    with suppress(OSError):
        return shutil.disk_usage(folder).free < ROOM
    return False


_EXPLANATIONS = {
    "SQLITE_FULL": "the disk is full; what was committed is safe. Make room and run again.",
    "SQLITE_READONLY": "the file or its folder is read-only. Make both writable, or work on a copy.",
    "SQLITE_BUSY": "another program holds the file locked. Close it, or try again in a moment.",
    "SQLITE_NOTADB": "not a project file (not a SQLite database). Name another with --project.",
    "SQLITE_CORRUPT": "the file is damaged. Put back a copy or a backup.",
    "SQLITE_CANTOPEN": "cannot be opened. Check that the file and its folder exist and may be written.",
    "SQLITE_IOERR": "the disk failed to read or write; what was committed is safe. Check it and run again.",
    "SQLITE_CONSTRAINT": "a record refers to one that is not in the project; nothing was written.",
    "SQLITE_TOOBIG": "a text is too large to be kept or read; nothing was written.",
}
