"""Export: choose pairs and a format, see the exact lines, take the file."""

import streamlit as st

from codeclm.ui.export.checks import checks, told
from codeclm.ui.export.choice import choice
from codeclm.ui.export.file import download, first_lines, nothing, outcome, summary_of
from codeclm.ui.other_scale import other_scale
from codeclm.ui.page import no_pairs, page
from codeclm.ui.selected import only_selected
from codeclm.ui.summary import summary

with page("Export") as project:
    facts = summary(project)
    if not facts.funnel.comparisons:
        no_pairs(
            facts,
            "Nothing to export yet",
            "Pairs come from a run: an instruction, both models’ answers, and their scores.",
        )
        st.stop()
    other_scale(project, facts)
    with st.grid(2, min_column_width=340, gap="medium"):
        with project.open(readonly=True) as store:
            revision = store.revision()
        with st.container():
            options, repeats = checks(project, revision, only_selected(project, choice(project, facts)))
        found = summary_of(project, revision, options)
        with st.container():
            outcome(found, options)
            download(project, options, found.rows)
            if not found.rows:
                nothing(found, options, facts.funnel.accepted)
    told(repeats)
    if found.rows:
        st.subheader("The first lines", anchor=False)
        first_lines(project, options)
