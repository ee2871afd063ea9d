import pytest
from hypothesis import given
from hypothesis import strategies as some
from scipy.special import bdtr

from codeclm.atlas.coverage import divergence, gaps

COUNTS = some.lists(some.integers(0, 60), min_size=2, max_size=8)


def test_alike_and_nothing_shared():
    alike = divergence([50, 30, 20], [100, 60, 40])
    assert alike.value == pytest.approx(0)
    assert alike.low == 0
    apart = divergence([40, 0], [0, 40])
    assert apart.value == pytest.approx(1)
    assert apart.low == pytest.approx(1)


def test_a_missing_topic_shows_and_more_data_narrows_the_interval():
    few, many = (divergence([n] * 5, [n, n, n, n, 0]) for n in (6, 600))
    assert many.low > 0.05
    assert many.high - many.low < (few.high - few.low) / 3
    assert few.low <= few.value <= few.high


def test_what_few_counts_say_is_told_from_chance():
    few = divergence([2, 1, 1, 0, 2, 1, 0, 1], [1, 1, 0, 2, 1, 1, 1, 1])
    assert few.value < few.chance
    many = divergence([200, 100, 100, 0, 200], [100, 100, 0, 200, 100])
    assert many.value > 10 * many.chance


def test_one_side_empty():
    assert divergence([1, 2], [0, 0]) is None
    assert divergence([], []) is None


@given(COUNTS, some.data())
def test_laws_of_divergence(counts, data):
    other = data.draw(some.lists(some.integers(0, 60), min_size=len(counts), max_size=len(counts)))
    found = divergence(counts, other)
    if found is None:
        assert not sum(counts) or not sum(other)
        return
    assert 0 <= found.low <= found.value <= found.high <= 1
    assert divergence(counts, other) == found


def test_gaps_are_ranked_and_filled_by_what_is_wanted():
    found = gaps([("a", 50, 90), ("b", 30, 10), ("c", 20, 0)], 100, 100)
    assert [gap.key for gap in found] == ["b", "c"] or [gap.key for gap in found] == ["c", "b"]
    assert all(gap.sure for gap in found)
    for gap in found:
        there = {"b": 10, "c": 0}[gap.key]
        assert (there + gap.wanted) / (100 + gap.wanted) >= gap.seed_share
        assert (there + gap.wanted - 1) / (100 + gap.wanted - 1) < gap.seed_share


def test_a_shortfall_of_few_may_be_chance():
    assert not gaps([("a", 1, 0), ("b", 9, 5)], 10, 5)[0].sure


def test_what_is_all_missing_of_a_small_group_comes_before_what_may_be_chance_of_a_large_one():
    found = gaps([("large", 400, 132), ("small", 40, 0), ("rest", 560, 268)], 1000, 400)
    assert [gap.key for gap in found] == ["small", "large"]
    assert found[0].seed_share - found[0].share == pytest.approx(0.04)
    assert found[1].seed_share - found[1].share == pytest.approx(0.07)


@given(some.integers(1, 200), some.data())
def test_a_gap_is_sure_where_so_few_are_a_surprise_at_the_share_of_the_seeds(others, data):
    there, seeds = data.draw(some.integers(0, others)), data.draw(some.integers(1, 99))
    for gap in gaps([("a", seeds, there)], 100, others):
        assert gap.sure == (bdtr(there, others, seeds / 100) < 0.05)
        assert gap.least < gap.seed_share - gap.share + 1e-9


def test_nothing_generated_yet():
    assert [(gap.key, gap.wanted) for gap in gaps([("a", 3, 0)], 5, 0)] == [("a", 3)]
    assert gaps([], 0, 0) == []
    assert gaps([("all", 5, 3)], 5, 5) == []
