"""Near-duplicates and leaks: by hand, and held against the plain definition."""

from itertools import combinations
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeclm.dedup import Candidate, Checks, check, postings
from codeclm.dedup import words as reading
from codeclm.dedup.near import by_ngram, by_vector, leaks_by_ngram, leaks_by_vector
from codeclm.dedup.shingles import SIZE, Grams, jaccard, overlap
from codeclm.dedup.words import normal, tokens
from codeclm.errors import UsageError

BASE = "Plan a three-day walking trip through the hills for a family with two small children"
CLOSE = "Plan a three-day walking trip through the hills for a family with two small dogs"
OTHER = "Explain how a steam engine turns heat into motion, step by step, to a curious teenager"


def rows(*texts, gaps=(), accepted=()):
    return [
        Candidate(str(at), text, gaps[at] if gaps else 0.0, at in accepted) for at, text in enumerate(texts)
    ]


def test_tokens_are_words_or_signs():
    assert tokens("Don't STOP，now_1!") == ["don", "t", "stop", "now", "1"]
    assert tokens("東京で会う") == list("東京で会う")
    assert tokens("สวัสดี") == list("สวัสดี")
    assert normal("Ｗhat  is\nthis?") == normal("what is this") == "what is this"


def test_short_texts_are_one_ngram():
    hello, shouted, nothing, four = Grams.of(["Hello there", "hello, THERE!", "?!", "one two three four"])
    assert len(hello) == 1
    assert shouted == hello
    assert nothing == frozenset()
    assert len(four) == 2


words = st.sampled_from(
    ["a", "B", "b", "cc", "İ", "ﬁn", "東京", "で", "สวัสดี", "don't", "_", "-", "\0", "x1", "²"]
)


@given(st.lists(st.lists(words, max_size=9).map(" ".join), max_size=9))
def test_texts_read_at_once_are_as_one_by_one(texts):
    def plain(text):
        said = tokens(text)
        windows = zip(*(said[start:] for start in range(SIZE)), strict=False)
        return set(windows) or ({tuple(said)} if said else set())

    found, sets = Grams.of(texts), [plain(text) for text in texts]
    assert [len(each) for each in found] == found.sizes.tolist() == [len(each) for each in sets]
    for one, two in combinations(range(len(texts)), 2):
        assert len(found[one] & found[two]) == len(sets[one] & sets[two])


def test_reading_in_blocks_changes_nothing(monkeypatch):
    texts = [BASE, "東京で会う", "", "Straße", OTHER, "STRASSE", "a\0b", BASE.upper()]
    whole = Grams.of(texts)
    monkeypatch.setattr(reading, "_BLOCK", 3)
    for one, other in zip(whole, Grams.of(texts), strict=True):
        assert one == other
    assert whole[3] == whole[5] != frozenset()


def test_overlap_is_whole_where_one_holds_the_other():
    long, short, asked, more = Grams.of(
        [f"{OTHER}. {BASE}.", BASE, "what is this", "what is this thing about"]
    )
    assert overlap(long, short) == overlap(short, long) == 1
    assert jaccard(long, short) < 0.6
    assert overlap(asked, more) < 1


def test_a_near_pair_is_found_and_shown():
    found = check(rows(BASE, OTHER, CLOSE), Checks("ngram"))
    assert found.dropped == {"2": "near-duplicate"}
    (twin,) = found.twins
    assert (twin.kept.id, twin.other.id, twin.dropped) == ("0", "2", True)
    assert 0.7 <= twin.score < 1


@pytest.mark.parametrize(
    ("gaps", "accepted", "gone"),
    [((4, 5), (), "0"), ((5, 4), (1,), "1"), ((4, 4), (1,), "0"), ((4, 4), (), "1")],
)
def test_the_better_of_two_stays(gaps, accepted, gone):
    assert list(check(rows(BASE, CLOSE, gaps=gaps, accepted=accepted), Checks("ngram")).dropped) == [gone]


def test_exact_means_case_and_punctuation():
    texts = (BASE, BASE.upper() + "!!", CLOSE)
    assert check(rows(*texts), Checks("exact")).dropped == {"1": "near-duplicate"}


def test_what_is_just_below_the_threshold_is_shown_and_stays():
    score = check(rows(BASE, CLOSE), Checks("ngram")).twins[0].score
    found = check(rows(BASE, CLOSE), Checks("ngram", threshold=score + 0.01))
    assert found.dropped == {}
    assert [(twin.dropped, twin.score) for twin in found.twins] == [(False, score)]


def test_a_chain_of_likenesses_keeps_both_ends():
    words = [f"w{number}" for number in range(40)]
    chain = [" ".join(words[start : start + 22]) for start in range(0, 18, 2)]
    found = check(rows(*chain), Checks("ngram"))
    kept = [row for row in range(len(chain)) if str(row) not in found.dropped]
    assert len(kept) > 1
    shingles = Grams.of(chain)
    assert all(jaccard(shingles[one], shingles[two]) < 0.7 for one, two in combinations(kept, 2))


