from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeclm.errors import ReplyError, TransportError
from codeclm.llm.model import Reply, Request, Schema
from codeclm.llm.structured import ask, read_object
from codeclm.records import Message
from codeclm.settings import Sampling
from codeclm.testing import ScriptedModel

WANTED = Schema("number", {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]})
REQUEST = Request("strong", "encode", "s1", "m", (Message("user", "A number?"),), Sampling(), schema=WANTED)
OBJECT = {"use_case": "tea", "skills": ["a", "b}"], "n": 7}


def number(text: str) -> int:
    value = read_object(text).get("n")
    if not isinstance(value, int):
        raise ReplyError("n is not a whole number", text)
    return value


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(OBJECT),
        json.dumps(OBJECT, indent=2),
        f"```json\n{json.dumps(OBJECT)}\n```",
        f"```\n{json.dumps(OBJECT)}",
        f"Sure, here it is: {json.dumps(OBJECT)} I hope {{that}} helps.",
        f"In {{braces}}: {json.dumps(OBJECT)}",
        f"[{json.dumps(OBJECT)}]",
        '{"use_case": "tea", "skills": ["a", "b}",], "n": 7,}',
        '{"use_case": "tea", "n": 7, "skills": ["a", "b}"',
        '{"use_case": "tea", "n": 7, "skills": ["a", "b}"], "more"',
        '{"use_case": "tea", "n": 7, "skills": ["a", "b}"], "more":',
    ],
)
def test_an_object_is_found_however_it_is_wrapped(text: str) -> None:
    assert read_object(text) == OBJECT


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no",
        "[1, 2]",
        "{",
        '{"n": 1',
        '{"n": NaN}',
        '{"n": "cut he',
        '{"n"',
        '{"n": 12, "m',
        "{" * 5000,
        "[" * 100_000,
    ],
)
def test_what_may_have_been_changed_by_a_cut_or_is_no_object_is_refused(text: str) -> None:
    with pytest.raises(ReplyError):
        read_object(text)


@given(st.text(max_size=200))
def test_no_text_breaks_the_reader(text: str) -> None:
    for candidate in (text, "{" + text, f'{{"a": {text}'):
        with suppress(ReplyError):
            assert isinstance(read_object(candidate), dict)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), JSON, max_size=4))
def test_every_object_survives_being_wrapped_in_prose(value: dict[str, object]) -> None:
    text = json.dumps(value)
    expected = json.loads(text.replace("\\u0000", "\\ufffd"))
    assert read_object(text) == expected
    assert read_object(f"Here:\n{text}\nDone.") == expected


def test_escapes_bring_in_nothing_that_cannot_be_stored() -> None:
    assert read_object(r'{"a\u0000": ["\ud800", {"b": "\udfff\ud83d\ude00"}]}') == {
        "a\ufffd": ["\ufffd", {"b": "\ufffd😀"}]
    }


async def test_a_good_reply_is_asked_for_once() -> None:
    model = ScriptedModel(['{"n": 3}'])
    value, reply = await ask(model, REQUEST, number)
    assert (value, reply.raw, model.history) == (3, '{"n": 3}', [REQUEST])


async def test_a_bad_reply_is_shown_to_its_author_with_the_reason() -> None:
    model = ScriptedModel(['{"n": "x"}', '{"n": 4}'])
    assert (await ask(model, REQUEST, number))[0] == 4
    again = model.history[1]
    assert again.messages[0] == REQUEST.messages[0]
    assert again.messages[1] == Message("assistant", '{"n": "x"}')
    assert "n is not a whole number" in again.messages[2].content
    assert again.key != REQUEST.key
    assert again.room == 1


async def test_after_two_re_asks_the_last_raw_reply_is_kept() -> None:
    model = ScriptedModel(["one", "two", Reply("three", "<think>x</think>three")])
    with pytest.raises(ReplyError, match="no JSON object") as caught:
        await ask(model, REQUEST, number)
    assert caught.value.raw == "<think>x</think>three"
    assert len({request.key for request in model.history}) == 3


async def test_the_same_bad_reply_twice_is_asked_for_a_third_time_all_the_same() -> None:
    model = ScriptedModel(["", "", '{"n": 5}'])
    assert (await ask(model, REQUEST, number))[0] == 5
    assert len({request.key for request in model.history}) == 3


async def test_a_cut_reply_is_told_so_and_gets_twice_the_room() -> None:
    model = ScriptedModel([Reply('{"n": ', '{"n": ', "length"), '{"n": 5}'])
    assert (await ask(model, REQUEST, number))[0] == 5
    assert model.history[1].room == 2
    assert "cut at the token limit" in model.history[1].messages[-1].content
    assert "shorter" in model.history[1].messages[-1].content


async def test_an_empty_reply_is_named_as_such_and_no_turn_is_empty() -> None:
    model = ScriptedModel(["  ", '{"n": 5}'])
    await ask(model, REQUEST, number)
    assert "empty" in model.history[1].messages[-1].content
    assert all(turn.content.strip() for turn in model.history[1].messages)


async def test_a_transport_error_is_not_asked_again_here() -> None:
    model = ScriptedModel([TransportError("strong: gone")])
    with pytest.raises(TransportError):
        await ask(model, REQUEST, number)
    assert len(model.history) == 1


async def test_plain_text_is_enough_where_the_stage_says_so() -> None:
    value, _ = await ask(ScriptedModel(["  plain  "]), REQUEST, str.strip)
    assert value == "plain"
