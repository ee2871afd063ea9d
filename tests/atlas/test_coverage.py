import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from scipy.spatial.distance import jensenshannon
from scipy.stats import hypergeom

from codeclm.atlas.coverage import Coming, divergence, gaps

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
    assert {gap.key: gap.wanted for gap in found} == {"b": 29, "c": 25}
    assert pytest.approx(0.30, abs=0.005) == (10 + 29) / (100 + 29)
    assert (0 + 25) / (100 + 25) == 0.20
    assert gaps([("d", 1, 1), ("e", 55, 64)], 56, 65) == [], "less than half of one is missing"


def test_a_shortfall_of_few_may_be_chance():
    assert not gaps([("a", 1, 0), ("b", 9, 5)], 10, 5)[0].sure


def test_what_is_all_missing_of_a_small_group_comes_before_what_may_be_chance_of_a_large_one():
    found = gaps([("large", 400, 132), ("small", 40, 0), ("rest", 560, 268)], 1000, 400)
    assert [gap.key for gap in found] == ["small", "large"]
    assert found[0].seed_share - found[0].share == pytest.approx(0.04)
    assert found[1].seed_share - found[1].share == pytest.approx(0.07)


def missing(groups, sizes, drift, seed):
    """Counts of seeds and others, of which two groups were taken away and a third thinned to a tenth."""
    dice = np.random.default_rng(seed)
    shares = 1 / np.arange(1, groups + 1) ** 0.7
    seeds = dice.multinomial(sizes[0], shares / shares.sum())
    taken = dice.choice(np.flatnonzero(seeds >= 4), 3, replace=False)
    drifted = shares * np.exp(drift * dice.normal(size=groups))
    drifted[taken] *= [0, 0, 0.1]
    others = dice.multinomial(sizes[1], drifted / drifted.sum())
    return {*taken.tolist()}, [*zip(range(groups), seeds.tolist(), others.tolist(), strict=True)]


@pytest.mark.parametrize(
    ("groups", "sizes", "drift", "wanted"),
    [(10, (60, 200), 0.3, 0.95), (40, (60, 8_000), 0, 0.97), (40, (250, 2_500), 0.3, 0.93),
     (200, (250, 2_500), 0, 0.93), (40, (5_000, 5_000), 0.3, 0.93)],
)  # fmt: skip
def test_what_was_taken_away_comes_first_also_where_shares_drift(groups, sizes, drift, wanted):
    found, by_share, times = 0.0, 0.0, 40
    for seed in range(times):
        taken, rows = missing(groups, sizes, drift, seed)
        ranked = gaps(rows, *sizes)
        found += len(taken & {gap.key for gap in ranked[:3]}) / 3 / times
        ranked.sort(key=lambda gap: gap.share - gap.seed_share)
        by_share += len(taken & {gap.key for gap in ranked[:3]}) / 3 / times
        assert all(gap.sure for gap in ranked if gap.key in taken and gap.share == 0 and sizes[1] > 1_000)
    assert found >= wanted
    assert found >= by_share


@pytest.mark.parametrize("sizes", [(60, 8_000), (250, 250), (5_000, 5_000)])
def test_what_chance_makes_is_seldom_sure(sizes):
    groups, times, alarms = 40, 60, 0
    for seed in range(times):
        dice = np.random.default_rng(seed)
        shares = 1 / np.arange(1, groups + 1)
        sides = [dice.multinomial(size, shares / shares.sum()).tolist() for size in sizes]
        alarms += sum(gap.sure for gap in gaps([*zip(range(groups), *sides, strict=True)], *sizes))
    assert alarms / times / groups < 0.05


@given(some.integers(1, 30), some.integers(0, 30), some.integers(1, 9), some.integers(1, 9))
def test_how_sure_a_gap_of_few_is_is_fishers_exact_test(here, there, seeds, others):
    seeds, others = seeds * 10_000, others * 10_000
    for gap in gaps([("a", here, there)], seeds, others):
        exact = hypergeom(seeds + others, here + there, others)
        assert gap.chance == pytest.approx(exact.cdf(there - 1) + exact.pmf(there) / 2, abs=2e-3)
        assert gap.sure == (gap.chance < 0.05)


def test_what_comes_anyway_is_not_asked_for_again():
    rows = [("a", 20, 0), ("b", 80, 80)]
    assert gaps(rows, 100, 80)[0].wanted == 20
    assert gaps(rows, 100, 80, Coming(20, {"a": 20}))[0].wanted == 0
    assert gaps(rows, 100, 80, Coming(10, {"a": 10}))[0].wanted == 10
    assert gaps(rows, 100, 80, Coming(20, {"b": 20}))[0].wanted == 25, "what comes elsewhere makes it thinner"
    assert gaps(rows, 100, 0, Coming(100, {"a": 20, "b": 80}))[0].wanted == 0


@given(COUNTS, some.data())
def test_what_is_asked_for_brings_a_group_nearest_to_its_share(counts, data):
    others = data.draw(some.lists(some.integers(0, 60), min_size=len(counts), max_size=len(counts)))
    due = data.draw(some.lists(some.integers(0, 9), min_size=len(counts), max_size=len(counts)))
    rate = data.draw(some.floats(0.05, 1))
    coming = Coming(sum(due), dict(enumerate(due)), rate)
    for gap in gaps(
        [*zip(range(len(counts)), counts, others, strict=True)], sum(counts), sum(others), coming
    ):
        if not sum(others):
            continue

        def share(more, of=gap.key):
            comes = rate * (due[of] + more)
            return (others[of] + comes) / (sum(others) + rate * (sum(due) + more))

        assert share(gap.wanted + 0.5) >= gap.seed_share - 1e-6
        assert not gap.wanted or share(gap.wanted - 0.5) <= gap.seed_share + 1e-6


def test_nothing_generated_yet():
    assert [(gap.key, gap.wanted) for gap in gaps([("a", 3, 0)], 5, 0)] == [("a", 3)]
    assert gaps([], 0, 0) == []
    assert gaps([("all", 5, 3)], 5, 5) == []
