"""The sidebar: the open project, the pages in the order of the work with what waits, a run."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from codeclm import projects
from codeclm.projects import Project
from codeclm.ui import signin, state
from codeclm.ui.guard import guard
from codeclm.ui.results_picker import note
from codeclm.ui.rooms import ROOMS, Room, room
from codeclm.ui.runpanel import sidebar_run
from codeclm.ui.summary import Summary, summary
from codeclm.ui.text import number

_PICKER = "sidebar_project"


class Links:
    """The pages, each with what waits there. A fragment that changes that may draw them again."""

    def __init__(self) -> None:
        self._slots: dict[str, DeltaGenerator] = {}

    def draw(self, facts: Summary | None, only: Sequence[str] = ()) -> None:
        """Draw all, or only those of these names: in the place that they had before."""
        for each in ROOMS:
            if only and each.name not in only:
                continue
            waits = facts.waits(each.name) if facts else 0
            if each.name not in self._slots:
                self._slots[each.name] = st.empty()
            self._slots[each.name].page_link(
                each.file,
                label=f"{each.name}  :gray[{number(waits)}]" if waits else each.name,
                icon=each.icon,
                width="stretch",
                query_params=state.parameters(),
                help=WAITING.get(each.name) if waits else None,
            )


def sidebar(here: Room, project: Project | None, links: Links) -> None:
    """Draw it. A project that cannot be read still leaves the pages and the other projects in reach."""
    with st.sidebar:
        _picker(here, project)
        facts = None
        with guard(stop=False):
            facts = summary(project) if project else None
        with st.container(gap="xxsmall"):
            links.draw(facts)
        if project and facts and facts.running:
            sidebar_run(project)
        if facts and (said := note(facts.config, facts.newest, facts.sets)):
            st.caption(said)
            st.page_link(room("Runs").file, label="Change", query_params=state.parameters())
        signin.who()


WAITING = {
    "Seeds": "seeds in the project",
    "Metadata": "rows that new instructions are written from",
    "Generate": "seeds to read, and lineages to go on, in the results shown; what failed is not counted",
    "Review": "kept pairs without a decision that stands, skipped ones among them",
    "Export": "accepted pairs",
}
"""What the figure behind a page's name counts."""


def _picker(here: Room, project: Project | None) -> None:
    names = [each.name for each in projects.listed()]
    if project is None or not names:
        return
    st.session_state[_PICKER] = project.name
    st.selectbox(
        "Project", names, key=_PICKER, on_change=state.switch, args=(_PICKER,), label_visibility="collapsed"
    )
    if state.turned() and here.name != "Home":
        # Here the browser would go on showing what was set for the other project.
        st.switch_page(room("Home").file, query_params=state.parameters())
