"""Metadata and Models by hand: edits go to the row that was meant, faults stand beside their fields."""

import json

import pytest

from codeclm import projects
from codeclm.records import Labels, Metadata
from codeclm.settings import Endpoint
from codeclm.testing import ScriptedEndpoint

pytestmark = pytest.mark.e2e


@pytest.fixture
def project(app, monkeypatch):
    monkeypatch.setenv(projects.FOLDER_ENVIRONMENT, str(app.folder))
    made = projects.create("mine")
    with made.open() as store:
        store.metadata.add([Metadata("manual", Labels(f"case {n}", ("a", "b"))) for n in range(3)])
    return made


def labels(project):
    with project.open(readonly=True) as store:
        return {row.labels.use_case: row for row in store.metadata.page()}


def type_into_cell(app, x, y, text):
    """The table is a canvas: open the cell at a place, and type over it, no faster than hands do.

    Keys and an Enter within one millisecond are lost on the way from the cell to the table.
    """
    app.page.wait_for_timeout(1000)
    app.page.get_by_test_id("stDataFrame").first.dblclick(position={"x": x, "y": y})
    app.page.wait_for_timeout(300)
    app.page.keyboard.press("Control+A")
    app.page.keyboard.type(text, delay=30)
    app.page.keyboard.press("Enter")
    app.settle()


def test_a_cell_edit_goes_to_its_row_and_can_be_undone(app, project):
    app.open("Metadata", project="mine")
    with project.open(readonly=True) as store:
        second = store.metadata.page()[1]
    type_into_cell(app, 270, 90, "new case")
    with project.open(readonly=True) as store:
        assert store.metadata.get(second.id).labels.use_case == "new case"
        assert len(store.metadata.history(second.id)) == 2
    app.fill("Search", "new case")
    app.page.get_by_test_id("stDataFrame").first.click(position={"x": 50, "y": 55})
    app.settle()
    app.click("Undo the last edit")
    with project.open(readonly=True) as store:
        assert store.metadata.get(second.id).labels == second.labels


def test_an_edit_that_cannot_be_is_told_and_not_kept(app, project):
    app.open("Metadata", project="mine")
    type_into_cell(app, 450, 55, "c, d, e")
    app.page.get_by_role("heading", name="Metadata").click()
    app.settle()
    assert app.sees("Skills: at most 3")
    assert all(row.labels.skills == ("a", "b") for row in labels(project).values())


def test_rows_by_hand(app, project):
    app.open("Metadata", project="mine")
    app.box("Use case").fill("poem writing")
    app.box("Skills").fill("rhyme, metre")
    app.click("Add row")
    assert labels(project)["poem writing"].labels.skills == ("rhyme", "metre")
    assert app.sees("1–4 of 4 rows")


def test_faults_stand_beside_their_fields_and_nothing_is_saved(app, project):
    app.open("Models", project="mine", role="Target")
    app.box("Address").fill("ftp://nowhere")
    app.click("Save")
    assert app.sees("give an address such as")
    app.box("Address").fill("http://127.0.0.1:1/v1")
    app.box("Model").fill("tiny")
    app.page.get_by_text("More settings").click()
    app.box("Further fields of the request").fill("[1]")
    app.click("Save")
    assert app.sees("give a JSON object")
    with project.open(readonly=True) as store:
        assert store.settings.endpoints()["target"] == Endpoint()
    app.box("Further fields of the request").fill(json.dumps({"top_k": 20}))
    app.click("Save")
    with project.open(readonly=True) as store:
        assert store.settings.endpoints()["target"] == Endpoint(
            url="http://127.0.0.1:1/v1", model="tiny", extra_body={"top_k": 20}
        )


def test_what_is_typed_into_an_endpoint_outlives_a_look_at_another_page(app, project):
    app.open("Models", project="mine", role="Target")
    app.box("Model").fill("half")
    for name in ("Seeds", "Models"):
        app.page.get_by_test_id("stSidebar").get_by_role("link", name=name).click()
        app.settle()
    assert app.sees("Not saved yet")
    assert app.box("Model").input_value() == "half"
    app.box("Address").fill("http://127.0.0.1:1/v1")
    app.click("Save")
    with project.open(readonly=True) as store:
        assert store.settings.endpoints()["target"] == Endpoint(url="http://127.0.0.1:1/v1", model="half")


def test_the_test_button_says_what_works(app, project):
    with ScriptedEndpoint() as endpoint:
        with project.open() as store:
            store.settings.set_endpoint("strong", Endpoint(url=endpoint.url, model="strong-1"))
        app.open("Models", project="mine")
        app.click("Test what is saved")
        assert app.sees("It answers")
    app.click("Test what is saved")
    assert app.sees("It does not answer")


def test_labels_are_merged_and_the_merge_undone_by_keyboard(app, monkeypatch):
    monkeypatch.setenv(projects.FOLDER_ENVIRONMENT, str(app.folder))
    made = projects.create("mine")
    with made.open() as store:
        store.metadata.add([Metadata("manual", Labels(name, ("a",))) for name in ("travel", "trips", "food")])
    keys = app.page.keyboard
    app.open("Metadata", project="mine", meta_part="Labels")
    app.page.get_by_role("combobox", name="Labels").focus()
    for name in ("travel", "trips"):
        keys.type(name)
        keys.press("Enter")
        app.settle()
    merge = app.page.get_by_role("button", name="Merge").first
    for _ in range(12):
        keys.press("Tab")
        if merge.evaluate("each => each === document.activeElement"):
            break
    keys.press("Enter")
    undo = "document.activeElement.tagName === 'BUTTON' && document.activeElement.innerText.includes('Undo')"
    app.page.wait_for_function(undo)
    with made.open() as store:
        assert {each.labels.use_case for each in store.metadata.page()} == {"travel", "food"}
    keys.press("Enter")
    app.page.wait_for_function("document.activeElement.getAttribute('aria-label')?.includes('Labels')")
    with made.open() as store:
        assert {each.labels.use_case for each in store.metadata.page()} == {"travel", "trips", "food"}
