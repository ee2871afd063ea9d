"""What each stage accepts of a reply, and what it refuses."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeclm.errors import ReplyError
from codeclm.records import Labels
from codeclm.stages import answer, decode, encode, judge, rubrics

SCALE = (1, 10)


@pytest.mark.parametrize(
    ("use_case", "skills", "want"),
    [
        ("  Essay   writing. ", ["Style"], Labels("Essay writing", ("Style",))),
        ('"essay"', ["cooking skills", "knowledge of physics"], Labels("essay", ("cooking", "physics"))),
        ("essay", ["a", "", "  ", "b", "c", "d"], Labels("essay", ("a", "b", "c"))),
        ("essay", ["Skill", "knowledge", "tact"], Labels("essay", ("tact",))),
        ("essay", ["tact", "Tact", "wit"], Labels("essay", ("tact", "wit"))),
        ("essay", "tact, wit", Labels("essay", ("tact", "wit"))),
        ("essay", ["tact, wit", 7, None], Labels("essay", ("tact", "wit"))),
        ("- **essay**", ["C#", "C++"], Labels("essay", ("C#", "C++"))),
        ("Aufsatz schreiben", ["« ton »"], Labels("Aufsatz schreiben", ("ton",))),
        ("a label of very many words indeed, which is guidance and no fault", ["x"], None),
        ("skillet cooking", ["knowledgeable tone"], Labels("skillet cooking", ("knowledgeable tone",))),
    ],
)
def test_encode_reads_and_tidies_labels(use_case, skills, want):
    found = encode.parse(json.dumps({"use_case": use_case, "skills": skills}))
    assert found == (want or Labels(use_case, tuple(skills)))


@pytest.mark.parametrize(
    "reply",
    [
        "",
        "essay; tact",
        "[]",
        '{"use_case": "", "skills": ["a"]}',
        '{"use_case": "a", "skills": []}',
        '{"use_case": "a"}',
        '{"use_case": 3, "skills": ["a"]}',
        '{"use_case": "a", "skills": {"b": 1}}',
        '{"use_case": "knowledge", "skills": ["a"]}',
    ],
)
def test_encode_refuses_what_names_nothing(reply):
    with pytest.raises(ReplyError) as caught:
        encode.parse(reply)
    assert caught.value.raw == reply


def test_encode_reads_json_in_prose_and_fences():
    reply = 'Here you are:\n```json\n{"use_case": "essay", "skills": ["tact"]}\n```'
    assert encode.parse(reply) == Labels("essay", ("tact",))


@pytest.mark.parametrize("parse", [decode.parse, rubrics.improve_parse])
@pytest.mark.parametrize(
    ("reply", "want"),
    [
        ('{"instruction": "Write a poem."}', "Write a poem."),
        ('Sure: {"instruction": "Write a poem."}', "Write a poem."),
        ("Write a poem.", "Write a poem."),
        ("Instruction: Write a poem.", "Write a poem."),
        ("**New instruction:** Write a poem.", "Write a poem."),
        ('"Write a poem."', "Write a poem."),
        ('"A" is before "B". Why?', '"A" is before "B". Why?'),
        ('{"instruction": "Improved request:\\nfix {\\"a\\": 1}"}', 'fix {"a": 1}'),
        ("Fill in.\nQ: 1+1\nAnswer:", "Fill in.\nQ: 1+1\nAnswer:"),
        (
            "Go on.\nAnswer: 3\nAnswer: 4\n" + "x " * 90,
            "Go on.\nAnswer: 3\nAnswer: 4\n" + ("x " * 90).strip(),
        ),
        ("Schreibe ein Gedicht über {name} für $5.", "Schreibe ein Gedicht über {name} für $5."),
    ],
)
def test_an_instruction_is_read_from_json_or_as_it_stands(parse, reply, want):
    assert parse(reply) == want


@pytest.mark.parametrize(
    "reply",
    [
        "",
        "  \n",
        '{"instruction": ""}',
        '{"text": "x"}',
        '{"instruction": 3}',
        '{"instruction": "cut of',
        "Write a poem.\n\nAnswer: " + "Roses are red, violets are blue. " * 4,
    ],
)
def test_no_instruction_or_one_that_answers_itself_is_refused(reply):
    with pytest.raises(ReplyError):
        decode.parse(reply)


def rubric_reply(count, **change):
    pairs = [{"rubric": f"r{n}", "action": f"a{n}", **change} for n in range(count)]
    return json.dumps({"rubrics": pairs})


def test_four_rubrics_are_read_and_of_more_the_first_four():
    want = (("r0", "r1", "r2", "r3"), ("a0", "a1", "a2", "a3"))
    assert rubrics.parse(rubric_reply(4)) == want
    assert rubrics.parse(rubric_reply(6)) == want


@pytest.mark.parametrize(
    "reply", [rubric_reply(3), rubric_reply(4, action=""), rubric_reply(4, rubric=7), '{"rubrics": "x"}', "x"]
)
def test_fewer_than_four_whole_rubrics_are_refused(reply):
    with pytest.raises(ReplyError):
        rubrics.parse(reply)


@pytest.mark.parametrize(
    ("reply", "want"),
    [
        ('{"explanation": "b is short", "score_1": 9, "score_2": 8.5}', (9, 8.5)),
        ('{"score_1": "9/10", "score_2": "7"}', (9, 7)),
        ("9 8.5\nThe first answer is better.", (9, 8.5)),
        ("The first answer is from 2019 and lists 3 facts.\n\n8, 6", (8, 6)),
        ("Scores: 8 | 7.5", (8, 7.5)),
        ("8/10 7/10", (8, 7)),
        ("Assistant 1: 9/10\nAssistant 2: 8/10", (9, 8)),
        ("**Answer A**: 7 because 2020 is right.\n**Answer B**: 4, it lists 10 errors.", (7, 4)),
        ("Score 1 is 5. Score 2 is 6.5", (5, 6.5)),
        ("score_1: 1\nscore_2: 10", (1, 10)),
    ],
)
def test_two_scores_are_read(reply, want):
    seen = judge.parse(reply, SCALE)
    assert (seen.first, seen.second) == want


@pytest.mark.parametrize(
    "reply",
    [
        "",
        "Both are good.",
        "1. Answer one\n2. Answer two",
        "In 1990 and 2005 it was so.",
        "9",
        "9 8 7",
        "Answer 1: 9",
        "Answer 1: 2019. Answer 2: 8",
        "Answer 1: 80% Answer 2: 70%",
        "Answer 1: 9/20\nAnswer 2: 8/20",
        '{"score_1": "4/5", "score_2": "3/5"}',
        '{"score_1": 11, "score_2": 5}',
        '{"score_1": 0, "score_2": 5}',
        '{"score_1": true, "score_2": 5}',
        '{"score_1": NaN, "score_2": 5}',
        '{"score_1": null, "score_2": 5}',
        '{"score_1": 1e999, "score_2": 5}',
        "Answer 1: 9. Answer 2: 8. Then again, Answer 1: 7.",
    ],
)
def test_what_is_not_two_scores_within_the_scale_is_refused(reply):
    with pytest.raises(ReplyError) as caught:
        judge.parse(reply, SCALE)
    assert caught.value.raw == reply


def test_the_rationale_is_kept():
    reply = '{"explanation": " b stops early ", "score_1": 9, "score_2": 2}'
    assert judge.parse(reply, SCALE).rationale == "b stops early"
    assert judge.parse("9 2\nb stops early", SCALE).rationale == "9 2\nb stops early"


@given(st.floats(1, 10), st.floats(1, 10))
def test_any_score_within_the_scale_comes_back(first, second):
    seen = judge.parse(json.dumps({"score_1": first, "score_2": second}), SCALE)
    assert (seen.first, seen.second) == (first, second)


@given(st.text())
def test_parsers_raise_nothing_but_reply_errors(text):
    for parse in (encode.parse, decode.parse, rubrics.parse, lambda reply: judge.parse(reply, SCALE)):
        with contextlib.suppress(ReplyError):
            parse(text)


def test_an_answer_may_be_empty():
    assert answer.parse(" \n") == ""
    assert answer.parse("\n yes \n") == "yes"


def test_what_is_no_label_by_its_length_is_asked_for_again():
    assert encode.parse(json.dumps({"use_case": "x" * 200, "skills": ["y"]})).use_case == "x" * 200
    for reply in ({"use_case": "x" * 201, "skills": ["y"]}, {"use_case": "x", "skills": ["y" * 201]}):
        with pytest.raises(ReplyError, match="a label has 201 characters; give a few words"):
            encode.parse(json.dumps(reply))
