"""A step by hand as the studio sees it: started as a process, waited for by a poll, its result chosen."""

from __future__ import annotations

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
WRITES: tuple[What, ...] = ("basic", "improve")
"""The steps that make another instruction."""


@guarded
def start(
    project: Project,
    what: What,
    record: str,
    metadata: str,
    newest: str | None = None,
    action: str | None = None,
) -> None:
    """Callback: take a step for a metadata. `newest`: its instruction so far that was written last."""
    words = [what, record]
    if action:
        words.append(f"--action={action}")  # in one word: it may begin with a hyphen
    started.begin(project, STEP, words, what=what, metadata=metadata, newest=newest)


def going_on(project: Project) -> bool:
    """Whether a step is being taken, or about to."""
    return started.going_on(project, STEP)


def wait(project: Project) -> None:
    """Show that a step is being taken; the page is drawn anew when it ends."""
    _poll(project)


def land(project: Project, metadata: str, newest: str | None) -> None:
    """Once a step has ended: go to what it wrote for this metadata, or say why it made nothing."""
    begun = started.begun(project, STEP)
    if begun is None:
        return
    kept = begun.kept
    if kept["what"] in WRITES and kept["metadata"] == metadata and newest not in (None, kept["newest"]):
        st.session_state[NODE] = newest
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
