"""Disks that fill up or cannot be written, and processes that die: what was committed stays, in one line."""

import contextlib
import json
import os
import random
import shutil
import subprocess
import sys
import time

import pytest

from codeclm import export
from codeclm.cli import main
from codeclm.jobs.lock import holder
from codeclm.jobs.order import Order
from codeclm.jobs.process import ROOT
from codeclm.jobs.run import run
from codeclm.records import Seed
from codeclm.settings import Endpoint
from codeclm.store import Store
from tests.logs import every_call

ROLES = ("strong", "target", "judge")
FOLDER = "disk"


def mount(folder, *options):
    return subprocess.run(
        ["mount", *options, str(folder)], capture_output=True, check=False, shell=False
    ).returncode


@pytest.fixture
def disk(tmp_path):
    """A small disk of its own: a folder, and a function that mounts it anew with other options."""
    folder = tmp_path / FOLDER
    folder.mkdir()
    if os.name != "posix" or mount(folder, "-t", "tmpfs", "-o", "size=1m", "tmpfs"):
        pytest.skip("no file system may be mounted here")
    yield folder, lambda options: mount(folder, "-o", f"remount,{options}")
    for _ in range(50):
        if not subprocess.run(["umount", str(folder)], capture_output=True, check=False).returncode:
            break
        time.sleep(0.1)


def made(path, endpoint, seeds):
    with Store.open(path, create=True) as store:
        store.seeds.add(Seed(f"Explain thing number {number}.") for number in range(seeds))
        for role in ROLES:
            store.settings.set_endpoint(role, Endpoint(url=endpoint.url, model=role))
    return path


@pytest.fixture
def pairs(tmp_path):
    """A project of a few scored pairs."""
    path, rows = tmp_path / "pairs.db", tmp_path / "pairs.jsonl"
    rows.write_text(
        "\n".join(
            json.dumps({
                "instruction": f"Explain {number}.", "strong": "At length. " * 40, "target": "No.",
                "strong_score": 9, "target_score": 2,
            })
            for number in range(300)
        )
    )  # fmt: skip
    assert main(["--project", str(path), "import", str(rows), "--as", "pairs"]) == 0
    return path


