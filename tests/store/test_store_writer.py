"""The background writer: nothing is lost, one bad write harms no other, a kill leaves what was committed."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from growing import call, request

from codeclm.errors import ProjectError
from codeclm.llm.model import Call
from codeclm.records import Seed
from codeclm.store import Added, RunLog, Store, Writer, connection
from codeclm.store import writer as writing
from codeclm.store.writer import MOST


def seed(text: str) -> Any:
    return lambda store: store.seeds.add([Seed(text)])


@contextmanager
def held(writer: Writer) -> Iterator[None]:
    """Let the writer take up what is queued inside at once, at the end."""
    busy, release = threading.Event(), threading.Event()

    def wait(_: Store) -> None:
        busy.set()
        release.wait()

    writer.submit(wait)
    busy.wait()
    yield
    release.set()


def test_what_is_submitted_is_written_in_order_and_told(store: Store, path: Path) -> None:
    with Writer(path) as writer:
        futures = [writer.submit(seed(str(number))) for number in range(20)]
        assert futures[0].result(5) == Added(1, 0)
        writer.flush()
        assert all(future.done() for future in futures)
    assert [found.text for found in store.seeds.page()] == [str(number) for number in range(20)]


def test_a_large_write_of_another_is_waited_for(
    store: Store, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "BUSY_SECONDS", 0.05)
    with Writer(path) as writer:
        with store.write():
            store.seeds.add([Seed("large")])
            paid = writer.submit(seed("paid"))
            time.sleep(0.3)
        assert paid.result(5) == Added(1, 0)


def test_a_window_is_one_commit(store: Store, path: Path) -> None:
    before = store.revision()
    with Writer(path) as writer:
        for number in range(50):
            writer.submit(seed(str(number)))
        writer.flush()
    assert 1 <= store.revision() - before <= 3


def test_no_commit_is_long_and_others_get_their_turn(store: Store, path: Path) -> None:
    before = store.revision()
    with Writer(path) as writer:
        for number in range(3000):
            writer.submit(seed(str(number)))
        assert writer.backlog > 1000
        started = time.monotonic()
        store.seeds.add([Seed("from a page")])
        waited = time.monotonic() - started
        assert writer.backlog > 0
        writer.flush()
        assert writer.backlog == 0
    assert waited < 1
    assert store.revision() - before >= 3000 // MOST
    assert store.seeds.count() == 3001


def test_what_nobody_waits_for_is_written_with_what_somebody_does(
    store: Store, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "PATIENT", 1_000_000)
    texts: list[list[str]] = []
    with Writer(path) as writer:
        for text in ("a", "b"):
            writer.post(lambda _, items: texts.append(items), text)
            time.sleep(2 * writing.WINDOW)
        assert not texts
        assert writer.submit(seed("c")).result(30) == Added(1, 0)
        assert texts == [["a"], ["b"]]


def test_an_error_undoes_its_write_alone_and_is_told_twice(store: Store, path: Path) -> None:
    def bad(target: Store) -> None:
        target.seeds.add([Seed("half")])
        raise ValueError("bad")

    with Writer(path) as writer:
        good, wrong, after = writer.submit(seed("a")), writer.submit(bad), writer.submit(seed("b"))
        with pytest.raises(ValueError, match="bad"):
            writer.flush()
        assert isinstance(wrong.exception(), ValueError)
        assert good.result() == after.result() == Added(1, 0)
        writer.flush()
    assert [found.text for found in store.seeds.page()] == ["a", "b"]


def test_what_is_posted_for_one_function_is_written_together_and_a_bad_item_undone_alone(
    store: Store, path: Path
) -> None:
    calls: list[list[str]] = []

    def add(target: Store, texts: list[str]) -> None:
        calls.append(texts)
        for text in texts:
            target.seeds.add([Seed(text)])
            if text == "bad":
                raise ValueError(text)

    with Writer(path) as writer:
        with held(writer):
            for text in ("a", "b"):
                writer.post(add, text)
            between = writer.submit(seed("between"))
            writer.post(add, "c")
        writer.flush()
        assert calls == [["a", "b"], ["c"]]
        assert between.result() == Added(1, 0)
        with held(writer):
            for text in ("d", "bad", "e"):
                writer.post(add, text)
        with pytest.raises(ValueError, match="bad"):
            writer.flush()
        assert calls[2:] == [["d", "bad", "e"], ["d"], ["bad"], ["e"]]
    assert [found.text for found in store.seeds.page()] == ["a", "b", "between", "c", "d", "e"]


def test_a_full_disk_is_one_line_and_goes_on_when_there_is_room(store: Store, path: Path) -> None:
    def room(pages: int) -> Any:
        return lambda target: target._db.raw.execute(f"pragma max_page_count = {pages}").fetchone()

    writer = Writer(path)
    writer.submit(seed("kept"))
    writer.submit(room(1))
    writer.flush()
    full: Future[Added] = writer.submit(seed("lost " * 50_000))
    with pytest.raises(ProjectError, match="disk is full"):
        writer.flush()
    assert isinstance(full.exception(), ProjectError)
    writer.submit(room(1_000_000))
    writer.submit(seed("kept too"))
    writer.close()
    assert [found.text for found in store.seeds.page()] == ["kept", "kept too"]


def test_closing_checkpoints_and_is_harmless_twice(store: Store, path: Path) -> None:
    writer = Writer(path)
    writer.submit(seed("a"))
    writer.close()
    writer.close()
    assert path.with_name(f"{path.name}-wal").stat().st_size == 0
    with pytest.raises(ProjectError, match="closed"):
        writer.submit(seed("b"))


def test_a_writer_that_cannot_open_says_so_at_once(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="no such project"):
        Writer(tmp_path / "none.db")


async def test_the_log_answers_before_the_commit_and_after(store: Store, path: Path) -> None:
    made, failed = call(), Call(request("b"), None, "503")
    with Writer(path) as writer:
        log = RunLog(store, writer)
        log.put(made)
        log.put(failed)
        for _ in range(3):
            for _ in range(2):
                found = log.get(made.request.key)
                assert found is not None
                assert (found.text, found.cached) == ("Hi there", True)
                assert log.get(failed.request.key) is None
                writer.flush()  # the second look is in the same turn of the loop, and the file is newer
            await asyncio.sleep(0)
    assert store.calls.count() == 2


def test_two_writers_and_a_page_lose_nothing(store: Store, path: Path) -> None:
    def work(name: str) -> None:
        with Writer(path) as writer:
            for number in range(60):
                writer.submit(seed(f"{name} {number}"))
                time.sleep(0.001)

    threads = [threading.Thread(target=work, args=[name]) for name in ("a", "b")]
    for thread in threads:
        thread.start()
    waits = []
    for number in range(20):
        start = time.monotonic()
        store.seeds.add([Seed(f"page {number}")])
        waits.append(time.monotonic() - start)
    for thread in threads:
        thread.join()
    assert store.seeds.count() == 140
    assert max(waits) < 5


CHILD = """
import sys, itertools
from codeclm.records import Seed
from codeclm.store import Writer
writer = Writer(sys.argv[1])
for number in itertools.count():
    writer.submit(lambda store, number=number: store.seeds.add([Seed(f"seed {number}")]))
    if number % 40 == 0:
        writer.flush()
        print(number, flush=True)
"""


@pytest.mark.parametrize("lines", [1, 4])
def test_a_killed_writer_leaves_every_committed_row_and_a_sound_file(
    store: Store, path: Path, lines: int
) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(path)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert child.stdout is not None
    committed = [int(child.stdout.readline()) for _ in range(lines)][-1]
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    texts = [found.text for found in store.seeds.page(limit=None)]
    assert texts == [f"seed {number}" for number in range(len(texts))]
    assert len(texts) > committed
    assert store._db.value("pragma integrity_check") == "ok"
    assert store._db.rows("pragma foreign_key_check") == []
