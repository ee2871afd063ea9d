"""The filters of the metadata table: search as you type, and facets with counts, all in the address."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from codeclm.projects import Project
from codeclm.records import MetadataState
from codeclm.store import MetadataFilter, Store
from codeclm.ui import cached
from codeclm.ui.facets import facets
from codeclm.ui.metadata.facet import facet
from codeclm.ui.selected import within_selection
from codeclm.ui.table import first_page
from codeclm.ui.tally import Facets

PAGE_KEY = "meta_page"
STATES: dict[str, MetadataState] = {"in use": "active", "left out": "excluded", "proposed": "proposed"}

Counted = list[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Known:
    """The labels and groups there are, with their counts; clusters by number, with their names beside."""

    uses: Counted
    skills: Counted
    origins: Counted
    states: Counted
    clusters: Counted
    names: dict[str, str]

    @classmethod
    def read(cls, project: Project) -> Known:
        """Of a project as it is now."""
        with project.open(readonly=True) as store:
            marked = store.maps.marked()
            mark = f"{store.metadata.labelled()} {marked.drawn} {marked.names}"
        return _known(str(project.path), mark, facets(project))


@st.cache_resource(max_entries=4, ttl="1h", show_spinner=False)
def _known(path: str, mark: str, _labels: Facets) -> Known:
    with Store.open(Path(path), readonly=True) as store, store.read():
        aside, clustered = cached.fates(store).set_aside, cached.clustered(store)["metadata"]
        counts = Counter(aside.values())
        counts["active"] = store.metadata.count() - len(aside)
        return Known(
            *_labels,
            cached.origins(store),
            [(name, counts[state]) for name, state in STATES.items() if counts[state]],
            [(str(cluster), count) for cluster, count in clustered.sizes()],
            {str(cluster.id): cluster.name for cluster in store.maps.clusters()},
        )


def filters(project: Project, known: Known) -> MetadataFilter:
    """Draw them, and say what they ask for."""
    selection = within_selection(project)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        search = st.text_input(
            "Search",
            key="meta_search",
            placeholder="part of a label",
            icon=":material/search:",
            width=160,
            live=True,
            bind="query-params",
            on_change=first_page,
            args=(PAGE_KEY,),
        )
        use = facet("Use case", "meta_use", known.uses, _first)
        skill = facet("Skill", "meta_skill", known.skills, _first)
        cluster = None
        if known.clusters:
            cluster = facet("Cluster", "meta_cluster", known.clusters, _first, known.names)
        origin = facet("Origin", "meta_origin", known.origins, _first, width=120)
        state = facet("State", "meta_state", known.states, _first, width=120)
    return MetadataFilter(
        search=search,
        use_case=use,
        skill=skill,
        origin=origin,
        state=STATES.get(state or ""),
        cluster=int(cluster) if cluster and cluster.isdecimal() and len(cluster) < 10 else None,
        selection=selection,
    )


def _first() -> None:
    first_page(PAGE_KEY)
