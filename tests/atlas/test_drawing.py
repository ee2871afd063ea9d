"""Maps: seeded, settled, and with clusters where there are topics."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from scipy import sparse
from sklearn.metrics import adjusted_mutual_info_score

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


def test_what_is_drawn_to_all_and_to_none_much_is_unclustered():
    block = np.ones((6, 6)) - np.eye(6)
    likeness = sparse.block_diag([block] * 5 + [np.zeros((1, 1))]).tolil()
    for at in range(0, 30, 6):
        likeness[30, at] = likeness[at, 30] = 0.4
    labels = clusters.find(likeness.tocsr(), np.ones(31), np.zeros(31, bool))
    assert len(set(labels[:30])) == 5
    assert labels[30] == -1


def test_what_is_like_few_others_is_unclustered_and_what_is_like_many_is_not():
    dice = np.random.default_rng(2)
    strange = dice.standard_normal((8, 48))
    strange /= np.linalg.norm(strange, axis=1, keepdims=True)
    vectors = np.concatenate([topics(6, 30, noise=0.9), strange.astype(np.float32)])
    found = drawn(vectors).labels
    assert (found[180:] == -1).mean() > 0.7
    assert (found[:180] == -1).mean() < 0.05


def test_what_stands_for_enough_records_is_not_alone():
    vectors = np.concatenate([topics(4, 20), np.eye(48, dtype=np.float32)[:1]])
    graphed = graph.likeness(vectors, np.zeros(81, bool))
    alone = clusters.alone(graphed.away, np.zeros(81, bool))
    assert alone[80]
    weights = np.ones(81)
    assert clusters.find(graphed.graph, weights, alone)[80] == -1
    weights[80] = clusters.FEWEST
    assert clusters.find(graphed.graph, weights, alone)[80] >= 0


@given(some.lists(some.floats(0, 2, width=32), min_size=1, max_size=60), some.integers(0, 60))
def test_laws_of_what_is_alone(distances, labels):
    away, short = np.array(distances, np.float32), np.arange(len(distances)) < labels
    found = clusters.alone(away, short)
    for kind in (short, ~short):
        assert found[kind].sum() <= math.ceil(0.1 * kind.sum())
        if found[kind].any():
            assert away[kind][found[kind]].min() > away[kind][~found[kind]].max()
    assert not clusters.alone(np.full(30, away[0]), np.zeros(30, bool)).any()


def test_regions_keep_more_to_themselves_than_the_topics_that_were_put_in():
    vectors = topics(8, 25, noise=1.2)
    likeness = graph.likeness(vectors, np.zeros(200, bool)).graph
    found, planted = clusters.regions(likeness, 0), np.repeat(np.arange(8), 25)
    assert clusters.modularity(likeness, found) >= clusters.modularity(likeness, planted) - 0.01
    assert adjusted_mutual_info_score(planted, found) > 0.9


def test_parts_that_nothing_joins_are_regions():
    block = np.ones((5, 5)) - np.eye(5)
    likeness = sparse.block_diag([block, block, np.zeros((1, 1))]).tocsr()
    labels = clusters.find(likeness, np.ones(11), np.zeros(11, bool))
    assert [len(set(labels[rows])) for rows in (slice(5), slice(5, 10))] == [1, 1]
    assert len(set(labels)) == 3
    assert labels[10] == -1


def test_a_cluster_needs_records_and_the_heaviest_comes_first():
    block = np.ones((4, 4)) - np.eye(4)
    likeness = sparse.block_diag([block, block, np.ones((2, 2)) - np.eye(2)]).tocsr()
    labels = clusters.find(likeness, np.array([1.0] * 4 + [2.0] * 4 + [1.0] * 2), np.zeros(10, bool))
    assert labels.tolist() == [1] * 4 + [0] * 4 + [-1] * 2


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
