"""How near a generated set is to held-out prompts: by the shares of labels, and by embeddings.

Each figure comes with the range that it would have by chance if both sets were drawn from one source:
the labels of who belongs to which set are dealt out anew many times (a permutation test). Pure: knows
neither projects nor models.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]

ROUNDS = 499
"""How often the sets are dealt anew."""
MOST = 1500
"""The most texts of one set that are compared; of more, some are drawn by chance, always the same."""


@dataclass(frozen=True, slots=True)
class TwoSample:
    """A distance of two sets. By chance alone it would lie between `low` and `high` 95 times in 100.

    `p`: how often chance alone gives at least as much; `sizes`: how many of each set were compared.
    """

    value: float
    low: float
    high: float
    p: float
    sizes: tuple[int, int]

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        chance = [self.low, self.high]
        return {"value": self.value, "by_chance": chance, "p": self.p, "sizes": list(self.sizes)}


def label_divergence(one: Sequence[str], other: Sequence[str], seed: int = 0) -> TwoSample | None:
    """Jensen-Shannon divergence of the shares of labels, in bits: 0 is alike, 1 nothing in common.

    None where a set has no labels, or the sets share none: then the labels are of different kinds.
    """
    mine, theirs = _clean(one), _clean(other)
    if not set(mine) & set(theirs):
        return None
    _, codes = np.unique(np.array(mine + theirs), return_inverse=True)
    kinds, size = int(codes.max()) + 1, len(mine)

    def divergence(order: NDArray[np.intp]) -> float:
        left = np.bincount(codes[order[:size]], minlength=kinds) / size
        right = np.bincount(codes[order[size:]], minlength=kinds) / (len(order) - size)
        middle = (left + right) / 2
        return float((_relative(left, middle) + _relative(right, middle)) / 2)

    random, here = np.random.default_rng(seed), np.arange(len(codes))
    chance = np.array([divergence(random.permutation(here)) for _ in range(ROUNDS)])
    return _judged(divergence(here), chance, (size, len(theirs)))


def energy_distance(one: Vectors, other: Vectors, seed: int = 0) -> TwoSample | None:
    """The energy distance of two sets of vectors: 0 where they are distributed alike. None: one is empty.

    Twice the mean distance between the sets, less the mean distances within each.
    """
    if not len(one) or not len(other):
        return None
    random = np.random.default_rng(seed)
    left, right = (_drawn(each, random) for each in (one, other))
    whole = np.concatenate([left, right]).astype(np.float32)
    squares = np.maximum(0, 2 - 2 * whole @ whole.T)
    distances = np.sqrt(squares, out=squares)
    np.fill_diagonal(distances, 0)
    weights = np.concatenate([np.full(len(left), 1 / len(left)), np.full(len(right), -1 / len(right))])
    dealt = np.stack([weights, *(random.permutation(weights) for _ in range(ROUNDS))]).astype(np.float32)
    values = -np.einsum("ij,ij->i", dealt @ distances, dealt)
    return _judged(float(values[0]), values[1:], (len(left), len(right)))


def _drawn(vectors: Vectors, random: np.random.Generator) -> Vectors:
    if len(vectors) <= MOST:
        return vectors
    return vectors[np.sort(random.choice(len(vectors), MOST, replace=False))]


def _judged(value: float, chance: NDArray[Any], sizes: tuple[int, int]) -> TwoSample:
    low, high = np.quantile(chance, [0.025, 0.975])
    p = (1 + int((chance >= value - 1e-9).sum())) / (1 + len(chance))
    return TwoSample(max(0.0, value), float(low), float(high), p, sizes)


def _relative(shares: NDArray[Any], middle: NDArray[Any]) -> float:
    there = shares > 0
    return float((shares[there] * np.log2(shares[there] / middle[there])).sum())


def _clean(labels: Sequence[str]) -> list[str]:
    return [" ".join(label.casefold().split()) for label in labels if label.strip()]
