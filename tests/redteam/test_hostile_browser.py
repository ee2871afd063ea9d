"""The hostile project in a real browser: nothing of it runs, is fetched, or becomes a link, on any page.

Pages are found by themselves; on each, every part behind a segmented control is opened, every expander,
list, tab, table row and tooltip, and the whole document is looked through, shadow roots included.
"""

import shutil
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import TimeoutError as TooLateError

from codeclm import projects
from codeclm.settings import Endpoint
from codeclm.ui.rooms import ROOMS
from tests.e2e.conftest import IDLE, PATIENCE, serving
from tests.redteam import hostile

pytestmark = pytest.mark.e2e

FILE = "'\"><img src=x onerror=ran=1> **b** _c_ :red[d] $e$ [f](javascript:ran=1) \u202eg"
"""A project's name that no form takes, but that a file dropped into the folder may have."""
SIGNS = "a -> b <-> -- >= ~= 12:30 x@y.org http://h.test :smile: ->"
"""A model's name, of signs from which Streamlit makes others."""
TRAP = """
window.caught = [];
Object.defineProperty(window, "ran", { set() { window.caught.push("ran"); }, get() { return undefined; } });
"""
LOOK = """
(host) => {
  const found = [...window.caught];
  window.caught.length = 0;
  const look = (root) => {
    for (const node of root.querySelectorAll("*")) {
      const name = node.localName;
      const told = (what) => found.push(`${name}: ${what}`);
      for (const { name: key, value } of node.attributes) {
        if (key.startsWith("on")) told(`${key}=${value}`);
        if (["href", "src", "action", "data", "srcset", "poster"].includes(key)) {
          const to = new URL(value, document.baseURI);
          if (to.host !== location.host && !["data:", "blob:"].includes(to.protocol)) told(`${key}=${value}`);
          if (to.protocol === "data:" && !value.startsWith("data:image/")) told(value.slice(0, 80));
        }
      }
      if (["iframe", "object", "embed", "base", "frame"].includes(name)) told("is there");
      if (/katex/.test(node.className)) told("a formula");
      const texts = [...node.childNodes].filter((each) => each.nodeType === 3);
      const own = texts.map((each) => each.data).join("");
      if (/^\\s*skull\\s*$/.test(own) || own.includes("\\u{1F3F4}")) told(`an icon: ${own}`);
      const made = ["h2", "h3", "h4", "blockquote", "code", "del", "em", "table", "li", "sup", "mark", "b"];
      const markdown = node.closest("[data-testid=stMarkdownContainer]") && made.includes(name);
      if (markdown && !node.closest("[data-testid=stHeading]") && node.textContent.includes(host)) {
        told("made by Markdown");
      }
      if (node.shadowRoot) look(node.shadowRoot);
    }
  };
  look(document);
  return found;
}
"""


OPEN = """
() => {
  const closed = [...document.querySelectorAll("details:not([open]) > summary")];
  closed.forEach((each) => each.click());
  return closed.length;
}
"""
MOST = 3
"""Lists, tables and charts of a part that are tried; the others of the part are of the same kinds."""
BRIEF = 5_000
"""Milliseconds for what a rerun may have taken away meanwhile."""


