"""A tab without a browser: it asks a running server for pages, works their widgets, and takes the time.

It speaks Streamlit's own protocol, so that what it measures is the server alone: from the request to the
first thing drawn in the page's main part, and to the end of the script.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlencode

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Delta_pb2 import Delta
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.sync.client import connect

ROOT = Path(__file__).parents[2]
MAIN = 0
"""The place of a page's main part in a delta's path; the sidebar's is 1."""
LONGEST = 120.0
"""Seconds after which an answer is given up."""


@dataclass(frozen=True)
class Took:
    """Seconds until something stood in the main part, and until the script had ended; bytes sent."""

    first: float
    whole: float
    size: int


class Tab:
    """One session. `project` is the one that it looks at."""

    def __init__(self, port: int, project: str) -> None:
        self._project = project
        self._socket = connect(
            f"ws://localhost:{port}/_stcore/stream", subprotocols=["streamlit"], max_size=None
        )
        self._page, self._query = "", ""
        self._states: dict[str, WidgetState] = {}
        self.widgets: dict[str, tuple[str, str]] = {}
        """Of each widget that was drawn, by its key, the id, and the fragment that it is in."""
        self.said: list[str] = []
        """Errors that the page showed."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the tab."""
        self._socket.close()

    def open(self, page: str, **query: str) -> Took:
        """Go to a page by its name in the address; the home page's is empty."""
        self._page, self._query = page, urlencode({"project": self._project, **query})
        self._states, self.widgets, self.said = {}, {}, []
        return self._run()

    def set(self, key: str, **value: Any) -> Took:
        """Give the widget of this key a value, as `string_value="…"`, and wait for the answer."""
        widget, fragment = self.widgets[key]
        state = WidgetState(id=widget)
        for name, each in value.items():
            if name.endswith("_array_value"):
                getattr(state, name).data.extend(each)
            else:
                setattr(state, name, each)
        self._states[widget] = state
        took = self._run(fragment)
        if "trigger_value" in value:
            del self._states[widget]
        return took

    def _run(self, fragment: str = "") -> Took:
        asked = BackMsg()
        asked.rerun_script.page_name, asked.rerun_script.query_string = self._page, self._query
        asked.rerun_script.widget_states.widgets.extend(self._states.values())
        asked.rerun_script.fragment_id = fragment
        begun = time.perf_counter()
        self._socket.send(asked.SerializeToString())
        first, size = 0.0, 0
        while True:
            data = self._socket.recv(timeout=LONGEST)
            size += len(data)
            heard = ForwardMsg.FromString(data)  # type: ignore[arg-type]
            kind = heard.WhichOneof("type")
            if kind == "delta":
                if not first and heard.metadata.delta_path[0] == MAIN:
                    first = time.perf_counter() - begun
                self._note(heard.delta)
            elif kind == "script_finished" and heard.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                whole = time.perf_counter() - begun
                if heard.script_finished == ForwardMsg.FINISHED_WITH_COMPILE_ERROR or self.said:
                    raise AssertionError(f"{self._page or 'Home'}: {self.said or 'it does not compile'}")
                return Took(first or whole, whole, size)

    def _note(self, delta: Delta) -> None:
        """Remember a widget's id by its key, and what went wrong."""
        if delta.WhichOneof("type") == "new_element":
            name = delta.new_element.WhichOneof("type")
            drawn = getattr(delta.new_element, name) if name else None
            if name == "exception":
                self.said.append(drawn.message)
            elif name == "alert" and drawn.format == drawn.ERROR:
                self.said.append(drawn.body)
        else:
            drawn = delta.add_block
            name = drawn.WhichOneof("type")
            drawn = getattr(drawn, name) if name else drawn
        for widget in (getattr(drawn, "id", ""), getattr(delta.add_block, "id", "")):
            if isinstance(widget, str) and (found := re.match(r"\$\$ID-[0-9a-f]+-(.+)", widget)):
                self.widgets[found[1]] = (widget, delta.fragment_id)


@contextmanager
def server(projects: Path) -> Iterator[tuple[int, int]]:
    """A server over a folder of projects, for as long as it is needed: its port and its process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "CODECLM_PROJECTS": str(projects), "CODECLM_CONFIG_DIR": str(projects)}
    environment.pop("CODECLM_PROJECT", None)
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless=true"]
    process = subprocess.Popen(
        [*command, f"--server.port={port}"], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL
    )
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"http://localhost:{port}/_stcore/health", timeout=1).close()
                break
            except OSError:
                time.sleep(0.2)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(20)
