"""Home: where the project stands, what to do next, and every project there is."""

import streamlit as st

from codeclm.ui.home import about, funnel_tiles, next_card, recent_runs, spend_table
from codeclm.ui.page import home
from codeclm.ui.project_panel import projects_panel, to_new, welcome
from codeclm.ui.runpanel import going_on, run_panel
from codeclm.ui.summary import summary
from codeclm.ui.text import plain

with home() as project:
    if project is None:
        welcome()
        st.stop()
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.title(plain(project.name), anchor=False, width="stretch")
        to_new()
    about(project)
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
