"""The app at 100,000 seeds and pairs: the import of as many rows, and every page and the main interactions.

`python -m tests.bench.bench_scale [--rows 100000] [--only pages]`. Baselines of the same run: for the import,
`json.loads` of every line into a table of one column; for pages and interactions, the same on the example
project, so that a ratio near 1 says that size costs nothing. Measured at the server, each page in a new
tab's first visit and, in brackets, a second one; so are imports, of the same file once more. Wanted: import
within 20 s; a page's first answer within 1 s and an interaction within half a second; under 1 GB with three
tabs open.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from codeclm import examples
from tests.bench import many
from tests.bench.speech import Speech, field_of
from tests.bench.tab import ROOT, Tab, Took, server

TABS = 3
IMPORT, FIRST, INTERACTION, MEMORY = 20.0, 1.0, 0.5, 1024.0
"""What is wanted: seconds, and MB."""


@dataclass(frozen=True)
class Act:
    """Something that is done on a page: a widget by its key, and the value that it is given."""

    page: str
    key: str
    value: dict[str, Any]
    query: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What to call it."""
        shown = next(iter(self.value.values()))
        return f"{self.page} {' '.join(self.query.values())} {self.key} = {shown}".replace("  ", " ")


PAGES: list[tuple[str, dict[str, str]]] = [
    ("", {}),
    ("Seeds", {}),
    ("Metadata", {}),
    ("Map", {}),
    ("Map", {"map_part": "Coverage"}),
    ("Map", {"map_part": "Use cases"}),
    ("Generate", {}),
    ("Generate", {"generate": "By hand"}),
    ("Generate", {"generate": "Complexity"}),
    ("Generate", {"generate": "Failures"}),
    ("Contrast", {}),
    ("Contrast", {"contrast": "Judge health"}),
    ("Contrast", {"contrast": "People and judge"}),
    ("Review", {}),
    ("Review", {"review_view": "Grid"}),
    ("Export", {}),
    ("Evaluate", {}),
    ("Models", {}),
    ("Runs", {}),
]
ACTS = [
    Act("Seeds", "seeds_search", {"string_value": "museum"}),
    Act("Seeds", "seeds_search", {"string_value": "музей"}),
    Act("Seeds", "seeds_tag", {"string_value": "en"}),
    Act("Seeds", "seeds_page", {"int_value": 2}),
    Act("Metadata", "meta_search", {"string_value": "travel"}),
    Act("Metadata", "meta_skill", {"string_value": "planning"}),
    Act("Metadata", "meta_state", {"string_value": "in use"}),
    Act("Map", "map_search", {"string_value": "museum"}),
    Act("Map", "map_colour", {"string_value": "use case"}),
    Act("Generate", "gen_theta", {"double_value": 2.0}),
    Act("Generate", "studio_search", {"string_value": "travel"}, {"generate": "By hand"}),
    Act("Contrast", "contrast_theta", {"double_array_value": [2.25]}),
    Act("Contrast", "contrast_by", {"string_array_value": ["use case"]}),
    Act("Review", "review_search", {"string_value": "museum"}),
    Act("Review", "review_decision", {"string_value": "accepted"}),
    Act("Review", "review_order", {"string_value": "nearest to θ first"}),
    Act("Review", "review_order", {"string_value": "rare clusters first"}),
    Act("Review", "review_page", {"int_value": 2}, {"review_view": "Grid"}),
    Act("Export", "export_what", {"string_array_value": ["Kept"]}),
    Act("Export", "export_theta", {"double_value": 2.0}),
    Act("Export", "export_split", {"bool_value": True}),
    Act("Runs", "calls_stage", {"string_value": "judge"}),
    Act("Runs", "calls_state", {"string_value": "failed"}),
]


def imported(folder: Path, rows: int) -> None:
    """The command, start-up and all, against the least that any import must do: seeds, then pairs."""
    speech = Speech(Random(11))
    seeds, pairs = folder / "rows.jsonl", folder / "pairs.jsonl"
    with seeds.open("w", encoding="utf-8") as one, pairs.open("w", encoding="utf-8") as other:
        for number in range(rows):
            labels, language = speech.labels(), speech.language()
            topic = field_of(labels.use_case)
            text = f"{speech.instruction(topic, language)} (#{number})"
            one.write(json.dumps({"instruction": text, "source": "web", "n": number}) + "\n")
            answers = {role: speech.answer(topic, language, 6) for role in ("strong", "target")}
            scores = {"strong_score": number % 10, "target_score": number % 7, "use_case": labels.use_case}
            other.write(json.dumps({"instruction": text, **answers, **scores}) + "\n")
    for file, kind in ((seeds, "seeds"), (pairs, "pairs")):
        least, took, again = _least(file), _imported(file, kind), _imported(file, kind)
        size = file.stat().st_size / 1e6
        say(f"import of {rows:,} {kind}, {size:.0f} MB", took, least, IMPORT, again / least)


