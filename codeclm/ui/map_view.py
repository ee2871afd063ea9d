"""The map itself: what is shown and how coloured, the search, the lasso, and the legend that counts it.

One fragment draws it all, so that a lasso does not draw the page again.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from codeclm.charts import atlas as charts
from codeclm.projects import Project
from codeclm.store.maps import KINDS
from codeclm.ui.guard import fragment, guarded, notify
from codeclm.ui.map_colours import BY, Colouring, colouring
from codeclm.ui.map_data import MOST, Atlas, read
from codeclm.ui.map_pick import outline, picked
from codeclm.ui.map_selection import selection
from codeclm.ui.selected import PARAMETER
from codeclm.ui.text import gap, number, one_line, plural

NAMED = 24
"""Cluster names that stand on the map, those of the largest."""
_SHOWN = 200
"""Groups in the legend."""

Rows = NDArray[np.int64]
NOTHING: Rows = np.zeros(0, np.int64)
MODES = {"lasso": "lasso", "box": "select", "point": "pan"}
"""What the mouse does, as Plotly calls it."""
_MOUSE = "map_mouse"
_SHAPE = "map_shape"
"""The outline drawn last, and the chart it was drawn on."""


@fragment
def view(project: Project, running: bool) -> None:
    """Controls, map, legend, and what is selected."""
    atlas = read(project, running)
    if atlas is None:
        return
    kinds, by, part = _controls(atlas)
    rows = atlas.rows(kinds)
    if not len(rows):
        st.caption("Nothing of this kind is on the map.")
        return
    if atlas.there > MOST:
        st.caption(
            f"A fair sample is drawn, {number(len(atlas.points))} of {number(atlas.there)} points. Search, "
            "selection and the figures beside the map are about these; Coverage counts them all."
        )
    colours = colouring(atlas, rows, by)
    lit = _lit(project, atlas, rows, kinds, part)
    # Where there is no room beside the map, the legend stands under it.
    side = st.grid(4, min_column_width=210)
    left, right = side.cell(column_span=3), side.cell()
    with left:
        chosen = rows[_chart(atlas, rows, colours, lit, by, "-".join([project.name, *kinds]))]
    named = st.query_params.get(PARAMETER)
    if not len(chosen) and named:
        with project.open(readonly=True) as store:
            chosen = atlas.find(set(store.selections.get(named)))
    if not len(chosen) and lit is not None:
        chosen = rows[lit]
    with right:
        _legend(project, atlas, rows, chosen, colours, by)
    selection(project, atlas, chosen)


def _controls(atlas: Atlas) -> tuple[list[str], str, str]:
    there = [kind for number, kind in enumerate(KINDS) if (atlas.kinds == number).any()]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kinds = st.pills(
            "Show", there, selection_mode="multi", default=there, key="map_show", bind="query-params"
        )
        by = st.selectbox("Colour by", BY, key="map_colour", bind="query-params", width=150)
        st.segmented_control(
            "The mouse", list(MODES), default="lasso", required=True, key=_MOUSE,
            help="Lasso and box take in what they surround. With point a click takes one, and dragging moves "
            "the map; the wheel always zooms.",
        )  # fmt: skip
        part = st.text_input(
            "Search",
            key="map_search",
            bind="query-params",
            placeholder="part of a text or label",
            icon=":material/search:",
            width=240,
        )
    return [*kinds] or [*there], by, part.strip()


def _lit(project: Project, atlas: Atlas, rows: Rows, kinds: list[str], part: str) -> Rows | None:
    """Which of the rows shown the search found; None: nothing is searched."""
    if not part:
        return None
    with project.open(readonly=True) as store:
        found = store.maps.search(part, [kind for kind in KINDS if kind in kinds], atlas.config)
    hits = [at for at, key in enumerate(atlas.keys(rows)) if key in found]
    st.caption(f"{plural(len(hits), 'match', 'matches')} for the search.")
    return np.array(hits, np.int64)


def _chart(atlas: Atlas, rows: Rows, colours: Colouring, lit: Rows | None, by: str, key: str) -> Rows:
    """Draw the points: which of them are picked."""
    places = atlas.places[rows]
    sheet = charts.Sheet(places[:, 0], places[:, 1], colours.codes, colours.colours, colours.span)
    figure = charts.points(
        sheet,
        lit,
        _names(atlas, rows, places) if by == "cluster" else (),
        dark=st.context.theme.type == "dark",
        mouse=MODES[st.session_state.get(_MOUSE) or "lasso"],
    )
    st.plotly_chart(
        figure,
        key=f"map_chart_{key}",
        on_select=lambda: _pick(key),
        selection_mode=("points", "box", "lasso"),
        config=charts.MAP,
        alt=f"A map of {plural(len(rows), 'text')} by what they are about, coloured by {by}",
    )
    held = st.session_state.get(_SHAPE)
    return picked(held["selection"], places, lit) if held and held["of"] == key else NOTHING


@guarded
def _pick(key: str) -> None:
    """Keep the outline apart from the chart, which is a new one with each colour or search."""
    st.session_state[_SHAPE] = {
        "of": key,
        "selection": outline(st.session_state[f"map_chart_{key}"]["selection"]),
    }
    st.query_params.pop(PARAMETER, None)


def _names(atlas: Atlas, rows: Rows, places: NDArray[np.float32]) -> list[charts.Name]:
    """The largest clusters' names, each at its middle."""
    numbers = np.array([atlas.points[row].cluster or 0 for row in rows.tolist()])
    found, sizes = np.unique(numbers[numbers > 0], return_counts=True)
    largest = found[np.argsort(-sizes, kind="stable")][:NAMED].tolist()
    middles = {each: np.median(places[numbers == each], axis=0) for each in largest}
    return [charts.Name(float(x), float(y), atlas.clusters[each].name) for each, (x, y) in middles.items()]


