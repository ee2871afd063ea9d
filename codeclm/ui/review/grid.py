"""The queue as a grid, for fast scanning: rows are chosen, and one decision is made on all of them."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from codeclm.projects import Project
from codeclm.records import Pair, Verdict
from codeclm.ui.guard import guarded
from codeclm.ui.review.bulk import decide_all, undo_button
from codeclm.ui.review.cards import flipped
from codeclm.ui.review.queue import Queue
from codeclm.ui.review.team import Seat
from codeclm.ui.table import offset, pager, rows_key
from codeclm.ui.text import gap, one_line, plural

_PAGE = "review_page"
SHOWN = 400
"""Characters of each text."""
ROW = 87
"""Pixels of a row: five lines of each text, and not the head of a sixth; one says too little to decide by."""
_WIDTHS = {"Instruction": 250, "Yours": 90, "Gap": 50, "Iteration": 70, "State": 90}
_SIDE = 250


def grid(project: Project, made: Queue, at: Seat, blind: bool) -> None:
    """One page of the queue. Blind: answers stand left and right, without scores."""
    first = offset(_PAGE, len(made.ids))
    shown = made.ids[first : first + 50]
    with project.open(readonly=True) as store, store.read():
        dials = made.dials
        found = [store.pairs.get(each, dials.theta, dials.iterations, made.config) for each in shown]
        own = {each: store.decisions.of(each) for each in shown}
    pairs = [pair for pair in found if pair is not None]
    said = {
        pair: next((each.verdict for each in decisions if each.reviewer == at.name), "")
        for pair, decisions in own.items()
    }
    event = st.dataframe(
        pd.DataFrame([_row(pair, blind, said[pair.id]) for pair in pairs]).fillna(""),
        hide_index=True,
        height=620,
        row_height=ROW,
        on_select="rerun",
        selection_mode="multi-row",
        key=rows_key("review_grid", [f"{pair.id}{said[pair.id]}" for pair in pairs]),
        column_config={
            name: st.column_config.Column(width=width)
            for name, width in (_WIDTHS | dict.fromkeys(_sides(blind), _SIDE)).items()
        },
        alt="Pairs of the queue",
    )
    chosen = [pairs[at_].id for at_ in event.selection.rows]
    with st.container(horizontal=True, vertical_alignment="center"):
        _button(project, chosen, "accept", at)
        _button(project, chosen, "reject", at)
        undo_button(project, at, "grid")
    pager(_PAGE, len(made.ids), "pairs")


def _button(project: Project, chosen: list[str], verdict: Verdict, at: Seat) -> None:
    word = "Accept the winners" if verdict == "accept" else "Reject"
    rows = f" ({plural(len(chosen), 'row')})" if chosen else ""
    st.button(
        word + rows,
        icon=":material/check:" if verdict == "accept" else ":material/close:",
        disabled=not chosen,
        on_click=_decide,
        args=(project, chosen, verdict, at),
        key=f"review_grid_{verdict}",
    )


@guarded
def _decide(project: Project, chosen: list[str], verdict: Verdict, at: Seat) -> None:
    with project.open() as store:
        decide_all(store, chosen, verdict, at)


def _sides(blind: bool) -> tuple[str, str]:
    return ("Left", "Right") if blind else ("Strong", "Target")


def _row(pair: Pair, blind: bool, said: str) -> dict[str, Any]:
    answers = [one_line(pair.strong, SHOWN), one_line(pair.target, SHOWN)]
    if blind and flipped(pair.id):
        answers.reverse()
    row: dict[str, Any] = {
        "Yours": f"{said}ed" if said else "",
        "Instruction": one_line(pair.instruction, SHOWN),
    }
    row |= dict(zip(_sides(blind), answers, strict=True))
    if not blind or said:
        row["Gap"] = gap(pair.comparison.gap)
    return row | {"Iteration": pair.iteration, "State": pair.status}
