import pytest
from growing import C, basic, encoded, grown, manual

from codeclm.errors import ProjectError
from codeclm.pipeline import DEFAULT_STAGES
from codeclm.records import Failure, Labels, Metadata, Seed
from codeclm.settings import Dials
from codeclm.store import Added, MetadataFilter, Store


def test_metadata_comes_back_as_it_went(store: Store) -> None:
    store.seeds.add([Seed("a")])
    rows = [
        Metadata("encoded", Labels("poetry", ("rhyme", "metre")), seed=Seed("a").id),
        Metadata("mixed", Labels("law"), draw="0:1", state="proposed"),
        Metadata("imported", Labels("", ())),
        Metadata("manual", Labels("new", ("x",)), original=Labels("old")),
    ]
    assert store.metadata.add(rows) == Added(4, 0)
    assert store.metadata.add(rows) == Added(0, 4)
    assert [store.metadata.get(row.id) for row in rows] == rows
    assert store.metadata.get("none") is None


def test_order_is_that_of_the_seeds_whatever_the_order_of_encoding(store: Store) -> None:
    store.seeds.add(Seed(text) for text in "abc")
    loose = sorted((Metadata("manual", Labels(name)) for name in "xyz"), key=lambda m: m.id)
    bound = [Metadata("encoded", Labels(text), seed=Seed(text).id) for text in "abc"]
    store.metadata.add([loose[2], bound[2], loose[0], bound[0], loose[1], bound[1]])
    assert store.metadata.page() == store.metadata.active() == [*bound, *loose]
    assert store.metadata.page(offset=2, limit=2) == [bound[2], loose[0]]


def test_metadata_of_no_seed_here_is_refused(store: Store) -> None:
    with pytest.raises(ProjectError, match="seed"):
        store.metadata.add([Metadata("encoded", Labels("x"), seed=Seed("elsewhere").id)])


def test_encoding_resolves_its_failure(store: Store) -> None:
    store.seeds.add([Seed("a")])
    store.failures.put(Failure("encode", Seed("a").id, C, "no JSON"))
    encoded(store, "a")
    assert store.failures.count(C) == 0


def test_filters(store: Store) -> None:
    manual(store, "poetry")
    manual(store, "Prose, 100% free")
    store.metadata.add([Metadata("mixed", Labels("poetry", ("rhyme",)), draw="0:1", state="proposed")])
    for where, number in (
        (MetadataFilter(search="PROSE"), 1),
        (MetadataFilter(search="0% f"), 1),
        (MetadataFilter(search="hym"), 3),
        (MetadataFilter(search="[]"), 0),
        (MetadataFilter(use_case="poetry"), 2),
        (MetadataFilter(skill="metre"), 2),
        (MetadataFilter(origin="mixed"), 1),
        (MetadataFilter(state="active", use_case="poetry"), 1),
    ):
        assert len(store.metadata.page(where)) == store.metadata.count(where) == number


def test_combinations_are_those_that_were_not_mixed(store: Store) -> None:
    manual(store, "poetry")
    store.metadata.add([Metadata("mixed", Labels("poetry", ("song",)), draw="0:1", state="active")])
    store.metadata.set_state([manual(store, "prose").id], "excluded")
    buried = encoded(store)
    assert (store.metadata.in_use(), len(store.metadata.combinations())) == (3, 2)
    store.seeds.delete([buried.seed or ""])
    assert store.metadata.combinations() == [("poetry", ("rhyme", "metre"))]
    assert store.metadata.in_use() == 2
    states = {row.id: row.state for row in store.metadata.mixable()}
    assert sorted(states.values()) == ["active", "active", "excluded", "excluded"]
    assert states[buried.id] == "excluded"


def test_revising_keeps_the_id_and_every_revision(store: Store) -> None:
    row = manual(store)
    store.metadata.revise(row.id, Labels("ode"), "ann")
    store.metadata.revise(row.id, Labels("ode"), "bob")
    store.metadata.revise(row.id, row.labels, "bob")
    now = store.metadata.get(row.id)
    assert now is not None
    assert (now.id, now.revision) == (row.id, row.revision)
    assert [(labels, author) for labels, author, _ in store.metadata.history(row.id)] == [
        (row.labels, ""),
        (Labels("ode"), "ann"),
        (row.labels, "bob"),
    ]
    with pytest.raises(ProjectError, match="no metadata"):
        store.metadata.revise("none", Labels("x"))


def test_an_edit_makes_stale_and_its_undoing_fresh_again(store: Store) -> None:
    row = manual(store)
    grown(store, basic(row), 5)
    grown(store, basic(row, "Another", 1), 1)
    assert store.metadata.affected(row.id) == (2, 2)
    before = store.node_counts(C, 3, 4)
    store.metadata.revise(row.id, Labels("ode"))
    assert [pair.stale for pair in store.pairs.page(C, 3, 4)] == [True, True]
    assert store.metadata.affected(row.id) == (0, 0)
    assert (store.funnel(C, 3, 4).pending, store.funnel(C, 3, 4).stale) == (0, 1)
    assert store.node_counts(C, 3, 4, before) == store.node_counts(C, 3, 4) != before
    store.metadata.revise(row.id, row.labels)
    assert [pair.stale for pair in store.pairs.page(C, 3, 4)] == [False, False]


