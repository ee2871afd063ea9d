"""What the Map page works on: every point as arrays, read again only where the project has changed.

While a run goes on the project changes all the time; then what was read is shown for half a minute.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from codeclm import atlas
from codeclm.jobs.map import MAP, config_of
from codeclm.projects import Project
from codeclm.store import Store
from codeclm.store.maps import KINDS, Cluster, MapKind, Point

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
    """The points of a project, a row of `places` for each, and the clusters by number."""

    points: list[Point]
    places: Places
    kinds: NDArray[np.int8]
    """The place of each point's kind in KINDS."""
    clusters: dict[int, Cluster]
    missing: int
    """Records that are not on the map as they are now."""
    there: int
    """How many records are on the map; the points may be a sample of them."""
    texts: int
    """How many texts there were when it was laid out."""
    config: str

    def rows(self, kinds: list[str]) -> NDArray[np.int64]:
        """The rows of the points of these kinds."""
        wanted = [number for number, kind in enumerate(KINDS) if kind in kinds]
        return np.flatnonzero(np.isin(self.kinds, wanted))

    def keys(self, rows: NDArray[np.int64]) -> list[tuple[MapKind, str]]:
        """Kind and id of these points."""
        return [(self.points[row].kind, self.points[row].id) for row in rows.tolist()]

    def find(self, records: set[tuple[MapKind, str]]) -> NDArray[np.int64]:
        """The rows of these records, as far as they are on the map."""
        hits = [row for row, point in enumerate(self.points) if (point.kind, point.id) in records]
        return np.array(hits, np.int64)

    def cluster_name(self, point: Point) -> str:
        """What the point's cluster is called."""
        found = None if point.cluster is None else self.clusters.get(point.cluster)
        return "unclustered" if found is None else found.name


def read(project: Project, running: bool) -> Atlas | None:
    """The map as it is now; None: none was drawn."""
    with project.open(readonly=True) as store:
        if not store.maps.kinds():
            return None
        marks = _marks(store)
    if running:
        marks = marks._replace(**dict.fromkeys(("placed", "grown"), str(time.time() // STEADY)))
    return _read(str(project.path), marks)


class _Marks(NamedTuple):
    """What tells that something has changed; tags, selections and wishes change no point."""

    drawn: str
    placed: str
    """What metadata and seeds on the map are drawn from."""
    grown: str
    """What there is of instructions and their scores."""
    judged: str
    """What else instructions are drawn from: the config, decisions, θ, the cap."""
    names: str


def _marks(store: Store) -> _Marks:
    marks, dials = store.maps.marked(), store.settings.dials()
    judged = f"{config_of(store)} {marks.decided} {dials.theta} {dials.iterations}"
    placed = f"{store.metadata.labelled()} {marks.seeds}"
    return _Marks(marks.drawn, placed, store.scored(), judged, marks.names)


@st.cache_resource(max_entries=4, ttl="1h", show_spinner="Reading the map…")
def _read(path: str, marks: _Marks) -> Atlas:
    ground = f"{marks.drawn} {marks.placed}"
    points = [
        point
        for kind in KINDS
        for point in _points(
            path, kind, f"{ground} {marks.grown} {marks.judged}" if kind == "instructions" else ground
        )
    ]
    missing = _missing(path, f"{ground} {marks.grown}")
    with Store.open(Path(path), readonly=True) as store, store.read():
        there, config = store.maps.count(), config_of(store)
        clusters = {cluster.id: cluster for cluster in store.maps.clusters()}
        texts = store.settings.get(MAP, {}).get("texts", 0)
    places = np.array([(point.x, point.y) for point in points], np.float32).reshape(-1, 2)
    places += atlas.offsets([point.id for point in points]).reshape(-1, 2)
    numbers = {kind: number for number, kind in enumerate(KINDS)}
    kinds = np.array([numbers[point.kind] for point in points], np.int8)
    return Atlas(points, places, kinds, clusters, missing, there, texts, config)


@st.cache_resource(max_entries=4 * len(KINDS), ttl="1h", show_spinner=False)
def _points(path: str, kind: MapKind, mark: str) -> list[Point]:
    """The points of a kind, read again only once what they are drawn from has changed."""
    with Store.open(Path(path), readonly=True) as store, store.read():
        dials, share = store.settings.dials(), MOST / max(store.maps.count(), MOST)
        return store.maps.points((kind,), config_of(store), dials.theta, dials.iterations, share)


@st.cache_resource(max_entries=4, ttl="1h", show_spinner=False)
def _missing(path: str, mark: str) -> int:
    with Store.open(Path(path), readonly=True) as store, store.read():
        return store.maps.missing(config_of(store), store.settings.get(MAP, {}).get("at", 0.0))
