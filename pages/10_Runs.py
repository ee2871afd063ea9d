"""Runs: every run and every call, from any record to the calls that made it, and whose results are shown."""

import streamlit as st

from codeclm.ui.page import page
from codeclm.ui.results_picker import picker
from codeclm.ui.runs.calls import calls
from codeclm.ui.runs.prune import pruning
from codeclm.ui.runs.recent import runs
from codeclm.ui.runs.record import record

with page("Runs") as project:
    if record(project):
        st.stop()
    picker(project)
    st.subheader("Runs", anchor=False)
    runs(project)
    st.subheader("Calls", anchor=False)
    calls(project)
    pruning(project)
