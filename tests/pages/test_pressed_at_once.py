"""A button pressed before the page was drawn with what was just typed: the typed counts, not the drawn."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from codeclm import projects
from codeclm.records import Seed
from codeclm.settings import Endpoint, Prices
from codeclm.ui import started as started_jobs

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv(projects.FOLDER_ENVIRONMENT, str(tmp_path))
    monkeypatch.delenv(projects.ENVIRONMENT, raising=False)


@pytest.fixture
def started(monkeypatch):
    """The words of each job that was started."""
    found = []
    monkeypatch.setattr(
        started_jobs.process, "start", lambda path, command, words: found.append([command, *words])
    )
    return found


def opened(page, **parameters):
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for key, value in {"project": "mine", **parameters}.items():
        test.query_params[key] = value
    test.switch_page(f"pages/{page}.py").run()
    assert not test.exception
    return test


def with_prices():
    made = projects.create("mine")
    with made.open() as store:
        store.seeds.add([Seed(f"seed {n}") for n in range(4)])
        for role in ("strong", "target"):
            priced = Endpoint(url="http://127.0.0.1:1/v1", model=role, prices=Prices(prompt=1, completion=1))
            store.settings.set_endpoint(role, priced)
    return made


def after(words, name):
    return words[words.index(name) + 1]


@pytest.mark.parametrize(("button", "command"), [("gen_start", "run"), ("gen_quote", "quote")])
def test_a_run_and_its_estimate_begin_with_the_limits_just_typed(started, button, command):
    with_prices()
    test = opened("4_Generate")
    for key, value in (("gen_limit", 1), ("gen_calls", 5), ("gen_budget", 0.5), ("gen_theta", 2.0)):
        test.number_input(key=key).set_value(value)
    test.button(key=button).click().run()
    ((said, *words),) = started
    assert said == command
    limits = {name: after(words, name) for name in ("--limit", "--max-calls", "--budget", "--theta")}
    assert limits == {"--limit": "1", "--max-calls": "5", "--budget": "0.5", "--theta": "2"}


def test_a_pilot_begins_with_the_size_just_typed(started):
    with_prices()
    test = opened("4_Generate")
    (pilot,) = [each for each in test.number_input if each.label == "Pilot, of 4"]
    pilot.set_value(1)
    test.button(key="gen_quote").click().run()
    assert after(started[0], "--pilot") == "1"


def test_a_limit_typed_last_is_there_for_the_run_after(started):
    with_prices()
    test = opened("4_Generate")
    test.number_input(key="gen_calls").set_value(5)
    test.button(key="gen_start").click().run()
    test.session_state["started_run"] = None
    test.switch_page("pages/9_Models.py").run()
    test.switch_page("pages/4_Generate.py").run()
    assert test.number_input(key="gen_calls").value == 5
