"""What a person confirmed on this machine: short lists, in the user's own configuration folder.

A project file from someone else may name any address and any model. What could do harm with them asks
here first. Knows neither addresses nor models: each list belongs to whoever names it.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import platformdirs

from codeclm.errors import UsageError

FOLDER = "CODECLM_CONFIG_DIR"
"""The environment variable that moves the configuration folder."""


def listed(name: str) -> list[str]:
    """What is confirmed, in order. A list that cannot be read confirms nothing."""
    try:
        entries = json.loads(_file(name).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    return sorted(str(entry) for entry in entries) if isinstance(entries, list) else []


def add(name: str, entry: str) -> None:
    """Confirm an entry, for good. UsageError: the list cannot be written."""
    _write(name, sorted({*listed(name), entry}))


def remove(name: str, entry: str | None) -> None:
    """Take an entry off the list. UsageError: the list cannot be written."""
    _write(name, [other for other in listed(name) if other != entry])


def _file(name: str) -> Path:
    folder = os.environ.get(FOLDER) or platformdirs.user_config_dir("codeclm", appauthor=False)
    return Path(folder) / f"{name}.json"


def _write(name: str, entries: list[str]) -> None:
    path = _file(name)
    new = path.with_suffix(f".{os.getpid()}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            json.dump(entries, out, indent=1)
        new.replace(path)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise UsageError(f"{path}: cannot be written ({reason}); set ${FOLDER} to another folder") from None
