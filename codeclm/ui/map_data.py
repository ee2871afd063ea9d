"""What the Map page works on: every point as columns, of which only what has changed is read again.

While a run goes on the project changes all the time; then what was read is shown for half a minute.
"""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from codeclm.jobs.map import MAP, config_of
from codeclm.projects import Project
from codeclm.store import Store
from codeclm.store.maps import KINDS, Cluster, MapKind
from codeclm.ui.map_points import Fates, Labels, Nodes, Placed, Points, points

STEADY = 30
"""Seconds for which a picture holds while a run goes on."""

MOST = 60_000
"""Points that are drawn. Of more, a fair sample, as reading a tenth of a million takes seconds; but what is
drawn is what a lasso takes in and acts on, so that 50,000 are drawn in full."""

Places = NDArray[np.float32]
Rows = NDArray[np.int64]
"""Numbers of points."""


@dataclass(frozen=True)
class Atlas:
    """The points of a project, and the clusters by number."""

    points: Points
    clusters: dict[int, Cluster]
    missing: int
    """Records that are not on the map as they are now."""
    there: int
    """How many records are on the map; the points may be a sample of them."""
    texts: int
    """How many texts there were when it was laid out."""
    config: str
    made: dict[str, Any] = field(default_factory=dict)
    """What was worked out of all points, by name: a lasso asks for it again and again."""

    @property
    def places(self) -> Places:
        """A row of x and y for each point."""
        return self.points.places

    @property
    def share(self) -> float:
        """Of the records on the map, how many are drawn."""
        return MOST / max(self.there, MOST)

    def rows(self, kinds: list[str]) -> Rows:
        """The rows of the points of these kinds."""
        wanted = [number for number, kind in enumerate(KINDS) if kind in kinds]
        return np.flatnonzero(np.isin(self.points.kinds, wanted))

    def key(self, row: int) -> tuple[MapKind, str]:
        """Kind and id of a point."""
        return KINDS[self.points.kinds[row]], self.points.ids[row]

    def keys(self, rows: Rows) -> list[tuple[MapKind, str]]:
        """Kind and id of these points."""
        return [self.key(row) for row in rows.tolist()]

    def find(self, ids: Collection[str], rows: Rows | None = None) -> Rows:
        """Which of these rows, or of all, have one of these ids; as places among the rows."""
        asked = self.points.ids if rows is None else [self.points.ids[row] for row in rows.tolist()]
        return np.flatnonzero(np.fromiter((id_ in ids for id_ in asked), bool, len(asked)))

    def cluster_name(self, row: int) -> str:
        """What the point's cluster is called."""
        found = self.clusters.get(int(self.points.cluster[row]))
        return "unclustered" if found is None else found.name


def read(project: Project, running: bool) -> Atlas | None:
    """The map as it is now; None: none was drawn."""
    with project.open(readonly=True) as store:
        if not store.maps.kinds():
            return None
        now = marks(store)
    if running:
        now = now._replace(**dict.fromkeys(("revised", "placed", "grown"), str(time.time() // STEADY)))
    return _read(str(project.path), now)


class Marks(NamedTuple):
    """What tells that something has changed; tags, selections and wishes change no point."""

    drawn: str
    revised: str
    """The labels of metadata."""
    placed: str
    """Those and the states of metadata, and which seeds there are."""
    grown: str
    """What there is of instructions and their scores, and what their state is read at."""
    decided: str
    names: str


def marks(store: Store) -> Marks:
    """The marks of a project as it is now."""
    found, dials = store.maps.marked(), store.settings.dials()
    grown = f"{store.scored()} {config_of(store)} {dials.theta} {dials.iterations}"
    revised, placed = store.metadata.revised(), f"{store.metadata.labelled()} {found.seeds}"
    return Marks(found.drawn, revised, placed, grown, found.decided, found.names)


@st.cache_resource(max_entries=4, ttl="1h", show_spinner="Reading the map…")
def _read(path: str, marks: Marks) -> Atlas:
    with Store.open(Path(path), readonly=True) as store, store.read():
        there, config = store.maps.count(), config_of(store)
        clusters = {cluster.id: cluster for cluster in store.maps.clusters()}
        texts = store.settings.get(MAP, {}).get("texts", 0)
        sheet = store.maps.sheet
        found = points(
            {kind: _placed(store, path, kind, marks.drawn) for kind in KINDS},
            _labels(store, path, marks.revised),
            _nodes(store, path, marks.grown),
            Fates(sheet.verdicts(), sheet.set_aside(), sheet.deleted()),
        )
    missing = _missing(path, f"{marks.drawn} {marks.placed} {marks.grown}")
    return Atlas(found, clusters, missing, there, texts, config)


@st.cache_resource(max_entries=4 * len(KINDS), ttl="1h", show_spinner=False)
def _placed(_store: Store, path: str, kind: MapKind, drawn: str) -> Placed:
    return Placed(_store.maps.sheet.spots(kind, MOST / max(_store.maps.count(), MOST)))


@st.cache_resource(max_entries=4, ttl="1h", show_spinner=False)
def _labels(_store: Store, path: str, revision: str) -> Labels:
    return Labels(_store.maps.sheet.labelled())


@st.cache_resource(max_entries=4, ttl="1h", show_spinner=False)
def _nodes(_store: Store, path: str, grown: str) -> Nodes:
    dials = _store.settings.dials()
    return Nodes(_store.maps.sheet.reached(config_of(_store), dials.theta, dials.iterations))


@st.cache_resource(max_entries=4, ttl="1h", show_spinner=False)
def _missing(path: str, mark: str) -> int:
    with Store.open(Path(path), readonly=True) as store, store.read():
        return store.maps.missing(config_of(store), store.settings.get(MAP, {}).get("at", 0.0))
