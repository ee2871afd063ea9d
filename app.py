"""Home: where the project stands, what to do next, and every project there is."""

import streamlit as st

from codeclm.ui.home.overview import funnel_tiles, next_card, recent_runs, spend_table, title
from codeclm.ui.home.projects import projects_panel, to_new, welcome
from codeclm.ui.page import home
from codeclm.ui.runpanel import going_on, run_panel
from codeclm.ui.summary import summary

with home() as project:
    if project is None:
        welcome()
        st.stop()
    title(project, beside=to_new)
    facts = summary(project)
    next_card(project, facts)
    if going_on(project):
        run_panel(project)
    funnel_tiles(project, facts.running)
    with st.grid(2, min_column_width=400):
        with st.container():
            spend_table(project)
        with st.container():
            recent_runs(project)
    projects_panel(project)
