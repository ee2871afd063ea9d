import dataclasses

import pytest

from codeclm.settings import Dials, Endpoint
from codeclm.stages.profiles import make_config
from codeclm.store import Funnel
from codeclm.ui.next_step import FAILURES, MANY, next_step
from codeclm.ui.review.queue import ORDERS
from codeclm.ui.summary import Summary

NOTHING = Funnel(**{field.name: 0 for field in dataclasses.fields(Funnel)})


def where(running=False, to_review=0, unreadable=0, **counts):
    funnel = dataclasses.replace(NOTHING, **counts)
    unencoded = funnel.seeds - funnel.encoded - unreadable
    return Summary(funnel, Dials(), None, to_review, running, unencoded=unencoded)


@pytest.mark.parametrize(
    ("facts", "page"),
    [
        (where(), "Seeds"),
        (where(seeds=10), "Generate"),
        (where(metadata=3), "Generate"),
        (where(seeds=10, encoded=10, metadata=10, instructions=10, comparisons=10, pending=4), "Generate"),
        (where(seeds=10, encoded=10, comparisons=10, kept=5, to_review=5), "Review"),
        (where(seeds=10, encoded=10, comparisons=10, kept=5, accepted=5), "Export"),
        (where(seeds=10, encoded=10, comparisons=10, exhausted=10), "Generate"),
        (where(seeds=10, encoded=10, comparisons=10, failures=2), "Generate"),
        (where(seeds=10, encoded=10, comparisons=10, kept=5, exhausted=5), "Generate"),
        (where(running=True, seeds=10), "Generate"),
        (where(running=True, seeds=10, to_review=1), "Review"),
    ],
)
def test_every_state_has_one_next_step(facts, page):
    step = next_step(facts)
    assert step.page == page
    assert step.title
    assert step.why
    assert step.label


def test_seeds_that_no_run_reads_any_more_are_looked_at_and_not_run_again():
    step = next_step(where(seeds=10, encoded=8, comparisons=8, exhausted=8, failures=2, unreadable=2))
    assert (step.page, step.parameters) == ("Generate", FAILURES)


def test_metadata_is_looked_at_before_anything_is_written_from_it():
    assert "looked at and corrected" in next_step(where(seeds=9, encoded=9, metadata=9)).why
    assert "looked at" not in next_step(where(seeds=9, encoded=9, metadata=9, instructions=3, pending=3)).why


def test_pairs_that_came_without_scores_are_to_be_scored():
    step = next_step(where(metadata=1, instructions=300, pending=300))
    assert step.page == "Generate"
    assert step.why.startswith("300 instructions without scores so far")


def test_a_failure_does_not_stand_before_the_export():
    step = next_step(where(seeds=10, encoded=10, comparisons=10, kept=5, accepted=5, failures=1))
    assert step.page == "Export"
    assert "1 failure on Generate can be tried again" in step.why


def test_of_very_many_pairs_the_doubtful_or_a_sample_are_offered():
    few, many = (next_step(where(seeds=9, kept=count, to_review=count)) for count in (MANY, MANY + 1))
    assert (few.parameters, few.beside) == ({}, None)
    assert "501 kept pairs" in many.title
    known = set(ORDERS.values())
    assert many.parameters["review_order"] in known
    assert many.beside[1]["review_order"] in known


def test_what_waits():
    facts = where(seeds=10, encoded=4, metadata=4, pending=2, accepted=1, to_review=3)
    assert {page: facts.waits(page) for page in ("Seeds", "Generate", "Review", "Export", "Models")} == {
        "Seeds": 10,
        "Generate": 8,
        "Review": 3,
        "Export": 1,
        "Models": 0,
    }


def test_nothing_kept_says_how_much_was_scored_and_what_to_change():
    scored = where(seeds=10, encoded=3, comparisons=3)
    assert next_step(scored).page == "Generate"
    assert "3 pairs scored, no gap over θ 3" in next_step(scored).why
    one = Endpoint(url="builtin", model="small")
    config = make_config({"strong": one, "target": one}, Dials())
    alone = next_step(dataclasses.replace(scored, config=config))
    assert (alone.page, "one model" in alone.why) == ("Models", True)
