"""Which pairs become rows, with which texts, and the reason for every other one."""

import pytest
from exporting import pair

from codeclm.export.row import Row
from codeclm.export.rows import compose, refusal
from codeclm.records import Decision

ACCEPT = Decision("p", "accept")
REJECT = Decision("p", "reject")


@pytest.mark.parametrize(
    ("more", "kept", "accepted", "everything"),
    [
        ({}, None, "undecided", None),
        ({"decision": ACCEPT}, None, None, None),
        ({"decision": REJECT}, "rejected", "rejected", "rejected"),
        ({"conflict": True}, "conflict", "conflict", "conflict"),
        ({"conflict": True, "decision": ACCEPT}, "conflict", "conflict", "conflict"),
        ({"stale": True}, "stale", "undecided", "stale"),
        ({"stale": True, "decision": ACCEPT}, "stale", "stale", "stale"),
        ({"status": "exhausted"}, "exhausted", "exhausted", "exhausted"),
        ({"status": "exhausted", "decision": ACCEPT}, "exhausted", None, None),
        ({"status": "superseded"}, "superseded", "superseded", "superseded"),
        ({"status": "superseded", "decision": REJECT}, "rejected", "rejected", "rejected"),
        ({"status": "pending"}, "pending", "pending", "pending"),
        ({"status": "pending", "held": "failed"}, "failed", "failed", "failed"),
        ({"status": "pending", "held": "failed", "decision": ACCEPT}, "failed", None, None),
        ({"status": "kept", "held": "failed"}, None, "undecided", None),
        ({"status": "improved", "decision": ACCEPT}, "improved", None, None),
    ],
)
def test_what_is_wanted(more, kept, accepted, everything):
    candidate = pair(**more)
    state = candidate.verdict, candidate.status, candidate.stale, candidate.held
    assert [refusal(*state, include) for include in ("kept", "accepted", "all")] == [
        kept,
        accepted,
        everything,
    ]


def decided(**more):
    return {"decision": Decision("p", "accept", **more)}


@pytest.mark.parametrize(
    ("more", "instruction", "chosen", "rejected"),
    [
        ({}, "Name fish number 1", "Cod 1", "Dog 1"),
        ({"strong": "", "strong_truncated": False, "target": "Eel"}, None, "empty", None),
        (decided(answer="target"), "Name fish number 1", "Dog 1", "Cod 1"),
        (decided(response="A cod!"), "Name fish number 1", "A cod!", "Dog 1"),
        (decided(answer="target", response="A dog?"), "Name fish number 1", "A dog?", "Cod 1"),
        (decided(response="  "), None, "empty", None),
        ({"strong_truncated": True}, None, "truncated", None),
        ({"strong_truncated": True, **decided(response="Whole.")}, "Name fish number 1", "Whole.", "Dog 1"),
        ({"target": "", "target_truncated": True}, "Name fish number 1", "Cod 1", ""),
        (decided(response="Dog 1"), None, "same answers", None),
        (decided(instruction="Name a fish"), None, "unscored", None),
    ],
)
def test_preferences(more, instruction, chosen, rejected):
    row = compose(pair(**more), preference=True)
    if instruction is None:
        assert row == chosen
    else:
        assert isinstance(row, Row)
        assert (row.instruction, row.chosen, row.rejected) == (instruction, chosen, rejected)


@pytest.mark.parametrize(
    ("scores", "more", "wanted"),
    [
        ((2.0, 9.0), {}, ("Dog 1", "Cod 1")),
        ((2.0, 9.0), {"target_truncated": True}, "truncated"),
        ((2.0, 9.0), {"target": " "}, "empty"),
        ((2.0, 9.0), {"target_truncated": True, **decided(answer="strong")}, ("Cod 1", "Dog 1")),
        ((5.0, 5.0), {"decision": ACCEPT}, "tie"),
        ((5.0, 5.0), decided(answer="target"), ("Dog 1", "Cod 1")),
        ((5.0, 5.0), decided(response="Mine"), "tie"),
    ],
)
def test_the_better_answer_is_chosen_and_a_person_has_the_last_word(scores, more, wanted):
    row = compose(pair(1, *scores, **more), preference=True)
    assert (row if isinstance(row, str) else (row.chosen, row.rejected)) == wanted


def test_fine_tuning_takes_what_a_preference_cannot():
    edited = compose(pair(**decided(instruction="Name a fish", response="A cod!")), preference=False)
    assert (edited.instruction, edited.chosen, edited.rejected) == ("Name a fish", "A cod!", None)
    assert edited.edited == {"instruction", "response"}
    assert not edited.scored
    tie = compose(pair(1, 5.0, 5.0, **decided(response="Mine")), preference=False)
    assert (tie.chosen, tie.rejected) == ("Mine", None)


def test_the_edits_of_an_unsettled_pair_do_not_apply():
    row = compose(pair(conflict=True, **decided(response="Mine")), preference=True)
    assert row.chosen == "Cod 1"
