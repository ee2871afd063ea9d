"""What the Contrast page works on: every scored node as arrays, read once for each change of the scores.

While a run goes on they change all the time; then what was read is shown for half a minute.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from codeclm import contrast
from codeclm.lab import Floats, Kept, Nodes, Scale, thetas
from codeclm.projects import Project
from codeclm.records import AnswerRole, Role
from codeclm.stages import requests
from codeclm.store import Store
from codeclm.store.scores import Scored, Taken
from codeclm.ui import cached
from codeclm.ui.columns import spread, taken
from codeclm.ui.summary import Summary, config_id

Numbers = NDArray[np.int64]
Codes = tuple[Numbers, list[str]]
"""For each node the place of its group in the list of names."""


@dataclass(frozen=True)
class Lab:
    """The scored nodes of a config; what else is known of them is read when it is looked at."""

    nodes: Nodes
    instruction: Numbers
    comparison: Numbers
    priced: bool
    path: Path
    config: str
    models: Mapping[Role, str]
    names: dict[int, str]
    """Of the clusters; empty where there is no map."""
    swept: dict[int, list[Kept]] = field(default_factory=dict)
    """By cap, what each θ comes to: the same for every move of the slider."""

    def sweep(self, cap: int) -> list[Kept]:
        """What each θ of `lab.thetas` comes to."""
        if cap not in self.swept:
            self.swept[cap] = self.nodes.sweep(thetas(self.scale), cap)
        return self.swept[cap]

    @cached_property
    def scale(self) -> Scale:
        """Which values of θ these gaps are looked at with."""
        return Scale.of(float(np.abs(self.nodes.gap).max(initial=0)))

    @property
    def count(self) -> int:
        """How many pairs are scored."""
        return len(self.comparison)

    @property
    def itself(self) -> bool:
        """Whether the strong model judges."""
        return bool(self.unparsed.total) and self.models.get("judge") == self.models.get("strong")

    @cached_property
    def unparsed(self) -> contrast.Share:
        """The judge's replies that could not be read."""
        with self._store() as store:
            config = store.settings.config_of(self.config)
            turns = requests.judge_turns(config) if config else None
            judged, unparsed = store.scores.replies(self.config, turns)
        return contrast.share(min(unparsed, judged), judged)

    @cached_property
    def judged(self) -> Counter[contrast.Judged]:
        """How often the judge said what."""
        with self._store() as store:
            return store.scores.judged(self.config, _own(self.models))

    @cached_property
    def health(self) -> contrast.Health:
        """What the scores say of the judge."""
        return contrast.health(self.judged)

    @cached_property
    def spread(self) -> contrast.Spread | None:
        """How the judge's scores lie; None: there are none."""
        return contrast.spread(self.judged)

    @cached_property
    def metadata(self) -> Numbers:
        """The number of each node's metadata."""
        with self._store() as store:
            instruction, metadata = (np.array(each, np.int64) for each in store.scores.metadata())
        return spread(instruction, metadata, 0)[self.instruction]

    @cached_property
    def use_cases(self) -> Codes:
        """Each node's use case, as it is labelled when they are first asked for."""
        with self._store() as store:
            labels = cached.labels(store)
        return codes(taken(labels.use, self.metadata, -1), labels.uses, "no use case")

    @cached_property
    def clusters(self) -> Codes:
        """Each node's cluster, its own or its metadata's, as the map is when they are first asked for."""
        with self._store() as store:
            found = cached.clustered(store)
        own = taken(found["instructions"].cluster, self.instruction, 0)
        cluster = np.where(own > 0, own, taken(found["metadata"].cluster, self.metadata, 0))
        names = [self.names.get(number, "") for number in range(1 + max(self.names, default=0))]
        return codes(np.where(cluster < len(names), cluster, 0), names, "in no cluster")

    @property
    def iterations(self) -> Codes:
        """Each node's iteration as a group."""
        most = int(self.nodes.iteration.max(initial=0))
        return self.nodes.iteration - 1, [f"{step}" for step in range(1, most + 1)]

    def _store(self) -> AbstractContextManager[Store]:
        return Store.open(self.path, readonly=True)


def lab(project: Project, facts: Summary) -> Lab:
    """The lab of the current config."""
    with project.open(readonly=True) as store:
        stamp = cached.steady() if facts.running else cached.standing(store)
        stamp += f" {hash(tuple(store.maps.clusters()))}"
    models = facts.config.models if facts.config else {}
    return _lab(str(project.path), config_id(facts.config), stamp, models)


@st.cache_resource(max_entries=4, ttl="2h", show_spinner="Reading the scores…")
def _lab(path: str, config: str, stamp: str, _models: Mapping[Role, str]) -> Lab:
    with Store.open(Path(path), readonly=True) as store, store.read():
        seen, calls = store.scores.scored(config), store.scores.taken(config)
        names = {each.id: each.name for each in store.maps.clusters()}
    return Lab(
        nodes=nodes(seen, calls),
        instruction=np.array(seen.instruction, dtype=np.int64),
        comparison=np.array(seen.comparison, dtype=np.int64),
        priced=calls.priced,
        path=Path(path),
        config=config,
        models=_models,
        names=names,
    )


def codes(group: Numbers, names: Sequence[str], none: str) -> Codes:
    """Groups by their names, the most common first. `none`: the name of those below 0, or without one."""
    called = [name or none for name in ("", *names)]
    counts: Counter[str] = Counter()
    for name, count in zip(called, np.bincount(group + 1, minlength=len(called)).tolist(), strict=True):
        counts[name] += count
    ranked = sorted((name for name in counts if counts[name]), key=lambda name: (-counts[name], name))
    place = {name: at for at, name in enumerate(ranked)}
    return np.array([place.get(name, -1) for name in called], np.int64)[group + 1], ranked


def nodes(seen: Scored, calls: Taken) -> Nodes:
    """Scored nodes as arrays, with what the calls for each took."""
    instruction = np.array(seen.instruction, dtype=np.int64)
    known = np.array(calls.instruction, dtype=np.int64)
    size = 1 + max(int(instruction.max(initial=0)), int(known.max(initial=0)))

    def each(values: Iterable[float]) -> Floats:
        places = np.zeros(size)
        places[known] = list(values)
        return places[instruction]

    return Nodes(
        gap=np.array(seen.gap, dtype=np.float64),
        reach=np.array(seen.reach, dtype=np.float64),
        leaf=np.array(seen.leaf, dtype=np.bool_),
        ended=np.array([held is not None for held in seen.held], dtype=np.bool_),
        failed=np.array([held == "failed" for held in seen.held], dtype=np.bool_),
        iteration=np.array(seen.iteration, dtype=np.int64),
        own_tokens=each(calls.own_tokens),
        step_tokens=each(calls.step_tokens),
        own_cost=each(calls.own_cost),
        step_cost=each(calls.step_cost),
        shared_tokens=calls.shared_tokens,
        shared_cost=calls.shared_cost,
    )


def _own(models: Mapping[Role, str]) -> AnswerRole | None:
    """The answer that the judge's own model wrote; None: neither, or both."""
    if not models or models["strong"] == models["target"]:
        return None
    if models["judge"] == models["strong"]:
        return "strong"
    return "target" if models["judge"] == models["target"] else None
