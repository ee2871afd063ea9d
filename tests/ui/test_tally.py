"""Counts by use case, skill and cluster, of the columns that a store gives."""

import pytest

from codeclm.records import Decision, Labels, Metadata
from codeclm.store import Store
from codeclm.store.maps import KINDS, Cluster
from codeclm.store.vectors import text_key
from codeclm.ui import tally
from codeclm.ui.columns import Clustered, Fates, Nodes
from codeclm.ui.columns import Labels as Columns
from codeclm.ui.tally import SIDES, Sheet
from tests.store.growing import CONFIG, C, basic, encoded, grown, improved, manual


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "p.db", create=True) as made:
        made.settings.use_config(CONFIG)
        yield made


def sheet(store):
    read = store.maps.sheet
    return Sheet(
        Columns().revised(read.labelled()),
        Nodes.of(read.reached(C, 3, 4)),
        Fates(read.verdicts(), read.set_aside(), read.deleted()),
        {kind: Clustered(*read.clustered(kind)) for kind in KINDS},
    )


def counted(store, by):
    """Seeds, generated, kept and accepted of each group."""
    found = sheet(store).tally(by)
    columns = [found.seeds, *(found.sides[side] for side in SIDES)]
    return {key: tuple(int(column[at]) for column in columns) for at, key in enumerate(found.keys)}


def test_a_lineage_counts_once(store):
    metadata, other = encoded(store), encoded(store, "Write a sonnet")
    node = basic(metadata)
    grown(store, node, 1)
    pair = grown(store, improved(node, "Write a longer poem"), 5)
    store.decisions.decide(Decision(pair.id, "accept"))
    store.metadata.revise(other.id, Labels("verse", ("rhyme", "metre")))
    assert counted(store, "use case") == {"poetry": (1, 1, 1, 1), "verse": (1, 0, 0, 0)}
    assert counted(store, "skill") == {"rhyme": (2, 1, 1, 1), "metre": (1, 0, 0, 0)}
    assert sheet(store).tally("skill").totals == {"generated": 1, "kept": 1, "accepted": 1}
    store.decisions.undo()
    store.seeds.delete([other.seed])
    assert counted(store, "use case") == {"poetry": (1, 1, 1, 0)}


def test_what_an_edit_left_behind_does_not_count(store):
    metadata = encoded(store)
    grown(store, basic(metadata), 4)
    store.metadata.revise(metadata.id, Labels("verse"))
    assert counted(store, "use case") == {"verse": (1, 0, 0, 0)}
    assert counted(store, "skill") == {}


def test_clusters_count_what_is_on_the_map(store):
    metadata = encoded(store)
    encoded(store, "Write a sonnet")
    grown(store, basic(metadata), 4)
    assert counted(store, "cluster") == {}
    places, spots = {}, []
    for at, source in enumerate(store.maps.sources(KINDS, C)):
        key = text_key(source.text or source.id)
        places[key] = (float(at), 0.0, 1 if source.id == metadata.seed else None)
        spots.append((source.kind, source.id, key))
    store.maps.keep(places, spots, [Cluster(1, "a")])
    assert counted(store, "cluster") == {1: (1, 0, 0, 0), 0: (1, 1, 1, 0)}


def test_what_is_due_by_group(store):
    one, other, cook = encoded(store), encoded(store, "Write a sonnet"), manual(store, "cook")
    store.metadata.revise(other.id, Labels("poetry", ("rhyme", "metre")))
    grown(store, basic(one), 4)
    store.wishes.more([one.id], 2, C, 1)
    due, read = store.wishes.due(C, 1), sheet(store)
    assert sum(count for _, count in due) == store.wishes.open(C, 1)[1] + 2, "two have nothing yet"
    assert read.coming("use case", due) == {"poetry": 3, "cook": 1}
    assert read.coming("skill", due) == {"rhyme": 4, "metre": 2}
    assert read.coming("cluster", due) == {}
    clusters, places, spots = {one.seed: 1, other.id: 2, other.seed: 3, cook.id: 4}, {}, []
    for at, source in enumerate(store.maps.sources(KINDS, C)):
        key = text_key(source.text or source.id)
        places[key] = (float(at), 0.0, clusters.get(source.id))
        spots.append((source.kind, source.id, key))
    store.maps.keep(places, spots, [Cluster(n, str(n)) for n in range(1, 5)])
    assert sheet(store).coming("cluster", due) == {1: 2, 3: 1, 4: 1}, "where its seed is, else where it is"
    store.metadata.set_state([cook.id], "excluded")
    store.seeds.delete([other.seed])
    assert sheet(store).coming("use case", store.wishes.due(C, 1)) == {"poetry": 2}
    assert sheet(store).coming("skill", []) == {}


def test_what_has_no_labels_is_no_part_of_a_share(store):
    labelled, blank = encoded(store), Metadata("manual", Labels("", ()))
    store.metadata.add([blank])
    grown(store, basic(labelled), 4)
    grown(store, basic(blank, "Of a file without labels"), 4)
    for by in ("use case", "skill"):
        found = sheet(store).tally(by)
        assert (found.told, found.totals["generated"], found.untold["generated"]) == (1, 1, 1)


def test_the_rate_at_which_instructions_are_kept_and_accepted(store):
    assert sheet(store).tally("use case").rates == {"generated": 1, "kept": 1, "accepted": 1}
    pairs = [grown(store, basic(encoded(store, f"Write {n}")), 4) for n in range(4)]
    rates = sheet(store).tally("use case").rates
    assert (rates["kept"], rates["accepted"]) == (5 / 6, 5 / 6)
    for at, pair in enumerate(pairs):
        store.decisions.decide(Decision(pair.id, "accept" if at else "reject"))
    assert sheet(store).tally("use case").rates["accepted"] == 5 / 6 * 4 / 6


def test_copies_of_seeds_are_counted_on_each_side(store):
    metadata = encoded(store, "Write an ode.")
    grown(store, basic(metadata, " write an ODE\n"), 5)
    grown(store, basic(metadata, "Write an ode to Joy", sample=1), 5)
    copied = store.coverage.copied()
    assert sheet(store).among("generated", copied) == (1, 2)
    assert sheet(store).among("accepted", copied) == (0, 0)
    store.seeds.delete([metadata.seed])
    assert store.coverage.copied() == []


def test_the_course_over_runs(store):
    one = encoded(store)
    reached = []
    for at, text in enumerate(("first", "second", "third")):
        grown(store, basic(one, text, sample=at), 4)
        reached.append(at + 1)
    for by in ("use case", "skill"):
        steps = sheet(store).course(by, reached[:2])
        assert [int(each.sides["generated"][0]) for each in steps] == [1, 2, 3]


def test_the_tree_holds_the_largest_use_cases(store):
    metadata = encoded(store)
    manual(store)
    grown(store, basic(metadata), 4)
    assert sheet(store).tree(9) == [("poetry", "metre", 1, 0, 0), ("poetry", "rhyme", 2, 1, 0)]
    manual(store, "prose")
    store.metadata.add([Metadata("manual", Labels("prose"))])
    assert {row[0] for row in sheet(store).tree(1)} == {"poetry"}
    assert ("prose", "", 1, 0, 0) in sheet(store).tree(2)


def test_labels_of_what_is_in_use(store):
    manual(store, "poetry")
    manual(store, "prose")
    store.metadata.add([Metadata("mixed", Labels("poetry", ("song",)), draw="0:1", state="proposed")])
    read = sheet(store)
    found = tally.facets(read.labels, read.fates)
    assert found == ([("poetry", 1), ("prose", 1)], [("metre", 2), ("rhyme", 2)])
