"""One row of metadata looked at closely: its seed, what was written from it, and its labels through time."""

from __future__ import annotations

import streamlit as st

from codeclm.projects import Project
from codeclm.records import Labels, Metadata
from codeclm.ui.guard import guarded, notify
from codeclm.ui.page import go
from codeclm.ui.selected import to_pairs
from codeclm.ui.text import ago, body, dollars, plain, plural


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
    _stale(project, row, instructions, pairs)
    if pairs:
        to_pairs("metadata", row_id)
    go("Runs", "Its calls", record=row_id)
    if len(history) > 1:
        st.caption("Labels through time, newest first")
        for at in range(len(history) - 1, -1, -1):
            _revision(project, row_id, history, at)


def _revision(project: Project, row_id: str, history: list[tuple[Labels, str, float]], at: int) -> None:
    """One set of labels that the row had, with a way back to it."""
    labels, author, when = history[at]
    who = f" · {plain(author)}" if author else ""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(
            f"{plain(labels.use_case)} · {plain(', '.join(labels.skills))} :gray[{ago(when)}{who}]",
            width="stretch",
        )
        newest = len(history) - 1
        if at == newest - 1:
            st.button(
                "Undo the last edit",
                icon=":material/undo:",
                on_click=_take,
                args=(project, row_id, at),
                key="meta_undo",
            )
        elif at < newest:
            st.button(
                "Take these",
                type="tertiary",
                on_click=_take,
                args=(project, row_id, at),
                key=f"meta_take_{at}",
            )


def _stale(project: Project, row: Metadata, instructions: int, pairs: int) -> None:
    """What an edit leaves behind, and what making it anew would take."""
    if not instructions:
        st.markdown("Nothing was written from these labels yet: an edit costs nothing.")
        return
    with project.open(readonly=True) as store:
        config = store.settings.config()
        calls, cost = store.calls.behind(row.id, config.id if config else "")
    priced = "" if cost is None else f", {dollars(cost)}"
    anew = f" Making as much anew takes about {plural(calls, 'call')}{priced}." if calls else ""
    st.markdown(
        f"{plural(instructions, 'instruction')} and {plural(pairs, 'pair')} were written from these labels. "
        f"An edit keeps them, marks them stale and leaves them out of exports.{anew}"
    )


@guarded
def _take(project: Project, row_id: str, at: int) -> None:
    with project.open() as store:
        store.metadata.revise(row_id, store.metadata.history(row_id)[at][0])
    notify("The labels are as they were.")
