"""What a page keeps when another page, or another project, is looked at in between."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from codeclm import projects
from codeclm.jobs.order import config_for
from codeclm.jobs.step import rubric_set
from codeclm.records import Seed
from codeclm.settings import Dials, Endpoint, Prices
from tests.pages import pairing
from tests.pages.visits import opened

ROOT = Path(__file__).parent.parent.parent


def made(name, theta=3.0):
    project = projects.create(name)
    with project.open() as store:
        store.seeds.add([Seed(f"seed {n}") for n in range(4)])
        store.settings.set_dials(store.settings.dials().model_copy(update={"theta": theta}))
        for role in ("strong", "target"):
            priced = Endpoint(url="http://127.0.0.1:1/v1", model=role, prices=Prices(prompt=1, completion=1))
            store.settings.set_endpoint(role, priced)
    return project


def gone_to(test, page):
    test.switch_page(f"pages/{page}.py").run()
    assert not test.exception
    return test


def field(test, key):
    return test.number_input(key=key)


def test_settings_of_a_run_outlive_a_look_at_other_pages_and_say_where_it_stops():
    made("mine")
    test = opened("4_Generate", "mine")
    for key, value in (("gen_per", 2), ("gen_calls", 12), ("gen_budget", 0.5)):
        field(test, key).set_value(value).run()
    assert any("It stops after 12 calls or at $0.5" in each.value for each in test.markdown)
    gone_to(gone_to(test, "9_Models"), "4_Generate")
    assert [field(test, key).value for key in ("gen_per", "gen_calls", "gen_budget")] == [2, 12, 0.5]
    field(test, "gen_calls").set_value(None).run()
    gone_to(gone_to(test, "9_Models"), "4_Generate")
    assert field(test, "gen_calls").value is None


def test_a_limit_in_money_outlasts_a_model_whose_price_is_unknown():
    project = made("mine")

    def price(prices):
        with project.open() as store:
            for role in ("strong", "target"):
                here = Endpoint(url="http://127.0.0.1:1/v1", model=role, prices=prices)
                store.settings.set_endpoint(role, here)

    test = opened("4_Generate", "mine")
    field(test, "gen_budget").set_value(10.0).run()
    price(None)
    gone_to(gone_to(test, "9_Models"), "4_Generate")
    assert field(test, "gen_budget").value == 10.0
    assert "a price for the strong model and the target" in " ".join(each.value for each in test.warning)
    assert test.button(key="gen_start").disabled
    price(Prices(prompt=1, completion=1))
    assert not test.run().button(key="gen_start").disabled
    assert field(test, "gen_budget").value == 10.0
    price(None)
    field(test.run(), "gen_budget").set_value(None).run()
    assert not test.button(key="gen_start").disabled


def test_settings_of_a_run_outlive_a_reload_and_what_the_project_has_meanwhile():
    project = made("mine")
    test = opened("4_Generate", "mine")
    for key, value in (("gen_per", 2), ("gen_calls", 12), ("gen_budget", 0.5)):
        field(test, key).set_value(value).run()
    again = opened("4_Generate", "mine")
    assert [field(again, key).value for key in ("gen_per", "gen_calls", "gen_budget")] == [2, 12, 0.5]
    field(again, "gen_calls").set_value(None).run()
    assert field(opened("4_Generate", "mine"), "gen_calls").value is None
    for per, theta in ((3, 1.0), (4, 2.0)):
        with project.open() as store:
            store.settings.set_dials(Dials(per_metadata=per, theta=theta))
        gone_to(gone_to(again, "9_Models"), "4_Generate")
        for seen in (again, opened("4_Generate", "mine")):
            assert [field(seen, key).value for key in ("gen_per", "gen_theta")] == [per, theta]
            assert [field(seen, key).value for key in ("gen_budget", "gen_calls")] == [0.5, None]


def test_limits_stay_while_the_prompts_get_another_profile():
    made("mine")
    test = opened("4_Generate", "mine")
    field(test, "gen_calls").set_value(12).run()
    test.segmented_control(key="generate").set_value("Prompts").run()
    test.segmented_control(key="prompts_profile").set_value("small").run()
    test.segmented_control(key="generate").set_value("Run").run()
    assert (field(test, "gen_calls").value, test.selectbox(key="gen_profile").value) == (12, "small")


@pytest.mark.parametrize(
    "kept", ["x", [], [{}, {}], [{"dials": {}, "max_calls": -3}] * 2, [{"dials": {}, "reach": "<b>"}] * 2]
)
def test_settings_that_cannot_be_read_are_as_none(kept):
    project = made("mine")
    with project.open() as store:
        store.settings.set("generate_set", kept)
    test = opened("4_Generate", "mine")
    assert not test.error
    assert (field(test, "gen_per").value, field(test, "gen_calls").value) == (1, None)


def test_what_the_project_has_meanwhile_counts_before_what_was_set():
    project = made("mine")
    test = opened("4_Generate", "mine")
    field(test, "gen_theta").set_value(1.0).run()
    gone_to(test, "5_Contrast")
    with project.open() as store:
        store.settings.set_dials(store.settings.dials().model_copy(update={"theta": 5.0}))
    assert field(gone_to(test, "4_Generate"), "gen_theta").value == 5.0


def test_another_project_begins_on_home_and_with_its_own_settings():
    made("mine", theta=2.0)
    made("other", theta=5.0)
    test = opened("4_Generate", "mine")
    assert field(test, "gen_theta").value == 2.0
    field(test, "gen_calls").set_value(7).run()
    test.selectbox(key="sidebar_project").set_value("other").run()
    assert not test.exception
    assert (test.title[0].value, test.query_params["project"]) == ("other", "other")
    gone_to(test, "4_Generate")
    assert (field(test, "gen_theta").value, field(test, "gen_calls").value) == (5.0, None)


def test_an_address_that_leads_to_another_project_empties_the_page_once():
    made("mine", theta=2.0)
    made("other", theta=5.0)
    test = opened("4_Generate", "mine")
    field(test, "gen_per").set_value(3).run()
    test.query_params["project"] = "other"
    test.run()
    assert not test.number_input, "so that the browser forgets what they held"
    test.run()
    assert (field(test, "gen_theta").value, field(test, "gen_per").value) == (5.0, 1)


def test_a_project_that_is_gone_is_not_taken_for_another_but_on_home():
    made("mine")
    other = made("other")
    test = opened("6_Review", "other")
    projects.delete(other)
    for again in (test.run(), opened("6_Review", "other"), gone_to(test, "1_Seeds")):
        assert not again.exception
        assert any("There is no project named other here" in each.value for each in again.markdown)
        assert not again.get("bidi_component")
        assert not again.button
    home = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    home.query_params["project"] = "other"
    home.run()
    assert (home.title[0].value, home.query_params["project"]) == ("mine", "mine")
    assert any("another one is open" in each.value for each in home.error)


def test_a_template_half_written_outlives_a_look_at_another_and_at_other_pages():
    project = made("mine")
    test = opened("4_Generate", "mine")

    def template():
        test.segmented_control(key="generate").set_value("Prompts").run()
        return next(each for each in test.text_area if each.label == "Template")

    template().set_value("=== user\nHalf of it {instruction}").run()
    prompt = test.selectbox(key="prompt")
    prompt.set_value(prompt.options[1]).run()
    assert "Half of it" not in template().value
    test.selectbox(key="prompt").set_value(prompt.options[0]).run()
    assert "Half of it" in template().value
    gone_to(test, "9_Models")
    gone_to(test, "4_Generate")
    assert "Half of it" in template().value
    test.button(key="prompt_save").click().run()
    with project.open() as store:
        store.settings.set("templates", {"standard": {"encode": "=== user\nOf another {instruction}"}})
    assert template().value == "=== user\nOf another {instruction}", "nothing typed is left to be kept"
    test.button(key="prompt_reset").click().run()
    gone_to(test, "9_Models")
    gone_to(test, "4_Generate")
    assert "Of another" not in template().value
    assert "Half of it" not in template().value


def test_what_an_export_leaves_out_as_repeated_or_leaked_stays_so():
    test = opened("7_Export", pairing.project("mine").name)
    test.selectbox(key="export_dedup").select("ngram").run()
    test.slider(key="export_dedup_at_ngram").set_value(0.5).run()
    test.file_uploader(key="export_against").set_value(("asked.jsonl", b'{"prompt": "p0"}', "")).run()
    test.selectbox(key="export_leaks").select("exact").run()
    gone_to(gone_to(test, "6_Review"), "7_Export")
    assert [test.selectbox(key=key).value for key in ("export_dedup", "export_leaks")] == ["ngram", "exact"]
    assert test.slider(key="export_dedup_at_ngram").value == 0.5
    assert [each.label for each in test.button if each.key.startswith("export_against")] == [r"asked\.jsonl"]


def labelled(test, label):
    """The field with this label."""
    return next(each for each in (*test.text_area, *test.text_input) if each.label == label)


def test_pasted_seeds_outlive_a_look_elsewhere_until_they_are_added():
    made("mine")
    test = opened("1_Seeds", "mine")
    test.session_state["seeds_adding"] = True
    test.run().segmented_control(key="seeds_how").set_value("Pasted text").run()
    pasted = "Instructions, one a line"
    labelled(test, pasted).set_value("Plan a walk\nExplain rain").run()
    test.segmented_control(key="seeds_how").set_value("File").run()
    test.segmented_control(key="seeds_how").set_value("Pasted text").run()
    assert labelled(test, pasted).value == "Plan a walk\nExplain rain"
    gone_to(gone_to(test, "9_Models"), "1_Seeds")
    test.session_state["seeds_adding"] = True
    assert labelled(test.run(), pasted).value == "Plan a walk\nExplain rain"
    test.button(key="seeds_add").click().run()
    test.session_state["seeds_adding"] = True
    assert labelled(test.run(), pasted).value == ""


def test_a_file_given_on_seeds_stays_given_as_what_it_was_said_to_hold_until_it_is_added():
    made("mine")
    test = opened("1_Seeds", "mine")
    test.session_state["seeds_adding"] = True
    test.run().segmented_control(key="seeds_kind").set_value("Answered pairs").run()
    content = b'{"asked": "Plan a walk", "more": "", "strong": "Up", "target": "Down"}'
    test.file_uploader[0].set_value(("rows.jsonl", content, "")).run()

    def column():
        return next(each for each in test.selectbox if each.label.startswith("Column with"))

    column().select("asked").run()
    assert test.button(key="seeds_add").label == "Add 1 pair"
    gone_to(gone_to(test, "2_Metadata"), "1_Seeds")
    test.session_state["seeds_adding"] = True
    test.run()
    assert column().value == "asked"
    test.button(key="seeds_add").click().run()
    assert not test.error
    test.session_state["seeds_adding"] = True
    test.run()
    assert not [each for each in test.button if each.key == "seeds_add"]
    assert not [each for each in test.button if each.label == r"rows\.jsonl"], "it is taken"


def test_an_instruction_and_rubrics_half_written_by_hand_outlive_a_look_elsewhere():
    with pairing.project("mine").open() as store:
        config = config_for(store, store.settings.endpoints(), store.settings.dials())
        for row in store.metadata.page():
            store.lineages.add_rubrics(
                rubric_set([], row.revision, config.id, [("It is short.", "Shorten it")])
            )
    test = opened("4_Generate", "mine")
    test.segmented_control(key="generate").set_value("By hand").run()
    test.session_state["studio_rubrics_open"] = True
    test.run()
    before = labelled(test, "Instruction").value
    labelled(test, "Instruction").set_value("Half an edit").run()
    labelled(test, "Rubric 1").set_value("Half a rubric").run()
    gone_to(gone_to(test, "9_Models"), "4_Generate")
    test.segmented_control(key="generate").set_value("By hand").run()
    test.session_state["studio_rubrics_open"] = True
    test.run()
    assert labelled(test, "Rubric 1").value == "Half a rubric"
    assert labelled(test, "Instruction").value == "Half an edit"
    first = test.radio(key="studio_node").value
    test.button(key="studio_edit").click().run()
    test.radio(key="studio_node").set_value(first).run()
    assert labelled(test, "Instruction").value == before, "what was saved is not to be saved again"


def test_a_label_half_renamed_outlives_a_look_elsewhere():
    pairing.project("mine")
    test = opened("2_Metadata", "mine")
    test.segmented_control(key="meta_part").set_value("Labels").run()
    test.multiselect(key="meta_old").set_value(["case 1"]).run()
    labelled(test, "Call it").set_value("a better name").run()
    gone_to(gone_to(test, "9_Models"), "2_Metadata")
    test.segmented_control(key="meta_part").set_value("Labels").run()
    assert test.multiselect(key="meta_old").value == ["case 1"]
    assert labelled(test, "Call it").value == "a better name"
