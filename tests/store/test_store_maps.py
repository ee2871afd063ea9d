"""Map, selections, coverage, wishes and bulk changes of labels."""

import time

import pytest
from growing import C, basic, encoded, grown, manual

from codeclm.errors import ProjectError
from codeclm.records import IMPORTED, Decision, Instruction, Labels, Metadata
from codeclm.settings import Dials
from codeclm.store import MetadataFilter, PairFilter
from codeclm.store.maps import KINDS, Cluster
from codeclm.store.selections import single
from codeclm.store.vectors import text_key

STAGES = frozenset({"encode", "decode", "rubrics", "answer", "judge"})


def placed(store, cluster_of, clusters=()):
    """Put everything on the map; a text's cluster is told by a function of its source."""
    sources = store.maps.sources(KINDS, C)
    keys = {(source.kind, source.id): text_key(source.text or source.use_case) for source in sources}
    places = {
        keys[source.kind, source.id]: (float(at), 0.0, cluster_of(source))
        for at, source in enumerate(sources)
    }
    store.maps.keep(places, [(kind, id_, key) for (kind, id_), key in keys.items()], clusters)


def test_the_columns_of_a_map_say_what_points_may_be_coloured_by(store):
    metadata = encoded(store)
    node = basic(metadata)
    pair = grown(store, node, 4)
    store.decisions.decide(Decision(pair.id, "accept"))
    placed(store, lambda source: 1, [Cluster(1, "Odes", ("ode",))])
    sheet = store.maps.sheet
    written, read, seed = (sheet.spots(kind) for kind in ("instructions", "metadata", "seeds"))
    assert (written.id, written.cluster, written.metadata) == ([node.id], [1], read.number)
    labelled = sheet.labelled()
    assert (labelled.number, labelled.seed) == (read.number, seed.number)
    assert (labelled.use_case, labelled.skills, labelled.lists) == (["poetry"], [0], [("rhyme",)])
    reached = sheet.reached(C, 3, 4)
    assert (reached.instruction, reached.state) == (written.number, ["kept"])
    assert (reached.iteration, reached.gap) == ([1], [4])
    assert sheet.reached(C, 5, 4).state == ["pending"]
    assert sheet.verdicts() == {reached.comparison[0]: "accept"}
    store.metadata.set_state([metadata.id], "excluded")
    store.seeds.delete([metadata.seed])
    assert sheet.set_aside() == {read.number[0]: "excluded"}
    assert sheet.deleted() == seed.number


def test_an_instruction_off_the_map_is_where_its_metadata_is(store):
    one, other, alone = (manual(store, name) for name in ("ode", "law", "cook"))
    pairs = [
        grown(store, basic(each, text), 5).id
        for each, text in ((one, "On the map"), (one, "Unclustered"), (other, "Of a group"), (alone, "Lost"))
    ]
    by = {"ode": 7, "law": 8, "cook": None}
    placed(
        store,
        lambda source: 9 if source.text == "On the map" else None if source.text else by[source.use_case],
    )
    assert {each: store.pairs.count(C, 3, 4, PairFilter(cluster=each)) for each in (7, 8, 9)} == {
        7: 1,
        8: 1,
        9: 1,
    }
    assert set(store.pairs.ids(C, 3, 4, order="rare")) == {*pairs}


def test_a_share_of_the_spots_is_a_sample_of_each_kind_and_searched_alike(store):
    for number in range(200):
        encoded(store, f"seed {number}")
    placed(store, lambda source: None)
    assert store.maps.count() == len(store.maps.points(KINDS, C)) == 400
    for kind in ("seeds", "metadata"):
        whole, some = (set(store.maps.sheet.spots(kind, share).id) for share in (1.0, 0.25))
        assert some < whole
        assert 20 < len(some) < 80
        assert kind == "metadata" or store.maps.search("e", [kind], 0.25) == some


def test_what_went_is_left_out(store):
    metadata = encoded(store)
    placed(store, lambda source: None)
    store.seeds.delete([metadata.seed])
    assert store.maps.points(KINDS, C) == []
    assert store.maps.sources(KINDS, C) == []


