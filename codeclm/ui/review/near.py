"""Kept pairs that nearly say what another says, for a filter of the queue; sought once for each change.

The search begins when Review is opened, beside all else, so that it is over when it is asked for. What it
found stays in the project, so that another server, or another day, need not search.
"""

from __future__ import annotations

import sys
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
Twins = dict[str, str]
"""Pairs that are near another, by id: with the better one that each is nearest to, or "" where it is that."""
_TURN = 0.0005
"""Seconds for which the search may keep the interpreter from a decision that waits for it."""


def sought(project: Project, config: str, dials: Dials) -> Future[Twins]:
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
def _sought(path: str, config: str, theta: float, cap: int, stamp: str) -> Future[Twins]:
    return _BESIDE.submit(_near, Path(path), config, theta, cap, stamp)


def _near(path: Path, config: str, theta: float, cap: int, stamp: str) -> Twins:
    asked = content_id("near", config=config, theta=theta, cap=cap, stamp=stamp, share=THRESHOLDS["ngram"])
    usual = sys.getswitchinterval()
    sys.setswitchinterval(_TURN)
    try:
        with Store.open(path, readonly=True) as store:
            found = _kept(store.settings.get(FOUND), asked)
            if found is None:
                found = twins(store, config, theta, cap)
                _keep(path, asked, found)
        return found
    finally:
        sys.setswitchinterval(usual)


def _kept(kept: object, asked: str) -> Twins | None:
    match kept:
        case [name, {**found}] if name == asked:
            return {str(each): str(better) for each, better in found.items()}
    return None


def _keep(path: Path, asked: str, found: Twins) -> None:
    """For another time; where the file may not be written, it is sought anew then."""
    with suppress(CodecError), Project(path.stem, path).unchanged(), Store.open(path) as store:
        store.settings.set(FOUND, [asked, found])


def twins(store: Store, config: str, theta: float, cap: int) -> Twins:
    """The same, sought anew. Of two the one with the larger gap is the better."""
    ids, texts, gaps = store.pairs.instructions(config, theta, cap, PairFilter(status="kept"))
    order = sorted(range(len(ids)), key=lambda at: -abs(gaps[at]))
    found = by_ngram(Grams.of(texts), THRESHOLDS["ngram"], order)
    return {ids[near.kept]: "" for near in found} | {ids[near.other]: ids[near.kept] for near in found}


def spare(store: Store, config: str, dials: Dials, found: Twins) -> set[str]:
    """Those that may go: each is near a better one that nobody has rejected."""
    rejected = PairFilter(status="kept", decision="reject")
    gone = set(store.pairs.ids(config, dials.theta, dials.iterations, rejected))
    return {each for each, better in found.items() if better and better not in gone}
