"""The desk on which pairs are reviewed: one component in one fragment, so that the next is there at once.

The browser holds the next cards and an outbox; here the outbox is written down and cards are handed out.
"""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any

import streamlit as st

from codeclm.projects import Project
from codeclm.store import Store
from codeclm.ui.assets import asset
from codeclm.ui.guard import fragment
from codeclm.ui.review.bulk import bulk_panel
from codeclm.ui.review.cards import Card, card
from codeclm.ui.review.outbox import Tab, foreign, write_down
from codeclm.ui.review.queue import Queue, end, start_over
from codeclm.ui.review.tally import Tally
from codeclm.ui.review.team import Seat

AHEAD, BEHIND = 24, 3
"""Cards that the browser holds around the one on screen."""
REASONS = (
    "off topic",
    "unclear instruction",
    "too easy",
    "wrong answer",
    "both answers poor",
    "duplicate",
    "unsafe or private",
)
"""Why a pair may be rejected, each on the key of its number."""

_SCRIPTS = (
    "code.js",
    "pieces.js",
    "review/differences.js",
    "review/versions.js",
    "review/card.js",
    "review/hands.js",
    "review/drafts.js",
    "review/outbox.js",
    "review/history.js",
    "review/panels.js",
    "review/progress.js",
    "review/desk.js",
)
_DESK = st.components.v2.component(
    "codeclm_review_desk",
    html=asset("review/card.html"),
    css=asset("pieces.css", "review/card.css"),
    js=asset(*_SCRIPTS),
)


@fragment
def desk(project: Project, made: Queue, seat: Seat, blind: bool, keys: bool, tally: Tally) -> None:
    """Draw it for one reviewer. What it sent is written down here and not in a callback: a callback is
    skipped where one rerun overtakes another, and writing twice is harmless.
    """
    # a desk for each project: what was sent last stands in the state, and is no word on another project
    key = f"review_desk:{project.name}"
    told = (st.session_state.get(key) or {}).get("desk") or {}
    tab, acks, faults, late = Tab(), {}, [], False
    for other in told.get("others") or []:
        if not (seat.signed and foreign(other.get("ops"), seat.name)):
            done = write_down(project, str(other["token"]), other.get("ops"), seat.name, seat.signed)
            acks[str(other["token"])] = done.ack
            faults.append(done.fault)
            late |= bool(done.queues - {made.name}) and not told.get("at")
    if told.get("token"):
        tab = write_down(project, str(told["token"]), told.get("ops"), seat.name, seat.signed)
        acks[str(told["token"])] = tab.ack
        heard = int(told.get("told") or 0)
        several = any(each.get("count", 1) > 1 and each["seq"] > heard for each in tab.results)
        late |= bool(tab.queues - {made.name} or (tab.queues and (several or not made.ids)))
    if late:
        # The queue was made before: what was decided while the server was away would stand in it, and what
        # was decided at once and taken back would not.
        start_over()
        st.rerun()
    with project.open(readonly=True) as store, store.read():
        data = {
            "project": project.name,
            "queue": made.name,
            "total": len(made.ids),
            "cards": _cards(store, made, told, seat),
            "reviewer": seat.name,
            "guidelines": seat.guidelines,
            "token": told.get("token"),
            "acks": acks,
            "results": [
                _result(store, made, each, seat)
                for each in tab.results
                if each["seq"] > int(told.get("told") or 0)
            ],
            "fault": tab.fault or next(filter(None, faults), ""),
            "today": store.decisions.since(_midnight(), seat.name),
            "blind": blind,
            "keys": keys,
            "reasons": REASONS,
            "end": end(made, tally.waiting if seat.minimum > 1 else 0),
            "behind": not tally.due,
        }
    _DESK(key=key, data=data, on_desk_change=_nothing)
    tally.draw()
    if made.ids:
        bulk_panel(project, made, seat)


def _nothing() -> None:
    """A component's state is kept only under a name that has a callback."""


def _cards(store: Store, made: Queue, told: dict[str, Any], seat: Seat) -> list[tuple[int, Card]]:
    """The cards around the one on screen that the browser lacks, by place in the queue."""
    at, low, high = 0, 0, 0
    if told.get("queue") == made.name:
        at = int(told["at"])
        low, high = (int(place) for place in told["have"])
    wanted = range(max(0, at - BEHIND), min(len(made.ids), at + AHEAD))
    return [
        (place, shown)
        for place in wanted
        if not low <= place < high and (shown := _card(store, made, made.ids[place], seat)) is not None
    ]


def _card(store: Store, made: Queue, pair_id: str, seat: Seat) -> Card | None:
    pair = store.pairs.get(pair_id, made.dials.theta, made.dials.iterations, made.config)
    return None if pair is None else card(store, pair, made.dials.theta, seat.name)


def _result(store: Store, made: Queue, each: dict[str, Any], seat: Seat) -> dict[str, Any]:
    """What an undo or a redo came to: its pair, where that stands in the queue, and its card."""
    pair = each["pair"]
    if pair is None:
        return {**each, "index": None, "card": None}
    place = made.ids.index(pair) if pair in made.ids else None
    return {**each, "index": place, "card": _card(store, made, pair, seat)}


def _midnight() -> float:
    today = datetime.fromtimestamp(time.time()).replace(hour=0, minute=0, second=0, microsecond=0)
    return today.timestamp()
