"""Several reviewers from the command line."""

import json

import pytest

from codeclm import projects
from codeclm.cli import main
from tests.pages import pairing


@pytest.fixture
def mine(tmp_path, monkeypatch):
    monkeypatch.setenv(projects.FOLDER_ENVIRONMENT, str(tmp_path))
    return pairing.project("mine", 40)


def call(capsys, made, *words):
    assert main(["--project", str(made.path), *words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_two_disagree_a_third_settles_it(mine, capsys):
    with mine.open(readonly=True) as store:
        one, two = store.pairs.ids(pairing.CONFIG.id, 3, 4)[:2]
    call(capsys, mine, "decide", one, "accept", "--reviewer", "ann")
    call(capsys, mine, "decide", two, "accept", "--reviewer", "ann")
    call(capsys, mine, "decide", two, "accept", "--reviewer", "bob")
    assert call(capsys, mine, "decide", one, "reject", "--reviewer", "bob")["decision"] == "conflict"
    found = call(capsys, mine, "agreement")
    assert (found["reviewers"], found["conflicts"], found["agree"]) == ({"ann": 2, "bob": 2}, 1, 0.5)
    settled = call(capsys, mine, "decide", one, "reject", "--reviewer", "cyd", "--adjudicate")
    assert settled["decision"] == "reject"
    assert call(capsys, mine, "agreement")["conflicts"] == 0


def test_a_minimum_holds_decisions_back_until_it_is_met(mine, capsys):
    with mine.open(readonly=True) as store:
        one = store.pairs.ids(pairing.CONFIG.id, 3, 4)[0]
    assert call(capsys, mine, "agreement", "--minimum", "2")["minimum"] == 2
    assert call(capsys, mine, "decide", one, "accept", "--reviewer", "ann")["decision"] is None
    assert call(capsys, mine, "decide", one, "accept", "--reviewer", "bob")["decision"] == "accept"
    assert call(capsys, mine, "status")["accepted"] == 1


def test_the_theta_is_proposed_from_thirty_decisions_on(mine, capsys):
    with mine.open() as store:
        ids = store.pairs.ids(pairing.CONFIG.id, 3, 4)
        store.decisions.decide_all(ids[:29], "accept", "ann")
    assert call(capsys, mine, "agreement")["theta"] is None
    with mine.open() as store:
        store.decisions.decide_all(ids[29:], "accept", "ann")
    assert call(capsys, mine, "agreement")["theta"] is not None
    assert main(["--project", str(mine.path), "agreement"]) == 0
    assert "ann: " in capsys.readouterr().out
