"""What the Map page reads after a change, against reading the whole map, and how long its counts take.

`python -m tests.bench.bench_map_page [--rows 17000]`: about three points for each row, so that the default
is a map of 50,000. The baseline is reading all of it in the same run. Seconds are of the processor: what
else the machine does changes them little. Wanted: half a second for whatever a click asks for.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from codeclm.atlas.coverage import divergence, gaps
from codeclm.jobs.map import config_of
from codeclm.store import MetadataFilter, Store
from codeclm.store.coverage import BYS
from codeclm.store.maps import KINDS, MapKind
from codeclm.ui import tally
from codeclm.ui.columns import Clustered, Fates, Labels, Nodes, Placed
from codeclm.ui.map.colours import BY, colouring
from codeclm.ui.map.data import MOST, Atlas
from codeclm.ui.map.pick import within
from codeclm.ui.map.points import Points, missing, points
from codeclm.ui.map.tree import MOST_USES
from tests.bench import many

WANTED = 0.5
TIMES = 5


class Bench:
    """Takes times, and tells each as a share of the first."""

    def __init__(self) -> None:
        self.whole = 0.0

    def __call__(self, name: str, ask: Callable[[], Any]) -> Any:
        took = []
        for _ in range(TIMES):
            begun = time.process_time()
            found = ask()
            took.append(time.process_time() - begun)
        best = min(took)
        self.whole = self.whole or best
        told = f"{best:7.3f} s {best / self.whole:7.1%} of all {best / WANTED:6.2f} of {WANTED:g} s"
        sys.stdout.write(f"{name:<52}{told}\n")
        return found


def measure(store: Store) -> None:
    bench, sheet, config, dials = Bench(), store.maps.sheet, config_of(store), store.settings.dials()
    share = MOST / max(store.maps.count(), MOST)

    def placed() -> dict[MapKind, Placed]:
        return {kind: Placed(sheet.spots(kind, share)) for kind in KINDS}

    def clustered() -> dict[MapKind, Clustered]:
        return {kind: Clustered(*sheet.clustered(kind)) for kind in KINDS}

    def nodes() -> Nodes:
        return Nodes.of(sheet.reached(config, dials.theta, dials.iterations))

    def regrown(since: int) -> Nodes:
        found = sheet.reached(config, dials.theta, dials.iterations, since)
        return grown.revised(found, sheet.revised(since))

    def fates() -> Fates:
        return Fates(sheet.verdicts(), sheet.set_aside(), sheet.deleted())

    def drawn(*columns: Any) -> tuple[Points, int]:
        where, there, *rest = columns
        return points(where, *rest), missing(there, *rest, store.seeds.count())

    def all_of_it() -> tuple[Any, ...]:
        found = placed(), clustered(), Labels().revised(sheet.labelled()), nodes()
        drawn(*found, fates())
        return found

    where, there, labels, grown = bench("all of it", all_of_it)
    found, _ = bench("after a decision or an exclusion", lambda: drawn(where, there, labels, grown, fates()))
    sys.stdout.write(f"    {len(found.ids):,} points\n")
    edited = store.metadata.revised() - 1
    bench(
        "after an edit of labels",
        lambda: drawn(where, there, labels.revised(sheet.labelled(edited)), regrown(edited), fates()),
    )
    bench("after a score or another θ", lambda: drawn(where, there, labels, nodes(), fates()))
    atlas = Atlas(found, {each.id: each for each in store.maps.clusters()}, 0, store.maps.count(), 0)
    for by in BY:
        bench(f"coloured by {by}", lambda by=by: (atlas.made.clear(), colouring(atlas, by)))
    rows = np.arange(len(found.ids))
    bench(
        "a search",
        lambda: atlas.labelled("museum", rows) | atlas.among(store.maps.search("museum", KINDS, share), rows),
    )
    turn = np.linspace(0, 2 * np.pi, 200)
    bench("a lasso of 200 corners", lambda: within(found.places, 6 * np.cos(turn), 6 * np.sin(turn)))
    steps = [n * len(grown.instruction) // 40 for n in range(1, 13)]
    counted = tally.Sheet(labels, grown, fates(), there)
    for by in BYS:
        groups = bench(f"coverage by {by}", lambda by=by: counted.tally(by))
        sides = groups.seeds.tolist(), groups.sides["generated"].tolist()
        bench(f"    divergence, {len(groups.keys):,} groups", lambda sides=sides: divergence(*sides))
        counts = [*zip(groups.keys, *sides, strict=True)]
        total = groups.totals["generated"]
        bench("    gaps", lambda counts=counts, total=total: gaps(counts, store.seeds.count(), total))
        bench("    over twelve runs", lambda by=by: counted.course(by, steps))
    nodes_before = store.node_counts(config, dials.theta, dials.iterations)
    bench(
        "counts of the sidebar after an edit of labels",
        lambda: store.node_counts(config, dials.theta, dials.iterations, nodes_before),
    )
    bench("use cases and skills", lambda: counted.tree(MOST_USES))
    bench("metadata by part of a label", lambda: store.metadata.count(MetadataFilter(search="travel")))
    bench("metadata by skill", lambda: store.metadata.count(MetadataFilter(skill="planning")))
    bench("facets of metadata", lambda: (tally.facets(labels, fates()), there["metadata"].sizes()))
    bench("pairs, rare clusters first", lambda: store.pairs.ids(config, 3, 4, None, "rare"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=17_000)
    options = parser.parse_args()
    sys.stdout.write(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores\n")
    with tempfile.TemporaryDirectory() as name:
        project = os.environ.get("BENCH_PROJECT") or str(Path(name) / "p.db")
        if not Path(project).exists():
            many.build(Path(project), options.rows)
        with Store.open(project) as store, store.read():
            measure(store)


if __name__ == "__main__":
    main()
