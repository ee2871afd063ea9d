"""The Map and Metadata pages on a project with a map: what is shown, and what their buttons write."""

import json

import pytest

from codeclm import embed, ingest, projects
from codeclm.jobs import map as job
from codeclm.jobs import process
from codeclm.jobs.importing import prepare
from codeclm.jobs.order import config_for
from codeclm.records import IMPORTED, Instruction, Labels, Metadata, Seed
from codeclm.store import MetadataFilter
from codeclm.store.sheet import Sheet
from codeclm.testing import WordEncoder
from codeclm.ui.map.data import read
from tests.pages import pairing
from tests.pages.visits import opened

TOPICS = ("soup recipe", "train travel", "python code")


@pytest.fixture
def project(monkeypatch):
    monkeypatch.setattr(embed, "_load", lambda model: WordEncoder())
    made = projects.create("mine")
    with made.open() as store, store.write():
        for topic in TOPICS:
            seeds = [Seed(f"{topic} {topic} {n}") for n in range(9)]
            store.seeds.add(seeds)
            rows = [
                Metadata("encoded", Labels(topic, ("clear writing", f"skill {topic}")), seed=s.id)
                for s in seeds
            ]
            store.metadata.add(rows)
            for row in rows if topic != "python code" else rows[:1]:
                store.lineages.add_instruction(Instruction(row.id, row.revision, f"{topic} task"), IMPORTED)
        store.metadata.add([Metadata("manual", Labels("soup recipes", ("clear-writing",)))])
    job.draw(made.path)
    return made


def test_the_model_that_places_texts_is_shown_and_can_be_set_back(project):
    with project.open() as store:
        store.settings.set(embed.EMBEDDER, "some/multilingual")
    test = opened("3_Map")
    assert test.text_input(key="map_embedder").value == "some/multilingual"
    test.text_input(key="map_embedder").set_value("").run()
    with project.open(readonly=True) as store:
        assert embed.model_of(store) == embed.MODEL


def test_a_model_that_only_the_file_names_is_asked_about(project):
    with project.open() as store:
        store.settings.set(embed.EMBEDDER, "someone/evil")
    test = opened("3_Map")
    assert "someone/evil" in words(test)
    assert test.button(key="map_anew").disabled
    test.button(key="embedder_confirm").click().run()
    assert not test.button(key="map_anew").disabled
    assert not embed.withheld("someone/evil")
    test.text_input(key="map_embedder").set_value("another/one").run()
    assert not embed.withheld("another/one")
    with project.open() as store:
        store.settings.set(embed.EMBEDDER, "third/one")
    test.run()
    test.button(key="embedder_shipped").click().run()
    assert not test.button(key="map_anew").disabled
    with project.open(readonly=True) as store:
        assert embed.model_of(store) == embed.MODEL


def words(test):
    return " ".join(str(each.value) for each in (*test.markdown, *test.caption, *test.subheader))


def press(test, label):
    next(button for button in test.button if button.label.startswith(label)).click().run()
    assert not test.exception
    assert not test.error


def test_the_map_says_what_is_on_it(project):
    assert "points in" in words(opened("3_Map"))


def test_a_selection_in_the_address_is_shown_and_acted_on(project):
    with project.open() as store:
        seeds = [seed.id for seed in store.seeds.page(limit=3)]
        name = store.selections.keep([("seeds", each) for each in seeds])
    test = opened("3_Map", selection=name)
    assert "Selected: 3 points" in words(test)
    test.number_input(key="map_more").set_value(6)
    press(test, "Add to the next run")
    test.text_input(key="map_tag").set_value("mine")
    press(test, "Put it on")
    with project.open() as store:
        assert store.wishes.open(IMPORTED, 1) == (3, 6)
        assert store.seeds.count(tag="mine") == 3
    press(test, "Let go")
    assert "Selected" not in words(test)
    assert "selection" not in test.query_params


def test_what_was_excluded_in_two_steps_is_put_back_in_one(project):
    with project.open() as store:
        rows = [row.id for row in store.metadata.page(limit=2)]
        names = [store.selections.keep([("metadata", each)]) for each in rows]
    test = opened("3_Map", selection=names[0])
    press(test, "Exclude")
    assert "Put the 1 excluded metadata back" in [each.label for each in test.button], (
        "though none is selected"
    )
    test.query_params["selection"] = names[1]
    press(test.run(), "Exclude")
    press(test, "Put the 2 excluded metadata back")
    with project.open() as store:
        assert [store.metadata.get(each).state for each in rows] == ["active", "active"]


