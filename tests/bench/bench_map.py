"""The map against BERTopic's usual pipeline, from the same vectors: seconds warm and cold, and agreement; and
the whole command, embedding and all, against the seconds that are wanted of it.

`python -m tests.bench.bench_map [--points 10000] [--metadata 10000] [--usual-python PATH]
[--texts FILE TEXT LABEL]…`. The other side needs requirements-bench.txt, in this or another interpreter;
without it only ours is measured.
Labelled texts are what functions of the standard library and of scipy say about themselves, by module;
`--texts` adds files (JSON lines, the field of the text, the field of its label; a dot leads inward). Each
set is drawn again with strangers, texts of the other sets: how many of them are unclustered, and how many
of its own.
"""

from __future__ import annotations

import argparse
import importlib
import inspect
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path
from random import Random

import numpy as np

from codeclm import atlas, embed, examples
from codeclm.records import Metadata
from codeclm.store import Store
from tests.bench.speech import Speech
from tests.bench.tab import ROOT

MODULES = {
    "email": ("email.message", "email.utils", "email.header"), "tk": ("tkinter", "tkinter.ttk"),
    "numbers": ("decimal", "fractions"), "sockets": ("socket", "ssl"), "dates": ("datetime", "calendar"),
    "testing": ("unittest", "unittest.mock"), "options": ("argparse", "optparse"), "asyncio": ("asyncio",),
    "archives": ("zipfile", "tarfile", "gzip"), "signal": ("scipy.signal",), "linalg": ("scipy.linalg",),
    "fft": ("scipy.fft",), "images": ("scipy.ndimage",), "special": ("scipy.special",),
    "logging": ("logging", "logging.handlers"), "http": ("http.client", "urllib.request"),
}  # fmt: skip
EACH = 40
STRANGERS = 25
"""One text of another set for so many of a set."""
USUAL = Path(__file__).parent / "usual_map.py"


def documented() -> tuple[list[str], list[str]]:
    """What functions say about themselves, and the module of each."""
    texts, labels = [], []
    for label, names in MODULES.items():
        found = set()
        for module in map(importlib.import_module, names):
            members = [each for name, each in vars(module).items() if not name.startswith("_")]
            members += [m for c in members if inspect.isclass(c) for n, m in vars(c).items() if n[0] != "_"]
            for each in filter(callable, members):
                said = re.sub(r"\s+", " ", (inspect.getdoc(each) or "").split("Parameters")[0])[:240]
                found |= {said} if len(said) > 40 else set()
        chosen = sorted(found)
        Random(1).shuffle(chosen)
        texts += chosen[:EACH]
        labels += [label] * len(chosen[:EACH])
    return texts, labels


def read(path: str, text: str, label: str) -> tuple[list[str], list[str]]:
    rows = [json.loads(line) for line in Path(path).read_text("utf-8").splitlines() if line.strip()]
    return [str(_field(row, text)) for row in rows], [str(_field(row, label)) for row in rows]


def _field(row: object, path: str) -> object:
    for part in path.split("."):
        row = row[int(part)] if part.isdecimal() else row[part]  # type: ignore[index]
    return row


def vectors_of(texts: list[str]) -> np.ndarray:
    with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder) / "b.db", create=True) as store:
        return embed.embed(store, texts)


def mixture(count: int) -> tuple[np.ndarray, list[str]]:
    """Points around 80 middles, as many as are wanted, with a text each."""
    dice = np.random.default_rng(0)
    middles = dice.standard_normal((80, 384))
    group = dice.integers(0, 80, count)
    rows = (middles[group] + 2.2 * dice.standard_normal((count, 384))).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True), [
        f"topic{g} case {n}" for n, g in enumerate(group)
    ]


