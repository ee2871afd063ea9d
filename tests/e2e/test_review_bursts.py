"""Keys in bursts, undo and redo among them: what the file holds is what a model of the keys says."""

import time
from random import Random

import pytest

from codeclm import projects
from codeclm.records import Decision
from codeclm.store import PairFilter
from tests.pages import pairing

pytestmark = pytest.mark.e2e

WATCH = """() => {
    const host = [...document.querySelectorAll("*")].find((e) => e.shadowRoot?.querySelector(".desk"));
    window.desk = host.shadowRoot.querySelector(".desk");
    window.log = [];
    const state = () => [window.desk.dataset.pair, Number(window.desk.dataset.ignored || 0)];
    let before;
    document.addEventListener("keydown", () => { before = state(); }, true);
    window.addEventListener("keydown", (event) => {
        const said = window.desk.querySelector(".said").textContent;
        window.log.push([event.key, ...before, ...state(), said]);
    });
}"""
"""Of each key: the pair on screen and the keys ignored, before and behind it, and what the desk said."""
CARD = ".desk .instruction:not(:empty)"


@pytest.fixture
def made(app, monkeypatch):
    """The review page of a project with 130 pairs."""
    monkeypatch.setenv(projects.FOLDER_ENVIRONMENT, str(app.folder))
    project = pairing.project("many", 130)
    app.open("Review", project="many")
    start(app)
    return project


def start(app):
    app.page.wait_for_selector(CARD)
    app.page.wait_for_timeout(500)
    app.page.evaluate(WATCH)


def burst(app, keys, apart=0.04):
    begun = time.monotonic()
    for number, key in enumerate(keys):
        app.page.keyboard.press(key)
        time.sleep(max(0.0, begun + apart * (number + 1) - time.monotonic()))
    app.page.wait_for_selector(".desk .saving:text-is('saved')")
    return app.page.evaluate("window.log")


class Model:
    """What the keys that counted come to."""

    def __init__(self):
        self.done, self.undone, self.asking = [], [], None

    def press(self, key, pair, ignored, after, ignored_after, said):
        if ignored_after > ignored:
            return
        if key in "123456789" and self.asking:
            self._decide(pair, "reject")
        elif key in "ao":
            self._decide(pair, said.split()[2])
        elif key in "uy":
            one, other = (self.done, self.undone) if key == "u" else (self.undone, self.done)
            if one:
                other.append(one.pop())
                assert not said.startswith("Undone") or after == other[-1][0], "it is on screen at once"
        self.asking = key == "x"

    def _decide(self, pair, what):
        self.done.append((pair, what))
        self.undone.clear()

    @property
    def standing(self):
        return dict(self.done)


def kept(project):
    """The pairs that are kept."""
    with project.open(readonly=True) as store:
        return store.pairs.ids(pairing.CONFIG.id, 3.0, 4, PairFilter(status="kept"))


def stored(project):
    """What the newest decision that stands of each pair says."""
    with project.open(readonly=True) as store:
        found = {}
        for pair in store.pairs.ids(pairing.CONFIG.id, 3.0, 4):
            for each in store.decisions.of(pair):
                found[pair] = "reject" if each.verdict == "reject" else each.answer
        return found


def test_a_hundred_keys_of_every_kind_forty_milliseconds_apart(app, made):
    dice, keys = Random(3), ["a", "o", "a"]
    while len(keys) < 100:
        keys += dice.choice([*"aaoo", ["u"], ["u", "u", "y"], ["x", "2"], ["s"], ["k"]])
    model = Model()
    for each in burst(app, keys[:100]):
        model.press(*each)
    assert stored(made) == model.standing
    assert len(model.done) >= 3


def test_what_waits_is_counted_again_while_deciding(app, made):
    waits = len(kept(made))
    assert app.sees(f"Review {waits}")
    burst(app, "aoa", 0.3)
    assert app.sees(f"Review {waits - 3}")
    assert app.sees("Export 3")
    burst(app, "u", 0.3)
    assert app.sees(f"Review {waits - 2}")
    assert app.page.get_by_role("link", name="Review").count() == 1


def test_what_was_decided_before_a_refresh_is_undone_by_the_server(app, made):
    model = Model()
    for each in burst(app, "aaoa", 0.2):
        model.press(*each)
    app.page.reload()
    start(app)
    burst(app, "u", 0.1)
    app.sees("Undone: this pair waits")
    for each in burst(app, "ou", 0.3)[1:]:
        model.press(*each)
    assert stored(made) == dict(model.done[:3])


def test_what_another_page_decided_meanwhile_is_told_and_comes_back(app, made):
    first = kept(made)[0]
    with made.open() as store:
        store.decisions.decide(Decision(first, "accept", answer="target"))
    burst(app, "a", 0.2)
    app.sees("had been decided on another page since its card was drawn (accepted: target)")
    burst(app, "u", 0.2)
    app.sees("what was decided before stands again (accepted: target)")
    assert stored(made)[first] == "target"


def test_keys_lead_to_the_search_and_list_themselves(app, made):
    app.page.keyboard.press("?")
    app.page.locator(".desk .keys").get_by_text("mark differences").wait_for()
    app.page.keyboard.press("?")
    app.page.locator(".desk .keys").wait_for(state="hidden")
    app.page.keyboard.press("/")
    app.page.keyboard.type("a/u")
    assert app.page.get_by_role("textbox", name="Search").first.input_value() == "a/u"
    assert stored(made) == {}


def test_another_page_of_the_same_name_is_told_of(app, made):
    burst(app, "aa", 0.2)
    with made.open() as store:
        store.decisions.undo()
        ((_, left),) = store.decisions.reviewers()
    burst(app, "u", 0.2)
    app.sees("taken back already, on another page")
    assert len(stored(made)) == left == 1
