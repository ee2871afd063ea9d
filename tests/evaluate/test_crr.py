"""The arithmetic of CRR, on the paper's own table and by its laws."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from codeclm.evaluate.crr import Paired, Tally, adjusted, binomial_p, by_group, compare, outcome, tally
from codeclm.evaluate.published import EVOL_INSTRUCT
from codeclm.records import Scores

scores = st.builds(Scores, st.integers(1, 10), st.integers(1, 10))


@pytest.mark.parametrize("row", EVOL_INSTRUCT, ids=lambda row: f"{row.method}-{row.target}")
def test_the_papers_table(row):
    assert row.counts.total == 218
    assert round(100 * row.counts.crr, 2) == row.crr


def test_the_table_is_whole():
    assert len({(row.method, row.target) for row in EVOL_INSTRUCT}) == 12


@pytest.mark.parametrize(
    ("orders", "said"),
    [
        ([(5, 7), (5, 7)], "win"),
        ([(7, 5), (8, 5)], "loss"),
        ([(5, 7), (7, 5)], "tie"),
        ([(5, 9), (6, 6)], "tie"),
        ([(6, 6), (6, 6)], "tie"),
        ([(9, 8.5)], "loss"),
        ([(8, 8)], "tie"),
        ([(8, 8.5)], "win"),
    ],
)
def test_a_win_takes_both_orders(orders, said):
    assert outcome([Scores(*order) for order in orders]) == said


@given(st.lists(scores, min_size=1, max_size=2))
def test_swapping_the_models_swaps_the_verdict(orders):
    turned = [Scores(order.target, order.strong) for order in orders]
    assert {outcome(orders), outcome(turned)} in ({"tie"}, {"win", "loss"})


@given(st.lists(st.sampled_from(["win", "tie", "loss"])))
def test_crr_lies_in_its_interval(outcomes):
    found = tally(outcomes)
    assert found.total == len(outcomes)
    data = found.as_dict()
    assert set(data) == {"wins", "ties", "losses", "crr", "ci95"}
    if outcomes:
        low, high = data["ci95"]
        assert 0 <= low <= data["crr"] + 1e-12
        assert data["crr"] <= high + 1e-12 <= 1 + 1e-9
    else:
        assert (data["crr"], data["ci95"]) == (None, [0.0, 1.0])


def test_the_interval_is_wilsons():
    found = Tally(29, 145, 44).recovered
    theirs = binomtest(174, 218).proportion_ci(method="wilson")
    assert (found.low, found.high) == pytest.approx((theirs.low, theirs.high))


@given(st.lists(st.tuples(st.sampled_from(["a", "b", ""]), st.sampled_from(["win", "tie", "loss"]))))
def test_groups_add_up(rows):
    groups, whole = by_group(rows), tally(each for _, each in rows)
    sums = [sum(getattr(group, name) for group in groups.values()) for name in ("wins", "ties", "losses")]
    if not any(name for name, _ in rows):
        assert groups == {}
        return
    assert sums == [whole.wins, whole.ties, whole.losses]


@given(st.integers(0, 60), st.integers(0, 60))
def test_the_exact_test_is_the_binomial(one, other):
    expected = binomtest(one, one + other).pvalue if one + other else 1.0
    assert binomial_p(one, other) == pytest.approx(expected)


def test_candidates_are_compared_on_the_prompts_both_have():
    one = {"a": "win", "b": "loss", "c": "tie", "d": "win"}
    two = {"a": "loss", "b": "loss", "c": "tie", "e": "win"}
    found = compare("one", "two", one, two)
    assert (found.prompts, found.only_first, found.only_second) == (3, 1, 0)
    assert (found.p, found.difference) == (1.0, pytest.approx(1 / 3))
    many = compare("a", "b", {str(i): "win" for i in range(8)}, {str(i): "loss" for i in range(8)})
    assert many.p == pytest.approx(2 / 2**8)
    assert many.as_dict()["test"] == "exact McNemar, two-sided"
    assert compare("a", "b", {}, {}).difference is None


def test_a_p_is_adjusted_for_all_pairs_and_never_lowered():
    found = adjusted([pair(p) for p in (0.04, 0.01, 0.03, 0.9)])
    assert [each.adjusted for each in found] == pytest.approx([0.09, 0.04, 0.09, 0.9])
    assert [each.p for each in found] == [0.04, 0.01, 0.03, 0.9]
    assert adjusted([]) == []
    assert adjusted([pair(0.02)])[0].adjusted == 0.02


def pair(p):
    return Paired("one", "two", 10, 3, 1, p, p)
