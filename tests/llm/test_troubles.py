from __future__ import annotations

import pytest

from codeclm.llm.capabilities import Capabilities
from codeclm.llm.troubles import TroubleKind, of_status, one_line

SENT = {
    "model": "m",
    "messages": [],
    "max_tokens": 9,
    "temperature": 1,
    "seed": 1,
    "min_p": 0.1,
    "response_format": {"type": "json_schema"},
}


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (429, {"error": {"message": "slow down"}}, "busy"),
        (429, {"error": {"message": "x", "code": "insufficient_quota"}}, "endpoint"),
        (429, {"error": {"message": "x", "type": "insufficient_quota"}}, "endpoint"),
        (429, {"message": "Quota exceeded, retry in 30s"}, "busy"),
        (500, "<html>oops</html>", "busy"),
        (503, None, "busy"),
        (529, {}, "busy"),
        (408, {}, "busy"),
        (404, {"detail": "Not Found"}, "endpoint"),
        (400, [{"error": {"message": "model x is unknown"}}], "endpoint"),
        (400, {"error": {"message": "Unsupported parameter: 'seed'", "param": "seed"}}, "parameter"),
        (422, {"detail": [{"loc": ["body", "temperature"], "msg": "too big"}]}, "parameter"),
        (400, {"error": {"message": "blocked by the content filter"}}, "request"),
        (413, "", "request"),
        (400, {"error": {"message": "max_tokens is too large: 9999"}}, "endpoint"),
        (405, {}, "endpoint"),
        (301, "", "endpoint"),
    ],
)
def test_a_status_and_what_it_says_make_the_kind(status: int, body: object, kind: TroubleKind) -> None:
    trouble = of_status(status, body, None)
    assert trouble.kind == kind
    assert "\n" not in trouble.text
    assert str(status) in trouble.text


def test_a_status_that_the_server_repeats_is_told_once() -> None:
    assert of_status(404, "404: Not Found", None).text.endswith("(404: Not Found)")


def test_a_quota_with_a_time_to_wait_is_a_rate_limit() -> None:
    body = {"error": {"message": "You exceeded your current quota, please check your plan and billing"}}
    assert of_status(429, body, None).kind == "endpoint"
    assert of_status(429, body, 30.0).kind == "busy"


def test_a_line_is_short_and_holds_no_key() -> None:
    said = "a\n\tb Bearer abc.def sk-proj-12345678 AIzaSyD-12345678 secret42 "
    line = one_line(said + "x" * 1000, ["secret42"])
    assert line.startswith("a b [key] [key] [key] [key] ")
    assert len(line) == 300


@pytest.mark.parametrize(
    ("message", "param", "change"),
    [
        ("Unsupported parameter: 'max_tokens'", "", {"tokens_parameter": "max_completion_tokens"}),
        ("Unsupported value: 'temperature' does not support 0.7", "temperature", {}),
        ("body.min_p: extra inputs are not permitted", "", {}),
        ("response_format is not supported", "", {"schema_mode": "json_object", "described": True}),
        ("Invalid schema for json_schema 'x'", "", {"schema_mode": "json_object", "described": True}),
    ],
)
def test_a_parameter_that_is_named_is_left_out(message: str, param: str, change: dict[str, object]) -> None:
    weaker = Capabilities().without(message, param, SENT)
    assert weaker is not None
    for name, value in change.items():
        assert getattr(weaker, name) == value
    assert weaker.without(message, param, SENT) == weaker


@pytest.mark.parametrize("message", ["", "bad model", "messages are wrong", "seeds and maximum_tokens"])
def test_what_names_no_parameter_changes_nothing(message: str) -> None:
    assert Capabilities().without(message, "", SENT) is None


def test_after_both_names_of_the_token_limit_none_is_sent() -> None:
    weaker = Capabilities().without("max_tokens", "", SENT)
    assert weaker is not None
    last = weaker.without("max_completion_tokens", "", {"max_completion_tokens": 9})
    assert last is not None
    assert last.refused == ("max_tokens", "max_completion_tokens")


def test_text_is_the_last_mode() -> None:
    can = Capabilities("json_object", described=True)
    weaker = can.without("response_format", "", {"response_format": {"type": "json_object"}})
    assert weaker == Capabilities("text", described=True)


@pytest.mark.parametrize("values", [{}, {"schema_mode": "other", "tokens_parameter": 7}])
def test_what_was_kept_is_read_back_and_damage_counts_as_not_probed(values: dict[str, object]) -> None:
    can = Capabilities("text", True, "max_completion_tokens", ("seed",))
    assert Capabilities.read(can.as_dict()) == can
    assert Capabilities.read(values) == Capabilities()
