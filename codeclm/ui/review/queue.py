"""Which pairs wait on the review page, and in which order: filters in the address, and the queue they make.

A queue is fixed when it is made: what is decided or comes in meanwhile neither leaves it nor moves it.
"""

from __future__ import annotations

import time
from collections.abc import Container
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import streamlit as st

from codeclm.ids import content_id
from codeclm.projects import Project
from codeclm.settings import Dials
from codeclm.store import PairFilter, PairOrder, Store
from codeclm.ui.filter_fields import NAMELESS, SEARCHED, Known, choice, fields, pick
from codeclm.ui.glossary import term
from codeclm.ui.guard import guarded
from codeclm.ui.review.near import sought, spare
from codeclm.ui.review.team import Seat
from codeclm.ui.selected import selected
from codeclm.ui.summary import config_id
from codeclm.ui.text import number

STATUSES = {
    "kept": "kept",
    "exhausted": "exhausted",
    "superseded": "superseded",
    "pending": "pending",
    "improved": "improved",
    "any": "all but improved",
}
DECISIONS = {
    "none": "undecided",
    "other": "not by me",
    "own": "by me",
    "accept": "accepted",
    "reject": "rejected",
    "conflict": "in conflict",
    "any": "any decision",
}
"""Undecided: nothing stands yet, and the reviewer has not said a word."""
ORDERS: dict[PairOrder, str] = {
    "lineage": "as generated",
    "random": "at random",
    "theta": "nearest to θ first",
    "orders": "orders disagree first",
    "rare": "rare clusters first",
}
MARKS = {
    "flagged": "flagged",
    "stale": "stale",
    "drift": "drifted",
    "near": "near-duplicates",
    "spare": "spare near-duplicates",
}
_ROUND = "review_round"
WHOLE: dict[str, Any] = {
    "review_decision": "none",
    "status": "kept",
    "review_marks": [],
    "review_share": False,
    **dict.fromkeys(
        f"review_{name}" for name in ("use", "iteration", "winner", "skill", "tag", "cluster", "by")
    ),
}
"""The folded filters, by key, as they stand at first; but for the gap, whose reach depends on the scores."""


@dataclass(frozen=True, slots=True)
class Queue:
    """The pairs to be gone through, by id. `name` differs for every queue that is made."""

    name: str
    ids: list[str]
    config: str
    dials: Dials
    where: PairFilter
    """What they matched when it was made."""
    narrowed: bool
    """Whether a filter beyond the usual ones is set."""
    turn: int

    @property
    def former(self) -> bool:
        """Whether another was asked for since, of which the page has yet to hear."""
        return bool(st.session_state[_ROUND] != self.turn)

    def waiting(self, store: Store) -> list[str]:
        """Those that match the filters still: what was decided since may not."""
        matching = set(store.pairs.ids(self.config, self.dials.theta, self.dials.iterations, self.where))
        return [each for each in self.ids if each in matching]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the filters ask for. `near`: only near-duplicates, `spare`: and of these only those near a better
    one; `share`: only the reviewer's share."""

    where: PairFilter
    order: PairOrder
    near: bool
    spare: bool
    share: bool


def queue(project: Project, fresh: bool, at: Seat) -> Queue:
    """Draw the filters and make the queue; `fresh`: the page was just come to, so it is made anew."""
    known = Known.of(project)
    with project.open(readonly=True) as store:
        dials, config = store.settings.dials(), config_id(store.settings.config())
    asked = _filters(known, dials, at)
    if fresh or _ROUND not in st.session_state:
        start_over()
    turn = st.session_state[_ROUND]
    parts: dict[str, Any] = {name: getattr(asked.where, name) for name in PairFilter.__slots__}
    parts |= {"theta": dials.theta, "cap": dials.iterations, "config": config, "order": asked.order}
    whole = content_id("queue", project=project.name, turn=turn, reviewer=at.name, **parts)
    share = [at.name, at.team, at.minimum] if asked.share else None
    made, ids = _ids(str(project.path), config, dials, asked, whole)
    name = content_id("part", queue=whole, made=made, near=[asked.near, asked.spare], share=share)
    if asked.near:
        wanted = _near(project, config, dials, asked.spare)
        ids = [each for each in ids if each in wanted]
    if asked.share:
        ids = [each for each in ids if at.mine(each)]
    usual = PairFilter(status="kept", decision="none", undecided_by=at.name)
    narrowed = asked.where != usual or asked.near or asked.share
    return Queue(name, ids, config, dials, asked.where, narrowed, turn)


def _near(project: Project, config: str, dials: Dials, only_spare: bool) -> Container[str]:
    with st.spinner("Looking for near-duplicates…"):
        found = sought(project, config, dials).result()
    if not only_spare:
        return found
    with project.open(readonly=True) as store:
        return spare(store, config, dials, found)


