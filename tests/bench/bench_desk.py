"""A decision on Review as the server sees it, undo too: what all around it costs beside the work itself.

`python -m tests.bench.bench_desk [PAIRS]`. The baseline is the same decision written down and its next card
read, without a server. The processor's time and not the clock is compared, as others may be at work.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from pathlib import Path
from statistics import quantiles
from typing import Any

from streamlit.proto.Delta_pb2 import Delta

from codeclm.projects import Project
from codeclm.ui.review.cards import card
from codeclm.ui.review.outbox import write_down
from tests.bench.many import CONFIG, made
from tests.bench.tab import Tab, server

C = CONFIG.id
COUNT = 60
WALL = 0.3
"""Seconds that are allowed from a decision to its answer."""


class Desk(Tab):
    """A tab that notes what the desk is sent."""

    data: dict[str, Any]

    def _note(self, delta: Delta) -> None:
        if delta.new_element.WhichOneof("type") == "bidi_component":
            self.data = json.loads(delta.new_element.bidi_component.json)
        super()._note(delta)

    def send(self, seq: int, at: int, high: int, **op: Any) -> float:
        """One operation, as the browser sends it; seconds until the answer was whole."""
        told = {"token": "bench", "ops": [{"seq": seq, "reviewer": "", **op}], "others": [], "told": 0}
        told |= {"queue": self.data["queue"], "at": at, "have": [0, high], "beat": seq}
        key = next(key for key in self.widgets if "review_desk" in key)
        return self.set(key, json_value=json.dumps({"desk": told})).whole


def decide(pair: str) -> dict[str, Any]:
    return {"kind": "decide", "pair": pair, "verdict": "accept", "answer": "strong", "reasons": []}


def processor(process: int) -> float:
    """Seconds that a process has had of the processor."""
    fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def alone(project: Project) -> float:
    """Seconds of the processor for a decision without a server."""
    with project.open(readonly=True) as store:
        ids = store.pairs.ids(C, 3, 4)[: 2 * COUNT]
    begun = time.process_time()
    for seq in range(COUNT):
        write_down(project, "alone", [{"seq": seq + 1, "reviewer": "", **decide(ids[seq])}])
        with project.open(readonly=True) as store, store.read():
            pair = store.pairs.get(ids[seq + 24], 3, 4, C)
            if pair is not None:
                card(store, pair, 3)
    return (time.process_time() - begun) / COUNT


def served(folder: Path) -> list[tuple[str, float, float]]:
    """Name, seconds of the processor each, and the 95th percentile of the clock's."""
    with server(folder) as (port, process), Desk(port, "big") as tab:
        tab.open("Review")
        tab.open("Review")
        cards = {place: shown["id"] for place, shown in tab.data["cards"]}
        found = []
        for name in ("decide", "undo"):
            begun, took = processor(process), []
            for step in range(COUNT):
                if name == "decide":
                    took.append(tab.send(step + 1, step + 1, max(cards) + 1, **decide(cards[step])))
                    cards |= {place: shown["id"] for place, shown in tab.data["cards"]}
                else:
                    at = COUNT - 1 - step
                    took.append(tab.send(COUNT + step + 1, at, max(cards) + 1, kind="undo", pair=cards[at]))
            found.append((name, (processor(process) - begun) / COUNT, quantiles(took, n=20)[-1]))
        return found


def main(pairs: int = 100_000) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        project = Project("big", made(folder, pairs))
        base = alone(project)
        out(f"load average {os.getloadavg()[0]:.1f}; alone {1000 * base:.1f} ms of the processor")
        for kind, each, wall in served(folder):
            out(
                f"{kind:<8}{1000 * each:7.1f} ms of the processor, {each / base:4.1f}× alone; "
                f"95th percentile {1000 * wall:.0f} ms, {wall / WALL:.2f} of {1000 * WALL:.0f} ms"
            )


def out(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
