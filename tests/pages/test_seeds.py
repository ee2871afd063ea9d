"""Seeds: what a file holds is chosen, and what became of it stays on the page."""

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from codeclm import projects
from codeclm.records import Labels, Metadata, Seed
from codeclm.store.selections import single
from codeclm.ui.seeds import table
from tests.pages import pairing

ROOT = Path(__file__).parent.parent.parent


def seeds_page():
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    test.query_params["project"] = "mine"
    test.switch_page("pages/1_Seeds.py").run()
    assert not test.exception
    return test


def upload(test, kind, *rows):
    """Choose what the file holds, and give it."""
    test.segmented_control(key="seeds_kind").set_value(kind).run()
    content = "\n".join(map(json.dumps, rows)).encode()
    test.file_uploader[0].set_value(("rows.jsonl", content, "application/json")).run()
    assert not test.exception
    return test


def links(test):
    return [link.proto.label for link in test.get("page_link")]


def test_pairs_answered_elsewhere_can_be_reviewed_at_once():
    made = projects.create("mine")
    row = {"question": "Explain rain", "strong": "Good", "target": pairing.HOSTILE}
    test = upload(
        seeds_page(),
        "Answered pairs",
        {**row, "strong_score": 9, "target_score": 2, "seed": "Rain?"},
        {**row, "question": "Explain snow", "strong": ""},
    )
    assert list(test.dataframe[0].value["Target answer"]) == [pairing.HOSTILE]
    test.button(key="seeds_add").click().run()
    assert not test.error
    with made.open(readonly=True) as store:
        assert (store.seeds.count(), store.pairs.count("imported", 3.0, 4)) == (1, 1)
    assert "1 row rejected, and why" in [each.label for each in test.expander]
    assert "Next: review 1 kept pair" in links(test)


def test_a_seed_leads_to_its_own_metadata(monkeypatch):
    led = []
    monkeypatch.setattr(table, "go", lambda page, label, **link: led.append(link))
    made = pairing.project("mine", 6)
    with made.open(readonly=True) as store:
        seed = store.seeds.page()[0]
        (row,) = (each for each in store.metadata.page() if each.seed == seed.id)
    test = AppTest.from_function(_whole_of_one, default_timeout=60)
    test.query_params["project"] = "mine"
    assert not test.run().exception
    assert led == [{"selection": single("metadata", row.id)}]


def _whole_of_one():
    from codeclm.ui import state
    from codeclm.ui.seeds import table

    project = state.current()
    with project.open(readonly=True) as store:
        seed = store.seeds.page()[0]
    table._whole(project, seed)


def test_metadata_comes_from_a_file():
    made = projects.create("mine")
    test = upload(seeds_page(), "Metadata", {"use_case": "weather", "skills": "brevity; calm"})
    test.button(key="seeds_add").click().run()
    with made.open(readonly=True) as store:
        assert store.metadata.page()[0].labels.skills == ("brevity", "calm")
    assert "Next: run the loop" in links(test)


def fields(test):
    """The columns chosen, by the words of their fields."""
    return {each.label: each.value for each in test.selectbox}


def tags(test):
    return next(each for each in test.selectbox if each.label == "Column with tags")


def column(test, label):
    return next(each for each in test.selectbox if each.label == f"Column with the {label}")


def test_a_file_with_one_answer_asks_for_the_other_and_says_where_it_can_go_without():
    projects.create("mine")
    test = upload(seeds_page(), "Answered pairs", {"instruction": "Explain rain", "output": "Good"})
    assert not test.error
    assert fields(test)["Column with the strong answer"] == "output"
    assert fields(test)["Column with the target answer"] is None
    (told,) = (each.value for each in test.info)
    assert "target model's answers" in told
    assert "take it as seeds" in told
    assert list(test.dataframe[0].value) == ["instruction", "output"]


def test_answers_and_scores_of_any_name_are_chosen():
    made = projects.create("mine")
    row = {"prompt": "Explain rain", "gpt": "Good", "mine": "Poor", "gpt_points": 9, "my_points": "2.5"}
    test = upload(seeds_page(), "Answered pairs", row)
    column(test, "strong answer").select("gpt").run()
    column(test, "target answer").select("mine").run()
    assert test.dataframe[0].value["Scores"][0] == "none yet"
    column(test, "strong answer's score").select("gpt_points").run()
    assert "a column for each" in test.error[0].value
    column(test, "target answer's score").select("my_points").run()
    assert not test.error
    assert test.dataframe[0].value["Scores"][0] == "9 and 2.5"
    test.button(key="seeds_add").click().run()
    with made.open(readonly=True) as store:
        (pair,) = store.pairs.page("imported", 3.0, 4)
    assert (pair.strong, pair.target, pair.comparison.gap) == ("Good", "Poor", 6.5)


