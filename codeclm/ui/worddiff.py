"""What changed between two texts, piece by piece: by word, or by sign where a script writes no spaces.

Pure: pieces of plain text go out, and whoever draws them decides how.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import groupby
from typing import Literal

Kind = Literal["same", "gone", "new"]
Piece = tuple[Kind, str]

LONGEST = 3000
"""Tokens a side; comparing takes a time that grows with their product."""

_JOINER = "\u200d"
_SPACELESS = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Burmese
    (0x1780, 0x17FF),  # Khmer
    (0x2E80, 0x312F),  # CJK radicals and signs, Hiragana, Katakana, Bopomofo
    (0x31A0, 0x9FFF),  # CJK ideographs
    (0xF900, 0xFAFF),
    (0xFF00, 0xFFEF),
    (0x1F000, 0x1FAFF),  # emoji
    (0x20000, 0x3FFFF),
)


def tokens(text: str) -> list[str]:
    """The text in parts that change as a whole: words, runs of white space, single signs."""
    found: list[str] = []
    last = ""
    for grapheme in graphemes(text):
        kind = _kind(grapheme[0])
        if found and kind == last and kind in ("word", "space"):
            found[-1] += grapheme
        else:
            found.append(grapheme)
        last = kind
    return found


def graphemes(text: str) -> list[str]:
    """Signs as a reader counts them: marks, modifiers and joined parts stay with what they belong to."""
    found: list[str] = []
    for sign in text:
        if found and (found[-1].endswith(_JOINER) or _joins(sign)):
            found[-1] += sign
        else:
            found.append(sign)
    return found


@lru_cache(maxsize=256)
def diff(old: str, new: str) -> tuple[Piece, ...]:
    """Pieces that make `old` without "new", and `new` without "gone"; what is gone comes first.

    Remembered, as what is drawn anew with every look at a page has seldom changed.
    """
    before, after = tokens(old), tokens(new)
    if len(before) > LONGEST or len(after) > LONGEST:
        whole: list[Piece] = [("same", new)] if old == new else [("gone", old), ("new", new)]
        return tuple(piece for piece in whole if piece[1])
    pieces: list[Piece] = []
    for tag, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(("same", "".join(before[a:b])))
        else:
            pieces += [("gone", "".join(before[a:b])), ("new", "".join(after[c:d]))]
    return tuple(_joined([piece for piece in pieces if piece[1]]))


def changed(pieces: Sequence[Piece]) -> float:
    """The share of the signs of both texts that changed, from 0 to 1."""
    total = sum(len(text) * (2 if kind == "same" else 1) for kind, text in pieces)
    return sum(len(text) for kind, text in pieces if kind != "same") / total if total else 0.0


def _joined(pieces: list[Piece]) -> list[Piece]:
    """A lone space between two changes joins them: words in a row read better as one change."""
    joined: list[Piece] = []
    for changes, group in groupby(_islands(pieces), key=lambda piece: piece[0] != "same"):
        run = list(group)
        if not changes:
            joined.append(("same", "".join(text for _, text in run)))
            continue
        gone = "".join(text for kind, text in run if kind in ("gone", "both"))
        new = "".join(text for kind, text in run if kind in ("new", "both"))
        joined += [("gone", gone)] if gone else []
        joined += [("new", new)] if new else []
    return joined


def _islands(pieces: list[Piece]) -> list[tuple[str, str]]:
    """The pieces, with "both" for white space that stands between changes of the same two kinds."""
    marked: list[tuple[str, str]] = list(pieces)
    for at in range(1, len(pieces) - 1):
        kind, text = pieces[at]
        if kind == "same" and text.isspace() and "\n" not in text and _swap(pieces, at):
            marked[at] = ("both", text)
    return marked


def _swap(pieces: list[Piece], at: int) -> bool:
    """Whether words were swapped for others on both sides of this piece."""
    left = {kind for kind, _ in pieces[max(0, at - 2) : at] if kind != "same"}
    right = {kind for kind, _ in pieces[at + 1 : at + 3] if kind != "same"}
    return len(left) == 2 and len(right) == 2


@lru_cache(maxsize=2**16)
def _kind(sign: str) -> str:
    if sign.isspace():
        return "space"
    if any(low <= ord(sign) <= high for low, high in _SPACELESS):
        return "sign"
    return "word" if sign.isalnum() or sign in "_'’" else "sign"


@lru_cache(maxsize=2**16)
def _joins(sign: str) -> bool:
    if unicodedata.category(sign).startswith("M") or sign == _JOINER:
        return True
    return 0x1F3FB <= ord(sign) <= 0x1F3FF or 0xE0020 <= ord(sign) <= 0xE007F
