import subprocess
import sys
import threading

import pytest
from filelock import FileLock

from codeclm.errors import BusyError, ProjectError
from codeclm.jobs import lock
from codeclm.jobs.process import ROOT

HOLD = """
import sys, time
from pathlib import Path
from codeclm.jobs.lock import hold
with hold(Path(sys.argv[1]), "run"):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def other(tmp_path):
    """A process that holds the project; killed at the end."""
    command = [sys.executable, "-c", HOLD, str(tmp_path / "p.db")]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_nobody_holds_a_project_at_first(tmp_path):
    assert lock.holder(tmp_path / "p.db", "run") is None
    assert list(tmp_path.iterdir()) == []


def test_a_second_job_is_told_who_holds_the_project(tmp_path, other):
    with pytest.raises(BusyError, match=rf"run is going on already \(process {other.pid}, since 20"):
        lock.hold(tmp_path / "p.db", "run").__enter__()
    assert lock.holder(tmp_path / "p.db", "run").pid == other.pid


def test_a_job_of_another_kind_is_not_in_the_way(tmp_path, other):
    with lock.hold(tmp_path / "p.db", "map"):
        assert lock.holder(tmp_path / "p.db", "map") is not None


def test_a_killed_holder_holds_nothing(tmp_path, other):
    other.kill()
    other.wait()
    assert lock.holder(tmp_path / "p.db", "run") is None
    with lock.hold(tmp_path / "p.db", "run"):
        pass


def test_a_link_leads_to_the_same_lock(tmp_path):
    (tmp_path / "p.db").touch()
    (tmp_path / "link.db").symlink_to(tmp_path / "p.db")
    with lock.hold(tmp_path / "p.db", "run"), pytest.raises(BusyError):
        lock.hold(tmp_path / "link.db", "run").__enter__()


def test_looking_does_not_take_the_lock_away(tmp_path):
    path = tmp_path / "p.db"
    with lock.hold(path, "run"):
        assert [lock.holder(path, "run") is not None for _ in range(3)] == [True] * 3
    assert lock.holder(path, "run") is None


def test_two_who_only_look_do_not_see_each_other(tmp_path, monkeypatch):
    monkeypatch.setattr(lock, "_GLANCE", 5.0)
    path = tmp_path / "p.db"
    with lock.hold(path, "run"):
        pass
    with FileLock(lock.lock_path(path, "run"), thread_local=False) as looking:
        threading.Timer(0.1, looking.release).start()
        assert lock.holder(path, "run") is None


def test_a_folder_that_cannot_be_is_one_line(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ProjectError, match="cannot write beside it"):
        lock.hold(tmp_path / "file" / "p.db", "run").__enter__()


def test_a_lock_file_of_rubbish_still_names_somebody(tmp_path, other):
    lock.lock_path(tmp_path / "p.db", "run").write_text("not json")
    with pytest.raises(BusyError, match="another process"):
        lock.hold(tmp_path / "p.db", "run").__enter__()
