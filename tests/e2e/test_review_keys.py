"""Review by keyboard alone: a key decides the pair that was on screen, or says that it did nothing."""

import time

import pytest

from codeclm import projects
from codeclm.records import Decision
from tests.pages import pairing

pytestmark = pytest.mark.e2e

WATCH = """() => {
    const host = [...document.querySelectorAll("*")].find((e) => e.shadowRoot?.querySelector(".desk"));
    window.desk = host.shadowRoot.querySelector(".desk");
    window.seen = [];
    window.pressed = [];
    const frame = () => {
        const pair = window.desk.dataset.pair;
        const channel = new MessageChannel();
        channel.port1.onmessage = () => window.seen.push([performance.now(), pair]);
        channel.port2.postMessage(0);
        requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    document.addEventListener("keydown", (event) => window.pressed.push([event.timeStamp, event.key]), true);
}"""
"""Notes which pair had been painted at each moment, and when each key was pressed."""


@pytest.fixture
def many(app, monkeypatch):
    """A tab on the review page of a project with 130 pairs."""
    monkeypatch.setenv(projects.FOLDER_ENVIRONMENT, str(app.folder))
    made = pairing.project("many", 130)
    app.open("Review", project="many")
    app.page.wait_for_selector(".desk .instruction:not(:empty)")
    app.page.wait_for_timeout(500)
    app.page.evaluate(WATCH)
    return made


def press(app, *keys):
    for key in keys:
        app.page.keyboard.press(key)
        app.page.wait_for_timeout(400)


def saved(app):
    app.page.wait_for_selector(".desk .saving:text-is('saved')")


def text(app, name):
    return app.page.locator(f".desk .{name}").first.inner_text()


def decisions(made):
    """Pair and verdict of every decision ever made, in order."""
    with made.open(readonly=True) as store:
        return store._db.rows(
            """select lower(hex(c.id)), d.verdict, d.reasons from decisions d
            join comparisons c on c.seq = d.comparison where d.kind = 'decide' order by d.seq"""
        )


def painted(seen, when):
    """The pair that was on screen at a moment."""
    return next((pair for at, pair in reversed(seen) if at <= when), None)


def test_a_hundred_keys_forty_milliseconds_apart(app, many):
    begun = time.monotonic()
    for number in range(100):
        app.page.keyboard.press("ao"[number % 2])
        time.sleep(max(0.0, begun + 0.04 * (number + 1) - time.monotonic()))
    saved(app)
    seen, pressed = app.page.evaluate("[window.seen, window.pressed]")
    ignored = int(app.page.evaluate("window.desk.dataset.ignored || 0"))
    made = decisions(many)
    assert len(pressed) == 100
    assert len(made) + ignored == 100
    assert len(made) >= 30
    if ignored:
        assert "did nothing" in text(app, "late")
    on_screen = [painted(seen, at) for at, _ in pressed]
    left = iter(on_screen)
    # every decision is of a pair that was on screen at a key, in the order of the keys
    assert all(any(pair == shown for shown in left) for pair, _, _ in made)
    assert len({pair for pair, _, _ in made}) == len(made)


def test_undo_and_redo_go_back_and_forth_over_several_steps(app, many):
    first = app.page.evaluate("window.desk.dataset.pair")
    press(app, "a", "a", "o")
    press(app, "u", "u", "u")
    saved(app)
    assert app.page.evaluate("window.desk.dataset.pair") == first
    with many.open(readonly=True) as store:
        assert store.decisions.reviewers() == []
    press(app, "y", "y")
    saved(app)
    with many.open(readonly=True) as store:
        assert store.decisions.reviewers() == [("", 2)]
    app.page.reload()
    app.page.wait_for_selector(".desk .instruction:not(:empty)")
    app.page.wait_for_timeout(800)
    press(app, "u", "u")
    saved(app)
    assert app.page.locator(".desk").get_attribute("data-pair") == first
    press(app, "u")
    app.sees("Nothing to undo")


def test_what_a_step_back_came_to_is_told(app, many):
    press(app, "a", "k", "x", "1", "u")
    app.sees("Undone: what was decided before stands again (accepted: strong).")
    press(app, "u")
    app.sees("Undone: this pair waits for a decision again.")
    press(app, "y")
    app.sees("Decided again: accepted: strong.")


def test_a_keyboard_of_another_script_decides_by_place(app, many):
    for key, code in (("ф", "KeyA"), ("é", "KeyQ"), ("щ", "KeyO")):
        event = {"key": key, "code": code, "cancelable": True}
        app.page.evaluate("event => document.dispatchEvent(new KeyboardEvent('keydown', event))", event)
        app.page.wait_for_timeout(400)
    saved(app)
    with many.open(readonly=True) as store:
        rows = store._db.rows("select answer from decisions order by seq")
    assert rows == [("strong",), ("strong",)], "the second pair is won by the target: O takes the other"


