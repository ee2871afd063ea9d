"""Metadata: what the strong model read in the seeds, corrected by hand; labels merged; new combinations."""

import streamlit as st

from codeclm.ui.file_kinds import of_label
from codeclm.ui.file_panel import file_panel, last_rejects
from codeclm.ui.labels import by_hand
from codeclm.ui.metadata.labels import labels_panel
from codeclm.ui.metadata.mix import mix_panel
from codeclm.ui.metadata.table import metadata_table
from codeclm.ui.metadata.unlabelled import unlabelled
from codeclm.ui.page import empty, page, parts
from codeclm.ui.summary import summary

PARTS = ("Rows", "Labels", "Mix and match")

with page("Metadata") as project:
    facts = summary(project)
    part = parts(PARTS, "meta_part")
    if part == "Labels":
        labels_panel(project, facts)
        st.stop()
    if part == "Mix and match":
        mix_panel(project)
        st.stop()
    adding = st.expander(
        "Add a row by hand", icon=":material/add:", expanded=not facts.funnel.seeds, key="meta_adding"
    )
    with adding:
        by_hand(project, "meta")
    filing = st.expander(
        "Add rows from a file", icon=":material/upload_file:", on_change="rerun", key="meta_filing"
    )
    kind = of_label("Metadata")
    if filing.open:
        with filing:
            st.caption(kind.about)
            file_panel(project, kind, "meta_file")
    last_rejects(project, [kind])
    unlabelled(project)
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
