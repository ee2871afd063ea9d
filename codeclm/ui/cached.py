"""A project's columns as pages keep them: each is read again only where what it is read from has changed.

Of labels only those are read that were revised since, as an edit changes one of very many.
"""

from __future__ import annotations

from threading import Lock
from typing import NamedTuple

import streamlit as st

from codeclm.jobs.map import config_of
from codeclm.store import Store
from codeclm.store.maps import KINDS, MapKind
from codeclm.ui.columns import Clustered, Fates, Labels, Nodes, Placed


class Marks(NamedTuple):
    """What tells that something has changed; tags, selections and wishes change no point."""

    drawn: str
    placed: str
    """The labels of metadata and their states, and which seeds there are."""
    grown: str
    """What there is of instructions and their scores, and what their state is read at."""
    decided: str
    names: str


def marks(store: Store) -> Marks:
    """The marks of a project as it is now."""
    found = store.maps.marked()
    return Marks(
        found.drawn, f"{store.metadata.labelled()} {found.seeds}", _grown(store), found.decided, found.names
    )


def labels(store: Store) -> Labels:
    """The labels of all metadata as they are now."""
    held = _held(str(store.path), store.born())
    with held.lock:
        newest = store.metadata.revised()
        if newest > held.at:
            held.labels = held.labels.revised(store.maps.sheet.labelled(held.at))
            held.at = newest
        return held.labels


def fates(store: Store) -> Fates:
    """What has become of records; read anew each time, as it is little."""
    sheet = store.maps.sheet
    return Fates(sheet.verdicts(), sheet.set_aside(), sheet.deleted())


def nodes(store: Store) -> Nodes:
    """The nodes of the current config at the project's own θ."""
    return _nodes(store, str(store.path), _grown(store))


def placed(store: Store, share: float) -> dict[MapKind, Placed]:
    """About a share of what was put on the map, with its places."""
    drawn = store.maps.marked().drawn
    return {kind: _placed(store, str(store.path), kind, drawn, share) for kind in KINDS}


def clustered(store: Store) -> dict[MapKind, Clustered]:
    """All that was put on the map, with its clusters."""
    drawn = store.maps.marked().drawn
    return {kind: _clustered(store, str(store.path), kind, drawn) for kind in KINDS}


class _Held:
    """The labels of a file as they were at its newest revision."""

    def __init__(self) -> None:
        self.lock, self.at, self.labels = Lock(), 0, Labels()


def _grown(store: Store) -> str:
    dials = store.settings.dials()
    return f"{store.scored()} {config_of(store)} {dials.theta} {dials.iterations}"


@st.cache_resource(max_entries=4, ttl="1h", show_spinner=False)
def _held(path: str, born: str) -> _Held:
    return _Held()


@st.cache_resource(max_entries=4, ttl="1h", show_spinner=False)
def _nodes(_store: Store, path: str, grown: str) -> Nodes:
    dials = _store.settings.dials()
    return Nodes(_store.maps.sheet.reached(config_of(_store), dials.theta, dials.iterations))


@st.cache_resource(max_entries=4 * len(KINDS), ttl="1h", show_spinner=False)
def _placed(_store: Store, path: str, kind: MapKind, drawn: str, share: float) -> Placed:
    return Placed(_store.maps.sheet.spots(kind, share))


@st.cache_resource(max_entries=4 * len(KINDS), ttl="1h", show_spinner=False)
def _clustered(_store: Store, path: str, kind: MapKind, drawn: str) -> Clustered:
    return Clustered(*_store.maps.sheet.clustered(kind))
