"""What is selected on the map: an outline drawn on it, or groups taken from its legend.

It is kept apart from the chart, which is a new one with each colour or search. What was drawn on a chart
itself the browser marks there; what was selected before this chart was there, the server marks for it.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import numpy as np
import streamlit as st

from codeclm.ui.guard import guarded
from codeclm.ui.map.colours import Colouring
from codeclm.ui.map.data import Places, Rows
from codeclm.ui.map.pick import outline, picked
from codeclm.ui.selected import PARAMETER

NOTHING: Rows = np.zeros(0, np.int64)
_HELD, _MARKED, _TURN, _TOLD = "map_held", "map_marked", "map_turn", "map_told"


def turn() -> int:
    """How often a selection was let go."""
    return int(st.session_state.get(_TURN, 0))


@guarded
def draw(of: str) -> None:
    """Callback of the chart: keep the outline drawn on the map of this name."""
    selection = st.session_state[chart_key(of)]["selection"]
    found = outline(selection)
    # A browser sends each point within, with every click after that too, and each is compared and copied:
    # of half of 50,000 that takes longer than all else. So they go, and what is told again is nothing new.
    for each in ("points", "point_indices"):
        selection.get(each, []).clear()
    if st.session_state.get(_TOLD) != found:
        st.session_state[_TOLD] = found
        st.session_state[_HELD] = {"of": of, "outline": found}
        st.query_params.pop(PARAMETER, None)


@guarded
def take(of: str, by: str, names: list[str], legend: str) -> None:
    """Callback of the legend: the groups chosen in it are the selection."""
    rows = st.session_state[legend]["selection"]["rows"]
    chosen = [names[row] for row in rows if row < len(names)]
    st.session_state[_HELD] = {"of": of, "by": by, "groups": chosen}
    st.query_params.pop(PARAMETER, None)


@guarded
def let_go() -> None:
    """Select nothing."""
    st.session_state.pop(_HELD, None)
    st.session_state[_TURN] = turn() + 1
    st.query_params.pop(PARAMETER, None)


def renamed(old: str, new: str) -> None:
    """A group has another name now; where it is selected, it stays so."""
    held = st.session_state.get(_HELD) or {}
    if "groups" in held:
        held["groups"] = [new if each == old else each for each in held["groups"]]


def chart_key(of: str) -> str:
    """The key of the chart that shows the map of this name."""
    return f"map_chart_{of}"


def groups(of: str, by: str) -> list[str]:
    """The groups taken from the legend, as long as it shows the same."""
    held = _held(of)
    return held["groups"] if held.get("by") == by else []


def selected(of: str, places: Places, lit: Rows | None, colours: Colouring, by: str) -> Rows:
    """Which of the points shown are selected on the map of this name."""
    held = _held(of)
    if "outline" in held:
        return picked(held["outline"], places, lit)
    wanted = groups(of, by)
    if not wanted or colours.span is not None:
        return NOTHING
    codes = [at for at, name in enumerate(colours.names) if name in wanted]
    return np.flatnonzero(np.isin(colours.codes, codes))


def marked(look: Hashable, rows: Rows) -> Rows:
    """What a chart of this look marks: what was selected when it was first drawn."""
    kept: dict[str, Any] | None = st.session_state.get(_MARKED)
    if kept is None or kept["look"] != look:
        kept = {"look": look, "rows": rows}
        st.session_state[_MARKED] = kept
        st.session_state.pop(_TOLD, None)  # a new chart, which nothing was drawn on
    found: Rows = kept["rows"]
    return found


def _held(of: str) -> dict[str, Any]:
    held = st.session_state.get(_HELD)
    return held if held and held["of"] == of else {}
