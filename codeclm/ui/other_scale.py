"""A word where scores are on another scale than the judge's of 1 to 10, for which the usual θ is made."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from codeclm.lab import fitting
from codeclm.projects import Project
from codeclm.store import Store
from codeclm.ui import cached
from codeclm.ui.guard import guarded, notify
from codeclm.ui.summary import Summary, config_id

_FIELDS = {"contrast_theta", "export_theta"}
"""Where a θ is tried: one that was set shows there too."""


def other_scale(project: Project, facts: Summary) -> None:
    """One line with a θ for the scale that there is, until one is set."""
    with project.open(readonly=True) as store:
        reach, highest = _span(str(project.path), config_id(facts.config), cached.written(store))
    fit = fitting(reach, highest, facts.dials.theta)
    if fit is None:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(fit.said, width="content")
        st.button(
            f"Use θ {fit.theta:g}",
            icon=":material/check:",
            on_click=_use,
            args=(project, fit.theta),
            key="other_scale_use",
            help=f"Sets the project’s θ, which is {fit.usual:g} now. No pair and no decision is lost by it.",
        )


@st.cache_resource(max_entries=16, ttl="1h", show_spinner=False)
def _span(path: str, config: str, stamp: str) -> tuple[float, float]:
    with Store.open(Path(path), readonly=True) as store:
        return store.scores.reach(config), store.scores.highest(config)


def _use(project: Project, theta: float) -> None:
    set_theta(project, theta)
    for field in _FIELDS & st.session_state.keys():
        st.session_state[field] = theta


@guarded
def set_theta(project: Project, theta: float) -> None:
    """Make it the project's θ."""
    with project.open() as store, store.write():
        store.settings.set_dials(store.settings.dials().model_copy(update={"theta": theta}))
    notify(f"The project’s θ is {theta:g} from now on.")
