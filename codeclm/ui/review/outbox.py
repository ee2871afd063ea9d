"""Writes down what the review card sends, each operation once and in order, however often it is sent.

An operation has a number, and each browser tab a token of its own; up to which number a tab's are written
is kept in the project, in the same transaction, so that a server that is killed and started anew neither
repeats an undo nor drops one. Knows the store and no Streamlit.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, cast

from codeclm.errors import CodecError, GoneError
from codeclm.projects import Project
from codeclm.records import AnswerRole, Decision, Verdict
from codeclm.store import Store
from codeclm.ui.review.cards import decided
from codeclm.ui.text import storable
from codeclm.votes import reviewer as called

TABS = 200
"""Tabs remembered; the oldest are forgotten."""
WRITTEN = "review_tabs"
"""The setting that has tokens, and up to which number each tab's operations are written; the newest last."""
KEPT = 100
"""Tabs of which the project knows that."""
RESULTS = 40
"""Undone and redone pairs that a tab may still have to hear of."""
LONGEST = 200_000
"""Characters of an edit."""


@dataclass
class Tab:
    """What one tab has had written down: up to which number, and which pairs were undone or redone."""

    ack: int = 0
    results: list[dict[str, Any]] = field(default_factory=list)
    fault: str = ""
    gone: int = 0
    """Operations passed over, as their pairs are not in the project."""
    odd: int = 0
    """What was passed over as it is no operation, such as an older program left in the browser."""
    read: bool = False
    """Whether what the project knows of it was read."""
    queues: frozenset[str] = frozenset()
    """By name, those in which what was written down just now was pressed."""


_tabs: OrderedDict[tuple[str, str], Tab] = OrderedDict()
_lock = Lock()


def write_down(
    project: Project, token: str, operations: object, reviewer: str = "", signed: bool = False
) -> Tab:
    """Apply what is not applied yet. An error stops at its operation, which stays to be sent again; one about
    a pair that is gone, as of a project deleted and made anew under its name, is passed over and told.

    `signed`: the reviewer is signed in, so that no other name counts, whatever the browser says.
    """
    with _lock:
        tab = _tab(project, token)
        tab.fault, before = "", tab.ack
        waiting = [each for each in _numbered(operations) if each["seq"] > tab.ack]
        if waiting:
            try:
                with project.open() as store:
                    if not tab.read:
                        tab.ack = dict(store.settings.get(WRITTEN, [])).get(token, 0)
                        tab.read, before = True, max(before, tab.ack)
                    for each in (each for each in waiting if each["seq"] > tab.ack):
                        _apply(store, each, tab, reviewer if signed else _name(each, reviewer), token)
            except CodecError as error:
                tab.fault = f"{error} Nothing more is saved until this is mended; it is tried again by itself"
        return Tab(
            tab.ack,
            list(tab.results),
            tab.fault or _passed_over(tab),
            queues=_queues(waiting, before, tab.ack),
        )


def _queues(operations: list[Mapping[str, Any]], before: int, ack: int) -> frozenset[str]:
    return frozenset(str(each.get("queue")) for each in operations if before < each["seq"] <= ack)


def foreign(operations: object, reviewer: str) -> bool:
    """Whether some of what a page that is gone left in the browser was decided by somebody else."""
    return any(_name(each, reviewer) != reviewer for each in _numbered(operations))


def _tab(project: Project, token: str) -> Tab:
    key = (str(project.path), token)
    tab = _tabs.setdefault(key, Tab())
    _tabs.move_to_end(key)
    while len(_tabs) > TABS:
        _tabs.popitem(last=False)
    return tab


def _passed_over(tab: Tab) -> str:
    """What is told of operations without a pair, and of what is none."""
    if not tab.gone:
        return "The browser had kept what is no decision: passed over. All else is saved." if tab.odd else ""
    some = f"{tab.gone} decisions or flags were about pairs"
    which = "One decision or flag was about a pair" if tab.gone == 1 else some
    return f"{which} that this project does not have (any more): passed over. All others are saved."


