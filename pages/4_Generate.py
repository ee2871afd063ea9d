"""Generate: set up a run, watch it, and see what it makes and what failed."""

import streamlit as st

from codeclm.ui.generate_failures import failures
from codeclm.ui.generate_start import start_panel
from codeclm.ui.generate_stream import stream
from codeclm.ui.page import page
from codeclm.ui.runpanel import going_on, run_panel

with page("Generate") as project:
    if going_on(project):
        st.caption("The run goes on when you close this page, and what is finished is kept at once.")
        run_panel(project)
    else:
        start_panel(project)
    failures(project)
    stream(project)
