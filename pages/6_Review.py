"""Review: look at pairs one by one, and accept or reject each, by keyboard."""

import streamlit as st

from codeclm.ui.next_step import nothing_kept
from codeclm.ui.other_scale import other_scale
from codeclm.ui.page import no_pairs, page
from codeclm.ui.review.bulk import bulk_panel
from codeclm.ui.review.desk import desk
from codeclm.ui.review.elsewhere import elsewhere
from codeclm.ui.review.grid import grid
from codeclm.ui.review.how import how, where_to_begin
from codeclm.ui.review.near import sought
from codeclm.ui.review.queue import queue
from codeclm.ui.review.tally import Tally
from codeclm.ui.review.team import seat, team_panel
from codeclm.ui.selected import within_selection
from codeclm.ui.sidebar import Links
from codeclm.ui.summary import summary

links = Links()
with page("Review", links) as project:
    facts = summary(project)
    if not facts.funnel.comparisons:
        no_pairs(
            facts,
            "No pair to review yet",
            "A run writes instructions, lets both models answer, and scores the answers.",
        )
        st.stop()
    if not facts.funnel.kept:
        st.info(nothing_kept(facts).why, icon=":material/info:")
    other_scale(project, facts)
    come = "review_view" not in st.session_state
    within_selection(project)
    with st.container(horizontal=True, vertical_alignment="center"):
        asked, hands = (
            st.container(horizontal=True, vertical_alignment="center", width="content") for _ in range(2)
        )
    with hands:
        at = seat(project)
    with asked:
        made = queue(project, come, at)
    with hands:
        view, blind, keys = how()
    where_to_begin(made)
    tally, pairs = Tally(project, links, facts), st.container()
    team_panel(project, facts, at, tally)  # drawn before the desk, which tells there how far they agree
    with pairs:
        if view == "Grid" and made.ids:
            grid(project, made, at, blind)
            bulk_panel(project, made, at, undo=False)
            tally.draw()
        else:
            desk(project, made, at, blind, keys, tally)
            if made.narrowed and not made.ids:
                elsewhere(project, made)
    if come and not facts.running:
        sought(project, made.config, made.dials)