@pytest.mark.parametrize("column", ["output", "Response", "instances[0].output"])
def test_answers_that_seeds_leave_out_are_told(column):
    projects.create("mine")
    row = {"instruction": "Explain rain", column: "Good"}
    if "[" in column:
        row = {"instruction": "Explain rain", "instances": [{"input": "", "output": "Good"}]}
    test = upload(seeds_page(), "Seeds", row)
    (told,) = (each.value for each in test.info)
    assert column in told.replace("\\", "")
    assert "stays out" in told
    assert "Answered pairs" in told
    test.selectbox[0].select(column).run()
    assert not test.info


def test_both_answers_beside_seeds_are_told_as_what_they_come_with():
    projects.create("mine")
    row = {"instruction": "Explain rain", "strong": "Good", "target": "Poor"}
    test = upload(seeds_page(), "Seeds", row)
    assert ["has answers too: as pairs" in each.value for each in test.info] == [True]


def test_rejects_of_the_first_file_stay_in_sight():
    projects.create("mine")
    test = upload(seeds_page(), "Seeds", {"text": "one"}, {"text": ""})
    test.button(key="seeds_add").click().run()
    assert "1 row rejected, and why" in [each.label for each in test.expander]
    assert "Next: run the loop" in links(test)


def test_rows_that_repeat_another_are_told_before_and_after():
    made = projects.create("mine")
    rows = [{"messages": [{"role": "user", "content": "a chat"}]}, {"text": "one"}, {"text": "one "}]
    test = upload(seeds_page(), "Seeds", *rows)
    assert "1 repeated row" in "\n".join(each.value for each in test.markdown)
    assert test.button(key="seeds_add").label == "Add 2 seeds"
    test.button(key="seeds_add").click().run()
    with made.open(readonly=True) as store:
        assert store.seeds.count() == 2
    told = [each.value for each in (*test.success, *test.info, *test.toast)]
    assert told == ["2 seeds added; 1 repeated row\\."]


def test_pairs_that_repeat_another_are_told_before_and_after():
    projects.create("mine")
    row = {"question": "Explain rain", "strong": "Good", "target": "Poor"}
    test = upload(seeds_page(), "Answered pairs", row, row, {**row, "question": "Explain snow"})
    assert "1 repeated row" in "\n".join(each.value for each in test.markdown)
    assert test.button(key="seeds_add").label == "Add 2 pairs"
    test.button(key="seeds_add").click().run()
    assert [each.value for each in test.toast] == ["2 pairs added; 1 repeated row\\."]


def test_pairs_that_are_there_with_other_answers_are_told_as_rejected():
    projects.create("mine")
    row = {"question": "Explain rain", "strong": "Good", "target": "Poor"}
    test = upload(seeds_page(), "Answered pairs", row)
    test.button(key="seeds_add").click().run()
    assert [each.value for each in test.subheader] == ["Add seeds"]
    test = upload(test, "Answered pairs", {**row, "target": "Other"}, {**row, "question": "Explain snow"})
    test.button(key="seeds_add").click().run()
    assert "1 pair added; 1 rejected, as listed below\\." in [each.value for each in test.toast]
    assert "1 row rejected, and why" in [each.label for each in test.expander]
    assert "other answers" in test.dataframe[0].value["Why"][0]


def test_seeds_that_are_there_but_deleted_are_told_with_the_way_to_them():
    made = projects.create("mine")
    rows = [{"text": name} for name in ("one", "two", "three")]
    with made.open() as store:
        store.seeds.add(Seed(row["text"]) for row in rows)
        store.seeds.delete([Seed("one").id, Seed("two").id])
    test = seeds_page()
    test.session_state["seeds_adding"] = True
    upload(test.run(), "Seeds", *rows, {"text": "new"})
    test.button(key="seeds_add").click().run()
    assert [each.value for each in test.toast] == [
        "1 seed added; 1 were there already; 2 were deleted: “Deleted” shows them, to be restored\\."
    ]


def test_a_row_written_by_hand_that_is_left_out_says_so():
    made = projects.create("mine")
    row = Metadata("manual", Labels("travel"))
    with made.open() as store:
        store.metadata.add([row])
        store.metadata.set_state([row.id], "excluded")
    test = seeds_page()
    test.segmented_control(key="seeds_how").set_value("No seeds: describe the task").run()
    test.text_input(key="seeds_new_use").set_value("travel")
    next(each for each in test.button if each.label == "Add row").click().run()
    assert "there, but left out" in test.toast[0].value


