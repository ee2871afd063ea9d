"""Drafts are seen by nobody but the studio, until they are kept."""

from dataclasses import replace

import pytest
from growing import C, basic, grown, improved, manual, score

from codeclm.errors import ProjectError
from codeclm.records import STAGES, Ratings, RubricSet
from codeclm.settings import Dials
from codeclm.store import Store


def test_a_draft_is_in_the_tree_and_in_no_count(store: Store) -> None:
    first = basic(manual(store))
    grown(store, first, 1)
    child = improved(first, "Harder")
    store.studio.draft(child, C)
    assert store.funnel(C, 3, 4).instructions == 1
    tree = store.studio.tree(first.metadata, C)
    assert [(b.instruction, b.gap, b.draft, b.by_hand) for b in tree] == [
        (first, 1.0, False, False),
        (child, None, True, True),
    ]
    assert store.lineages.roots(first.metadata, C) == []


def test_kept_it_is_a_pending_leaf_from_which_a_run_goes_on(store: Store) -> None:
    first = basic(manual(store))
    grown(store, first, 1)
    child = improved(first, "Harder")
    store.studio.draft(child, C)
    store.studio.keep(child.id, C)
    assert store.lineages.roots(first.metadata, C) == [child]
    assert store.funnel(C, 3, 4).pending == 1
    dials = Dials(per_metadata=1)
    assert store.lineages.unfinished(C, dials, set(STAGES)) == [first.metadata]
    grown(store, child, 5)
    assert store.funnel(C, 3, 4).kept == 1
    assert store.lineages.unfinished(C, dials, set(STAGES)) == []
    assert not store.studio.tree(first.metadata, C)[1].draft


def test_a_basic_one_kept_beyond_those_wanted_goes_on_to_its_end(store: Store) -> None:
    first = basic(manual(store))
    grown(store, first, 5)
    mine, other = basic(manual(store), "By hand", 1), basic(manual(store), "Of a run that wanted more", 2)
    grown(store, other, 1)
    assert store.lineages.unfinished(C, Dials(), set(STAGES)) == []
    store.studio.draft(mine, C)
    store.studio.keep(mine.id, C)
    for node in (mine, improved(mine, "Harder"), improved(improved(mine, "Harder"), "Hardest")):
        if node is not mine:
            store.lineages.add_instruction(node, C)
        assert store.lineages.ends(first.metadata, C, Dials()) == [node]
        assert store.lineages.unfinished(C, Dials(), set(STAGES)) == [first.metadata]
        score(store, node, 1)
    grown(store, improved(node, "Hardest of all"), 5)
    assert store.lineages.unfinished(C, Dials(), set(STAGES)) == []


def test_keeping_a_grandchild_reaches_its_parents_too(store: Store) -> None:
    first = basic(manual(store))
    child = improved(first, "Harder")
    last = improved(child, "Hardest")
    for node in (first, child, last):
        store.studio.draft(node, C)
    store.studio.keep(last.id, C)
    assert store.funnel(C, 3, 4).instructions == 3
    assert [b.draft for b in store.studio.tree(first.metadata, C)] == [False] * 3


def test_dropping_a_draft_drops_what_grew_from_it_but_nothing_kept(store: Store) -> None:
    first = basic(manual(store))
    child = improved(first, "Harder")
    store.studio.draft(first, C)
    store.studio.draft(child, C)
    store.studio.keep(first.id, C)
    assert store.studio.drop(first.id, C) == 1
    assert [b.instruction for b in store.studio.tree(first.metadata, C)] == [first]
    with pytest.raises(ProjectError):
        store.studio.keep("none", C)


def test_a_tree_is_read_in_parts_that_hold_what_grew_from_each(store: Store) -> None:
    metadata = manual(store)
    assert store.studio.newest(metadata.id, C) is None
    firsts = [basic(metadata, f"text {sample}", sample) for sample in range(3)]
    for first in firsts:
        grown(store, first, 1)
    child = improved(firsts[1], "Harder")
    store.studio.draft(child, C)
    assert store.studio.samples(metadata.id, C) == [0, 1, 2]
    assert [each.instruction for each in store.studio.tree(metadata.id, C, (1, 2))] == [*firsts[1:], child]
    assert store.studio.newest(metadata.id, C) == child.id
    store.studio.drop(child.id, C)
    assert store.studio.newest(metadata.id, C) == firsts[-1].id
    assert store.studio.samples(metadata.id, "another") == store.studio.tree(metadata.id, "another") == []


def test_remarks_are_kept_with_their_reason(store: Store) -> None:
    first = basic(manual(store))
    grown(store, first, 1)
    store.studio.remark(first.id, "drift", "other letters")
    store.studio.remark(first.id, "drift", "no word in common")
    assert store.studio.remarks(first.id) == ("drift: no word in common",)
    assert store.studio.tree(first.metadata, C)[0].remarks == ("drift: no word in common",)
    assert store.studio.remarks("none") == ()


def test_the_newest_rubric_set_counts_and_ratings_are_by_set(store: Store) -> None:
    metadata = manual(store)
    first = basic(metadata)
    grown(store, first, 1)
    old = RubricSet(metadata.revision, C, ("a", "b"), ("do a", "do b"))
    new = replace(old, rubrics=("c", "d"), sample=1)
    store.lineages.add_rubrics(old)
    store.lineages.add_rubrics(new)
    assert store.lineages.rubrics(metadata.revision, C) == new
    assert store.lineages.rubric_sets(metadata.revision, C) == [new, old]
    ratings = [
        Ratings(first.id, metadata.revision, C, (2, 5), 1),
        Ratings(first.id, metadata.revision, C, (1, 1)),
    ]
    for each in (ratings[1], replace(ratings[0], scores=(1, 1)), ratings[0]):
        store.studio.add_ratings(each)
    assert store.studio.ratings(first.id, C) == ratings
    assert store.studio.measured(C) == [(1, first.text, None, 2.25)]
