import os
import sys
import time
from pathlib import Path

import pytest

from codeclm.builtin import client, place
from codeclm.builtin.place import Place, place_of

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def runtime(tmp_path, monkeypatch):
    """A runtime directory of the test's own; servers that it leaves behind are ended."""
    folder = tmp_path / "runtime"
    monkeypatch.setenv(place.ROOT_VARIABLE, str(folder))
    monkeypatch.setattr(client, "_leases", {})
    yield folder
    for child in folder.glob("*/state.json"):
        client._end(Place(child.parent))
    for lease in client._leases.values():
        lease.release()


@pytest.fixture
def gguf(tmp_path):
    """A file that passes for weights until it is loaded."""
    file = tmp_path / "small.gguf"
    file.write_bytes(b"GGUF" + bytes(100))
    return file


@pytest.fixture
def fake(gguf, monkeypatch):
    """Put the made-up server in the place of llama.cpp's: fake(mode) -> the model to ask for, its place."""

    def set_up(mode="good"):
        monkeypatch.setenv("PYTHONPATH", str(ROOT))
        script = Path(__file__).with_name("fake_server.py")
        monkeypatch.setattr(client, "COMMAND", (sys.executable, str(script), mode))
        return str(gguf), place_of(gguf, *client.OTHER_SHAPE)

    return set_up


@pytest.fixture
def until():
    """Wait for a condition, give what it gave, and fail if it does not come true."""

    def wait(condition, seconds=10.0):
        end = time.monotonic() + seconds
        while not (found := condition()):
            assert time.monotonic() < end, "it never came true"
            time.sleep(0.02)
        return found

    return wait


@pytest.fixture
def dead():
    """Whether a process is gone."""

    def is_dead(pid):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        return False

    return is_dead
