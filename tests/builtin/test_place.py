import os
import stat
import subprocess
import sys
from dataclasses import replace

import pytest

from codeclm.builtin import place as places
from codeclm.builtin.place import Place, Server, place_of
from codeclm.errors import EndpointError

SERVER = Server("http://127.0.0.1:4000/secret/v1", "m", 8, 2048, 99)


@pytest.fixture
def place(tmp_path):
    made = Place(tmp_path / "place")
    made.make()
    return made


def test_what_is_told_is_read_again(place):
    assert place.read() is None
    place.write(SERVER)
    assert place.read() == SERVER
    place.forget()
    assert place.read() is None
    place.forget()


@pytest.mark.parametrize("wrong", [{"pid": 0}, {"pid": "9"}, {"slots": None}, {"url": None}, {"model": []}])
def test_a_state_with_a_wrong_field_is_none(place, wrong):
    place.write(replace(SERVER, **wrong))
    assert place.read() is None


def test_the_address_is_for_its_user_alone(tmp_path):
    before = os.umask(0o022)
    try:
        place = Place(tmp_path / "made with it" / "a")
        place.make()
        place.write(SERVER)
    finally:
        os.umask(before)
    for path in (place.folder, place.users, place.state_file):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_alive_is_who_holds_the_lock(place):
    assert not place.alive()
    with place.serving():
        assert place.alive()
    assert not place.alive()


def test_users_are_counted_while_they_live(place):
    assert (place.count_users(), place.touched()) == (0, 0.0)
    lease = place.lease()
    code = (
        "import sys; from pathlib import Path; from codeclm.builtin.place import Place\n"
        "lease = Place(Path(sys.argv[1])).lease(); print('in', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", code, str(place.folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout.readline() == b"in\n"
        assert place.count_users() == 2
        other.kill()
    assert place.count_users() == 1
    assert len(list(place.users.iterdir())) == 1
    lease.release()
    assert place.count_users() == 0


def test_a_lease_tells_when_its_holder_last_asked(place):
    lease = place.lease()
    os.utime(lease.lock_file, (5_000_000_000, 5_000_000_000))
    assert place.touched() == 5_000_000_000
    lease.release()


def test_other_weights_or_terms_are_another_place(gguf, runtime):
    first = place_of(gguf, 8, 2048)
    assert first.folder.parent == runtime
    assert place_of(gguf, 8, 2048) == first
    assert place_of(gguf, 4, 4096) != first
    os.utime(gguf, (1, 1))
    assert place_of(gguf, 8, 2048) != first


def test_without_a_place_for_files_one_line_says_what_to_set(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    with pytest.raises(EndpointError, match=f"Not a directory; set {places.ROOT_VARIABLE}"):
        Place(tmp_path / "file" / "place").make()

    def none(*_, **__):
        raise PermissionError("not yours")

    monkeypatch.delenv(places.ROOT_VARIABLE)
    monkeypatch.setenv("XDG_RUNTIME_DIR", "/run/user/7")
    monkeypatch.setattr(places, "user_runtime_path", none)
    with pytest.raises(EndpointError, match="not yours"):
        places.root()
