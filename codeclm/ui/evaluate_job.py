"""An evaluation in progress: started as a process of its own, watched, stopped."""

from __future__ import annotations

import time
from collections.abc import Sequence

import streamlit as st

from codeclm.errors import CodecError
from codeclm.jobs import process
from codeclm.jobs.lock import EVALUATE, holder
from codeclm.projects import Project
from codeclm.store import Job
from codeclm.ui.guard import fragment, guarded, notify
from codeclm.ui.text import duration, number, plain, plural

PATIENCE = 20.0
"""Seconds within which a started job must show itself."""
STAGES = {"answer": "Answering", "judge": "Comparing, in both orders"}
_BEGUN = "evaluate_started"


def start(project: Project, words: Sequence[str]) -> None:
    """Start `evaluate` with these words of the command line. BusyError: one is going on."""
    process.start(project.path, EVALUATE, words)
    st.session_state[_BEGUN] = {"project": project.name, "at": time.time()}


@guarded
def stop(project: Project) -> None:
    """Ask it to finish what is in flight, and stop."""
    with project.open() as store:
        job = store.jobs.current(EVALUATE)
        if job is not None:
            store.jobs.ask_stop(job.id)
    notify("The evaluation stops as soon as what is in flight has come back.")


def newest(project: Project, since: float = 0.0) -> Job | None:
    """The newest evaluation job, where it began after `since`."""
    with project.open(readonly=True) as store:
        found = (job for job in store.jobs.recent(50) if job.kind == EVALUATE and job.started >= since)
        return next(found, None)


def going_on(project: Project) -> bool:
    """Whether an evaluation works on the project, or is about to."""
    if holder(project.path, EVALUATE) is not None:
        return True
    begun = st.session_state.get(_BEGUN)
    if not begun or begun["project"] != project.name or time.time() - begun["at"] > PATIENCE:
        return False
    return newest(project, begun["at"]) is None and not process.last_words(project.path, EVALUATE)


def last_line(project: Project) -> str:
    """What the last evaluation started here said where it did not end well, as Markdown; else empty."""
    job = newest(project)
    if job is not None and job.state in ("failed", "budget") and job.message:
        return plain(job.message)
    begun = st.session_state.get(_BEGUN)
    if not begun or begun["project"] != project.name:
        return ""
    if job is not None and job.started >= begun["at"] - 1:
        return ""
    try:
        return plain(process.last_words(project.path, EVALUATE).removeprefix("error: "))
    except CodecError:
        return ""


@fragment(run_every=2)
def panel(project: Project) -> None:
    """How far it is; the page is drawn anew when it ends."""
    if not going_on(project):
        st.rerun()
    job = newest(project)
    if job is None or job.state != "running":
        st.progress(0.0, text="Starting…")
        return
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.markdown(f"**Evaluating** · {duration(time.time() - job.started)}", width="content")
            st.button(
                "Stopping…" if job.stop_asked else "Stop",
                icon=":material/stop_circle:",
                disabled=job.stop_asked,
                on_click=stop,
                args=(project,),
                key="evaluate_stop",
            )
        for stage, name in STAGES.items():
            done, total = job.progress.get(stage, (0, 0))
            text = f"{name}: {number(done)} of {number(total)}" if total else f":gray[{name}: not yet]"
            st.progress(min(1.0, done / total) if total else 0.0, text=text)
        st.caption(
            f"{plural(job.calls_sent, 'call')} sent · {number(job.calls_cached)} answered from the cache"
        )
