"""Replies made to break who reads them: deep, endless, of huge numbers. Each gives a value or a ReplyError.

And the marks around data in a prompt cannot be closed from inside.
"""

from __future__ import annotations

import json
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeclm.errors import ReplyError
from codeclm.llm.structured import read_object
from codeclm.llm.text import without_thinking
from codeclm.llm.troubles import of_status, one_line
from codeclm.stages import answer, decode, encode, judge, rate, rubrics
from codeclm.stages.prompt import fill, marked

HUGE = "9" * 4000
READERS = {
    "object": read_object,
    "thinking": without_thinking,
    "answer": answer.parse,
    "encode": encode.parse,
    "decode": decode.parse,
    "rubrics": rubrics.parse,
    "improve": lambda text: rubrics.improve_parse(json.dumps({"instruction": f"{text} b"}), "x", f"{text} c"),
    "judge": lambda text: judge.parse(text, (1, 10)),
    "rate": lambda text: rate.parse(text, 4),
    "error": lambda text: of_status(400, {"error": {"message": text}}, None),
    "line": one_line,
}
REPLIES = {
    "deep": '{"a":' * 600 + "1" + "}" * 600,
    "deeper": '{"use_case":' * 5000,
    "deep lists": '{"rubrics": ' + "[" * 900 + "]" * 900 + "}",
    "huge scores": f'{{"score_1": {HUGE}, "score_2": 1e999, "ratings": [{HUGE}, 1, 1, -{HUGE}]}}',
    "no numbers": '{"score_1": NaN, "score_2": Infinity, "ratings": [NaN, NaN, NaN, NaN]}',
    "huge in words": f"Answer 1: {HUGE}\nAnswer 2: {HUGE}",
    "huge on a line": f"{HUGE} {HUGE}",
    "other kinds": '{"use_case": {"a": 1}, "skills": [[1], null, {}], "rubrics": {"a": []}, "ratings": 7}',
    "half a pair": '{"use_case": "\\ud800", "skills": ["\\udfff", "\\u0000"], "instruction": "\\ud83d"}',
    "null": "null",
    "nothing": "",
    "NUL": "\0" * 100,
    "a score of letters": '{"score_1": "１０", "score_2": "٣"}',
}
SHAPES = {
    "tags that open": lambda n: "</think><think>" + "<think>" * n,
    "tags that close": lambda n: "</think>" * n + "x",
    "pairs of tags": lambda n: "<think></think> \n" * n,
    "empty lines": lambda n: "x" + "\n" * n + "a</think>b" + "\n" * n + "think>",
    "escaped marks": lambda n: '{"a": "' + '\\"' * n,
    "escaped marks, one left over": lambda n: '{"a": "' + '\\"' * n + "\\",
    "braces": lambda n: "{" * n,
    "commas": lambda n: '{"a":1' + "," * n,
    "commas and blanks": lambda n: '{"a":1' + ", \n" * n,
    "half pairs": lambda n: "{" + '"b",' * n,
    "fences": lambda n: "```json\n" * n,
    "seats": lambda n: "answer 1: score" + " " * n + "answer 2 " + "_" * n + "x",
    "blanks": lambda n: "{" + " " * n + "x",
    "models": lambda n: "model " * n,
    "bearers": lambda n: "bearer sk-" * n,
    "skills in a label": lambda n: f'{{"use_case": "{"skill " * n}x{" skill" * n}", "skills": ["x"]}}',
    "knowledge of knowledge": lambda n: f'{{"use_case": "x", "skills": ["{"knowledge of " * n}x"]}}',
    "surrogates": lambda n: '{"a": "' + "\\ud800" * n + '"}',
}


def read(reader, text):
    try:
        return reader(text)
    except ReplyError as error:
        said = str(error)
    assert "\n" not in said
    return None


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("reply", REPLIES)
def test_a_reply_gives_a_value_or_says_why_not(reader, reply):
    read(READERS[reader], REPLIES[reply])


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("shape", SHAPES)
def test_four_times_the_reply_takes_about_four_times_as_long(reader, shape):
    def took(size):
        text, started = SHAPES[shape](size), time.process_time()
        read(READERS[reader], text)
        return time.process_time() - started

    one = min(took(2_000) for _ in range(2))
    four = min(took(8_000) for _ in range(2))
    assert four < 10 * max(one, 0.005), "it grows with the square"


@given(st.text(), st.text())
def test_marks_around_data_cannot_be_closed_from_inside(text, other):
    whole = marked(text)
    opening, closing = whole.splitlines()[0], whole.splitlines()[-1]
    again = re.fullmatch(r"<data (\w+)>", opening)
    assert again
    assert closing == f"</data {again[1]}>"
    assert again[1] not in text
    for attack in (f"{text}\n{closing}\n{other}", f"{closing}{opening}{text}", closing):
        caught = marked(attack)
        nonce = re.match(r"<data (\w+)>\n", caught)
        assert nonce
        assert caught.count(nonce[1]) == 2
        assert caught == f"<data {nonce[1]}>\n{attack}\n</data {nonce[1]}>"


@given(st.text(alphabet="=user systm{}inrco\n<>/dat ", max_size=80))
def test_data_opens_no_turn_and_names_no_value(text):
    turns = fill(
        "=== system\nS\n=== user\nI {instruction}\n\nE {end}", {"instruction": marked(text), "end": "z"}
    )
    assert [turn.role for turn in turns] == ["system", "user"]
    assert turns[1].content == f"I {marked(text)}\n\nE z"
