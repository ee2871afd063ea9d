from __future__ import annotations

from typing import Any

import pytest

from codeclm.llm.capabilities import Capabilities
from codeclm.llm.model import Request, Schema
from codeclm.llm.wire import BadReplyError, body_of, reply_of, resolved
from codeclm.records import LONGEST_TEXT, Message
from codeclm.settings import Endpoint, Sampling

SHAPE = Schema("thing", {"type": "object", "required": ["a"]})
REQUEST = Request("strong", "encode", "s", "m", (Message("user", "hi"),), Sampling(temperature=0.7))


def completion(**message: Any) -> dict[str, Any]:
    return {"choices": [{"message": message, "finish_reason": "stop"}]}


def test_the_endpoints_settings_have_the_last_word_and_change_the_key() -> None:
    endpoint = Endpoint(
        temperature=0.1, max_tokens=64, reasoning_effort="low", system="Be kind.", extra_body={"min_p": 0.1}
    )
    asked = resolved(REQUEST, endpoint)
    assert asked.sampling == Sampling(
        temperature=0.1, max_tokens=64, reasoning_effort="low", extra={"min_p": 0.1}
    )
    assert asked.messages == (Message("system", "Be kind."), Message("user", "hi"))
    assert asked.key != REQUEST.key
    assert resolved(asked, endpoint) == asked


def test_an_endpoint_without_settings_changes_nothing() -> None:
    assert resolved(REQUEST, Endpoint(url="http://127.0.0.1:1/v1", model="x")) is REQUEST


def test_there_is_one_system_turn() -> None:
    own = Request("strong", "encode", "s", "m", (Message("system", "Label."), *REQUEST.messages), Sampling())
    endpoint = Endpoint(system="Be kind.")
    asked = resolved(own, endpoint)
    assert asked.messages[0] == Message("system", "Be kind.\n\nLabel.")
    assert resolved(asked, endpoint) == asked


def test_no_temperature_means_none() -> None:
    body = body_of(resolved(REQUEST, Endpoint(temperature="none")), Capabilities())
    assert "temperature" not in body
    assert "seed" not in body


def test_extra_fields_go_in_but_replace_neither_model_nor_messages() -> None:
    endpoint = Endpoint(extra_body={"min_p": 0.05, "model": "other", "messages": [], "stream": True})
    body = body_of(resolved(REQUEST, endpoint), Capabilities())
    assert (body["min_p"], body["model"], len(body["messages"])) == (0.05, "m", 1)
    assert "stream" not in body


def test_room_multiplies_the_token_limit() -> None:
    cut = Request("strong", "answer", "s", "m", REQUEST.messages, Sampling(max_tokens=100), room=2)
    endpoint = Endpoint(max_tokens=300)
    assert body_of(cut, Capabilities())["max_tokens"] == 200
    assert body_of(resolved(cut, endpoint), Capabilities())["max_tokens"] == 600


@pytest.mark.parametrize(
    ("mode", "sent"), [("json_schema", "json_schema"), ("json_object", "json_object"), ("text", None)]
)
def test_a_schema_is_sent_as_the_endpoint_takes_it(mode: Any, sent: str | None) -> None:
    request = Request("strong", "encode", "s", "m", REQUEST.messages, Sampling(), schema=SHAPE)
    body = body_of(request, Capabilities(mode, described=mode != "json_schema"))
    assert body.get("response_format", {}).get("type") == sent
    assert ('"required": ["a"]' in body["messages"][-1]["content"]) == (mode != "json_schema")
    assert request.messages[-1].content == "hi"


def test_what_no_protocol_carries_is_replaced_on_the_way_out() -> None:
    request = Request("strong", "encode", "s", "m", (Message("user", "a\ud800\0b"),), Sampling())
    assert body_of(request, Capabilities())["messages"][0]["content"] == "a��b"


@pytest.mark.parametrize(
    ("message", "text", "raw"),
    [
        ({"content": "hi"}, "hi", "hi"),
        ({"content": None}, "", ""),
        ({"content": None, "refusal": "I will not."}, "I will not.", "I will not."),
        ({"content": [{"type": "text", "text": "a"}, {"type": "image"}, "b", 7]}, "ab", "ab"),
        ({"content": "<think>x</think>hi"}, "hi", "<think>x</think>hi"),
        ({"content": "hi", "reasoning_content": "hm"}, "hi", "<think>\nhm\n</think>\nhi"),
        ({"content": "hi", "reasoning": "hm"}, "hi", "<think>\nhm\n</think>\nhi"),
        ({"content": "a\ud800\0"}, "a��", "a��"),
    ],
)
def test_thinking_stays_in_the_raw_reply(message: dict[str, Any], text: str, raw: str) -> None:
    reply = reply_of(completion(**message), 0)
    assert (reply.text, reply.raw) == (text, raw)


@pytest.mark.parametrize(
    "data",
    [
        "<html>",
        None,
        [],
        {},
        {"choices": []},
        {"choices": None},
        {"choices": [1]},
        {"choices": [{}]},
        completion(content=7),
        completion(content={"a": 1}),
        {"error": "x"},
    ],
)
def test_what_is_no_completion_is_a_bad_reply(data: object) -> None:
    with pytest.raises(BadReplyError):
        reply_of(data, 0)


def test_an_error_with_status_200_is_told() -> None:
    with pytest.raises(BadReplyError, match="busy"):
        reply_of({"error": {"message": "busy"}}, 0)


def test_a_reply_longer_than_any_answer_is_cut_and_known_as_such() -> None:
    whole = reply_of(completion(content="x" * LONGEST_TEXT), 8)
    assert (len(whole.text), whole.truncated) == (LONGEST_TEXT, False)
    long = reply_of(completion(content="x" * (LONGEST_TEXT + 1)), 8)
    assert (len(long.text), long.truncated) == (LONGEST_TEXT, True)
    assert len(long.raw) == LONGEST_TEXT + 1


def test_a_reply_cut_at_the_limit_is_known_as_such() -> None:
    cut = {"choices": [{"message": {"content": "hal"}, "finish_reason": "length"}]}
    assert reply_of(cut, 0).truncated
    assert not reply_of({"choices": [{"message": {"content": "x"}, "finish_reason": None}]}, 0).truncated


@pytest.mark.parametrize("usage", [None, {}, {"prompt_tokens": "many"}, {"prompt_tokens": -1}, 7])
def test_tokens_that_were_not_counted_are_guessed_and_said_to_be(usage: object) -> None:
    reply = reply_of({**completion(content="x" * 40), "usage": usage}, 100)
    assert (reply.prompt_tokens, reply.completion_tokens, reply.estimated) == (25, 10, True)
