"""Uploads that a job shall read: kept in a folder of our own under a harmless name, for a day.

A foreign name is never a path: only letters, digits and a few signs of it are left.
"""

from __future__ import annotations

import hashlib
import re
import time
from pathlib import Path

from codeclm import projects
from codeclm.ids import content_id

DAY = 86_400.0


def keep(name: str, content: bytes) -> Path:
    """Put an upload where the job finds it; the same upload is the same file."""
    folder = projects.folder() / ".uploads"
    folder.mkdir(exist_ok=True)
    _sweep(folder)
    place = folder / content_id("upload", name=name, content=hashlib.sha256(content).hexdigest())
    place.mkdir(exist_ok=True)
    path = place / harmless(name)
    if path.exists() and path.stat().st_size == len(content):
        path.touch()  # a page keeps its uploads each time it is drawn: the day begins again
    else:
        path.write_bytes(content)
    return path


def harmless(name: str) -> str:
    """What is left of a file's name when it may only be a name."""
    stem, dot, suffix = Path(name.replace("\\", "/")).name.rpartition(".")
    stem, suffix = (stem, suffix) if dot else (suffix, "txt")
    clean = re.sub(r"[^A-Za-z0-9._-]+", "-", stem).strip("-.")[:60]
    return f"{clean or 'file'}.{re.sub(r'[^a-z0-9]', '', suffix.lower())[:8] or 'txt'}"


def _sweep(folder: Path) -> None:
    for path in folder.glob("*/*"):
        if time.time() - path.stat().st_mtime > DAY:
            path.unlink(missing_ok=True)
            path.parent.rmdir()
