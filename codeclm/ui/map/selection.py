"""What is selected on the map: one record with its neighbours, or a table of many."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from codeclm.projects import Project
from codeclm.ui.map.actions import actions, way_back
from codeclm.ui.map.data import Atlas, Rows
from codeclm.ui.map.held import let_go
from codeclm.ui.map.near import nearest
from codeclm.ui.table import PAGE, offset, pager, tall
from codeclm.ui.text import body, one_line, plain, plural

_PAGE = "map_page"
SHOWN = 160
"""Characters of a text in the table."""


def bar(project: Project, atlas: Atlas, rows: Rows, held: bool) -> None:
    """How much is selected, and what can be done with it. `held`: it can be let go."""
    keys = atlas.keys(rows)
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.container(horizontal=True, vertical_alignment="center", width="stretch"):
            if keys:
                st.subheader(f"Selected: {plural(len(keys), 'point')}", anchor=False, width="content")
            else:
                st.caption("Nothing selected.", width="content")
            if held:
                st.button(
                    "Let go", icon=":material/close:", type="tertiary", on_click=let_go, key="map_let_go"
                )
        with st.container(horizontal=True, width="content", gap="xsmall"):
            actions(project, keys)
    way_back(project)


def selection(project: Project, atlas: Atlas, rows: Rows) -> None:
    """What is selected, one by one; where nothing is, how to select."""
    if not len(rows):
        st.caption(
            "Draw a lasso around points, set the mouse to box or point, or choose groups in the legend (with "
            "keys: arrows, then Shift and Space). The wheel zooms."
        )
    elif len(rows) == 1:
        _one(project, atlas, int(rows[0]))
    else:
        _many(project, atlas, rows)


def _one(project: Project, atlas: Atlas, row: int) -> None:
    key, points = atlas.key(row), atlas.points
    with project.open(readonly=True) as store:
        text = store.maps.texts([key]).get(key, "")
        near = nearest(store, atlas, row)
        near_texts = store.maps.texts(atlas.keys(np.array([each for each, _ in near], np.int64)))
    left, right = st.columns(2)
    with left, st.container(border=True):
        st.caption(f"{_NAMES[key[0]]} · {plain(atlas.cluster_name(row))}")
        body(text)
        if key[0] != "metadata":
            skills = plain(", ".join(points.skills.at(row) or ())) or "no skills"
            st.caption(f"{plain(points.use_case.at(row) or 'no use case')} · {skills}")
    with right:
        st.caption("Nearest to it" if near else "What is nearest to it is known once the map is drawn anew.")
        if not near:
            return
        st.dataframe(
            pd.DataFrame(
                {
                    "Like": [likeness for _, likeness in near],
                    "Kind": [_NAMES[atlas.key(each)[0]] for each, _ in near],
                    "Text": [one_line(near_texts.get(atlas.key(each), ""), SHOWN) for each, _ in near],
                }
            ),
            hide_index=True,
            column_config={"Like": st.column_config.NumberColumn(width=60, format="%.2f")},
            alt="Nearest neighbours",
        )


def _many(project: Project, atlas: Atlas, rows: Rows) -> None:
    start = offset(_PAGE, len(rows))
    shown = rows[start : start + PAGE]
    with project.open(readonly=True) as store:
        texts = store.maps.texts(atlas.keys(shown))
    here, points, gaps = shown.tolist(), atlas.points, atlas.points.gap[shown].tolist()
    st.dataframe(
        pd.DataFrame(
            {
                "Kind": [_NAMES[atlas.key(row)[0]] for row in here],
                "Text": [one_line(texts.get(atlas.key(row), ""), SHOWN) for row in here],
                "Use case": [points.use_case.at(row) or "" for row in here],
                "Cluster": [atlas.short(atlas.cluster_name(row)) for row in here],
                "Iteration": [int(points.iteration[row]) or None for row in here],
                "Gap": [None if np.isnan(gap) else gap for gap in gaps],
                "State": [points.state.at(row) for row in here],
                "Decision": [points.decision.at(row) for row in here],
            }
        ),
        hide_index=True,
        height=tall(len(here), 560),
        column_config={
            "Kind": st.column_config.TextColumn(width=90),
            "Text": st.column_config.TextColumn(width=340),
            "Use case": st.column_config.TextColumn(width=140),
            "Cluster": st.column_config.TextColumn(width=140),
            "Iteration": st.column_config.NumberColumn(width=75),
            "Gap": st.column_config.NumberColumn(width=55, format="%.1f"),
            "State": st.column_config.TextColumn(width=90),
            "Decision": st.column_config.TextColumn(width=85),
        },
        placeholder="",
        alt="What is selected on the map",
    )
    pager(_PAGE, len(rows), "points")


_NAMES = {"metadata": "metadata", "seeds": "seed", "instructions": "instruction"}
