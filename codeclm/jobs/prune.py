"""Pruning a project: the store does it, while no job of any kind is at work on the file."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from codeclm.jobs.lock import RUN, hold, kinds
from codeclm.store import Store
from codeclm.store.prune import Pruned
from codeclm.store.prune import prune as drop


def prune(project: Path) -> Pruned:
    """Drop what nothing needs, and give the room back. BusyError: a job is going on."""
    with Store.open(project) as store, ExitStack() as held:
        for kind in sorted({RUN, *kinds(project)}):
            held.enter_context(hold(project, kind))
        return drop(store)
