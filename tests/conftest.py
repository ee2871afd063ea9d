"""What holds for every test."""

import os
import shutil

import pytest
from hypothesis import settings

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip

# A busy machine is no failure, so no example has a deadline; and the same code has the same verdict
# everywhere. `pytest --hypothesis-profile=search` draws other examples each time.
settings.register_profile("codeclm", deadline=None, derandomize=True)
settings.register_profile("search", deadline=None, max_examples=1000)
settings.load_profile("codeclm")


@pytest.fixture(scope="session")
def browser():
    """One Chromium for all: a second Playwright in one process refuses to start."""
    from playwright.sync_api import sync_playwright

    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()
