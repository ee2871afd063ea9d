"""What can be done with a selection as a whole: review, export, edit, exclude, generate more, tag.

To other pages a selection goes by its name, which the address carries.
"""

from __future__ import annotations

import streamlit as st

from codeclm.ingest.tags import LONGEST_TAG
from codeclm.projects import Project
from codeclm.store.maps import MapKind
from codeclm.ui.guard import guarded, notify
from codeclm.ui.page import switch_to
from codeclm.ui.tagging import put_tag
from codeclm.ui.text import plural

Keys = list[tuple[MapKind, str]]


def actions(project: Project, keys: Keys) -> None:
    """Review, export, edit, exclude, generate more, tag: of the selection as a whole. With nothing selected
    they stand there too, so that nothing moves."""
    for label, icon, page in (
        ("Review", ":material/fact_check:", "Review"),
        ("Export", ":material/download:", "Export"),
        ("Edit", ":material/edit:", "Metadata"),
    ):
        if st.button(label, icon=icon, disabled=not keys, key=f"map_to_{page}"):
            with project.open() as store:
                name = store.selections.keep(keys)
            switch_to(page, selection=name)
    metadata = [id_ for kind, id_ in keys if kind == "metadata"]
    st.button(
        "Exclude",
        icon=":material/block:",
        on_click=_exclude,
        args=(project, metadata),
        disabled=not metadata,
        key="map_exclude",
        help="No run writes from the metadata selected any more. Nothing is deleted.",
    )
    with st.popover("Generate", icon=":material/auto_awesome:", disabled=not keys):
        st.number_input(
            "More like these", 1, 10_000, min(10, max(1, len(keys))), key="map_more",
            help="Instructions that the next run writes from the metadata selected, and from that of the "
            "seeds and instructions selected, on top of what it writes anyway.",
        )  # fmt: skip
        st.button("Add to the next run", on_click=_more, args=(project, keys), key="map_generate")
    seeds = [id_ for kind, id_ in keys if kind == "seeds"]
    with st.popover("Tag", icon=":material/sell:", disabled=not seeds):
        st.text_input("Tag for the seeds", key="map_tag", placeholder="tag", max_chars=LONGEST_TAG)
        st.button("Put it on", on_click=_tag, args=(project, seeds), key="map_put_tag")


@guarded
def _more(project: Project, keys: Keys) -> None:
    count = int(st.session_state["map_more"])
    with project.open() as store:
        wanted = store.selections.metadata(store.selections.keep(keys))
        config, dials = store.settings.config(), store.settings.dials()
        spread = store.wishes.more(wanted, count, config.id if config else None, dials.per_metadata)
    if not spread:
        notify("None of these has labels in use to write from: run the encoding first.", bad=True)
        return
    told = plural(spread, "metadata", "metadata")
    notify(f"The next run writes {plural(count, 'instruction')} more, from {told}.")


@guarded
def _exclude(project: Project, metadata: list[str]) -> None:
    with project.open() as store:
        before = store.metadata.set_state(metadata, "excluded")
    # together with what was left out just before: one way back for all of it
    st.session_state["map_excluded"] = {**st.session_state.get("map_excluded", {}), **before}
    notify(f"{plural(len(before), 'metadata', 'metadata')} left out from now on.")


@guarded
def _put_back(project: Project) -> None:
    before = st.session_state.pop("map_excluded", {})
    with project.open() as store, store.write():
        for state in ("active", "proposed"):
            store.metadata.set_state([each for each, was in before.items() if was == state], state)


def way_back(project: Project) -> None:
    """Put back what was excluded; also where it was all that was selected, and so nothing is any more."""
    gone = st.session_state.get("map_excluded")
    if gone:
        st.button(
            f"Put the {plural(len(gone), 'excluded metadata', 'excluded metadata')} back",
            icon=":material/undo:",
            on_click=_put_back,
            args=(project,),
            key="map_put_back",
        )


@guarded
def _tag(project: Project, seeds: list[str]) -> None:
    put_tag(project, seeds, st.session_state["map_tag"])
