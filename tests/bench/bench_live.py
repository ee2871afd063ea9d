"""How quick pages are while a run is at full speed, against the same pages once it has ended.

`python -m tests.bench.bench_live`. A run of 64 in flight writes to the project that the pages show; run,
endpoint and page server are processes of their own. Measured at the server: from a visit until the page
has been drawn whole.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path
from statistics import median

from tests.bench.runs import endpoint, project, say, started
from tests.bench.tab import Tab, server

PAGES = ("", "Seeds", "Metadata", "Generate", "Review", "Contrast", "Runs")
WIDTH = 64


def visits(port: int, rounds: int) -> dict[str, list[float]]:
    """Seconds of each visit to each page."""
    with Tab(port, "live") as tab:
        tab.open("")
        return {page: [tab.open(page).whole for _ in range(rounds)] for page in PAGES}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, endpoint(0.2) as url:
        shelf = Path(name)
        os.environ["CODECLM_PROJECTS"] = str(shelf)
        path = project(shelf / "live.db", 5_000)
        with server(shelf) as (port, _):
            visits(port, 1)  # what is imported once is not the page's
            with started(path, url, WIDTH) as process:
                visits(port, 2)
                during = visits(port, options.rounds)
                assert process.poll() is None, "the run ended before the pages were measured"
            after = visits(port, options.rounds)
    for page in PAGES:
        busy, idle = during[page], after[page]
        say(
            f"{page or 'Home':<10} while a run goes on {median(busy):.2f} s, at most {max(busy):.2f}; "
            f"after it {median(idle):.2f} s: {median(busy) / median(idle):.1f} times"
        )


if __name__ == "__main__":
    main()
