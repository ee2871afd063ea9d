"""Words and numbers as a page shows them: hostile text made harmless, figures made readable.

Labels, captions, tooltips and error boxes are Markdown to Streamlit, so any text that did not come
from this project goes through `plain` before it stands in one. Bodies of text go through `body`,
which is never Markdown. Nothing here opens a project.
"""

from __future__ import annotations

import re
import time

import streamlit as st

from codeclm.records import Role

ROLE_COLOURS: dict[Role, str] = {"strong": "blue", "target": "orange", "judge": "violet"}
"""Of badges that name a role."""

_MARKS = re.compile(r"([\\`*_{}\[\]()#+\-.!|~<>$&=^]|:(?=\0))")
_UNSEEN = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ufeff]")
"""Control characters, and those that turn the direction of whatever stands behind them on the line."""
_STARTERS = re.compile(r"[:@](?=\S)|www(?=\.)|[<>~-](?=[-=>])", re.IGNORECASE)
"""Behind these, signs and addresses are made of a text when it is unescaped already."""
_PARTING = ":small[]"
"""An empty directive: it parts a text in two and shows nothing, and nothing of it is copied."""


def one_line(text: str, limit: int = 120) -> str:
    """The text on one line, white space collapsed, cut with … where longer than `limit` characters.

    Signs that nobody sees, and that could make the rest of the line read backwards, are left out.
    """
    line = " ".join(_UNSEEN.sub("", text).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def plain(text: str, limit: int = 400) -> str:
    """One line that Markdown shows as it is: no link, image, colour, icon, emoji, arrow, HTML or formula.

    What is copied from the page is the text. A backslash does not keep directives, emoji codes, addresses and
    arrows from being recognised after unescaping; they are parted.
    """
    parted = _STARTERS.sub("\\g<0>\0", one_line(text, limit))
    return _MARKS.sub(r"\\\1", parted).replace("\0", _PARTING)


def storable(typed: str, longest: int) -> str:
    """What somebody typed, cut at so many characters, without what no store takes: NUL and lone surrogates
    become U+FFFD.
    """
    text = typed[:longest].replace("\0", "\ufffd")
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def body(text: str, empty: str = "(empty)") -> None:
    """A whole text with its line breaks, never as Markdown or HTML."""
    if text.strip():
        st.text(text, width="stretch")
    else:
        st.caption(empty)


def whole(said: str) -> int | None:
    """The number that a person wrote or an address holds; None: it is not whole, or too large to be meant."""
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else None


def number(value: float | None) -> str:
    """12,345 — or a dash where it is unknown."""
    return "–" if value is None else f"{value:,.0f}"


def plural(count: int, one: str, many: str = "") -> str:
    """ "1 seed", "2 seeds", "3 entries"."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def score(value: float | None) -> str:
    """A mean score or gap: 8, 7.5; a dash where there is none."""
    return "–" if value is None else f"{value:.2f}".rstrip("0").rstrip(".")


def gap(value: float) -> str:
    """A gap with its sign: +4.5, −1, 0."""
    return "0" if value == 0 else ("+" if value > 0 else "−") + score(abs(value))


def dollars(value: float | None) -> str:
    """US dollars with as many places as they deserve; unknown stays unknown, never 0."""
    if value is None:
        return "unknown"
    fine = f"{value:.4f}"
    return f"${value:,.2f}" if value == 0 or value >= 1 else f"${fine[:4]}{fine[4:].rstrip('0')}"


def duration(seconds: float | None) -> str:
    """ "8 s", "3 min 20 s", "2 h 5 min"; a dash where it is unknown."""
    if seconds is None:
        return "–"
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest and minutes < 10 else f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"


def ago(timestamp: float | None, now: float | None = None) -> str:
    """How long since `timestamp` (seconds since the epoch): "just now", "5 min ago", "3 days ago"."""
    if timestamp is None:
        return "never"
    past = (time.time() if now is None else now) - timestamp
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "min")):
        if past >= size:
            whole = int(past // size)
            return f"{whole} {unit if whole == 1 or unit == 'min' else unit + 's'} ago"
    return "just now"
