"""Cheap checks of an improvement before anyone pays for answering and judging it, and whether it drifts.

A text that fails a check is asked for again; drift is only noted, with a reason. By words, so that it
costs nothing: knows no model and no embedding.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from math import ceil

from codeclm.errors import ReplyError
from codeclm.records import Labels

COPIED = 0.75
"""The share of an action's words, in one run, from which it counts as copied."""
FEWEST = 5
"""Words of an action below which a run of them says nothing."""
LONGEST = 100
"""Words of an action that are looked at, so that no reply takes time with the square of its length."""
LETTERS = 12
"""Letters from which a text's script is told."""

_WORD = re.compile(r"[^\W_]+")
_LATIN = re.compile(rf"(?:[^A-Za-z]*+[A-Za-z]){{{LETTERS}}}")
_ASSENT = re.compile(r"^\W*(?:sure|certainly|of course|absolutely|gladly)\s*[,!.:]", re.IGNORECASE)
_MIXED = {"HIRAGANA": "CJK", "KATAKANA": "CJK"}
"""Japanese mixes three scripts: they count as one."""
_SPACELESS = ("CJK", "HIRAGANA", "KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR")
_STEM = 5


def improvement(text: str, before: str, action: str, raw: str) -> str:
    """The text of an improvement. ReplyError: it changed nothing, copied its action, or answered itself."""
    new, old = words(text), words(before)
    if new == old:
        raise ReplyError("the rewritten instruction is the one that was given; carry the action out", raw)
    if _copies(new, old, words(action)):
        raise ReplyError(
            "the rewritten instruction repeats the words of the action; carry it out instead", raw
        )
    if _answers(text, before):
        raise ReplyError("the reply answers the instruction; write the instruction alone", raw)
    return text


def drift(text: str, basic: str, labels: Labels) -> str:
    """Why an improvement may have left its metadata, in a few words; empty: nothing shows."""
    one, other = _script(text), _script(basic)
    if one and other and one != other:
        return f"written in {one.title()} letters, unlike its basic instruction"
    new = stems(text)
    known = stems(" ".join((basic, labels.use_case, *labels.skills)))
    if len(new) >= 4 and known and not new & known:
        return "shares no word with its basic instruction or its metadata"
    return ""


@lru_cache(maxsize=64)
def words(text: str) -> tuple[str, ...]:
    """The words of a text, case and marks aside; a script without spaces gives its signs.

    Remembered, as each instruction of a lineage is held against those before and behind it.
    """
    if text.isascii():
        return tuple(_WORD.findall(text.casefold()))
    found: list[str] = []
    for run in _WORD.findall(unicodedata.normalize("NFKC", text).casefold()):
        found += list(run) if _spaceless(run[0]) else [run]
    return tuple(found)


def stems(text: str) -> set[str]:
    """What a text is about, roughly: the beginnings of its longer words, or pairs of signs."""
    if text.isascii():
        return {word[:_STEM] for word in words(text) if len(word) > 3}
    found: set[str] = set()
    before = ""
    for word in words(text):
        if _spaceless(word[0]):
            if before:
                found.add(before + word)
            before = word
        else:
            before = ""
            if len(word) > 3:
                found.add(word[:_STEM])
    return found


def _copies(new: tuple[str, ...], old: tuple[str, ...], action: tuple[str, ...]) -> bool:
    """Whether a run of the action's words is in the new text that was not in the old one."""
    action = action[:LONGEST]
    size = max(FEWEST, ceil(COPIED * len(action)))
    return bool(set(_runs(action, size)).intersection(_runs(new, size)).difference(_runs(old, size)))


def _runs(whole: tuple[str, ...], size: int) -> Iterator[tuple[str, ...]]:
    return (whole[at : at + size] for at in range(len(whole) - size + 1))


def _answers(text: str, before: str) -> bool:
    return bool(_ASSENT.match(text)) and not _ASSENT.match(before)


def _script(text: str) -> str:
    """The script of most letters; empty where there are few."""
    if text.isascii():
        return "LATIN" if _LATIN.match(text) else ""
    counts: Counter[str] = Counter()
    for sign, times in Counter(text).items():
        if unicodedata.category(sign)[0] == "L":
            name = unicodedata.name(sign, "").partition(" ")[0]
            counts[_MIXED.get(name, name)] += times
    if counts.total() < LETTERS:
        return ""
    name, count = counts.most_common(1)[0]
    return name if count > counts.total() / 2 else ""


def _spaceless(sign: str) -> bool:
    return ord(sign) > 0x0E00 and unicodedata.name(sign, "").startswith(_SPACELESS)
