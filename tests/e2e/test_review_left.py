"""What a page that is gone left in the browser, and where keys go after the mouse was used."""

import json
import sqlite3
from contextlib import closing

import pytest

from codeclm import projects
from codeclm.records import Decision
from tests.pages import pairing

pytestmark = pytest.mark.e2e

PREFIX = "codeclm-review:many:"
GOES_ON = """
    const read = Storage.prototype.getItem;
    Storage.prototype.getItem = function (key) {
        const found = read.call(this, key);
        if (key.endsWith(":ghost") && found && !window.gone) {
            window.gone = true;
            this.setItem(key, JSON.stringify([...JSON.parse(found), MORE]));
        }
        return found;
    };
"""
"""Another page that puts one more operation into its outbox, right after it was read here."""


@pytest.fixture
def made(app, monkeypatch):
    """A project with pairs to review, on whose Review nobody has been yet."""
    monkeypatch.setenv(projects.FOLDER_ENVIRONMENT, str(app.folder))
    return pairing.project("many", 30)


def operation(seq, kind, at, pair=None, **more):
    made = {"seq": seq, "kind": kind, "at": at, "pair": pair, "reviewer": ""}
    return {**made, "verdict": "accept", "answer": "strong", "reasons": [], **more}


def leave(app, **outboxes):
    """Put outboxes into the browser, as pages leave them there that are closed."""
    app.open()
    for token, operations in outboxes.items():
        app.page.evaluate(
            "([key, ops]) => localStorage.setItem(key, ops)", [PREFIX + token, json.dumps(operations)]
        )


def review(app):
    app.open("Review", project="many")
    app.page.wait_for_selector(".desk .instruction:not(:empty)")
    app.page.wait_for_timeout(500)


def saved(app):
    app.page.wait_for_selector(".desk .saving:text-is('saved')")


def pairs(made):
    with made.open(readonly=True) as store:
        return store.pairs.ids(pairing.CONFIG.id, 3.0, 4)


def logged(made):
    with made.open(readonly=True) as store:
        return [kind for (kind,) in store._db.rows("select kind from decisions order by seq")]


def test_what_a_page_put_in_since_is_written_too(app, made):
    first, second = pairs(made)[:2]
    more = json.dumps(operation(2, "decide", 2, second))
    app.page.add_init_script(GOES_ON.replace("MORE", more))
    leave(app, ghost=[operation(1, "decide", 1, first)])
    review(app)
    saved(app)
    assert logged(made) == ["decide", "decide"]
    assert app.page.evaluate("Object.keys(localStorage).filter((key) => key.endsWith(':ghost'))") == []


def test_pages_that_are_gone_are_heard_in_their_order(app, made):
    first, second = pairs(made)[:2]
    with made.open() as store:
        store.decisions.decide(Decision(first, "accept"))
    leave(app, b=[operation(1, "decide", 1, second)], a=[operation(1, "undo", 2)])
    review(app)
    saved(app)
    assert logged(made) == ["decide", "decide", "undo"]
    with made.open(readonly=True) as store:
        assert store.decisions.of(first)
        assert not store.decisions.of(second)


def test_what_is_left_and_not_written_is_not_called_saved(app, made):
    leave(app, ghost=[operation(1, "decide", 1, pairs(made)[0])])
    with closing(sqlite3.connect(made.path)) as other:
        other.execute("begin immediate")
        app.page.goto(f"{app.base}/Review?project=many")  # each try waits for the file: no page is at rest
        app.sees("1 not saved yet")
        app.sees("Nothing more is saved until this is mended")
        assert logged(made) == []
    saved(app)
    assert logged(made) == ["decide"]


def test_what_is_left_of_a_pair_that_is_gone_is_told_and_holds_nothing_up(app, made):
    leave(app, ghost=[operation(1, "decide", 1, "00" * 10), operation(2, "decide", 2, pairs(made)[0])])
    review(app)
    app.sees("One decision or flag was about a pair that this project does not have")
    saved(app)
    assert logged(made) == ["decide"]


def test_there_is_no_desk_to_see_before_it_hears_keys(app, made):
    app.page.add_init_script("""
        const within = (each) => each.shadowRoot?.querySelector(".desk");
        const seen = () => [...document.querySelectorAll("*")].map(within).find(Boolean);
        window.deaf = 0;
        setInterval(() => {
            const desk = seen();
            if (desk && desk.offsetHeight > 0 && !desk.querySelector(".saving").textContent) window.deaf += 1;
        }, 1);
    """)
    review(app)
    assert app.page.evaluate("window.deaf") == 0


