"""Jobs that a page starts: each is a process of its own, and shows itself in the project after a moment.

Until then this tab remembers what it began, so that no page offers to begin it twice. What is shown
otherwise is what the project's file and its locks say; nothing here waits for a job or holds it.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from codeclm.jobs import process
from codeclm.jobs.lock import holder
from codeclm.jobs.watch import LOST
from codeclm.llm import keys
from codeclm.projects import Project
from codeclm.store import Job
from codeclm.ui import signin
from codeclm.ui.guard import guarded, notify
from codeclm.ui.text import duration, one_line, plain

_ENDED = {"done": "finished", "stopped": "stopped", "failed": "failed", "budget": "budget reached"}

PATIENCE = 60.0
"""Seconds within which a job must show itself: it may have to wait for the disk."""


@dataclass(frozen=True, slots=True)
class Begun:
    """What this tab began: the command, when (seconds since the epoch), and what its page keeps of it."""

    project: str
    command: str
    at: float
    kept: Mapping[str, Any] = field(default_factory=dict)


def begin(project: Project, kind: str, words: Sequence[str] = (), command: str = "", **kept: Any) -> None:
    """Start a job with these words of its command line; BusyError: one is going on.

    `command`: where it is not called like its kind. Of somebody who may not confirm an address for keys,
    what they typed on a page confirms none either.
    """
    at = time.time()
    bounds = {} if signin.may_confirm() else {keys.CONFIRMED_ONLY: "1"}
    process.start(project.path, command or kind, words, bounds)
    st.session_state[_key(kind)] = Begun(project.name, command or kind, at, kept)


def begun(project: Project, kind: str) -> Begun | None:
    """The last of this kind that this tab began in the project."""
    found: Begun | None = st.session_state.get(_key(kind))
    return found if found is not None and found.project == project.name else None


def forget(kind: str) -> None:
    """It has ended, and its page has shown how."""
    st.session_state.pop(_key(kind), None)


def newest(project: Project, kind: str, since: float = 0.0) -> Job | None:
    """The newest job of a kind, where it began after `since`."""
    with project.open(readonly=True) as store:
        job = next(iter(store.jobs.page(kind, limit=1)), None)
    return job if job is not None and job.started >= since else None


def silent(project: Project, kind: str) -> Begun | None:
    """What this tab began a short while ago, where that has said nothing yet; a process says why it fails."""
    found = begun(project, kind)
    if found is None or time.time() - found.at > PATIENCE or process.last_words(project.path, found.command):
        return None
    return found


def starting(project: Project, kind: str) -> bool:
    """Whether a job was begun from this tab that has not shown itself yet."""
    found = None if held(project, kind) else silent(project, kind)
    return found is not None and newest(project, kind, found.at) is None


def going_on(project: Project, kind: str) -> bool:
    """Whether a job of this kind works on the project, or is about to."""
    return held(project, kind) or starting(project, kind)


def held(project: Project, kind: str) -> bool:
    """Whether a living process holds the project for a job of this kind."""
    return holder(project.path, kind) is not None


def last_words(project: Project, kind: str) -> str:
    """The last line that was said by what this tab began, or by the last of its kind; empty: nothing."""
    found = begun(project, kind)
    return process.last_words(project.path, found.command if found else kind)


def ended(project: Project, job: Job) -> str:
    """How a job ended, in a few words; or that it goes on."""
    if job.state != "running":
        return one_line(job.message, 200) or _ENDED[job.state]
    by = holder(project.path, job.kind)
    if by is None or by.pid not in (0, job.pid):
        return LOST
    return "stopping" if job.stop_asked else "going on"


def limit_said(job: Job) -> str:
    """Which limit a job reached, behind a colon, as Markdown; empty: none. What to do then, the page says."""
    said = job.message.partition(";")[0] if job.state == "budget" else ""
    return f": {plain(said)}" if said else ""


def head(project: Project, job: Job, doing: str, what: str) -> None:
    """The head of a job's panel: what it is doing, for how long, a button that stops it; what holds it up."""
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown(f"**{doing}** · {duration(time.time() - job.started)}", width="content")
        st.button(
            "Stopping…" if job.stop_asked else "Stop",
            icon=":material/stop_circle:",
            disabled=job.stop_asked,
            on_click=_stop,
            args=(project, job.kind, what),
            key=f"{job.kind}_stop",
        )
    if job.message:
        st.caption(f":material/warning: {plain(job.message, 300)}")


@guarded
def _stop(project: Project, kind: str, what: str) -> None:
    with project.open() as store:
        job = store.jobs.current(kind)
        if job is not None:
            store.jobs.ask_stop(job.id)
    notify(f"The {what} stops as soon as what is in flight has come back.")


def _key(kind: str) -> str:
    return f"started_{kind}"
