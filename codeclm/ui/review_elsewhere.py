"""Where pairs are that the filters of Review would find but for one of them: said where they find none."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from codeclm.projects import Project
from codeclm.store import PairFilter, Store
from codeclm.ui.guard import guarded
from codeclm.ui.page import go
from codeclm.ui.review_queue import DECISIONS, STATUSES, Queue, start_over
from codeclm.ui.text import number, plural

_ANY = {"review_decision": DECISIONS["any"], "status": STATUSES["any"]}
"""What lets every decision, and every state, pass."""


def elsewhere(project: Project, made: Queue, name: str) -> None:
    """How many pairs match with any decision, or in any state, with a button to each; and a way out.

    `name`: the reviewer's, which stays.
    """
    decided = replace(made.where, decision=None, undecided_by=None, decided_by=None)
    whole = replace(decided, status=None)
    with project.open(readonly=True) as store:
        with_any, at_all = (_count(store, made, each) for each in (decided, whole))
    with st.container(horizontal=True, vertical_alignment="center"):
        if with_any:
            _offer(f"Show {number(with_any)} among the decided", "decided", "review_decision")
        if at_all > with_any:
            others = plural(at_all - with_any, "pair")
            _offer(f"Show {others} in other states", "states", "review_decision", "status")
        go("Review", "Clear the filters", **({"reviewer": name} if name else {}))


def _count(store: Store, made: Queue, where: PairFilter) -> int:
    return store.pairs.count(made.config, made.dials.theta, made.dials.iterations, where)


def _offer(label: str, key: str, *fields: str) -> None:
    st.button(
        label, icon=":material/search:", on_click=_let_pass, args=(fields,), key=f"review_elsewhere_{key}"
    )


@guarded
def _let_pass(fields: tuple[str, ...]) -> None:
    st.session_state.update({field: _ANY[field] for field in fields})
    start_over()
