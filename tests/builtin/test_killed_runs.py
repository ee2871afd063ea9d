"""Whole runs with the real built-in model, killed and gone on with, against one that nobody disturbed.

Minutes. Other moments to kill at: CRASH_CHANCE=12 python -m pytest -m slow tests/builtin/test_killed_runs.py
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from codeclm import builtin
from codeclm.builtin import client
from codeclm.builtin.engine import SHAPE
from codeclm.builtin.weights import find
from codeclm.store import Store
from tests.logs import every_call

pytestmark = [pytest.mark.model, pytest.mark.slow]

ROOT = Path(__file__).parents[2]
SEEDS = 3
KILLED = [("run",), ("server",), ("run", "server"), ("run",), ("server",)]
CHANCE = int(os.environ.get("CRASH_CHANCE", "5"))


class Trial:
    """A project of its own, with nothing in its log, and notes of what its runs asked."""

    def __init__(self, folder):
        folder.mkdir()
        self.folder, self.path, self.notes = folder, folder / "p.db", folder / "notes"
        seeds = (ROOT / "data/examples/seeds.jsonl").read_text().splitlines()[:SEEDS]
        (folder / "seeds.jsonl").write_text("\n".join(seeds))
        self.command("import", str(folder / "seeds.jsonl"))

    def command(self, *words):
        command = [sys.executable, "-m", "codeclm", "--project", str(self.path), "--json", *words]
        return subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True).stdout

    def start(self):
        words = ["--project", self.path, "run", "--quiet", "--iterations", "2"]
        command = [sys.executable, ROOT / "tests/builtin/noted_run.py", self.notes, *words]
        return subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})

    def noted(self):
        """The keys that went out, and those of them that came back; both in order, tries again included."""
        lines = self.notes.read_text().splitlines() if self.notes.exists() else []
        return tuple([line[2:] for line in lines if line[0] == mark] for mark in "><")

    def replies(self):
        """What the log has been told, by key; the file is sound."""
        with Store.open(self.path) as store:
            assert store._db.value("pragma integrity_check") == "ok"
            calls = every_call(store, errors=False)
            return {each.key: (each.call.reply.raw, each.call.reply.finish_reason) for each in calls}

    def came_to(self):
        """All that the runs made, as a person gets it: files by name, and what is told."""
        out = self.folder / "out.jsonl"
        words = ["--format", "dpo", "--include", "all", "--theta", "0", "--provenance"]
        self.command("export", str(out), *words)
        files = {file.name: file.read_bytes() for file in self.folder.glob("out*")}
        told = {name: self.command(name) for name in ("pairs", "failures")}
        return files | told


def undisturbed(folder):
    trial = Trial(folder)
    assert trial.start().wait() in (0, 3)
    sent, back = trial.noted()
    assert len(sent) == len(set(sent)) == len(back)
    return trial


def killed(folder, calls, until):
    """A trial whose run and server were killed at random moments, none of what was kept asked again."""
    trial, chance, place = Trial(folder), random.Random(CHANCE), client._place(find())
    moments = sorted(chance.sample(range(1, calls * 3 // 4), len(KILLED)))
    run = trial.start()
    lost = []
    """Of each kill: how many requests had gone out by then, and the keys that may go out again."""
    for moment, victims in zip(moments, chance.sample(KILLED, len(KILLED)), strict=True):
        until(lambda: len(set(trial.noted()[0])) >= moment or run.poll() is not None, 3600)  # noqa: B023
        time.sleep(chance.uniform(0, 0.5))
        assert run.poll() is None, "it ended before it was killed"
        server = until(place.read, 60)
        if "server" in victims:
            os.kill(server.pid, signal.SIGKILL)
        if "run" in victims:
            run.kill()
            run.wait()
        sent, back = trial.noted()
        kept = set(trial.replies() if "run" in victims else back)
        assert len(set(sent) - set(back)) <= SHAPE[0]  # in flight
        assert len(set(back) - kept) <= SHAPE[0]  # of the last commit window
        lost.append((len(sent), set(sent) - kept))
        if "run" in victims:
            run = trial.start()
    assert run.wait() in (0, 3)
    sent, _ = trial.noted()
    assert set(sent) == set(trial.replies())
    for count, mine in lost:
        assert not (set(sent[:count]) - mine) & set(sent[count:])
    return trial


def test_a_run_killed_with_its_server_again_and_again_comes_to_the_same(tmp_path, until):
    whole = undisturbed(tmp_path / "whole")
    assert builtin.stop()
    once, _ = whole.noted()
    again = killed(tmp_path / "killed", len(once), until)
    assert again.replies() == whole.replies()
    made = whole.came_to()
    assert json.loads(made["pairs"])["pairs"]
    assert made == again.came_to()
