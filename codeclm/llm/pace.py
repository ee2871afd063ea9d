"""How fast requests may go out: the minute limits a person set, and what an endpoint's headers tell.

Times are seconds of the caller's clock. Knows neither requests nor how many are in flight.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_LONGEST = 60.0
"""Seconds that a header may make the run wait; it is asked again then."""
_DIGITS = 15
"""Of a number in a header; a longer one is none."""
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_TIME = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")


def seconds(value: str | None, now: float = 0.0) -> float | None:
    """A header's time span: "1.5", "6m0s", "20ms"; a date counts from `now`, seconds since 1970."""
    if value is None:
        return None
    value = value.strip().lower()
    try:
        return min(max(0.0, float(value)), 86400.0)
    except ValueError:
        pass
    parts = _TIME.findall(value)
    if parts and "".join(map("".join, parts)) == value:
        return sum(float(number) * _UNITS[unit] for number, unit in parts)
    return _until(value, now)


def _until(date: str, now: float) -> float | None:
    from email.utils import parsedate_to_datetime  # only for the rare server that writes dates

    try:
        return max(0.0, parsedate_to_datetime(date).timestamp() - now)
    except (TypeError, ValueError, OverflowError):
        return None


class Pace:
    """Spaces requests out evenly, with no more than a second's worth at once."""

    def __init__(self, requests_per_minute: int | None = None, tokens_per_minute: int | None = None) -> None:
        self._request = 60.0 / requests_per_minute if requests_per_minute else 0.0
        self._token = 60.0 / tokens_per_minute if tokens_per_minute else 0.0
        self._next_request = 0.0
        self._next_token = 0.0
        self._spacing = 0.0
        self._spaced_from = 0.0

    def wait(self, now: float) -> float:
        """Seconds until the next request may go out."""
        return max(0.0, self._next_request - now - 1.0, self._next_token - now - 1.0, self._spaced_from - now)

    def take(self, now: float, tokens: int) -> None:
        """A request goes out that will need about so many tokens."""
        self._next_request = max(now, self._next_request) + self._request
        self._next_token = max(now, self._next_token) + tokens * self._token
        self._spaced_from = now + self._spacing

    def correct(self, tokens: int) -> None:
        """A reply took so many tokens more (less: negative) than foreseen."""
        self._next_token += tokens * self._token

    def told(self, headers: Mapping[str, str], in_flight: int, tokens: float, now: float) -> None:
        """Heed `x-ratelimit-remaining-*`: where little is left, it must last until the reset.

        `tokens` is what one request takes.
        """
        spacing = 0.0
        for kind, each in (("requests", 1.0), ("tokens", max(1.0, tokens))):
            remaining = headers.get(f"x-ratelimit-remaining-{kind}")
            if remaining is None or not remaining.isdecimal() or len(remaining) > _DIGITS:
                continue
            left = int(remaining) / each
            reset = seconds(headers.get(f"x-ratelimit-reset-{kind}"))
            if reset and left < 2 * in_flight + 1:
                spacing = max(spacing, min(reset, _LONGEST) / (left + 1))
        if spacing and not self._spacing:
            self._spaced_from = now + spacing
        self._spacing = spacing
