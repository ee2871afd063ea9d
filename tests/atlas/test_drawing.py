"""Maps: seeded, settled, and with clusters where there are topics."""

import numpy as np
import pytest

from codeclm import atlas
from codeclm.atlas import clusters, graph


def topics(count, each, noise=0.4, seed=0, size=48):
    dice = np.random.default_rng(seed)
    middles = dice.standard_normal((count, size))
    rows = np.repeat(middles, each, axis=0) + noise * dice.standard_normal((count * each, size))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def drawn(vectors, old=None, short=None, **options):
    short = np.zeros(len(vectors), bool) if short is None else short
    return atlas.draw(vectors, short, np.ones(len(vectors)), old, **options)


def test_topics_become_clusters():
    found = drawn(topics(6, 30)).labels.reshape(6, 30)
    names = [set(row) for row in found]
    assert all(len(name) == 1 for name in names)
    assert len(set.union(*names)) == 6
    assert -1 not in set.union(*names)


def test_the_same_vectors_give_the_same_picture():
    vectors = topics(4, 20)
    one, other = drawn(vectors), drawn(vectors.copy())
    assert np.array_equal(one.places, other.places)
    assert np.array_equal(one.labels, other.labels)


def test_new_points_move_nothing_and_land_among_their_like():
    vectors = topics(4, 30)
    whole = drawn(vectors)
    old = whole.places.copy()
    old[::10] = np.nan
    again = drawn(vectors, old)
    assert not again.anew
    kept = ~np.isnan(old).any(axis=1)
    assert np.array_equal(again.places[kept], old[kept])
    for topic in range(4):
        rows = slice(topic * 30, topic * 30 + 30)
        middle = old[rows][kept[rows]].mean(axis=0)
        spread = np.linalg.norm(old[rows][kept[rows]] - middle, axis=1).max()
        assert (np.linalg.norm(again.places[rows] - middle, axis=1) <= spread + 0.5).all()


@pytest.mark.parametrize("count", range(9))
def test_few_points(count):
    found = drawn(topics(1, 9)[:count])
    assert found.places.shape == (count, 2)
    assert np.isfinite(found.places).all()
    assert (found.labels < 0).all() or count > 5


def test_labels_stand_by_the_texts_they_are_about():
    texts = topics(4, 20)
    dice = np.random.default_rng(1)
    away = dice.standard_normal(48) * 2
    labels = texts[::5] + away.astype(np.float32)
    labels /= np.linalg.norm(labels, axis=1, keepdims=True)
    vectors = np.concatenate([texts, labels.astype(np.float32)])
    found = drawn(vectors, short=np.arange(len(vectors)) >= len(texts))
    mine = found.labels[len(texts) :].reshape(4, 4)
    theirs = found.labels[: len(texts)].reshape(4, 20)[:, 0]
    assert (mine == theirs[:, None]).mean() > 0.9


def test_neighbours_are_exact_and_never_oneself():
    vectors = topics(3, 10)
    indices, distances = graph.neighbours(vectors, 4)
    likeness = vectors @ vectors.T
    np.fill_diagonal(likeness, -1)
    assert np.allclose(np.sort(likeness, axis=1)[:, ::-1][:, :4], 1 - distances, atol=1e-5)
    assert not (indices == np.arange(30)[:, None]).any()


def test_a_cluster_goes_on_where_most_members_do():
    old = {"a": 7, "b": 7, "c": 7, "d": 8, "e": 8}
    assert clusters.same(old, {"a": 0, "b": 0, "d": 1, "e": 1, "new": 1}) == {0: 7, 1: 8}
    assert clusters.same(old, {"a": 0, "d": 0, "b": 1, "e": 1}) == {}
    assert clusters.same({}, {"a": 0}) == {}


def test_shifts_are_small_and_the_record_s_own():
    ids = [f"{n:020x}" for n in range(2**32 - 50, 2**32)]
    ids = [each[-8:] + each[:-8] for each in ids]
    shifts = atlas.offsets(ids)
    assert np.abs(shifts).max() <= 0.02
    assert len({tuple(row) for row in shifts.tolist()}) > 40
    assert np.array_equal(shifts[3:4], atlas.offsets(ids[3:4]))
