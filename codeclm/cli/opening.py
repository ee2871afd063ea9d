"""Which project a command means, opening it, and which of its configs is looked at."""

from __future__ import annotations

import os
from argparse import Namespace
from pathlib import Path

from codeclm.errors import ProjectError, UsageError
from codeclm.records import IMPORTED
from codeclm.store import Store

DEFAULT = "default.db"


def project_path(args: Namespace) -> Path:
    """--project, else $CODECLM_PROJECT, else default.db among the user's projects."""
    given = args.project or os.environ.get("CODECLM_PROJECT")
    return Path(given).expanduser() if given else _default()


def open_project(args: Namespace, create: bool = False, readonly: bool = False) -> Store:
    """The project of a command. One that was named must be there, unless the command may make it."""
    path = project_path(args)
    if path.exists() or create:
        return Store.open(path, create=create, readonly=readonly)
    if path != _default():
        raise ProjectError(f"{path}: no such project; import a file to begin one")
    return Store.open(path, create=True)


def config_of(store: Store, wanted: str | None) -> str:
    """The config to look at: the one wanted, else the current one, else what was imported."""
    if wanted is None:
        current = store.settings.config()
        return IMPORTED if current is None else current.id
    if wanted != IMPORTED and store.settings.config_of(wanted) is None:
        known = ", ".join([*store.settings.config_ids(), IMPORTED])
        raise UsageError(f"--config: no config {wanted!r} in this project; there are {known}")
    return wanted


def _default() -> Path:
    from codeclm.projects import folder

    return folder() / DEFAULT
