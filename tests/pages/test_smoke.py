"""Every page, found by itself, on every kind of project, as the first page of a session."""

import sqlite3
from pathlib import Path

import pytest
from sqlite_utils import Database
from streamlit.testing.v1 import AppTest

from codeclm import examples, projects
from codeclm.store import schema
from codeclm.store.files import APPLICATION_ID
from codeclm.store.migrations import migrations

ROOT = Path(__file__).parent.parent.parent
PAGES = ["app.py", *sorted(f"pages/{path.name}" for path in (ROOT / "pages").glob("*.py"))]


def first_page(page, **parameters):
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for name, value in parameters.items():
        test.query_params[name] = value
    if page != "app.py":
        test.switch_page(page)
    return test.run()


def texts(test):
    return [each.value for each in (*test.error, *test.caption, *test.markdown, *test.title)]


@pytest.mark.parametrize("page", PAGES)
def test_on_an_empty_project(page):
    projects.create("new")
    test = first_page(page, project="new")
    assert not test.exception
    assert [error.value for error in test.error] == []
    assert test.title


@pytest.mark.parametrize("page", PAGES)
def test_where_there_is_no_project(page, monkeypatch):
    monkeypatch.setattr(examples, "available", lambda: False)
    test = first_page(page)
    assert not test.exception
    assert [error.value for error in test.error] == []
    assert test.title


@pytest.mark.skipif(not examples.available(), reason="no example files")
@pytest.mark.parametrize("page", PAGES)
def test_on_the_example_which_is_built_at_first_start(page):
    test = first_page(page, project=examples.NAME)
    assert not test.exception
    assert [error.value for error in test.error] == []
    assert projects.find(examples.NAME)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("content", [b"", b"this is no database", b"SQLite format 3\x00" + b"\xff" * 5000])
def test_on_a_broken_file(page, content, tmp_path):
    (tmp_path / "broken.db").write_bytes(content)
    test = first_page(page, project="broken")
    assert not test.exception
    assert test.error
    assert all("\n" not in error.value for error in test.error)
    assert not any("Traceback" in text or "unforeseen" in text for text in texts(test))


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/hosts", "gone", "**x**", ""])
def test_an_address_only_names_projects_that_are_listed(name):
    projects.create("here")
    test = first_page("app.py", project=name)
    assert not test.exception
    assert "here" in [title.value for title in test.title]


@pytest.mark.parametrize("page", PAGES)
def test_filters_that_cannot_be_are_no_error(page):
    projects.create("new")
    hostile = {
        "seeds_page": "-3",
        "meta_page": "x",
        "seeds_tag": "![x](http://a)",
        "meta_state": "none",
        "role": "x",
    }
    test = first_page(page, project="new", **hostile)
    assert not test.exception
    assert [error.value for error in test.error] == []


@pytest.mark.parametrize("page", PAGES)
def test_a_project_of_an_older_version_opens(page, tmp_path):
    last = [migration.name for migration in migrations.pending(Database(memory=True))][-1]
    db = Database(sqlite3.connect(tmp_path / "old.db"))
    migrations.apply(db, stop_before=last)
    db.execute(f"pragma application_id = {APPLICATION_ID}")
    db.execute(f"pragma user_version = {schema.LATEST - 1}")
    db.conn.commit()
    db.close()
    test = first_page(page, project="old")
    assert not test.exception
    assert [error.value for error in test.error] == []


def test_a_name_that_cannot_be_is_told_beside_its_field():
    projects.create("mine")
    test = first_page("app.py", project="mine")
    field = test.text_input(key="new_name")
    assert field.proto.max_chars == projects.LONGEST
    field.set_value("a/b")
    create(test)
    assert test.text_input(key="new_name").value == "a/b", "to be mended"
    (said,) = test.error
    assert said.value.startswith("Project name: use up to 60 letters")
    forms = [each for each in walk(test.main) if each.type == "form"]
    assert [each.value for form in forms for each in walk(form) if each.type == "error"] == [said.value]
    test.text_input(key="new_name").set_value("n" * projects.LONGEST)
    create(test)
    assert not test.error
    assert projects.find("n" * projects.LONGEST)


def create(test):
    next(each for each in test.button if each.label == "Create").click().run()


def walk(node):
    """The elements under one, and those under them."""
    for each in getattr(node, "children", {}).values():
        yield each
        yield from walk(each)
