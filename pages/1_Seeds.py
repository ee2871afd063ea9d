"""Seeds: bring real instructions in, look through them, tag, delete and restore them."""

import streamlit as st

from codeclm.ui.file_panel import last_rejects
from codeclm.ui.next_step import next_step
from codeclm.ui.page import empty, go, page
from codeclm.ui.seeds.add import add_panel
from codeclm.ui.seeds.table import seeds_table
from codeclm.ui.summary import summary

with page("Seeds") as project:
    facts = summary(project)
    if facts.funnel.seeds == 0:
        st.subheader("Add seeds" if facts.funnel.metadata else "Add your first seeds", anchor=False)
        add_panel(project)
    else:
        adding = st.expander("Add seeds", icon=":material/add:", on_change="rerun", key="seeds_adding")
        if adding.open:
            with adding:
                add_panel(project)
    last_rejects(project)
    step = next_step(facts)
    if step.page != "Seeds":
        title = f"{step.title[:1].lower()}{step.title[1:]}"
        with st.container(key="next_step"):
            go(step.page, f"{'Now' if facts.running else 'Next'}: {title}", **step.parameters)
    if not seeds_table(project) and facts.funnel.metadata:
        empty(
            "This project works without seeds",
            "Its metadata was written by hand or imported.",
            "Metadata",
            "Look at the metadata",
        )
