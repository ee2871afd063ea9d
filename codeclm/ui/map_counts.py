"""The counts behind coverage and the tree, read again only where what is counted has changed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import streamlit as st

from codeclm.atlas.coverage import Divergence, divergence
from codeclm.projects import Project
from codeclm.store import Store
from codeclm.store.coverage import By, Group
from codeclm.ui.map_data import marks

Side = Literal["generated", "kept", "accepted"]
SIDES: tuple[Side, ...] = ("generated", "kept", "accepted")
_RUNS = 12
"""The last runs that a course is drawn of."""

Runs = tuple[tuple[int, float, int], ...]
Tree = list[tuple[str, str, int, int, int]]


@dataclass(frozen=True)
class Counted:
    """What is counted in a project under a config and at a θ, as it is now."""

    path: str
    mark: str
    config: str
    theta: float
    runs: Runs

    @classmethod
    def of(cls, project: Project, config: str, theta: float) -> Counted:
        """Of a project as its file is now; wishes, tags and selections change nothing."""
        with project.open(readonly=True) as store:
            runs = store.coverage.runs()[-_RUNS:]
            return cls(str(project.path), str(marks(store)), config, theta, tuple(runs))

    def groups(self, by: By) -> tuple[list[Group], Group]:
        """Every group with its counts, and those of all together."""
        return _groups(self, by)

    def divergence(self, by: By, side: Side) -> Divergence | None:
        """How far a side is from the seeds; None: there is nothing on it."""
        return _divergence(self, by, side)

    def course(self, by: By, side: Side) -> list[tuple[float, Divergence]]:
        """When each of the last runs ended, and how far the side was from the seeds then."""
        return _course(self, by, side)

    def tree(self, most: int) -> Tree:
        """The largest use cases with every skill, with the counts of its metadata."""
        return _tree(self, most)


def count_of(group: Group, side: Side) -> int:
    """The count of a side."""
    count: int = getattr(group, side)
    return count


def _open(counted: Counted) -> Store:
    return Store.open(Path(counted.path), readonly=True)


@st.cache_resource(max_entries=16, ttl="1h", show_spinner="Counting…")
def _groups(counted: Counted, by: By) -> tuple[list[Group], Group]:
    with _open(counted) as store, store.read():
        found = store.coverage.groups(by, counted.config, counted.theta)
        return found, store.coverage.totals(counted.config, counted.theta)


@st.cache_resource(max_entries=32, ttl="1h", show_spinner=False)
def _divergence(counted: Counted, by: By, side: Side) -> Divergence | None:
    return _far(_groups(counted, by)[0], side)


@st.cache_resource(max_entries=32, ttl="1h", show_spinner=False)
def _course(counted: Counted, by: By, side: Side) -> list[tuple[float, Divergence]]:
    if len(counted.runs) < 2:
        return []
    with _open(counted) as store, store.read():
        reached = [each for _, _, each in counted.runs]
        steps = store.coverage.course(by, counted.config, counted.theta, reached)
    course = [(ended, _far(groups, side)) for (_, ended, _), groups in zip(counted.runs, steps, strict=False)]
    return [(ended, found) for ended, found in course if found is not None]


def _far(groups: list[Group], side: Side) -> Divergence | None:
    return divergence([each.seeds for each in groups], [count_of(each, side) for each in groups])


@st.cache_resource(max_entries=8, ttl="1h", show_spinner="Counting…")
def _tree(counted: Counted, most: int) -> Tree:
    with _open(counted) as store, store.read():
        return store.coverage.skills_by_use_case(counted.config, counted.theta, most)