def test_guidelines_stand_beside_the_card_once_they_are_saved(app, many):
    app.page.get_by_text("Reviewers and guidelines").click()
    app.settle()
    app.page.get_by_role("textbox", name="Guidelines").fill("Kind words only.")
    app.page.get_by_test_id("stFormSubmitButton").get_by_role("button", name="Save").click()
    app.page.locator(".desk .guidelines summary").click()
    assert text(app, "guidelines p") == "Kind words only."


def test_reject_with_a_reason_and_in_own_words(app, many):
    app.page.keyboard.press("x")
    press(app, "4")
    press(app, "x", "Escape")
    press(app, "x", "Enter")
    press(app, "x", "Shift+Digit2", "Shift+Digit3", "Shift+Digit4", "Shift+Digit3", "Enter")
    press(app, "x")
    app.page.locator(".desk .own").fill("a key such as A decides nothing here")
    press(app, "Enter")
    saved(app)
    assert [(verdict, reasons) for _, verdict, reasons in decisions(many)] == [
        ("reject", '["wrong answer"]'),
        ("reject", "[]"),
        ("reject", '["unclear instruction","wrong answer"]'),
        ("reject", '["a key such as A decides nothing here"]'),
    ]


def test_the_desk_has_the_screen_once_the_hand_is_at_work(app, many):
    top = "window.desk.getBoundingClientRect().top"
    app.page.set_viewport_size({"width": 1440, "height": 420})
    before = app.page.evaluate(top)
    press(app, "s")
    assert app.page.evaluate(top) == before
    assert text(app, "said") == "Skipped: nothing was decided."
    press(app, "a")
    assert 40 <= app.page.evaluate(top) <= 120 < before
    press(app, "a")
    assert 40 <= app.page.evaluate(top) <= 120


def test_a_server_that_is_killed_loses_and_repeats_nothing(app, many, server):
    press(app, "a", "a", "u")
    saved(app)
    server.kill()
    press(app, "a", "o", "u")
    app.page.wait_for_selector(".desk .saving.slow")
    assert "3 not saved yet" in text(app, "saving")
    server.start()
    saved(app)
    with many.open(readonly=True) as store:
        logged = store._db.rows("select kind from decisions order by seq")
    assert [kind for (kind,) in logged] == ["decide", "decide", "undo", "decide", "decide", "undo"]
    app.settle()
    shown = app.page.evaluate("window.desk.dataset.pair")
    with many.open(readonly=True) as store:
        assert store.decisions.of(shown) == []
    press(app, "s", "k")
    assert app.page.evaluate("window.desk.dataset.pair") == shown


def test_edit_and_accept(app, many):
    pair = app.page.evaluate("window.desk.dataset.pair")
    press(app, "e")
    app.page.locator(".desk .new-response").fill("A better answer: a, o, x")
    app.page.keyboard.press("Control+Enter")
    saved(app)
    with many.open(readonly=True) as store:
        (made,) = store.decisions.of(pair)
    assert (made.verdict, made.answer, made.response, made.instruction) == (
        "accept", "strong", "A better answer: a, o, x", None,
    )  # fmt: skip


def test_a_field_gives_the_keys_back_to_the_card(app, many):
    app.box("Search").press_sequentially("a")
    app.page.keyboard.press("Control+Enter")
    app.page.wait_for_timeout(1500)
    assert decisions(many) == []
    press(app, "a")
    saved(app)
    assert len(decisions(many)) == 1


def test_a_name_that_was_typed_gives_the_keys_back_to_the_card(app, many):
    field = app.page.get_by_test_id("stSelectbox").get_by_role("combobox", name="Reviewer")
    field.click()
    field.press_sequentially("Ann")
    app.page.keyboard.press("Enter")
    app.settle()
    app.page.wait_for_timeout(500)
    press(app, "a")
    saved(app)
    with many.open(readonly=True) as store:
        assert store.decisions.reviewers() == [("Ann", 1)]


def test_an_edit_that_is_left_is_taken_up_again(app, many):
    press(app, "e")
    app.page.locator(".desk .new-response").fill("Half of a better answer")
    app.page.keyboard.press("Escape")
    app.sees("What you typed is kept")
    press(app, "s", "e")
    assert app.page.locator(".desk .new-response").input_value() != "Half of a better answer", "another pair"
    app.page.keyboard.press("Escape")
    press(app, "k", "e")
    assert app.page.locator(".desk .new-response").input_value() == "Half of a better answer"
    app.page.keyboard.press("Control+Enter")
    saved(app)
    assert [verdict for _, verdict, _ in decisions(many)] == ["accept"]


def test_nothing_is_lost_by_a_refresh_a_moment_later(app, many):
    for _ in range(8):
        app.page.keyboard.press("a")
        app.page.wait_for_timeout(60)
    wanted = 8 - int(app.page.evaluate("window.desk.dataset.ignored || 0"))
    app.page.reload()
    app.page.wait_for_selector(".desk .instruction:not(:empty)")
    saved(app)
    app.page.wait_for_timeout(800)
    made = decisions(many)
    assert len(made) == wanted
    assert len({pair for pair, _, _ in made}) == wanted


