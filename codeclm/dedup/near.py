"""Which of many texts are near another, in order of preference: each is held against those kept so far.

So of any two that are near one stays, and no chain of likenesses can empty a cluster. Knows texts as
n-grams or vectors, and nothing of rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from codeclm.dedup.postings import Postings
from codeclm.dedup.shingles import Grams, jaccard, overlap

Vectors = NDArray[np.float32]
"""One row for each text, each of length 1."""

_BLOCK = 1024
_COLUMNS = 16_384


class Near(NamedTuple):
    """Text `other` is as near as `score` (0 to 1) to text `kept`, by their places in what was given."""

    kept: int
    other: int
    score: float


def by_ngram(grams: Grams, threshold: float, order: Sequence[int]) -> list[Near]:
    """Each text of the order that is at least `threshold` near (Jaccard) to a better one that stays, with
    the nearest; of equally near ones, the first.
    """
    stays = np.ones(len(order), dtype=bool)
    sets: dict[int, frozenset[int]] = {}

    def members(rank: int) -> frozenset[int]:
        if rank not in sets:
            sets[rank] = grams[order[rank]]
        return sets[rank]

    found = []
    for rank, others in Postings(grams, threshold, order).candidates(stays):
        here = members(rank)
        near = ((jaccard(here, members(other)), -order[other]) for other in others[stays[others]].tolist())
        score, kept = max(near, default=(0.0, 0))
        if score >= threshold:
            stays[rank] = False
            found.append(Near(-kept, order[rank], score))
    return found


def by_vector(vectors: Vectors, threshold: float, order: Sequence[int]) -> list[Near]:
    """As `by_ngram`, with cosines."""
    sorted_, found = vectors[np.asarray(order, dtype=np.intp)], []
    stays = np.ones(len(order), dtype=bool)
    for start in range(0, len(order), _BLOCK):
        block = sorted_[start : start + _BLOCK]
        score, where = _nearest(block, sorted_[:start], stays[:start])
        inside = block @ block.T
        for row in range(len(block)):
            before = np.where(stays[start : start + row], inside[row, :row], -1.0)
            if row and (nearest := int(before.argmax())) >= 0 and before[nearest] > score[row]:
                score[row], where[row] = before[nearest], start + nearest
            if score[row] >= threshold:
                stays[start + row] = False
                found.append(Near(order[where[row]], order[start + row], min(1.0, float(score[row]))))
    return found


def leaks_by_ngram(grams: Grams, texts: int, threshold: float) -> list[Near]:
    """Each of the first `texts` texts that holds a prompt, or is held by one: the prompts are the others.

    The share is that of the smaller one's n-grams.
    """
    end = grams.starts[texts]
    index: defaultdict[int, list[int]] = defaultdict(list)
    for number in range(len(grams) - texts):
        for gram in grams[texts + number]:
            index[gram].append(number)
    asked = np.isin(grams.numbers[:end], grams.numbers[end:])
    sharing = np.unique(np.repeat(np.arange(texts), grams.sizes[:texts])[asked])
    found = []
    for place in sharing.tolist():
        here = grams[place]
        candidates = {number for gram in here for number in index.get(gram, ())}
        best = max((overlap(here, grams[texts + each]), -each) for each in candidates)
        if best[0] >= threshold:
            found.append(Near(-best[1], place, best[0]))
    return found


def leaks_by_vector(vectors: Vectors, prompts: Vectors, threshold: float) -> list[Near]:
    """Each text whose nearest prompt is at least `threshold` near."""
    found: list[Near] = []
    for start in range(0, len(vectors), _BLOCK):
        score, where = _nearest(vectors[start : start + _BLOCK], prompts, np.ones(len(prompts), dtype=bool))
        found += [
            Near(int(where[row]), start + int(row), min(1.0, float(score[row])))
            for row in np.flatnonzero(score >= threshold)
        ]
    return found


def _nearest(
    block: Vectors, others: Vectors, counts: NDArray[np.bool_]
) -> tuple[NDArray[np.float32], NDArray[np.intp]]:
    """The highest cosine of each row of the block with the others that count, and whose it is."""
    score = np.full(len(block), -1.0, dtype=np.float32)
    where = np.zeros(len(block), dtype=np.intp)
    for start in range(0, len(others), _COLUMNS):
        part = block @ others[start : start + _COLUMNS].T
        part[:, ~counts[start : start + _COLUMNS]] = -1.0
        nearest = part.argmax(axis=1)
        high = part[np.arange(len(block)), nearest]
        better = high > score
        score[better], where[better] = high[better], nearest[better] + start
    return score, where
