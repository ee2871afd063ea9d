"""Home and Seeds by hand: a project's life, and seeds from upload to restore."""

import csv
import json

import pytest
from playwright.sync_api import expect

from codeclm import projects
from codeclm.projects import Project
from tests.pages import pairing

pytestmark = pytest.mark.e2e


def create(app, name):
    app.open()
    app.fill("New project", name)
    app.click("Create")
    app.page.get_by_role("heading", name=name, exact=True).wait_for()


def texts(app, name, **where):
    with Project(name, app.folder / f"{name}.db").open(readonly=True) as store:
        return [seed.text for seed in store.seeds.page(**where)]


def test_a_project_is_made_copied_renamed_deleted_and_restored(app):
    create(app, "first")
    app.click("More")
    app.click("Copy", role="menuitem")
    app.fill("New name", "second")  # with Enter
    app.page.get_by_role("heading", name="second", exact=True).wait_for()
    app.click("More")
    app.click("Rename", role="menuitem")
    app.fill("New name", "../third")
    assert app.sees("Project name: use up to 60")
    assert app.page.get_by_label("New name", exact=True).input_value() == "../third"
    app.page.keyboard.press("Escape")
    app.click("More")
    app.click("Delete", role="menuitem")
    app.click("Delete", exact=True)
    app.page.get_by_role("heading", name="first", exact=True).wait_for()
    assert app.sees("second is deleted")
    assert not app.page.get_by_text("There is no project named").count()
    app.page.get_by_text("Deleted projects (1)").click()
    app.click("Restore")
    app.page.get_by_role("heading", name="second", exact=True).wait_for()
    assert "project=second" in app.page.url


def test_back_to_the_same_page_of_another_project_shows_that_ones_settings(app, monkeypatch):
    monkeypatch.setenv(projects.FOLDER_ENVIRONMENT, str(app.folder))
    for name, theta in (("one", 2.0), ("two", 5.0)):
        with pairing.project(name).open() as store:
            store.settings.set_dials(store.settings.dials().model_copy(update={"theta": theta}))

    def shows(project, theta, each):
        app.page.wait_for_url(f"**/Generate?project={project}")
        app.sees("What this run will do")
        for label, value in (("θ", theta), ("Per metadata", each)):
            field = app.page.get_by_label(label, exact=True).first
            expect(field).to_have_value(value)

    app.open("Generate", project="one")
    each = app.page.get_by_label("Per metadata", exact=True).first
    each.fill("7")
    each.press("Enter")
    app.settle()
    app.page.get_by_role("combobox", name="Project").click()
    app.page.get_by_role("option", name="two", exact=True).click()
    app.page.get_by_role("heading", name="two", exact=True).wait_for()
    app.click("Generate", role="link")
    shows("two", "5", "1")
    while "project=one" not in app.page.url:
        app.page.go_back()
        app.settle()
    shows("one", "2", "7")
    for _ in range(2):  # by way of Home, to which another project leads
        app.page.go_forward()
        app.settle()
    shows("two", "5", "1")


def test_another_project_shows_nothing_that_was_set_for_the_one_before(app, monkeypatch):
    monkeypatch.setenv(projects.FOLDER_ENVIRONMENT, str(app.folder))
    for name, theta in (("one", 2.0), ("two", 5.0)):
        made = pairing.project(name)
        with made.open() as store:
            store.settings.set_dials(store.settings.dials().model_copy(update={"theta": theta}))
    shown = app.page.get_by_label("θ", exact=True)
    app.open("Export", project="one")
    assert shown.input_value() == "2"
    shown.fill("1.5")
    shown.press("Enter")
    app.settle()
    app.page.get_by_role("combobox", name="Project").click()
    app.page.get_by_role("option", name="two").click()
    app.page.get_by_role("heading", name="two", exact=True).wait_for()
    app.click("Export", role="link")
    app.page.get_by_role("heading", name="Export", exact=True).wait_for()
    app.settle()
    assert shown.input_value() == "5"


