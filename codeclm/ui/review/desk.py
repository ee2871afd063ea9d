"""The desk on which pairs are reviewed: one component in one fragment, so that the next is there at once.

The browser holds the next cards and an outbox; here the outbox is written down and cards are handed out.
"""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any, NamedTuple

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


class Heard(NamedTuple):
    """What came of all that the browser sent: it was written down, or why it was not."""

    acks: dict[str, int]
    """Up to which number the operations of each tab are written, by its token."""
    results: list[dict[str, Any]]
    """What this tab's undos and redos came to, of which it has not heard."""
    fault: str
    late: bool
    """Whether the queue was made before what was written and would show it wrongly."""


@fragment
def desk(project: Project, made: Queue, seat: Seat, blind: bool, keys: bool, tally: Tally) -> None:
    """Draw it for one reviewer. What it sent is written down here and not in a callback: a callback is
    skipped where one rerun overtakes another, and writing twice is harmless.
    """
    # a desk for each project: what was sent last stands in the state, and is no word on another project
    key = f"review_desk:{project.name}"
    sent = (st.session_state.get(key) or {}).get("desk") or {}
    heard = _heard(project, made, seat, sent)
    if heard.late:
        start_over()
        st.rerun()
    look = {
        "project": project.name,
        "blind": blind,
        "keys": keys,
        "reasons": REASONS,
        "end": end(made, tally.waiting if seat.minimum > 1 else 0),
        "behind": not tally.due,
    }
    with project.open(readonly=True) as store, store.read():
        data = look | _handed_out(store, made, seat, sent, heard)
    _DESK(key=key, data=data, on_desk_change=_nothing)
    tally.draw()
    if made.ids:
        bulk_panel(project, made, seat)


def _heard(project: Project, made: Queue, seat: Seat, sent: dict[str, Any]) -> Heard:
    """Write down what this tab sent, and what tabs that are gone left in the browser."""
    acks: dict[str, int] = {}
    fresh: list[dict[str, Any]] = []
    faults, late = [], False
    for other in sent.get("others") or []:
        if not (seat.signed and foreign(other.get("ops"), seat.name)):
            left = write_down(project, str(other["token"]), other.get("ops"), seat.name, seat.signed)
            acks[str(other["token"])] = left.ack
            faults.append(left.fault)
            late |= bool(left.queues - {made.name}) and not sent.get("at")
    if sent.get("token"):
        tab = write_down(project, str(sent["token"]), sent.get("ops"), seat.name, seat.signed)
        acks[str(sent["token"])] = tab.ack
        faults.insert(0, tab.fault)
        fresh = [each for each in tab.results if each["seq"] > int(sent.get("told") or 0)]
        late |= _late(made, tab, fresh)
    return Heard(acks, fresh, next(filter(None, faults), ""), late)


def _late(made: Queue, tab: Tab, fresh: list[dict[str, Any]]) -> bool:
    """Whether the queue was made before what the tab has had written: what was decided while the server was
    away would stand in it, and what was decided at once and taken back would not.
    """
    several = any(each.get("count", 1) > 1 for each in fresh)
    return bool(tab.queues - {made.name} or (tab.queues and (several or not made.ids)))


def _handed_out(store: Store, made: Queue, seat: Seat, sent: dict[str, Any], heard: Heard) -> dict[str, Any]:
    """What the browser gets of the project: cards that it lacks, and what came of what it sent."""
    return {
        "queue": made.name,
        "total": len(made.ids),
        "cards": _cards(store, made, sent, seat),
        "reviewer": seat.name,
        "guidelines": seat.guidelines,
        "token": sent.get("token"),
        "acks": heard.acks,
        "results": [_result(store, made, each, seat) for each in heard.results],
        "fault": heard.fault,
        "today": store.decisions.since(_midnight(), seat.name),
    }


def _nothing() -> None:
    """A component's state is kept only under a name that has a callback."""


def _cards(store: Store, made: Queue, sent: dict[str, Any], seat: Seat) -> list[tuple[int, Card]]:
    """The cards around the one on screen that the browser lacks, by place in the queue."""
    at, low, high = 0, 0, 0
    if sent.get("queue") == made.name:
        at = int(sent["at"])
        low, high = (int(place) for place in sent["have"])
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
