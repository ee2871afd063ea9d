import numpy as np
import pytest

from codeclm.atlas.labels import meant, plausible, ranked, written


def near(counts, vectors=None):
    return ranked(counts, {**meant(list(counts), vectors), **written(counts)})


def unit(*values):
    row = np.array(values, np.float32)
    return row / np.linalg.norm(row)


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        ("travel planning", "Travel-Planning", "spelling"),
        ("math word problem", "math word problems", "number"),
        ("text summarization", "text summarisation", "wording"),
        ("colour theory", "color theory", "wording"),
        ("data base design", "databases design", "wording"),
        ("recipe", "recipes", "number"),
    ],
)
def test_why_two_labels_are_nearly_the_same(one, other, why):
    found = near({one: 5, other: 2, "something else": 9})
    assert [(pair.keep, pair.drop, pair.why) for pair in found] == [(one, other, why)]


def test_labels_that_differ_are_left_alone():
    assert near({"SQL query writing": 3, "SQL query tuning": 3, "poetry": 1, "": 1}) == []
    assert near({"emergency programming speech": 3, "emergency programming pitch": 3}) == []
    assert near({"remote teaching question writing": 3, "creative teaching question writing": 3}) == []
    assert near({}) == []
    assert near({"alone": 1}) == []


def test_the_label_used_more_is_kept():
    assert near({"recipes": 1, "recipe": 4})[0].keep == "recipe"
    assert near({"recipes": 4, "recipe": 1})[0].keep == "recipes"


def test_meaning_by_vectors():
    counts = {"clear writing": 3, "plain language": 1, "algebra": 2}
    vectors = np.array([unit(1, 0.2, 0), unit(1, 0, 0), unit(0, 0, 1)])
    found = near(counts, vectors)
    assert [(pair.keep, pair.drop, pair.why) for pair in found] == [
        ("clear writing", "plain language", "meaning")
    ]
    assert near(counts) == []


def test_new_labels_are_compared_with_all_and_old_ones_not_again():
    old, new = ["recipe", "recipes", "poem"], ["Recipe", "poems", "pomes"]
    among_old, whole = written(old), written([*old, *new])
    assert among_old
    assert {**among_old, **written([*old, *new], old)} == whole
    assert written(old, old) == {}


def test_surest_first():
    counts = {"recipe": 2, "recipes": 1, "cooking help": 1, "Cooking help": 1}
    assert [pair.why for pair in near(counts)] == ["spelling", "number"]


def test_from_plausible_to_odd():
    vectors = {
        "trip": unit(1, 0, 0), "tour": unit(1, 0.3, 0), "proof": unit(0, 0, 1),
        "budgeting": unit(1, 0.5, 0.2), "logic": unit(0, 0.2, 1),
    }  # fmt: skip
    known = [("trip", ("budgeting",)), ("proof", ("logic",))]
    asked = [
        ("trip", ("budgeting",)),
        ("tour", ("budgeting",)),
        ("tour", ("budgeting", "logic")),
        ("tour", ("logic",)),
    ]
    scores = plausible(asked, known, vectors)
    assert scores == sorted(scores, reverse=True)
    assert scores[0] == 1
    assert scores[1] > 0.8
    assert scores[3] < 0.3


def test_without_vectors_only_what_was_seen_fits():
    assert plausible([("a", ("x",)), ("b", ("x",)), ("a", ())], [("a", ("x",))], {}) == [1, 0, 0]
