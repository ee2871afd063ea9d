"""The parts of Home that tell how the open project stands."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from codeclm.jobs.lock import RUN
from codeclm.projects import Project
from codeclm.records import ROLES
from codeclm.ui import started
from codeclm.ui.glossary import TERMS, term
from codeclm.ui.guard import fragment
from codeclm.ui.next_step import FAILURES, next_step
from codeclm.ui.page import go, head, switch_to
from codeclm.ui.rooms import room
from codeclm.ui.spend_tables import localized, spend_by
from codeclm.ui.summary import Summary, summary
from codeclm.ui.text import ago, duration, number, plain, plural

ABOUT_KEY = "about"
"""The setting that says in a sentence what a project is, such as the example's note that it is authored."""

REFRESH = 3.0
"""Seconds between two counts of the tiles during a run."""


def title(project: Project, beside: Callable[[], None]) -> None:
    """The project's name, and what it says of itself, or what Home is for; `beside` draws in their row."""
    with project.open(readonly=True) as store:
        said = store.settings.get(ABOUT_KEY)
    here = room("Home")
    about = plain(said, 600) if isinstance(said, str) and said else here.purpose
    head(here, plain(project.name), about, beside)


def next_card(project: Project, facts: Summary) -> None:
    """What to do next, with the link to it."""
    step = next_step(facts)
    title = step.title if facts.running else f"Next: {step.title[:1].lower()}{step.title[1:]}"
    with st.container(
        border=True, horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"
    ):
        with st.container(gap=None):
            st.markdown(f"**{title}**")
            st.caption(step.why)
        there = room(step.page)
        with st.container(width="content", gap="xsmall"):
            if st.button(step.label, type="primary", icon=there.icon, key="next_step"):
                switch_to(step.page, **step.parameters)
            if step.beside is not None:
                label, filters = step.beside
                go(step.page, label, **filters)


def funnel_tiles(project: Project, running: bool) -> None:
    """The way from seeds to accepted pairs, one tile a step; counted anew while a run goes on."""
    fragment(_tiles, run_every=REFRESH if running else None)(project)


def _tiles(project: Project) -> None:
    facts = summary(project)
    funnel = facts.funnel
    steps = (
        ("Seeds", funnel.seeds, term("seed")),
        ("Encoded", funnel.encoded, "Seeds whose use case and skills were read by the strong model."),
        ("Metadata", funnel.metadata, term("metadata")),
        ("Instructions", funnel.instructions, "Basic instructions and their improvements."),
        (
            "Compared",
            funnel.comparisons,
            "Instructions that both models answered and the judge scored in both orders.",
        ),
        ("Kept", funnel.kept, f"{term('kept')} θ is {facts.dials.theta:g} here."),
        ("Accepted", funnel.accepted, term("accepted")),
    )
    with st.grid(7, min_column_width=128, gap="xsmall"):
        for label, count, about in steps:
            st.metric(label, number(count), help=about, border=True)
    rest = {
        name: count
        for name, count in (
            ("pending", funnel.pending),
            ("exhausted", funnel.exhausted),
            ("superseded", funnel.superseded),
            ("rejected", funnel.rejected),
        )
        if count
    }
    with st.container(horizontal=True, vertical_alignment="center"):
        if rest:
            meant = [f"*{name.capitalize()}*: {term(name)}" for name in rest if name in TERMS]
            said = " · ".join(f"{number(count)} {name}" for name, count in rest.items())
            st.caption(f"Also {said}.", help="  \n".join(meant) or None, width="content")
        if funnel.failures:
            go("Generate", f"See {plural(funnel.failures, 'failure')}", **FAILURES)


def spend_table(project: Project) -> None:
    """Calls, tokens and money by role."""
    st.subheader("Spend", anchor=False)
    with project.open(readonly=True) as store:
        spent = store.calls.spend("role")
    if not spent:
        st.caption("No model was asked yet.")
        return
    st.dataframe(
        spend_by(spent, ROLES, "Model").drop(columns="Failed"),
        hide_index=True,
        alt="Calls, tokens and cost by role",
        height="content",
        column_config=localized("Calls", "Tokens in", "Tokens out"),
    )


def recent_runs(project: Project) -> None:
    """The last runs, and how each ended."""
    st.subheader("Recent runs", anchor=False)
    with project.open(readonly=True) as store:
        jobs = store.jobs.page(RUN, limit=5)
    if not jobs:
        st.caption("No run of the loop yet.")
        return
    rows = [
        {
            "Started": ago(job.started),
            "Took": duration((job.finished or job.heartbeat) - job.started),
            "Sent": job.calls_sent,
            "Ended": started.ended(project, job),
        }
        for job in jobs
    ]
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        alt="The last runs",
        height="content",
        column_config=localized("Sent"),
    )