def test_a_selected_cluster_that_gets_another_name_stays_selected(project):
    test = opened("3_Map")
    with project.open() as store:
        cluster = store.maps.clusters()[0]
    of = "mine-metadata-seeds-instructions"
    test.session_state["map_held"] = {"of": of, "by": "cluster", "groups": [cluster.name]}
    test.session_state["map_naming"] = True
    test.run()
    told = next(each.value for each in test.subheader if "Selected" in each.value)
    test.text_input(key=f"map_name_{cluster.id}").set_value("Mine")
    press(test, "Save the name")
    with project.open() as store:
        assert store.maps.clusters()[0].name == "Mine"
    assert told in words(test)
    box = test.selectbox(key="map_cluster")
    assert (box.value, box.proto.raw_value) == (cluster.id, "Mine")


def test_two_clusters_of_one_name_are_told_apart_where_they_are_named(project):
    with project.open() as store:
        one, other, *_ = store.maps.clusters()
        for each in (one, other):
            store.maps.rename(each.id, "Alike")
    test = opened("3_Map")
    test.session_state["map_naming"] = True
    test.run()
    box = test.selectbox(key="map_cluster")
    assert {f"Alike (no. {one.id})", f"Alike (no. {other.id})"} <= {*box.options}
    box.set_value(other.id).run()
    test.text_input(key=f"map_name_{other.id}").set_value("Another")
    press(test, "Save the name")
    with project.open() as store:
        assert [each.name for each in store.maps.clusters()][:2] == ["Alike", "Another"]


def test_of_the_map_only_what_changed_is_read_again(project, monkeypatch):
    asked = []
    for name in ("spots", "clustered", "labelled", "reached"):
        real = getattr(Sheet, name)
        monkeypatch.setattr(
            Sheet, name, lambda *given, name=name, real=real: asked.append(name) or real(*given)
        )

    def again():
        asked.clear()
        found = read(project, False)
        return found, sorted(set(asked))

    whole, read_again = again()
    assert read_again == ["clustered", "labelled", "reached", "spots"]
    assert again()[1] == []
    with project.open() as store:
        store.settings.set_dials(store.settings.dials().model_copy(update={"theta": 1.0}))
    assert again()[1] == ["reached"]
    with project.open() as store:
        gone = store.metadata.page(limit=1)[0]
        store.metadata.set_state([gone.id], "excluded")
    fewer, read_again = again()
    assert read_again == []
    assert {*whole.points.ids} - {*fewer.points.ids} == {gone.id}
    with project.open() as store:
        other = store.metadata.page(limit=2)[1]
        store.metadata.revise(other.id, Labels("another", ()))
    edited, read_again = again()
    assert read_again == ["labelled", "reached"]
    assert edited.missing == whole.missing + 1
    assert "another" in [edited.points.use_case.at(row) for row in range(len(edited.points.ids))]


def test_a_gap_is_filled_by_the_next_run(project):
    test = opened("3_Map", map_part="Coverage")
    assert "python code** · 33.3% of the seeds, 5.3% here, 32.1% after the next run" in words(test)
    assert not any(each.label.startswith("Generate") for each in test.button), "it comes anyway"
    assert "None repeats a seed word for word." in words(test)
    with project.open() as store:
        rows = store.metadata.page(MetadataFilter(use_case="python code"))
        store.metadata.set_state([row.id for row in rows[1:]], "excluded")
    test = opened("3_Map", map_part="Coverage")
    press(test, "Generate")
    with project.open() as store:
        wanted = store.wishes.all()
        uses = {store.metadata.get(each).labels.use_case for each in wanted}
        assert uses == {"python code"}
    assert "The next run writes" in words(test)
    assert "cover_fill_use case_python code" not in {each.key for each in test.button}, "asked for once"
    press(test, "Forget what was asked for")
    with project.open() as store:
        assert store.wishes.all() == {}


def test_a_project_of_a_few_seeds_reads_sensibly(project):
    few = projects.create("few")
    seeds = [Seed("Write a soup recipe"), Seed("Plan a train trip"), Seed("Mend a loop")]
    with few.open() as store:
        store.seeds.add(seeds)
    job.draw(few.path)
    test = opened("3_Map", project="few")
    assert "3 points; so far too few are alike" in words(test)
    assert test.selectbox(key="map_colour").value == "kind", (
        "no cluster, no label: the first that says something"
    )
    assert "not read yet" in words(opened("3_Map", project="few", map_part="Coverage"))
    with few.open() as store:
        store.metadata.add([Metadata("encoded", Labels("cooking", ("recipes",)), seed=seeds[0].id)])
    assert opened("3_Map", project="few").selectbox(key="map_colour").value == "use case"
    test = opened("3_Map", project="few", map_part="Coverage")
    assert "Nothing is generated yet" in words(test)
    assert "The next run writes **1 instruction**" in words(test)
    with few.open() as store:
        store.metadata.set_state([row.id for row in store.metadata.page()], "proposed")
    test = opened("3_Map", project="few", map_part="Coverage")
    assert "100.0% of the seeds, none here" in words(test)
    assert "Generate 1 here" in [button.label for button in test.button]