def test_clusters_keep_their_numbers_and_a_person_names_them(store):
    encoded(store)
    placed(store, lambda source: 3, [Cluster(3, "Odes")])
    store.maps.rename(3, "Verse")
    assert store.maps.clusters() == [Cluster(3, "Verse", (), "person")]
    assert store.maps.next_cluster() == 4
    placed(store, lambda source: None)
    assert store.maps.clusters() == []
    assert store.maps.next_cluster() == 4
    with pytest.raises(ProjectError, match="no cluster 3"):
        store.maps.rename(3, "gone")


def test_a_model_names_clusters_but_never_over_a_person(store):
    encoded(store)
    placed(store, lambda source: 1, [Cluster(1, "Odes"), Cluster(2, "Sea")])
    store.maps.rename(1, "Mine")
    store.maps.suggest(1, "Theirs")
    store.maps.suggest(2, "Ships")
    store.maps.suggest(9, "Gone")
    assert [(each.name, each.named) for each in store.maps.clusters()] == [
        ("Mine", "person"),
        ("Ships", "model"),
    ]


def test_the_mark_of_a_map_changes_with_what_points_show_and_with_nothing_else(store):
    metadata = encoded(store)
    pair = grown(store, basic(metadata), 4)
    placed(store, lambda source: 1, [Cluster(1, "Odes")])
    marks = [store.maps.marked()]

    def changed():
        marks.append(store.maps.marked())
        return marks[-1] != marks[-2]

    store.seeds.tag([metadata.seed], "mine")
    store.selections.keep([("metadata", metadata.id)])
    store.wishes.more([metadata.id], 3, C, 1)
    assert not changed()
    store.maps.rename(1, "Verse")
    assert changed()
    store.decisions.decide(Decision(pair.id, "accept"))
    assert changed()
    store.decisions.undo()
    assert changed()
    store.seeds.delete([metadata.seed])
    assert changed()


def test_texts_of_records(store):
    metadata = encoded(store)
    found = store.maps.texts([("metadata", metadata.id), ("seeds", metadata.seed)])
    assert found == {("metadata", metadata.id): "poetry: rhyme", ("seeds", metadata.seed): "Write an ode"}


def test_a_selection_is_its_records(store):
    metadata = encoded(store)
    node = basic(metadata)
    store.lineages.add_instruction(node, C)
    name = store.selections.keep([("instructions", node.id), ("seeds", metadata.seed)])
    assert store.selections.keep([("seeds", metadata.seed), ("instructions", node.id)]) == name
    assert set(store.selections.get(name)) == {("instructions", node.id), ("seeds", metadata.seed)}
    assert store.selections.metadata(name) == [metadata.id]
    assert store.selections.get("nothing") == []


def test_who_is_in_a_group(store):
    metadata, other = encoded(store), encoded(store, "Write a sonnet")
    placed(store, lambda source: 1 if source.id in (metadata.id, metadata.seed) else None, [Cluster(1, "a")])
    assert store.coverage.metadata("cluster", 1) == [metadata.id]
    assert store.coverage.metadata("skill", "rhyme") == [metadata.id, other.id]
    assert store.coverage.metadata("use case", "nothing") == []


def test_runs_that_made_nothing_are_no_step(store):
    one = encoded(store)
    for text in ("first", "second"):
        job = store.jobs.start("run", {}, 1)
        grown(store, basic(one, text, sample=int(text == "second")), 4)
        store.jobs.finish(job, "done")
    store.jobs.finish(store.jobs.start("run", {}, 1), "done")
    assert [each[2] for each in store.coverage.runs()] == [1, 2]


def test_wishes_are_spread_and_make_work(store):
    rows = [encoded(store, f"Write {n}") for n in range(3)]
    for row in rows:
        grown(store, basic(row), 4)
    assert store.lineages.unfinished(C, Dials(), STAGES) == []
    assert store.wishes.more([row.id for row in rows], 4, C, 1) == 3
    assert sorted(store.wishes.all().values()) == [2, 2, 3]
    assert store.wishes.open(C, 1) == (3, 4)
    assert len(store.lineages.unfinished(C, Dials(), STAGES)) == 3
    store.wishes.clear()
    assert store.wishes.open(C, 1) == (0, 0)
    assert store.lineages.unfinished(C, Dials(), STAGES) == []


