"""What a tab knows of a job it started, until that shows itself: in words, by its row, or not at all."""

import os

import pytest

from codeclm import projects
from codeclm.jobs import process
from codeclm.jobs.lock import RUN, hold
from codeclm.ui import started


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.setenv("CODECLM_PROJECTS", str(tmp_path))
    monkeypatch.setattr(started.st, "session_state", {})
    monkeypatch.setattr(process, "start", lambda *words: 0)
    return projects.create("one")


def test_it_is_starting_until_its_row_is_there(project):
    assert not started.going_on(project, RUN)
    started.begin(project, RUN)
    assert started.starting(project, RUN)
    with project.open() as store:
        store.jobs.start(RUN, {}, os.getpid())
    assert not started.going_on(project, RUN)


def test_it_is_not_starting_once_it_said_why_not(project):
    started.begin(project, RUN, ["--retry"], command="failures")
    process.log_path(project.path, RUN).write_text("of another command")
    assert started.starting(project, RUN)
    process.log_path(project.path, "failures").write_text("note: one\nerror: no seeds\n")
    assert not started.starting(project, RUN)
    assert started.last_words(project, RUN) == "error: no seeds"


def test_what_is_never_seen_is_given_up(project, monkeypatch):
    started.begin(project, RUN)
    at = started.begun(project, RUN).at
    monkeypatch.setattr(started.time, "time", lambda: at + started.PATIENCE + 1)
    assert not started.going_on(project, RUN)


def test_it_is_of_one_project_and_what_holds_the_lock_goes_on(project):
    started.begin(project, RUN)
    other = projects.create("two")
    assert not started.going_on(other, RUN)
    with hold(other.path, RUN):
        assert started.going_on(other, RUN)
        assert not started.starting(other, RUN)
