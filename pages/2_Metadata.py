"""Metadata: what the strong model read in the seeds, corrected by hand; rows by hand; what is left out."""

import streamlit as st

from codeclm.ui.labels import by_hand
from codeclm.ui.metadata_table import metadata_table
from codeclm.ui.page import empty, page
from codeclm.ui.summary import summary

with page("Metadata") as project:
    facts = summary(project)
    adding = st.expander(
        "Add a row by hand", icon=":material/add:", expanded=not facts.funnel.seeds, key="meta_adding"
    )
    with adding:
        by_hand(project, "meta")
    if not metadata_table(project):
        if facts.funnel.seeds:
            empty(
                "No metadata yet",
                "A run reads a use case and skills in each seed. They can be corrected here "
                "before anything is written from them.",
                "Generate",
                "Run the encoding",
            )
        else:
            empty(
                "No metadata yet",
                "It is read from seeds, or written by hand above.",
                "Seeds",
                "Add seeds",
            )
