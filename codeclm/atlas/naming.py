"""What a cluster is called: the words that set it apart from the others (c-TF-IDF; Grootendorst 2022).

One word or two in a row, without the small words of the languages that people write prompts in; pairs of
signs where a script has no spaces. Knows only texts and the numbers of clusters.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path

_PART = re.compile(r"[^\w\s'’-]+|\n")
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]+|[^\W\d_](?:[\w'’-]*\w)?")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_GRAMMAR = re.compile(r"[\u3040-\u309f]+")
"""Hiragana alone: mostly endings and particles."""
WORDS = 8
"""Kept of each cluster, the strongest first."""
_IN_NAME = 3
_GIVEN = 2.0
"""How much more a label counts than a word."""
_READ = 1_500
"""Characters of a text that are looked at."""


def keywords(
    texts: Sequence[str], labels: Iterable[int], known: Sequence[Sequence[str]] = ()
) -> dict[int, list[str]]:
    """For each cluster (below 0: none) the words that set it apart, strongest first.

    A word's strength: how many of the cluster's texts have it, times log(1 + the mean number of texts in a
    cluster / how many texts have it at all). Words of one text alone come last. `known`: for each text
    labels that somebody gave it; a label is a word as it stands, and counts more.
    """
    inside: dict[int, dict[str, float]] = {}
    sizes: Counter[int] = Counter()
    everywhere: Counter[str] = Counter()
    given: set[str] = set()
    for text, label, own in zip(texts, labels, known or [()] * len(texts), strict=True):
        whole = [term for each in own if (term := " ".join(each.split()))]
        given.update(whole)
        found = dict.fromkeys([*whole, *_terms(text[:_READ])])
        everywhere.update(found.keys())
        if label >= 0:
            sizes[label] += 1
            counted = inside.setdefault(label, defaultdict(float))
            for term in found:
                counted[term] += 1
    average = sum(sizes.values()) / max(1, len(sizes))
    words: dict[int, list[str]] = {}
    for label in sorted(sizes):
        least = 2 if sizes[label] > 2 else 1
        strength = {
            term: count
            / sizes[label]
            * math.log1p(average / everywhere[term])
            * (_GIVEN if term in given else 1)
            for term, count in inside.get(label, {}).items()
        }
        rarer = {term for term in strength if inside[label][term] < least}
        words[label] = _apart(
            sorted(strength, key=lambda term: (term in rarer, -strength[term], -len(term), term))
        )
    return words


def name(words: Sequence[str], taken: Iterable[str] = ()) -> str:
    """A short name of the strongest words, unlike those taken; "unnamed" where there is no word."""
    used = set(taken)
    for count in range(min(_IN_NAME, len(words)), len(words) + 1):
        made = ", ".join(words[:count])
        made = made[:1].upper() + made[1:]
        if made and made not in used:
            return made
    base = (words[0][:1].upper() + words[0][1:]) if words else "Unnamed"
    return next(
        made for n in range(1, len(used) + 2) if (made := base if n == 1 else f"{base} {n}") not in used
    )


def _apart(terms: Iterable[str]) -> list[str]:
    """The first terms that are not spellings or parts of one another."""
    chosen: list[str] = []
    seen: set[str] = set()
    for term in terms:
        stems = {stem(word) for word in term.split()}
        if not stems & seen:
            chosen.append(term)
            seen |= stems
        if len(chosen) == WORDS:
            break
    return chosen


def stem(word: str) -> str:
    """Enough to tell a plural or a form of one word: no linguistics."""
    for endings in (("'s", "’s", "s"), ("ing", "ed", "er"), ("ie", "e", "y", "i")):
        for ending in endings:
            if word.endswith(ending) and len(word) - len(ending) > 2:
                word = word.removesuffix(ending)
                break
    return word


def _terms(text: str) -> Iterator[str]:
    """The words of a text, and pairs of words that no sign and no small word parts."""
    small = _stop_words()
    for part in _PART.split(text.casefold()):
        before = ""
        for word in _WORD.findall(part):
            if _UNSPACED.match(word):
                pairs = (word[at : at + 2] for at in range(len(word) - 1))
                yield from (pair for pair in pairs if not _GRAMMAR.fullmatch(pair))
                before = ""
            elif word in small or len(word) < 2:
                before = ""
            else:
                yield word
                if before:
                    yield f"{before} {word}"
                before = word


@cache
def _stop_words() -> frozenset[str]:
    return frozenset((Path(__file__).parent / "stopwords.txt").read_text("utf-8").split())
