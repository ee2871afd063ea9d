"""How the last run on the Generate page ended, and where to go from there."""

from __future__ import annotations

import streamlit as st

from codeclm.projects import Project
from codeclm.store import Job
from codeclm.ui.next_step import nothing_kept
from codeclm.ui.page import go
from codeclm.ui.runpanel import how_it_ended, last_run
from codeclm.ui.started import limit_said
from codeclm.ui.summary import Summary
from codeclm.ui.text import ago, plural


def ended(project: Project, facts: Summary) -> None:
    """Say it, if any run was."""
    job = last_run(project)
    if job is None:
        if said := how_it_ended(project, None):
            st.info(said, icon=":material/info:")
        return
    if job.state == "done" and "judge" not in (job.command.get("stages") or ["judge"]):
        _half_way(job, facts)
        return
    if job.state == "done":
        _done(job, facts)
    else:
        _cut_short(project, job)
    if facts.to_review:
        go("Review", f"Review {plural(facts.to_review, 'pair')}", status="kept")


def _half_way(job: Job, facts: Summary) -> None:
    """It was asked for the first stages alone."""
    funnel = facts.funnel
    st.success(
        f"{_what(job)} ended {_when(job)}: {plural(funnel.encoded, 'seed')} read, "
        f"{plural(funnel.instructions, 'instruction')} written, {plural(funnel.failures, 'failure')}.",
        icon=":material/check_circle:",
    )
    go("Metadata", "Look at what was read, and correct it")


def _done(job: Job, facts: Summary) -> None:
    funnel = facts.funnel
    said = (
        f"{_what(job)} ended {_when(job)}. In all: {plural(funnel.kept, 'pair')} kept, "
        f"{plural(funnel.exhausted, 'lineage')} exhausted, {plural(funnel.failures, 'failure')}."
    )
    if funnel.failures or not funnel.kept:
        st.info(said, icon=":material/info:")
    else:
        st.success(said, icon=":material/check_circle:")
    if not funnel.kept and funnel.comparisons:
        st.caption(nothing_kept(facts).why)


def _cut_short(project: Project, job: Job) -> None:
    """It was stopped, reached its limit, was killed, or failed."""
    if job.state in ("stopped", "budget"):
        why = "was stopped" if job.state == "stopped" else "reached its limit"
        st.info(
            f"{_what(job)} {why} {_when(job)}{limit_said(job)}. What it made is kept; start again to go on.",
            icon=":material/pause_circle:",
        )
    elif job.state == "running":
        st.error(
            f"{_what(job)} ended without a word {_when(job)}, as when it is killed or memory is used up. "
            "What it made is kept; start again to go on.",
            icon=":material/error:",
        )
    else:
        said = how_it_ended(project, job) or "It ended without a word."
        st.error(f"{_what(job)} failed {_when(job)}: {said}", icon=":material/error:")


def _what(job: Job) -> str:
    return "The last pilot of an estimate" if job.command.get("pilot") else "The last run"


def _when(job: Job) -> str:
    return ago(job.finished or job.heartbeat)
