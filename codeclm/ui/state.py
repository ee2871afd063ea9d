"""Which project this browser tab looks at. Session state holds plain names, never a store or a path.

The address names a project (`?project=`), so that a view can be shared; a name is only ever looked up
among the projects that are listed.
"""

from __future__ import annotations

from contextlib import suppress

import streamlit as st

from codeclm import examples, projects
from codeclm.errors import UsageError
from codeclm.projects import Project
from codeclm.ui.guard import guarded, notify

_KEY = "project_name"
_PARAMETER = "project"
_TURNED = "project_turned"
_ANEW = "project_anew"
_KEPT = (_KEY, _TURNED, "sidebar_project", "flash", "started_", "review_desk:", "reviewer", "review_keys")
"""How the names begin of what is kept from one project to the next: what is under way, and who sits here."""


def current(instead: bool = False) -> Project | None:
    """The project of this tab: the address's, else the one seen before, else the newest. None: there is none,
    or it is `gone`, when nothing may be done to another that only stands where it stood.

    `instead`: of one that is gone another is taken, and told. Where no project was ever made, the example
    project is built first.
    """
    _first_start()
    lost = gone()
    if lost is not None and not instead:
        return None
    named = st.query_params.get(_PARAMETER) or st.session_state.get(_KEY, "")
    project = projects.find(named) or _default()
    if project is None:
        st.session_state.pop(_KEY, None)
        st.query_params.pop(_PARAMETER, None)
        return None
    if lost is not None:
        notify(f"There is no project named {lost} here; another one is open.", bad=True)
    if st.query_params.get(_PARAMETER) != project.name:
        st.query_params[_PARAMETER] = project.name
    if (before := st.session_state.get(_KEY)) != project.name:
        _turn(project.name)
        if before is not None:
            st.session_state[_ANEW] = "wanted"
    return project


def gone() -> str | None:
    """The project that the address, else this tab, means, where it is not there (any more)."""
    name = st.query_params.get(_PARAMETER) or st.session_state.get(_KEY)
    return name if name and projects.find(name) is None else None


def leave(name: str) -> None:
    """This tab means the project no longer, as it was deleted here."""
    if st.query_params.get(_PARAMETER) == name:
        st.query_params.pop(_PARAMETER)
    if st.session_state.get(_KEY) == name:
        _forget()
        del st.session_state[_KEY]


def open_project(name: str) -> None:
    """Make this the project of the tab from the next run on."""
    if name != st.session_state.get(_KEY):
        _turn(name)
    st.query_params[_PARAMETER] = name


def turned() -> bool:
    """Whether another project was opened in the sidebar; told once."""
    return bool(st.session_state.pop(_TURNED, False))


def anew() -> bool:
    """Whether the page must be drawn as if come to anew, as the address led to another project: so it does by
    the browser's Back, and the browser would go on showing what was set in that page for the former one."""
    return _ANEW in st.session_state


@st.fragment(run_every=0.1)
def blank() -> None:
    """Draw nothing once, so that the browser forgets the page's fields; then the page is drawn again."""
    if st.session_state.pop(_ANEW, None) == "blank":
        st.rerun()
    st.session_state[_ANEW] = "blank"


def _turn(name: str) -> None:
    if _KEY in st.session_state:
        _forget()
    st.session_state[_KEY] = name


def _forget() -> None:
    """What pages keep of a project, such as an undo or a limit, is not meant for another."""
    for key in [key for key in st.session_state if not str(key).startswith(_KEPT)]:
        del st.session_state[key]


def parameters() -> dict[str, str]:
    """What a link to another page must carry in its address: Streamlit drops everything else."""
    name = st.session_state.get(_KEY)
    return {_PARAMETER: name} if name else {}


@guarded
def switch(widget: str) -> None:
    """Callback of a widget that holds a project's name."""
    open_project(st.session_state[widget])
    st.session_state[_TURNED] = True


def _first_start() -> None:
    if projects.fresh() and examples.available():
        # Another tab may have been as early, and quicker.
        with st.spinner("Building the example project (once)…"), suppress(UsageError):
            examples.build()


def _default() -> Project | None:
    return projects.given() or next(iter(projects.listed()), None)
