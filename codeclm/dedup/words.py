"""Texts as rows of numbers: one for each word, or for each sign in scripts that write no spaces.

Case, punctuation and width do not count. All texts are read at once, as arrays: one by one, 100,000 of
them would take seconds. Knows neither n-grams nor rows.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import compress

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
_Hashes = NDArray[np.uint64]

_SPACELESS = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
    "\u3040-\u30ff\u31f0-\u31ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Japanese, Chinese
)
_SIGN = re.compile(rf"[{_SPACELESS}]")
_TOKEN = re.compile(rf"{_SIGN.pattern}|[^\W_{_SPACELESS}]+")
_END = "\0"
"""Stands between texts; in none of them, as no word holds it."""
_GAP, _LETTER, _ALONE = range(3)
"""What a character is: none of a word, one of a word, or a word itself."""

_BLOCK = 2**16
"""Characters read together, and those of one text more: few enough for the processor's cache."""
_BASE, _MIX = 0x9E3779B97F4A7C15, np.uint64(0xBF58476D1CE4E5B9)
_BACK = pow(_BASE, -1, 2**64)
_POSITIVE = np.uint64(2**62 - 1)


def tokens(text: str) -> list[str]:
    """The words of a text, or the signs where its script writes no spaces."""
    return _TOKEN.findall(_folded(text))


def normal(text: str) -> str:
    """What two texts share that differ in case, punctuation and spaces alone."""
    return " ".join(tokens(text))


def read(texts: Sequence[str], behind: int) -> tuple[Numbers, Numbers]:
    """The words of all texts, each text with so many zeros behind it; and whose each is.

    A word's number follows from its letters, and is another word's once in some 10^18.
    """
    plain = np.array([text.isascii() for text in texts], dtype=bool)
    end = _END * behind
    found = [
        _numbers(_folded(block))
        for alike in (plain, ~plain)
        for block in _blocks(text.replace(_END, " ") + end for text in compress(texts, alike))
    ]
    words = np.concatenate(found) if found else np.empty(0, dtype=np.int64)
    order = np.concatenate([np.flatnonzero(plain), np.flatnonzero(~plain)])
    ends = np.cumsum(words == 0) - (words == 0)
    return words, order[ends // behind]


def mixed(numbers: _Hashes) -> Numbers:
    """Numbers spread evenly, and so that a sum of some no longer tells of them; none is below zero."""
    spread = (numbers ^ (numbers >> np.uint64(31))) * _MIX
    spread ^= spread >> np.uint64(29)
    return (spread & _POSITIVE).astype(np.int64)


def _folded(text: str) -> str:
    return text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).casefold()


def _blocks(texts: Iterable[str]) -> Iterator[str]:
    block: list[str] = []
    size = 0
    for text in texts:
        block.append(text)
        size += len(text)
        if size >= _BLOCK:
            yield "".join(block)
            block, size = [], 0
    if block:
        yield "".join(block)


def _numbers(text: str) -> Numbers:
    """A number for each word of a text, and 0 for each end in it."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    kinds = _kinds(codes)
    letter = kinds == _LETTER
    alone = kinds == _ALONE
    begins = np.flatnonzero((letter & np.diff(letter, prepend=False)) | alone)
    ends = np.flatnonzero((letter & np.diff(letter, append=False)) | alone) + 1
    # the word's letters as the digits of a number: those up to its end less those before it, moved down
    digits = codes * _powers(len(codes), _BASE)
    sums = np.concatenate([np.zeros(1, dtype=np.uint64), np.cumsum(digits)])
    words = mixed((sums[ends] - sums[begins]) * _powers(len(codes), _BACK)[begins])
    words[codes[begins] == ord(_END)] = 0
    return words


def _kinds(codes: NDArray[np.uint32]) -> NDArray[np.uint8]:
    there = np.flatnonzero(np.bincount(codes))
    table = np.zeros(int(there.max(initial=0)) + 1, dtype=np.uint8)
    table[there] = [_kind(code) for code in there.tolist()]
    return table[codes]


@lru_cache(maxsize=2**17)
def _kind(code: int) -> int:
    sign = chr(code)
    if sign == _END or _SIGN.fullmatch(sign):
        return _ALONE
    return _LETTER if _TOKEN.fullmatch(sign) else _GAP


def _powers(count: int, base: int) -> _Hashes:
    """The first powers of a number, modulo 2^64."""
    return _few_powers(base)[:count] if count <= 2 * _BLOCK else _raised(count, base)


@lru_cache(maxsize=2)
def _few_powers(base: int) -> _Hashes:
    return _raised(2 * _BLOCK, base)


def _raised(count: int, base: int) -> _Hashes:
    powers = np.full(count, base, dtype=np.uint64)
    powers[0] = 1
    return np.cumprod(powers)