def test_where_nothing_is_labelled_coverage_begins_with_clusters(project):
    bare = projects.create("bare")
    with bare.open() as store:
        store.seeds.add(Seed(f"{topic} {topic} {n}") for topic in TOPICS for n in range(9))
    job.draw(bare.path)
    test = opened("3_Map", project="bare", map_part="Coverage")
    assert test.session_state["cover_by"] == "cluster"
    assert "Nothing is generated yet" in words(test)
    assert opened("3_Map", map_part="Coverage").session_state["cover_by"] == "use case"


def test_of_which_models_the_next_run_is_told_is_said_where_others_are_set():
    made = pairing.project("paired")

    def coverage():
        return words(opened("3_Map", project="paired", map_part="Coverage"))

    assert "Others are set now" in coverage()
    with made.open() as store:
        store.settings.use_config(config_for(store, store.settings.endpoints(), store.settings.dials()))
    assert "Others are set now" not in coverage()


def test_what_is_stale_is_said_where_coverage_leaves_it_out(project):
    made = pairing.project("paired")
    with made.open() as store:
        row = store.metadata.page()[0]
        kept = store.funnel(pairing.CONFIG.id, 3.0, 4).kept
        store.metadata.revise(row.id, Labels("another case", ("planning",)))
    for side, said in (("kept", True), ("generated", False)):
        test = opened("3_Map", project="paired", map_part="Coverage", cover_side=side)
        assert (f"1 of the {kept} kept are stale" in words(test)) == said


def test_a_gap_whose_metadata_is_left_out_says_so(project):
    with project.open() as store:
        store.metadata.set_state(
            [row.id for row in store.metadata.page(MetadataFilter(use_case="python code"))], "excluded"
        )
    test = opened("3_Map", map_part="Coverage")
    next(button for button in test.button if button.label.startswith("Generate")).click().run()
    assert "left out" in test.error[0].value


def test_clusters_are_named_by_the_strong_model_where_a_person_asks(project, monkeypatch):
    started = []
    monkeypatch.setattr(process, "start", lambda path, kind, words, _: started.append((kind, words)))
    press(opened("3_Map"), "Have ")
    assert started == [("names", [])]


def test_the_tree(project):
    assert "number of metadata" in words(opened("3_Map", map_part="Use cases"))
    projects.create("bare")
    for page, part in (("3_Map", {"map_part": "Use cases"}), ("2_Metadata", {"meta_part": "Labels"})):
        assert "There are no seeds yet" in words(opened(page, project="bare", **part))


def test_labels_nearly_the_same_are_merged_and_undone(project):
    test = opened("2_Metadata", meta_part="Labels")
    assert "soup recipes" in words(test)
    press(test, "Merge")
    with project.open() as store:
        assert not store.metadata.count(MetadataFilter(use_case="soup recipes"))
    press(test, "Undo")
    with project.open() as store:
        assert store.metadata.count(MetadataFilter(use_case="soup recipes"))


def test_a_cluster_that_no_number_can_be_is_none(project):
    test = opened("2_Metadata", meta_cluster="9" * 30)
    assert not test.error


def test_two_labels_that_are_not_the_same_are_not_offered_again(project):
    test = opened("2_Metadata", meta_part="Labels")
    press(test, "Keep both")
    assert "No two labels look alike." in words(test)
    with project.open() as store, store.write():
        (apart,) = store.settings.get("labels_apart")
    assert apart[0] == "use case"
    assert apart[1:] == sorted(apart[1:]), "whichever is used more, which changes"
    press(test, "Offer again")
    labels = [each.label for each in test.button]
    assert "Keep both" in labels
    assert "Offer again" not in labels


