"""What a cluster is called: the words that set it apart from the others (c-TF-IDF; Grootendorst 2022), those
before others whose own meaning is near what the cluster is about.

One word or two in a row, without the small words of the languages that people write prompts in; pairs of
signs where a script has no spaces. Knows only texts, vectors and the numbers of clusters.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import count
from pathlib import Path
from typing import NamedTuple

import numpy as np

from codeclm.atlas.capitals import written
from codeclm.atlas.graph import Floats

_PART = re.compile(r"[^\w\s'’-]+|\n")
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]+|[^\W\d_](?:[\w'’-]*\w)?")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_GRAMMAR = re.compile(r"[\u3040-\u309f]+")
"""Hiragana alone: mostly endings and particles."""
WORDS = 8
"""Kept of each cluster."""
_IN_NAME = 3
_FIRST, _GIVEN = 3.0, 2.0
"""How much more than a word the first of the labels given counts, and each other one."""
_RARE = 0.01
"""How much a word of one text alone counts among many."""
_AGAIN = 0.2
"""How much it counts that a word stands in texts that another word of the name stands in."""
_RANKED, _LOOKED_AT = 120, 60
"""The words among which a name is looked for, and the texts that it is to cover."""
_ADDS, _COVERED = 0.12, 0.7
"""The share of texts that a further word must add to a name, and the one that is enough."""
_MEANT = 24
"""Words of each cluster whose meaning is looked at."""
_FAINT = 0.02
"""The least that a word counts whose meaning is no nearer to its cluster than to others."""
_LONGEST = 60
"""Characters of a name with what tells it apart."""
_READ = 1_500
"""Characters of a text that are looked at."""


class Words(NamedTuple):
    """Words that set a cluster apart, those first that tell most of its texts; so many are `enough`."""

    terms: list[str]
    enough: int = _IN_NAME


class Meaning(NamedTuple):
    """What texts and words mean: a vector for each text, and a way to get those of words."""

    texts: Floats
    of: Callable[[list[str]], Floats]


def keywords(
    texts: Sequence[str],
    labels: Sequence[int],
    known: Sequence[Sequence[str]] = (),
    meaning: Meaning | None = None,
) -> dict[int, Words]:
    """For each cluster (below 0: none) the words that set it apart.

    A word's strength: how many of the cluster's texts have it, times log(1 + the mean number of texts in a
    cluster / how many texts have it at all). The next word is the strongest for the texts that no word
    before it stands in. `known`: for each text labels that somebody gave it, the main one first; a label is
    a word as it stands, and counts more. `meaning`: in a cluster without any, a strong word also counts by
    how much nearer what it means is to its cluster than to the others.
    """
    known = known or [()] * len(texts)
    members: dict[int, list[int]] = defaultdict(list)
    for at, label in enumerate(labels):
        if label >= 0:
            members[label].append(at)
    strengths = _strengths(texts, labels, known)
    # Labels that somebody gave say more than any likeness, which in other languages leads astray.
    bare = [label for label in strengths if not any(map(any, (known[at] for at in members[label])))]
    if meaning is not None and len(members) > 1 and bare:
        strengths |= _meant({label: strengths[label] for label in bare}, members, meaning)
    words: dict[int, Words] = {}
    for label, strength in strengths.items():
        shown = members[label][:: -(-len(members[label]) // _LOOKED_AT)]
        found = _covering(strength, [_found(texts[at], known[at]) for at in shown])
        words[label] = found._replace(terms=written(found.terms, [texts[at][:_READ] for at in shown]))
    return words


def _strengths(
    texts: Sequence[str], labels: Sequence[int], known: Sequence[Sequence[str]]
) -> dict[int, dict[str, float]]:
    """For each cluster, in order, the words of its texts and how strongly each sets it apart."""
    sizes = Counter(label for label in labels if label >= 0)
    inside: dict[int, Counter[str]] = {label: Counter() for label in sorted(sizes)}
    everywhere: Counter[str] = Counter()
    given: dict[str, float] = {}
    for at, label in enumerate(labels):
        for place, term in enumerate(_given(known[at])):
            given[term] = max(given.get(term, 0.0), _GIVEN if place else _FIRST)
        found = _found(texts[at], known[at]).keys()
        everywhere.update(found)
        if label >= 0:
            inside[label].update(found)
    average = sizes.total() / max(1, len(sizes))
    return {
        label: {
            term: count
            / sizes[label]
            * math.log1p(average / everywhere[term])
            * given.get(term, 1.0)
            * (_RARE if count < 2 < sizes[label] else 1.0)
            for term, count in counted.items()
        }
        for label, counted in inside.items()
    }


def _meant(
    strengths: Mapping[int, Mapping[str, float]], members: Mapping[int, Sequence[int]], meaning: Meaning
) -> dict[int, dict[str, float]]:
    """The strongest words of some clusters, by how much nearer in meaning to these than to the others."""
    middles = np.array([meaning.texts[rows].mean(axis=0) for rows in members.values()])
    middles /= np.maximum(np.linalg.norm(middles, axis=1, keepdims=True), 1e-6)
    strongest = {
        label: sorted(strength, key=lambda term: (-strength[term], term))[:_MEANT]
        for label, strength in strengths.items()
    }
    terms = sorted({term for each in strongest.values() for term in each})
    likeness = meaning.of(terms) @ middles.T
    others = (likeness.sum(axis=1, keepdims=True) - likeness) / (len(middles) - 1)
    nearer = np.maximum(likeness - others, _FAINT)
    row, column = ({each: at for at, each in enumerate(listed)} for listed in (terms, [*members]))
    return {
        label: {term: strengths[label][term] * float(nearer[row[term], column[label]]) for term in chosen}
        for label, chosen in strongest.items()
    }


def name(words: Words, taken: Iterable[str] = ()) -> str:
    """A short name of the first words, unlike those taken; "Unnamed" where there is no word."""
    used, terms = set(taken), words.terms
    for many in range(min(words.enough, len(terms)), len(terms) + 1):
        made = ", ".join(terms[:many])
        made = made[:1].upper() + made[1:]
        if made and made not in used:
            return made
    base = (terms[0][:1].upper() + terms[0][1:]) if terms else "Unnamed"
    return next(
        made for n in range(1, len(used) + 2) if (made := base if n == 1 else f"{base} {n}") not in used
    )


def told_apart(
    names: Mapping[int, str], words: Mapping[int, Sequence[str]], taken: Iterable[str] = ()
) -> dict[int, str]:
    """Given names of clusters; one that several have, or that is taken, with a word that sets this one apart.

    `words`: those of each cluster; first come those that no other of the same name has. Where none is left,
    a number tells them apart.
    """
    used = {each.casefold() for each in taken}
    often = Counter([*used, *map(str.casefold, names.values())])
    found: dict[int, str] = {}
    for label, name in sorted(names.items()):
        if often[name.casefold()] > 1:
            same = (each for each in names if names[each].casefold() == name.casefold() and each != label)
            others = {word for each in same for word in words[each]}
            own = sorted(words[label], key=lambda word: word in others)
            longer = [f"{name} ({word})" for word in own if word.casefold() not in name.casefold()]
            free = (made for made in longer if len(made) <= _LONGEST and made.casefold() not in used)
            name = next(free, None) or next(
                made for n in count(1) if (made := f"{name} {n}").casefold() not in used
            )
        used.add(name.casefold())
        found[label] = name
    return found


def _covering(strength: Mapping[str, float], texts: Sequence[Collection[str]]) -> Words:
    """Strong terms that are not spellings or parts of one another, each for texts that are left over."""
    ranked = sorted(strength, key=lambda term: (-strength[term], -len(term), term))[:_RANKED]
    there = {term: {at for at, terms in enumerate(texts) if term in terms} for term in ranked}
    stems = {term: {stem(word) for word in term.casefold().split()} for term in ranked}
    left, chosen, enough = set(range(len(texts))), list[str](), 0

    def worth(term: str) -> float:
        return strength[term] * (_AGAIN + len(there[term] & left) / max(1, len(there[term])))

    for most, least in ((_IN_NAME, _ADDS * len(texts)), (WORDS, 0)):
        while len(chosen) < most and (not least or len(left) > (1 - _COVERED) * len(texts)):
            among = [term for term in ranked if len(there[term] & left) >= least]
            if not among:
                break
            best = max(among, key=worth)
            chosen.append(best)
            left -= there[best]
            ranked = [term for term in ranked if not stems[term] & stems[best]]
        enough = enough or len(chosen)
    return Words(chosen, min(_IN_NAME, max(1, enough)))


def _given(known: Iterable[str]) -> list[str]:
    return [term for each in known if (term := " ".join(each.split()))]


def _found(text: str, known: Iterable[str]) -> dict[str, None]:
    """The terms of a text, each once, in order."""
    return dict.fromkeys([*_given(known), *_terms(text[:_READ])])


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