@guarded
def start_over() -> None:
    """Make the queue anew: what came in since is in it, what was decided is not."""
    st.session_state[_ROUND] = time.time_ns()


def usual(known: Known) -> dict[str, Any]:
    """Every folded filter as it stands where it keeps the usual pairs only."""
    return {**WHOLE, "review_gap": (0.0, known.scale[0])}


def _changed(known: Known) -> int:
    """How many of the folded filters are set otherwise; those in the address may be yet to be drawn."""
    state = st.session_state
    return sum(
        state[key] != value if key in state else key in st.query_params for key, value in usual(known).items()
    )


def _filters(known: Known, dials: Dials, at: Seat) -> Asked:
    search = st.text_input(
        "Search",
        key="review_search",
        bind="query-params",
        placeholder="Search instructions",
        icon=":material/search:",
        width=165,
        label_visibility="collapsed",
    )
    others = _changed(known)
    panel = st.popover(
        f"Filters: {others}" if others else "Filters", icon=":material/filter_list:", width=125
    )
    with panel:
        with st.grid(2, min_column_width=200):
            decision = choice("Decision", "review_decision", DECISIONS, "none", "stretch")
            status = choice("State", "status", STATUSES, "kept", "stretch", about=term("kept"))
            use = pick("Use case", "review_use", known.uses, "stretch")
            more = _more(known, dials, at)
        st.caption(f"Search: {SEARCHED[:1].lower()}{SEARCHED[1:]}")
    order = choice("Order", "review_order", ORDERS, "lineage", 185, shown=False)
    where = PairFilter(
        status=None if status == "any" else status,
        search=search,
        use_case=use,
        decision=decision if decision in ("none", "accept", "reject", "conflict") else None,
        undecided_by=at.name if decision in ("none", "other") else None,
        selection=selected(),
        **more,
    )
    if decision == "own":
        where = replace(where, decided_by=at.name)
    state = st.session_state
    share = bool(state.get("review_share")) and at.name in at.team
    marks = state.get("review_marks") or []
    only_spare = MARKS["spare"] in marks
    return Asked(where, order or "lineage", only_spare or MARKS["near"] in marks, only_spare, share)


@guarded
def _among_decided() -> None:
    """Who asks for what one reviewer decided does not mean what is undecided, as stands there at first."""
    if st.session_state["review_by"] and st.session_state["review_decision"] == "none":
        st.session_state["review_decision"] = "any"


def _more(known: Known, dials: Dials, at: Seat) -> dict[str, Any]:
    """The filters that are used less: what they ask of PairFilter."""
    narrowed = fields(known, dials.iterations, "review", "stretch")
    reviewer = (
        pick("Decided by", "review_by", known.reviewers, "stretch", _among_decided)
        if known.reviewers
        else None
    )
    marks = st.pills(
        "Only",
        list(MARKS.values()),
        selection_mode="multi",
        key="review_marks",
        bind="query-params",
        help="Near-duplicates are kept pairs whose instructions nearly say the same; spare ones are all but "
        "the one with the largest gap. To let those go: choose them here, then “Decide all at once”, Reject.",
    )
    if at.team:
        st.toggle(
            "My share",
            key="review_share",
            bind="query-params",
            disabled=at.name not in at.team,
            help="Pairs are shared out over the team, each to as many as it needs reviewers.",
        )
    return {
        **narrowed,
        "decided_by": None if reviewer is None else "" if reviewer == NAMELESS else reviewer,
        "flagged": True if MARKS["flagged"] in marks else None,
        "stale": True if MARKS["stale"] in marks else None,
        "remarked": True if MARKS["drift"] in marks else None,
    }


@st.cache_resource(max_entries=8, ttl="2h", show_spinner="Making the queue…")
def _ids(path: str, config: str, _dials: Dials, _asked: Asked, name: str) -> tuple[int, list[str]]:
    """When it was made, and what is in it: forgotten and made again, it is another queue."""
    made = time.time_ns()
    with Store.open(Path(path), readonly=True) as store:
        return made, store.pairs.ids(config, _dials.theta, _dials.iterations, _asked.where, _asked.order)


def end(made: Queue, others: int) -> str:
    """What to say behind the last card. `others`: pairs that somebody else has to decide, too."""
    if made.ids:
        return f"That was the last of {number(len(made.ids))}. Make the queue anew, or go on to Export."
    if made.narrowed:
        return "No pair matches these filters."
    if others:
        pairs = "pair waits" if others == 1 else "pairs wait"
        return f"You have decided every kept pair; {number(others)} {pairs} for another reviewer."
    return "Nothing waits for a decision: every kept pair has one."
