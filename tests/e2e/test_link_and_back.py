"""In a real browser: a link opens a page as the link says, and Back opens it as it was left."""

import pytest

from codeclm import projects
from tests.pages import pairing

pytestmark = pytest.mark.e2e


def test_a_search_on_review_is_gone_by_a_link_and_there_again_by_back(app, monkeypatch):
    monkeypatch.setenv(projects.FOLDER_ENVIRONMENT, str(app.folder))
    pairing.project("mine", 8)
    app.open("Review", project="mine")
    search = app.page.get_by_role("textbox", name="Search").first
    app.page.wait_for_selector(".desk .instruction:not(:empty)")
    app.page.get_by_role("combobox", name="Reviewer").fill("Ann")
    app.page.keyboard.press("Enter")
    app.settle()
    search.fill("zzzz")
    search.press("Enter")
    app.settle()
    assert app.sees("No pair matches these filters.")
    sidebar = app.page.get_by_test_id("stSidebar")
    sidebar.get_by_role("link", name="Seeds").click()
    app.page.wait_for_url("**/Seeds**")
    app.settle()
    sidebar.get_by_role("link", name="Review").click()
    app.page.wait_for_url("**/Review**")
    app.page.wait_for_selector(".desk .instruction:not(:empty)")
    assert search.input_value() == ""
    assert "review_search" not in app.page.url
    assert app.page.get_by_role("combobox", name="Reviewer").input_value() == "Ann"
    for page in ("Seeds", "Review"):
        app.settle()
        app.page.go_back()
        app.page.wait_for_url(f"**/{page}**")
    assert app.sees("No pair matches these filters.")
    assert search.input_value() == "zzzz"


def test_back_leads_to_a_record_whose_page_was_left_for_the_list(app, monkeypatch):
    monkeypatch.setenv(projects.FOLDER_ENVIRONMENT, str(app.folder))
    with pairing.project("mine", 2).open(readonly=True) as store:
        (seed, _) = store.seeds.ids()
    app.open("Runs", project="mine", record=seed)
    app.click("All runs and calls")
    assert app.sees("No run yet.")
    app.page.wait_for_timeout(1000)
    app.page.go_back()
    assert app.sees("Calls behind seed")
