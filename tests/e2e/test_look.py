"""Every page, found by itself: as the first page of a fresh server, at two widths, light and dark."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from codeclm import projects
from codeclm.records import Labels, Metadata, Seed
from codeclm.ui.rooms import ROOMS

pytestmark = pytest.mark.e2e

PATHS = ["" if room.file == "app.py" else room.file.split("_", 1)[1].removesuffix(".py") for room in ROOMS]
HOSTILE = (
    "![x](http://127.0.0.1:9/p.png) <img src=http://127.0.0.1:9/q.png> :material/home: **b** $x$ www.a.b"
)


@pytest.fixture
def filled(app, monkeypatch):
    """A project whose every text is hostile."""
    monkeypatch.setenv(projects.FOLDER_ENVIRONMENT, str(app.folder))
    project = projects.create("mine")
    with project.open() as store, store.write():
        seeds = [Seed(f"{HOSTILE} {n}", source="a.csv", row=n) for n in range(70)]
        store.seeds.add(seeds)
        store.seeds.tag([seed.id for seed in seeds[:3]], "![x](http://127.0.0.1:9/t.png)")
        store.metadata.add(
            [Metadata("encoded", Labels(HOSTILE, (HOSTILE, "b")), seed=seed.id) for seed in seeds]
        )
        store.settings.set("about", HOSTILE)
    projects.create("empty")
    return project


@pytest.mark.parametrize("path", PATHS)
def test_a_deep_link_on_a_fresh_server(app, monkeypatch, path):
    monkeypatch.setenv(projects.FOLDER_ENVIRONMENT, str(app.folder))
    projects.create("mine")
    app.open(path, project="mine")
    app.page.get_by_role("heading", level=1).wait_for()
    assert app.page.get_by_test_id("stException").count() == 0
    assert app.page.get_by_test_id("stAlertContentError").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_serious_for_those_who_cannot_see_well(app, filled, scheme):
    axe = Axe()
    app.page.emulate_media(color_scheme=scheme)
    found = []
    for project in ("mine", "empty"):
        for path in PATHS:
            app.open(path, project=project)
            app.page.wait_for_timeout(600)
            found += [
                (path, project, fault["id"], fault["nodes"][0]["html"][:120])
                for fault in axe.run(app.page).response["violations"]
                if fault["impact"] in ("serious", "critical")
            ]
    assert not found


def test_hostile_texts_fetch_nothing_and_pages_fit_a_narrow_window(app, filled):
    asked = []
    app.page.on("request", lambda request: asked.append(request.url))
    app.page.set_viewport_size({"width": 800, "height": 900})
    for path in PATHS:
        app.open(path, project="mine")
        main = app.page.get_by_test_id("stMain")
        assert main.evaluate("each => each.scrollWidth - each.clientWidth") <= 1, path
    assert not [url for url in asked if ":9/" in url]
    assert not [url for url in asked if not url.startswith((app.base, "data:", "blob:"))]
