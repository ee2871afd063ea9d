"""A project of as many seeds and pairs as wanted, with calls, failures, decisions and a map.

For benchmarks, and to try the app at size: `make big N=100000`, or
`python -m tests.bench.many PATH [N] [--seed 7]`. The same N and seed give the same records. No model is
asked: texts and labels are put together by dice (see `speech`), the map's places are drawn around a centre
for each field. Everything goes in through the store, as a run would put it there.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from functools import partial
from itertools import count
from pathlib import Path
from random import Random

from codeclm.jobs.map import MAP, text_of
from codeclm.llm.model import Call, Reply, Request
from codeclm.records import (
    Answer,
    AnswerRole,
    Comparison,
    Failure,
    Instruction,
    Labels,
    Metadata,
    RubricSet,
    Scores,
    Seed,
)
from codeclm.settings import Dials, Endpoint
from codeclm.stages import requests
from codeclm.stages.profiles import make_config
from codeclm.store import PairFilter, Store
from codeclm.store.maps import KINDS, Cluster, MapKind
from codeclm.store.vectors import text_key
from tests.bench.speech import Speech, field_of, theme_of

ENDPOINTS = {
    role: Endpoint(url="http://127.0.0.1:8000/v1", model=model)
    for role, model in (("strong", "big"), ("target", "small"), ("judge", "judge"))
}
DIALS = Dials(profile="standard")
CONFIG = make_config(ENDPOINTS, DIALS)
BATCH = 2_000
"""Seeds in one transaction."""
LOGGED = 4
"""One of so many seeds has its calls in the log."""
STARTED = 1_760_000_000.0


def build(path: Path, wanted: int, seed: int = 7) -> None:
    """Fill a new project: `wanted` seeds, encoded but for the last few, and as many pairs, in lineages of one
    to four, until there are enough; a tenth of what is kept is decided, by two people."""
    Maker(path, wanted, Random(seed)).make()


def made(folder: Path, wanted: int) -> Path:
    """A benchmark's own project in `folder`: a copy of $BENCH_PROJECT, as `make bench` builds it once."""
    path = folder / "big.db"
    if ready := os.environ.get("BENCH_PROJECT"):
        with Store.open(Path(ready)) as store:
            store.copy(path)
    else:
        build(path, wanted)
    return path


