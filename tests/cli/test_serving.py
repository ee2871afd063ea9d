import os
import socket
import sys

import pytest

from codeclm.cli import main
from codeclm.jobs.process import ROOT
from codeclm.store import Store


def test_a_busy_port_is_one_line(capsys):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert main(["serve", "--port", str(port)]) == 1
    err = capsys.readouterr().err
    assert f"serve --port {port + 1}" in err
    assert err.count("\n") == 1


@pytest.mark.skipif(os.name != "posix", reason="elsewhere the app is a child process")
def test_the_app_takes_the_place_of_the_command(monkeypatch, tmp_path):
    taken = []
    monkeypatch.setattr(os, "execve", lambda *words: taken.append(words) or sys.exit(0))
    monkeypatch.chdir(tmp_path)
    Store.open(tmp_path / "p.db", create=True).close()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    assert main(["serve", "--port", port, "--project", "p.db"]) == 0
    program, command, environment = taken[0]
    assert program == sys.executable
    assert command[1:5] == ["-m", "streamlit", "run", str(ROOT / "app.py")]
    assert command[command.index("--server.address") + 1] == "localhost"
    assert command[command.index("--server.port") + 1] == port
    assert environment["CODECLM_PROJECT"] == str(tmp_path / "p.db")
