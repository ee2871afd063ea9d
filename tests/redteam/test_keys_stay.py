"""A key goes out with a request and nowhere else: not into a file, a message, a page, or a command line."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

import pytest

from codeclm import projects
from codeclm.cli import main
from codeclm.export.formats import FORMATS
from codeclm.jobs import process
from codeclm.jobs.lock import holder
from codeclm.records import Seed
from codeclm.settings import Endpoint
from codeclm.store import Store
from codeclm.testing import ScriptedEndpoint
from codeclm.testing.loop import loop_reply

KEY = "sk-verysecret-0123456789"
SPELLED = "".join(f"\\u{ord(sign):04x}" for sign in KEY)
ROLES = ("strong", "target", "judge")


def echoing(body):
    """The reply of every stage, with the key in every text of it; spelled out where it is JSON."""
    text = loop_reply(body)
    if not text.startswith("{"):
        return f"<think>{KEY}</think>{text} Authorization: Bearer {KEY}"
    marked = json.dumps(_with(json.loads(text), "KEY"))
    return marked.replace("KEY", SPELLED)


def _with(value, more):
    if isinstance(value, dict):
        return {name: _with(each, more) for name, each in value.items()}
    if isinstance(value, list):
        return [_with(each, more) for each in value]
    return f"{value} {more}" if isinstance(value, str) else value


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Everything that is written down, in one folder."""
    for name in (projects.FOLDER_ENVIRONMENT, "CODECLM_CONFIG_DIR", "CODECLM_RUNTIME_DIR", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.delenv(projects.ENVIRONMENT, raising=False)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    return tmp_path


def words(endpoint):
    return [
        word for role in ROLES for word in (f"--{role}-url", endpoint.url, f"--{role}-model", f"{role} model")
    ]


def written(folder: Path) -> list[str]:
    """The files that hold the key."""
    return [str(path) for path in folder.rglob("*") if path.is_file() and KEY.encode() in path.read_bytes()]


def test_an_endpoint_that_echoes_the_key_everywhere_gets_it_into_nothing(folder, capfd):
    project = folder / "p.db"
    (folder / "seeds.txt").write_text("\n".join(f"Explain thing number {at}." for at in range(3)))
    asked = ["--project", str(project)]

    def command(*said: str) -> int:
        status = main([*asked, *said])
        told = capfd.readouterr()
        assert KEY not in told.out + told.err, said
        return status

    with ScriptedEndpoint(reply=echoing) as endpoint:
        assert command("import", str(folder / "seeds.txt")) == 0
        assert command("run", "--iterations", "2", *words(endpoint)) == 0
        assert f"Bearer {KEY}" in endpoint.authorizations
        for refusal in ({"key": "another"}, {"refuses": ("messages",)}, {"quota": 0}):
            with ScriptedEndpoint(reply=echoing, **refusal) as refusing:
                assert command("run", "--seed", "1", *words(refusing)) == 1
                assert f"Bearer {KEY}" in refusing.authorizations
    assert command("status", "--json") == 0
    assert command("pairs", "--json") == 0
    assert command("failures", "--json") in (0, 3)
    for number, name in enumerate(FORMATS):
        command("export", str(folder / f"out{number}"), "--format", name, "--include", "all", "--provenance")
    assert command("archive", str(folder / "archive")) == 0
    assert "[key]" in (folder / "archive" / "calls.jsonl").read_text()
    assert written(folder) == []


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_no_command_line_of_a_job_holds_the_key(folder):
    with Store.open(folder / "p.db", create=True) as store:
        store.seeds.add(Seed(f"Explain thing number {at}.") for at in range(40))
    with ScriptedEndpoint(latency=0.1) as endpoint:
        pid = process.start(folder / "p.db", "run", words(endpoint))
        end = time.monotonic() + 60
        while not endpoint.requests and time.monotonic() < end:
            time.sleep(0.05)
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
        os.kill(pid, 2)
        while holder(folder / "p.db", "run") is not None and time.monotonic() < end:
            time.sleep(0.05)
    assert b"codeclm" in command
    assert KEY.encode() not in command
    assert endpoint.authorizations[0] == f"Bearer {KEY}"
    assert written(folder) == []


@pytest.mark.parametrize(
    "url", ["https://a:b@h.test/v1", "https://h.test/v1?key=abc", "https://h.test/v1#abc"]
)
def test_an_address_has_no_room_for_a_secret(url):
    with pytest.raises(Exception, match="address"):
        Endpoint(url=url)
