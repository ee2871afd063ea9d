"""Where pairs are that the filters of Review would find but for one of them: said where they find none."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from codeclm.projects import Project
from codeclm.store import PairFilter, Store
from codeclm.ui.filter_fields import Known
from codeclm.ui.guard import guarded
from codeclm.ui.review.queue import Queue, start_over, usual
from codeclm.ui.selected import PARAMETER
from codeclm.ui.text import number, plural


def elsewhere(project: Project, made: Queue) -> None:
    """How many pairs match with any decision, or in any state, with a button to each; and a way out."""
    by = made.where.decided_by if st.session_state.get("review_by") else None
    decided = replace(made.where, decision=None, undecided_by=None, decided_by=by)
    whole = replace(decided, status=None)
    with project.open(readonly=True) as store:
        with_any, at_all = (_count(store, made, each) for each in (decided, whole))
    with st.container(horizontal=True, vertical_alignment="center"):
        if with_any:
            _offer(f"Show {number(with_any)} among the decided", "decided", "review_decision")
        if at_all > with_any:
            others = plural(at_all - with_any, "pair")
            _offer(f"Show {others} in other states", "states", "review_decision", "status")
        st.button(
            "Clear the filters",
            icon=":material/filter_list_off:",
            on_click=_clear,
            args=(usual(Known.of(project)),),
            key="review_elsewhere_clear",
        )


def _count(store: Store, made: Queue, where: PairFilter) -> int:
    return store.pairs.count(made.config, made.dials.theta, made.dials.iterations, where)


def _offer(label: str, key: str, *fields: str) -> None:
    st.button(
        label, icon=":material/search:", on_click=_let_pass, args=(fields,), key=f"review_elsewhere_{key}"
    )


@guarded
def _let_pass(fields: tuple[str, ...]) -> None:
    st.session_state.update(dict.fromkeys(fields, "any"))
    start_over()


@guarded
def _clear(first: dict[str, Any]) -> None:
    first = {**first, "review_search": ""}
    st.session_state.update({key: value for key, value in first.items() if key in st.session_state})
    st.query_params.pop(PARAMETER, None)
    start_over()