class Maker:
    """One project in the making."""

    def __init__(self, path: Path, wanted: int, dice: Random) -> None:
        self._path, self._wanted, self._dice = path, wanted, dice
        self._speech = Speech(dice)
        self._pairs = self._row = 0
        self._clock = count()

    def make(self) -> None:
        """Fill it."""
        with Store.open(self._path, create=True) as store:
            store.settings.use_config(CONFIG)
            store.settings.set_dials(DIALS)
            for role, endpoint in ENDPOINTS.items():
                store.settings.set_endpoint(role, endpoint)
            job = store.jobs.start("run", {"config": CONFIG.id}, 0)
            store.calls.job = job
            for start in range(0, self._wanted, BATCH):
                with store.write():
                    for number in range(start, min(start + BATCH, self._wanted)):
                        self._family(store, number)
            store.jobs.finish(job, "done")
            self._decide(store)
            self._draw(store)
            store.checkpoint()

    def _family(self, store: Store, number: int) -> None:
        """A seed and all that is made of it."""
        self._row = number
        labels, language = self._speech.labels(), self._speech.language()
        field = field_of(labels.use_case)
        text = f"{self._speech.instruction(field, language)} (#{number + 1})"
        seed = Seed(text, source="seeds.jsonl", row=number + 1, tags=(language, field))
        store.seeds.add([seed])
        if number >= self._wanted * 0.98:
            return
        if self._dice.random() < 0.002:
            store.failures.put(Failure("encode", seed.id, CONFIG.id, "the reply is no JSON", "Sure! Here"))
            return
        metadata = self._encode(store, seed, labels)
        self._grow(store, metadata, field, language)

    def _encode(self, store: Store, seed: Seed, labels: Labels) -> Metadata:
        metadata = Metadata("encoded", labels, seed=seed.id)
        store.metadata.add([metadata])
        self._log(
            store, partial(requests.encoding, CONFIG, seed), f"{labels.use_case}; {', '.join(labels.skills)}"
        )
        return metadata

    def _grow(self, store: Store, metadata: Metadata, field: str, language: str) -> None:
        """A lineage, until it passes θ, reaches the cap, or there are pairs enough."""
        node: Instruction | None = None
        while self._pairs < self._wanted and (node is None or node.iteration < 4):
            node = self._node(store, metadata, node, field, language)
            if self._dice.random() < 0.003:
                store.failures.put(
                    Failure("judge", node.id, CONFIG.id, "no scores in the reply", "Both fine.")
                )
                return
            self._pairs += 1
            if abs(self._score(store, node, field, language)) > DIALS.theta or self._dice.random() < 0.1:
                return

    def _node(
        self, store: Store, metadata: Metadata, parent: Instruction | None, field: str, language: str
    ) -> Instruction:
        if parent is None:
            text, action = self._speech.instruction(field, language), None
            asked = partial(requests.decoding, CONFIG, metadata)
        else:
            rubrics = store.lineages.rubrics(metadata.revision, CONFIG.id) or self._rubrics(store, metadata)
            action = self._dice.choice(rubrics.actions)
            text = self._speech.harder(parent.text, field, language)
            asked = partial(requests.improvement, CONFIG, parent, action)
        node = Instruction(
            metadata.id,
            metadata.revision,
            text,
            parent=parent.id if parent else None,
            action=action,
            iteration=parent.iteration + 1 if parent else 1,
        )
        store.lineages.add_instruction(node, CONFIG.id)
        self._log(store, asked, text)
        return node

    def _rubrics(self, store: Store, metadata: Metadata) -> RubricSet:
        wants = ("constraints", "steps", "audience", "depth")
        case = metadata.labels.use_case
        made = RubricSet(
            metadata.revision,
            CONFIG.id,
            tuple(f"How demanding the {want} of the {case} are" for want in wants),
            tuple(f"Add one more of the {want} that a {case} can have" for want in wants),
        )
        store.lineages.add_rubrics(made)
        self._log(
            store, partial(requests.rubric_set, CONFIG, metadata), "\n".join(made.rubrics + made.actions)
        )
        return made

    def _score(self, store: Store, node: Instruction, field: str, language: str) -> float:
        strong = self._answer(store, node, "strong", field, language)
        target = self._answer(store, node, "target", field, language)
        base = self._dice.randint(4, 9)
        orders = [
            Scores(base, max(1, min(10, base - round(self._dice.gauss(3.2, 2.4)))), self._why(field))
            for _ in range(2)
        ]
        made = Comparison(node.id, strong.id, target.id, CONFIG.id, orders[0], orders[1])
        store.lineages.add_comparison(made)
        for order, scores in enumerate(orders):
            seats = (strong.text, target.text)[:: -1 if order else 1]
            self._log(store, partial(requests.judging, CONFIG, node, *seats, order), scores.rationale)
        return made.gap

    def _answer(self, store: Store, node: Instruction, role: AnswerRole, field: str, language: str) -> Answer:
        sentences = self._dice.randint(3, 12) if role == "strong" else self._dice.randint(1, 9)
        text = self._speech.answer(field, language, sentences)
        made = Answer(node.id, role, CONFIG.id, text, model=CONFIG.models[role])
        store.lineages.add_answer(made)
        self._log(store, partial(requests.answering, CONFIG, node, role), text)
        return made

    def _why(self, field: str) -> str:
        return f"One is clearer. {self._speech.answer(field, 'en', 1)}"

    def _log(self, store: Store, asked: Callable[[], Request], said: str) -> None:
        """Calls are the most of the work: those of every fourth seed are there, as in a pruned project."""
        if self._row % LOGGED:
            return
        request = asked()
        tokens = sum(len(message.content) for message in request.messages) // 4
        reply = Reply(said, said, "stop", tokens, len(said) // 4 + 1, len(said) * 1e-6, seconds=0.9)
        store.calls.put(Call(request, reply, started=STARTED + 0.01 * next(self._clock)))

    def _decide(self, store: Store) -> None:
        kept = store.pairs.ids(CONFIG.id, DIALS.theta, DIALS.iterations, PairFilter(status="kept"))
        some = self._dice.sample(kept, len(kept) // 10)
        store.decisions.decide_all(some, "accept", "ann")
        store.decisions.decide_all(some[::7], "reject", "ben", ["wrong facts"])
        for pair in some[:20]:
            store.flags.put(pair, "ann", "have a second look")

    def _draw(self, store: Store) -> None:
        """Places around the centre of each theme; a tenth is in no cluster."""
        sources = store.maps.sources(KINDS, CONFIG.id)
        themes = sorted({theme_of(source.use_case) for source in sources})
        centres = {theme: (self._dice.uniform(-90, 90), self._dice.uniform(-90, 90)) for theme in themes}
        places: dict[bytes, tuple[float, float, int | None]] = {}
        spots: list[tuple[MapKind, str, bytes]] = []
        for source in sources:
            theme = theme_of(source.use_case)
            x, y = (self._dice.gauss(centre, 4) for centre in centres[theme])
            cluster = None if self._dice.random() < 0.1 else themes.index(theme) + 1
            key = text_key(text_of(source))
            places.setdefault(key, (x, y, cluster))
            spots.append((source.kind, source.id, key))
        clusters = [Cluster(at, theme, tuple(theme.split())) for at, theme in enumerate(themes, 1)]
        store.maps.keep(places, spots, clusters)
        store.settings.set(MAP, {"model": "by dice", "texts": len(places), "at": time.time()})


def main() -> None:
    """Make one where it was asked for."""
    parser = argparse.ArgumentParser(description="A project of as many seeds and pairs as wanted.")
    parser.add_argument("path", type=Path)
    parser.add_argument("wanted", type=int, nargs="?", default=100_000)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    if options.path.exists():
        parser.error(f"{options.path}: exists already; delete it, or name another with PROJECT=…")
    build(options.path, options.wanted, options.seed)
    sys.stdout.write(f"{options.path}: {options.wanted:,} seeds and pairs\n")


if __name__ == "__main__":
    main()
