"""The tree map: use cases and the skills in them, by how many metadata, coloured by what became of them."""

from __future__ import annotations

from collections import defaultdict

import streamlit as st

from codeclm.charts import shares as charts
from codeclm.charts.palette import CONFIG
from codeclm.projects import Project
from codeclm.ui.facets import facets
from codeclm.ui.map.counts import Counted
from codeclm.ui.page import no_labels
from codeclm.ui.summary import Summary
from codeclm.ui.text import number

MOST_USES = 15
MOST_SKILLS = 8
MEASURES = {
    "accepted of kept": "accepted of what was kept",
    "kept per metadata": "kept pairs for each metadata",
}

Row = tuple[str, str, int, float | None]


def tree(project: Project, facts: Summary) -> None:
    """Draw it."""
    counted = Counted.of(project).tree(MOST_USES)
    if not counted:
        no_labels("The tree shows the use cases and skills read in the seeds.", facts)
        return
    measure = st.segmented_control(
        "Colour",
        list(MEASURES),
        default="accepted of kept" if facts.funnel.accepted else "kept per metadata",
        required=True,
        key="map_measure",
        bind="query-params",
    )
    rows = sheet(counted, measure)
    st.plotly_chart(
        charts.tree(rows, measure),
        config=CONFIG,
        key="map_tree",
        alt="Use cases and their skills, by the number of metadata",
    )
    uses = len(facets(project).uses)
    st.caption(
        f"The area is the number of metadata; colour: {MEASURES[measure]}, from brown (none) to green "
        "(all). Grey: nothing yet. A metadata counts once for each of its skills; of a use case's skills the "
        f"{MOST_SKILLS} largest have an area of their own."
        + (f" The {MOST_USES} largest of {number(uses)} use cases are shown." if uses > MOST_USES else "")
    )


def sheet(counted: list[tuple[str, str, int, int, int]], measure: str) -> list[Row]:
    """The largest use cases, each followed by its largest skills, as (use case, skill, count, share).

    A use case's own count is what its skills shown do not cover.
    """
    by_use: dict[str, list[tuple[str, int, int, int]]] = defaultdict(list)
    for use, skill, *counts in counted:
        by_use[use].append((skill, counts[0], counts[1], counts[2]))
    largest = sorted(by_use, key=lambda use: (-sum(row[1] for row in by_use[use]), use))[:MOST_USES]
    rows: list[Row] = []
    for use in largest:
        skills = sorted(by_use[use], key=lambda row: (-row[1], row[0]))
        shown = [row for row in skills if row[0]][:MOST_SKILLS]
        rest = [row for row in skills if row not in shown]
        count, kept, taken = (sum(column) for column in zip(*(row[1:] for row in skills), strict=True))
        rows.append((use, "", sum(row[1] for row in rest), _share(count, kept, taken, measure)))
        rows += [
            (use, skill, count, _share(count, kept, taken, measure)) for skill, count, kept, taken in shown
        ]
    return rows


def _share(count: int, kept: int, accepted: int, measure: str) -> float | None:
    if measure == "accepted of kept":
        return min(1.0, accepted / kept) if kept else None
    return min(1.0, kept / count) if count else None
