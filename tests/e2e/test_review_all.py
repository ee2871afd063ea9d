"""One decision on a whole queue, beside a hand that decides on its cards."""

import pytest

from codeclm import projects
from tests.pages import pairing

pytestmark = pytest.mark.e2e


@pytest.fixture
def made(app, monkeypatch):
    """A tab on the review page of a project with 12 pairs."""
    monkeypatch.setenv(projects.FOLDER_ENVIRONMENT, str(app.folder))
    made = pairing.project("all", 12)
    app.open("Review", project="all")
    app.page.wait_for_selector(".desk .instruction:not(:empty)")
    return made


def test_all_at_once_leaves_out_what_was_decided_by_hand_since(app, made):
    app.page.get_by_text("Decide all at once").click()
    app.page.wait_for_selector("input[aria-label^='Type ']")
    total = int(app.page.locator(".desk .count").inner_text().split(" of ")[1].split(" ")[0])
    app.page.locator(".desk .instruction").click()
    for _ in range(2):
        app.page.keyboard.press("a")
        app.page.wait_for_timeout(500)
    app.box(f"Type {total - 2} to confirm").fill(str(total - 2))
    app.click("Reject", "radio")
    app.click("Decide all", exact=True)
    app.sees(f"{total - 2} pairs rejected")
    app.sees("Nothing waits for a decision")
    with made.open(readonly=True) as store:
        verdicts = [store.decisions.verdict(each)[0] for each in store.pairs.ids(pairing.CONFIG.id, 3, 4)]
    said = [each.verdict for each in verdicts if each]
    assert (said.count("accept"), said.count("reject")) == (2, total - 2)


def test_what_was_decided_at_once_is_there_again_once_it_is_taken_back(app, made):
    total = int(app.page.locator(".desk .count").inner_text().split(" of ")[1].split(" ")[0])
    app.page.get_by_text("Decide all at once").click()
    app.box(f"Type {total} to confirm").fill(str(total))
    app.click("Reject", "radio")
    app.click("Decide all", exact=True)
    app.sees("Nothing waits for a decision")
    app.page.wait_for_timeout(500)
    app.page.keyboard.press("u")
    app.sees("decisions that were made together")
    said = app.page.locator(".desk .count").inner_text()
    assert said.startswith(f"1 of {total} ")
    assert f" {total} ahead" in said
    assert app.page.locator(".desk .instruction").inner_text()