def test_wishes_come_on_top_of_each_other_and_of_nothing(store):
    row = encoded(store)
    store.wishes.more([row.id], 2, C, 1)
    store.wishes.more([row.id], 2, C, 1)
    assert store.wishes.all() == {row.id: 5}
    assert store.wishes.more([], 3, C, 1) == 0
    assert store.wishes.more([row.id], 0, C, 1) == 0


def test_of_what_came_with_pairs_a_run_writes_what_is_asked_for_alone(store):
    metadata = Metadata("imported", Labels("poetry", ("rhyme",)))
    store.metadata.add([metadata])
    given = Instruction(metadata.id, metadata.revision, "From a file", origin="imported")
    grown(store, given, 5, IMPORTED)
    for config in (C, "a new one"):
        assert store.lineages.unfinished(config, Dials(), STAGES) == []
        assert store.lineages.left(config, Dials(), STAGES) == ([], *(0,) * 6)
    assert (store.wishes.open(C, 1), store.wishes.due(C, 1)) == ((0, 0), [])
    assert store.coverage.metadata("use case", "poetry") == [metadata.id]
    assert store.wishes.more([metadata.id], 2, C, 1) == 1
    assert store.wishes.open(C, 1) == (1, 2)
    assert [count for _, count in store.wishes.due(C, 1)] == [2]
    assert store.lineages.unfinished(C, Dials(), STAGES) == [metadata.id]
    for sample in range(2):
        grown(store, basic(metadata, "Write a poem", sample), 5)
    assert (store.wishes.open(C, 1), store.wishes.due(C, 1)) == ((0, 0), [])
    assert store.lineages.unfinished(C, Dials(), STAGES) == []
    store.metadata.revise(metadata.id, Labels("verse"))
    assert [count for _, count in store.wishes.due(C, 1)] == [2], "an edit left the pairs behind"
    store.wishes.clear()
    assert [count for _, count in store.wishes.due(C, 1)] == [1]


def test_no_wish_counts_for_what_no_run_can_write_from(store):
    rows = [encoded(store, f"Write {n}") for n in range(3)]
    blank = Metadata("imported", Labels(""))
    store.metadata.add([blank])
    ids = [row.id for row in rows]
    assert store.wishes.more([blank.id], 3, C, 1) == 0
    store.wishes.more(ids, 6, C, 1)
    store.seeds.delete([rows[0].seed])
    store.metadata.set_state([ids[1]], "excluded")
    assert store.wishes.open(C, 1) == (1, 2)
    assert [count for _, count in store.wishes.due(C, 1)] == [3]
    assert store.wishes.more(ids, 2, C, 1) == 1
    assert store.wishes.open(C, 1) == (1, 4)


def test_a_merge_is_previewed_made_and_undone(store):
    one, other = encoded(store), encoded(store, "Write a sonnet")
    store.metadata.revise(other.id, Labels("verse", ("rhymes", "rhyme")))
    grown(store, basic(one), 4)
    preview = store.relabels.preview("use case", ["poetry", "verse"], "poems")
    assert (preview.metadata, preview.instructions, preview.pairs) == (2, 1, 1)
    change = store.relabels.apply("use case", ["poetry", "verse"], "poems")
    assert {row.labels.use_case for row in store.metadata.page()} == {"poems"}
    assert [author for _, author, _ in store.metadata.history(one.id)] == ["", "relabelled"]
    assert store.relabels.undo(change) == 2
    assert [row.labels.use_case for row in store.metadata.page()] == ["poetry", "verse"]
    assert store.relabels.recent()[0].undone


