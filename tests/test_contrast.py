"""Contrastive Filtering: states for a θ, against the contract read plainly; yield; the health of a judge."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeclm.contrast import Judged, Node, health, nodes, share, status

CAP = 4
gaps = st.integers(-18, 18).map(lambda halves: halves / 2)
paths = st.lists(gaps, min_size=1, max_size=CAP)
paths_cut_short = st.tuples(paths, st.booleans()).map(lambda p: [*p[0][:-1], None] if p[1] else p[0])
thetas = st.integers(0, 20).map(lambda halves: halves / 2)


@given(paths_cut_short, thetas)
def test_states_part_a_path_as_the_contract_says(path, theta):
    """Improved nodes, then at most one that ends it, then only superseded ones."""
    states = [status(node, theta, CAP) for node in nodes(path)]
    passing = [place for place, gap in enumerate(path) if gap is not None and abs(gap) > theta]
    if passing:
        first = passing[0]
        assert states == ["improved"] * first + ["kept"] + ["superseded"] * (len(path) - first - 1)
    else:
        assert states[:-1] == ["improved"] * (len(path) - 1)
        assert states[-1] == ("exhausted" if len(path) == CAP and path[-1] is not None else "pending")


@given(paths, thetas)
def test_a_run_at_a_lower_theta_keeps_what_a_higher_one_shows_at_it(path, theta):
    """A run at θ stops at its first passing node, one at θ + 1 goes on; read at θ they keep the same node."""
    stop = next((place for place, gap in enumerate(path) if abs(gap) > theta), len(path) - 1)
    short = [status(node, theta, CAP) for node in nodes(path[: stop + 1])]
    whole = [status(node, theta, CAP) for node in nodes(path)]
    assert [s for s in short if s == "kept"] == [s for s in whole if s == "kept"]
    assert [n for n, s in enumerate(short) if s == "kept"] == [n for n, s in enumerate(whole) if s == "kept"]


def test_the_threshold_is_strict():
    assert status(Node(3.0, 0, 1, True), 3, CAP) == "pending"
    assert status(Node(3.5, 0, 1, True), 3, CAP) == "kept"
    assert status(Node(-3.5, 0, 1, True), 3, CAP) == "kept"
    assert status(Node(0.0, 0, 1, True), 0, CAP) == "pending"


def test_equal_means_of_decimals_have_no_winner():
    even = health([Judged((8.3, 8.1), (7.9, 8.1), 10, 20)])
    assert even.longer_wins.total == 0


def test_a_leaf_at_the_cap_is_exhausted_only_once_scored():
    assert status(Node(1.0, 1, CAP, True), 3, CAP) == "exhausted"
    assert status(Node(None, 1, CAP, True), 3, CAP) == "pending"


@given(st.integers(0, 500), st.integers(1, 500))
def test_an_interval_holds_its_rate(count, total):
    count = min(count, total)
    found = share(count, total)
    assert 0 <= found.low <= found.rate + 1e-12
    assert found.rate - 1e-12 <= found.high <= 1


def test_wilson_as_published():
    """10 of 100: 5.5 % to 17.4 %."""
    found = share(10, 100)
    assert math.isclose(found.low, 0.0552, abs_tol=1e-4)
    assert math.isclose(found.high, 0.1744, abs_tol=1e-4)


def test_a_share_of_nothing_is_unknown():
    assert share(0, 0).rate is None
    assert (share(0, 0).low, share(0, 0).high) == (0, 1)


def test_a_judge_that_favours_the_first_seat():
    found = health([Judged((9, 4), (4, 9), 100, 100)] * 5)
    assert (found.order_flips.count, found.order_flips.total) == (5, 5)
    assert found.first_seat.rate == 1
    assert found.longer_wins.total == 0


def test_a_judge_that_favours_length_and_its_own():
    rows = [Judged((9, 4), (8, 4), 200, 100, "strong"), Judged((4, 9), (3, 9), 100, 200, "strong")]
    found = health(rows)
    assert found.order_flips.count == 0
    assert found.first_seat.rate == 0.5
    assert found.longer_wins.rate == 1
    assert (found.own_wins.count, found.own_wins.total) == (1, 2)


def test_ties_and_single_orders_are_counted_for_what_they_are():
    rows = [
        Judged((7, 7), (7, 7), 10, 20, "strong"),
        Judged((8, 7), (7, 7), 10, 20),
        Judged((9, 2), None, 5, 3),
    ]
    found = health(rows)
    assert (found.order_flips.count, found.order_flips.total) == (1, 2)
    assert (found.first_seat.count, found.first_seat.total) == (1, 1)
    assert (found.longer_wins.count, found.longer_wins.total) == (1, 2)
    assert found.own_wins.total == 0


@pytest.mark.parametrize("rows", [[], [Judged((5, 5), None, 1, 1)]])
def test_health_of_nothing_is_unknown_and_raises_nothing(rows):
    found = health(rows)
    assert {found.order_flips.rate, found.longer_wins.rate, found.own_wins.rate} == {None}
