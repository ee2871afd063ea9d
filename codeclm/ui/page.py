"""The one call every page makes first: settings of the page, its project, sidebar, header, and its errors.

    with page("Seeds") as project:
        ...                      # draw; a CodecError becomes one line, anything else a line and a log entry

Knows the frame only; what stands inside it is the page's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import streamlit as st

from codeclm.projects import Project
from codeclm.ui import browser, signin, state
from codeclm.ui.arrival import arrive
from codeclm.ui.glossary import words
from codeclm.ui.guard import guard, tell
from codeclm.ui.memory import settle
from codeclm.ui.next_step import unscored
from codeclm.ui.rooms import ROOT, Room, room
from codeclm.ui.sidebar import Links, sidebar
from codeclm.ui.summary import Summary
from codeclm.ui.text import plain

STYLE = """<style>
[data-testid^="stBaseButton-primary"] { background-color: #0F766E; border-color: #0F766E; }
[data-testid^="stBaseButton-primary"]:hover { background-color: #0B655E; border-color: #0B655E; }
.st-key-review_desk { opacity: 1 !important; }
[data-testid="stMain"] { scrollbar-gutter: stable; }
</style>"""
"""All styles of ours. The dark theme's accent is bright, so that a chosen tab can be read; under the white
label of a button it must be deep (contrast 4.5), which no theme option says.
The review card is read while the last decision is still being written: it must not fade.
A page that grows over its window must not become narrower by a scroll bar: rows would break, and all move."""

ABOUT = (
    "**CodecLM Studio** turns a handful of real instructions into a tailored fine-tuning set, "
    "after Wang et al., *CodecLM* (arXiv 2404.05875)."
)


@contextmanager
def page(name: str, links: Links | None = None) -> Iterator[Project]:
    """Frame a page and yield the open project. Without a project the page says so, and ends.

    `links`: those of the sidebar, for a page that draws them again.
    """
    here = room(name)
    _configure(here)
    with guard():
        signin.gate()
        project = state.current()
        sidebar(here, project, links or Links())
        head(here, here.name, here.purpose)
        tell()
        if project is None:
            no_project(here)
            st.stop()
        _attend()
        if state.anew():
            state.blank()
            st.stop()
        yield project


@contextmanager
def home() -> Iterator[Project | None]:
    """Frame the first page, which also stands where there is no project."""
    here = room("Home")
    _configure(here)
    with guard():
        signin.gate()
        project = state.current(instead=True)
        sidebar(here, project, Links())
        _attend()
        tell()
        yield project


def _attend() -> None:
    with st.sidebar:  # where it takes no room that anything else could have
        browser.attend()


def head(here: Room, title: str, said: str, beside: Callable[[], None] | None = None) -> None:
    """The title with a line under it, and beside it what the page's terms mean, one click away.

    `beside` draws what else stands in the title's row.
    """
    with st.container(gap=None):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.title(title, anchor=False, width="stretch")
            if beside:
                beside()
            with st.popover("Words", icon=":material/menu_book:", type="tertiary", width="content"):
                st.markdown(words(here.name))
        st.caption(said)


def parts(names: Sequence[str], key: str) -> str:
    """Which part of a page is shown: chosen by a control under the head, and kept in the address."""
    return st.segmented_control(
        "Part",
        names,
        default=names[0],
        required=True,
        key=key,
        bind="query-params",
        label_visibility="collapsed",
    )


def no_project(here: Room) -> None:
    """What a page says where no project is open."""
    if name := state.gone():
        empty(
            f"There is no project named {plain(name, 60)} here",
            "It was deleted, or has another name now. Deleted ones can be brought back on Home.",
            "Home",
            "Open or restore one on Home",
        )
        return
    empty(
        "No project is open",
        "A project is one file that holds your seeds and everything made from them.",
        "Home",
        "Create or open one on Home",
    )


def empty(title: str, what: str, link: str | None = None, label: str = "", **parameters: str) -> None:
    """An empty state: what is missing, why it matters, and the page (as filtered) to mend it on."""
    with st.container(border=True, horizontal_alignment="center", gap="small"):
        st.space("small")
        st.markdown(f"**{title}**", text_alignment="center")
        st.caption(what, text_alignment="center")
        if link:
            go(link, label or link, **parameters)
        st.space("small")


def no_labels(what: str, facts: Summary) -> None:
    """The empty state of what is made of labels: they are read in seeds, or written by hand."""
    if facts.funnel.seeds:
        empty("No metadata yet", f"{what} A run reads them.", "Generate", "Run the encoding")
    else:
        empty("No metadata yet", f"{what} There are no seeds yet.", "Seeds", "Add seeds")


def no_pairs(facts: Summary, title: str, what: str) -> None:
    """The empty state of a page that needs pairs: what is to be done, or is being done, about it."""
    waiting = facts.funnel.instructions
    elsewhere = "Pairs that were answered elsewhere can be imported on Seeds."
    if facts.running:
        empty(
            title,
            f"A run is going on; the first pairs come when it has scored them. {what}",
            "Generate",
            "Watch the run",
        )
    elif waiting:
        empty(title, f"{what} {unscored(waiting)}", "Generate", "Set up a run")
    elif facts.funnel.seeds or facts.funnel.metadata:
        empty(title, f"{what} {elsewhere}", "Generate", "Set up a run")
    else:
        empty(title, f"{what} {elsewhere}", "Seeds", "Add seeds or pairs")


def go(name: str, label: str = "", **parameters: str) -> None:
    """A link to another page that keeps the project; `parameters` are that page's filters."""
    there = room(name)
    st.page_link(
        there.file,
        label=label or there.name,
        icon=there.icon,
        query_params={**state.parameters(), **parameters},
    )


def switch_to(name: str, **parameters: str) -> None:
    """Go to another page at once, keeping the project."""
    st.switch_page(room(name).file, query_params={**state.parameters(), **parameters})


def _configure(here: Room) -> None:
    settle()
    arrive(here)
    st.set_page_config(
        page_title=f"{here.name} · CodecLM Studio",
        page_icon=str(ROOT / "static" / "icon.svg"),
        layout="wide",
        initial_sidebar_state=248,
        menu_items={"About": ABOUT},
    )
    st.html(STYLE)
    st.logo(str(ROOT / "static" / "logo.svg"), size="large", icon_image=str(ROOT / "static" / "icon.svg"))
