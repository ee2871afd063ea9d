"""What the θ lab groups by: labels and clusters of scored nodes, as columns."""

import numpy as np
import pytest

from codeclm.charts import contrast as charts
from codeclm.store import Store
from codeclm.store.maps import KINDS, Cluster
from codeclm.store.vectors import text_key
from codeclm.ui.contrast import data
from tests.store.growing import CONFIG, C, basic, grown, manual

NAMES = {7: "odes", 8: "laws", 9: "odes"}


@pytest.fixture
def lab(tmp_path):
    """Scored nodes: one on the map, one unclustered there, one whose metadata is, one off the map."""
    path = tmp_path / "p.db"
    with Store.open(path, create=True) as store:
        store.settings.use_config(CONFIG)
        one, other, alone = (manual(store, name) for name in ("ode", "law", "cook"))
        for each, text in ((one, "On the map"), (one, "Unclustered"), (other, "Of a group"), (alone, "Lost")):
            grown(store, basic(each, text), 5)
        places, spots, by = {}, [], {"ode": 7, "law": 8, "On the map": 9}
        for source in store.maps.sources(KINDS, C):
            if source.text == "Of a group":
                continue
            key = text_key(source.kind + source.id)
            places[key] = (1.0, 1.0, by.get(source.text or source.use_case))
            spots.append((source.kind, source.id, key))
        store.maps.keep(places, spots, [Cluster(number, name, ()) for number, name in NAMES.items()])
    return data._lab(str(path), C, "now", {})


def named(codes):
    group, names = codes
    return [names[at] for at in group.tolist()]


def test_nodes_go_by_their_use_case_and_by_their_own_cluster_before_that_of_their_metadata(lab):
    together = sorted(zip(named(lab.use_cases), named(lab.clusters), strict=True))
    assert together == [("cook", "in no cluster"), ("law", "laws"), ("ode", "odes"), ("ode", "odes")]


def test_groups_of_one_name_are_one_and_the_largest_comes_first():
    group, names = data.codes(np.array([2, 0, -1, 1, 3, 2]), ["b", "a", "b", ""], "none")
    assert names == ["b", "none", "a"]
    assert group.tolist() == [0, 0, 1, 2, 1, 0]


def test_the_name_of_theta_stands_over_the_highest_bar():
    (name,) = charts.gaps([-8.0, 8.0], [1, 9], 0.5, 7.5).layout.annotations
    assert (name.text, name.yref, name.y, name.yanchor) == ("θ 7.5", "paper", 1, "bottom")
