"""The map itself: what is shown and how coloured, the search, and what is selected.

One fragment draws it all, so that a lasso does not draw the page again.
"""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from codeclm.charts import atlas as charts
from codeclm.projects import Project
from codeclm.store.maps import KINDS, MapKind
from codeclm.ui.guard import fragment
from codeclm.ui.map.colours import BY, colouring
from codeclm.ui.map.data import MOST, Atlas, Rows, read
from codeclm.ui.map.held import chart_key, draw, groups, marked, selected, turn
from codeclm.ui.map.legend import legend
from codeclm.ui.map.look import Look
from codeclm.ui.map.selection import bar, selection
from codeclm.ui.selected import PARAMETER
from codeclm.ui.text import number, plural

NAMED = 24
"""Cluster names that stand on the map, those of the largest."""

MODES = {"lasso": "lasso", "box": "select", "point": "pan"}
"""What the mouse does, as Plotly calls it."""
_MOUSE = "map_mouse"


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
            f"A fair sample is drawn, {number(len(atlas.points.ids))} of {number(atlas.there)} points. "
            "Search, selection and the figures beside the map are about these; Coverage counts them all."
        )
    lit = _lit(project, atlas, rows, kinds, part)
    look = Look("-".join([project.name, *kinds]), rows, by, colouring(atlas, by).of(rows), lit)
    above = st.container()
    # Where there is no room beside the map, the legend stands under it.
    side = st.grid(3, min_column_width=270)
    left, right = side.cell(column_span=2), side.cell()
    chosen = rows[selected(look.of, atlas.places[rows], lit, look.colours, by)]
    named = st.query_params.get(PARAMETER)
    if not len(chosen) and named:
        with project.open(readonly=True) as store:
            chosen = atlas.find({id_ for _, id_ in store.selections.get(named)})
    taken = f"{turn()} {groups(look.of, by)}"
    marks = marked(
        (look.of, by, part, _mouse(), named, taken, id(atlas)), np.flatnonzero(np.isin(rows, chosen))
    )
    held = len(chosen) > 0
    if not held and lit is not None:
        chosen = rows[lit]
    with above:
        bar(project, atlas, chosen, held)
    with left:
        _chart(atlas, look, marks, taken)
    with right:
        legend(project, atlas, look, chosen)
    selection(project, atlas, chosen)


def _controls(atlas: Atlas) -> tuple[list[str], str, str]:
    there = [kind for number, kind in enumerate(KINDS) if (atlas.points.kinds == number).any()]
    with st.container(horizontal=True, vertical_alignment="top"):
        kinds = st.pills(
            "Show", there, selection_mode="multi", default=there, key="map_show", bind="query-params"
        )
        by = st.selectbox("Colour by", _choices(atlas), key="map_colour", bind="query-params", width=150)
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


def _choices(atlas: Atlas) -> list[str]:
    """What may be chosen to colour by: first what tells points apart, as few are in no cluster."""
    labelled = bool((atlas.points.use_case.codes >= 0).any())
    there = {"cluster": bool(atlas.clusters), "use case": labelled, "skill": labelled}
    return sorted(BY, key=lambda by: not there.get(by, True))


def _lit(project: Project, atlas: Atlas, rows: Rows, kinds: list[str], part: str) -> Rows | None:
    """Which of the rows shown the search found; None: nothing is searched."""
    if not part:
        return None
    with project.open(readonly=True) as store:
        wanted: list[MapKind] = [kind for kind in KINDS if kind in kinds]
        found = store.maps.search(part, wanted, atlas.share)
    hits = np.flatnonzero(atlas.labelled(part, rows) | atlas.among(found, rows))
    st.caption(f"{plural(len(hits), 'match', 'matches')} for the search.")
    return hits


def _chart(atlas: Atlas, look: Look, marks: Rows, taken: str) -> None:
    """Draw the points; what is drawn on them goes to the selection."""
    places, colours = atlas.places[look.rows], look.colours
    sheet = charts.Sheet(
        places[:, 0], places[:, 1], colours.codes, colours.colours, colours.span, colours.shapes
    )
    figure = charts.points(
        sheet,
        look.lit,
        _names(atlas, look.rows, places) if look.by == "cluster" else (),
        dark=st.context.theme.type == "dark",
        mouse=_mouse(),
        marks=marks,
        taken=taken,
    )
    st.plotly_chart(
        figure,
        key=chart_key(look.of),
        on_select=lambda: draw(look.of),
        selection_mode=("points", "box", "lasso"),
        config=charts.MAP,
        alt=f"A map of {plural(len(look.rows), 'text')} by what they are about, coloured by {look.by}",
    )


def _mouse() -> str:
    return MODES[st.session_state.get(_MOUSE) or "lasso"]


def _names(atlas: Atlas, rows: Rows, places: NDArray[np.float32]) -> list[charts.Name]:
    """The largest clusters' names, each at its middle."""
    numbers = atlas.points.cluster[rows]
    found, sizes = np.unique(numbers[numbers > 0], return_counts=True)
    largest = found[np.argsort(-sizes, kind="stable")][:NAMED].tolist()
    middles = {each: np.median(places[numbers == each], axis=0) for each in largest}
    return [charts.Name(float(x), float(y), atlas.clusters[each].name) for each, (x, y) in middles.items()]
