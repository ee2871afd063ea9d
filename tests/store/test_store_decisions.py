from dataclasses import fields, replace

import pytest
from growing import C, basic, encoded, grown, improved, manual
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codeclm.errors import ProjectError
from codeclm.records import Decision, Verdict
from codeclm.store import PairFilter, Scanned, Store


def pairs(store: Store, number: int = 3) -> list[str]:
    return [grown(store, basic(manual(store, f"use {n}"), f"text {n}"), 5).id for n in range(number)]


def view(store: Store) -> tuple[object, ...]:
    """All that a decision may change of what is shown."""
    accepted = PairFilter(status="accepted")
    return store.pairs.page(C, 3, 4), store.pairs.ids(C, 3, 4, accepted), store.funnel(C, 3, 4)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.integers(0, 2),
            st.sampled_from(["accept", "reject"]),
            st.sampled_from(["", "ann", "bob"]),
            st.sampled_from([None, "An edited text"]),
        ),
        max_size=6,
    )
)
def test_undoing_all_is_as_if_nothing_was_and_redoing_all_as_if_nothing_was_undone(
    store: Store, moves: list[tuple[int, Verdict, str, str | None]]
) -> None:
    ids = pairs(store)
    for reviewer in ("", "ann", "bob"):
        while store.decisions.undo(reviewer):
            pass
    views = [view(store)]
    for pair, verdict, reviewer, text in moves:
        store.decisions.decide(Decision(ids[pair], verdict, reviewer, instruction=text))
        views.append(view(store))
    for (pair, _, reviewer, _), before in zip(reversed(moves), reversed(views[:-1]), strict=True):
        assert store.decisions.undo(reviewer) == ids[pair]
        assert view(store) == before
    for (pair, _, reviewer, _), after in zip(moves, views[1:], strict=True):
        assert store.decisions.redo(reviewer) == ids[pair]
        assert view(store) == after


def test_a_decision_comes_back_as_it_went(store: Store) -> None:
    (pair,) = pairs(store, 1)
    decision = Decision(pair, "accept", "ann", "target", "An edit", "A better answer", ("clear", "short"))
    assert store.decisions.decide(decision) == pair
    assert store.decisions.of(pair) == [decision]
    assert store.decisions.verdict(pair) == (decision, False)
    found = store.pairs.get(pair, 3, 4)
    assert found is not None
    assert found.decision == decision
    with pytest.raises(ProjectError, match="no pair"):
        store.decisions.decide(Decision("none", "accept"))


def test_the_newest_of_each_reviewer_counts_and_the_majority_stands(store: Store) -> None:
    (pair,) = pairs(store, 1)

    def say(reviewer: str, verdict: Verdict) -> tuple[Verdict | None, bool]:
        store.decisions.decide(Decision(pair, verdict, reviewer))
        decision, conflict = store.decisions.verdict(pair)
        return (decision.verdict if decision else None), conflict

    assert say("ann", "reject") == ("reject", False)
    assert say("ann", "accept") == ("accept", False)
    assert say("bob", "reject") == (None, True)
    assert store.pairs.count(C, 3, 4, PairFilter(decision="conflict")) == 1
    assert say("cyd", "reject") == ("reject", False)
    assert store.decisions.reviewers() == [("ann", 1), ("bob", 1), ("cyd", 1)]
    assert (store.funnel(C, 3, 4).accepted, store.funnel(C, 3, 4).rejected) == (0, 1)


def test_undo_is_per_reviewer_and_a_new_decision_clears_its_redo_only(store: Store) -> None:
    one, two, three = pairs(store)
    store.decisions.decide(Decision(one, "accept", "ann"))
    store.decisions.decide(Decision(two, "accept", "bob"))
    assert store.decisions.undo("ann") == one
    assert store.decisions.undo("ann") is None
    assert store.decisions.undo("bob") == two
    store.decisions.decide(Decision(three, "reject", "ann"))
    assert store.decisions.redo("ann") is None
    assert store.decisions.redo("bob") == two


def test_the_log_is_only_ever_appended_to(store: Store) -> None:
    one, *_ = pairs(store)
    store.decisions.decide(Decision(one, "accept"))
    store.decisions.undo()
    store.decisions.redo()
    assert [row[0] for row in store._db.rows("select kind from decisions order by seq")] == [
        "decide",
        "undo",
        "redo",
    ]


def test_an_edit_that_changes_nothing_makes_no_node(store: Store) -> None:
    (pair,) = pairs(store, 1)
    store.decisions.decide(Decision(pair, "accept", instruction="text 0"))
    assert store.funnel(C, 3, 4).instructions == 1


def test_an_edit_that_two_hold_stays_until_both_let_go(store: Store) -> None:
    (pair,) = pairs(store, 1)
    for reviewer in ("ann", "bob"):
        store.decisions.decide(Decision(pair, "accept", reviewer, instruction="The same edit"))
    store.decisions.undo("ann")
    assert store.funnel(C, 3, 4).instructions == 2
    store.decisions.undo("bob")
    assert store.funnel(C, 3, 4).instructions == 1