def test_seeds_from_a_file_with_faults_to_the_table(app, tmp_path):
    create(app, "mine")
    hostile = "& <b>bold</b> ![x](http://127.0.0.1:9/p.png)"
    rows = [{"id": n, "question": f"Explain thing {n} {hostile}"} for n in range(60)]
    rows[3]["question"] = "=cmd|x\x00"
    rows[4]["question"] = ""
    source = tmp_path / "questions.jsonl"
    source.write_text("\n".join(json.dumps(row) for row in rows))
    asked = []
    app.page.on("request", lambda request: asked.append(request.url))
    app.open("Seeds", project="mine")
    app.page.locator('input[type="file"]').set_input_files(source)
    assert app.sees("58 can be used")
    app.page.get_by_text("2 rows rejected, and why").click()
    with app.page.expect_download() as waiting:
        app.page.get_by_role("button", name="Download as CSV").click()
    found = list(csv.DictReader(waiting.value.path().read_text("utf-8-sig").splitlines()))
    assert [row["row"] for row in found] == ["4", "5"]
    app.click("Add 58 seeds")
    assert app.sees("1–50 of 58 seeds")
    assert len(texts(app, "mine", limit=None)) == 58
    app.fill("Search", "thing 59 ")
    assert app.sees("1–1 of 1 seeds")
    assert "seeds_search=" in app.page.url
    assert not [url for url in asked if ":9/" in url]


def test_rows_are_tagged_deleted_and_restored(app):
    create(app, "mine")
    app.open("Seeds", project="mine")
    app.click("Pasted text", role="radio")
    app.page.get_by_label("Instructions, one a line").fill("one\ntwo\nthree\none")
    app.page.get_by_label("Instructions, one a line").blur()
    app.settle()
    app.click("Add ")
    assert texts(app, "mine") == ["one", "two", "three"]
    choose_first(app)
    assert app.sees("1 seed chosen")
    app.page.get_by_placeholder("tag", exact=True).fill("hard")
    app.page.get_by_placeholder("tag", exact=True).blur()
    app.settle()
    app.click("Tag", exact=True)
    assert texts(app, "mine", tag="hard") == ["one"]
    choose_first(app)
    app.click("Delete", exact=True)
    assert texts(app, "mine") == ["two", "three"]
    app.page.get_by_text("Deleted (1)").click()
    app.settle()
    choose_first(app)
    app.click("Restore")
    assert texts(app, "mine") == ["one", "two", "three"]


def test_the_keyboard_goes_on_where_the_next_step_is(app):
    app.open()
    app.fill("New project", "mine")  # with Enter
    app.page.get_by_role("heading", name="mine", exact=True).wait_for()
    app.page.wait_for_function("document.activeElement.innerText.includes('Add seeds')")
    app.page.keyboard.press("Enter")
    app.sees("Add your first seeds")
    app.click("Pasted text", role="radio")
    app.page.get_by_label("Instructions, one a line").fill("one\ntwo\nthree")
    app.page.get_by_label("Instructions, one a line").blur()
    app.settle()
    app.page.get_by_role("button", name="Add 3 seeds").focus()
    app.page.keyboard.press("Enter")
    app.page.wait_for_function("document.activeElement.innerText.includes('Next: run the loop')")
    app.open(project="mine")
    app.page.get_by_role("button", name="New project").first.focus()
    app.page.keyboard.press("Enter")
    app.page.wait_for_function("document.activeElement.ariaLabel === 'New project'")
    app.page.keyboard.type("second")
    app.page.keyboard.press("Enter")
    app.page.get_by_role("heading", name="second", exact=True).wait_for()


def test_back_comes_to_a_page_as_it_was_left(app, monkeypatch):
    monkeypatch.setenv(projects.FOLDER_ENVIRONMENT, str(app.folder))
    pairing.project("mine")
    app.open("Review", project="mine")
    app.fill("Search", "thing 3")
    app.sees("1 of 1 ")
    app.click("Export", role="link", exact=True)
    app.sees("Take the pairs out")
    app.page.go_back()
    app.sees("1 of 1 ")
    assert "review_search=thing+3" in app.page.url
    expect(app.box("Search")).to_have_value("thing 3")
    app.page.go_forward()
    app.sees("Take the pairs out")
    assert "review_search" not in app.page.url


def choose_first(app):
    """Tick the first row: the table is a canvas, so by place."""
    app.page.wait_for_timeout(1000)  # a click on the table before the last action's new one is lost
    table = app.page.get_by_test_id("stDataFrame").first
    table.click(position={"x": 16, "y": 55})
    app.settle()
