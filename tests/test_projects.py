import sqlite3

import pytest

from codeclm import projects
from codeclm.errors import BusyError, ProjectError, UsageError
from codeclm.jobs.lock import hold
from codeclm.records import Seed
from codeclm.store import Store


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv(projects.FOLDER_ENVIRONMENT, str(tmp_path))
    monkeypatch.delenv(projects.ENVIRONMENT, raising=False)


def with_seed(name, text):
    project = projects.create(name)
    with project.open() as store:
        store.seeds.add([Seed(text)])
    return project


def seeds_of(project):
    with project.open(readonly=True) as store:
        return [seed.text for seed in store.seeds.page()]


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "../x",
        "a/b",
        "a\\b",
        ".hidden",
        "-rf",
        "x" * 61,
        "a\nb",
        "nul",
        "COM1",
        "a:b",
        "x ",
        "é/",
        "a\x00",
        "a\u3164",
    ],
)
def test_names_that_lead_elsewhere_are_refused(name, tmp_path):
    if name == "x ":
        assert projects.new_path(name).name == "x.db"
        return
    with pytest.raises(UsageError):
        projects.create(name)
    assert not list(tmp_path.parent.glob("*.db"))


@pytest.mark.parametrize("name", ["a", "support tickets", "Über 2.0 (neu)", "проект", "v1.2_b-c"])
def test_names_that_can_be(name):
    assert projects.create(name).name == name
    assert projects.find(name) is not None


def test_a_name_is_taken_whatever_its_case():
    projects.create("Mine")
    with pytest.raises(UsageError, match="taken"):
        projects.create("mine")


def test_copy_and_rename_keep_what_is_inside():
    first = with_seed("first", "hello")
    second = projects.copy(first, "second")
    third = projects.rename(second, "third")
    assert seeds_of(third) == ["hello"]
    assert {project.name for project in projects.listed()} == {"first", "third"}


def test_rows_in_the_write_ahead_log_move_along():
    project = with_seed("first", "hello")
    reader = sqlite3.connect(project.path)
    reader.execute("select count(*) from sqlite_master").fetchone()
    with project.open() as store:
        store.seeds.add([Seed("late")])
        moved = projects.rename(project, "moved")
    reader.close()
    assert seeds_of(moved) == ["hello", "late"]


def test_delete_can_be_undone():
    project = with_seed("first", "hello")
    projects.delete(project)
    assert projects.listed() == []
    assert not projects.fresh()
    (gone,) = projects.deleted()
    assert gone.name == "first"
    back = projects.restore(gone)
    assert seeds_of(back) == ["hello"]
    assert projects.deleted() == []


def test_restoring_over_a_new_project_of_that_name_takes_another():
    projects.delete(with_seed("first", "old"))
    with_seed("first", "new")
    back = projects.restore(projects.deleted()[0])
    assert back.name == "first (2)"
    assert seeds_of(back) == ["old"]


def test_no_project_goes_where_the_log_of_another_lies(tmp_path):
    project = with_seed("first", "old")
    projects.delete(project)
    log = tmp_path / "first.db-wal"
    log.write_bytes(b"rows of another")
    other = with_seed("second", "new")
    for put in (projects.copy, projects.rename):
        with pytest.raises(ProjectError, match="left by a project that is gone"):
            put(other, "first")
    assert projects.restore(projects.deleted()[0]).name == "first (2)"
    assert log.read_bytes() == b"rows of another"


@pytest.mark.parametrize("kind", ["run", "evaluate", "map"])
def test_a_project_in_use_is_left_where_it_is(kind):
    project = projects.create("busy")
    with hold(project.path, kind):
        with pytest.raises(BusyError, match=kind):
            projects.delete(project)
        with pytest.raises(BusyError):
            projects.rename(project, "other")
    assert projects.find("busy")
    projects.rename(projects.find("busy"), "other")
    assert not list(project.path.parent.glob("busy*"))


def test_a_damaged_file_can_be_deleted(tmp_path):
    (tmp_path / "broken.db").write_bytes(b"nothing")
    projects.delete(projects.find("broken"))
    assert projects.listed() == []


def test_the_environment_names_a_project_elsewhere(tmp_path, monkeypatch):
    elsewhere = tmp_path / "far" / "away.db"
    elsewhere.parent.mkdir()
    elsewhere.write_bytes(b"")
    monkeypatch.setenv(projects.ENVIRONMENT, str(elsewhere))
    assert projects.find("away").path == elsewhere


def test_a_project_elsewhere_is_never_taken_for_one_of_its_stem_in_the_folder(tmp_path, monkeypatch):
    here = with_seed("support", "here")
    elsewhere = tmp_path / "far" / "support.db"
    with Store.open(elsewhere, create=True) as store:
        store.seeds.add([Seed("there")])
    monkeypatch.setenv(projects.ENVIRONMENT, str(elsewhere))
    for late in ("here", "there"):
        with projects.find("support").open() as store:
            store.seeds.add([Seed(f"{late}, later")])
        assert projects.find("support").path == here.path
        assert projects.find("support (elsewhere)") == projects.given()
    assert seeds_of(projects.given()) == ["there"]
    monkeypatch.setenv(projects.ENVIRONMENT, str(here.path))
    assert [project.name for project in projects.listed()] == ["support"]
    assert projects.given() == here


def test_fresh_until_the_first_project():
    assert projects.fresh()
    projects.create("a")
    assert not projects.fresh()
