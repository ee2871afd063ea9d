"""The quote on the Generate page: kept, shown for exactly the settings it was made for, started detached."""

import os
import time
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from codeclm import projects
from codeclm.jobs.lock import hold
from codeclm.jobs.order import Order
from codeclm.jobs.quote import quote
from codeclm.records import IMPORTED, Answer, Instruction, Labels, Metadata, Seed
from codeclm.settings import Config, Dials, Endpoint
from codeclm.store import GivenPair
from codeclm.testing import ScriptedEndpoint
from codeclm.ui.generate.plan import Wanted
from codeclm.ui.generate.quote import order_of
from tests.pages import pairing

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def made():
    project = projects.create("some")
    with ScriptedEndpoint() as endpoint, project.open() as store:
        store.seeds.add(Seed(f"Explain thing {number}.") for number in range(12))
        for role in ("strong", "target", "judge"):
            store.settings.set_endpoint(role, Endpoint(url=endpoint.url, model=role))
        yield project


def generate():
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    test.query_params["project"] = "some"
    test.switch_page("pages/4_Generate.py").run()
    assert not test.exception
    return test


def quoted(test):
    return [table.value for table in test.dataframe if "Low" in table.value.columns]


def test_a_quote_is_shown_for_its_settings_alone(made):
    quote(made.path, order_of(Wanted(Dials())), lambda line: None, lambda line: None)
    test = generate()
    (table,) = quoted(test)
    assert list(table[""]) == ["Calls", "Tokens in", "Tokens out", "Cost", "Time"]
    assert list(table["Mid"])[3] == "unknown"
    assert "Cost needs a price for the strong model, the target and the judge, 0 for a local one." in said(
        test
    )
    assert "Set it on Models" in [each.proto.label for each in test.get("page_link")]
    test.number_input(key="gen_theta").set_value(1.0).run()
    assert quoted(test) == []


def test_while_it_is_made_the_page_says_so(made):
    with hold(made.path, "quote"):
        test = generate()
        assert not [button for button in test.button if button.key == "gen_quote"]


def test_what_the_pilot_takes_is_said_before_it_is_started_and_can_be_less(made):
    test = generate()
    (pilot,) = [each for each in test.number_input if each.label == "Pilot, of 12"]
    assert (pilot.value, pilot.max) == (6, 12)
    assert "The pilot takes at most 132 calls of the 264" in said(test)
    pilot.set_value(2).run()
    assert "The pilot takes at most 44 calls of the 264" in said(test)
    test.button(key="gen_quote").click().run()
    wait_for_a_quote(test)
    with made.open(readonly=True) as store:
        assert store.metadata.count() == 2
    (pilot,) = [each for each in test.number_input if each.label == "Pilot, of 10"]
    pilot.set_value(0).run()
    assert "No pilot, no call" in said(test)


def test_a_pilot_that_would_be_the_whole_run_is_not_set_unasked(made):
    metadata = Metadata("imported", Labels("letters"))
    with made.open() as store:
        store.seeds.delete(store.seeds.ids())
        store.metadata.add([metadata])
        store.lineages.add_given([_given(metadata, at) for at in range(70)])
    test = generate()
    (pilot,) = [each for each in test.number_input if each.label == "Pilot, of 1"]
    assert pilot.value == 0
    assert "A pilot of 1 takes up to 1,331 calls of the 1,331, so that none is set" in said(test)
    pilot.set_value(1).run()
    assert "The pilot takes at most 1,331 calls of the 1,331" in said(test)


def _given(of, number):
    node = Instruction(of.id, of.revision, f"Write number {number}", origin="imported")
    return GivenPair(node, tuple(Answer(node.id, role, IMPORTED, role) for role in ("strong", "target")))


def test_while_a_pilot_runs_the_newest_instructions_are_its_own(made):
    other = Config(models={"strong": "other", "target": "other", "judge": "other"}, sampling={})
    with made.open() as store:
        store.settings.keep_config(other)
        store.settings.use_config(pairing.CONFIG)
        metadata = Metadata("manual", Labels("a case"))
        store.metadata.add([metadata])
        store.lineages.add_instruction(Instruction(metadata.id, metadata.revision, "Do it."), other.id)
        command = Order(dials={"theta": 1.0}, only=frozenset()).as_dict() | {"config": other.id}
        store.jobs.start("run", command, os.getpid())
    assert not [each.value for each in generate().subheader if "Newest" in each.value]
    with hold(made.path, "quote"), hold(made.path, "run"):
        assert "Newest instructions of the pilot" in [each.value for each in generate().subheader]


def said(test):
    return " ".join(each.value for each in test.caption)


def wait_for_a_quote(test):
    until = time.monotonic() + 60
    while not quoted(test):
        assert time.monotonic() < until
        time.sleep(0.5)
        test.run()
    assert [error.value for error in test.error] == []


def test_the_button_makes_one_in_a_process_of_its_own(made):
    test = generate()
    test.button(key="gen_quote").click().run()
    wait_for_a_quote(test)