def _least(file: Path) -> float:
    begun = time.perf_counter()
    with sqlite3.connect(file.with_suffix(".plain.db")) as db, file.open(encoding="utf-8") as lines:
        db.execute("create table rows (text text)")
        db.executemany("insert into rows values (?)", ([json.loads(line)["instruction"]] for line in lines))
    db.close()
    return time.perf_counter() - begun


def _imported(file: Path, kind: str) -> float:
    command = [
        sys.executable,
        "-m",
        "codeclm",
        "--project",
        str(file.with_suffix(".db")),
        "import",
        str(file),
    ]
    begun = time.perf_counter()
    subprocess.run([*command, "--as", kind], cwd=ROOT, check=True, capture_output=True)
    return time.perf_counter() - begun


def pages(port: int) -> None:
    """Every page and part, each in tabs of its own; first the example's, which also pays for imports."""
    for page, query in PAGES:
        name = " ".join([page or "Home", *query.values()])
        with Tab(port, "example") as warm:
            warm.open(page, **query)
        with Tab(port, "example") as small, Tab(port, "big") as big:
            base, base_again = small.open(page, **query), small.open(page, **query)
            took, again = big.open(page, **query), big.open(page, **query)
            say(f"{name}, first answer", took.first, base.first, FIRST, again.first / base_again.first)
            say(f"{name}, whole", took.whole, base.whole, FIRST, again.whole / base_again.whole)
            say_size(took, base)


def acts(port: int) -> None:
    """Every interaction, on a page that stands: on the example, then on the big one."""
    for act in ACTS:
        took = []
        for project in ("example", "big"):
            with Tab(port, project) as tab:
                tab.open(act.page, **act.query)
                took.append(tab.set(act.key, **act.value).whole if act.key in tab.widgets else None)
        if took[1] is not None:
            say(act.name, took[1], took[0], INTERACTION)
        else:
            out(f"{act.name:<52} is not there")


def memory(port: int, process: int) -> None:
    """The server's with three tabs open that have seen every page, each on the big project."""
    tabs = [Tab(port, "big") for _ in range(TABS)]
    for tab in tabs:
        for page, query in PAGES:
            tab.open(page, **query)
    status = Path(f"/proc/{process}/status").read_text()
    now, most = (int(re.findall(rf"{name}:\s+(\d+)", status)[0]) / 1024 for name in ("VmRSS", "VmHWM"))
    share = f"{most / MEMORY:.2f} of {MEMORY:.0f} MB"
    out(f"server with {TABS} tabs open: {now:.0f} MB, at most {most:.0f} MB, {share}")
    for tab in tabs:
        tab.close()


def say(name: str, took: float, base: float | None, wanted: float, again: float | None = None) -> None:
    """Seconds, as a ratio to the baseline and to what is wanted."""
    times = "      –" if base is None else f"{took / base:6.1f}×"
    second = "" if again is None else f" ({again:.1f}×)"
    out(f"{name:<52}{took:8.2f} s {times}{second:<9}{took / wanted:6.2f} of {wanted:g} s")


def say_size(took: Took, base: Took) -> None:
    out(f"{'    sent':<52}{took.size / 1e6:8.2f} MB{took.size / base.size:6.1f}×")


def out(line: str) -> None:
    sys.stdout.write(line.rstrip() + "\n")
    sys.stdout.flush()


def main() -> None:
    """Make what is missing, and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=int(os.environ.get("BENCH_ROWS", "20000")))
    parser.add_argument(
        "--project", type=Path, help="made by `make big`; without it, one is made and dropped"
    )
    parser.add_argument("--only", choices=["import", "pages", "acts", "memory"], action="append")
    options = parser.parse_args()
    if options.project:
        os.environ["BENCH_PROJECT"] = str(options.project)
    parts = options.only or ["import", "pages", "acts", "memory"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if "import" in parts:
            imported(folder, options.rows)
        if parts == ["import"]:
            return
        shelf = folder / "projects"
        shelf.mkdir()
        os.environ["CODECLM_PROJECTS"] = str(shelf)
        examples.build()
        many.made(shelf, options.rows)
        out(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
        with server(shelf) as (port, process):
            if "pages" in parts:
                pages(port)
            if "acts" in parts:
                acts(port)
            if "memory" in parts:
                memory(port, process)


if __name__ == "__main__":
    main()
