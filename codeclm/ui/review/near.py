"""Kept pairs that nearly say what another says, for a filter of the queue; sought once for each change.

The search begins when Review is opened, beside all else, so that it is over when it is asked for. What it
found stays in the project, so that another server, or another day, need not search.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import streamlit as st

from codeclm.dedup.checks import THRESHOLDS
from codeclm.dedup.near import by_ngram
from codeclm.dedup.shingles import Grams
from codeclm.errors import CodecError
from codeclm.ids import content_id
from codeclm.projects import Project
from codeclm.settings import Dials
from codeclm.store import PairFilter, Store
from codeclm.ui import cached

_BESIDE = ThreadPoolExecutor(1, "near")
FOUND = "review_near"
"""The setting that has what was found last, and for what."""
_TURN = 0.0005
"""Seconds for which the search may keep the interpreter from a decision that waits for it."""


def sought(project: Project, config: str, dials: Dials) -> Future[frozenset[str]]:
    """Kept pairs whose instruction is nearly that of another kept one, by common 3-grams; both of them."""
    with project.open(readonly=True) as store:
        stamp = cached.scored(store)
    asked = (str(project.path), config, dials.theta, dials.iterations, stamp)
    found = _sought(*asked)
    if found.done() and found.exception() is not None:
        _sought.clear(*asked)
        found = _sought(*asked)
    return found


@st.cache_resource(max_entries=4, ttl="2h", show_spinner=False)
def _sought(path: str, config: str, theta: float, cap: int, stamp: str) -> Future[frozenset[str]]:
    return _BESIDE.submit(_near, Path(path), config, theta, cap, stamp)


def _near(path: Path, config: str, theta: float, cap: int, stamp: str) -> frozenset[str]:
    asked = content_id("near", config=config, theta=theta, cap=cap, stamp=stamp, share=THRESHOLDS["ngram"])
    usual = sys.getswitchinterval()
    sys.setswitchinterval(_TURN)
    try:
        with Store.open(path, readonly=True) as store:
            found = _kept(store.settings.get(FOUND), asked)
            if found is None:
                found = twins(store, config, theta, cap)
                _keep(path, asked, sorted(found))
        return found
    finally:
        sys.setswitchinterval(usual)


def _kept(kept: object, asked: str) -> frozenset[str] | None:
    match kept:
        case [name, [*ids]] if name == asked:
            return frozenset(map(str, ids))
    return None


def _keep(path: Path, asked: str, ids: Sequence[str]) -> None:
    """For another time; where the file may not be written, it is sought anew then."""
    with suppress(CodecError), Project(path.stem, path).unchanged(), Store.open(path) as store:
        store.settings.set(FOUND, [asked, ids])


def twins(store: Store, config: str, theta: float, cap: int) -> frozenset[str]:
    """The same, sought anew."""
    ids, texts, gaps = store.pairs.instructions(config, theta, cap, PairFilter(status="kept"))
    order = sorted(range(len(ids)), key=lambda at: -abs(gaps[at]))
    found = by_ngram(Grams.of(texts), THRESHOLDS["ngram"], order)
    return frozenset(ids[at] for near in found for at in (near.kept, near.other))
