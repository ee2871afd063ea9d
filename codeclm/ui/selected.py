"""Records picked out on one page, as others take them: named in the address, and let go there."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from codeclm.export import Options
from codeclm.projects import Project
from codeclm.store import PairFilter
from codeclm.store.maps import MapKind
from codeclm.store.selections import single
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
        st.caption(f"Only what belongs to {plural(count, 'selected record')}.", width="content")
        go("Map", "See it on the map", selection=name)
        st.button("Show all", icon=":material/close:", type="tertiary", on_click=_let_go, key="selection_out")
    return name


def only_selected(project: Project, options: Options) -> Options:
    """The options kept to the pairs of the selection, where there is one."""
    name = within_selection(project)
    if name is None:
        return options
    return replace(options, filters=(*options.filters, PairFilter(selection=name)))


def to_pairs(kind: MapKind, record: str, label: str = "Its pairs") -> None:
    """A link to the pairs of a record, whatever became of them."""
    filters = {"status": "all but improved", "review_decision": "any decision"}
    go("Review", label, selection=single(kind, record), **filters)


@guarded
def _let_go() -> None:
    st.query_params.pop(PARAMETER, None)
