"""Dropping from a project what nothing needs. What that is, the store knows."""

from __future__ import annotations

import streamlit as st

from codeclm.jobs.prune import prune
from codeclm.projects import Project
from codeclm.ui.guard import notify
from codeclm.ui.text import number, plural


def pruning(project: Project) -> None:
    """What it drops and keeps, and the button; a large project takes some seconds."""
    with st.popover("Prune", icon=":material/cleaning_services:"):
        st.caption(
            "Drops failed tries that were made good since, calls that led to no record and that the current "
            "settings would not ask for, and texts that nothing holds; their room is given back. Every call "
            "behind a record stays, and what was spent stays told. It cannot be undone."
        )
        if st.button("Drop what nothing needs", key="runs_prune"):
            with st.spinner("Dropping…"):
                done = prune(project.path)
            dropped = f"{plural(done.calls, 'call')} and {plural(done.texts, 'text')} dropped"
            told = f"{dropped}, {number(done.bytes / 1000)} kB given back."
            notify(told if done.calls or done.texts else "Nothing to drop: everything is needed.")
            st.rerun()