def _apply(store: Store, each: Mapping[str, Any], tab: Tab, reviewer: str, token: str) -> None:
    """One operation, and that it is written."""
    result, gone, sound = None, False, _sound(each)
    with store.write():
        try:
            result = _carried_out(store, each, reviewer) if sound else None
        except GoneError:
            gone = True
        others = [[name, seq] for name, seq in store.settings.get(WRITTEN, []) if name != token]
        store.settings.set(WRITTEN, [*others, [token, each["seq"]]][-KEPT:])
    if result is not None:
        tab.results.append(result)
    del tab.results[:-RESULTS]
    tab.gone += gone
    tab.odd += not sound
    tab.ack = each["seq"]


def _carried_out(store: Store, each: Mapping[str, Any], reviewer: str) -> dict[str, Any] | None:
    """Carry an operation out; what an undo or a redo came to, unless the browser foretold just that, and over
    what a decision was made, where the card did not show it."""
    if each["kind"] == "decide":
        before = _before(store, each, reviewer)
        store.decisions.decide(_decision(each, reviewer))
        return before and {"seq": each["seq"], "kind": "decide", "pair": each["pair"], "before": before}
    if each["kind"] == "flag":
        mark = store.flags.put if each["on"] else store.flags.clear
        mark(each["pair"], reviewer)
        return None
    undoes, foretold = each["kind"] == "undo", each.get("pair")
    count = store.decisions.together(reviewer, undone=not undoes, pair=foretold)
    pair = (store.decisions.undo if undoes else store.decisions.redo)(reviewer, foretold)
    if foretold is not None and pair == foretold and count == 1:
        return None
    return {"seq": each["seq"], "kind": each["kind"], "pair": pair, "count": count}


def _before(store: Store, each: Mapping[str, Any], reviewer: str) -> dict[str, Any] | None:
    """What the reviewer had decided of the pair, where it is not what the card showed: on another page."""
    if "saw" not in each:
        return None
    own = next((made for made in store.decisions.of(each["pair"]) if made.reviewer == reviewer), None)
    return None if own is None or [own.verdict, own.answer] == each["saw"] else decided(own)


def _decision(each: Mapping[str, Any], reviewer: str) -> Decision:
    return Decision(
        pair=each["pair"],
        verdict=cast(Verdict, each["verdict"]),
        reviewer=reviewer,
        answer=cast("AnswerRole | None", each.get("answer")) if each["verdict"] == "accept" else None,
        instruction=_text(each.get("instruction")),
        response=_text(each.get("response")),
        reasons=tuple(str(reason)[:200] for reason in each["reasons"]),
        adjudicated=each.get("adjudicated") is True,
    )


def _name(each: Mapping[str, Any], reviewer: str) -> str:
    """Who pressed the key: the name that stood there at that moment goes with it."""
    said = each.get("reviewer")
    return called(said) if isinstance(said, str) else reviewer


def _text(value: object) -> str | None:
    return storable(value, LONGEST) if isinstance(value, str) else None


def _numbered(operations: object) -> list[Mapping[str, Any]]:
    """What was sent, in order. What has no number is nothing: it could not be told to be written, either."""
    found = operations if isinstance(operations, list) else []
    return sorted(
        (each for each in found if isinstance(each, dict) and isinstance(each.get("seq"), int)),
        key=lambda each: each["seq"],
    )


def _sound(each: Mapping[str, Any]) -> bool:
    if each.get("kind") in ("undo", "redo"):
        return isinstance(each.get("pair"), str | None)
    if each.get("kind") == "flag":
        return isinstance(each.get("pair"), str) and isinstance(each.get("on"), bool)
    return (
        each.get("kind") == "decide"
        and isinstance(each.get("pair"), str)
        and each.get("verdict") in ("accept", "reject")
        and each.get("answer") in ("strong", "target", None)
        and isinstance(each.get("reasons"), list)
    )
