"""A metadata's rubrics and actions in the studio: written by the model, made anew, or written by hand."""

from __future__ import annotations

import streamlit as st

from codeclm.jobs.step import rubric_set
from codeclm.projects import Project
from codeclm.records import Metadata, RubricSet
from codeclm.ui.generate import step
from codeclm.ui.glossary import term
from codeclm.ui.guard import guarded, notify
from codeclm.ui.text import number, plain

ROWS = 4


def rubrics_panel(
    project: Project, metadata: Metadata, config: str, known: list[RubricSet], busy: bool
) -> None:
    """The set that counts, to be edited; and a button to have another written."""
    panel = st.expander(
        "Rubrics and actions", icon=":material/rule:", on_change="rerun", key="studio_rubrics_open"
    )
    if not panel.open:
        return
    with panel:
        st.caption(f"{term('rubric')} {term('action')}")
        if known:
            _form(project, metadata, config, known)
        else:
            st.caption("None yet: they are written with the first improvement, or now.")
        st.button(
            "Have others written" if known else "Have them written",
            icon=":material/refresh:",
            disabled=busy,
            on_click=step.start,
            args=(project, "rubrics", metadata.id, metadata.id),
            key="studio_anew",
            help="The newest set counts, in runs too. What grew under an older one stays.",
        )
        if len(known) > 1:
            _older(project, metadata, config, known)


def _form(project: Project, metadata: Metadata, config: str, known: list[RubricSet]) -> None:
    current = known[0]
    rows = max(ROWS, len(current.rubrics))
    for row in range(rows):  # in no form: what is half written there is lost at a look elsewhere
        there = row < len(current.rubrics)
        st.text_area(
            f"Rubric {row + 1}",
            current.rubrics[row] if there else "",
            key=f"studio_rubric_{current.id}_{row}",
            persist_state="session",
            height=68,
        )
        st.text_area(
            f"Action {row + 1}",
            current.actions[row] if there else "",
            key=f"studio_action_{current.id}_{row}",
            persist_state="session",
            height=68,
        )
    st.button(
        "Save as a new set",
        icon=":material/save:",
        on_click=_save,
        args=(project, metadata, config, current.id, rows),
        key="studio_rubrics_save",
    )


def _older(project: Project, metadata: Metadata, config: str, known: list[RubricSet]) -> None:
    """The sets that count no more, one of them to look at and to take again."""
    sets = {each.sample: each for each in known[1:]}
    st.caption(f"Set {number(known[0].sample)} counts; {number(len(sets))} older.")
    chosen = st.selectbox(
        "Older sets",
        list(sets),
        index=None,
        key=f"studio_older_{metadata.revision}",
        format_func=lambda sample: f"Set {number(sample)}",
        placeholder="Look at an older set",
        label_visibility="collapsed",
    )
    if chosen is None:
        return
    for rubric, action in zip(sets[chosen].rubrics, sets[chosen].actions, strict=False):
        st.caption(f"{plain(rubric, 300)} → {plain(action, 300)}")
    st.button(
        "Take these",
        icon=":material/undo:",
        on_click=_take,
        args=(project, metadata, config, sets[chosen]),
        key="studio_rubrics_take",
    )


@guarded
def _take(project: Project, metadata: Metadata, config: str, taken: RubricSet) -> None:
    _add(project, metadata, config, list(zip(taken.rubrics, taken.actions, strict=False)))


@guarded
def _save(project: Project, metadata: Metadata, config: str, current: str, rows: int) -> None:
    state = st.session_state
    pairs = [
        (str(state[f"studio_rubric_{current}_{row}"]), str(state[f"studio_action_{current}_{row}"]))
        for row in range(rows)
    ]
    _add(project, metadata, config, pairs)


def _add(project: Project, metadata: Metadata, config: str, pairs: list[tuple[str, str]]) -> None:
    with project.open() as store, store.write():
        known = store.lineages.rubric_sets(metadata.revision, config)
        store.lineages.add_rubrics(rubric_set(known, metadata.revision, config, pairs))
    notify("Saved: these rubrics count from now on, in runs too.")
