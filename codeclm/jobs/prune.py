"""Pruning a project: the store does it, while no job of any kind is at work on the file."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from codeclm.jobs.lock import RUN, hold, lock_path
from codeclm.store import Store
from codeclm.store.prune import Pruned
from codeclm.store.prune import prune as drop


def prune(project: Path) -> Pruned:
    """Drop what nothing needs, and give the room back. BusyError: a job is going on."""
    with Store.open(project) as store, ExitStack() as held:
        for kind in sorted({RUN, *_kinds(project)}):
            held.enter_context(hold(project, kind))
        return drop(store)


def _kinds(project: Path) -> list[str]:
    """The kinds of job that ever held the project."""
    any_kind = lock_path(project, "*")
    before, after = any_kind.name.split("*", 1)
    locks = any_kind.parent.iterdir()
    return [
        path.name[len(before) : -len(after)]
        for path in locks
        if path.name.startswith(before) and path.name.endswith(after)
    ]
