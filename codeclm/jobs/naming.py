"""Names for the map's clusters by the strong model, where a person asks for them: one call each.

What a person named keeps its name. Knows neither how clusters are found nor how they are shown.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from codeclm import atlas
from codeclm.errors import ReplyError, UsageError
from codeclm.ids import content_id
from codeclm.jobs.candidates import endpoint_in_force
from codeclm.jobs.endpoints import open_models, probe, slots, width
from codeclm.jobs.lock import hold
from codeclm.jobs.map import config_of
from codeclm.jobs.order import Order, Setup, config_for
from codeclm.jobs.paced import Paced
from codeclm.jobs.pool import walk
from codeclm.jobs.shift import Ended, Shift
from codeclm.jobs.stopping import Gate
from codeclm.jobs.telling import Tell
from codeclm.llm.client import Counts
from codeclm.llm.model import ChatModel
from codeclm.llm.structured import ask
from codeclm.records import ROLES
from codeclm.stages import requests, topic
from codeclm.store import Store, Writer
from codeclm.store.maps import KINDS, Cluster, MapKind

NAMES = "names"
"""The kind of job."""
SHOWN = 8
"""Texts of a cluster that the model is shown, evenly from all of them."""


@dataclass
class Told:
    """How many clusters have been asked about."""

    wanted: int
    done: int = 0
    names: dict[int, str] = field(default_factory=dict)
    """What was found so far, by the number of the cluster."""

    def steps(self) -> dict[str, tuple[int, int]]:
        """Clusters asked about, and in all."""
        return {NAMES: (self.done, self.wanted)}

    def line(self, counts: Counts, spent: float) -> str:
        """The same for a person."""
        return f"{self.done}/{self.wanted} clusters, {counts.sent} calls sent, {counts.cached} from the cache"


def wanted(clusters: Iterable[Cluster]) -> list[Cluster]:
    """Those that a model is asked about: all but what a person named."""
    return [each for each in clusters if each.named != "person"]


def name(project: Path, order: Order, warn: Tell, show: Tell) -> tuple[Ended, int]:
    """Ask for the names: how it ended, and how many clusters have a new one.

    UsageError: there is no map. BusyError: somebody is asking already. A reply that is no name leaves the
    old one.
    """
    with Store.open(project) as store, hold(project, NAMES), Writer(project) as writer:
        clusters = wanted(store.maps.clusters())
        if not clusters:
            raise UsageError(f"{project}: no cluster to name; draw the map first, with `map`")
        setup = _setup(store, order)
        told = Told(len(clusters))
        ended = asyncio.run(_name(store, writer, setup, clusters, told, show))
        if left := told.done - len(told.names):
            warn(f"{left} of {told.done} replies were no name; those clusters keep theirs")
        return ended, len(told.names)


def _setup(store: Store, order: Order) -> Setup:
    """The strong model as a run would have it. The current config stays, as a name is no part of one."""
    endpoints, dials = {role: endpoint_in_force(store, order, role) for role in ROLES}, store.settings.dials()
    return Setup(order, frozenset({"encode"}), endpoints, dials, config_for(store, endpoints, dials))


async def _name(
    store: Store, writer: Writer, setup: Setup, clusters: list[Cluster], told: Told, show: Tell
) -> Ended:
    gate = Gate(setup.order.budget, setup.order.max_calls)
    shift = Shift(store, writer, gate, told, show)

    async def work() -> None:
        texts = _texts(store)
        room = await asyncio.to_thread(slots, setup)
        async with open_models(store, writer, setup, gate, room) as models:
            shift.asked.append(models.counts)
            await probe(store, writer, setup, models)
            model = Paced(models, writer)

            async def one(cluster: Cluster) -> None:
                await _one(model, writer, setup, cluster, texts[cluster.id], told)

            await walk(clusters, one, width(setup, room), shift.stop)
            _tell_apart(store, writer, told)

    return await shift.go(NAMES, setup.order.as_dict(), work)


async def _one(
    models: ChatModel, writer: Writer, setup: Setup, cluster: Cluster, texts: list[str], told: Told
) -> None:
    record = content_id("cluster", number=cluster.id)
    request = requests.naming(setup.config, record, cluster.words, texts)
    try:
        found, _ = await ask(models, request, topic.parse)
    except ReplyError:
        told.done += 1
        return
    _suggest(writer, cluster.id, found)
    told.done += 1
    told.names[cluster.id] = found


def _tell_apart(store: Store, writer: Writer, told: Told) -> None:
    """A model calls several clusters the same, as it sees one at a time."""
    clusters = store.maps.clusters()
    taken = [each.name for each in clusters if each.id not in told.names]
    apart = atlas.told_apart(told.names, {each.id: each.words for each in clusters}, taken)
    for number, name in apart.items():
        if name != told.names[number]:
            _suggest(writer, number, name)


def _suggest(writer: Writer, cluster: int, name: str) -> None:
    writer.submit(lambda store: store.maps.suggest(cluster, name))


def _texts(store: Store) -> dict[int, list[str]]:
    """Some texts of each cluster, the same each time; labels only where there is nothing else."""
    members: dict[int, list[tuple[MapKind, str]]] = defaultdict(list)
    labels: dict[int, list[tuple[MapKind, str]]] = defaultdict(list)
    for point in store.maps.points(KINDS, config_of(store)):
        if point.cluster is not None:
            side = labels if point.kind == "metadata" else members
            side[point.cluster].append((point.kind, point.id))
    chosen = {each: _even(members[each] or labels[each]) for each in {*members, *labels}}
    texts = store.maps.texts(key for keys in chosen.values() for key in keys)
    found = defaultdict[int, list[str]](list)
    found.update({each: [texts[key] for key in keys if key in texts] for each, keys in chosen.items()})
    return found


def _even(keys: list[tuple[MapKind, str]]) -> list[tuple[MapKind, str]]:
    """SHOWN of them at even distances in the order of their ids."""
    ordered = sorted(keys, key=lambda key: key[1])
    count = min(SHOWN, len(ordered))
    return [ordered[at * len(ordered) // count] for at in range(count)]