def test_merged_skills_come_once(store):
    row = encoded(store)
    store.metadata.revise(row.id, Labels("verse", ("rhymes", "metre", "rhyme")))
    store.relabels.apply("skill", ["rhymes"], "rhyme")
    assert store.metadata.get(row.id).labels.skills == ("rhyme", "metre")


def test_an_undo_leaves_alone_what_was_edited_since(store):
    row = encoded(store)
    change = store.relabels.apply("use case", ["poetry"], "poems")
    store.metadata.revise(row.id, Labels("odes"))
    assert store.relabels.undo(change) == 0
    assert store.metadata.get(row.id).labels.use_case == "odes"


def test_no_such_label(store):
    with pytest.raises(ProjectError, match="nothing was changed"):
        store.relabels.apply("skill", ["nothing"], "x")
    assert store.relabels.recent() == []


def test_pairs_and_metadata_of_a_selection(store):
    one, other = encoded(store), encoded(store, "Write a sonnet")
    first, second = grown(store, basic(one), 4), grown(store, basic(other), 4)
    by_seed = store.selections.keep([("seeds", one.seed)])
    by_node = store.selections.keep([("instructions", second.instruction)])
    assert store.pairs.ids(C, 3, 4, PairFilter(selection=by_seed)) == [first.id]
    assert store.pairs.ids(C, 3, 4, PairFilter(selection=by_node)) == [second.id]
    assert store.pairs.ids(C, 3, 4, PairFilter(selection="nothing")) == []
    assert [row.id for row in store.metadata.page(MetadataFilter(selection=by_node))] == [other.id]
    assert store.metadata.count(MetadataFilter(selection=by_seed)) == 1


def test_a_selection_of_one_record_is_named_by_it_and_not_kept(store):
    one, other = encoded(store), encoded(store, "Write a sonnet")
    first, second = grown(store, basic(one), 4), grown(store, basic(other), 4)
    before = store.revision()
    for kind, record in (("metadata", one.id), ("seeds", one.seed), ("instructions", first.instruction)):
        name = single(kind, record)
        assert store.selections.get(name) == [(kind, record)]
        assert store.pairs.ids(C, 3, 4, PairFilter(selection=name)) == [first.id]
        assert [row.id for row in store.metadata.page(MetadataFilter(selection=name))] == [one.id]
        assert store.selections.metadata(name) == [one.id]
    assert store.pairs.ids(C, 3, 4, PairFilter(selection=single("metadata", second.id))) == []
    assert store.selections.get("planets-" + one.id) == []
    assert store.revision() == before


def test_metadata_by_cluster_and_origin(store):
    one, other = encoded(store), manual(store, "prose")
    placed(store, lambda source: 2 if source.id == one.id else None, [Cluster(2, "a")])
    assert [row.id for row in store.metadata.page(MetadataFilter(cluster=2))] == [one.id]
    assert store.maps.sheet.clustered("metadata")[1] == [2, 0]
    assert sorted(store.metadata.origins()) == [("encoded", 1), ("manual", 1)]
    assert other.id not in {row.id for row in store.metadata.page(MetadataFilter(cluster=2))}


def test_what_is_searched_and_what_was_labelled_anew(store):
    one = encoded(store)
    placed(store, lambda source: None)
    assert store.maps.relabelled(0) == 1
    assert store.maps.relabelled(time.time() + 1) == 0
    store.lineages.add_instruction(basic(one, "An ODE to rhyme"), C)
    assert store.maps.search("oDe", ["seeds"]) == {one.seed}
    assert store.maps.search("rhyme", KINDS) == {basic(one, "An ODE to rhyme").id}
    assert store.maps.search("é", KINDS) == set()


def test_only_what_was_revised_is_read_again(store):
    one, other = encoded(store), encoded(store, "Write a sonnet")
    before = store.metadata.revised()
    assert store.maps.sheet.labelled().use_case == ["poetry", "poetry"]
    assert store.maps.sheet.labelled(before).number == []
    store.metadata.revise(other.id, Labels("verse"))
    assert store.maps.sheet.labelled(before).use_case == ["verse"]
    assert store.metadata.get(one.id).labels.use_case == "poetry"