def test_what_no_run_works_on_is_not_pending(store: Store) -> None:
    row, read = manual(store), encoded(store)
    grown(store, basic(row), 1)
    grown(store, basic(read), 1)
    before = store.node_counts(C, 3, 4)
    assert (before.pending, before.aside) == (2, 0)
    store.metadata.set_state([row.id], "excluded")
    assert store.node_counts(C, 3, 4, before) == store.node_counts(C, 3, 4)
    assert (store.funnel(C, 3, 4).pending, store.funnel(C, 3, 4).aside) == (1, 1)
    store.seeds.delete([str(read.seed)])
    assert (store.funnel(C, 3, 4).pending, store.funnel(C, 3, 4).aside) == (0, 2)
    assert store.lineages.left(C, Dials(), DEFAULT_STAGES).metadata == []
    store.failures.put(Failure("rubrics", row.id, C, "no usable reply"))
    found = store.node_counts(C, 3, 4, before)
    assert (found.pending, found.failed, found.aside) == (0, 1, 1)
    assert store.scores.scored(C).held == ["left out", "failed"]
    store.metadata.set_state([row.id], "active")
    store.seeds.restore([str(read.seed)])
    assert (store.funnel(C, 3, 4).pending, store.funnel(C, 3, 4).aside) == (1, 0)


def test_labels_for_a_blank_row_make_nothing_stale(store: Store) -> None:
    row = Metadata("imported", Labels(""))
    store.metadata.add([row])
    grown(store, basic(row), 5)
    assert store.metadata.affected(row.id) == (0, 0)
    store.metadata.revise(row.id, Labels("ode"))
    assert [pair.stale for pair in store.pairs.page(C, 3, 4)] == [False]


def test_states_and_tombstones_decide_what_a_run_works_on(store: Store) -> None:
    kept, buried, out = encoded(store, "a"), encoded(store, "b"), encoded(store, "c")
    store.seeds.delete([Seed("b").id])
    store.metadata.set_state([out.id], "excluded")
    assert store.metadata.active() == [kept]
    assert store.funnel(C, 3, 4).metadata == 1
    store.seeds.restore([Seed("b").id])
    store.metadata.set_state([out.id], "active")
    assert store.metadata.active() == [kept, buried, out]


def test_a_limit_counts_seeds_and_then_metadata_without_one(store: Store) -> None:
    bound = [encoded(store, text) for text in "abc"]
    loose = sorted((manual(store, name) for name in "xyz"), key=lambda m: m.id)
    store.seeds.delete([Seed("a").id])
    assert store.metadata.active(1) == bound[1:2]
    assert store.metadata.active(2) == bound[1:]
    assert store.metadata.active(4) == [*bound[1:], *loose[:2]]


def test_the_mark_of_labels_changes_with_labels_and_states_alone(store: Store) -> None:
    marks = [store.metadata.labelled()]
    made = Metadata("manual", Labels("poetry", ("rhyme",)))
    store.metadata.add([made])
    marks.append(store.metadata.labelled())
    store.metadata.revise(made.id, Labels("prose"))
    marks.append(store.metadata.labelled())
    store.metadata.set_state([made.id], "excluded")
    marks.append(store.metadata.labelled())
    store.seeds.add([Seed("one")])
    assert store.metadata.labelled() == marks[-1]
    store.metadata.set_state([made.id], "active")
    assert len(set(marks)) == len(marks)
    assert store.metadata.labelled() not in marks[:2]


def test_a_seed_has_the_first_metadata_that_names_it(store: Store) -> None:
    seeds = [Seed("one"), Seed("two")]
    store.seeds.add(seeds)
    given = [Metadata("imported", Labels(case), seed=seeds[0].id) for case in ("law", "art", "law")]
    assert store.metadata.add(given) == Added(2, 1)
    assert store.metadata.add([Metadata("encoded", Labels("late"), seed=seeds[0].id)]) == Added(0, 1)
    found = {row.labels.use_case: row.seed for row in store.metadata.page(limit=None)}
    assert found == {"law": seeds[0].id, "art": None}
    assert store.seeds.unencoded_ids(C) == [seeds[1].id]
    assert store.seeds.count_unencoded(C) == 1


def test_a_change_of_state_tells_what_was_before(store):
    one, other = encoded(store), manual(store, "prose")
    assert store.metadata.set_state([other.id], "proposed") == {other.id: "active"}
    both = [one.id, other.id]
    assert store.metadata.set_state(both, "excluded") == {one.id: "active", other.id: "proposed"}
    assert store.metadata.set_state(both, "excluded") == {}
