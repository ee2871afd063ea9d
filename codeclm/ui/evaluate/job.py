"""An evaluation in progress: started as a process of its own, watched, stopped."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from codeclm.jobs.lock import EVALUATE
from codeclm.projects import Project
from codeclm.ui import started
from codeclm.ui.guard import fragment
from codeclm.ui.text import number, plain, plural

STAGES = {"answer": "Answering", "judge": "Comparing, in both orders"}


def start(project: Project, words: Sequence[str]) -> None:
    """Start `evaluate` with these words of the command line. BusyError: one is going on."""
    started.begin(project, EVALUATE, words)


def going_on(project: Project) -> bool:
    """Whether an evaluation works on the project, or is about to."""
    return started.going_on(project, EVALUATE)


def say_end(project: Project) -> None:
    """What the last evaluation said where it did not end well; nothing where it did."""
    job = started.newest(project, EVALUATE)
    begun = started.begun(project, EVALUATE)
    if job is not None and job.state == "budget":
        st.info(
            f"The last evaluation reached its limit{started.limit_said(job)}. "
            "What was answered is kept: start the same again to go on.",
            icon=":material/pause_circle:",
        )
    elif job is not None and job.state == "failed" and job.message:
        st.error(plain(job.message), icon=":material/error:")
    elif (
        begun is not None
        and (job is None or job.started < begun.at)
        and (said := started.last_words(project, EVALUATE).removeprefix("error: "))
    ):
        st.error(plain(said), icon=":material/error:")


@fragment(run_every=2)
def panel(project: Project) -> None:
    """How far it is; the page is drawn anew when it ends."""
    if not going_on(project):
        st.rerun()
    job = started.newest(project, EVALUATE)
    if job is None or job.state != "running":
        st.progress(0.0, text="Starting…")
        return
    with st.container(border=True):
        started.head(project, job, "Evaluating", "evaluation")
        for stage, name in STAGES.items():
            done, total = job.progress.get(stage, (0, 0))
            text = f"{name}: {number(done)} of {number(total)}" if total else f":gray[{name}: not yet]"
            st.progress(min(1.0, done / total) if total else 0.0, text=text)
        st.caption(
            f"{plural(job.calls_sent, 'call')} sent · {number(job.calls_cached)} answered from the cache"
        )