def test_mixed_rows_wait_until_they_are_accepted(project):
    test = opened("2_Metadata", meta_part="Mix and match")
    test.number_input(key="meta_mix_to").set_value(32)
    press(test, "Propose")
    with project.open() as store:
        assert store.metadata.count(MetadataFilter(state="proposed")) == 4
        assert store.metadata.count(MetadataFilter(origin="mixed", state="active")) == 0
    offered = next(each.label for each in test.button if each.label.endswith("above"))
    assert int(offered.split()[1]) >= 2, "the better half at first"
    test.slider[0].set_value(1.0).run()
    test.number_input(key="meta_mix_to").set_value(36)
    press(test, "Propose")
    assert test.slider[0].value < 1, "what was proposed anew begins with a line of its own"
    test.slider[0].set_value(0.0).run()
    press(test, "Accept 8")
    with project.open() as store:
        assert store.metadata.count(MetadataFilter(origin="mixed", state="active")) == 8


def test_what_was_struck_out_in_two_steps_is_proposed_again_in_one(project):
    test = opened("2_Metadata", meta_part="Mix and match")
    test.number_input(key="meta_mix_to").set_value(32)
    press(test, "Propose")
    for line in (test.slider[0].value, 1.0):
        test.slider[0].set_value(line).run()
        test.button(key="meta_mix_odd_excluded").click().run()
    with project.open() as store:
        struck = store.metadata.count(MetadataFilter(state="excluded"))
        one = store.metadata.page(MetadataFilter(state="excluded"))[0]
        store.metadata.set_state([one.id], "active")
    assert struck > 1
    press(test, f"Propose the {struck} struck combinations again")
    with project.open() as store:
        assert store.metadata.count(MetadataFilter(state="excluded")) == 0
        assert store.metadata.get(one.id).state == "active", "as it is in use since"


def test_mix_and_match_says_what_is_missing_and_asks_for_more_than_there_is(project):
    few = projects.create("few")
    assert "Nothing to combine yet" in words(opened("2_Metadata", project="few", meta_part="Mix and match"))
    with few.open() as store:
        store.metadata.add(Metadata("manual", Labels(f"use {n}", (f"skill {n}",))) for n in range(3))
    test = opened("2_Metadata", project="few", meta_part="Mix and match")
    assert test.number_input(key="meta_mix_to").value == 200
    with few.open() as store:
        store.metadata.add(Metadata("manual", Labels(f"use {n}", (f"skill {n}",))) for n in range(3, 240))
    test = opened("2_Metadata", project="few", meta_part="Mix and match")
    assert test.number_input(key="meta_mix_to").value > 240
    press(test, "Propose")
    with few.open() as store:
        assert store.metadata.count(MetadataFilter(state="proposed"))


def filing(name, content):
    """The page of metadata after a file was given."""
    test = opened("2_Metadata")
    test.session_state["meta_filing"] = True
    test.run()
    test.file_uploader[0].set_value((name, content, "text/plain")).run()
    assert not test.exception
    return test


def test_of_a_file_whose_columns_have_other_names_both_are_chosen_and_what_is_rejected_stays(project):
    test = filing("rows.csv", b"topic,needs\nsail repair,knots\n,none\n")
    for label, column in (("Column with the use case", "topic"), ("Column with the skills", "needs")):
        next(each for each in test.selectbox if each.label == label).set_value(column).run()
    press(test, "Add 1 metadata row")
    with project.open() as store:
        assert store.metadata.page(MetadataFilter(use_case="sail repair"))[0].labels.skills == ("knots",)
    assert "1 row rejected, and why" in [each.label for each in test.expander]
    assert list(test.dataframe[0].value["Row"]) == [2]


def test_a_file_that_cannot_be_read_leaves_the_rows_in_sight(project):
    test = filing("rows.json", b"{nothing")
    assert "not valid JSON" in test.error[0].value
    assert "of 28 rows" in words(test)


def test_filters_come_from_the_address(project):
    test = opened("2_Metadata", meta_use="soup recipe", meta_state="in use")
    assert test.selectbox(key="meta_use").value == "soup recipe"
    assert "1–9 of 9 rows" in words(test)


def test_pairs_without_labels_are_counted_and_their_instructions_become_seeds(project):
    rows = [{"instruction": f"Say {n}", "strong": "Good", "target": "Poor"} for n in range(3)]
    with project.open() as store:
        prepare(ingest.read("\n".join(map(json.dumps, rows)).encode(), "rows.jsonl"), "pairs")(store)
    test = opened("2_Metadata")
    assert "**3 imported pairs without labels** are under the row" in words(test)
    (table,) = [each.value for each in test.dataframe if "Written" in each.value.columns]
    assert table[table["Use case"] == ""]["Written"].tolist() == [3]
    press(test, "Take 3 instructions as seeds")
    assert "without labels" not in words(test)
    with project.open(readonly=True) as store:
        assert store.seeds.count() == 30
