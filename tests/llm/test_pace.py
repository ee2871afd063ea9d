from __future__ import annotations

from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeclm.llm.pace import Pace, seconds


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("1.5", 1.5),
        ("6m0s", 360),
        ("20ms", 0.02),
        ("1h2m", 3720),
        (" 3 ", 3),
        ("-5", 0),
        ("soon", None),
        ("", None),
    ],
)
def test_a_span_is_read_as_servers_write_it(text: str, meant: float | None) -> None:
    assert seconds(text) == meant


def test_a_date_counts_from_now() -> None:
    assert seconds(formatdate(1_000_030, usegmt=True), now=1_000_000) == 30
    assert seconds(None) is None


@given(st.text(max_size=30))
def test_no_header_breaks_it(text: str) -> None:
    value = seconds(text)
    assert value is None or value >= 0


def test_enough_left_means_no_spacing() -> None:
    pace = Pace()
    pace.told({"x-ratelimit-remaining-requests": "500", "x-ratelimit-reset-requests": "60s"}, 8, 10, 0.0)
    pace.take(0.0, 10)
    assert pace.wait(0.0) == 0


def test_tokens_left_are_counted_in_requests() -> None:
    pace = Pace()
    headers = {"x-ratelimit-remaining-tokens": "900", "x-ratelimit-reset-tokens": "10s"}
    pace.told(headers, 8, 100, 0.0)
    assert pace.wait(0.0) == pytest.approx(1.0)
    pace.told(headers, 1, 100, 0.0)
    pace.take(1.0, 100)
    assert pace.wait(1.0) == 0


@pytest.mark.parametrize("value", ["", "many", "-3", "1.5"])
def test_headers_that_make_no_sense_are_passed_over(value: str) -> None:
    pace = Pace()
    pace.told({"x-ratelimit-remaining-requests": value, "x-ratelimit-reset-requests": "60s"}, 8, 10, 0.0)
    pace.take(0.0, 10)
    assert pace.wait(0.0) == 0
