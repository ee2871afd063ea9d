"""How the pairs on Review are looked at: as cards or as a grid, blind or not, with keys or without; and where
to begin with very many."""

from __future__ import annotations

import streamlit as st

from codeclm.ui.export_words import INCLUDE
from codeclm.ui.next_step import DOUBTFUL, MANY, SAMPLE
from codeclm.ui.page import go
from codeclm.ui.review.queue import Queue, start_over
from codeclm.ui.text import number


def where_to_begin(made: Queue) -> None:
    """Of very many pairs in the order that they were made in, offer the doubtful ones, or a fair sample."""
    ordered = st.session_state.get("review_order") not in (None, "lineage")
    if made.narrowed or ordered or len(made.ids) <= MANY:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f"{number(len(made.ids))} wait. Begin with", width="content")
        go("Review", "the doubtful", **DOUBTFUL)
        go("Review", "a sample at random", **SAMPLE)


def how() -> tuple[str, bool, bool]:
    """Draw the controls: the view, whether it is blind, and whether single keys decide."""
    view: str = st.segmented_control(
        "View",
        ("Cards", "Grid"),
        default="Cards",
        required=True,
        key="review_view",
        bind="query-params",
        label_visibility="collapsed",
    )
    blind = st.toggle(
        "Blind",
        key="blind",
        bind="query-params",
        help="Sides are shuffled; names and scores are hidden until you have decided.",
    )
    with st.popover("More", icon=":material/more_horiz:", type="tertiary"):
        keys = st.toggle(
            "Keys",
            value=True,
            key="review_keys",
            persist_state="session",
            help="Single keys decide: ? lists them, / goes to Search. In a filter they are letters: "
            "Ctrl+Enter gives them back to the card. "
            "Switch them off where they get in the way of other software.",
        )
        st.button(
            "Make the queue anew",
            icon=":material/refresh:",
            type="tertiary",
            on_click=start_over,
            help="Takes in pairs that came since, and leaves out what you have decided.",
        )
        go("Export", "Export what is accepted", export_what=INCLUDE["accepted"][0])
    return view, blind, keys
