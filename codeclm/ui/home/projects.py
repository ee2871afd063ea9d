"""Projects as a whole: open, create, copy, rename, delete and restore them."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from codeclm import examples, projects
from codeclm.errors import UsageError
from codeclm.projects import Project
from codeclm.ui import browser, state
from codeclm.ui.guard import error_box, guard, guarded, notify
from codeclm.ui.table import offset, pager
from codeclm.ui.text import ago, number, plain

_NAME_HELP = (
    f"Up to {projects.LONGEST} letters, digits, spaces, dots, hyphens or brackets, beginning with a letter "
    "or digit. It names the file in the folder of projects."
)
_SAID, _GONE = "new_said", "projects_deleted"
ROWS = 20
"""Projects on a page, and deleted ones."""


def welcome() -> None:
    """Home where there is no project at all."""
    st.title("Welcome", anchor=False)
    st.markdown(
        "CodecLM Studio turns a handful of real instructions into a tailored fine-tuning set: bring "
        "seeds, let a strong model write harder variations, keep those on which your target model falls "
        "short, review, export."
    )
    with st.container(border=True):
        _new_form()
        if examples.available():
            st.button("Build the example project", icon=":material/science:", on_click=_example)
    _trash()


def projects_panel(project: Project) -> None:
    """Every project, what can be done with the open one, and a new one."""
    st.subheader("Projects", anchor=False)
    listed = projects.listed()
    with st.container(border=True, gap="small"):
        shown = [each for at, each in enumerate(listed) if at < ROWS or each.path == project.path]
        for each in shown:
            _row(each, each.path == project.path)
        if more := len(listed) - len(shown):
            st.caption(f"{number(more)} more: one that is opened in the sidebar stands here, too.")
    _new_form()
    _trash()


def to_new() -> None:
    """A button high on Home that leads to the field for a new project, which stands below them all."""
    st.button(
        "New project",
        icon=":material/add:",
        type="tertiary",
        on_click=browser.focus,
        args=("new_name",),
        key="to_new",
    )


def _row(each: Project, is_open: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{plain(each.name, 60)}**" if is_open else plain(each.name, 60), width="stretch")
        st.caption(f"changed {ago(each.changed)}", width=150)
        with st.container(width=90):
            if is_open:
                st.badge("open", color="green")
            else:
                st.button(
                    "Open",
                    key=f"open_{each.name}",
                    on_click=state.open_project,
                    args=(each.name,),
                    width="stretch",
                )
        chosen = st.menu_button(
            "More", ["Copy", "Rename", "Delete"], key=f"menu_{each.name}", type="tertiary", width=90
        )
    if chosen == "Copy":
        _copy(each)
    elif chosen == "Rename":
        _rename(each)
    elif chosen == "Delete":
        _delete(each)


def _new_form() -> None:
    with st.form("new_project", border=False):
        # here, where the hand is: the top of the page, and what is below the field, may be out of sight
        if said := st.session_state.pop(_SAID, ""):
            error_box(said)
        left, right = st.columns([4, 1.4], vertical_alignment="bottom")
        left.text_input(
            "New project",
            key="new_name",
            max_chars=projects.LONGEST,
            placeholder="support tickets",
            help=_NAME_HELP,
        )
        right.form_submit_button("Create", icon=":material/add:", width="stretch", on_click=_create)


@st.dialog("Copy project")
def _copy(each: Project) -> None:
    _ask_name(each, f"{each.name[: projects.LONGEST - 5]} copy", "Copy", _do_copy)


@st.dialog("Rename project")
def _rename(each: Project) -> None:
    _ask_name(each, each.name, "Rename", _do_rename)


def _ask_name(each: Project, proposed: str, verb: str, act: Callable[[Project, str], None]) -> None:
    """A form, so that Enter does it too; a name that cannot be is told here and can be mended."""
    with st.form("ask_name", border=False):
        name = st.text_input(
            "New name", proposed[: projects.LONGEST], max_chars=projects.LONGEST, help=_NAME_HELP
        )
        asked = st.form_submit_button(verb, type="primary")
    if asked:
        with guard():
            act(each, name)
        st.rerun()


@st.dialog("Delete project")
def _delete(each: Project) -> None:
    st.markdown(f"Delete **{plain(each.name, 60)}** with its seeds, pairs and decisions?")
    st.caption("It goes to the trash, and can be restored from the foot of Home.")
    with st.container(horizontal=True):
        if st.button("Delete", type="primary", icon=":material/delete:"):
            _do_delete(each)
            st.rerun()
        if st.button("Keep it"):
            st.rerun()


def _trash() -> None:
    gone = projects.deleted()
    if not gone:
        return
    with st.expander(f"Deleted projects ({len(gone)})", icon=":material/delete:"):
        first = offset(_GONE, len(gone), ROWS)
        for each in gone[first : first + ROWS]:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(plain(each.name, 60), width="content")
                st.button(
                    "Restore",
                    key=f"restore_{each.path.stem}",
                    icon=":material/restore_from_trash:",
                    type="tertiary",
                    on_click=_restore,
                    args=(each,),
                )
        if len(gone) > ROWS:
            pager(_GONE, len(gone), "deleted projects", ROWS)


@guarded
def _create() -> None:
    name, here = st.session_state["new_name"].strip(), state.current()
    if here is not None and name == here.name:
        notify(f"{name} is open.")  # as when the button is pressed twice
        return
    try:
        project = projects.create(name)
    except UsageError as error:
        st.session_state[_SAID] = str(error)
        return
    st.session_state["new_name"] = ""
    state.open_project(project.name)
    browser.focus("next_step")
    notify(f"{project.name} is ready.")


@guarded
def _example() -> None:
    state.open_project(examples.build().name)


def _do_copy(each: Project, name: str) -> None:
    state.open_project(projects.copy(each, name).name)
    notify("Copied; the copy is open now.")


def _do_rename(each: Project, name: str) -> None:
    here = state.current()
    if name.strip() == each.name:
        return
    renamed = projects.rename(each, name).name
    if here is not None and here.name == each.name:
        state.open_project(renamed)
    notify(f"{each.name} is called {renamed} now.")


@guarded
def _do_delete(each: Project) -> None:
    projects.delete(each)
    state.leave(each.name)
    notify(f"{each.name} is deleted; restore it at the foot of Home.")


@guarded
def _restore(each: Project) -> None:
    back = projects.restore(each)
    state.open_project(back.name)
    notify(f"{back.name} is back.")
