"""A run watched on screen: live spend, stop, limit, failures and another try."""

import re
import subprocess
import sys

import pytest

from codeclm import projects
from codeclm.records import Seed
from codeclm.settings import Endpoint, Prices
from codeclm.testing import ScriptedEndpoint, loop_reply

pytestmark = pytest.mark.e2e

STUBBORN = "Broken kettle"


@pytest.fixture
def endpoint():
    """It says nothing of use about one seed, until that is mended."""

    def reply(body):
        asked = " ".join(str(turn["content"]) for turn in body["messages"])
        return "The weather is fine." if STUBBORN in asked and running.stubborn else loop_reply(body)

    with ScriptedEndpoint(reply=reply, latency=0.4) as running:
        running.stubborn = True
        yield running


@pytest.fixture
def made(app, endpoint, monkeypatch):
    """A project of 61 seeds with that endpoint, whose prices are known."""
    monkeypatch.setenv(projects.FOLDER_ENVIRONMENT, str(app.folder))
    project = projects.create("live")
    with project.open() as store:
        store.seeds.add([Seed(f"{STUBBORN}: how do I mend it?")])
        store.seeds.add(Seed(f"Explain thing number {number}.") for number in range(60))
        for role in ("strong", "target", "judge"):
            prices = Prices(prompt=2, completion=8)
            store.settings.set_endpoint(role, Endpoint(url=endpoint.url, model=role, prices=prices))
    return project


def limit(app, calls):
    """Set how many calls the next run may make, or that there is no limit."""
    app.open("Generate", project="live")
    app.page.get_by_text("Limits and further settings").click()
    field = app.page.get_by_role("spinbutton", name="Stop after calls")
    field.fill(calls)
    field.press("Enter")
    app.settle()


def test_a_run_is_watched_stopped_limited_and_mended(app, made, endpoint):
    app.open("Generate", project="live")
    app.page.get_by_role("button", name="Start the run").click()
    app.page.get_by_text("Spent so far").click()
    app.sees("Growing metadata to the end: ")
    app.page.get_by_text(re.compile(r"\d+ calls sent")).first.wait_for()
    words = [sys.executable, "-m", "codeclm", "--project", str(made.path), "run"]
    second = subprocess.run(words, capture_output=True, text=True, check=False)
    assert second.returncode == 1
    assert re.search(r"a run is going on already \(process \d+", second.stderr)

    app.page.get_by_role("button", name="Stop").click()
    app.sees("The last run was stopped")
    app.settle()
    with made.open(readonly=True) as store:
        before = store.calls.count()
        assert 0 < before == len(endpoint.requests)

    limit(app, "40")
    app.page.get_by_role("button", name="Start the run").click()
    app.sees("The last run reached its limit")
    app.settle()
    with made.open(readonly=True) as store:
        assert store.calls.count() == before + 40

    limit(app, "")
    app.page.get_by_role("button", name="Start the run").click()
    app.sees("The last run ended")
    app.settle()
    app.click("See 1 failure", role="link")
    endpoint.stubborn = False
    app.page.get_by_role("button", name="Try 1 failure again").click()
    app.sees("0 failures")
    app.settle()

    app.open("Runs", project="live")
    app.fill("Search", "broken kettle")
    app.sees("of 4 calls")


def test_a_run_begins_with_the_limit_typed_before_the_page_was_drawn_again(app, made, endpoint):
    endpoint.latency = 0.0
    app.open("Generate", project="live")
    app.page.get_by_text("Limits and further settings").click()
    app.page.get_by_role("spinbutton", name="Stop after calls").fill("7")
    app.page.get_by_role("button", name="Start the run").click()
    app.sees("The last run reached its limit")
    app.settle()
    with made.open(readonly=True) as store:
        assert store.calls.count() == len(endpoint.requests) == 7


def test_a_run_outlives_the_page_server_that_started_it(app, server, made, endpoint):
    endpoint.stubborn, endpoint.latency = False, 2.0
    app.open("Generate", project="live")
    app.page.get_by_role("button", name="Start the run").click()
    app.page.get_by_text(re.compile(r"\d+ calls? sent")).first.wait_for()
    server.kill()
    server.start()
    app.open("Generate", project="live")
    app.page.get_by_role("button", name="Stop").wait_for()
    endpoint.latency = 0.0
    app.sees("The last run ended")
    with made.open(readonly=True) as store:
        assert [(job.kind, job.state) for job in store.jobs.page(limit=5)] == [("run", "done")]
        assert store.calls.count() == len(endpoint.requests)