def test_a_key_counts_in_its_own_project_alone(app, made):
    with made.open(readonly=True) as store:
        store.copy(app.folder / "twin.db")
    twin = projects.find("twin")
    with twin.open() as store:
        store.decisions.decide(Decision(pairs(made)[5], "accept"))
    review(app)
    for key in "aau":
        app.page.keyboard.press(key)
        app.page.wait_for_timeout(300)
    saved(app)
    app.page.reload()
    app.page.wait_for_selector(".desk .instruction:not(:empty)")
    app.page.wait_for_timeout(500)
    app.page.keyboard.press("u")
    app.sees("Undone: this pair waits")
    saved(app)
    app.page.get_by_role("combobox", name="Project").click()
    app.page.get_by_role("option", name="twin", exact=True).click()
    app.page.get_by_role("heading", name="twin", exact=True).wait_for()
    app.click("Review", role="link")
    app.sees("1 of 29")
    assert logged(twin) == ["decide"]
    app.page.keyboard.press("o")
    app.sees("Accepted the")
    saved(app)
    assert logged(twin) == ["decide", "decide"]
    assert logged(made) == ["decide", "decide", "undo", "undo"]


@pytest.mark.parametrize("wanted", ["as generated", "nearest to θ first"])
def test_the_mouse_gives_the_keys_back(app, made, wanted):
    review(app)
    choose(app, "Order", wanted)
    app.page.keyboard.press("a")
    app.sees("Accepted the")
    saved(app)
    app.page.get_by_role("radio", name="Cards").click()
    app.settle()
    app.page.keyboard.press("u")
    app.sees("Undone: this pair waits")
    saved(app)
    assert logged(made) == ["decide", "undo"]


def test_no_key_decides_under_the_filters_and_they_fold_by_keys(app, made):
    review(app)
    filters = app.page.get_by_role("button", name="Filters")
    for leave in ("Escape", "Control+Enter"):
        filters.click()
        choose(app, "Decision", "not by me" if leave == "Escape" else "any decision")
        assert "Filters: 1" in filters.inner_text()
        for key in "ax":
            app.page.keyboard.press(key)
        app.sees("No key counts while something lies open over the card")
        if leave == "Control+Enter":
            app.page.get_by_role("combobox", name="State").focus()
        app.page.keyboard.press(leave)
        app.page.get_by_test_id("stPopoverBody").wait_for(state="detached")
        assert logged(made) == []
    app.page.wait_for_timeout(400)
    app.page.keyboard.press("a")
    app.sees("Accepted the")
    saved(app)
    assert logged(made) == ["decide"]


def test_at_800_pixels_the_card_is_above_the_fold_with_its_buttons_in_one_row(app, made):
    app.page.set_viewport_size({"width": 800, "height": 900})
    review(app)
    boxes = [each.bounding_box() for each in app.page.locator(".desk .actions button").all()]
    assert len(boxes) == 9
    assert max(each["y"] for each in boxes) < boxes[0]["y"] + boxes[0]["height"] / 2
    assert boxes[-1]["x"] + boxes[-1]["width"] <= 800
    assert app.page.locator(".desk .instruction").bounding_box()["y"] < 550
    left, right = (each.bounding_box() for each in app.page.locator(".desk .answer").all())
    assert left["y"] == right["y"]
    assert left["y"] < 700
    app.page.get_by_role("button", name="Accept better (strong)").click()
    app.sees("Accepted the strong answer")


def choose(app, field, wanted):
    """Choose from a list by mouse."""
    app.page.get_by_role("combobox", name=field).first.click()
    app.page.get_by_role("option", name=wanted, exact=True).first.click()
    app.settle()


def test_the_place_in_the_queue_outlives_a_look_at_the_grid(app, made):
    review(app)
    for _ in range(3):
        app.page.keyboard.press("s")
    here = app.page.locator(".desk").get_attribute("data-pair")
    app.click("Grid", role="radio")
    app.sees("Accept the winners")
    app.click("Cards", role="radio")
    app.page.wait_for_selector(f".desk[data-pair='{here}']")
    app.click("More")
    app.click("Make the queue anew")
    app.page.wait_for_selector(f".desk[data-pair]:not([data-pair='{here}'])")