def strangers(others: list[np.ndarray], count: int) -> np.ndarray:
    """Some vectors of other sets, each set as often."""
    dice = np.random.default_rng(count)
    chosen = [dice.integers(0, len(others)) for _ in range(count // STRANGERS)] if others else []
    return np.array([others[at][dice.integers(0, len(others[at]))] for at in chosen], np.float32)


def ours(vectors: np.ndarray, texts: list[str]) -> np.ndarray:
    """Places, clusters and words: more than the other side does, which has no picture yet."""
    count = len(vectors)
    drawn = atlas.draw(vectors, np.zeros(count, bool), np.ones(count))
    atlas.keywords(texts, drawn.labels.tolist())
    return drawn.labels


def usual(python: str, vectors: np.ndarray, texts: list[str]) -> tuple[list[float], float, np.ndarray] | None:
    """Seconds of two passes, of the whole process, and the clusters; None: it is not installed."""
    with tempfile.TemporaryDirectory() as folder:
        given, taken = Path(folder) / "v.npz", Path(folder) / "l.npz"
        np.savez(given, vectors=vectors, texts=np.array(texts, object))
        began = time.perf_counter()
        done = subprocess.run([python, str(USUAL), str(given), str(taken)], capture_output=True, text=True)
        whole = time.perf_counter() - began
        if done.returncode:
            sys.stdout.write(f"the usual pipeline did not run: {done.stderr.strip().splitlines()[-1]}\n")
            return None
        first, second = json.loads(done.stdout)
        return [first, second], whole - second, np.load(taken)["labels"]


def cold(vectors: np.ndarray) -> float:
    """Seconds of a process that draws a map, from its start to its end."""
    with tempfile.TemporaryDirectory() as folder:
        given = Path(folder) / "v.npy"
        np.save(given, vectors)
        code = (
            "import sys, numpy as np; from codeclm import atlas; v = np.load(sys.argv[1]);"
            "atlas.draw(v, np.zeros(len(v), bool), np.ones(len(v)))"
        )
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", code, str(given)], check=True)
        return time.perf_counter() - began


def commanded(project: Path) -> float:
    """Seconds of `codeclm map` in a cold process."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "codeclm", "--project", str(project), "map", "--json"]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return time.perf_counter() - began


def drawn(count: int) -> None:
    """The example's first map and its second, and that of so many metadata, of which many share labels."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["CODECLM_PROJECTS"] = folder
        many, speech = Path(folder) / "many.db", Speech(Random(5))
        with Store.open(many, create=True) as store:
            store.metadata.add(Metadata("mixed", speech.labels(), draw=f"0:{at}") for at in range(count))
        example = examples.build().path
        for name, project, wanted in (
            ("the example's first map", example, 40),
            ("the example's second map", example, 10),
            (f"the first map of {count:,} metadata", many, 60),
        ):
            took = commanded(project)
            sys.stdout.write(f"{name}, a cold process: {took:.1f} s, {took / wanted:.2f} of {wanted} s\n")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--points", type=int, default=10_000)
    parser.add_argument("--metadata", type=int, default=10_000)
    parser.add_argument("--usual-python", default=os.environ.get("USUAL_PYTHON", sys.executable))
    parser.add_argument("--texts", nargs=3, action="append", default=[], metavar=("FILE", "TEXT", "LABEL"))
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    say = sys.stdout.write

    drawn(options.metadata)
    vectors, texts = mixture(options.points)
    ours(vectors[:500], texts[:500])
    began = time.perf_counter()
    ours(vectors, texts)
    warm = time.perf_counter() - began
    from_start = cold(vectors)
    say(f"{options.points} points, ours: warm {warm:.1f} s, a cold process {from_start:.1f} s\n")
    other = usual(options.usual_python, vectors, texts)
    if other is not None:
        (_, second), process, _ = other
        say(f"usual: warm {second:.1f} s, a cold process {process:.1f} s; ")
        say(f"ratio warm {second / warm:.1f}, cold {process / from_start:.1f}\n")
    from sklearn.metrics import adjusted_mutual_info_score as agreement

    sets = [("docstrings", *documented()), *((Path(each[0]).stem, *read(*each)) for each in options.texts)]
    known = [vectors_of(texts) for _, texts, _ in sets]
    sides = [("ours", ours)]
    if other is not None:
        sides.append(("usual", lambda vectors, texts: usual(options.usual_python, vectors, texts)[2]))
    for at, (name, texts, labels) in enumerate(sets):
        say(f"{name}: {len(texts)} texts, {len(set(labels))} labels\n")
        strange = strangers(known[:at] + known[at + 1 :], len(texts))
        for side, draw in sides:
            found = draw(known[at], texts)
            say(f"  {side}: agreement (AMI) {agreement(labels, found):.3f} with {found.max() + 1} clusters, ")
            say(f"{(found < 0).mean():.0%} unclustered")
            if len(strange):
                both = draw(np.concatenate([known[at], strange]), [*texts, *("" for _ in strange)]) < 0
                say(f"; with {len(strange)} strangers, {both[len(texts) :].mean():.0%} of these are, ")
                say(f"{both[: len(texts)].mean():.1%} of its own")
            say("\n")


if __name__ == "__main__":
    main()
