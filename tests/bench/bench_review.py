"""What a hand and an eye wait for at 100,000 pairs, against what is allowed: ratios under 1 are within it.

Run it alone: `python -m tests.bench.bench_review [PAIRS]`.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import quantiles
from typing import Any

import numpy as np

from codeclm.contrast import health
from codeclm.lab import histogram, thetas
from codeclm.projects import Project
from codeclm.store import PairFilter, Store
from codeclm.ui import cached
from codeclm.ui.columns import spread
from codeclm.ui.contrast import data
from codeclm.ui.review import near as review_near
from codeclm.ui.review.cards import card
from codeclm.ui.review.outbox import write_down
from tests.bench.many import CONFIG, made

C = CONFIG.id
QUEUE = PairFilter(status="kept", decision="none", undecided_by="ann")
FILTERS = {
    "kept, undecided": QUEUE,
    "search": PairFilter(search="museum pass"),
    "search, not ASCII": PairFilter(search="Höchstens"),
    "use case": PairFilter(use_case="business teaching report"),
    "skill": PairFilter(skill="planning"),
    "gap": PairFilter(gap_from=2.5, gap_to=3.5),
    "iteration and winner": PairFilter(iteration=2, winner="target"),
    "reviewer": PairFilter(decided_by="ann"),
    "flagged": PairFilter(flagged=True),
    "stale": PairFilter(stale=True),
    "cluster": PairFilter(cluster=1),
    "conflict": PairFilter(decision="conflict"),
}


def seconds(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def tell(name: str, took: float, allowed: float) -> None:
    sys.stdout.write(f"{name:<38}{1000 * took:9.1f} ms   {took / allowed:5.2f} of {1000 * allowed:.0f} ms\n")


def decisions(project: Project, count: int = 300) -> None:
    """From a decision that arrives to the next card being ready to be sent: what the fragment does."""
    with project.open(readonly=True) as store:
        ids = store.pairs.ids(C, 3, 4, QUEUE)[: count + 24]
    took = []
    for seq in range(1, count + 1):
        began = time.perf_counter()
        op = {"seq": seq, "kind": "decide", "pair": ids[seq - 1], "verdict": "accept", "answer": "strong"}
        write_down(project, "bench", [{**op, "reasons": [], "reviewer": "ann"}])
        with project.open(readonly=True) as store, store.read():
            for each in ids[seq : seq + (24 if seq % 12 == 1 else 1)]:
                pair = store.pairs.get(each, 3, 4, C)
                if pair is not None:
                    card(store, pair, 3, "ann")
            store.decisions.since(0.0, "ann")
        took.append(time.perf_counter() - began)
    tell("decision to next card, 95th percentile", quantiles(took, n=20)[-1], 0.3)


def filters(store: Store, path: Path) -> None:
    for name, where in FILTERS.items():
        tell(f"filter: {name}", seconds(lambda where=where: store.pairs.ids(C, 3, 4, where)), 0.5)
    for what in ("sought and kept", "as they were kept"):
        tell(f"filter: near-duplicates, {what}", seconds(lambda: review_near._near(path, C, 3, 4, "")), 0.5)
    for order in ("theta", "orders", "rare"):
        tell(f"order: {order}", seconds(lambda order=order: store.pairs.ids(C, 3, 4, QUEUE, order)), 0.5)


def theta(store: Store) -> None:
    """The arrays are read once for each change of the scores; a move of the slider then only counts."""
    held: list[Any] = []

    def read() -> None:
        held[:] = [store.scores.scored(C), store.scores.taken(C)]

    tell("scores for the θ lab, once", seconds(read), 1)
    tell("metadata for the θ lab, where use cases are asked for", seconds(store.scores.metadata), 0.5)
    tell("judge health, where asked for", seconds(lambda: health(store.scores.judged(C, "strong"))), 0.5)
    nodes = data.nodes(*held)
    labels = cached.labels(store)
    metadata = spread(*(np.array(each) for each in store.scores.metadata()), 0)[np.array(held[0].instruction)]
    codes, names = data.codes(labels.use[metadata], labels.uses, "none")

    tell("the curves over θ, once", seconds(lambda: nodes.sweep(thetas(), 4)), 0.3)

    def move() -> None:
        histogram(nodes.gap)
        nodes.at(2.25, 4)
        nodes.flips(2.25, 3.0)
        nodes.groups(codes, names, 2.25)

    tell("a move of the θ slider", min(seconds(move) for _ in range(3)), 0.3)


def bulk(store: Store) -> None:
    ids = store.pairs.ids(C, 3, 4, PairFilter(status="pending"))
    tell(
        f"{len(ids):,} decisions at once",
        seconds(lambda: store.decisions.decide_all(ids, "reject", "bob")),
        5,
    )
    tell("undone at once", seconds(lambda: store.decisions.undo("bob")), 5)
    tell("another minimum of reviewers", seconds(lambda: store.decisions.verdicts.set_minimum(2)), 5)


def main(pairs: int = 100_000) -> None:
    with tempfile.TemporaryDirectory() as folder:
        project = Project("big", made(Path(folder), pairs))
        decisions(project)
        with project.open() as store:
            filters(store, project.path)
            theta(store)
            bulk(store)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
