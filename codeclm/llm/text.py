"""Text as models write it, made fit to keep: without thinking, and without what no store accepts."""

from __future__ import annotations

import re

_UNFIT = re.compile("[\x00\ud800-\udfff]")
_ACTING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_OPENS, _CLOSES = "<think>", "</think>"
_SPACE = re.compile(r"\s*")
_CLOSED_LINE = re.compile(r"</think>[^\S\n]*(?:\n|\Z)")
_OPEN_LINE = re.compile(r"^[^\S\n]*<think>", re.MULTILINE)


def clean(text: str) -> str:
    """NULs and lone surrogates become U+FFFD, so that every store and file accepts the text."""
    return _UNFIT.sub("\ufffd", text)


def as_seen(text: str) -> str:
    """For a log: what a terminal acts on becomes U+FFFD, and only the first line is not indented."""
    return _ACTING.sub("\ufffd", text).replace("\n", "\n  ")


def without_thinking(text: str) -> str:
    """What a reply says once `<think>…</think>` is out, also where one of the two tags is missing."""
    if "think>" not in text:
        return text.strip()
    text = _outside(text)
    if closed := _CLOSED_LINE.search(text):
        text = text[closed.end() :]
    if opened := _OPEN_LINE.search(text):
        text = text[: opened.start()]
    return text.strip()


def _outside(text: str) -> str:
    """What is between no two tags. In one pass, however many tags a reply is made of."""
    parts, at = [], 0
    while (start := text.find(_OPENS, at)) >= 0 and (end := text.find(_CLOSES, start)) >= 0:
        parts.append(text[at:start])
        found = _SPACE.match(text, end + len(_CLOSES))
        at = found.end() if found else end
    return "".join((*parts, text[at:]))
