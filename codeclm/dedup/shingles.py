"""Texts as sets of word n-grams, all at once, as arrays. Knows neither rows nor thresholds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from codeclm.dedup.words import Numbers, mixed, read

SIZE = 3
"""Words in an n-gram: long enough to be rare, short enough for an instruction of a dozen words."""
_BASE = np.uint64(0x9E3779B97F4A7C15)


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
        words, owner = read(texts, behind=SIZE - 1)
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


def _windows(words: Numbers, owner: Numbers) -> tuple[Numbers, Numbers]:
    """The n-grams of the words as numbers, and whose each is."""
    count = max(0, len(words) - SIZE + 1)
    grams = words[:count]
    for step in range(1, SIZE):
        grams = mixed(grams.view(np.uint64) * _BASE + words[step : count + step].view(np.uint64))
    begins = np.diff(owner[:count], prepend=-1) != 0
    whole = (words[:count] != 0) & (begins | (words[SIZE - 1 :] != 0))
    return grams[whole], owner[:count][whole]
