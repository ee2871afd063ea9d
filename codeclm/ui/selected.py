"""A selection made on the map, as other pages take it: named in the address, and let go there."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from codeclm.export import Options
from codeclm.projects import Project
from codeclm.store import PairFilter
from codeclm.ui.guard import guarded
from codeclm.ui.page import go
from codeclm.ui.text import plural

PARAMETER = "selection"


def selected() -> str | None:
    """The name of the selection in the address."""
    return st.query_params.get(PARAMETER) or None


def within_selection(project: Project) -> str | None:
    """Say that only a selection is shown, with a way out: its name. None: there is none."""
    name = selected()
    if name is None:
        return None
    with project.open(readonly=True) as store:
        count = len(store.selections.get(name))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f"Only what belongs to {plural(count, 'selected point')} of the map.", width="content")
        go("Map", "See it there", selection=name)
        st.button("Show all", icon=":material/close:", type="tertiary", on_click=_let_go, key="selection_out")
    return name


def only_selected(project: Project, options: Options) -> Options:
    """The options kept to the pairs of the selection, where there is one."""
    name = within_selection(project)
    if name is None:
        return options
    return replace(options, filters=(*options.filters, PairFilter(selection=name)))


@guarded
def _let_go() -> None:
    st.query_params.pop(PARAMETER, None)