def test_tags_of_a_file_are_shown_before_they_are_taken_and_told_after():
    made = projects.create("mine")
    rows = [{"text": "one", "tags": ["code", "en"]}, {"text": "two", "tags": "code, de"}, {"text": "three"}]
    test = upload(seeds_page(), "Seeds", *rows)
    assert [list(each) for each in test.dataframe[0].value["Tags"]] == [["code", "en"], ["code", "de"], []]
    assert "2 with tags" in "\n".join(each.value for each in test.markdown)
    test.button(key="seeds_add").click().run()
    assert [each.value for each in (*test.success, *test.info, *test.toast)] == [
        "3 seeds added; 2 rows had tags\\."
    ]
    with made.open(readonly=True) as store:
        assert store.seeds.tags() == [("code", 2), ("de", 1), ("en", 1)]


def test_a_column_of_tags_is_guessed_and_another_or_none_chosen():
    made = projects.create("mine")
    rows = [{"text": f"text {at}", "category": "abcd"[at % 4], "meta": {"by": "me"}} for at in range(8)]
    test = upload(seeds_page(), "Seeds", *rows)
    assert tags(test).value == "category"
    assert "8 with tags" in "\n".join(each.value for each in test.markdown)
    tags(test).select("(none)").run()
    assert list(test.dataframe[0].value) == ["Seed", "Row"]
    tags(test).select("meta.by")
    test.button(key="seeds_add").click().run()
    with made.open(readonly=True) as store:
        assert store.seeds.tags() == [("me", 8)]


def test_the_button_that_adds_stands_before_the_preview():
    projects.create("mine")
    test = upload(seeds_page(), "Seeds", {"text": "one"})
    drawn = [getattr(each, "key", None) or type(each).__name__ for each in test.main]
    assert drawn.index("seeds_add") < drawn.index("Dataframe")


def test_the_table_shows_the_columns_that_tell_its_rows_apart():
    made = projects.create("mine")
    with made.open() as store:
        store.seeds.add([Seed("one", source="a.csv", row=1), Seed("two", source="a.csv", row=2)])
    test = seeds_page()
    assert list(test.dataframe[0].value) == ["Seed", "Row"]
    with made.open() as store:
        store.seeds.add([Seed("three", tags=("code",))])
    assert list(test.run().dataframe[0].value) == ["Seed", "Tags", "From", "Row"]
    with made.open() as store:
        store.seeds.delete([Seed("one").id, Seed("two").id])
        store.seeds.untag([Seed("three").id], "code")
    assert list(test.run().dataframe[0].value) == ["Seed"]


def test_a_seed_that_is_chosen_says_where_it_came_from():
    made = projects.create("mine")
    with made.open() as store:
        store.seeds.add([Seed("one", source="a_b.csv", row=1200)])
    test = AppTest.from_function(_whole_of_one, default_timeout=60)
    test.query_params["project"] = "mine"
    test.run()
    assert [each.value for each in test.caption] == [r"From a\_b\.csv, row 1,200"]


def test_a_file_without_tags_shows_no_column_for_them():
    projects.create("mine")
    test = upload(seeds_page(), "Seeds", {"text": "one"})
    assert list(test.dataframe[0].value) == ["Seed", "Row"]


@pytest.mark.parametrize(("times", "theta"), [(10, "22.5"), (0.1, "0.225"), (1, None)])
def test_scores_on_another_scale_are_told_after_the_import(times, theta):
    projects.create("mine")
    scores = {"strong_score": 9 * times, "target_score": 2 * times}
    test = upload(
        seeds_page(),
        "Answered pairs",
        {"question": "Explain rain", "strong": "Good", "target": "Poor", **scores},
    )
    test.button(key="seeds_add").click().run()
    added, *scale = [each.value for each in test.toast]
    assert added == "1 pair added\\."
    if theta is None:
        assert scale == []
    else:
        (told,) = (each.replace("\\", "") for each in scale)
        assert f"θ {theta}" in told
        assert told.endswith("Contrast sets it.")


def test_a_column_whose_name_holds_half_a_character_is_not_offered():
    projects.create("mine")
    test = upload(seeds_page(), "Instructions", {"\ud800col": "x", "text": "hi", "b": "y"})
    assert not test.error
    test.button(key="seeds_add").click().run()
    assert not test.error
    with projects.find("mine").open(readonly=True) as store:
        assert [seed.text for seed in store.seeds.page()] == ["hi"]
