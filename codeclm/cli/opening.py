"""Which project a command means, opening it, and which of its configs is looked at."""

from __future__ import annotations

import os
from argparse import Namespace
from dataclasses import fields
from pathlib import Path

from codeclm.cli.output import warn
from codeclm.errors import ProjectError, UsageError
from codeclm.records import IMPORTED
from codeclm.store import PairFilter, Store
from codeclm.store.filters import PairStatus
from codeclm.votes import reviewer

DEFAULT = "default.db"


def project_path(args: Namespace, create: bool = False) -> Path:
    """--project, else $CODECLM_PROJECT, else default.db among the user's projects.

    What is no file may be the name of a project, as the app shows it; one that a command makes by a bare
    name, without a suffix, is put where the app has its own. UsageError: that name cannot be one.
    """
    given = args.project
    if given is None and not (given := os.environ.get("CODECLM_PROJECT")):
        return _default()
    path = Path(given).expanduser()
    try:
        return path if path.exists() or path.name != str(given) else _named(path, create)
    except OSError as error:
        raise ProjectError(f"{given}: {error.strerror or error}; name another with --project") from None


def open_project(args: Namespace, create: bool = False, readonly: bool = False) -> Store:
    """The project of a command. One that was named must be there, unless the command may make it."""
    path = project_path(args, create)
    if path.exists():
        return Store.open(path, create=create, readonly=readonly)
    if path != _default():
        if not create:
            raise ProjectError(missing(path))
        warn(f"note: {path.resolve()} is a new project{unlisted(path)}")
    return Store.open(path, create=True)


def missing(path: Path) -> str:
    """What is said of a project that is not there."""
    return f"{path}: no such project; import a file to begin one"


def unlisted(path: Path) -> str:
    """What is added of a project that is made where the app does not look."""
    from codeclm.projects import ENVIRONMENT, SUFFIX, folder

    named = os.environ.get(ENVIRONMENT)
    if named and Path(named).resolve() == path.resolve():
        return ""
    here = folder().resolve()
    listed = path.resolve().parent == here and path.suffix == SUFFIX
    return "" if listed else f"; the app lists those of {here}"


def config_of(store: Store, wanted: str | None) -> str:
    """The config to look at: the one wanted, else the current one, else what was imported."""
    if wanted is None:
        current = store.settings.config()
        return IMPORTED if current is None else current.id
    if wanted != IMPORTED and store.settings.config_of(wanted) is None:
        known = ", ".join([*store.settings.config_ids(), IMPORTED])
        raise UsageError(f"--config: no config {wanted!r} in this project; there are {known}")
    return wanted


def filter_of(store: Store, args: Namespace, status: PairStatus | None = None) -> PairFilter:
    """The pairs that the words of `filtering` ask for. UsageError: no such cluster or selection."""
    if args.cluster is not None and args.cluster not in {each.id for each in store.maps.clusters()}:
        raise UsageError(f"--cluster: the map has none of id {args.cluster}; map --json lists them")
    if args.selection is not None and not store.selections.get(args.selection):
        raise UsageError(
            f"--selection: none is called {args.selection!r}; it is in the address of the Map page"
        )
    names = {each.name for each in fields(PairFilter)} - {"status"}
    asked = {name: value for name, value in vars(args).items() if name in names}
    by = args.decided_by
    return PairFilter(status=status, **asked | {"decided_by": by and reviewer(by)})


def _named(path: Path, create: bool) -> Path:
    from codeclm import projects

    found = projects.find(path.name)
    if found is None:
        return projects.new_path(path.name) if create and not path.suffix else path
    return found.path


def _default() -> Path:
    from codeclm.projects import folder

    return folder() / DEFAULT