def test_keys_typed_into_a_field_or_held_down_decide_nothing(app, many):
    app.box("Search").press_sequentially("aox")
    app.box("Search").fill("")
    app.box("Search").press("Enter")
    app.settle()
    app.page.evaluate(
        """() => document.dispatchEvent(new KeyboardEvent("keydown", { key: "a", repeat: true }))"""
    )
    app.page.wait_for_timeout(500)
    assert decisions(many) == []


def test_blind_hides_names_and_scores_until_decided(app, many):
    app.open("Review", project="many", blind="true")
    app.page.wait_for_selector(".desk .instruction:not(:empty)")
    app.page.wait_for_timeout(500)
    card = app.page.locator(".desk .card")
    assert "big" not in card.inner_text()
    assert "gap" not in card.inner_text()
    press(app, "a", "k")
    assert "gap" in card.inner_text()
    assert "accepted" in card.inner_text()


def test_nothing_is_lost_by_a_tab_that_is_closed_a_moment_later(app, many):
    for _ in range(4):
        app.page.keyboard.press("a")
        app.page.wait_for_timeout(120)
    wanted = 4 - int(app.page.evaluate("window.desk.dataset.ignored || 0"))
    context = app.page.context
    app.page.close()
    app.page = context.new_page()
    app.open("Review", project="many")
    app.page.wait_for_selector(".desk .instruction:not(:empty)")
    saved(app)
    app.page.wait_for_timeout(1000)
    made = decisions(many)
    assert len({pair for pair, _, _ in made}) == wanted


def test_two_reviewers_on_one_pair_both_count(app, many):
    pairs = []
    for name in ("ann", "bob"):
        app.open("Review", project="many", reviewer=name, review_decision="not by me")
        app.page.wait_for_selector(".desk .instruction:not(:empty)")
        app.page.wait_for_timeout(500)
        pairs.append(app.page.locator(".desk").get_attribute("data-pair"))
        press(app, "a" if name == "ann" else "o")
        saved(app)
    with many.open(readonly=True) as store:
        assert pairs[0] == pairs[1]
        assert [(each.reviewer, each.answer) for each in store.decisions.of(pairs[0])] == [
            ("ann", "strong"),
            ("bob", "target"),
        ]


def test_what_is_ahead_and_skipped_is_told_apart_and_stays_through_a_look_elsewhere(app, many):
    total = int(text(app, "count").split(" of ")[1].split(" ")[0])
    press(app, "s", "a", "s")
    assert f"1 decided today · {total - 3} ahead · 2 skipped" in text(app, "count")
    app.click("Grid", "radio")
    app.click("Cards", "radio")
    app.page.wait_for_selector(".desk .instruction:not(:empty)")
    assert f"{total - 3} ahead · 2 skipped" in text(app, "count")
    press(app, "k", "a")
    assert f"2 decided today · {total - 3} ahead · 1 skipped" in text(app, "count")


def test_how_far_reviewers_agree_is_told_while_they_decide(app, many):
    with many.open() as store:
        for pair in store.pairs.ids(pairing.CONFIG.id, 3, 4):
            store.decisions.decide(Decision(pair, "accept", "bob", answer="strong"))
    app.open("Review", project="many", reviewer="ann", review_decision="not by me")
    app.page.wait_for_selector(".desk .instruction:not(:empty)")
    app.page.get_by_text("Reviewers and guidelines").click()
    app.sees("Once two people have decided the same pairs")
    app.page.locator(".desk .instruction").click()
    press(app, "a", "a")
    app.sees("Decisions: ann 2", timeout=20_000)


def test_a_flag_stays_on_the_card_and_differences_are_marked(app, many):
    pair = app.page.evaluate("window.desk.dataset.pair")
    assert app.page.locator(".desk mark").count() >= 2
    press(app, "f", "m")
    assert app.page.evaluate("window.desk.dataset.pair") == pair
    assert "flagged" in text(app, "facts")
    assert app.page.locator(".desk mark").count() == 0
    saved(app)
    with many.open(readonly=True) as store:
        assert store.flags.of(pair) == {"": ""}


def test_a_server_killed_in_the_middle_loses_and_doubles_nothing(app, server, many):
    press(app, "a", "x", "2", "o", "u")
    saved(app)
    server.kill()
    press(app, "a", "u", "o")
    app.page.wait_for_timeout(1000)
    assert app.page.locator(".desk .saving").inner_text() != "saved"
    server.start()
    saved(app)
    press(app, "a")
    saved(app)
    stored = []
    with many.open(readonly=True) as store:
        for pair in {pair for pair, *_ in decisions(many)}:
            stored += [(each.verdict, each.reasons) for each in store.decisions.of(pair)]
        logged = [kind for (kind,) in store._db.rows("select kind from decisions order by seq")]
    # what was decided on this page is undone here, so that no key waits for the server
    assert int(app.page.evaluate("window.desk.dataset.ignored || 0")) == 0
    assert logged == ["decide", "decide", "decide", "undo", "decide", "undo", "decide", "decide"]
    assert stored.count(("reject", ("unclear instruction",))) == 1