class Walk:
    """A tab that looks at everything, and what it found, each with where."""

    def __init__(self, tab, base):
        self.tab, self.base, self.found, self.where = tab, base, [], ""
        tab.add_init_script(TRAP)
        tab.context.route("**/*", self.route)
        tab.on("dialog", lambda dialog: (self.note(f"dialog {dialog.message}"), dialog.dismiss()))
        tab.on("pageerror", lambda error: self.note(f"error {error}"))
        tab.on("popup", lambda other: self.note(f"popup {other.url}"))
        tab.on("framenavigated", lambda frame: self.own(frame.url) or self.note(f"went to {frame.url}"))

    def own(self, url):
        return url.startswith((self.base, "data:", "blob:", "about:"))

    def route(self, route):
        if self.own(route.request.url):
            route.continue_()
        else:
            self.note(f"asked for {route.request.url}")
            route.abort()

    def note(self, what):
        self.found.append((self.where, what))

    def settle(self):
        for _ in range(2):
            self.tab.wait_for_timeout(150)
            self.tab.wait_for_selector(IDLE)

    def look(self, where=""):
        here = f"{self.where} {where}"
        self.found += [(here, what) for what in self.tab.evaluate(LOOK, hostile.HOST)]

    def page(self, path, deep=True, **parameters):
        self.where = f"{path or 'Home'} {sorted(parameters)}"
        query = "&".join(f"{name}={quote(value, safe='')}" for name, value in parameters.items())
        self.tab.goto(f"{self.base}/{path}?{query}")
        self.tab.wait_for_selector("h1")
        self.settle()
        self.all()
        for name in self.parts() if deep else ():
            self.press(name)

    def parts(self, been=()):
        names = [each.inner_text() for each in self.tab.locator("[data-testid=stButtonGroup] button").all()]
        return [name for name in dict.fromkeys(names) if name not in been]

    def press(self, name, been=None):
        """Press a choice, look at all of it, and at the choices that it brings."""
        been = been or self.parts()
        self.tab.mouse.move(0, 0)  # a tooltip of what it rests on may lie over the choice
        button = self.tab.locator("[data-testid=stButtonGroup] button").get_by_text(name, exact=True).first
        if not (button.is_visible() and button.is_enabled()):
            return
        button.click()
        self.settle()
        self.all(name)
        for other in self.parts(been):
            self.press(other, [*been, *self.parts(been)])

    def all(self, name=""):
        """Open whatever opens, and look."""
        self.look(name)
        if self.tab.evaluate(OPEN):
            self.settle()
            self.look(f"{name} opened")
        for kind, act in (
            ("stSelectbox] [role=combobox", self.pull_down),
            ("stMultiSelect] [role=combobox", self.pull_down),
            ("stTooltipIcon", lambda each: each.hover(timeout=BRIEF)),
            ("stDataFrame", self.table),
            ("stPlotlyChart", lambda each: each.hover(timeout=BRIEF)),
        ):
            for number in range(min(MOST, self.tab.locator(f"[data-testid={kind}]:visible").count())):
                with suppress(TooLateError):
                    act(self.tab.locator(f"[data-testid={kind}]:visible").nth(number))
            self.look(f"{name} {kind}")

    def pull_down(self, field):
        field.click(timeout=BRIEF)
        self.tab.wait_for_timeout(100)
        self.look("list")
        self.tab.keyboard.press("Escape")

    def table(self, table):
        """Open a cell, and choose a row."""
        table.dblclick(position={"x": 120, "y": 55}, timeout=BRIEF)
        self.tab.wait_for_timeout(100)
        self.look("cell")
        self.tab.keyboard.press("Escape")
        table.click(position={"x": 20, "y": 55}, timeout=BRIEF)
        self.settle()


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    """A server whose folder has the hostile project, under a plain and under a hostile name."""
    folder = tmp_path_factory.mktemp("hostile")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(projects.FOLDER_ENVIRONMENT, str(folder / "projects"))
        project = hostile.build("hostile")
        with projects.create("signs").open() as store:
            for role in ("strong", "target"):
                store.settings.set_endpoint(role, Endpoint(url="http://127.0.0.1:9/v1", model=SIGNS))
    shutil.copy(project.path, folder / "projects" / f"{FILE}.db")
    with serving(folder, CODECLM_RUNTIME_DIR=str(folder)) as server:
        yield server.base


@pytest.fixture
def walk(base, browser):
    """A tab that has found nothing yet."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(PATIENCE)
    yield Walk(context.new_page(), base)
    context.close()


def path(room):
    return "" if room.file == "app.py" else Path(room.file).stem.split("_", 1)[1]


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_nothing_of_a_hostile_project_runs_is_fetched_or_becomes_a_link(walk, room):
    walk.page(path(room), project="hostile")
    assert walk.found == []


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_a_hostile_address_and_a_hostile_name_of_a_file_do_nothing(walk, room):
    hurt = dict.fromkeys(("record", "selection", "reviewer", "status", "metadata"), hostile.CANARY)
    walk.page(path(room), deep=False, project=FILE, **hurt)
    walk.page(path(room), deep=False, project=hostile.CANARY)
    assert walk.found == []


def test_a_name_is_shown_and_copied_as_it_is(walk):
    walk.page("Models", deep=False, project="signs")
    lines = [each.inner_text() for each in walk.tab.locator("[data-testid=stMarkdownContainer] p").all()]
    named = [line for line in lines if "h.test" in line]
    assert len(named) > 1
    assert all(SIGNS in line for line in named)
    assert walk.found == []


def test_an_attack_that_is_live_would_be_seen(walk):
    """The walk itself: put into a page as HTML, the same text is caught in every way."""
    walk.page("", deep=False, project="hostile")
    assert walk.found == []
    html = hostile.CANARY + hostile.SPECIALS[6]
    walk.tab.evaluate("html => document.body.insertAdjacentHTML('beforeend', html)", html)
    walk.tab.wait_for_timeout(500)
    walk.look("live")
    seen = " ".join(what for _, what in walk.found)
    for sign in (
        f"asked for http://{hostile.HOST}/a",
        "ran",
        "onerror=ran=1",
        f"href=//{hostile.HOST}/u",
        "iframe: is",
    ):
        assert sign in seen
