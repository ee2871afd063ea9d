"""A step by hand as the studio sees it: started as a process, waited for by a poll, its result chosen."""

from __future__ import annotations

import time
from collections.abc import Iterable

import streamlit as st

from codeclm.jobs import process
from codeclm.jobs.lock import holder
from codeclm.jobs.step import STEP, What
from codeclm.projects import Project
from codeclm.store import Job
from codeclm.ui.guard import fragment, guarded
from codeclm.ui.text import plain

NODE = "studio_node"
_BEGUN = "studio_begun"
PATIENCE = 25.0
"""Seconds within which a started step must show itself."""
DOING: dict[What, str] = {
    "rubrics": "Writing rubrics and actions",
    "basic": "Writing a basic instruction",
    "improve": "Improving the instruction, and rating it",
    "rate": "Rating it under each rubric",
    "score": "Both models answer, and the judge scores them",
}


@guarded
def start(project: Project, what: What, record: str, known: Iterable[str], action: str | None = None) -> None:
    """Callback: take a step. `known`: the instructions that were there before."""
    words = [what, record]
    if action:
        words += ["--action", action]
    process.start(project.path, STEP, words)
    st.session_state[_BEGUN] = {
        "project": project.name,
        "at": time.time(),
        "what": what,
        "known": list(known),
    }


def going_on(project: Project) -> bool:
    """Whether a step is being taken, or about to."""
    return holder(project.path, STEP) is not None or _starting(project)


def wait(project: Project) -> None:
    """Show that a step is being taken; the page is drawn anew when it ends."""
    _poll(project)


def land(project: Project, known: Iterable[str]) -> None:
    """Once a step has ended: go to what it made, or say why it made nothing."""
    begun = st.session_state.get(_BEGUN)
    if not begun or begun["project"] != project.name:
        return
    fresh = [node for node in known if node not in begun["known"]]
    if fresh:
        st.session_state[NODE] = fresh[-1]
    del st.session_state[_BEGUN]
    job = _job(project, begun["at"])
    said = (job.message if job else "") or process.last_words(project.path, STEP)
    if said and (job is None or job.state != "done"):
        st.session_state["studio_fault"] = said


def fault() -> None:
    """Why the last step failed."""
    said = st.session_state.pop("studio_fault", "")
    if said:
        st.error(f"The step failed: {plain(said, 500)}", icon=":material/error:")


@fragment(run_every=0.7)
def _poll(project: Project) -> None:
    if not going_on(project):
        st.rerun()
    begun = st.session_state.get(_BEGUN) or {}
    st.caption(f":material/hourglass_top: {DOING.get(begun.get('what', ''), 'A step is being taken')}…")


def _starting(project: Project) -> bool:
    begun = st.session_state.get(_BEGUN)
    if not begun or begun["project"] != project.name or time.time() - begun["at"] > PATIENCE:
        return False
    return _job(project, begun["at"]) is None and not process.last_words(project.path, STEP)


def _job(project: Project, since: float) -> Job | None:
    with project.open(readonly=True) as store:
        return next((job for job in store.jobs.recent(10) if job.kind == STEP and job.started >= since), None)
