"""What the Map page works on: every point as columns, of which only what has changed is read again.

While a run goes on the project changes all the time; then what was read is shown for half a minute.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from codeclm.charts.atlas import headlines
from codeclm.jobs.map import MAP
from codeclm.projects import Project
from codeclm.store import Store
from codeclm.store.maps import KINDS, Cluster, MapKind
from codeclm.ui import cached
from codeclm.ui.cached import Marks
from codeclm.ui.map.points import Points, missing, points

MOST = 60_000
"""Points that are drawn. Of more, a fair sample, as reading a tenth of a million takes seconds; but what is
drawn is what a lasso takes in and acts on, so that 50,000 are drawn in full."""

_SHORT = 24
"""Characters of a cluster's name where there is little room."""

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

    def find(self, ids: Collection[str]) -> Rows:
        """The rows that have one of these ids."""
        return np.flatnonzero(self.among(ids, np.arange(len(self.points.ids))))

    def among(self, ids: Collection[str], rows: Rows) -> NDArray[np.bool_]:
        """Which of these rows have one of these ids."""
        asked = self.points.ids
        return np.fromiter((asked[row] in ids for row in rows.tolist()), bool, len(rows))

    def labelled(self, part: str, rows: Rows) -> NDArray[np.bool_]:
        """Which of these rows have a use case or a skill that holds `part`, whatever its case."""
        wanted, uses, lists = part.casefold(), self.points.use_case, self.points.skills
        named = [wanted in use.casefold() for use in uses.names]
        skilled = [any(wanted in skill.casefold() for skill in each) for each in lists.names]
        found: NDArray[np.bool_] = (
            np.array([*named, False])[uses.codes[rows]] | np.array([*skilled, False])[lists.codes[rows]]
        )
        return found

    def short(self, name: str) -> str:
        """A cluster's name where there is little room; what is no such name stays as it is."""
        if "short" not in self.made:
            names = [each.name for each in self.clusters.values()]
            self.made["short"] = dict(zip(names, headlines(names, _SHORT), strict=True))
        found: str = self.made["short"].get(name, name)
        return found

    def cluster_name(self, row: int) -> str:
        """What the point's cluster is called."""
        found = self.clusters.get(int(self.points.cluster[row]))
        return "unclustered" if found is None else found.name


def read(project: Project, running: bool) -> Atlas | None:
    """The map as it is now; None: none was drawn."""
    with project.open(readonly=True) as store:
        if not store.maps.kinds():
            return None
        now = cached.marks(store)
    if running:
        now = now._replace(**dict.fromkeys(("placed", "grown"), cached.steady()))
    return _read(str(project.path), now)


@st.cache_resource(max_entries=4, ttl="1h", show_spinner="Reading the map…")
def _read(path: str, marks: Marks) -> Atlas:
    with Store.open(Path(path), readonly=True) as store, store.read():
        there, drawn = store.maps.count(), store.settings.get(MAP, {})
        labels, nodes, fates = cached.labels(store), cached.nodes(store), cached.fates(store)
        return Atlas(
            points(cached.placed(store, MOST / max(there, MOST)), labels, nodes, fates),
            {cluster.id: cluster for cluster in store.maps.clusters()},
            missing(cached.clustered(store), labels, nodes, fates, store.seeds.count())
            + store.maps.relabelled(drawn.get("at", 0.0)),
            there,
            drawn.get("texts", 0),
        )
