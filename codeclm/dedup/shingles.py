"""Texts as sets of word n-grams: by word, or by sign in scripts that write no spaces between words.

Case, punctuation and width do not count. Knows neither rows nor thresholds.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

SIZE = 3
"""Words in an n-gram: long enough to be rare, short enough for an instruction of a dozen words."""

_SPACELESS = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
    "\u3040-\u30ff\u31f0-\u31ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Japanese, Chinese
)
_TOKEN = re.compile(rf"[{_SPACELESS}]|[^\W_{_SPACELESS}]+")


def tokens(text: str) -> list[str]:
    """The words of a text, or the signs where its script writes no spaces."""
    return _TOKEN.findall(unicodedata.normalize("NFKC", text).casefold())


class Shingles:
    """Numbers n-grams, the same for all texts given. A text shorter than an n-gram is one itself."""

    def __init__(self, size: int = SIZE) -> None:
        self._size = size
        self._words: dict[str, int] = {}
        self._grams: dict[tuple[int, ...], int] = {}

    def of(self, text: str) -> frozenset[int]:
        """The n-grams of a text; of one without words, none."""
        words, grams, size = self._words, self._grams, self._size
        numbers = [words.setdefault(word, len(words)) for word in tokens(text)]
        if len(numbers) < size:
            return frozenset([grams.setdefault(tuple(numbers), len(grams))]) if numbers else frozenset()
        windows = zip(*(numbers[start:] for start in range(size)), strict=False)
        return frozenset([grams.setdefault(window, len(grams)) for window in windows])

    def of_all(self, texts: Iterable[str]) -> list[frozenset[int]]:
        """The n-grams of each text."""
        return [self.of(text) for text in texts]


def normal(text: str) -> str:
    """What two texts share that differ in case, punctuation and spaces alone."""
    return " ".join(tokens(text))


def jaccard(one: frozenset[int], other: frozenset[int]) -> float:
    """Shared n-grams of all; 0 where both have none."""
    shared = len(one & other)
    return shared / (len(one) + len(other) - shared) if shared else 0.0


def overlap(one: frozenset[int], other: frozenset[int], least: int = 3) -> float:
    """Shared n-grams of the smaller text's: 1 where it stands whole in the other. Jaccard below `least`."""
    smaller = min(len(one), len(other))
    return len(one & other) / smaller if smaller >= least else jaccard(one, other)
