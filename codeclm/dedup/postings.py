"""Which texts may be near which by their n-grams: few enough to be held against each other one by one.

Exact: two sets that are near share one of their rarest members, with enough of each behind it; and a
signature tells of most other pairs that they share too few. Works in blocks, so that memory is bounded.
Knows no texts.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from codeclm.dedup.shingles import Grams, distinct
from codeclm.dedup.words import Numbers

Mask = NDArray[np.bool_]

_BLOCK = 1024
"""Texts looked at together."""
_MOST = 1_000_000
"""Pairs looked at together, but for a single text."""
_WORDS = 4
"""Of 64 bits each, in a signature."""
_MIX = np.uint64(0x9E3779B97F4A7C15)
_SLACK = 1e-9
_STALE = 0.98
"""The share of texts that must be left, or those that went are sorted out."""


class Postings:
    """Who has which of the rarest n-grams. A text is named by its rank: its turn in the order given."""

    def __init__(self, grams: Grams, threshold: float, order: Sequence[int]) -> None:
        self._share = threshold / (1 + threshold)
        """Of the n-grams of two texts together, the share that they have in common where they are near."""
        places = np.asarray(order, dtype=np.int64)
        self._sizes = grams.sizes[places]
        self._ranks, self._first, self._rest = _rarest(grams, threshold, places)
        # an n-gram that stands late in both texts leaves too few behind it: late ones look only at early ones
        late = self._rest < 2 * self._share * self._sizes[self._ranks] - _SLACK
        self._early, self._shift = ~late, late * len(late)
        self._turns = np.argsort(self._ranks, kind="stable")
        begins = np.flatnonzero(np.diff(self._ranks[self._turns], prepend=-1))
        self._edges = np.append(begins, len(self._turns))
        self._words, self._hidden = _signatures(grams, places)

    def candidates(self, stays: Mask) -> Iterator[tuple[int, Numbers]]:
        """Each text that has some, in turn, with those before it that may be near.

        `stays` is the caller's to change while this goes on: most of those that went are left out.
        """
        turns, edges = self._turns, self._edges
        at, last, left = 0, len(edges) - 1, math.inf
        while at < last:
            if stays.sum() < _STALE * left:
                left = int(stays.sum())
                alive = stays[self._ranks]
                before = np.concatenate([[0], np.cumsum(np.concatenate([alive, alive & self._early]))])
                there = np.concatenate([np.flatnonzero(alive), np.flatnonzero(alive & self._early)])
                living, behind = self._ranks[there], self._rest[there]
            end = min(at + _BLOCK, last)
            entries, firsts = turns[edges[at] : edges[end]], edges[at:end] - edges[at]
            start = before[self._first[entries] + self._shift[entries]]
            counts = before[entries + self._shift[entries]] - start
            fits = max(1, int((np.cumsum(np.add.reduceat(counts, firsts)) <= _MOST).sum()))
            at += fits
            cut = int(edges[at] - edges[at - fits])
            yield from self._pairs(self._met(entries[:cut], start[:cut], counts[:cut], living, behind))

    def _met(
        self, entries: Numbers, start: Numbers, counts: Numbers, alive: Numbers, behind: Numbers
    ) -> Numbers:
        """Each text with each that has one of its n-grams, with enough behind it in both; as one number."""
        inside = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        inside += np.repeat(start, counts)
        here, others = np.repeat(self._ranks[entries], counts), alive[inside]
        most = np.minimum(np.repeat(self._rest[entries], counts), behind[inside])
        near = most >= self._share * (self._sizes[here] + self._sizes[others]) - _SLACK
        return distinct(here[near] * len(self._sizes) + others[near])

    def _pairs(self, keys: Numbers) -> Iterator[tuple[int, Numbers]]:
        here, others = keys // len(self._sizes), keys % len(self._sizes)
        shared = np.minimum(self._hidden[here], self._hidden[others])
        for word in self._words:
            shared += np.bitwise_count(word[here] & word[others])
        near = shared >= self._share * (self._sizes[here] + self._sizes[others]) - _SLACK
        here, others = here[near], others[near]
        begins = np.flatnonzero(np.diff(here, prepend=-1)).tolist()
        for begin, end in pairwise([*begins, len(here)]):
            yield int(here[begin]), others[begin:end]


def _rarest(grams: Grams, threshold: float, places: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """The rank of each posting, by n-gram and then rank; where its n-gram's postings begin; and how many
    n-grams its text has from this one on.
    """
    sizes = grams.sizes
    rank = np.full(len(grams), -1, dtype=np.int64)
    rank[places] = np.arange(len(places))
    prefix = sizes - np.ceil(threshold * sizes - _SLACK).astype(np.int64) + 1
    within = np.arange(len(grams.numbers)) - np.repeat(grams.starts[:-1], sizes)
    owners = np.repeat(rank, sizes)
    wanted = (within < np.repeat(prefix, sizes)) & (grams.numbers >= grams.lone) & (owners >= 0)
    keys = grams.numbers[wanted] * len(places) + owners[wanted]
    order = np.argsort(keys)
    gram, ranks = keys[order] // len(places), keys[order] % len(places)
    return ranks, np.searchsorted(gram, gram), (np.repeat(sizes, sizes) - within)[wanted][order]


def _signatures(grams: Grams, places: Numbers) -> tuple[NDArray[np.uint64], Numbers]:
    """Bits for the n-grams of all texts, word by word; and how many of each share a bit with another."""
    bits = np.zeros((_WORDS, len(grams)), dtype=np.uint64)
    there = grams.sizes > 0
    if there.any():
        mixed = grams.numbers.astype(np.uint64) * _MIX >> np.uint64(56)
        bit, word = np.uint64(1) << (mixed & np.uint64(63)), mixed >> np.uint64(6)
        for each in range(_WORDS):
            mine = np.where(word == each, bit, np.uint64(0))
            bits[each, there] = np.bitwise_or.reduceat(mine, grams.starts[:-1][there])
    hidden = grams.sizes - np.bitwise_count(bits).sum(axis=0, dtype=np.int64)
    return bits[:, places], hidden[places]
