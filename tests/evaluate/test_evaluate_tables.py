"""Files of prompts, answers and scores."""

import json

import pytest

from codeclm import ingest
from codeclm.errors import InputError
from codeclm.evaluate import tables
from codeclm.records import Scores
from codeclm.store import Given, Prompt


def table(rows, name="rows.jsonl"):
    return ingest.read("\n".join(json.dumps(row) for row in rows).encode(), name)


def asked(*texts, **more):
    return [tables.Asked(Prompt(text), more.get("key", "") and str(at)) for at, text in enumerate(texts)]


def test_prompts_have_their_group_and_id():
    found = tables.prompts(
        table([{"question_id": 7, "text": "Why?", "category": "doubt"}, {"question_id": 8, "text": " "}])
    )
    assert found.records == [tables.Asked(Prompt("Why?", "doubt"), "7")]
    assert [each.row for each in found.rejected] == [2]


def test_prompts_join_their_input_and_may_repeat():
    rows = [{"instruction": "Mend it.", "input": "Teh cat."}] * 2
    assert [each.prompt.text for each in tables.prompts(table(rows)).records] == ["Mend it.\n\nTeh cat."] * 2


def test_a_file_without_prompts_is_told():
    with pytest.raises(InputError, match="no row of it is a prompt"):
        tables.prompts(table([{"text": ""}]))
    with pytest.raises(InputError, match="--group-field"):
        tables.prompts(table([{"text": "a"}]), group_field="kind")


def test_answers_find_their_prompt_by_id():
    rows = [{"question_id": 1, "answer_id": "x", "text": "B"}, {"question_id": 0, "text": "A"}]
    found = tables.answers(table(rows), asked("a", "b", key="yes"))
    assert found.answers == {0: Given("A"), 1: Given("B")}


def test_answers_find_their_prompt_by_its_text():
    rows = [{"prompt": "b", "response": "B", "truncated": True}, {"prompt": "z", "response": "Z"}]
    found = tables.answers(table(rows), asked("a", "b", "b"))
    assert found.answers == {1: Given("B", True), 2: Given("B", True)}
    assert [(each.row, each.reason) for each in found.rejected] == [(2, "there is no such prompt")]


def test_rows_for_prompts_beyond_a_limit_are_passed_over():
    rows = [{"prompt": text, "answer": text.upper(), "score": [9, 1]} for text in "abc"]
    for found in (
        tables.answers(table(rows), asked(*"abc"), limit=2),
        tables.scores(table(rows), asked(*"abc"), 2),
    ):
        assert sorted(found.answers or found.scores) == [0, 1]
        assert found.rejected == []
    by_order = [{"answer": text} for text in "ABC"]
    for told in (by_order, by_order[:2]):
        assert tables.answers(table(told), asked(*"abc"), limit=2).answers == {0: Given("A"), 1: Given("B")}
    with pytest.raises(InputError, match="do not find the 3 prompts"):
        tables.answers(table(by_order[:1]), asked(*"abc"), limit=2)


def test_answers_go_by_order_where_their_number_is_right():
    rows = [{"output": "A"}, {"output": ""}]
    assert tables.answers(table(rows), asked("a", "b")).answers == {0: Given("A"), 1: Given("")}
    with pytest.raises(InputError, match="do not find the 3 prompts"):
        tables.answers(table(rows), asked("a", "b", "c"))


@pytest.mark.parametrize("column", ["question_id", "prompt", "instruction"])
def test_a_file_about_other_prompts_does_not_go_by_order(column):
    rows = [{column: f"other {number}", "answer": "A", "score": [9, 1]} for number in range(2)]
    for read in (tables.answers, tables.scores):
        with pytest.raises(InputError, match=f"no row's {column} is one of the prompts'"):
            read(table(rows), asked("a", "b", key="yes"))


def test_ids_that_the_prompts_do_not_have_tell_nothing():
    rows = [{"question_id": number, "answer": text} for number, text in enumerate("AB")]
    assert tables.answers(table(rows), asked("a", "b")).answers == {0: Given("A"), 1: Given("B")}


def test_an_answer_that_is_none_is_rejected():
    found = tables.answers(table([{"output": "A"}, {"output": 3}]), asked("a", "b"))
    assert (found.answers, [each.row for each in found.rejected]) == ({0: Given("A")}, [2])
    with pytest.raises(InputError, match="--answer-field"):
        tables.answers(table([{"a": 1, "b": 2}]), asked("a"))


@pytest.mark.parametrize(
    ("row", "orders"),
    [
        ({"score": [9.0, 8.5], "text": "Close."}, (Scores(9, 8.5, "Close."),)),
        ({"strong_score": 3, "target_score": "4"}, (Scores(3, 4),)),
        (
            dict(zip(tables._ORDERS[1][0] + tables._ORDERS[1][1], (1, 2, 3, 4), strict=True)),
            (Scores(1, 2), Scores(3, 4)),
        ),
        ({"orders": [{"strong": 1, "target": 2}, {"strong": 3, "target": 4}]}, (Scores(1, 2), Scores(3, 4))),
        ({"orders": [{"strong": 1, "target": 2}]}, (Scores(1, 2),)),
    ],
)
def test_scores_come_in_one_order_or_both(row, orders):
    assert tables.scores(table([row]), asked("a")).scores == {0: orders}


@pytest.mark.parametrize("bad", [[-1, -1], [1], ["x", 2], [True, 2], [1e9, 1], None])
def test_scores_that_are_none_are_rejected(bad):
    found = tables.scores(table([{"score": [1, 2]}, {"score": bad}]), asked("a", "b"))
    assert (list(found.scores), [each.row for each in found.rejected]) == ([0], [2])


def test_a_file_without_scores_is_told():
    with pytest.raises(InputError, match="no scores"):
        tables.scores(table([{"text": "a"}]), asked("a"))
    with pytest.raises(InputError, match="no row of it can be used"):
        tables.scores(table([{"score": [-1, -1]}]), asked("a"))