def command(path, *words):
    whole = [sys.executable, "-m", "codeclm", "--project", str(path), *words]
    done = subprocess.run(whole, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert "Traceback" not in done.stderr
    return done


def exported(path):
    out = path.with_suffix(".jsonl")
    with Store.open(path) as store:
        export.write(store, out, export.Options(format="messages", include="all"))
    said = out.read_bytes()
    out.unlink()
    return said


def whole(tmp_path, endpoint, seeds):
    """What a run without any trouble exports."""
    path = made(tmp_path / "whole.db", endpoint, seeds)
    run(path, Order(), lambda line: None, lambda line: None)
    return exported(path)


def asked(body):
    return json.dumps([body["model"], body["messages"], body["seed"]], sort_keys=True)


def logged(path):
    with Store.open(path) as store:
        assert store._db.value("pragma integrity_check") == "ok"
        found = every_call(store, errors=False)
    requests = [each.call.request for each in found]
    turns = [[turn.as_dict() for turn in request.messages] for request in requests]
    return {
        asked({"model": request.model, "messages": messages, "seed": request.sampling.seed})
        for request, messages in zip(requests, turns, strict=True)
    }


def test_a_full_disk_loses_nothing_and_goes_on_when_there_is_room(disk, tmp_path, endpoint):
    folder, remount = disk
    wanted = whole(tmp_path, endpoint, 150)
    path = made(folder / "p.db", endpoint, 150)
    done = command(path, "run", "--quiet")
    assert done.returncode == 1
    assert "disk is full" in done.stderr
    assert done.stderr.count("\n") == 1
    remount("size=64m")
    known = logged(path)
    assert known
    endpoint.requests.clear()
    assert command(path, "run", "--quiet").returncode == 0
    sent = {asked(body) for body in endpoint.requests if "seed" in body}
    assert sent
    assert not known & sent
    assert exported(path) == wanted


def test_a_disk_that_cannot_be_written_is_one_line_and_untouched(disk, endpoint):
    folder, remount = disk
    path = made(folder / "p.db", endpoint, 2)
    before = path.read_bytes()
    remount("ro")
    for words in (["run"], ["prune"], ["undo"], ["import", str(ROOT / "README.md")]):
        done = command(path, *words)
        assert done.returncode == 1
        assert done.stderr.count("\n") == 1
    assert command(path, "status").returncode in (0, 1)
    remount("rw")
    assert path.read_bytes() == before
    assert not endpoint.requests


WRITES = (
    "export {disk}/rows.jsonl --format messages --include all --provenance",
    "export {disk}/hub --format hub --include all",
    "export {disk}/rows.parquet --format parquet --include all",
    "archive {disk}/archive",
    "copy {disk}/copy.db",
)


def written(folder):
    """Every file, hidden ones too, with what is in it."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("refusal", ["full", "ro"])
def test_what_is_written_elsewhere_is_whole_or_not_there(disk, pairs, refusal, capsys):
    folder, remount = disk

    def status(project, words):
        return main(["--project", str(project), *words.format(disk=folder).split()])

    assert [status(pairs, words) for words in WRITES[:-1]] == [0, 0, 0, 0]
    archive = shutil.copytree(folder / "archive", pairs.with_name("archive"))
    if refusal == "full":
        with contextlib.suppress(OSError), (folder / "ballast").open("wb") as stream:
            while stream.write(b"x" * 4096):
                stream.flush()
    else:
        remount("ro")
    before = written(folder)
    for project, words in [*((pairs, words) for words in WRITES), (folder / "b.db", f"restore {archive}")]:
        capsys.readouterr()
        assert status(project, words) == 1
        said = capsys.readouterr()
        assert (said.err.count("\n"), said.out) == (1, "")
        told = ("No space left", "no space left", "disk is full") if refusal == "full" else ("ead-only",)
        assert any(word in said.err for word in told), said.err
        assert written(folder) == before


@pytest.mark.parametrize("words", [*WRITES, "restore {disk}/archive"])
def test_what_a_killed_process_was_writing_is_as_it_was_and_made_anew(tmp_path, pairs, words):
    """Killed when it has begun to write: the folder has something in it that was not there."""
    folder = tmp_path / "out"
    folder.mkdir()
    assert main(["--project", str(pairs), "archive", str(folder / "archive")]) == 0
    project = folder / "back.db" if words.startswith("restore") else pairs
    said = [sys.executable, "-m", "codeclm", "--project", str(project), *words.format(disk=folder).split()]
    if not words.startswith(("copy", "restore")):
        assert main(said[3:]) == 0
    before, names = written(folder), set(folder.rglob("*"))
    process = subprocess.Popen(said, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while process.poll() is None and set(folder.rglob("*")) == names:
        time.sleep(0.0005)
    process.kill()
    process.wait()
    kept = written(folder)
    assert {name: kept[name] for name in before} == before
    there = not {folder / "copy.db", folder / "back.db"}.isdisjoint(folder.iterdir())
    assert main(said[3:]) == there


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="nothing is read-only to root")
def test_a_read_only_file_is_one_line_and_untouched(tmp_path, endpoint):
    path = made(tmp_path / "p.db", endpoint, 2)
    before = path.read_bytes()
    path.chmod(0o444)
    done = command(path, "run")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert path.read_bytes() == before


@pytest.mark.parametrize("words", [["run"], ["status"], ["prune"], ["export", "o", "--format", "messages"]])
def test_a_newer_project_is_one_line_and_untouched(tmp_path, endpoint, words):
    path = made(tmp_path / "p.db", endpoint, 2)
    with Store.open(path) as store:
        store._db.execute("pragma user_version = 9999")
        store.checkpoint()
    before = path.read_bytes()
    done = command(path, *words)
    assert done.returncode == 1
    assert "newer" in done.stderr
    assert done.stderr.count("\n") == 1
    assert path.read_bytes() == before


def test_a_damaged_project_is_one_line_and_untouched(tmp_path, endpoint):
    path = made(tmp_path / "p.db", endpoint, 300)
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[4096 * 2 : middle] = random.Random(3).randbytes(middle - 4096 * 2)
    path.write_bytes(content)
    before = path.read_bytes()
    done = command(path, "run")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert path.read_bytes()[:100] == before[:100]


PAGE_SERVER = """
import sys, time
from pathlib import Path
from codeclm.jobs import process
print(process.start(Path(sys.argv[1]), "run", ["--concurrency", "4"]), flush=True)
time.sleep(60)
"""


def test_a_run_outlives_the_page_server_that_started_it(tmp_path, endpoint):
    wanted = whole(tmp_path, endpoint, 20)
    endpoint.latency = 0.02
    path = made(tmp_path / "p.db", endpoint, 20)
    server = subprocess.Popen(
        [sys.executable, "-c", PAGE_SERVER, str(path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    with server:
        assert int(server.stdout.readline())
        server.kill()
    until = time.monotonic() + 60
    while True:
        with Store.open(path) as store:
            jobs = store.jobs.page(limit=1)
        if jobs and jobs[0].state != "running" and holder(path, "run") is None:
            break
        assert time.monotonic() < until
        time.sleep(0.1)
    assert jobs[0].state == "done"
    assert exported(path) == wanted


EDITOR = """
import sys
from codeclm.records import Seed
from codeclm.store import Store
for number in range(100_000):
    with Store.open(sys.argv[1]) as store:
        store.seeds.add([Seed(f"Typed {number} by a session that dies.")])
    print(number, flush=True)
"""


def edits_until_killed(path, seconds):
    """How many edits a session said were kept when it was killed."""
    session = subprocess.Popen(
        [sys.executable, "-c", EDITOR, str(path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    with session, contextlib.suppress(ValueError):
        session.stdout.readline()
        time.sleep(seconds)
        session.kill()
        return 1 + len(session.stdout.read().split())
    return 0


@pytest.mark.slow
def test_sessions_killed_while_a_run_writes_lose_nothing_that_was_kept(tmp_path, endpoint):
    chance = random.Random(5)
    endpoint.latency = 0.05
    path = made(tmp_path / "p.db", endpoint, 150)
    running = subprocess.Popen([sys.executable, "-m", "codeclm", "--project", str(path), "run"], cwd=ROOT)
    kept = max(edits_until_killed(path, chance.uniform(0.1, 1.0)) for _ in range(10))
    assert running.wait(120) == 0
    with Store.open(path) as store:
        assert store._db.value("pragma integrity_check") == "ok"
        assert store.seeds.count() >= 150 + kept
