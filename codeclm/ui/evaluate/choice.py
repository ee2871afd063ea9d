"""Which evaluation is looked at; and forgetting one."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from codeclm.projects import Project
from codeclm.store import Evaluation
from codeclm.ui.guard import guarded, notify
from codeclm.ui.text import ago, one_line, plural

_NEWEST = "evaluate_newest"


def chosen(listed: Sequence[Evaluation]) -> Evaluation:
    """The evaluation that is looked at: the newest, until another is chosen, and again once one is made."""
    by_id = {each.id: each for each in listed}
    if st.session_state.get(_NEWEST) != listed[0].id:
        st.session_state[_NEWEST] = st.session_state["evaluate_shown"] = listed[0].id
    picked = st.selectbox(
        "Evaluation",
        list(by_id),
        key="evaluate_shown",
        format_func=lambda name: _title(by_id[name]),
        label_visibility="collapsed",
    )
    return by_id[picked]


def _title(evaluation: Evaluation) -> str:
    names = ", ".join(one_line(each["name"], 30) for each in evaluation.spec["candidates"])
    source = one_line(evaluation.spec["prompts"]["source"], 40)
    own = " · edited prompts" if evaluation.spec.get("edited") else ""
    return f"{names} · {plural(evaluation.prompts, 'prompt')} of {source}{own} · {ago(evaluation.at)}"


def forget(project: Project, evaluation: Evaluation) -> None:
    """A button behind a question."""
    with st.popover("Forget", icon=":material/delete:"):
        st.caption("The verdicts go. What the models said stays in the log, so evaluating again is cheap.")
        st.button(
            "Forget this evaluation", on_click=_forget, args=(project, evaluation.id), key="evaluate_forget"
        )


@guarded
def _forget(project: Project, evaluation: str) -> None:
    with project.open() as store:
        store.evaluations.delete(evaluation)
    notify("The evaluation is forgotten.")
