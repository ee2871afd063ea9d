"""The states of nodes for any θ, against a model that walks paths as the contract words them."""

import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from growing import C, answered, basic, grown, improved, manual, score
from hypothesis import given, settings
from hypothesis import strategies as st

from codeclm.records import (
    STAGES,
    Comparison,
    Decision,
    Failure,
    Instruction,
    Metadata,
    Pair,
    Scores,
    leading,
)
from codeclm.settings import Dials
from codeclm.store import PairFilter, Store

GAPS = st.one_of(st.none(), st.sampled_from([0.0, 0.5, 1.0, -1.0, 2.0, 3.0, -3.5, 6.0]))
THETAS = st.sampled_from([0.0, 0.5, 1.0, 2.0, 3.0, 4.0])
numbers = itertools.count()

Tree = list[tuple[int | None, float | None]]
"""Nodes in order: the number of the parent, and the gap where it is scored."""


@st.composite
def trees(draw: st.DrawFn) -> Tree:
    tree: Tree = []
    for number in range(draw(st.integers(1, 9))):
        parent = draw(st.one_of(st.none(), st.integers(0, number - 1))) if number else None
        tree.append((parent, draw(GAPS)))
    return tree


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store.open(tmp_path_factory.mktemp("states") / "p.db", create=True) as store:
        yield store


def plant(store: Store, tree: Tree, late: bool) -> tuple[str, Metadata, list[Instruction]]:
    """The tree under a config of its own. `late`: scores come after all nodes are there."""
    config = f"config {next(numbers)}"
    nodes: list[Instruction] = []
    with store.write():
        metadata = manual(store, config)
        for number, (parent, _) in enumerate(tree):
            text = f"node {number} of {config}"
            node = basic(metadata, text, number) if parent is None else improved(nodes[parent], text)
            nodes.append(node)
            store.lineages.add_instruction(node, config)
            if not late and tree[number][1] is not None:
                score(store, node, tree[number][1] or 0.0, config)
        if late:
            for node, (_, gap) in reversed(list(zip(nodes, tree, strict=True))):
                if gap is not None:
                    score(store, node, gap, config)
    return config, metadata, nodes


def test_a_gap_of_decimals_is_what_it_is_on_paper(store: Store) -> None:
    node = basic(manual(store))
    store.lineages.add_instruction(node, C)
    strong, target = answered(node)
    for answer in (strong, target):
        store.lineages.add_answer(answer)
    made = Comparison(node.id, strong.id, target.id, C, Scores(8.3, 5.3), Scores(8.3, 5.3))
    store.lineages.add_comparison(made)
    assert made.gap == 3
    assert [pair.status for pair in store.pairs.page(C, 3, 4)] == ["pending"]
    assert [pair.gap for pair in store.pairs.each(C, 3, 4)] == [3]
    even = replace(made, strong_first=Scores(8.3, 8.1), target_first=Scores(7.9, 8.1))
    assert (even.gap, str(even.gap), leading(even.gap)) == (0, "0.0", None)


def test_a_gap_of_an_older_project_is_rounded(path: Path) -> None:
    with Store.open(path, create=True) as store:
        node = basic(manual(store))
        grown(store, node, 3.0)
        grown(store, improved(node, "Harder"), 2.0)
        with store.write():
            store._db.execute("update nodes set gap = 3.000000000000001 where gap = 3")
            store._db.execute("update nodes set reach = 3.000000000000001 where reach = 3")
            store._db.execute("delete from _sqlite_migrations where name = 'm023_round_gaps'")
            store._db.execute("pragma user_version = 22")
    with Store.open(path) as store:
        assert [pair.status for pair in store.pairs.page(C, 3, 4)] == ["pending"]
        assert store._db.rows("select gap, reach from nodes order by iteration") == [(3, 0), (2, 3)]


def model(tree: Tree, nodes: list[Instruction], theta: float, cap: int) -> list[str]:
    """The state of each node, by walking its path from the root."""
    states = []
    for number, (_, gap) in enumerate(tree):
        above, at = [], tree[number][0]
        while at is not None:
            above.append(abs(tree[at][1] or 0.0))
            at = tree[at][0]
        leaf = all(parent != number for parent, _ in tree)
        if any(size > theta for size in above):
            states.append("superseded" if gap is not None else "unscored below a kept one")
        elif gap is not None and abs(gap) > theta:
            states.append("kept")
        elif not leaf:
            states.append("improved" if gap is not None else "passed by")
        elif nodes[number].iteration >= cap + (gap is None):
            states.append("exhausted")
        else:
            states.append("pending")
    return states


