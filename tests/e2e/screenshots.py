"""Pictures of every page, for the README and to look at: `python tests/e2e/screenshots.py FOLDER [PROJECT]`.

Starts a server of its own over $CODECLM_PROJECTS (or data/projects), and ends it.
"""

import argparse
import itertools
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Page, sync_playwright  # noqa: E402

from codeclm.ui.rooms import ROOMS  # noqa: E402
from tests.conftest import CHROMIUM, FLAGS  # noqa: E402
from tests.e2e.conftest import IDLE  # noqa: E402


@contextmanager
def serving() -> Iterator[str]:
    """The address of a server for as long as it is needed."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless=true"]
    process = subprocess.Popen(
        [*command, f"--server.port={port}"], cwd=ROOT, env=dict(os.environ), stdout=subprocess.DEVNULL
    )
    try:
        for _ in range(100):
            try:
                urllib.request.urlopen(f"http://localhost:{port}/_stcore/health", timeout=1).close()
                break
            except OSError:
                time.sleep(0.2)
        yield f"http://localhost:{port}"
    finally:
        process.terminate()
        process.wait(20)


def picture(page: Page, address: str, out: Path, whole: bool) -> None:
    """One page; with `whole`, as tall as what is on it."""
    page.goto(address, timeout=60_000)
    page.wait_for_selector(IDLE)
    page.wait_for_selector("[data-testid=stSkeleton]", state="detached", timeout=60_000)
    page.wait_for_timeout(1500)
    if whole:
        height = page.get_by_test_id("stMain").evaluate("each => each.scrollHeight")
        width = page.evaluate("innerWidth")
        page.set_viewport_size({"width": width, "height": min(max(height, 600), 3000)})
        page.wait_for_timeout(400)
    page.screenshot(path=out)


def main() -> None:
    """Take them all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("project", nargs="?", default="example")
    parser.add_argument("--widths", type=int, nargs="+", default=[1440])
    parser.add_argument("--schemes", nargs="+", default=["light"])
    parser.add_argument("--whole", action="store_true", help="as tall as the page")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    with serving() as base, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for width, scheme, room in itertools.product(options.widths, options.schemes, ROOMS):
            path = "" if room.file == "app.py" else Path(room.file).stem.split("_", 1)[1]
            context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
            out = options.folder / f"{room.name.lower()}-{width}-{scheme}.png"
            picture(context.new_page(), f"{base}/{path}?project={options.project}", out, options.whole)
            context.close()
        browser.close()


if __name__ == "__main__":
    main()
