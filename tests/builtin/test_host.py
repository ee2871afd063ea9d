import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeclm.builtin import host
from codeclm.builtin.host import Watch
from codeclm.builtin.place import Place, Server


class Still:
    server = Server("http://127.0.0.1:1/v1", "m", 1, 1, 1)

    def work(self):
        return 0, False


@pytest.fixture
def place(tmp_path):
    made = Place(tmp_path / "place")
    made.make()
    return made


def test_it_ends_when_no_request_came_for_a_while():
    watch = Watch(0.0, idle=10, grace=3)
    assert watch.verdict(9, 1, busy=False, users=1) == ""
    assert watch.verdict(18, 1, busy=False, users=1) == ""
    assert watch.verdict(19, 1, busy=False, users=1) == "idle"


def test_it_ends_a_moment_after_its_last_user():
    watch = Watch(0.0, idle=100, grace=3)
    assert watch.verdict(5, 0, busy=False, users=0) == ""
    assert watch.verdict(7, 0, busy=False, users=1) == ""
    assert watch.verdict(8, 0, busy=False, users=0) == ""
    assert watch.verdict(11, 0, busy=False, users=0) == "its users are gone"


@given(st.lists(st.tuples(st.floats(0, 1000), st.integers(0, 3), st.booleans(), st.integers(0, 2))))
def test_it_never_ends_while_it_works_nor_before_its_time(steps):
    watch = Watch(0.0, idle=50, grace=20)
    now, last_work, alone_since, mark = 0.0, 0.0, None, None
    for wait, number, busy, users in steps:
        now += wait
        if busy or number != mark:
            last_work, mark = now, number
        alone_since = None if users else (now if alone_since is None else alone_since)
        why = watch.verdict(now, number, busy=busy, users=users)
        due = now - last_work >= 50 or (alone_since is not None and now - alone_since >= 20)
        assert bool(why) == (due and not busy)


def test_two_cannot_serve_one_place(place, monkeypatch):
    monkeypatch.setattr(host, "_LOOKERS", 0.1)
    with place.serving():
        assert host.serve(place, Still) == "another serves"


def test_a_server_ends_when_its_folder_is_gone(place):
    def load():
        place.users.rmdir()
        return Still()

    assert host.serve(place, load, tick=0.01) == "its folder is gone"


def test_it_does_not_end_while_somebody_starts_or_joins(place):
    """The verdict counts only under the start lock, so that nobody is told a dying address."""
    starting = place.starting()
    starting.acquire()
    ended = threading.Event()

    def serve():
        host.serve(place, Still, idle=0.01, tick=0.01)
        ended.set()

    thread = threading.Thread(target=serve)
    thread.start()
    assert not ended.wait(0.3)
    assert place.read() == Still.server
    starting.release()
    assert ended.wait(5)
    thread.join()
    assert place.read() is None


def test_the_log_does_not_grow_without_end(place):
    place.log.write_bytes(bytes(host.LOG_LIMIT + 1))
    host._bound_log(place)
    assert place.log.stat().st_size == 0
    place.log.write_bytes(b"kept")
    host._bound_log(place)
    assert place.log.read_bytes() == b"kept"
    place.log.unlink()
    host._bound_log(place)
