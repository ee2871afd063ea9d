"""Drawing the map and naming its clusters from the page: a job's start, how far it is, how it ended."""

from __future__ import annotations

import streamlit as st

from codeclm.embed import EMBEDDER
from codeclm.jobs.map import MAP, PARTS
from codeclm.jobs.naming import NAMES, SHOWN, wanted
from codeclm.jobs.watch import Watched, newest
from codeclm.projects import Project
from codeclm.store import Job
from codeclm.ui import started
from codeclm.ui.embedding import choose, unconfirmed
from codeclm.ui.guard import fragment, guarded
from codeclm.ui.map.data import Atlas
from codeclm.ui.page import empty
from codeclm.ui.summary import Summary
from codeclm.ui.text import number, plain, plural

_KINDS = (MAP, NAMES)


def drawing(project: Project) -> bool:
    """Whether a map is being drawn or named, or is about to."""
    return any(started.going_on(project, kind) for kind in _KINDS)


def first_time(project: Project, facts: Summary) -> None:
    """What stands where there is no map yet."""
    if not facts.funnel.seeds and not facts.funnel.metadata:
        empty(
            "Nothing to place yet",
            "The map shows seeds, metadata and instructions, and where one is thick and another thin.",
            "Seeds",
            "Add seeds",
        )
        return
    empty(
        "No map yet",
        "Every text is read once by a small language model on this machine and placed by what it is about. "
        "Nothing is sent anywhere. A few hundred texts take about half a minute, ten thousand some minutes.",
    )
    held = unconfirmed(project)
    _, middle, _ = st.columns(3)
    middle.button(
        "Draw the map",
        type="primary",
        icon=":material/scatter_plot:",
        on_click=start,
        args=(project,),
        disabled=held,
        width="stretch",
    )
    _last_words(project)


def keep_up(project: Project, atlas: Atlas) -> None:
    """A line that says what is not on the map, and a menu to update it or draw it anew."""
    held = unconfirmed(project)
    with st.container(horizontal=True, vertical_alignment="center"):
        # Other results' instructions have their places too, and are not shown.
        points = plural(atlas.there if atlas.share < 1 else len(atlas.points.ids), "point")
        said = f"{points} in {plural(len(atlas.clusters), 'cluster')}."
        if not atlas.clusters:
            said = f"{points}; so far too few are alike to make a cluster."
        if atlas.missing:
            said += f" {plural(atlas.missing, 'record')} came or changed since it was drawn."
        st.caption(said, width="stretch")
        if atlas.missing:
            st.button("Update", icon=":material/refresh:", on_click=start, args=(project,), key="map_update",
                      disabled=held, help="Places what is new among the rest; nothing moves.")  # fmt: skip
        with st.popover("Map settings", icon=":material/tune:"):
            st.caption(
                f"Laid out from {plural(atlas.texts, 'text')}. What came later was placed among them. "
                "Drawing anew moves everything; clusters that stay keep their names."
            )
            st.button(
                "Draw anew",
                icon=":material/restart_alt:",
                on_click=start,
                args=(project, True),
                disabled=held,
                key="map_anew",
            )
            _ask_names(project, atlas)
            with project.open(readonly=True) as store:
                st.session_state["map_embedder"] = store.settings.get(EMBEDDER, "")
            st.text_input(
                "Embedding model",
                key="map_embedder",
                placeholder="all-MiniLM-L6-v2",
                help="Another sentence-transformers model: a folder, or a name on the Hub. The built-in one "
                "reads English best; for other languages name a multilingual one.",
                on_change=_embedder,
                args=(project,),
            )
    _last_words(project)


def _ask_names(project: Project, atlas: Atlas) -> None:
    asked = len(wanted(atlas.clusters.values()))
    with project.open(readonly=True) as store:
        model = store.settings.endpoints()["strong"].model
    st.button(
        f"Have {plural(asked, 'cluster')} named",
        icon=":material/label:",
        on_click=start,
        args=(project, False, NAMES),
        disabled=not asked,
        key="map_ask_names",
        help=f"The strong model ({plain(model, 60)}) reads {SHOWN} texts of each cluster: one call for each. "
        "Names that you wrote stay.",
    )


@guarded
def start(project: Project, anew: bool = False, kind: str = MAP) -> None:
    """Start the job of drawing, or another of `kind`."""
    started.begin(project, kind, ["--anew"] if anew else [])


def _embedder(project: Project) -> None:
    choose(project, st.session_state["map_embedder"].strip())


@fragment(run_every=1)
def progress(project: Project) -> None:
    """How far the job is; when it ends the page is drawn anew."""
    if not drawing(project):
        st.rerun()
    last = _newest(project)
    job = last.job if last is not None and last.alive else None
    with st.container(border=True):
        if job is not None and job.kind == NAMES:
            asked, all_ = job.progress.get(NAMES, (0, 0))
            st.progress(
                asked / all_ if all_ else 0.0, text=f"Naming clusters: {number(asked)} of {number(all_)}"
            )
        else:
            share, doing = _far(job)
            st.progress(share, text=doing)
        if job is not None:
            st.button(
                "Stop",
                icon=":material/stop_circle:",
                on_click=_stop,
                args=(project, job.id),
                key="map_stop",
                disabled=job.stop_asked,
            )


def _far(job: Job | None) -> tuple[float, str]:
    """How far a drawing is, of 1, and what it is doing."""
    embedded, texts = job.progress.get("embed", (0, 0)) if job else (0, 0)
    drawn, parts = job.progress.get("draw", (0, 0)) if job else (0, 0)
    if parts:
        part = [*PARTS.values()][min(drawn, len(PARTS) - 1)]
        return min(1.0, drawn / parts), f"{part.capitalize()}… ({min(drawn + 1, parts)} of {parts})"
    if not texts:
        return 0.0, "Looking for what is new…"
    loading = "" if embedded else ", once the embedding model is loaded"
    return embedded / texts, f"Reading texts: {number(embedded)} of {number(texts)}{loading}"


@guarded
def _stop(project: Project, job: int) -> None:
    with project.open() as store:
        store.jobs.ask_stop(job)


def _last_words(project: Project) -> None:
    """Why the last job failed, where it did."""
    last = _newest(project)
    if last is not None and not last.alive and last.job.state == "failed":
        what = "The names did not come" if last.job.kind == NAMES else "The last drawing failed"
        st.error(f"{what}: {plain(last.job.message, 400)}", icon=":material/error:")
        return
    if last is None and (words := started.last_words(project, MAP)):
        st.error(plain(words, 400), icon=":material/error:")


def _newest(project: Project) -> Watched | None:
    """The newest job of drawing or naming."""
    with project.open(readonly=True) as store:
        found = [each for kind in _KINDS if (each := newest(store, kind)) is not None]
    return max(found, key=lambda each: each.job.id, default=None)
