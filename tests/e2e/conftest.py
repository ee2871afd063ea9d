"""A server of its own on a free port over an empty folder of projects, and a headless Chromium."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PATIENCE = 60_000
"""Milliseconds for what should take one or two: a busy machine is slow, not wrong."""
IDLE = '[data-testid="stApp"][data-test-script-state="notRunning"]'


class App:
    """The running app as a browser tab sees it."""

    def __init__(self, page, base, folder):
        self.page, self.base, self.folder = page, base, folder

    def open(self, path="", **parameters):
        """Go to a page, and wait until it is drawn."""
        query = "&".join(f"{name}={value}" for name, value in parameters.items())
        self.page.goto(f"{self.base}/{path}" + (f"?{query}" if query else ""))
        self.settle()

    def settle(self):
        """Wait until no script runs: twice, as one click may run two."""
        for _ in range(2):
            self.page.wait_for_timeout(250)
            self.page.wait_for_selector(IDLE)

    def click(self, name, role="button", exact=False, nth=0):
        """Press a button (or another role) by its name."""
        self.page.get_by_role(role, name=name, exact=exact).nth(nth).click()
        self.settle()

    def box(self, label):
        """The field of this name."""
        return self.page.get_by_role("textbox", name=label).first

    def fill(self, label, value):
        """Type into a field and commit it."""
        field = self.box(label)
        field.fill(value)
        field.press("Enter")
        self.settle()

    def sees(self, text, timeout=PATIENCE):
        """Wait for a text to be on the page."""
        self.page.get_by_text(text).first.wait_for(timeout=timeout)
        return True


class Server:
    """A server of the app over the projects in a folder; killed and started again, it keeps its address.

    `more` are variables of its environment.
    """

    def __init__(self, folder, **more):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = probe.getsockname()[1]
        self.base, self.projects = f"http://localhost:{self._port}", folder / "projects"
        self._environment = {
            **os.environ,
            "CODECLM_PROJECTS": str(self.projects),
            "CODECLM_CONFIG_DIR": str(folder / "config"),
            **more,
        }
        self._environment.pop("CODECLM_PROJECT", None)
        self.start()

    def start(self):
        """Start it, and wait until it answers."""
        command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless=true"]
        self._process = subprocess.Popen(
            [*command, f"--server.port={self._port}"],
            cwd=ROOT,
            env=self._environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(300):
            try:
                urllib.request.urlopen(f"{self.base}/_stcore/health", timeout=1).close()
                return
            except OSError:
                time.sleep(0.2)

    def kill(self):
        """End it in the middle of whatever it does."""
        self._process.kill()
        self._process.wait(20)

    def stop(self):
        """End it in order."""
        self._process.terminate()
        self._process.wait(20)


@contextmanager
def serving(folder: Path, **more: str) -> Iterator[Server]:
    """A server for as long as it is needed."""
    made = Server(folder, **more)
    try:
        yield made
    finally:
        made.stop()


@pytest.fixture
def server(tmp_path) -> Iterator[Server]:
    """A fresh server."""
    with serving(tmp_path) as made:
        yield made


@pytest.fixture
def app(server, browser) -> Iterator[App]:
    """A tab on a fresh server."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, accept_downloads=True)
    context.set_default_timeout(PATIENCE)
    yield App(context.new_page(), server.base, server.projects)
    context.close()
