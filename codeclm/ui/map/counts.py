"""The counts behind coverage and the tree, worked out again only where what is counted has changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from codeclm.atlas.coverage import Divergence, divergence
from codeclm.projects import Project
from codeclm.store import Store
from codeclm.store.coverage import By
from codeclm.ui import cached
from codeclm.ui.tally import Key, Sheet, Side, Tally

_RUNS = 12
"""The last runs that a course is drawn of."""

Runs = tuple[tuple[int, float, int], ...]
Tree = list[tuple[str, str, int, int, int]]


@dataclass(frozen=True)
class Counted:
    """What is counted in a project as it is now, under its config and at its θ."""

    path: str
    mark: str
    runs: Runs
    texts: str
    """Differs once there are other seeds or instructions."""

    @classmethod
    def of(cls, project: Project) -> Counted:
        """Of a project as its file is now; wishes, tags and selections change nothing."""
        with project.open(readonly=True) as store:
            marks = cached.marks(store)
            runs = tuple(store.coverage.runs()[-_RUNS:])
            return cls(str(project.path), str(marks), runs, f"{store.maps.marked().seeds} {marks.grown}")

    def tally(self, by: By) -> Tally:
        """Every group with its counts."""
        return _tally(self, by)

    def coming(self, by: By, due: Sequence[tuple[int, int]]) -> dict[Key, int]:
        """How many of each group are due, by the numbers of metadata and how many are due of each."""
        return _sheet(self).coming(by, due)

    def divergence(self, by: By, side: Side) -> Divergence | None:
        """How far a side is from the seeds; None: there is nothing on it."""
        return _divergence(self, by, side)

    def course(self, by: By, side: Side) -> list[tuple[float, Divergence]]:
        """When each of the last runs ended, and how far the side was from the seeds then."""
        return _course(self, by, side)

    def copies(self, side: Side) -> tuple[int, int]:
        """How many of a side say word for word what a seed says, and how many there are on it."""
        return _sheet(self).among(side, _copied(self.path, self.texts))

    def tree(self, most: int) -> Tree:
        """The largest use cases with every skill, with the counts of its metadata."""
        return _tree(self, most)


def _sheet(counted: Counted) -> Sheet:
    with Store.open(Path(counted.path), readonly=True) as store, store.read():
        return Sheet(cached.labels(store), cached.nodes(store), cached.fates(store), cached.clustered(store))


@st.cache_resource(max_entries=16, ttl="1h", show_spinner="Counting…")
def _tally(counted: Counted, by: By) -> Tally:
    return _sheet(counted).tally(by)


@st.cache_resource(max_entries=32, ttl="1h", show_spinner=False)
def _divergence(counted: Counted, by: By, side: Side) -> Divergence | None:
    return _far(_tally(counted, by), side)


@st.cache_resource(max_entries=32, ttl="1h", show_spinner=False)
def _course(counted: Counted, by: By, side: Side) -> list[tuple[float, Divergence]]:
    if len(counted.runs) < 2:
        return []
    steps = _sheet(counted).course(by, [reached for _, _, reached in counted.runs])
    course = [(ended, _far(tally, side)) for (_, ended, _), tally in zip(counted.runs, steps, strict=False)]
    return [(ended, found) for ended, found in course if found is not None]


@st.cache_resource(max_entries=4, ttl="1h", show_spinner=False)
def _copied(path: str, texts: str) -> list[int]:
    with Store.open(Path(path), readonly=True) as store, store.read():
        return store.coverage.copied()


def _far(tally: Tally, side: Side) -> Divergence | None:
    return divergence(tally.seeds.tolist(), tally.sides[side].tolist())


@st.cache_resource(max_entries=8, ttl="1h", show_spinner="Counting…")
def _tree(counted: Counted, most: int) -> Tree:
    return _sheet(counted).tree(most)
