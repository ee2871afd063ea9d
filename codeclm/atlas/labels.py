"""Labels that are nearly the same, and combinations of labels from plausible to odd.

By spelling alone, or by vectors where they are given. Pure; knows no metadata.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Literal, NamedTuple

import numpy as np
from scipy import sparse

from codeclm.atlas.graph import Floats, neighbours
from codeclm.atlas.naming import stem

Why = Literal["spelling", "number", "wording", "meaning"]
MEANING = 0.82
"""Cosine from which two labels are taken to mean the same; it is a proposal, not a merge."""
_SHARED = 0.5
_WRITTEN, _WORD, _JOINED = 0.86, 0.8, 0.93
"""How alike labels are written that differ in a letter or two: as a whole, word by word, and where one has
more words, without the spaces."""
_NEAREST = 6
_SIGNS = re.compile(r"[\W_]+")
_KNOWN_SHARE = 0.7
_RANK: Mapping[Why, int] = {"spelling": 0, "number": 1, "wording": 2, "meaning": 3}


@dataclass(frozen=True, slots=True)
class Near:
    """Two labels nearly the same. `keep` is the one used more often; `likeness` between 0 and 1.

    `why`: they differ in case and signs (spelling), in the endings of words (number), in a letter or two
    (wording), or only mean about the same.
    """

    keep: str
    drop: str
    why: Why
    likeness: float


Said = tuple[Why, float]
Alike = dict[tuple[str, str], Said]
"""Pairs of labels, each in order of its letters, with why they are nearly the same and how much."""


def ranked(counts: Mapping[str, int], alike: Alike) -> list[Near]:
    """The pairs as they are offered: which one is kept, the surest first."""
    pairs = [_near(one, other, counts, said) for (one, other), said in alike.items()]
    return sorted(pairs, key=lambda pair: (_RANK[pair.why], -pair.likeness, pair.keep, pair.drop))


def written(labels: Iterable[str], known: Collection[str] = ()) -> Alike:
    """Pairs that are nearly the same in writing; those of two `known` labels are left out."""
    fresh, old = sorted({*labels} - {*known}), sorted({*labels} & {*known})
    listed, found = [*fresh, *old], Alike()
    read = [_Read.of(label) for label in listed]
    for one, other in _alike_in_writing(listed, len(fresh)):
        if said := _compared(read[one], read[other]):
            found[_pair(listed[one], listed[other])] = said
    return found


def meant(labels: Sequence[str], vectors: Floats | None) -> Alike:
    """Pairs that mean about the same. `vectors`: a row for each label."""
    found: Alike = {}
    if vectors is None or len(labels) < 2:
        return found
    indices, distances = neighbours(vectors, _NEAREST)
    for one, (row, away) in enumerate(zip(indices.tolist(), distances.tolist(), strict=True)):
        for other, distance in zip(row, away, strict=True):
            if 1 - distance >= MEANING:
                found.setdefault(_pair(labels[one], labels[other]), ("meaning", 1 - distance))
    return found


def _pair(one: str, other: str) -> tuple[str, str]:
    return (one, other) if one < other else (other, one)


def _near(one: str, other: str, counts: Mapping[str, int], said: tuple[Why, float]) -> Near:
    keep, drop = sorted((one, other), key=lambda label: (-counts[label], len(label), label))
    return Near(keep, drop, said[0], round(said[1], 3))


def _alike_in_writing(labels: Sequence[str], fresh: int) -> Iterable[tuple[int, int]]:
    """Pairs that share at least half of their groups of three letters; one is among the first `fresh`."""
    if len(labels) < 2 or not fresh:
        return []
    rows = [Counter(_threes(label)) for label in labels]
    index = {three: at for at, three in enumerate(dict.fromkeys(three for row in rows for three in row))}
    sizes = np.cumsum([0, *map(len, rows)])
    columns = np.array([index[three] for row in rows for three in row])
    values = np.array([number for row in rows for number in row.values()], np.float64)
    matrix = sparse.csr_matrix((values, columns, sizes), shape=(len(labels), len(index)))
    lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    shared = sparse.triu((matrix[:fresh] @ matrix.T), k=1).tocoo()
    likeness = shared.data / (lengths[shared.row] * lengths[shared.col])
    chosen = likeness >= _SHARED
    return zip(shared.row[chosen].tolist(), shared.col[chosen].tolist(), strict=True)


def _threes(label: str) -> list[str]:
    bare = f" {_SIGNS.sub('', label.casefold())} "
    return [bare[at : at + 3] for at in range(max(1, len(bare) - 2))]


class _Read(NamedTuple):
    """A label as it is compared: without signs, its words, and what is left of them without endings."""

    bare: str
    words: list[str]
    stems: list[str]

    @classmethod
    @lru_cache(maxsize=2**14)
    def of(cls, label: str) -> _Read:
        words = [word for word in _SIGNS.split(label.casefold()) if word]
        return cls("".join(words), words, sorted(map(stem, words)))


def _compared(one: _Read, other: _Read) -> tuple[Why, float] | None:
    if one.bare == other.bare:
        return "spelling", 1.0
    if one.stems == other.stems:
        return "number", 1.0
    if len(one.words) == len(other.words):
        # A whole word that differs makes another label, however long the rest is.
        pairs = zip(one.words, other.words, strict=True)
        alike = all(word == another or _like(word, another) >= _WORD for word, another in pairs)
    else:
        alike = _like(one.bare, other.bare) >= _JOINED
    if not alike:
        return None
    likeness = _like(" ".join(one.words), " ".join(other.words))
    return ("wording", likeness) if likeness >= _WRITTEN else None


@lru_cache(maxsize=2**16)
def _like(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def plausible(
    combinations: Sequence[tuple[str, Sequence[str]]],
    known: Collection[tuple[str, Sequence[str]]],
    vectors: Mapping[str, Floats],
) -> list[float]:
    """How plausible each use case with its skills is, 0 (odd) to 1 (seen before).

    A skill fits a use case that is like one it was seen with, or that it is itself like; the worst fit of a
    combination counts as much as all. A label without a vector fits nothing but what it was seen with.
    """
    seen: dict[str, set[str]] = {}
    for use, skills in known:
        for skill in skills:
            seen.setdefault(skill, set()).add(use)
    found = []
    for use, skills in combinations:
        fits = [_fit(use, skill, seen.get(skill, set()), vectors) for skill in skills] or [0.0]
        found.append(round((min(fits) + sum(fits) / len(fits)) / 2, 3))
    return found


def _fit(use: str, skill: str, uses: Collection[str], vectors: Mapping[str, Floats]) -> float:
    if use in uses:
        return 1.0
    here = vectors.get(use)
    if here is None:
        return 0.0
    like = max((float(here @ vectors[each]) for each in uses if each in vectors), default=0.0)
    itself = float(here @ vectors[skill]) if skill in vectors else 0.0
    return max(0.0, _KNOWN_SHARE * like + (1 - _KNOWN_SHARE) * itself)
