"""Edits on Review: one that is left half-written is kept, and one that another made can be taken over."""

import pytest

from codeclm import projects
from codeclm.records import Decision
from codeclm.store import PairFilter
from tests.pages import pairing

pytestmark = pytest.mark.e2e


@pytest.fixture
def made(app, monkeypatch):
    """A project with pairs to review, on whose Review nobody has been yet."""
    monkeypatch.setenv(projects.FOLDER_ENVIRONMENT, str(app.folder))
    return pairing.project("many", 8)


def review(app, **filters):
    app.open("Review", project="many", **filters)
    drawn(app)


def drawn(app):
    app.page.wait_for_selector(".desk .instruction:not(:empty)")
    app.page.wait_for_timeout(500)


def press(app, *keys):
    for key in keys:
        app.page.keyboard.press(key)
        app.page.wait_for_timeout(400)


def standing(made, pair):
    with made.open(readonly=True) as store:
        return store.decisions.of(pair)


@pytest.mark.parametrize("left", ["by a reload", "by a link"])
def test_a_half_written_edit_outlives_the_page(app, made, left):
    review(app)
    press(app, "s")
    pair = app.page.locator(".desk").get_attribute("data-pair")
    press(app, "e")
    app.page.locator(".desk .new-response").fill("Half of a better <b>answer</b>")
    if left == "by a reload":
        app.page.reload()
    else:
        app.click("Export", role="link", exact=True)
        app.sees("Take the pairs out as a training file")
        app.page.get_by_role("link", name="Review").first.click()
    drawn(app)
    app.sees("What you typed on pair 2 of this queue is kept in this browser")
    press(app, "s")
    assert app.page.locator(".desk").get_attribute("data-pair") == pair
    app.sees("an edit is unfinished: E goes on with it")
    press(app, "e")
    assert app.page.locator(".desk .new-response").input_value() == "Half of a better <b>answer</b>"
    app.page.keyboard.press("Control+Enter")
    app.page.wait_for_selector(".desk .saving:text-is('saved')")
    (own,) = standing(made, pair)
    assert own.response == "Half of a better <b>answer</b>"
    app.page.reload()
    drawn(app)
    assert app.page.evaluate("Object.keys(localStorage).filter((key) => key.includes('draft'))") == []


def test_a_draft_is_its_reviewers_own(app, made):
    review(app, reviewer="ann")
    press(app, "e")
    app.page.locator(".desk .new-instruction").fill("Half an instruction")
    review(app, reviewer="bob")
    press(app, "e")
    assert app.page.locator(".desk .new-instruction").input_value() != "Half an instruction"
    review(app, reviewer="ann")
    press(app, "e")
    assert app.page.locator(".desk .new-instruction").input_value() == "Half an instruction"


def test_who_settles_a_conflict_takes_one_of_the_edits_over(app, made):
    with made.open() as store:
        one, *_ = store.pairs.ids(pairing.CONFIG.id, 3, 4, PairFilter(status="kept"))
        for who in ("ann", "bob"):
            store.decisions.decide(Decision(one, "accept", who, "strong", response=f"As {who} put it"))
    review(app, reviewer="cyd", review_decision="in conflict")
    versions = app.page.locator(".desk .versions li")
    assert versions.count() == 2
    assert "As ann put it" in versions.nth(0).inner_text()
    assert "As bob put it" in versions.nth(1).inner_text()
    press(app, "3")
    assert len(standing(made, one)) == 2, "there is no third"
    press(app, "2")
    app.sees("as edited (gap")
    app.sees("which settles it")
    app.page.wait_for_selector(".desk .saving:text-is('saved')")
    last = standing(made, one)[-1]
    assert (last.reviewer, last.response, last.adjudicated) == ("cyd", "As bob put it", True)
    with made.open(readonly=True) as store:
        verdict, conflict = store.decisions.verdict(one)
    assert (verdict.response, conflict) == ("As bob put it", False)
    press(app, "k", "e")
    assert app.page.locator(".desk .new-response").input_value() == "As bob put it"


def test_blind_one_sees_no_version_before_deciding(app, made):
    with made.open() as store:
        one, *_ = store.pairs.ids(pairing.CONFIG.id, 3, 4, PairFilter(status="kept"))
        store.decisions.decide(Decision(one, "accept", "ann", "strong", response="As ann put it"))
        store.decisions.decide(Decision(one, "reject", "bob"))
    review(app, reviewer="cyd", review_decision="in conflict", blind="true")
    assert app.page.locator(".desk .versions").is_hidden()
    press(app, "1")
    assert len(standing(made, one)) == 2
