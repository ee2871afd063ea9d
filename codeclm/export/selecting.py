"""Which pairs an export is kept to: those that filters of pairs find, as Review and `pairs` know them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from codeclm.store import PairFilter, Store


def found(
    store: Store, config: str, theta: float, cap: int, filters: Iterable[PairFilter]
) -> frozenset[str] | None:
    """The pairs that every filter finds, results and whatever was accepted alike; None: all."""
    kept: frozenset[str] | None = None
    for where in filters:
        both = (where, replace(where, status="accepted"))
        ids = {pair for each in both for pair in store.pairs.ids(config, theta, cap, each)}
        kept = frozenset(ids if kept is None else kept & ids)
    return kept
