import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeclm.agreement import ENOUGH, Vote, alpha, best, between, by_gap, fits, percent


def test_alpha_of_a_worked_example() -> None:
    """Four observers, twelve units, five categories: 0.743 (Krippendorff, Computing alpha, nominal data)."""
    table = [
        [1, 1, None, 1], [2, 2, 3, 2], [3, 3, 3, 3], [3, 3, 3, 3], [2, 2, 2, 2], [1, 2, 3, 4],
        [4, 4, 4, 4], [1, 1, 2, 1], [2, 2, 2, 2], [None, 5, 5, 5], [None, None, 1, 1], [None, None, 3, None],
    ]  # fmt: skip
    units = [[value for value in row if value is not None] for row in table]
    assert alpha(units) == pytest.approx(0.743, abs=0.001)


def test_alpha_where_nothing_can_be_said() -> None:
    assert alpha([]) is None
    assert alpha([["a"], ["b"]]) is None
    assert alpha([["a", "a"], ["a", "a"]]) is None


@given(st.lists(st.sampled_from("ab"), min_size=2).filter(lambda seen: len(set(seen)) == 2))
def test_alpha_is_one_where_all_agree(seen: list[str]) -> None:
    assert alpha([[each, each] for each in seen]) == 1


@given(st.lists(st.lists(st.sampled_from("abc"), max_size=4), max_size=12))
def test_alpha_does_not_depend_on_the_order_of_units_or_raters(units: list[list[str]]) -> None:
    turned = [unit[::-1] for unit in reversed(units)]
    one, other = alpha(units), alpha(turned)
    assert (one is None) == (other is None)
    assert one is None or one == pytest.approx(other)
    assert one is None or one <= 1


def test_percent_and_each_two() -> None:
    found = percent([["a", "a", "b"], ["a"], ["b", "b"]])
    assert (found.count, found.total) == (2, 4)
    votes = [("1", "ann", "a"), ("1", "bob", "a"), ("2", "ann", "a"), ("2", "bob", "b"), ("3", "cyd", "a")]
    assert {pair: (each.count, each.total) for pair, each in between(votes).items()} == {
        ("ann", "bob"): (1, 2)
    }


def test_agreement_by_gap_counts_each_vote_once() -> None:
    votes = [Vote(gap, 0, gap > 2, gap > 1) for gap in (0.0, 1.0, 1.5, 2.0, 2.5, 7.0, -3.0)]
    rows = by_gap(votes)
    assert sum(accepted.total for _, _, accepted in rows) == len(votes)
    assert [(sided.count, sided.total) for _, sided, _ in rows] == [
        (0, 2),
        (2, 2),
        (1, 2),
        (0, 0),
        (0, 0),
        (1, 1),
    ]


def test_the_theta_that_fits_parts_accepted_from_rejected() -> None:
    votes = [Vote(gap / 2, 0, gap / 2 > 2, None) for gap in range(1, 20)] * 3
    found = fits(votes, [0.0, 1.0, 2.0, 3.0])
    assert [fit.agreed.rate == 1 for fit in found] == [False, False, True, False]
    fit = best(found, 3.0)
    assert fit is not None
    assert fit.theta == 2.0
    assert best(fits(votes[: ENOUGH - 1], [1.0]), 3.0) is None


def test_what_a_theta_supersedes_counts_for_no_such_theta() -> None:
    (low, high) = fits([Vote(5.0, 2.0, True, None)], [1.0, 3.0])
    assert (low.agreed.total, high.agreed.total) == (0, 1)
