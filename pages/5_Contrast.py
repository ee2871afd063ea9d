"""Contrast: what θ keeps, whether the judge can be trusted, and whether people side with it."""

import streamlit as st

from codeclm.ui.contrast.data import lab
from codeclm.ui.contrast.health import health
from codeclm.ui.contrast.people import people
from codeclm.ui.contrast.theta import summary_line, theta_lab
from codeclm.ui.other_scale import other_scale
from codeclm.ui.page import no_pairs, page, parts
from codeclm.ui.summary import summary

PARTS = ("θ lab", "Judge health", "People and judge")

with page("Contrast") as project:
    facts = summary(project)
    if not facts.funnel.comparisons:
        no_pairs(
            facts,
            "No scores yet",
            "A run lets both models answer each instruction and scores the answers; θ says which gaps count.",
        )
        st.stop()
    found = lab(project, facts)
    part = parts(PARTS, "contrast")
    if part == PARTS[0]:
        other_scale(project, facts)
        st.caption(summary_line(found))
        theta_lab(project, facts, found)
    elif part == PARTS[1]:
        health(found)
    else:
        people(project, facts)
