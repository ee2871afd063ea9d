"""Where a project stands, for the sidebar and for Home: read once for each change of the file.

Only counts and settings; what a page shows of the records themselves it asks for itself.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import streamlit as st

from codeclm.errors import ProjectError
from codeclm.jobs.lock import RUN, holder
from codeclm.projects import Project
from codeclm.records import IMPORTED
from codeclm.settings import Config, Dials
from codeclm.store import Funnel, Store
from codeclm.store.funnel import NodeCounts
from codeclm.ui import cached


@dataclass(frozen=True, slots=True)
class Summary:
    """The counts of the current config at the project's own θ, and whether a run is going on."""

    funnel: Funnel
    dials: Dials
    config: Config | None
    to_review: int
    running: bool
    newest: str | None = None
    """The config of the newest run."""
    sets: int = 1
    """How many configs have results of their own."""
    unencoded: int = 0
    """Seeds that a run reads: without metadata yet, and not given up."""

    def waits(self, page: str) -> int:
        """The figure behind a page's name in the sidebar."""
        return {
            "Seeds": self.funnel.seeds,
            "Metadata": self.funnel.metadata,
            "Generate": self.unencoded + self.funnel.pending,
            "Review": self.to_review,
            "Export": self.funnel.accepted,
        }.get(page, 0)


def config_id(config: Config | None) -> str:
    """The id under which results are read; before the first run, imported results alone."""
    return config.id if config else IMPORTED


def summary(project: Project) -> Summary:
    """The summary of a project as its file is now. Asked first: it migrates an older file."""
    try:
        with project.open(readonly=True) as store:
            revision = store.revision()
    except ProjectError:
        with project.open() as store:
            revision = store.revision()
    return replace(_read(str(project.path), revision), running=holder(project.path, RUN) is not None)


@st.cache_resource(max_entries=16, ttl="1h", show_spinner=False)
def _read(path: str, revision: int) -> Summary:
    with Store.open(Path(path), readonly=True) as store, store.read():
        dials, config = store.settings.dials(), store.settings.config()
        shown = config.id if config else None
        nodes = _nodes(store, path, cached.standing(store), shown, dials.theta, dials.iterations)
        funnel = store.funnel(shown, dials.theta, dials.iterations, nodes)
        last, sets = store.jobs.page(RUN, limit=1), store.settings.sets()
        unencoded = store.seeds.count_unencoded(config_id(config))
    newest = last[0].command.get("config") if last else None
    return Summary(funnel, dials, config, funnel.undecided, False, newest, sets, unencoded)


@st.cache_resource(max_entries=16, ttl="1h", show_spinner=False)
def _nodes(_store: Store, path: str, stamp: str, config: str | None, theta: float, cap: int) -> NodeCounts:
    """Counted anew when scores or labels change, or what is in use, and not with every decision."""
    last = _last(path, cached.written(_store), config, theta, cap)
    last[:] = [_store.node_counts(config, theta, cap, *last)]
    return last[0]


@st.cache_resource(max_entries=16, ttl="1h", show_spinner=False)
def _last(path: str, written: str, config: str | None, theta: float, cap: int) -> list[NodeCounts]:
    """The last counts, if any, since anything was written: an edit of labels changes little of them."""
    return []
