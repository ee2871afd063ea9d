"""What the Contrast page works on: every scored node as arrays, read once for each change of the scores.

While a run goes on they change all the time; then what was read is shown for half a minute.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from codeclm import contrast
from codeclm.lab import Kept, Nodes, thetas
from codeclm.projects import Project
from codeclm.records import AnswerRole, Role
from codeclm.store import Scan, Store
from codeclm.ui.summary import Summary, config_id

STEADY = 30
"""Seconds for which a picture holds while a run goes on."""

Orders = tuple[tuple[float, float], tuple[float, float] | None]
Codes = tuple[NDArray[np.int64], list[str]]
"""For each node the place of its group in the list of names."""


@dataclass(frozen=True)
class Lab:
    """The scored nodes of a config, and what they say of its judge, worked out when it is looked at."""

    nodes: Nodes
    pairs: list[str]
    use_cases: Codes
    path: Path
    config: str
    names: dict[int, str]
    """Of the clusters; empty where there is no map."""
    judged: Callable[[], Iterator[contrast.Judged]]
    unparsed: contrast.Share
    itself: bool
    """Whether the strong model judges."""
    priced: bool
    swept: dict[int, list[Kept]] = field(default_factory=dict)
    """By cap, what each θ comes to: the same for every move of the slider."""

    def sweep(self, cap: int) -> list[Kept]:
        """What each θ of `lab.thetas` comes to."""
        if cap not in self.swept:
            self.swept[cap] = self.nodes.sweep(thetas(), cap)
        return self.swept[cap]

    @cached_property
    def health(self) -> contrast.Health:
        """What the scores say of the judge."""
        return contrast.health(list(self.judged()))

    @cached_property
    def spread(self) -> contrast.Spread | None:
        """How the judge's scores lie; None: there are none."""
        return contrast.spread(list(self.judged()))

    @cached_property
    def clusters(self) -> Codes:
        """Each node's cluster, as the map is when they are first asked for."""
        with Store.open(self.path, readonly=True) as store:
            found = store.scan_clusters(self.config)
        return codes([self.names.get(found.get(pair, -1), "in no cluster") for pair in self.pairs])

    @property
    def iterations(self) -> Codes:
        """Each node's iteration as a group."""
        most = int(self.nodes.iteration.max(initial=0))
        return self.nodes.iteration - 1, [f"{step}" for step in range(1, most + 1)]


def lab(project: Project, facts: Summary) -> Lab:
    """The lab of the current config."""
    with project.open(readonly=True) as store:
        stamp = f"every {int(time.time() / STEADY)}" if facts.running else store.scored()
        stamp += f" {hash(tuple(store.maps.clusters()))}"
    models = facts.config.models if facts.config else {}
    return _lab(str(project.path), config_id(facts.config), stamp, models)


@st.cache_resource(max_entries=4, ttl="2h", show_spinner="Reading the scores…")
def _lab(path: str, config: str, stamp: str, _models: dict[Role, str]) -> Lab:
    with Store.open(Path(path), readonly=True) as store:
        seen = store.scan(config)
        names = {each.id: each.name for each in store.maps.clusters()}
    return Lab(
        nodes=_nodes(seen),
        pairs=seen.pair,
        use_cases=codes(seen.use_case),
        path=Path(path),
        config=config,
        names=names,
        judged=partial(_judged, seen.orders, seen.strong_length, seen.target_length, _own(_models)),
        unparsed=contrast.share(min(seen.unparsed, seen.judged), seen.judged),
        itself=bool(seen.judged) and _models.get("judge") == _models.get("strong"),
        priced=seen.priced,
    )


def codes(values: Sequence[str]) -> Codes:
    """Numbers for groups, the most common first; no name, no group."""
    found = Counter(values)
    names = sorted(found, key=lambda name: (-found[name], name))
    place = {name: at for at, name in enumerate(names)}
    numbers = np.fromiter(map(place.__getitem__, values), np.int64, len(values))
    return numbers, [name or "no use case" for name in names]


def _nodes(seen: Scan) -> Nodes:
    return Nodes(
        gap=np.array(seen.gap, dtype=np.float64),
        reach=np.array(seen.reach, dtype=np.float64),
        leaf=np.array(seen.leaf, dtype=np.bool_),
        iteration=np.array(seen.iteration, dtype=np.int64),
        own_tokens=np.array(seen.own_tokens, dtype=np.float64),
        step_tokens=np.array(seen.step_tokens, dtype=np.float64),
        own_cost=np.array(seen.own_cost, dtype=np.float64),
        step_cost=np.array(seen.step_cost, dtype=np.float64),
        shared_tokens=seen.shared_tokens,
        shared_cost=seen.shared_cost,
    )


def _judged(
    orders: list[Orders], strong: list[int], target: list[int], own: AnswerRole | None
) -> Iterator[contrast.Judged]:
    for (first, second), one, other in zip(orders, strong, target, strict=True):
        yield contrast.Judged(first, second, one or 0, other or 0, own)


def _own(models: dict[Role, str]) -> AnswerRole | None:
    """The answer that the judge's own model wrote; None: neither, or both."""
    if not models or models["strong"] == models["target"]:
        return None
    if models["judge"] == models["strong"]:
        return "strong"
    return "target" if models["judge"] == models["target"] else None