@settings(max_examples=80)
@given(trees(), THETAS, st.integers(1, 5), st.booleans())
def test_status_is_what_walking_the_paths_gives(
    shared: Store, tree: Tree, theta: float, cap: int, late: bool
) -> None:
    config, metadata, nodes = plant(shared, tree, late)
    expected = model(tree, nodes, theta, cap)
    funnel = shared.funnel(config, theta, cap)
    assert funnel.instructions == len(tree)
    assert funnel.comparisons == sum(gap is not None for _, gap in tree)
    assert funnel.undecided == funnel.kept
    for state in ("kept", "superseded", "exhausted", "pending"):
        assert getattr(funnel, state) == expected.count(state)
    found = {
        pair.instruction_id: pair.status
        for state in ("kept", "superseded", "exhausted", "pending", "improved")
        for pair in shared.pairs.page(config, theta, cap, PairFilter(status=state))
    }
    scored = {
        node.id: state for node, state, (_, gap) in zip(nodes, expected, tree, strict=True) if gap is not None
    }
    assert found == scored
    results = shared.pairs.ids(config, theta, cap)
    assert len(results) == shared.pairs.count(config, theta, cap)
    assert len(results) == sum(state != "improved" for state in scored.values())
    work = shared.lineages.unfinished(
        config, Dials(theta=theta, iterations=cap, per_metadata=9), set(STAGES) - {"decode"}
    )
    assert work == ([metadata.id] if "pending" in expected else [])


@settings(max_examples=40)
@given(st.lists(st.sampled_from([0.5, 1.0, 2.5, 3.0, 3.5, 6.0]), min_size=1, max_size=6), THETAS, THETAS)
def test_a_run_read_at_a_lower_theta_keeps_what_a_run_at_it_keeps(
    shared: Store, gaps: list[float], one: float, other: float
) -> None:
    low, high, cap = min(one, other), max(one, other), 4

    def run(theta: float) -> Tree:
        """A lineage as a run at θ grows it: until it passes, or the cap."""
        passed = next((number for number, gap in enumerate(gaps) if gap > theta), len(gaps))
        return [(number - 1 if number else None, gap) for number, gap in enumerate(gaps[: passed + 1][:cap])]

    def kept(pairs: list[Pair]) -> list[tuple[int, float]]:
        return [(pair.iteration, pair.comparison.gap) for pair in pairs]

    at_low, _, _ = plant(shared, run(low), late=False)
    at_high, _, _ = plant(shared, run(high), late=False)
    where = PairFilter(status="kept")
    assert kept(shared.pairs.page(at_low, low, cap, where)) == kept(
        shared.pairs.page(at_high, low, cap, where)
    )


@settings(max_examples=40)
@given(trees(), st.data())
def test_every_leaf_is_in_one_state_and_failures_take_pending_ones(
    shared: Store, tree: Tree, data: st.DataObject
) -> None:
    config, _, nodes = plant(shared, tree, late=False)
    leaves = [n for number, n in enumerate(nodes) if all(parent != number for parent, _ in tree)]
    pending = [
        node for node, state in zip(nodes, model(tree, nodes, 3, 4), strict=True) if state == "pending"
    ]
    broken, for_good = data.draw(st.lists(st.sampled_from(leaves), unique=True)), set[str]()
    stages = {True: "answer", False: "rubrics"}
    for node in broken:
        unscored = tree[nodes.index(node)][1] is None
        transport = data.draw(st.booleans())
        shared.failures.put(Failure(stages[unscored], node.id, config, "bad", transport=transport))
        for_good |= set() if transport else {node.id}
    funnel = shared.funnel(config, 3, 4)
    assert funnel.failed == sum(node.id in for_good for node in pending)
    scored = [node for node in pending if tree[nodes.index(node)][1] is not None]
    stopped = Counter("failed" if node.id in for_good else None for node in scored)
    kinds = Counter[str | None]()
    for kind, count in shared.pairs.kinds(config, 3, 4).items():
        kinds[kind.held] += count * (kind.status == "pending")
    assert +kinds == stopped
    assert shared.scores.scored(config).held.count("failed") >= stopped["failed"]
    assert funnel.pending == len(pending) - funnel.failed
    assert funnel.failures == len(broken)


def test_an_edit_starts_a_path_of_its_own(store: Store) -> None:
    config = store.settings.config_ids()[0]
    metadata = manual(store)
    first = basic(metadata)
    pair = grown(store, first, 5)
    store.decisions.decide(Decision(pair.id, "accept", instruction="Write a longer poem"))
    (edited,) = store.lineages.roots(metadata.id, config)
    assert (edited.parent, edited.iteration, edited.origin) == (first.id, 1, "edited")
    assert store.lineages.unfinished(config, Dials(), STAGES) == [metadata.id]
    funnel = store.funnel(config, 3, 4)
    assert (funnel.kept, funnel.pending) == (1, 1)
    score(store, edited, 4)
    assert (store.funnel(config, 3, 4).kept, store.funnel(config, 3, 4).superseded) == (2, 0)
    assert store.lineages.path(edited.id) == [first, edited]
