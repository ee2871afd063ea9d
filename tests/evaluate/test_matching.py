"""Distances of two sets: nothing where they are alike, something where they are not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import cdist, jensenshannon

from codeclm.evaluate import matching
from codeclm.evaluate.matching import energy_distance, label_divergence

labels = st.lists(st.sampled_from("abcd"), min_size=1, max_size=30)


@pytest.fixture(autouse=True)
def _few_rounds(monkeypatch):
    monkeypatch.setattr(matching, "ROUNDS", 99)


def sphere(count, centre, seed):
    random = np.random.default_rng(seed)
    vectors = random.normal(size=(count, 8)) * 0.4 + np.asarray(centre)
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


HERE, THERE = [1, 0, 0, 0, 0, 0, 0, 0], [0, 1, 0, 0, 0, 0, 0, 0]


def test_alike_lies_where_chance_would_have_it():
    found = energy_distance(sphere(150, HERE, 1), sphere(120, HERE, 2))
    assert found.value <= found.high * 1.5
    assert found.p > 0.01
    assert found.sizes == (150, 120)


def test_apart_lies_far_beyond_chance():
    found = energy_distance(sphere(150, HERE, 1), sphere(120, THERE, 2))
    assert found.value > 5 * found.high
    assert found.p == pytest.approx(0.01)


def test_the_energy_distance_is_the_plain_definition():
    one, two = sphere(20, HERE, 1), sphere(30, THERE, 2)
    plain = 2 * cdist(one, two).mean() - cdist(one, one).mean() - cdist(two, two).mean()
    assert energy_distance(one, two).value == pytest.approx(plain, rel=1e-4)


def test_large_sets_are_drawn_from_and_empty_ones_are_none(monkeypatch):
    monkeypatch.setattr(matching, "MOST", 40)
    one, two = sphere(200, HERE, 1), sphere(20, THERE, 2)
    found = energy_distance(one, two)
    assert found.sizes == (40, 20)
    assert found == energy_distance(one, two)
    assert energy_distance(one[:0], two) is None


@given(labels, labels)
def test_the_divergence_is_the_plain_definition(one, two):
    found = label_divergence(one, two)
    if not set(one) & set(two):
        assert found is None
        return
    shares = [[each.count(label) / len(each) for label in "abcd"] for each in (one, two)]
    assert found.value == pytest.approx(jensenshannon(*shares, base=2) ** 2, abs=1e-9)
    assert 0 <= found.value <= 1
    assert 0 < found.p <= 1


def test_labels_of_other_kinds_are_not_compared():
    assert label_divergence(["a"], ["b"]) is None
    assert label_divergence(["a"], ["", " "]) is None
    assert label_divergence(["Trip  planning"], ["trip planning", ""]).value == 0
    apart = label_divergence(["a"] * 40 + ["b"] * 2, ["a"] * 2 + ["b"] * 40)
    assert apart.value > apart.high
    assert apart.as_dict()["sizes"] == [42, 42]