def test_leaks_are_listed_and_dropped():
    prompts = ["Say hello to the world in French.", BASE]
    found = check(
        rows(OTHER, f"First read this. {BASE}, please.", BASE.upper()), Checks(leaks="ngram"), prompts
    )
    assert found.dropped == dict.fromkeys("12", "leaks a test prompt")
    assert {(leak.row.id, leak.prompt, leak.method) for leak in found.leaks} == {
        ("1", BASE, "ngram"),
        ("2", BASE, "exact"),
    }


def test_a_leak_is_no_ground_to_drop_its_twin():
    texts = rows(BASE, BASE + " again and again and again in the snow and rain")
    found = check(texts, Checks("ngram", threshold=0.5, leaks="exact"), [BASE])
    assert found.dropped == {"0": "leaks a test prompt"}


def test_by_embedding_what_no_ngram_shows():
    vectors = {"a": [1, 0], "b": [0.96, 0.28], "c": [0, 1], "p": [0, 1]}

    def embed(texts):
        return np.array([vectors[text] for text in texts], dtype=np.float32)

    found = check(rows("a", "b", "c"), Checks("embedding", leaks="embedding"), ["p"], embed)
    assert found.dropped == {"1": "near-duplicate", "2": "leaks a test prompt"}
    assert [twin.method for twin in found.twins] == ["embedding"]
    with pytest.raises(UsageError, match="no embeddings"):
        check(rows("a", "b"), Checks("embedding"))


@pytest.mark.parametrize("bad", [0, -1, 1.5])
def test_a_threshold_lies_between_0_and_1(bad):
    with pytest.raises(UsageError, match="threshold"):
        Checks("ngram", threshold=bad)


def numbered(groups):
    """Sets of numbers as the n-grams of as many texts."""
    pairs = [(gram, place) for place, group in enumerate(groups) for gram in group]
    grams, places = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    return Grams.numbered(grams, places, len(groups))


sets = st.lists(st.frozensets(st.integers(0, 12), max_size=8), max_size=40)


@given(sets, st.sampled_from([0.3, 0.5, 0.7, 1.0]), st.randoms())
def test_by_ngram_is_the_plain_definition(groups, threshold, random):
    order = list(range(len(groups)))
    random.shuffle(order)
    kept, dropped = [], set()
    for place in order:
        if any(jaccard(groups[place], groups[other]) >= threshold for other in kept):
            dropped.add(place)
        else:
            kept.append(place)
    found = by_ngram(numbered(groups), threshold, order)
    assert {near.other for near in found} == dropped
    for near in found:
        assert near.kept not in dropped
        assert near.score == jaccard(groups[near.kept], groups[near.other]) >= threshold


@pytest.mark.parametrize(("block", "most"), [(2, 2_000_000), (512, 1), (7, 40)])
def test_looking_in_blocks_changes_nothing(monkeypatch, block, most):
    random = Random(3)
    groups = [frozenset(random.sample(range(14), random.randint(0, 9))) for _ in range(120)]
    order = random.sample(range(120), 90)
    whole = by_ngram(numbered(groups), 0.6, order)
    monkeypatch.setattr(postings, "_BLOCK", block)
    monkeypatch.setattr(postings, "_MOST", most)
    assert by_ngram(numbered(groups), 0.6, order) == whole
    assert len(whole) > 20
    assert {near.other for near in whole} | {near.kept for near in whole} <= set(order)


@given(sets, sets, st.sampled_from([0.5, 0.8]))
def test_leaks_by_ngram_are_the_plain_definition(groups, prompts, threshold):
    found = {near.other for near in leaks_by_ngram(numbered([*groups, *prompts]), len(groups), threshold)}
    plain = {
        at for at, each in enumerate(groups) if any(overlap(each, prompt) >= threshold for prompt in prompts)
    }
    assert found == plain


def test_by_vector_is_the_plain_definition(monkeypatch):
    monkeypatch.setattr("codeclm.dedup.near._BLOCK", 7)
    monkeypatch.setattr("codeclm.dedup.near._COLUMNS", 5)
    random = np.random.default_rng(1)
    vectors = random.normal(size=(60, 3)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    order = random.permutation(60).tolist()
    kept, dropped = [], {}
    for place in order:
        scores = {other: float(vectors[place] @ vectors[other]) for other in kept}
        if scores and max(scores.values()) >= 0.9:
            dropped[place] = max(scores, key=scores.get)
        else:
            kept.append(place)
    found = by_vector(vectors, 0.9, order)
    assert {near.other: near.kept for near in found} == dropped
    assert 5 < len(dropped) < 55
    prompts = vectors[:4]
    leaks = {near.other for near in leaks_by_vector(vectors, prompts, 0.95)}
    assert leaks == set(np.flatnonzero((vectors @ prompts.T).max(axis=1) >= 0.95).tolist())
