"""Kept pairs that nearly say what another says, for a filter of the queue; sought once for each change."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from codeclm.dedup.checks import THRESHOLDS
from codeclm.dedup.near import by_ngram
from codeclm.dedup.shingles import Grams
from codeclm.projects import Project
from codeclm.settings import Dials
from codeclm.store import PairFilter, Store


def near_duplicates(project: Project, config: str, dials: Dials) -> frozenset[str]:
    """Kept pairs whose instruction is nearly that of another kept one, by common 3-grams; both of them."""
    with project.open(readonly=True) as store:
        stamp = store.scored()
    return _near(str(project.path), config, dials.theta, dials.iterations, stamp)


@st.cache_resource(max_entries=4, ttl="2h", show_spinner="Looking for near-duplicates…")
def _near(path: str, config: str, theta: float, cap: int, stamp: str) -> frozenset[str]:
    with Store.open(Path(path), readonly=True) as store:
        return twins(store, config, theta, cap)


def twins(store: Store, config: str, theta: float, cap: int) -> frozenset[str]:
    """The same, sought anew."""
    rows = store.pairs.instructions(config, theta, cap, PairFilter(status="kept"))
    order = sorted(range(len(rows)), key=lambda at: -abs(rows[at][2]))
    found = by_ngram(Grams.of([text for _, text, _ in rows]), THRESHOLDS["ngram"], order)
    return frozenset(rows[at][0] for near in found for at in (near.kept, near.other))
