"""Evaluate: how much of the strong model a candidate recovers, on prompts that it was not trained on."""

import streamlit as st

from codeclm.evaluate.report import report
from codeclm.ui.evaluate import job, results
from codeclm.ui.evaluate.choice import chosen, forget
from codeclm.ui.evaluate.match import distribution
from codeclm.ui.evaluate.prompts import browse
from codeclm.ui.evaluate.setup import setup
from codeclm.ui.page import page
from codeclm.ui.text import plain

PARTS = ("Results", "New evaluation")
VIEWS = ("Groups", "Candidates", "Yardstick", "Judge", "Prompts", "Distribution")

with page("Evaluate") as project:
    busy = job.going_on(project)
    with project.open(readonly=True) as store:
        listed = store.evaluations.recent(100)
    part = PARTS[1]
    if listed or busy:
        # It begins by the session, as a new evaluation sets it.
        st.session_state.setdefault("evaluate_part", PARTS[0])
        part = st.segmented_control(
            "Part", PARTS, required=True, key="evaluate_part", label_visibility="collapsed"
        )
    else:
        st.info(
            "Give prompts that no candidate was trained on. Each candidate answers them, a judge compares "
            "every answer with the strong model’s in both orders, and CRR says how many were won or tied.",
            icon=":material/social_leaderboard:",
        )
    if busy:
        job.panel(project)
    else:
        job.say_end(project)
    if part == PARTS[1]:
        if not busy:
            setup(project)
        st.stop()
    if not listed:
        st.stop()
    one = chosen(listed)
    with project.open(readonly=True) as store:
        found = report(store, one.id)
        prompts = store.evaluations.prompts(one.id)
    results.cards(found)
    if found.missed:
        results.missed(found)
    view = st.segmented_control(
        "View", VIEWS, default=VIEWS[0], required=True, key="evaluate_view", bind="query-params",
        label_visibility="collapsed",
    )  # fmt: skip
    if view == "Groups":
        results.groups(found)
    elif view == "Candidates":
        results.compared(found)
    elif view == "Yardstick":
        results.yardstick(found)
    elif view == "Judge":
        st.caption(f"Judge: {plain(one.spec['judge'] or 'as the file says', 60)}")
        results.judge(found)
    elif view == "Prompts":
        browse(project, found, prompts)
    else:
        distribution(project, one.id, prompts)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        results.files(found, [prompt.text for prompt in prompts])
        forget(project, one)
