import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from codeclm import builtin
from codeclm.builtin import client
from codeclm.builtin.engine import get
from codeclm.errors import EndpointError, UsageError


def test_a_server_is_started_once_shared_and_ended(fake):
    model, place = fake()
    assert builtin.state(model) is None
    server = builtin.ensure(model)
    assert (server.model, server.slots, server.context) == ("small", *client.OTHER_SHAPE)
    assert server.url.endswith("/secret/v1")
    assert builtin.ensure(model) == server == builtin.state(model)
    assert (place.folder / "starts").read_text() == "x"
    assert builtin.stop(model)
    assert builtin.state(model) is None
    assert not builtin.stop(model)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_no_key_is_in_the_environment_of_the_server(fake, monkeypatch):
    for name in (
        "OPENAI_API_KEY",
        "CODECLM_STRONG_API_KEY",
        "HF_TOKEN",
        "OPENAI_CUSTOM_HEADERS",
        "https_proxy",
    ):
        monkeypatch.setenv(name, "sk-recognisable")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3")
    model, _ = fake()
    given = Path(f"/proc/{builtin.ensure(model).pid}/environ").read_bytes()
    assert b"sk-recognisable" not in given
    assert b"CUDA_VISIBLE_DEVICES=3" in given


def test_many_that_ask_at_once_share_one_server(fake):
    model, place = fake("late")
    with ThreadPoolExecutor(8) as pool:
        servers = set(pool.map(lambda _: builtin.ensure(model), range(8)))
    assert len(servers) == 1
    assert (place.folder / "starts").read_text() == "x"
    assert len(list(place.users.iterdir())) == 1


def test_a_killed_server_is_started_anew(fake, until):
    model, place = fake()
    first = builtin.ensure(model)
    os.kill(first.pid, signal.SIGKILL)
    until(lambda: not place.alive())
    assert builtin.state(model) is None
    second = builtin.ensure(model)
    assert second.pid != first.pid
    assert get(second.url.removesuffix("/v1"), "/health") == {"status": "ok"}


def test_a_server_that_hangs_is_replaced(fake, dead, until, monkeypatch):
    monkeypatch.setattr(client, "_BRISK", 0.2)
    monkeypatch.setattr(client, "_HUNG", 0.5)
    monkeypatch.setattr(client, "_FAREWELL", 0.2)
    monkeypatch.setattr(client, "get", lambda address, path: get(address, path, timeout=0.2))
    model, _ = fake()
    first = builtin.ensure(model)
    os.kill(first.pid, signal.SIGSTOP)
    assert builtin.ensure(model).pid != first.pid
    until(lambda: dead(first.pid))


class Stranger(BaseHTTPRequestHandler):
    """Says yes to everything, as a page server does."""

    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"status": "ok"}')

    def log_message(self, *_):
        pass


def test_a_stranger_on_the_port_of_a_dead_server_is_not_taken_for_it(fake, until):
    model, place = fake()
    first = builtin.ensure(model)
    os.kill(first.pid, signal.SIGKILL)
    until(lambda: not place.alive())
    with HTTPServer(("127.0.0.1", 0), Stranger) as web:
        threading.Thread(target=web.serve_forever, daemon=True).start()
        stranger = f"http://127.0.0.1:{web.server_port}/secret/v1"
        place.write(replace(first, url=stranger))
        assert builtin.state(model) is None
        assert builtin.ensure(model).url != stranger
        web.shutdown()


@pytest.mark.parametrize("word", [b"", b"{", b"[1]", b'{"url": 3}', b"\xff\xfe", b'"http://x/v1"'])
def test_a_damaged_state_file_is_no_obstacle(fake, word):
    model, place = fake()
    place.make()
    place.state_file.write_bytes(word)
    assert builtin.ensure(model).pid


def test_a_server_whose_starter_is_gone_is_waited_for(fake, until):
    model, place = fake("late")
    place.make()
    orphan = client._spawn(place, client.find(model))
    until(place.alive)
    assert builtin.ensure(model).pid == orphan.pid


def test_of_two_processes_that_race_one_serves(fake, until, dead, monkeypatch):
    model, place = fake("late")
    place.make()
    orphan = client._spawn(place, client.find(model))
    spawned, spawn = [orphan], client._spawn
    monkeypatch.setattr(client, "_spawn", lambda *args: spawned.append(spawn(*args)) or spawned[-1])
    pid = builtin.ensure(model).pid
    assert pid in {process.pid for process in spawned}
    until(lambda: all(dead(process.pid) for process in spawned if process.pid != pid))
    assert builtin.state(model).pid == pid


def test_weights_that_cannot_be_loaded_give_one_line(fake):
    model, place = fake("dies")
    with pytest.raises(EndpointError) as caught:
        builtin.ensure(model)
    assert str(caught.value) == (
        "small: could not be loaded: tensor [31m missing; try another copy of the file"
    )
    assert not place.alive()


def test_a_start_that_takes_too_long_is_ended(fake, until):
    model, place = fake("slow")
    with pytest.raises(EndpointError, match="not loaded in time"):
        builtin.ensure(model, timeout=1.0)
    until(lambda: not place.alive())


def test_a_server_ends_when_its_users_are_gone(fake, until):
    model, place = fake()
    code = f"from codeclm.builtin import client; client.COMMAND = {client.COMMAND!r}; "
    code += f"print(client.ensure({model!r}).pid)"
    user = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(user.stdout) > 0
    until(lambda: not place.alive())
    assert not place.state_file.exists()
    assert list(place.users.iterdir()) == []


def test_an_idle_server_ends_although_its_user_lives_and_comes_back(fake, until, monkeypatch):
    monkeypatch.setenv(client.IDLE_VARIABLE, "0.5")
    model, place = fake()
    first = builtin.ensure(model)
    until(lambda: not place.alive())
    assert builtin.ensure(model).pid != first.pid


def test_the_idle_time_must_be_a_number(fake, monkeypatch):
    monkeypatch.setenv(client.IDLE_VARIABLE, "soon\n")
    with pytest.raises(UsageError, match="soon: give seconds"):
        builtin.ensure(fake()[0])


@pytest.mark.parametrize(
    ("log", "status", "reason"),
    [
        (b"", 3, "its process ended with status 3"),
        (b"", -9, "it was killed; most likely there was not enough memory"),
        (b"", -signal.SIGABRT, "llama.cpp gave it up; the file may be damaged"),
        (b"Traceback:\nImportError: no libgomp", 1, "ImportError: no libgomp"),
        (b"0.1 E a: first\n0.2 E b: second", 1, "first"),
        (b"0.1 E a: \xff\x00" + b"x" * 1000, 1, "\ufffd" + " " + "x" * 197 + "…"),
    ],
)
def test_reasons_are_one_short_line(fake, log, status, reason):
    _, place = fake()
    place.make()
    place.log.write_bytes(log)
    assert client._reason(place, status) == reason
