"""From seeds to a file in a browser: start a run, watch it, stop and go on, review, download."""

import json

import pytest

from codeclm import projects
from codeclm.records import Seed
from codeclm.settings import Endpoint
from codeclm.testing import Faults, ScriptedEndpoint
from tests.pages import pairing

pytestmark = pytest.mark.e2e


def ready(app, monkeypatch, endpoint, seeds):
    """A project with seeds and models, open on Generate."""
    monkeypatch.setenv(projects.FOLDER_ENVIRONMENT, str(app.folder))
    made = projects.create("mine")
    with made.open() as store:
        store.seeds.add([Seed(f"Explain thing {n}") for n in range(seeds)])
        for role in ("strong", "target"):
            store.settings.set_endpoint(role, Endpoint(url=endpoint.url, model=role, concurrency=4))
    app.open("Generate", project="mine")
    return made


def ended(app, text):
    app.page.get_by_role("button", name="Start the run").wait_for(timeout=180_000)
    assert app.sees(text)


def test_run_review_and_download(app, monkeypatch):
    with ScriptedEndpoint() as endpoint:
        made = ready(app, monkeypatch, endpoint, 8)
        app.page.get_by_role("button", name="Start the run").click()
        ended(app, "The last run ended")
    with made.open(readonly=True) as store:
        kept = store.pairs.count(store.settings.config().id, 3.0, 4)
    assert kept
    assert app.sees("Newest instructions")
    app.open("Review", project="mine")
    app.page.wait_for_selector(".desk .instruction:not(:empty)")
    for _ in range(2):
        app.page.wait_for_timeout(500)
        app.page.keyboard.press("a")
    app.page.wait_for_selector(".desk .saving:text-is('saved')")
    app.open("Export", project="mine")
    with app.page.expect_download() as waiting:
        app.page.get_by_role("button", name="Download 2 rows").click()
    assert waiting.value.suggested_filename == "mine-messages-accepted.jsonl"
    lines = waiting.value.path().read_text("utf-8").splitlines()
    assert [[turn["role"] for turn in json.loads(line)["messages"]] for line in lines] == [
        ["user", "assistant"]
    ] * 2
    assert app.page.locator("code").first.inner_text().strip().startswith(lines[0][:60])


def test_a_run_is_stopped_and_goes_on(app, monkeypatch):
    with ScriptedEndpoint(latency=0.3) as endpoint:
        ready(app, monkeypatch, endpoint, 30)
        app.page.get_by_role("button", name="Start the run").click()
        app.page.get_by_text("Reading seeds:").first.wait_for()
        before = app.page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop")
        app.page.wait_for_timeout(2500)
        assert app.page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop") == before
        app.page.get_by_role("button", name="Stop", exact=True).click()
        ended(app, "was stopped")
        assert app.sees("Metadata to grow")


def test_failures_can_be_read_and_tried_again(app, monkeypatch):
    faults = Faults(1.0, kinds=("wrong_shape",), times=None)
    with ScriptedEndpoint(faults=faults) as endpoint:
        ready(app, monkeypatch, endpoint, 2)
        app.page.get_by_role("button", name="Start the run").click()
        ended(app, "2 failures")
        app.click("See 2 failures", role="link")
        app.page.get_by_test_id("stDataFrame").first.click(position={"x": 20, "y": 55})
        app.page.get_by_text("The reply as it came:").wait_for()
        again = app.page.get_by_role("button", name="Try 2 failures again")
        again.click()
        app.page.get_by_role("button", name="Stop", exact=True).wait_for()
        app.page.get_by_text("The last run ended just now").wait_for(timeout=180_000)
        assert again.is_enabled()


def test_hostile_texts_run_nothing_and_fetch_nothing(app, monkeypatch):
    monkeypatch.setenv(projects.FOLDER_ENVIRONMENT, str(app.folder))
    made = pairing.project("mine", 2, [pairing.HOSTILE, pairing.HOSTILE])
    pairing.fail(made)
    asked, shown = [], []
    app.page.on("request", lambda request: asked.append(request.url))
    app.page.on("dialog", lambda dialog: (shown.append(dialog.message), dialog.dismiss()))
    for name, part in (("Review", ""), ("Generate", "Run"), ("Generate", "Failures"), ("Export", "")):
        app.open(name, project="mine", generate=part)
        app.page.wait_for_timeout(700)
    assert not [url for url in asked if ":1/" in url]
    assert shown == []
