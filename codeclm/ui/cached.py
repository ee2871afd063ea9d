"""A project's columns as pages keep them: each is read again only where what it is read from has changed.

After an edit of labels only what it touched is read, as that is little of very much.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock
from typing import Generic, NamedTuple, TypeVar

import streamlit as st

from codeclm.garbage import uncollected
from codeclm.jobs.map import config_of
from codeclm.store import Store
from codeclm.store.maps import KINDS, MapKind
from codeclm.ui.columns import Clustered, Fates, Labels, Nodes, Placed

Read = TypeVar("Read")
STEADY = 30
"""Seconds for which a picture holds while a run goes on."""


class Marks(NamedTuple):
    """What tells that something has changed; tags, selections and wishes change no point."""

    drawn: str
    placed: str
    """The labels of metadata and their states, and which seeds there are."""
    grown: str
    """What there is of instructions and their scores, and what their state is read at."""
    decided: str
    names: str


def written(store: Store) -> str:
    """The store's own mark of what was written, asked for once for each change of the file: it counts."""
    return _written(store, str(store.path), store.born(), store.revision())


def scored(store: Store) -> str:
    """A mark that differs also once labels do."""
    return f"{written(store)} {store.metadata.revised()}"


def standing(store: Store) -> str:
    """A mark that differs also once metadata is left out, or a seed deleted."""
    return f"{written(store)} {store.metadata.labelled()} {store.maps.marked().seeds}"


def steady() -> str:
    """A mark that differs every half a minute: while a run goes on the others do all the time."""
    return f"every {int(time.time() / STEADY)}"


def marks(store: Store) -> Marks:
    """The marks of a project as it is now."""
    found = store.maps.marked()
    return Marks(
        found.drawn,
        f"{store.metadata.labelled()} {found.seeds}",
        _under(store, scored(store)),
        found.decided,
        found.names,
    )


def labels(store: Store) -> Labels:
    """The labels of all metadata as they are now."""
    sheet = store.maps.sheet
    return _kept(
        store,
        _labels(str(store.path), store.born()),
        lambda since, before: (before or Labels()).revised(sheet.labelled(since)),
    )


def nodes(store: Store) -> Nodes:
    """The nodes of the current config at the project's own θ."""
    sheet, config, dials = store.maps.sheet, config_of(store), store.settings.dials()

    def read(since: int, before: Nodes | None) -> Nodes:
        found = sheet.reached(config, dials.theta, dials.iterations, since)
        return before.revised(found, sheet.revised(since)) if before and since else Nodes.of(found)

    return _kept(store, _nodes(str(store.path), _under(store, written(store))), read)


def fates(store: Store) -> Fates:
    """What has become of records; read anew each time, as it is little."""
    sheet = store.maps.sheet
    return Fates(sheet.verdicts(), sheet.set_aside(), sheet.deleted())


def origins(store: Store) -> list[tuple[str, int]]:
    """Where the metadata is from, with counts; an edit of labels changes nothing of it."""
    return _origins(store, str(store.path), store.born(), store.metadata.count())


def placed(store: Store, share: float) -> dict[MapKind, Placed]:
    """About a share of what was put on the map, with its places."""
    drawn = store.maps.marked().drawn
    return {kind: _placed(store, str(store.path), kind, drawn, share) for kind in KINDS}


def clustered(store: Store) -> dict[MapKind, Clustered]:
    """All that was put on the map, with its clusters."""
    drawn = store.maps.marked().drawn
    return {kind: _clustered(store, str(store.path), kind, drawn) for kind in KINDS}


class _Held(Generic[Read]):
    """What was read of a file, as it was at a revision of its labels."""

    def __init__(self) -> None:
        self.lock, self.at = Lock(), 0
        self.value: Read | None = None


def _kept(store: Store, held: _Held[Read], read: Callable[[int, Read | None], Read]) -> Read:
    """What is held, after reading again what was revised since."""
    with held.lock:
        newest = store.metadata.revised()
        if held.value is None or newest > held.at:
            with uncollected():
                held.value = read(held.at, held.value)
            held.at = newest
        return held.value


def _under(store: Store, mark: str) -> str:
    """The mark, and the config and dials that states are read at."""
    dials = store.settings.dials()
    return f"{mark} {config_of(store)} {dials.theta} {dials.iterations}"


@st.cache_resource(max_entries=16, ttl="1h", show_spinner=False)
def _written(_store: Store, path: str, born: str, revision: int) -> str:
    return _store.written()


@st.cache_resource(max_entries=4, ttl="1h", show_spinner=False)
def _labels(path: str, born: str) -> _Held[Labels]:
    return _Held()


@st.cache_resource(max_entries=4, ttl="1h", show_spinner=False)
def _nodes(path: str, written: str) -> _Held[Nodes]:
    return _Held()


@st.cache_resource(max_entries=4, ttl="1h", show_spinner=False)
def _origins(_store: Store, path: str, born: str, count: int) -> list[tuple[str, int]]:
    return _store.metadata.origins()


@st.cache_resource(max_entries=4 * len(KINDS), ttl="1h", show_spinner=False)
def _placed(_store: Store, path: str, kind: MapKind, drawn: str, share: float) -> Placed:
    return Placed(_store.maps.sheet.spots(kind, share))


@st.cache_resource(max_entries=4 * len(KINDS), ttl="1h", show_spinner=False)
def _clustered(_store: Store, path: str, kind: MapKind, drawn: str) -> Clustered:
    return Clustered(*_store.maps.sheet.clustered(kind))