def test_filters_find_what_they_name(store: Store) -> None:
    row = encoded(store)
    store.seeds.tag([row.seed or ""], "vip")
    first = basic(row, "Write 100% of an ode")
    one = grown(store, first, 1).id
    two = grown(store, improved(first, "Write half an ÖDE"), 5).id
    three = grown(store, basic(manual(store, "law"), "Sue"), -5).id
    store.decisions.decide(Decision(one, "accept", "ann"))
    every = {one, two, three}
    for where, expected in (
        (PairFilter(), {two, three}),
        (PairFilter(status="improved"), {one}),
        (PairFilter(status="accepted"), {one}),
        (PairFilter(status="rejected"), set()),
        (PairFilter(search="öde"), {two}),
        (PairFilter(search="_"), set()),
        (PairFilter(search="öde write"), {two}),
        (PairFilter(search='"half an"'), {two}),
        (PairFilter(search='"an half'), set()),
        (PairFilter(search="öde law"), set()),
        (PairFilter(search=f" {two} "), {two}),
        (PairFilter(search=" "), {two, three}),
        (PairFilter(use_case="law"), {three}),
        (PairFilter(skill="metre"), {three}),
        (PairFilter(tag="vip"), {two}),
        (PairFilter(iteration=1), {three}),
        (PairFilter(metadata=row.id), {two}),
        (PairFilter(decision="none"), {two, three}),
        (PairFilter(status="accepted", undecided_by="ann"), set()),
        (PairFilter(status="accepted", undecided_by="bob"), {one}),
    ):
        assert set(store.pairs.ids(C, 3, 4, where)) == expected <= every, where
        assert store.pairs.count(C, 3, 4, where) == len(expected)
        assert {pair.id for pair in store.pairs.page(C, 3, 4, where)} == expected


def test_a_scan_reads_of_a_pair_what_a_page_reads(store: Store) -> None:
    first = grown(store, basic(encoded(store)), 5)
    second = grown(store, basic(manual(store, "law"), "Sue"), 0)
    third = grown(store, basic(manual(store, ""), "Draw"), -4)
    store.decisions.decide(
        Decision(
            first.id, "accept", "ann", "target", response="Mine", reasons=("tone", "é"), adjudicated=True
        )
    )
    store.decisions.decide(Decision(second.id, "reject", "ann"))
    for reviewer, verdict in (("ann", "accept"), ("bob", "reject")):
        store.decisions.decide(Decision(third.id, verdict, reviewer))
    read, scanned = store.pairs.page(C, 3, 4), list(store.pairs.each(C, 3, 4))
    assert len(read) == len(scanned) == 3
    left_out = ("comparison", "conflict", "tags", "action")
    columns = Scanned.columns(scanned)
    assert columns["metadata"] == [pair.metadata for pair in read]
    for pair, found, numbers in zip(read, scanned, columns["numbers"], strict=True):
        for name in (each.name for each in fields(pair) if each.name not in left_out):
            assert getattr(found, name) == getattr(pair, name), name
        assert found.winner == pair.winner
        assert found.verdict == ("conflict" if pair.conflict else pair.decision and pair.decision.verdict)
        judged = pair.comparison
        orders = [(each.strong, each.target) for each in judged.orders]
        assert numbers[:3] == (judged.strong_score, judged.target_score, judged.gap)
        assert list(zip(numbers[3::2], numbers[4::2], strict=True)) == [*orders, (None, None)][:2]


def test_pairs_keep_the_order_of_import_sample_and_iteration(store: Store) -> None:
    loose = manual(store)
    later, sooner = None, encoded(store, "first")
    later = encoded(store, "second")
    ids = [grown(store, basic(row), 5).id for row in (loose, later)]
    ids.append(grown(store, basic(sooner, "b", 1), 5).id)
    ids.append(grown(store, basic(sooner, "a", 0), 5).id)
    expected = [ids[3], ids[2], ids[1], ids[0]]
    assert store.pairs.ids(C, 3, 4) == expected
    assert [pair.id for pair in store.pairs.page(C, 3, 4, offset=1, limit=2)] == expected[1:3]
    assert [pair.id for pair in store.pairs.page(C, 3, 4, limit=None)] == expected


def test_a_pair_holds_its_texts_and_place(store: Store) -> None:
    row = encoded(store)
    store.seeds.tag([row.seed or ""], "vip")
    comparison = grown(store, basic(row), -4)
    pair = store.pairs.get(comparison.id, 3, 4)
    assert pair is not None
    assert pair == store.pairs.page(C, 3, 4)[0]
    assert (pair.seed, pair.metadata, pair.use_case, pair.skills) == (row.seed, row.id, "poetry", ("rhyme",))
    assert (pair.comparison, pair.winner, pair.tags) == (comparison, "target", ("vip",))
    assert (pair.strong_model, pair.target_model, pair.status) == ("s", "t", "kept")
    assert pair.strong.startswith("A fine answer")
    assert pair.target.startswith("A poor answer")
    assert replace(pair, stale=True) != pair
    assert store.pairs.get("none", 3, 4) is None


def test_a_redo_brings_back_what_was_undone_last(store: Store) -> None:
    first, second, third = pairs(store)
    for pair in (first, second, third):
        store.decisions.decide(Decision(pair, "accept", "ann"))
    assert store.decisions.undo("ann", first) == first
    assert store.decisions.undo("ann") == third
    assert [store.decisions.redo("ann") for _ in range(3)] == [third, first, None]
    assert [store.decisions.undo("ann", each) for each in (second, first)] == [second, first]
    assert store.decisions.redo("ann", second) == second
    assert store.decisions.redo("ann") == first


def test_a_step_may_name_its_pair_whatever_is_newer(store: Store) -> None:
    first, second, third = pairs(store)
    for pair in (first, second):
        store.decisions.decide(Decision(pair, "accept", "ann"))
    assert store.decisions.undo("ann", first) == first
    assert store.decisions.undo("ann", first) is None
    assert store.decisions.redo("ann", second) is None
    assert store.decisions.redo("ann", first) == first
    store.decisions.decide_all([first, third], "reject", "ann")
    assert store.decisions.together("ann", pair=first) == 2
    assert store.decisions.undo("ann", first) == first
    assert [each.verdict for each in store.decisions.of(first)] == ["accept"]
    assert store.decisions.of(third) == []
