"""The map under a real mouse: a lasso, a box, a click and the legend select; what is selected is let go."""

import pytest

from codeclm import projects
from codeclm.records import Labels, Metadata, Seed
from codeclm.store.maps import Cluster

pytestmark = pytest.mark.e2e

SIDE = 20
"""Seeds on the left, and as many far away on the right."""
MARKED = """count => {
    const chart = document.querySelector(".js-plotly-plot");
    return (chart._fullData[0].selectedpoints || []).length === count;
}"""
PLACES = """() => {
    const chart = document.querySelector(".js-plotly-plot"), {xaxis, yaxis} = chart._fullLayout;
    const box = chart.querySelector(".nsewdrag").getBoundingClientRect();
    const {x, y} = chart._fullData[0];
    return Array.from(x, (each, at) => [box.x + xaxis.l2p(each), box.y + yaxis.l2p(y[at])]);
}"""


@pytest.fixture
def chart(app, monkeypatch):
    """The page of a project with two clusters, and where each of its points is in the window."""
    monkeypatch.setenv(projects.FOLDER_ENVIRONMENT, str(app.folder))
    with projects.create("mine").open() as store, store.write():
        seeds = [Seed(f"text {n}") for n in range(2 * SIDE)]
        store.seeds.add(seeds)
        store.metadata.add([Metadata("encoded", Labels("a"), seed=seed.id) for seed in seeds])
        texts = [f"text {n}".encode() for n in range(2 * SIDE)]
        spots = [("seeds", seed.id, text) for seed, text in zip(seeds, texts, strict=True)]
        places = {
            text: (n % 5 + 30 * (n // SIDE), float(n % SIDE // 5), 1 + n // SIDE)
            for n, text in enumerate(texts)
        }
        store.maps.keep(places, spots, [Cluster(1, "Left"), Cluster(2, "Right")])
    app.page.set_viewport_size({"width": 1440, "height": 1300})
    app.open("Map", project="mine")
    drawn = f"() => {{ try {{ return ({PLACES})().length }} catch {{ return 0 }} }}"
    app.page.wait_for_function(drawn)
    app.page.wait_for_timeout(1000)
    return app.page.evaluate(PLACES)


def around(places, margin=14):
    """The corners of what holds these places, in the window."""
    x, y = zip(*places, strict=True)
    left, right, top, bottom = min(x) - margin, max(x) + margin, min(y) - margin, max(y) + margin
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def drag(app, corners):
    app.page.mouse.move(*corners[0])
    app.page.mouse.down()
    for place in corners[1:]:
        app.page.mouse.move(*place, steps=8)
    app.page.mouse.up()
    app.settle()


def selected(app, count):
    """Wait until the page says so, and the chart marks as many."""
    points = "1 point" if count == 1 else f"{count} points"
    app.page.get_by_role("heading", name=f"Selected: {points}", exact=True).wait_for()
    app.page.wait_for_function(MARKED, arg=count)
    return True


def nothing_selected(app):
    app.page.get_by_role("heading", name="Selected:").wait_for(state="detached")
    app.page.wait_for_function(MARKED, arg=0)
    return True


def test_a_lasso_is_marked_whatever_the_colour_and_is_let_go(app, chart):
    drag(app, around(chart[:SIDE]))
    assert selected(app, SIDE)
    app.page.get_by_role("combobox", name="Colour by").click()
    app.click("kind", "option", exact=True)
    assert selected(app, SIDE)
    app.click("Let go")
    assert nothing_selected(app)


def test_what_was_drawn_before_takes_nothing_back_and_can_be_drawn_again(app, chart):
    drag(app, around(chart[:SIDE]))
    assert selected(app, SIDE)
    app.page.get_by_role("textbox", name="Search").fill("nothing like it")
    app.page.keyboard.press("Enter")
    app.settle()
    assert selected(app, SIDE)
    legend = app.page.get_by_test_id("stDataFrame").first.bounding_box()
    app.page.mouse.click(legend["x"] + 15, legend["y"] + 33 * 2 + 16)
    app.settle()
    assert selected(app, SIDE)
    app.click("Let go")
    assert nothing_selected(app)
    drag(app, around(app.page.evaluate(PLACES)[:SIDE]))
    assert selected(app, SIDE)


def test_a_box_and_a_click_select_what_they_meet(app, chart):
    app.click("box", "radio")
    corners = around(chart[SIDE:])
    drag(app, [corners[2], corners[0]])  # from below: above stand the chart's own buttons
    assert selected(app, SIDE)
    app.click("Let go")
    assert nothing_selected(app)
    app.click("point", "radio")
    app.page.mouse.click(*chart[3])
    app.settle()
    assert selected(app, 1)
    assert app.sees("Nearest to it")


def test_groups_are_taken_from_the_legend_one_after_another_and_go_to_other_pages(app, chart):
    legend = app.page.get_by_test_id("stDataFrame").first.bounding_box()
    for row, count in ((1, SIDE), (2, 2 * SIDE)):
        app.page.mouse.click(legend["x"] + 15, legend["y"] + 33 * row + 16)
        app.settle()
        assert selected(app, count)
    app.click("Edit")
    assert app.sees(f"Only what belongs to {2 * SIDE} selected records.")
    app.click("See it on the map", "link")
    assert selected(app, 2 * SIDE)
    app.click("Let go")
    assert nothing_selected(app)
