"""A button pressed before the page was drawn with what was just typed: the typed counts, not the drawn."""

import pytest

from codeclm import projects
from codeclm.jobs.step import rubric_set
from codeclm.records import Seed
from codeclm.settings import Endpoint, Prices
from codeclm.ui import started as started_jobs
from codeclm.ui.file_kinds import KINDS
from tests.pages import pairing
from tests.pages.visits import opened


@pytest.fixture
def started(monkeypatch):
    """The words of each job that was started."""
    found = []
    monkeypatch.setattr(
        started_jobs.process, "start", lambda path, command, words, _: found.append([command, *words])
    )
    return found


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
    assert limits == {"--limit": "1", "--max-calls": "5", "--budget": "0.5", "--theta": "2.0"}


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


def template(test):
    return next(each for each in test.text_area if each.label == "Template")


def test_a_prompt_is_saved_as_it_was_typed_last():
    made = projects.create("mine")
    test = opened("4_Generate", generate="Prompts")
    template(test).set_value("=== user\nLabel this: {instruction}").run()
    template(test).set_value("=== user\nLabel this: {instruction} Thank you.")
    test.button(key="prompt_save").click().run()
    with made.open(readonly=True) as store:
        assert store.settings.get("templates")["small"]["encode"].endswith("Thank you.")


def test_a_branch_and_an_action_are_taken_as_they_were_typed_last(started):
    made = pairing.project("mine")
    with made.open() as store:
        for row in store.metadata.page():
            asked = [("It names a form.", "Ask for a table"), ("It is short.", "Halve it")]
            store.lineages.add_rubrics(rubric_set([], row.revision, pairing.CONFIG.id, asked))
    test = opened("4_Generate", generate="By hand", studio_search="case 0")
    (editor,) = [each for each in test.text_area if each.label == "Instruction"]
    editor.set_value("First words").run()
    next(each for each in test.text_area if each.label == "Instruction").set_value("First and last words")
    test.button(key="studio_edit").click().run()
    tree = test.radio(key="studio_node")
    assert any("First and last words" in each for each in tree.options), tree.options
    (action,) = [each for each in test.selectbox if each.label == "Action"]
    action.set_value(action.options[1])
    test.button(key="studio_improve").click().run()
    assert "--action=Ask for a table" in started[0]


def test_labels_are_merged_under_the_name_typed_last():
    made = pairing.project("mine")
    test = opened("2_Metadata", meta_part="Labels")
    test.multiselect(key="meta_old").set_value(["case 0", "case 2"]).run()
    test.multiselect(key="meta_old").set_value(["case 0", "case 1"])
    test.text_input(key="meta_new").set_value(" Good  name ")
    test.button(key="meta_relabel").click().run()
    with made.open(readonly=True) as store:
        assert {row.labels.use_case for row in store.metadata.page()} == {"Good name", "case 2"}


def test_pasted_seeds_are_added_as_they_were_pasted_last():
    made = projects.create("mine")
    test = opened("1_Seeds")
    test.segmented_control(key="seeds_how").set_value("Pasted text").run()
    pasted = next(each for each in test.text_area if each.label == "Instructions, one a line")
    pasted.set_value("Plan a trip.").run()
    next(each for each in test.text_area if each.label == "Instructions, one a line").set_value(
        "Plan a trip.\nExplain a bill."
    )
    test.button(key="seeds_add").click().run()
    with made.open(readonly=True) as store:
        assert [seed.text for seed in store.seeds.page()] == ["Plan a trip.", "Explain a bill."]


def test_a_file_is_added_by_the_column_chosen_last():
    made = projects.create("mine")
    test = opened("1_Seeds")
    content = b'{"instruction": "Summarize.", "question": "Why is it so?"}\n'
    test.file_uploader[0].set_value(("rows.jsonl", content, "application/json")).run()
    next(each for each in test.selectbox if each.label == KINDS[0].columns[0].label).set_value("question")
    test.button(key="seeds_add").click().run()
    with made.open(readonly=True) as store:
        assert [seed.text for seed in store.seeds.page()] == ["Why is it so?"]
