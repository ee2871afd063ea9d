"""Queues for review and what is newest: orders, winners, a day's decisions."""

import time

import pytest
from growing import C, answered, basic, compared, manual

from codeclm.records import STAGES, Comparison, Decision, Scores
from codeclm.settings import Dials
from codeclm.store import PairFilter


@pytest.fixture
def gaps(store):
    """Pairs by gap; the fourth has orders that disagree."""
    made = {}
    for number, gap in enumerate((5.0, -4.0, 3.5, 8.0)):
        metadata = manual(store, f"case {number}")
        node = basic(metadata)
        store.lineages.add_instruction(node, C)
        for answer in answered(node):
            store.lineages.add_answer(answer)
        comparison = compared(node, gap)
        if gap == 5.0:
            comparison = Comparison(
                node.id, comparison.strong_answer, comparison.target_answer, C, Scores(10, 1), Scores(5, 4)
            )
        store.lineages.add_comparison(comparison)
        made[gap] = comparison.id
    return made


def test_orders_of_a_queue(store, gaps):
    assert store.pairs.ids(C, 3.0, 4) == [pair.id for pair in store.pairs.page(C, 3.0, 4)]
    near = store.pairs.ids(C, 3.0, 4, order="theta")
    assert store.pairs.ids(C, 3.0, 4, order="random") == sorted(near), "by their hashes"
    assert near == [gaps[each] for each in (3.5, -4.0, 5.0, 8.0)]
    assert store.pairs.ids(C, 3.0, 4, order="orders")[0] == gaps[5.0]


def test_a_winner_is_a_filter(store, gaps):
    assert store.pairs.ids(C, 3.0, 4, PairFilter(winner="target")) == [gaps[-4.0]]
    assert store.pairs.count(C, 3.0, 4, PairFilter(winner="strong")) == 3


def test_decisions_since_a_time_are_of_one_reviewer_and_not_undone(store, gaps):
    begun = time.time()
    store.decisions.decide(Decision(gaps[5.0], "accept"))
    store.decisions.decide(Decision(gaps[5.0], "reject"))
    store.decisions.decide(Decision(gaps[8.0], "accept", reviewer="ana"))
    assert store.decisions.since(begun) == 1
    assert store.decisions.since(begun, "ana") == 1
    assert store.decisions.since(time.time() + 60) == 0
    store.decisions.undo("ana")
    assert store.decisions.since(begun, "ana") == 0


def test_newest_and_what_is_left(store, gaps):
    newest = [store.metadata.get(node.metadata) for node in store.lineages.newest(C, 2)]
    assert [metadata.labels.use_case for metadata in newest] == ["case 3", "case 2"]
    manual(store, "fresh")
    for dials in (Dials(), Dials(theta=9), Dials(per_metadata=2)):
        found = store.lineages.unfinished(C, dials, STAGES)
        begun = sum(bool(store.lineages.of_metadata(each, C)) for each in found)
        assert store.lineages.left(C, dials, STAGES)[:2] == (found, begun)
        assert len(found) == begun + 1
