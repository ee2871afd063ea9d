"""Contrast: θ tried and set, what each figure has in it, and people held against the judge."""

import json

import pytest
from streamlit.testing.v1 import AppTest

from codeclm import projects
from codeclm.records import Decision, Failure, Instruction, Labels, Metadata
from codeclm.settings import Dials
from codeclm.store import PairFilter
from codeclm.ui.rooms import ROOT
from tests.pages import pairing
from tests.pages.visits import desk, opened, texts


@pytest.mark.parametrize("part", ["θ lab", "Judge health", "People and judge"])
def test_every_part_of_contrast_draws_where_there_is_little_and_where_there_is_nothing(part):
    projects.create("empty")
    assert "No scores yet" in texts(opened("5_Contrast", project="empty", contrast=part))
    pairing.project("little", 1)
    opened("5_Contrast", project="little", contrast=part)


def test_of_too_few_pairs_nothing_is_said_to_be_as_usual():
    pairing.project("few")
    said = texts(opened("5_Contrast", project="few", contrast="Judge health"))
    assert "of 7]" in said
    assert "Too few to tell: it takes 20." in said
    assert "No more than usual." not in said


@pytest.mark.parametrize(("most", "theta"), [(100, 40.0), (1, 0.4)])
def test_theta_goes_as_far_as_the_scores_of_a_file(most, theta):
    made = projects.create("other")
    scores = [(most, 0.0), (most * 0.9, most * 0.2), (most * 0.5, most * 0.4)]
    with made.open() as store, store.write():
        store.settings.use_config(pairing.CONFIG)
        for number, (strong, target) in enumerate(scores):
            metadata = Metadata("manual", Labels(f"case {number}", ()))
            store.metadata.add([metadata])
            node = Instruction(metadata.id, metadata.revision, f"Say {number}")
            pairing.scored(store, node, (strong, target))
    test = opened("5_Contrast", project="other")
    assert test.slider(key="contrast_theta").max == most
    assert f"Gaps here reach {most}" in texts(test)
    test.slider(key="contrast_theta").set_value(theta).run()
    assert next(each for each in test.metric if each.label == "Kept").value == "2"
    test.button(key="contrast_use").click().run()
    assert not test.exception
    for page in ("4_Generate", "5_Contrast", "7_Export"):
        assert "Gaps here reach" not in texts(opened(page, project="other"))
    review = opened("6_Review", project="other")
    assert desk(review)["total"] == 2
    review.slider(key="review_gap").set_range(most * 0.8, most).run()
    assert desk(review)["total"] == 1


@pytest.mark.parametrize("page", ["5_Contrast", "6_Review", "7_Export"])
def test_a_theta_for_scores_of_another_scale_is_one_click_away(page):
    made = projects.create("other")
    with made.open() as store, store.write():
        store.settings.use_config(pairing.CONFIG)
        metadata = Metadata("manual", Labels("case", ()))
        store.metadata.add([metadata])
        pairing.scored(store, Instruction(metadata.id, metadata.revision, "Say"), (100, 0))
    test = opened(page, project="other")
    test.button(key="other_scale_use").click().run()
    assert not test.exception
    assert "Gaps here reach" not in texts(test)
    assert {each.value for each in (*test.slider, *test.number_input) if each.label == "θ"} <= {32.5}
    with made.open(readonly=True) as store:
        assert store.settings.dials().theta == 32.5


def test_a_lineage_that_failed_is_told_of_as_no_run_takes_it_up():
    made = pairing.project("mine", 2)
    with made.open() as store, store.write():
        for number in range(2):
            metadata = Metadata("manual", Labels(f"too easy {number}", ()))
            store.metadata.add([metadata])
            node = Instruction(metadata.id, metadata.revision, f"Say {number}")
            pairing.scored(store, node, (6, 5))
        store.failures.put(Failure("rubrics", node.id, pairing.CONFIG.id, "no usable reply", "?"))
    test = opened("5_Contrast", project="mine")
    assert "1 lineage would go on at this θ, in 5 to 15 calls." in texts(test)
    assert "1 lineage stopped by a failure." in texts(test)
    assert any("generate=Failures" in each.proto.query_string for each in test.get("page_link"))
    left_out = texts(opened("7_Export", project="mine"))
    assert "**1** not finished: a run goes on with them" in left_out
    assert "**1** stopped by a failure" in left_out


def test_theta_is_tried_without_being_set_and_then_used(mine):
    test = opened("5_Contrast", project="mine")
    test.slider(key="contrast_theta").set_value(6.5).run()
    assert not test.exception
    with mine.open(readonly=True) as store:
        assert store.settings.dials().theta == 3
        kept = store.pairs.count(pairing.CONFIG.id, 6.5, 4, PairFilter(status="kept"))
    assert next(each for each in test.metric if each.label == "Kept").value == str(kept)
    test.button(key="contrast_use").click().run()
    with mine.open(readonly=True) as store:
        assert store.settings.dials().theta == 6.5


def test_what_is_in_each_figure_of_cost_and_how_many_examples_are_shown_is_said(mine):
    test = opened("5_Contrast", project="mine")
    card = next(each for each in test.metric if each.label == "Tokens per kept pair")
    column = json.loads(test.dataframe[-1].proto.columns)["Tokens per kept pair"]
    assert "the table by group leaves out" in card.help
    assert "in the figure at the top alone" in column["help"]
    test.slider(key="contrast_theta").set_value(8.0).run()
    (said,) = [each.value for each in test.markdown if "kept at θ 3 and not at 8" in each.value]
    assert int(said.removeprefix("**").split()[0]) > 6
    assert said.endswith("; 6 of them:")


def test_people_are_held_against_the_judge_and_a_theta_is_proposed(mine):
    assert "Nobody has decided" in texts(opened("5_Contrast", project="mine", contrast="People and judge"))
    with mine.open() as store, store.write():
        for pair in store.pairs.page(pairing.CONFIG.id, 3, 4, limit=None):
            wide = abs(pair.comparison.gap) > 5
            store.decisions.decide(Decision(pair.id, "accept" if wide else "reject", "ann", pair.winner))
    test = opened("5_Contrast", project="mine", contrast="People and judge")
    assert "**θ 5**" in texts(test)
    assert "100 % of the decisions" in texts(test)
    test.button(key="contrast_to_lab").click().run()
    assert test.slider(key="contrast_theta").value == 5
    assert "Money per kept pair" in test.dataframe[-1].value.columns


def test_what_was_left_out_waits_nowhere():
    made = pairing.project("mine")
    with made.open() as store:
        store.settings.set_dials(Dials(theta=9.0))
    test = opened("5_Contrast", project="mine")
    assert "6 lineages would go on at this θ" in texts(test)
    with made.open() as store:
        store.metadata.set_state([row.id for row in store.metadata.page()], "excluded")
    assert "No scored lineage waits for another step at this θ" in texts(test.run())
    home = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    home.query_params["project"] = "mine"
    assert "pending" not in texts(home.run())