def _legend(project: Project, atlas: Atlas, rows: Rows, chosen: Rows, colours: Colouring, by: str) -> None:
    if colours.span is not None:
        _gaps(atlas, chosen if len(chosen) else rows)
        return
    mine = np.isin(rows, chosen)
    count = len(colours.names)
    whole = np.bincount(colours.codes, minlength=count)
    within = np.bincount(colours.codes[mine], minlength=count)
    frame = pd.DataFrame(
        {
            " ": "■",
            "All": whole,
            "Here": within,
            by.capitalize(): [one_line(name, 60) for name in colours.names],
        }
    )
    tints = [f"color: {colour}" for colour in colours.colours]
    if len(chosen):
        order = np.argsort(-within, kind="stable")
        frame, tints = frame.iloc[order], [tints[at] for at in order.tolist()]
    frame, tints = frame.head(_SHOWN), tints[:_SHOWN]
    st.dataframe(
        frame.style.apply(lambda column: tints, subset=[" "]),
        hide_index=True,
        height=min(540, 38 + 35 * len(frame)),
        column_config={
            " ": st.column_config.TextColumn(width=28),
            "All": st.column_config.NumberColumn(width=50),
            "Here": st.column_config.NumberColumn(width=50, help="How many of the selection."),
        },
        alt=f"Groups by {by} and how many points each has, in all and in the selection",
    )
    if by == "cluster" and atlas.clusters:
        _rename(project, atlas)


def _gaps(atlas: Atlas, rows: Rows) -> None:
    known = [point.gap for row in rows.tolist() if (point := atlas.points[row]).gap is not None]
    st.metric("Scored", number(len(known)))
    if known:
        st.metric("Mean gap", gap(float(np.mean(known))))
        st.metric("Target wins", number(sum(value < 0 for value in known)))


def _rename(project: Project, atlas: Atlas) -> None:
    with st.popover("Name a cluster", icon=":material/edit:", on_change="rerun", key="map_naming") as popover:
        if not popover.open:
            return
        numbers = sorted(atlas.clusters)
        chosen = st.selectbox(
            "Cluster",
            numbers,
            format_func=lambda each: one_line(atlas.clusters[each].name, 60),
            key="map_cluster",
        )
        st.caption("Set apart by")
        st.text(one_line(", ".join(atlas.clusters[chosen].words), 200) or "nothing")
        st.text_input("Name", key="map_name", max_chars=60, value=atlas.clusters[chosen].name)
        st.button("Save the name", on_click=_save_name, args=(project, chosen), key="map_save_name")


@guarded
def _save_name(project: Project, cluster: int) -> None:
    name = " ".join(st.session_state["map_name"].split())
    if not name:
        notify("Write a name first.", bad=True)
        return
    with project.open() as store:
        store.maps.rename(cluster, name)
    notify("Named. It keeps this name as long as the cluster lasts.")
