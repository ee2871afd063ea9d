"""Text as models write it, made fit to keep: without thinking, and without what no store accepts."""

from __future__ import annotations

import re

_UNFIT = re.compile("[\x00\ud800-\udfff]")
_CLOSED = re.compile(r"<think>.*?</think>\s*", re.DOTALL)
_OPEN = re.compile(r"(?:\A|(?<=\n))\s*<think>.*\Z", re.DOTALL)
_CLOSE_ONLY = re.compile(r"\A.*?(?:\A|\n)?\s*</think>(?:\s*\n|\s*\Z)", re.DOTALL)


def clean(text: str) -> str:
    """NULs and lone surrogates become U+FFFD, so that every store and file accepts the text."""
    return _UNFIT.sub("\ufffd", text)


def without_thinking(text: str) -> str:
    """What a reply says once `<think>…</think>` is out, also where one of the two tags is missing."""
    if "think>" not in text:
        return text.strip()
    text = _CLOSED.sub("", text)
    if "</think>" in text:
        text = _CLOSE_ONLY.sub("", text)
    return _OPEN.sub("", text).strip()
