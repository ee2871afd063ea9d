"""How complex the instructions of a project are, and the course of it over the iterations."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import streamlit as st

from codeclm.charts.complexity import course as drawn
from codeclm.charts.palette import CONFIG
from codeclm.complexity import Step, course, measure
from codeclm.projects import Project
from codeclm.store import Store
from codeclm.ui import cached
from codeclm.ui.page import no_pairs
from codeclm.ui.summary import Summary, config_id
from codeclm.ui.text import number

MOST = 4000


def course_panel(project: Project, facts: Summary) -> None:
    """Charts and the figures behind them."""
    if not facts.funnel.instructions:
        no_pairs(facts, "No instructions yet", "How they grow harder is shown here, iteration by iteration.")
        return
    with project.open(readonly=True) as store:
        stamp = f"{facts.funnel.instructions} {cached.scored(store)}"
    steps = _steps(str(project.path), config_id(facts.config), stamp)
    at = [step.iteration for step in steps]
    charts = (
        ("words", [step.length for step in steps]),
        ("constraints", [step.constraints for step in steps]),
        ("% of words changed", [None if s.distance is None else 100 * s.distance for s in steps]),
        ("rating, 1 to 5", [step.rating for step in steps]),
    )
    with st.grid(2, min_column_width=340):
        for title, values in charts:
            if any(value is not None for value in values):
                st.plotly_chart(
                    drawn(at, values, title),
                    config=CONFIG,
                    key=f"course_{title}",
                    alt=f"Mean {title} by iteration",
                )
    st.dataframe(pd.DataFrame([_row(step) for step in steps]), hide_index=True, alt="Means by iteration")
    seen = sum(step.nodes for step in steps)
    of = (
        "" if seen >= facts.funnel.instructions else f" of {number(facts.funnel.instructions)}, spread evenly"
    )
    st.caption(
        f"Means over {number(seen)} instructions{of}. Only what was too easy goes on to the next iteration, "
        "so that later ones are fewer. Constraints are counted by words, numbers and list items, in English "
        "at best; ratings come from improving and rating by hand."
    )


@st.cache_resource(max_entries=4, ttl="2h", show_spinner="Measuring the instructions…")
def _steps(path: str, config: str, stamp: str) -> list[Step]:
    with Store.open(Path(path), readonly=True) as store:
        rows = store.studio.measured(config, MOST)
    return course((iteration, measure(text, parent), rating) for iteration, text, parent, rating in rows)


def _row(step: Step) -> dict[str, object]:
    return {
        "Iteration": str(step.iteration),
        "Instructions": number(step.nodes),
        "Words": f"{step.length:.1f}",
        "Constraints": f"{step.constraints:.2f}",
        "Words changed": "–" if step.distance is None else f"{100 * step.distance:.0f} %",
        "Rating": "–" if step.rating is None else f"{step.rating:.2f}",
    }
