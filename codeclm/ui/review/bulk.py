"""One decision on all of a queue that its filters still match, with its number typed to confirm; undone as
one step."""

from __future__ import annotations

import streamlit as st

from codeclm.projects import Project
from codeclm.records import Verdict
from codeclm.store import Store
from codeclm.ui.guard import error_box, guarded, notify
from codeclm.ui.review.queue import Queue, start_over
from codeclm.ui.review.team import Seat
from codeclm.ui.text import number, plural

_SAID = "review_bulk_said"
WHAT: dict[str, Verdict] = {"Accept the winners": "accept", "Reject": "reject"}


def bulk_panel(project: Project, made: Queue, at: Seat, undo: bool = True) -> None:
    """What to do with all pairs that the filters find: counted anew each time that it is drawn.

    `undo`: with a button for that, where none stands near.
    """
    if made.former:
        st.rerun()
    panel = st.expander(
        "Decide all at once", icon=":material/done_all:", on_change="rerun", key="review_bulk_open"
    )
    if not panel.open:
        return
    with project.open(readonly=True) as store:
        count = len(made.waiting(store))
    gone = len(made.ids) - count
    with panel, st.form("review_bulk", border=False):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.segmented_control("Decision", list(WHAT), key="review_bulk_what")
            st.text_input("Reason", key="review_bulk_reason", placeholder="optional", width=220)
            st.text_input(f"Type {count} to confirm", key="review_bulk_count", width=190, autocomplete="off")
            st.form_submit_button(
                "Decide all",
                icon=":material/done_all:",
                on_click=_decide,
                args=(project, made, at),
                disabled=not count,
            )
        since = f" Of the queue’s {number(len(made.ids))}, {number(gone)} match no more." if gone else ""
        st.caption(
            "Decides the pairs of this queue that match the filters when you press it, and settles those in "
            f"conflict.{since} It is one step: Undo takes back all of it."
        )
    with panel:
        # here, where the hand is: the top of the page may be out of sight
        if said := st.session_state.pop(_SAID, ""):
            error_box(said)
        if undo:
            undo_button(project, at, "bulk")


def undo_button(project: Project, at: Seat, key: str) -> None:
    """Take back this reviewer's last step, be it one decision or many."""
    with project.open(readonly=True) as store:
        count = store.decisions.together(at.name)
    st.button(
        f"Undo the last {plural(count, 'decision')} made together" if count > 1 else "Undo the last decision",
        icon=":material/undo:",
        disabled=not count,
        on_click=_undo,
        args=(project, at),
        key=f"review_undo_{key}",
    )


@guarded
def _decide(project: Project, made: Queue, at: Seat) -> None:
    state = st.session_state
    verdict = WHAT.get(str(state["review_bulk_what"]))
    if verdict is None:
        state[_SAID] = f"Nothing was decided: choose {' or '.join(WHAT)}."
        return
    typed = str(state["review_bulk_count"]).strip().replace(",", "").replace(" ", "")
    state["review_bulk_count"] = ""
    reason = " ".join(str(state["review_bulk_reason"]).split())[:200]
    with project.open() as store, store.write():
        waiting = made.waiting(store)
        if typed == str(len(waiting)):
            decide_all(store, waiting, verdict, at, reason)
            state["review_bulk_what"], state["review_bulk_reason"] = None, ""
        else:
            state[_SAID] = (
                f"Nothing was decided: {plural(len(waiting), 'pair')} of this queue match now. "
                f"Type {len(waiting)} to confirm, not {typed or 'nothing'}."
            )


def decide_all(store: Store, ids: list[str], verdict: Verdict, at: Seat, reason: str = "") -> None:
    """Write one decision on many pairs, and begin a new queue."""
    done = store.decisions.decide_all(ids, verdict, at.name, [reason] if reason else [])
    start_over()
    notify(f"{plural(done, 'pair')} {verdict}ed. Undo takes back all of it.")


@guarded
def _undo(project: Project, at: Seat) -> None:
    with project.open() as store:
        count = store.decisions.together(at.name)
        store.decisions.undo(at.name)
    start_over()
    notify(f"{plural(count, 'decision')} undone.")
