"""Review: look at pairs one by one, and accept or reject each, by keyboard."""

import streamlit as st

from codeclm.ui.page import empty, go, page
from codeclm.ui.review_desk import desk, fresh
from codeclm.ui.review_queue import queue, start_over
from codeclm.ui.summary import summary

with page("Review") as project:
    facts = summary(project)
    if not facts.funnel.comparisons:
        empty(
            "No pair to review yet",
            "A run writes instructions, lets both models answer, and scores the answers.",
            "Generate" if facts.funnel.seeds or facts.funnel.metadata else "Seeds",
            "Set up a run" if facts.funnel.seeds or facts.funnel.metadata else "Add seeds",
        )
        st.stop()
    made = queue(project, fresh())
    with st.container(horizontal=True, vertical_alignment="center"):
        blind = st.toggle(
            "Blind",
            key="blind",
            bind="query-params",
            help="Sides are shuffled; names and scores are hidden until you have decided.",
        )
        keys = st.toggle(
            "Keys",
            value=True,
            key="review_keys",
            persist_state="session",
            help="Single keys decide. Switch them off where they get in the way of other software.",
        )
        st.button(
            "Make the queue anew",
            icon=":material/refresh:",
            type="tertiary",
            on_click=start_over,
            help="Takes in pairs that came since, and leaves out what you have decided.",
        )
        go("Export", "Export what is accepted")
    desk(project, made, blind, keys)
