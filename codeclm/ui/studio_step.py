"""A step by hand as the studio sees it: started as a process, waited for by a poll, its result chosen."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from codeclm.jobs.step import STEP, What
from codeclm.projects import Project
from codeclm.ui import started
from codeclm.ui.guard import fragment, guarded
from codeclm.ui.text import plain

NODE = "studio_node"
DOING: dict[What, str] = {
    "rubrics": "Writing rubrics and actions",
    "basic": "Writing a basic instruction",
    "improve": "Improving the instruction, and rating it",
    "rate": "Rating it under each rubric",
    "score": "Both models answer, and the judge scores them",
}


@guarded
def start(
    project: Project,
    what: What,
    record: str,
    metadata: str,
    known: Iterable[str] | None = None,
    action: str | None = None,
) -> None:
    """Callback: take a step for a metadata. `known`: its instructions so far, if the step writes another."""
    words = [what, record]
    if action:
        words += ["--action", action]
    kept = None if known is None else list(known)
    started.begin(project, STEP, words, what=what, metadata=metadata, known=kept)


def going_on(project: Project) -> bool:
    """Whether a step is being taken, or about to."""
    return started.going_on(project, STEP)


def wait(project: Project) -> None:
    """Show that a step is being taken; the page is drawn anew when it ends."""
    _poll(project)


def land(project: Project, metadata: str, known: Iterable[str]) -> None:
    """Once a step has ended: go to what it wrote for this metadata, or say why it made nothing."""
    begun = started.begun(project, STEP)
    if begun is None:
        return
    before = begun.kept["known"]
    if before is not None and begun.kept["metadata"] == metadata:
        fresh = [node for node in known if node not in before]
        st.session_state.update({NODE: fresh[-1]} if fresh else {})
    started.forget(STEP)
    job = started.newest(project, STEP, begun.at)
    said = (job.message if job else "") or started.last_words(project, STEP)
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
    begun = started.begun(project, STEP)
    doing = DOING[begun.kept["what"]] if begun else "A step is being taken"
    st.caption(f":material/hourglass_top: {doing}…")
