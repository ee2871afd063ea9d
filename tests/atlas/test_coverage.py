import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from scipy.spatial.distance import jensenshannon
from scipy.special import bdtr

from codeclm.atlas.coverage import divergence, gaps

COUNTS = some.lists(some.integers(0, 60), min_size=2, max_size=8)


def test_alike_and_nothing_shared():
    alike = divergence([50, 30, 20], [100, 60, 40])
    assert alike.value == pytest.approx(0)
    assert alike.low == 0
    assert 0 < alike.high < 0.02, "the same shares of few are no certainty"
    apart = divergence([40, 0], [0, 40])
    assert apart.value == pytest.approx(1)
    assert apart.low > 0.95


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


def test_groups_of_one_tell_nothing():
    found = divergence([1] * 40 + [0] * 40, [0] * 40 + [1] * 40)
    assert (found.value, found.low, found.high, found.chance) == (0, 0, 1, 1)
    assert divergence([1, 0], [0, 1]).high == 1


def drawn(groups, sizes, kind, seed):
    """Counts of two sides, drawn from two distributions over so many groups, and how far these are apart."""
    dice = np.random.default_rng(seed)
    one = 1 / np.arange(1, groups + 1)
    two = {
        "alike": one,
        "uneven": one * np.exp(dice.normal(size=groups) / 2),
        "a fifth is missing": one * (dice.permutation(groups) >= groups // 5),
    }[kind]
    one, two = one / one.sum(), two / two.sum()
    truth = jensenshannon(one, two, base=2) ** 2
    return truth, [dice.multinomial(size, of).tolist() for size, of in zip(sizes, (one, two), strict=True)]


KINDS = ["alike", "uneven", "a fifth is missing"]
FEW = [(5, (60, 100)), (30, (56, 90)), (100, (175, 300))]
MANY = [(300, (1_000, 8_000)), (2_200, (5_000, 5_000)), (2_200, (97_000, 48_000))]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("groups", "sizes"), FEW)
def test_the_interval_has_the_truth_in_it_and_little_bias_is_left(groups, sizes, kind):
    within_interval(groups, sizes, kind, 60)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("groups", "sizes"), FEW + MANY)
def test_the_interval_holds_at_every_size(groups, sizes, kind):
    within_interval(groups, sizes, kind, 150)


def within_interval(groups, sizes, kind, times):
    held, off, read_off, alarms = 0, [], [], 0
    for seed in range(times):
        truth, (seeds, other) = drawn(groups, sizes, kind, seed)
        found = divergence(seeds, other)
        held += found.low <= truth + 1e-9 and truth <= found.high + 1e-9
        off.append(found.value - truth)
        read_off.append(jensenshannon(seeds, other, base=2) ** 2 - truth)
        alarms += found.value > found.chance
    assert held / times >= 0.9
    assert abs(np.mean(off)) < np.mean(read_off) / 3
    if kind == "alike":
        assert alarms / times < 0.15


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
