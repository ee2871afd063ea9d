"""Which pairs wait on the review page, and in which order: filters in the address, and the queue they make.

A queue is fixed when it is made: what is decided or comes in meanwhile neither leaves it nor moves it.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from codeclm.ids import content_id
from codeclm.projects import Project
from codeclm.settings import Dials
from codeclm.store import PairFilter, PairOrder, Store
from codeclm.ui.glossary import term
from codeclm.ui.guard import guarded
from codeclm.ui.summary import config_id
from codeclm.ui.text import number, one_line

STATUSES = {"kept": "kept", "exhausted": "exhausted", "superseded": "superseded", "pending": "pending"}
DECISIONS = {"none": "undecided", "accept": "accepted", "reject": "rejected", "conflict": "in conflict"}
WINNERS = {"strong": "strong wins", "target": "target wins"}
ORDERS: dict[PairOrder, str] = {
    "lineage": "as generated",
    "theta": "nearest to θ first",
    "orders": "orders disagree first",
}
_ROUND = "review_round"
_ANY = "any"


@dataclass(frozen=True, slots=True)
class Queue:
    """The pairs to be gone through, by id. `name` differs for every queue that is made."""

    name: str
    ids: list[str]
    config: str
    dials: Dials
    narrowed: bool
    """Whether a filter beyond the usual ones is set."""


def queue(project: Project, fresh: bool) -> Queue:
    """Draw the filters and make the queue; `fresh`: the page was just come to, so it is made anew."""
    with project.open(readonly=True) as store:
        dials, config = store.settings.dials(), config_id(store.settings.config())
        uses = store.metadata.use_cases()
    where, order = _filters(uses, dials)
    if fresh or _ROUND not in st.session_state:
        start_over()
    turn = st.session_state[_ROUND]
    parts: dict[str, Any] = {name: getattr(where, name) for name in PairFilter.__slots__}
    parts |= {"theta": dials.theta, "cap": dials.iterations, "config": config, "order": order}
    asked = content_id("queue", project=project.name, turn=turn, **parts)
    ids = _ids(str(project.path), config, dials, where, order, asked)
    return Queue(asked, ids, config, dials, where != PairFilter(status="kept", decision="none"))


@guarded
def start_over() -> None:
    """Make the queue anew: what came in since is in it, what was decided is not."""
    st.session_state[_ROUND] = time.time_ns()


def _filters(uses: list[tuple[str, int]], dials: Dials) -> tuple[PairFilter, PairOrder]:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        decision = _choice("Decision", "review_decision", DECISIONS, "none", 125)
        status = _choice("State", "status", STATUSES, "kept", 120, about=term("kept"))
        use = st.selectbox(
            "Use case",
            [label for label, _ in uses[:500]],
            index=None,
            placeholder=_ANY,
            key="review_use",
            bind="query-params",
            format_func=lambda label: one_line(label, 40),
            width=150,
        )
        steps = [str(step) for step in range(1, dials.iterations + 1)]
        iteration = _choice("Iteration", "review_iteration", dict(zip(steps, steps, strict=True)), None, 90)
        winner = _choice("Winner", "review_winner", WINNERS, None, 130)
        search = st.text_input(
            "Search",
            key="review_search",
            bind="query-params",
            placeholder="in the instruction",
            icon=":material/search:",
            width=150,
        )
        order = _choice("Order", "review_order", ORDERS, "lineage", 185)
    found = PairFilter(
        status=status,
        search=search,
        use_case=use,
        iteration=int(iteration) if iteration else None,
        winner=winner,
        decision=decision,
    )
    return found, order or "lineage"


def _choice(
    label: str, key: str, options: dict[Any, str], default: str | None, width: int, about: str | None = None
) -> Any:
    """A choice among a few; cleared, it filters nothing."""
    names = list(options)
    return st.selectbox(
        label,
        names,
        index=None if default is None else names.index(default),
        placeholder=_ANY,
        key=key,
        bind="query-params",
        format_func=lambda name: options.get(name, str(name)),
        help=about,
        width=width,
    )


@st.cache_resource(max_entries=8, ttl="2h", show_spinner="Making the queue…")
def _ids(
    path: str, config: str, _dials: Dials, _where: PairFilter, _order: PairOrder, asked: str
) -> list[str]:
    with Store.open(Path(path), readonly=True) as store:
        return store.pairs.ids(config, _dials.theta, _dials.iterations, _where, _order)


def end(made: Queue) -> str:
    """What to say behind the last card."""
    if made.ids:
        return f"That was the last of {number(len(made.ids))}. Make the queue anew, or go on to Export."
    if made.narrowed:
        return "No pair matches these filters."
    return "Nothing waits for a decision: every kept pair has one."
