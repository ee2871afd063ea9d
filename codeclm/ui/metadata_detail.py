"""One row of metadata looked at closely: its seed, what was written from it, and its labels through time."""

from __future__ import annotations

import streamlit as st

from codeclm.projects import Project
from codeclm.ui.guard import guarded, notify
from codeclm.ui.page import go
from codeclm.ui.text import ago, body, plain, plural


@st.dialog("Metadata", width="medium")
def detail(project: Project, row_id: str) -> None:
    """The row in a dialog."""
    with project.open(readonly=True) as store:
        row = store.metadata.get(row_id)
        history = store.metadata.history(row_id)
        instructions, pairs = store.metadata.affected(row_id)
        seed = store.seeds.get(row.seed) if row and row.seed else None
    if row is None:
        st.caption("This row is gone.")
        return
    st.markdown(f"**{plain(row.labels.use_case)}**")
    st.caption(plain(", ".join(row.labels.skills)) or "no skills")
    if seed is not None:
        st.caption("Read in this seed:")
        with st.container(border=True, height=180):
            body(seed.text)
    st.markdown(
        f"{plural(instructions, 'instruction')} and {plural(pairs, 'pair')} were written from these labels. "
        "An edit keeps them and marks them stale."
        if instructions
        else "Nothing was written from these labels yet."
    )
    if pairs:
        go("Review", "Its pairs", metadata=row_id)
    if len(history) > 1:
        st.caption("Labels through time, newest first")
        for labels, author, at in reversed(history):
            who = f" · {plain(author)}" if author else ""
            st.markdown(f"{plain(labels.use_case)} · {plain(', '.join(labels.skills))} :gray[{ago(at)}{who}]")
        st.button(
            "Undo the last edit",
            icon=":material/undo:",
            on_click=_undo,
            args=(project, row_id),
            key="meta_undo",
        )


@guarded
def _undo(project: Project, row_id: str) -> None:
    with project.open() as store:
        history = store.metadata.history(row_id)
        if len(history) > 1:
            store.metadata.revise(row_id, history[-2][0])
    notify("The labels are as they were.")
