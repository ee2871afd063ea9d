"""Every run of a project, and every other job: what was asked, how far it came, what it took, its end."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from codeclm.projects import Project
from codeclm.records import STAGES
from codeclm.store import Job
from codeclm.ui import started
from codeclm.ui.guard import guarded
from codeclm.ui.runpanel import DOING
from codeclm.ui.spend_tables import localized, spend_tables
from codeclm.ui.table import first_page, offset, pager, rows_key, tall
from codeclm.ui.text import ago, dollars, duration, number, plain

_PAGE, _SIZE = "runs_page", 10
_DONE = {**DOING, "rubrics": "Making harder"}
RUN_FILTER = "calls_run"
CALLS_PAGE = "calls_page"


def runs(project: Project) -> None:
    """The table of jobs, and the one that is chosen."""
    with project.open(readonly=True) as store:
        total = store.jobs.count()
        jobs = store.jobs.page(offset=offset(_PAGE, total, _SIZE), limit=_SIZE)
        spent = {job.id: store.calls.spend(job=job.id)["all"] for job in jobs}
    if not jobs:
        st.caption("No run yet.")
        return
    frame = pd.DataFrame(
        {
            "Run": [job.id for job in jobs],
            "What": [_what(job) for job in jobs],
            "Started": [ago(job.started) for job in jobs],
            "Took": [duration(_took(job)) for job in jobs],
            "Ended": [started.ended(project, job) for job in jobs],
            "Sent": [job.calls_sent for job in jobs],
            "Cached": [job.calls_cached for job in jobs],
            "Tokens": [spent[job.id].prompt_tokens + spent[job.id].completion_tokens for job in jobs],
            "Cost": [dollars(spent[job.id].cost) for job in jobs],
        }
    )
    event = st.dataframe(
        frame,
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key=rows_key("runs_rows", (str(job.id) for job in jobs)),
        height=tall(len(jobs), 2_000),
        column_config={
            "Run": st.column_config.NumberColumn(width=60),
            "Ended": st.column_config.TextColumn(width=260),
            **localized("Sent", "Cached", "Tokens"),
        },
        alt="Runs and other jobs",
    )
    pager(_PAGE, total, "runs", _SIZE)
    chosen = [jobs[row] for row in event.selection.rows if row < len(jobs)]
    for job in chosen:
        _detail(project, job)
    if not chosen:
        st.caption("Choose a row to see what was asked of a run, and what it spent on what.")


def asked(command: Mapping[str, Any]) -> list[str]:
    """What was asked of a job, as short phrases; what was left as the project has it is left out."""
    said = []
    for name, value in command.items():
        if name == "config" or value in (None, {}, [], "", False):
            continue
        if isinstance(value, Mapping):
            said += [f"{key.replace('_', ' ')} {each}" for key, each in value.items()]
        else:
            shown = ", ".join(map(str, value)) if isinstance(value, list) else value
            said.append(name.replace("_", " ") + ("" if value is True else f" {shown}"))
    return said


def _detail(project: Project, job: Job) -> None:
    with project.open(readonly=True) as store, store.read():
        by_role, by_stage = store.calls.spend("role", job.id), store.calls.spend("stage", job.id)
    with st.container(border=True):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            when = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(job.started))
            st.markdown(f"**Run {job.id}** · {plain(_what(job), 60)} · {when}", width="content")
            st.button(
                "Show its calls",
                icon=":material/filter_alt:",
                on_click=_show_calls,
                args=(job.id,),
                key="runs_show_calls",
            )
        told = asked(job.command)
        st.caption(plain("Asked: " + (" · ".join(told) or "everything, as the project has it"), 900))
        steps = [
            f"{_DONE.get(stage, stage.capitalize())}: {number(done)} of {number(total)}"
            for stage, (done, total) in sorted(job.progress.items(), key=_in_order)
            if total
        ]
        if steps:
            st.caption(plain(" · ".join(steps), 900))
        if job.message:
            st.text(job.message)
        if by_role:
            spend_tables(by_role, by_stage)


@guarded
def _show_calls(job: int) -> None:
    st.session_state[RUN_FILTER] = str(job)
    first_page(CALLS_PAGE)


def _in_order(step: tuple[str, object]) -> int:
    """Where a step stands in the loop; what is none of its stages comes last."""
    return STAGES.index(step[0]) if step[0] in STAGES else len(STAGES)


def _what(job: Job) -> str:
    if job.command.get("retry"):
        return "run again what failed"
    return "pilot of an estimate" if job.command.get("pilot") else job.kind


def _took(job: Job) -> float:
    return (job.finished or job.heartbeat) - job.started
