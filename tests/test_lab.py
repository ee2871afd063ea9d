"""The θ lab over arrays is held against `contrast`, which looks at one node at a time."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeclm import contrast
from codeclm.lab import Nodes, Scale, fitting, histogram, thetas

PATHS = st.lists(
    st.lists(st.sampled_from([0.0, 0.5, -1.0, 2.0, 3.0, -3.5, 6.0]), min_size=1, max_size=4),
    min_size=1,
    max_size=8,
)
CAP = 4


def arrays(paths: list[list[float]]) -> tuple[Nodes, list[contrast.Node]]:
    flat = [node for path in paths for node in contrast.nodes(path)]
    count = len(flat)
    return Nodes(
        gap=np.array([node.gap for node in flat]),
        reach=np.array([node.reach for node in flat]),
        leaf=np.array([node.leaf for node in flat]),
        ended=np.zeros(count, bool),
        failed=np.zeros(count, bool),
        iteration=np.array([node.iteration for node in flat]),
        own_tokens=np.full(count, 10.0),
        step_tokens=np.array([0.0 if node.leaf else 1.0 for node in flat]),
        own_cost=np.full(count, 0.1),
        step_cost=np.zeros(count),
        shared_tokens=5.0,
    ), flat


@given(PATHS, st.sampled_from([0.0, 0.5, 1.0, 2.0, 3.0, 4.0]))
def test_states_are_those_of_contrast(paths: list[list[float]], theta: float) -> None:
    nodes, flat = arrays(paths)
    states = [contrast.status(node, theta, CAP) for node in flat]
    assert nodes.kept(theta).tolist() == [state == "kept" for state in states]
    assert nodes.pending(theta, CAP).tolist() == [state == "pending" for state in states]
    found = nodes.at(theta, CAP)
    assert found.lineages == len(paths)
    assert (found.kept, found.pending) == (states.count("kept"), states.count("pending"))


@given(PATHS, st.sampled_from([0.0, 1.0, 3.0]), st.sampled_from([0.5, 2.0, 4.0]))
def test_flips_are_what_the_two_counts_differ_by(paths: list[list[float]], one: float, two: float) -> None:
    nodes, _ = arrays(paths)
    only_one, only_two = nodes.flips(one, two)
    assert not (only_one & only_two).any()
    assert only_one.sum() - only_two.sum() == nodes.at(one, CAP).kept - nodes.at(two, CAP).kept


def test_a_run_at_a_lower_theta_would_not_have_paid_for_what_is_superseded() -> None:
    nodes, _ = arrays([[1.0, 2.5, 6.0]])
    assert [nodes.at(theta, CAP).tokens for theta in (0.5, 2.0, 3.0)] == [15.0, 26.0, 37.0]
    assert nodes.at(2.0, CAP).tokens_per_pair == 26.0
    assert nodes.at(7.0, CAP).tokens_per_pair is None


def test_more_is_what_is_left_at_a_higher_theta() -> None:
    nodes, _ = arrays([[4.0], [1.0, 1.0, 1.0, 1.0], [1.0, 4.0]])
    assert nodes.more(3.0, CAP) == (0, 0, 0, 0)
    assert nodes.more(5.0, CAP) == (2, 10, 5 * (3 + 2), 0)


def test_a_lineage_that_failed_is_told_apart_and_costs_nothing_more() -> None:
    nodes, _ = arrays([[4.0], [1.0, 1.0, 1.0, 1.0], [1.0, 4.0]])
    stopped = np.array([True] + 6 * [False])
    nodes = dataclasses.replace(nodes, ended=stopped, failed=stopped)
    assert nodes.more(3.0, CAP) == (0, 0, 0, 0)
    assert nodes.more(5.0, CAP) == (1, 5, 5 * 2, 1)


def test_groups_add_up() -> None:
    nodes, _ = arrays([[4.0], [1.0, -5.0], [2.0]])
    groups = nodes.groups(np.array([0, 1, 1, -1]), ["a", "b", "none"], 3.0)
    assert [(g.name, g.scored, g.kept, g.target_wins, g.mean_gap) for g in groups] == [
        ("a", 1, 1, 0, 4.0),
        ("b", 2, 1, 1, -2.0),
    ]
    assert [(g.tokens, round(g.cost, 6)) for g in groups] == [(10.0, 0.1), (21.0, 0.2)]


def test_histogram_holds_every_gap() -> None:
    middles, counts = histogram(np.array([-9.0, -0.1, 0.0, 0.49, 9.0, 12.0]))
    assert sum(counts) == 6
    assert (counts[middles.index(0.0)], counts[middles.index(0.5)]) == (2, 1)
    assert counts[-1] == 2


@pytest.mark.parametrize(
    ("reach", "scale"),
    [(0, (9, 0.25)), (1.5, (9, 0.25)), (9, (9, 0.25)), (1, (1, 0.025)), (0.8, (0.8, 0.025)), (14, (14, 0.5)),
     (90, (90, 2.5)), (99, (100, 2.5)), (3e-7, (3e-7, 1e-8)), (7e300, (7e300, 2.5e299))],
)  # fmt: skip
def test_theta_goes_as_far_as_the_gaps_do(reach: float, scale: tuple[float, float]) -> None:
    found = Scale.of(reach)
    assert tuple(found) == pytest.approx(scale)
    steps = thetas(found)
    assert (steps[0], steps[-1]) == (0, pytest.approx(found.most))
    assert len(set(steps)) == len(steps) <= 41
    assert found.most >= reach * (1 - 1e-9) or reach == 0
    middles, counts = histogram(np.array([-reach, 0.0, reach]), found)
    assert sum(counts) == 3
    assert middles[-1] == pytest.approx(found.most, rel=0.03)
    assert set(middles) & set(steps) == {each for each in middles if each >= 0}


@pytest.mark.parametrize(
    ("reach", "highest", "theta"),
    [(100, 100, 32.5), (95, 97, 32.5), (20, 20, 6.5), (0.9, 1, 0.3), (1, 1, 0.325)],
)
def test_scores_on_another_scale_have_a_theta_of_their_own(reach, highest, theta):
    found = fitting(reach, highest, 3.0)
    assert found is not None
    assert found.theta == pytest.approx(theta, abs=0.05)
    assert f"θ {found.theta:g} asks" in found.said
    assert fitting(reach, highest, found.theta) is None


@pytest.mark.parametrize(("reach", "highest"), [(0, 0), (9, 10), (7.5, 9), (10, 10), (1, 9), (0.5, 6)])
def test_scores_up_to_ten_have_the_usual_theta(reach, highest):
    assert fitting(reach, highest, 3.0) is None
