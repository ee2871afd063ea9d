import os
import time

import pytest

from codeclm.errors import BusyError, ProjectError, UsageError
from codeclm.jobs import process
from codeclm.jobs.lock import hold, holder
from codeclm.store import Store


def until(condition, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def job(path):
    with Store.open(path) as store:
        jobs = store.jobs.page(limit=1)
    return jobs[0] if jobs else None


def words(endpoint):
    found = []
    for role in ("strong", "target", "judge"):
        found += [f"--{role}-url", endpoint.url, f"--{role}-model", role]
    return found


def test_a_started_run_is_a_process_of_its_own(project, endpoint):
    path = project(3)
    pid = process.start(path, "run", words(endpoint))
    until(lambda: (found := job(path)) is not None and found.state == "done")
    assert job(path).pid == pid
    until(lambda: holder(path, "run") is None)
    assert process.last_words(path, "run") == ""


def test_it_lives_in_a_session_of_its_own_and_refuses_a_second(project, endpoint):
    path = project(60)
    endpoint.latency = 0.1
    pid = process.start(path, "run", words(endpoint))
    assert os.getsid(pid) == pid != os.getsid(0)
    until(lambda: holder(path, "run") is not None)
    with pytest.raises(BusyError, match=f"process {pid}"):
        process.start(path, "run")
    with Store.open(path) as store:
        until(lambda: store.jobs.current("run") is not None)
        store.jobs.ask_stop(store.jobs.current("run").id)
    until(lambda: holder(path, "run") is None)
    assert job(path).state == "stopped"


def test_it_gets_what_it_is_given_beside_the_environment(project, endpoint):
    path = project(1)
    process.start(path, "run", words(endpoint), {"CODECLM_STRONG_API_KEY": "no key"})
    until(lambda: process.last_words(path, "run"))
    assert "$CODECLM_STRONG_API_KEY: a key holds no spaces" in process.last_words(path, "run")


def test_why_it_could_not_begin_is_its_last_word(project):
    path = project(1)
    process.start(path, "run", ["--stages", "sleep"])
    until(lambda: process.last_words(path, "run"))
    assert "no stage is called 'sleep'" in process.last_words(path, "run")


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ProjectError, match="choose another folder"):
        process.start(tmp_path / "file" / "p.db", "run")


@pytest.mark.parametrize("word", ["a\0b", "a\ud800b"])
def test_what_no_process_can_be_given_is_one_line(tmp_path, word):
    with pytest.raises(UsageError, match="take it out"):
        process.start(tmp_path / "p.db", "run", ["--strong-model", word])


def test_nothing_said_is_nothing_read(tmp_path):
    assert process.last_words(tmp_path / "p.db", "run") == ""


def test_a_project_that_is_held_is_not_started(project):
    path = project(1)
    with hold(path, "run"), pytest.raises(BusyError):
        process.start(path, "run")
