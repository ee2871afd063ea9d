"""A run as pages see it: start it, watch it live, stop it. The work itself is another process.

What is shown is what the project's file says; nothing here waits for the run or holds it.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import streamlit as st

from codeclm.errors import BusyError
from codeclm.jobs.lock import RUN, holder
from codeclm.jobs.progress import GROWN
from codeclm.projects import Project
from codeclm.store import Job
from codeclm.ui import started
from codeclm.ui.guard import fragment
from codeclm.ui.spend_tables import spend_tables
from codeclm.ui.text import dollars, duration, number, plain, plural

WINDOW = 30.0
"""Seconds over which the rate is taken."""
QUIET = 8.0
"""Seconds without a step, after which that is said in place of a time left: an endpoint may be down."""

DOING = {
    "encode": "Reading seeds",
    "augment": "Mixing labels",
    "decode": "Writing instructions",
    "answer": "Answering",
    "judge": "Scoring",
    GROWN: "Growing metadata to the end",
}
"""What has a bar, in this order. Improvements (rubrics) have none: how many it takes is known afterwards."""


def start_run(project: Project, arguments: Sequence[str] = ()) -> None:
    """Start `run` with these words of the command line. BusyError: one is going on."""
    started.begin(project, RUN, arguments)


def retry_failed(project: Project) -> None:
    """Start `failures --retry`, a run that takes up what failed and nothing else."""
    if (held := holder(project.path, RUN)) is not None:
        raise BusyError(f"A run is going on already ({held}): wait for it, or stop it first.")
    started.begin(project, RUN, ["--retry"], command="failures")


def going_on(project: Project) -> bool:
    """Whether a run works on the project, or is about to."""
    return started.going_on(project, RUN)


def last_run(project: Project) -> Job | None:
    """The newest run."""
    return started.newest(project, RUN)


def run_panel(project: Project) -> None:
    """The run in progress, stage by stage, with rate and time left; the page is drawn anew when it ends."""
    _live(project, compact=False)


def sidebar_run(project: Project) -> None:
    """The same in a line or two."""
    _live(project, compact=True)


@fragment(run_every=2)
def _live(project: Project, compact: bool) -> None:
    if not going_on(project):
        st.rerun()
    job = last_run(project)
    if job is None or job.state != "running":
        _starting(compact)
        return
    done, total = whole(job)
    if compact:
        st.progress(done / total if total else 0.0, text=f"Run: {current_stage(job)}")
        return
    with st.container(border=True):
        started.head(project, job, current_stage(job), "run")
        for stage in _shown(job):
            _stage(job, stage)
        _spent(project, job)


def _starting(compact: bool) -> None:
    """The panel of a run that has not shown itself yet: as tall as it will be, so that nothing jumps."""
    if compact:
        st.progress(0.0, text="Starting…")
        return
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.markdown("**Starting…**", width="content")
            st.button("Stop", icon=":material/stop_circle:", disabled=True, key="run_stop_soon")
        for stage in DOING:
            if stage != "augment":
                st.progress(0.0, text=f":gray[{DOING[stage]}: not yet]")
        st.caption("No call sent yet")


def _spent(project: Project, job: Job) -> None:
    """What the run has spent so far and may spend, and by role and by stage."""
    with project.open(readonly=True) as store, store.read():
        by_role, by_stage = store.calls.spend("role", job.id), store.calls.spend("stage", job.id)
    st.caption(
        so_far(project, job)
        if job.message or any(done for done, _ in job.progress.values())
        else "Waiting for the first reply: a model on this machine may have to be loaded first."
    )
    if by_role:
        with st.expander("Spent so far", icon=":material/payments:", key="run_spent"):
            spend_tables(by_role, by_stage)


def so_far(project: Project, job: Job) -> str:
    """Calls and money that a run took up to now, each of the limit that was set."""
    with project.open(readonly=True) as store:
        spent = store.calls.spend(job=job.id)["all"].cost
    most, budget = job.command.get("max_calls"), job.command.get("budget")
    calls = f"{number(job.calls_sent)} of {plural(most, 'call')}" if most else plural(job.calls_sent, "call")
    said = f"{calls} sent · {number(job.calls_cached)} answered from the cache"
    money = f"{dollars(spent)} of {dollars(budget)}" if budget else dollars(spent) if spent else ""
    return f"{said} · {money} spent" if money else said


def _shown(job: Job) -> list[str]:
    """The stages that get a bar, all from the beginning, so that nothing moves while the run goes on."""
    asked = job.command.get("stages") or [name for name in DOING if name != "augment"]
    growing = {"decode", "rubrics", "answer", "judge"}.intersection(asked)
    return [name for name in DOING if name in asked or (name == GROWN and growing) or name in job.progress]


def _stage(job: Job, stage: str) -> None:
    done, total = job.progress.get(stage, (0, 0))
    if not total:
        passed = stage == "encode" and job.progress
        st.progress(0.0, text=f":gray[{DOING[stage]}: {'none left to read' if passed else 'not yet'}]")
        return
    speed, quiet = _rate(job, stage, done)
    left = ""
    if quiet >= QUIET and 0 < done < total:
        left = f" · none came for {duration(quiet)}"
    elif speed and 0 < done < total:
        left = f" · {speed * 60:.0f} a minute · about {duration((total - done) / speed)} left"
    text = f"{DOING[stage]}: {number(done)} of {number(total)}{left}"
    st.progress(min(1.0, done / total), text=text)


def _rate(job: Job, stage: str, done: int) -> tuple[float, float]:
    """Steps a second over the last half minute, and for how many seconds there was none."""
    key = f"rate_{job.id}_{stage}"
    now = time.time()
    seen = [each for each in st.session_state.get(key, []) if now - each[0] <= WINDOW or each[1] == done]
    seen.append((now, done))
    st.session_state[key] = seen
    first = seen[0]
    quiet = now - min(at for at, before in seen if before == done)
    return (done - first[1]) / (now - first[0]) if now - first[0] >= 1 else 0.0, quiet


def whole(job: Job) -> tuple[int, int]:
    """Steps done and wanted: seeds to read and metadata to grow, whose numbers are known beforehand."""
    known = [job.progress[name] for name in ("encode", GROWN) if name in job.progress]
    return sum(done for done, _ in known), sum(total for _, total in known)


def current_stage(job: Job) -> str:
    """What it is doing, in a few words: the first stage that is not finished."""
    if job.stop_asked:
        return "Stopping"
    unfinished = (name for name, (done, total) in job.progress.items() if done < total)
    return DOING.get(next(unfinished, ""), "Working")


def how_it_ended(project: Project, job: Job | None) -> str:
    """The last line about the last run, as Markdown; empty where there is nothing to say."""
    said = (job.message if job else "") or started.last_words(project, RUN)
    return plain(said) if said else ""
