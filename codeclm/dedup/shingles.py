"""Texts as sets of word n-grams: by word, or by sign in scripts that write no spaces between words.

Case, punctuation and width do not count. All texts are read at once, as arrays: one by one, 100,000 of
them would take seconds. Knows neither rows nor thresholds.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]

SIZE = 3
"""Words in an n-gram: long enough to be rare, short enough for an instruction of a dozen words."""

_SPACELESS = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
    "\u3040-\u30ff\u31f0-\u31ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Japanese, Chinese
)
_TOKEN = re.compile(rf"[{_SPACELESS}]|[^\W_{_SPACELESS}]+")
_END = "\0"
"""Stands between texts; in none of them, as no word holds it."""
_WORD_OR_END = re.compile(rf"{_END}|{_TOKEN.pattern}")
_GAP = " " + f"{_END} " * (SIZE - 1)
_ASCII = {code: chr(code).lower() if chr(code).isalnum() or code == ord(_END) else " " for code in range(128)}
"""What becomes of plain letters and marks: a thousand times the speed of a pattern."""
_LARGEST = 2**62


def tokens(text: str) -> list[str]:
    """The words of a text, or the signs where its script writes no spaces."""
    return _TOKEN.findall(unicodedata.normalize("NFKC", text).casefold())


def normal(text: str) -> str:
    """What two texts share that differ in case, punctuation and spaces alone."""
    return " ".join(tokens(text))


@dataclass(frozen=True, slots=True)
class Grams:
    """The distinct n-grams of many texts as numbers, the rarest having the smallest.

    Those of text `at` are `numbers[starts[at]:starts[at + 1]]`, rising. `lone`: numbers below it occur once.
    """

    numbers: Numbers
    starts: Numbers
    lone: int

    @classmethod
    def of(cls, texts: Sequence[str]) -> Grams:
        """The n-grams of texts. A text shorter than an n-gram is one itself; one without words has none."""
        words, owner = _words(texts)
        grams, places = _windows(words, owner)
        return cls.numbered(grams, places, len(texts))

    @classmethod
    def numbered(cls, grams: Numbers, places: Numbers, texts: int) -> Grams:
        """Of n-grams under any numbers, each with the place of its text."""
        found = _counted(grams)
        counts = np.bincount(found)
        by_rarity = np.argsort(counts, kind="stable")
        rank = np.empty(len(counts), dtype=np.int64)
        rank[by_rarity] = np.arange(len(counts))
        whole = max(1, len(counts))
        keys = distinct(places * whole + rank[found])
        starts = np.searchsorted(keys // whole, np.arange(texts + 1))
        return cls(keys % whole, starts.astype(np.int64), int((counts == 1).sum()))

    def __len__(self) -> int:
        return len(self.starts) - 1

    @property
    def sizes(self) -> Numbers:
        """How many each text has."""
        return np.diff(self.starts)

    def __getitem__(self, at: int) -> frozenset[int]:
        return frozenset(self.numbers[self.starts[at] : self.starts[at + 1]].tolist())


def jaccard(one: frozenset[int], other: frozenset[int]) -> float:
    """Shared n-grams of all; 0 where both have none."""
    shared = len(one & other)
    return shared / (len(one) + len(other) - shared) if shared else 0.0


def overlap(one: frozenset[int], other: frozenset[int], least: int = 3) -> float:
    """Shared n-grams of the smaller text's: 1 where it stands whole in the other. Jaccard below `least`."""
    smaller = min(len(one), len(other))
    return len(one & other) / smaller if smaller >= least else jaccard(one, other)


def distinct(numbers: Numbers) -> Numbers:
    """The numbers, each once, rising: by sorting, which for so many takes a tenth of `np.unique`'s hashes."""
    rising: Numbers = np.sort(numbers)
    first: NDArray[np.bool_] = np.diff(rising, prepend=-1) != 0
    return rising[first]


def _counted(numbers: Numbers) -> Numbers:
    """The numbers as places in the row of those that there are."""
    order = np.argsort(numbers)
    steps = np.diff(numbers[order], prepend=-1) != 0
    found = np.empty(len(numbers), dtype=np.int64)
    found[order] = np.cumsum(steps) - 1
    return found


def _words(texts: Sequence[str]) -> tuple[Numbers, Numbers]:
    """The words of all texts as numbers, each text with SIZE - 1 zeros behind it; and whose each is."""
    plain = np.array([text.isascii() for text in texts], dtype=bool)
    flat: list[str] = []
    for alike in (plain, ~plain):
        part = (text.replace(_END, " ") for text in compress(texts, alike))
        whole = "".join(text + _GAP for text in part)
        if alike is plain:
            flat += whole.translate(_ASCII).split()
        else:
            flat += _WORD_OR_END.findall(unicodedata.normalize("NFKC", whole).casefold())
    known = {word: number for number, word in enumerate(dict.fromkeys([_END, *flat]))}
    words = np.fromiter(map(known.__getitem__, flat), np.int64, len(flat))
    order = np.concatenate([np.flatnonzero(plain), np.flatnonzero(~plain)])
    ends = np.cumsum(words == 0) - (words == 0)
    return words, order[ends // (SIZE - 1)] if len(order) else ends


def _windows(words: Numbers, owner: Numbers) -> tuple[Numbers, Numbers]:
    """The n-grams of the words as numbers, and whose each is."""
    count = max(0, len(words) - SIZE + 1)
    most = int(words.max(initial=0)) + 1
    grams = words[:count]
    for step in range(1, SIZE):
        if int(grams.max(initial=0)) >= _LARGEST // most:
            grams = _counted(grams)
        grams = grams * most + words[step : count + step]
    begins = np.diff(owner[:count], prepend=-1) != 0
    whole = (words[:count] != 0) & (begins | (words[SIZE - 1 :] != 0))
    return grams[whole], owner[:count][whole]
