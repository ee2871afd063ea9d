"""Several reviewers from the command line."""

import json

import pytest

from codeclm import projects, votes
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
    found = call(capsys, mine, "agreement")
    assert (found["conflicts"], found["agree"]) == (0, 0.5)


def test_another_answer_is_a_disagreement(mine, capsys):
    with mine.open(readonly=True) as store:
        one = store.pairs.ids(pairing.CONFIG.id, 3, 4)[0]
    call(capsys, mine, "decide", one, "accept", "--answer", "strong", "--reviewer", "ann")
    said = call(capsys, mine, "decide", one, "accept", "--answer", "target", "--reviewer", "bob")
    assert said["decision"] == "conflict"
    found = call(capsys, mine, "agreement")
    assert (found["conflicts"], found["agree"]) == (1, 0)


@pytest.mark.parametrize("words", [("--response", " "), ("--instruction", ""), ("--response", "x" * 100_001)])
def test_an_edit_that_is_no_text_is_told_and_nothing_decided(mine, words, capsys):
    with mine.open(readonly=True) as store:
        one = store.pairs.ids(pairing.CONFIG.id, 3, 4)[0]
    assert main(["--project", str(mine.path), "decide", one, "accept", *words]) == 2
    assert capsys.readouterr().err.startswith(f"error: {words[0]} is ")
    with mine.open(readonly=True) as store:
        assert store.pairs.get(one, 3, 4).decision is None


def test_one_person_has_one_name_however_it_is_typed(mine, capsys):
    with mine.open(readonly=True) as store:
        one = store.pairs.ids(pairing.CONFIG.id, 3, 4)[0]
    call(capsys, mine, "decide", one, "accept", "--reviewer", " Ada  B.\n")
    assert call(capsys, mine, "agreement")["reviewers"] == {"Ada B.": 1}
    assert [pair["id"] for pair in call(capsys, mine, "pairs", "--decided-by", "Ada   B.")["pairs"]] == [one]
    assert call(capsys, mine, "undo", "--reviewer", "Ada B. ")["id"] == one


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        *[("a\0b", "a\ufffdb"), ("\ud800", "\ufffd"), (" \t", ""), ("ab " * 40, "ab " * 19 + "ab")],
        *[("Ann\u200b", "Ann"), ("A\u200dnn", "A nn"), ("ann@\u2060x.org", "ann@ x.org"), ("\u2060", "")],
    ],
)
def test_a_name_is_of_signs_that_are_seen_and_of_a_length(said, kept):
    assert votes.reviewer(said) == kept


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
