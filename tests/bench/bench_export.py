"""How long an export of 100,000 rows takes, format by format, with the most memory that it holds.

`python -m tests.bench.bench_export --rows 100000 --project /tmp/big.db`. The project is made once, and
kept where it was named; each format is written by a process of its own. Goals on two free cores:
JSONL 5 s, Parquet 3 s.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import sys
import tempfile
import time
from pathlib import Path
from random import Random

from codeclm import export
from codeclm.records import Answer, Comparison, Instruction, Labels, Metadata, Scores, Seed
from codeclm.settings import Config
from codeclm.store import Store

CONFIG = Config(models={"strong": "big", "target": "small", "judge": "big"}, sampling={})
PER_SEED = 5
WORDS = [
    "river", "explain", "market", "early", "quiet", "engine", "letter", "children", "measure", "north",
    "carefully", "between", "water", "history", "simple", "because", "number", "village", "winter", "paper",
]  # fmt: skip


def text(random: Random, words: int) -> str:
    """Words with numbers among them, as compressible as prose."""
    return " ".join(
        random.choice(WORDS) if random.random() < 0.7 else str(random.randrange(10**6)) for _ in range(words)
    )


def make(path: Path, rows: int) -> None:
    """A project of so many kept pairs."""
    random = Random(0)
    with Store.open(path, create=True) as store:
        store.settings.use_config(CONFIG)
        for start in range(0, rows // PER_SEED, 200):
            with store.write():
                for number in range(start, min(start + 200, rows // PER_SEED)):
                    _family(store, random, number)
        store.checkpoint()


def _family(store: Store, random: Random, number: int) -> None:
    seed = Seed(f"Seed {number}: {text(random, 20)}", source="seeds.jsonl", row=number)
    store.seeds.add([seed])
    labels = Labels(f"case {number % 300}", ("planning", "clear writing"))
    metadata = Metadata("encoded", labels, seed=seed.id)
    store.metadata.add([metadata])
    for sample in range(PER_SEED):
        node = Instruction(metadata.id, metadata.revision, text(random, 30), sample=sample)
        store.lineages.add_instruction(node, CONFIG.id)
        strong = Answer(node.id, "strong", CONFIG.id, text(random, 130), model="big")
        target = Answer(node.id, "target", CONFIG.id, text(random, 100), model="small")
        for answer in (strong, target):
            store.lineages.add_answer(answer)
        scores = [Scores(9, 3 + random.randrange(2), text(random, 20)) for _ in range(2)]
        store.lineages.add_comparison(Comparison(node.id, strong.id, target.id, CONFIG.id, *scores))


def write(path: str, out: str, form: str) -> tuple[int, float, float]:
    """Rows, seconds and the most memory in MB of one export."""
    started = time.perf_counter()
    with Store.open(path, readonly=True) as store:
        done = export.write(store, out, export.Options(format=form))
    seconds = time.perf_counter() - started
    return done.rows, seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Make the project at need, and time each format."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--project", type=Path)
    parser.add_argument("--formats", default="messages,dpo,csv,parquet,hub")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = options.project or Path(folder) / "big.db"
        if not path.exists():
            make(path, options.rows)
        for form in options.formats.split(","):
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                out = str(Path(folder) / f"out.{form}")
                rows, seconds, memory = pool.apply(write, (str(path), out, form))
            sys.stdout.write(f"{form:<10} {rows} rows {seconds:6.2f} s {memory:6.0f} MB\n")


if __name__ == "__main__":
    main()
