"""Density is read as scikit-learn's HDBSCAN reads it, and faster."""

import numpy as np
import pytest
from sklearn.cluster import HDBSCAN
from sklearn.metrics import adjusted_rand_score

from codeclm.atlas import density

CLOUD = np.concatenate(
    [np.random.default_rng(at).normal(at * 6, 1, (40, 3)) for at in range(4)]
    + [np.random.default_rng(9).uniform(-10, 30, (25, 3))]
).astype(np.float32)


@pytest.mark.parametrize("method", ["mass", "leaf"])
@pytest.mark.parametrize("least", [3, 5, 12])
def test_the_same_clusters_as_the_reference(least, method):
    """Nearly: the spanning tree is taken over nearest neighbours, and is not always the shortest."""
    reference = HDBSCAN(
        min_cluster_size=least,
        min_samples=1,
        cluster_selection_method="eom" if method == "mass" else "leaf",
        copy=True,
    )
    found = density.read(density.tree(CLOUD, np.ones(len(CLOUD)), 1), least, method)
    assert adjusted_rand_score(reference.fit_predict(CLOUD.astype(float)), found) > 0.9


def test_what_lies_between_is_unclustered():
    labels = density.read(density.tree(CLOUD, np.ones(len(CLOUD)), 3), 10, "mass")
    assert len(set(labels[:160][labels[:160] >= 0])) == 4
    assert (labels[160:] < 0).mean() > 0.5


def test_far_parts_are_joined():
    apart = np.concatenate([CLOUD, CLOUD + 1e5, CLOUD - 1e5])
    tree = density.tree(apart, np.ones(len(apart)), 1)
    assert sorted(tree.order) == list(range(len(apart)))
    assert tree.weight[-1] == len(apart)


def test_a_text_of_many_records_is_a_cluster_of_its_own():
    weights = np.ones(len(CLOUD))
    weights[-1] = 50
    assert density.read(density.tree(CLOUD, weights, 1), 20, "mass")[-1] >= 0


def test_points_in_one_place():
    labels = density.read(density.tree(np.zeros((30, 2), np.float32), np.ones(30), 1), 3, "mass")
    assert len(labels) == 30
