"""Contrast, the studio, and what several reviewers need, as pages on real projects."""

import json
from urllib.parse import parse_qs

import pytest
from streamlit.testing.v1 import AppTest

from codeclm import projects
from codeclm.jobs.order import config_for
from codeclm.jobs.step import rubric_set
from codeclm.records import Decision, Failure, Instruction, Labels, Metadata, Seed
from codeclm.settings import Dials, Endpoint
from codeclm.stages.profiles import make_config
from codeclm.store import PairFilter
from codeclm.ui import started
from codeclm.ui.review.queue import DECISIONS, STATUSES
from codeclm.ui.rooms import ROOT
from tests.pages import pairing

FRESH = {"strong": Endpoint(), "target": Endpoint()}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv(projects.FOLDER_ENVIRONMENT, str(tmp_path / "projects"))
    monkeypatch.setenv("CODECLM_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.delenv(projects.ENVIRONMENT, raising=False)


def opened(page, **parameters):
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for name, value in parameters.items():
        test.query_params[name] = value
    test.switch_page(f"pages/{page}.py").run()
    assert not test.exception, [each.value for each in test.exception]
    assert not test.error, [each.value for each in test.error]
    return test


def texts(test):
    return " ".join(str(each.value) for each in (*test.caption, *test.markdown))


def desk(test):
    """What the desk was given."""
    found = [
        node.proto
        for node in test.get("bidi_component")
        if node.proto.component_name == "codeclm_review_desk"
    ]
    return json.loads(found[0].json or found[0].mixed.json)


# ---- Contrast


@pytest.fixture
def mine():
    return pairing.project("mine", 40)


@pytest.mark.parametrize("part", ["θ lab", "Judge health", "People and judge"])
def test_every_part_of_contrast_draws_where_there_is_little_and_where_there_is_nothing(part):
    projects.create("empty")
    assert "No scores yet" in texts(opened("5_Contrast", project="empty", contrast=part))
    pairing.project("little", 1)
    opened("5_Contrast", project="little", contrast=part)


@pytest.mark.parametrize(("most", "theta"), [(100, 40.0), (1, 0.4)])
def test_theta_goes_as_far_as_the_scores_of_a_file(most, theta):
    made = projects.create("other")
    scores = [(most, 0.0), (most * 0.9, most * 0.2), (most * 0.5, most * 0.4)]
    with made.open() as store, store.write():
        store.settings.use_config(pairing.CONFIG)
        for number, (strong, target) in enumerate(scores):
            metadata = Metadata("manual", Labels(f"case {number}", ()))
            store.metadata.add([metadata])
            node = Instruction(metadata.id, metadata.revision, f"Say {number}")
            pairing.scored(store, node, (strong, target))
    test = opened("5_Contrast", project="other")
    assert test.slider(key="contrast_theta").max == most
    assert f"Gaps here reach {most}" in texts(test)
    test.slider(key="contrast_theta").set_value(theta).run()
    assert next(each for each in test.metric if each.label == "Kept").value == "2"
    test.button(key="contrast_use").click().run()
    assert not test.exception
    for page in ("4_Generate", "5_Contrast", "7_Export"):
        assert "Gaps here reach" not in texts(opened(page, project="other"))
    review = opened("6_Review", project="other")
    assert desk(review)["total"] == 2
    review.slider(key="review_gap").set_range(most * 0.8, most).run()
    assert desk(review)["total"] == 1


@pytest.mark.parametrize("page", ["5_Contrast", "6_Review", "7_Export"])
def test_a_theta_for_scores_of_another_scale_is_one_click_away(page):
    made = projects.create("other")
    with made.open() as store, store.write():
        store.settings.use_config(pairing.CONFIG)
        metadata = Metadata("manual", Labels("case", ()))
        store.metadata.add([metadata])
        pairing.scored(store, Instruction(metadata.id, metadata.revision, "Say"), (100, 0))
    test = opened(page, project="other")
    test.button(key="other_scale_use").click().run()
    assert not test.exception
    assert "Gaps here reach" not in texts(test)
    assert {each.value for each in (*test.slider, *test.number_input) if each.label == "θ"} <= {32.5}
    with made.open(readonly=True) as store:
        assert store.settings.dials().theta == 32.5


def test_a_lineage_that_failed_is_told_of_as_no_run_takes_it_up():
    made = pairing.project("mine", 2)
    with made.open() as store, store.write():
        for number in range(2):
            metadata = Metadata("manual", Labels(f"too easy {number}", ()))
            store.metadata.add([metadata])
            node = Instruction(metadata.id, metadata.revision, f"Say {number}")
            pairing.scored(store, node, (6, 5))
        store.failures.put(Failure("rubrics", node.id, pairing.CONFIG.id, "no usable reply", "?"))
    test = opened("5_Contrast", project="mine")
    assert "1 lineage would go on at this θ, in 5 to 15 calls." in texts(test)
    assert "1 lineage stopped by a failure." in texts(test)
    assert any("generate=Failures" in each.proto.query_string for each in test.get("page_link"))
    left_out = texts(opened("7_Export", project="mine"))
    assert "**1** not finished: a run goes on with them" in left_out
    assert "**1** stopped by a failure" in left_out


def test_theta_is_tried_without_being_set_and_then_used(mine):
    test = opened("5_Contrast", project="mine")
    test.slider(key="contrast_theta").set_value(6.5).run()
    assert not test.exception
    with mine.open(readonly=True) as store:
        assert store.settings.dials().theta == 3
        kept = store.pairs.count(pairing.CONFIG.id, 6.5, 4, PairFilter(status="kept"))
    assert next(each for each in test.metric if each.label == "Kept").value == str(kept)
    test.button(key="contrast_use").click().run()
    with mine.open(readonly=True) as store:
        assert store.settings.dials().theta == 6.5


def test_what_is_in_each_figure_of_cost_and_how_many_examples_are_shown_is_said(mine):
    test = opened("5_Contrast", project="mine")
    card = next(each for each in test.metric if each.label == "Tokens per kept pair")
    column = json.loads(test.dataframe[-1].proto.columns)["Tokens per kept pair"]
    assert "the table by group leaves out" in card.help
    assert "in the figure at the top alone" in column["help"]
    test.slider(key="contrast_theta").set_value(8.0).run()
    (said,) = [each.value for each in test.markdown if "kept at θ 3 and not at 8" in each.value]
    assert int(said.removeprefix("**").split()[0]) > 6
    assert said.endswith("; 6 of them:")


def test_people_are_held_against_the_judge_and_a_theta_is_proposed(mine):
    assert "Nobody has decided" in texts(opened("5_Contrast", project="mine", contrast="People and judge"))
    with mine.open() as store, store.write():
        for pair in store.pairs.page(pairing.CONFIG.id, 3, 4, limit=None):
            wide = abs(pair.comparison.gap) > 5
            store.decisions.decide(Decision(pair.id, "accept" if wide else "reject", "ann", pair.winner))
    test = opened("5_Contrast", project="mine", contrast="People and judge")
    assert "**θ 5**" in texts(test)
    assert "100 % of the decisions" in texts(test)
    test.button(key="contrast_to_lab").click().run()
    assert test.slider(key="contrast_theta").value == 5
    assert "Money per kept pair" in test.dataframe[-1].value.columns


# ---- Review by several


def test_a_reviewer_sees_what_nobody_settled_and_they_have_not_decided(mine):
    with mine.open() as store:
        first, second = store.pairs.ids(pairing.CONFIG.id, 3, 4, PairFilter(status="kept"))[:2]
        store.decisions.verdicts.set_minimum(2)
        store.decisions.decide(Decision(first, "accept", "ann"))

    def queue(**parameters):
        return desk(opened("6_Review", project="mine", **parameters))["total"]

    everything = queue()
    assert queue(reviewer="bob") == everything
    assert queue(reviewer="ann") == everything - 1
    assert queue(reviewer="ann", review_decision="by me") == 1
    assert queue(review_by="ann", review_decision="not by me") == 1
    with mine.open() as store:
        store.decisions.decide(Decision(first, "reject", "bob"))
        store.flags.put(second, "bob")
    assert queue(reviewer="cyd", review_decision="in conflict") == 1
    assert queue(reviewer="ann", review_decision="any decision") == everything
    assert queue(review_marks="flagged") == 1


def test_links_into_the_queue_ask_for_what_its_filters_know(mine):
    """Streamlit drops a value from the address that is no option, and shows the usual queue instead."""
    with mine.open() as store:
        pair = store.pairs.ids(pairing.CONFIG.id, 3, 4, PairFilter(status="kept"))[0]
        store.decisions.decide(Decision(pair, "accept", "ann"))
        store.decisions.decide(Decision(pair, "reject", "bob"))
    pages = (
        opened("4_Generate", project="mine", generate="By hand", studio_search="case 0"),
        opened("6_Review", project="mine", review_team_open="true"),
        opened("5_Contrast", project="mine", contrast="People and judge"),
    )
    pages[1].session_state["review_team_open"] = True
    pages[1].run()
    known = {"status": STATUSES.values(), "review_decision": DECISIONS.values(), "blind": ("true",)}
    asked = [
        (name, value)
        for test in pages
        for link in test.get("page_link")
        for name, values in parse_qs(link.proto.query_string).items()
        for value in values
        if name in known
    ]
    assert {name for name, _ in asked} == set(known)
    assert all(value in known[name] for name, value in asked)


def test_a_share_is_the_reviewers_own_and_shares_cover_all(mine):
    with mine.open() as store:
        store.settings.set("review_team", ["ann", "bob", "cyd"])
        store.decisions.verdicts.set_minimum(2)
    shares = [
        desk(opened("6_Review", project="mine", reviewer=name, review_share="true"))["total"]
        for name in ("ann", "bob", "cyd")
    ]
    assert sum(shares) == 2 * desk(opened("6_Review", project="mine"))["total"]


def test_the_cards_of_a_reviewer_show_only_their_own_decision_as_made(mine):
    with mine.open() as store:
        pair = store.pairs.ids(pairing.CONFIG.id, 3, 4, PairFilter(status="kept"))[0]
        store.decisions.decide(Decision(pair, "accept", "ann", "strong"))
        store.studio.remark(store.pairs.get(pair, 3, 4).instruction_id, "drift", "other letters")
    test = opened("6_Review", project="mine", reviewer="bob", review_by="ann", review_decision="not by me")
    ((_, card),) = desk(test)["cards"]
    assert card["decision"] is None
    assert [(each["who"], each["what"]) for each in card["said"]] == [("ann", "accepted: strong")]
    assert card["verdict"] == "stands accepted, decided by ann"
    assert card["remarks"] == ["drift: other letters"]


def test_who_settles_a_conflict_sees_what_each_edited(mine):
    with mine.open() as store:
        one, *_ = store.pairs.ids(pairing.CONFIG.id, 3, 4, PairFilter(status="kept"))
        pair = store.pairs.get(one, 3, 4)
        store.decisions.decide(Decision(one, "accept", "ann", "strong", response=f"{pair.strong} Indeed."))
        store.decisions.decide(Decision(one, "accept", "bob", "target", instruction="Quite another"))
    test = opened("6_Review", project="mine", reviewer="ann", review_decision="in conflict")
    ((_, card),) = desk(test)["cards"]
    assert card["conflict"]
    assert card["decision"]["response"] == f"{pair.strong} Indeed."
    ((name, pieces),) = card["decision"]["changes"]
    assert name == "Answer"
    assert "".join(text for kind, text in pieces if kind != "new") == pair.strong
    assert "".join(text for kind, text in pieces if kind != "gone") == f"{pair.strong} Indeed."
    (bob,) = card["said"]
    assert (bob["who"], bob["answer"], bob["instruction"], bob["response"]) == (
        "bob",
        "target",
        "Quite another",
        None,
    )
    assert [name for name, _ in bob["changes"]] == ["Instruction"]


def test_what_others_save_about_the_team_is_not_overwritten(mine):
    def kept():
        with mine.open(readonly=True) as store:
            read = store.settings.get
            return read("review_guidelines"), read("review_team"), store.decisions.verdicts.minimum

    test = opened("6_Review", project="mine")
    test.session_state["review_team_open"] = True
    test.run()
    with mine.open() as store:
        store.settings.set("review_guidelines", "Of another.")
    test.number_input(key="review_minimum").set_value(2)
    test.text_input(key="review_team_names").set_value("Ann, Bob")
    submit(test, "Save").click().run()
    assert kept() == ("Of another.", ["Ann", "Bob"], 2)
    assert test.text_area(key="review_guidelines_text").value == "Of another."
    with mine.open() as store:
        store.settings.set("review_guidelines", "Of a third.")
        store.settings.set("review_team", ["Cyd"])
    test.text_area(key="review_guidelines_text").set_value("Of mine.")
    submit(test, "Save").click().run()
    assert kept()[0] == "Of a third."
    assert any("somebody else changed" in each.value for each in test.error)
    submit(test, "Save").click().run()
    assert kept() == ("Of mine.", ["Cyd"], 2)
    assert not test.error


def bulk(test, what, count):
    """Fill in the form of `Decide all at once` and send it."""
    test.session_state["review_bulk_open"] = True
    test.run()
    if what:
        test.segmented_control(key="review_bulk_what").set_value(what)
    test.text_input(key="review_bulk_count").set_value(str(count))
    submit(test, "Decide all").click().run()


def test_bulk_needs_a_choice_and_the_number_and_is_undone_as_one_step(mine):
    test = opened("6_Review", project="mine", review_use="case 0")
    total = desk(test)["total"]
    bulk(test, None, total)
    assert "choose Accept the winners or Reject" in test.error[0].value
    bulk(test, "Reject", 7)
    assert "type" in test.error[0].value.lower()
    bulk(test, "Reject", total)
    with mine.open() as store:
        assert store.decisions.reviewers() == [("", total)]
        assert store.decisions.together() == total
        store.decisions.undo()
        assert store.decisions.reviewers() == []


def test_bulk_leaves_out_what_was_decided_since_the_queue_was_made(mine):
    test = opened("6_Review", project="mine")
    total = desk(test)["total"]
    with mine.open() as store:
        one, two, *_ = store.pairs.ids(pairing.CONFIG.id, 3, 4, PairFilter(status="kept"))
        store.decisions.decide(Decision(one, "accept"))
        store.decisions.decide(Decision(two, "accept", "bob"))
    bulk(test, "Reject", total)
    assert f"{total - 2} pairs of this queue match now" in test.error[0].value
    assert test.text_input(key="review_bulk_count").label == f"Type {total - 2} to confirm"
    bulk(test, "Reject", total - 2)
    with mine.open(readonly=True) as store:
        assert store.decisions.together() == total - 2
        assert store.decisions.verdict(one)[0].verdict == "accept"
        assert store.decisions.verdict(two)[0].verdict == "accept"


def test_what_the_search_finds_among_the_decided_is_a_button_away(mine):
    with mine.open() as store:
        one, *_ = store.pairs.ids(pairing.CONFIG.id, 3, 4, PairFilter(status="kept"))
        words = " ".join(reversed(store.pairs.get(one, 3, 4).instruction.split()))
        found = store.pairs.ids(pairing.CONFIG.id, 3, 4, PairFilter(status="kept", search=words))
        store.decisions.decide_all(found, "accept")
    test = opened("6_Review", project="mine", review_search=words)
    assert desk(test)["total"] == 0
    submit(test, f"Show {len(found)} among the decided").click().run()
    assert [card["id"] for _, card in desk(test)["cards"]] == found
    assert test.selectbox(key="review_decision").value == "any"
    test = opened("6_Review", project="mine", review_search=one, review_gap="1,2", status="improved")
    submit(test, "Clear the filters").click().run()
    assert desk(test)["total"] == desk(opened("6_Review", project="mine"))["total"] > 0
    test = opened("6_Review", project="mine", review_search=one, status="improved")
    submit(test, "Show 1 pair in other states").click().run()
    assert [card["id"] for _, card in desk(test)["cards"]] == [one]


def test_who_asks_for_one_reviewers_pairs_gets_the_decided(mine):
    with mine.open() as store:
        one, two, *_ = store.pairs.ids(pairing.CONFIG.id, 3, 4, PairFilter(status="kept"))
        for pair, who in ((one, "ann"), (two, "bob")):
            store.decisions.decide(Decision(pair, "accept", who))
    test = opened("6_Review", project="mine")
    test.selectbox(key="review_by").select("ann").run()
    assert [card["id"] for _, card in desk(test)["cards"]] == [one]
    assert test.selectbox(key="review_decision").value == "any"
    test = opened("6_Review", project="mine", review_by="ann")
    assert desk(test)["total"] == 0
    submit(test, "Show 1 among the decided").click().run()
    assert [card["id"] for _, card in desk(test)["cards"]] == [one]


def test_the_grid_draws_blind_without_scores(mine):
    test = opened("6_Review", project="mine", review_view="Grid", blind="true")
    assert {"Left", "Right"} <= set(test.dataframe[0].value.columns)
    assert "Gap" not in test.dataframe[0].value.columns


def test_blind_the_grid_shows_the_gap_of_what_was_decided_and_no_none(mine):
    test = opened("6_Review", project="mine", review_view="Grid", blind="true")
    with mine.open() as store:
        pair = store.pairs.page(pairing.CONFIG.id, 3, 4, PairFilter(status="kept"))[0]
        store.decisions.decide_all([pair.id], "accept")
    test.run()
    gaps = list(test.dataframe[0].value["Gap"])
    assert sorted(map(bool, gaps))[-2:] == [False, True]
    assert set(map(type, gaps)) == {str}
    test.session_state["review_bulk_open"] = True
    labels = [each.label for each in test.run().button]
    assert "Decide all" in labels
    assert labels.count("Undo the last decision") == 1


def test_what_was_left_out_waits_nowhere():
    made = pairing.project("mine")
    with made.open() as store:
        store.settings.set_dials(Dials(theta=9.0))
    test = opened("5_Contrast", project="mine")
    assert "6 lineages would go on at this θ" in texts(test)
    with made.open() as store:
        store.metadata.set_state([row.id for row in store.metadata.page()], "excluded")
    assert "No scored lineage waits for another step at this θ" in texts(test.run())
    home = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    home.query_params["project"] = "mine"
    assert "pending" not in texts(home.run())


# ---- Generate by hand


def test_the_studio_shows_the_tree_and_what_changed(mine):
    test = opened("4_Generate", project="mine", generate="By hand", studio_search="case 0")
    tree = test.radio(key="studio_node")
    assert "Explain thing" in tree.options[0]
    assert test.button(key="studio_improve").label == "Improve"
    tree.set_value(tree.options[-1]).run()
    assert not test.exception


def test_the_studio_says_that_a_pair_kept_with_other_models_begins_a_second_set(mine):
    test = opened("4_Generate", project="mine", generate="By hand", studio_search="case 0")
    assert "another set of results" in " ".join(each.value for each in test.warning)
    with mine.open() as store:
        store.settings.use_config(config_for(store, store.settings.endpoints(), store.settings.dials()))
    test.run()
    assert not test.warning


def test_a_metadata_written_in_the_studio_lies_on_the_bench(mine):
    test = opened("4_Generate", project="mine", generate="By hand", studio_search="case 0")
    test.text_input(key="studio_new_use").set_value("tax advice")
    test.text_input(key="studio_new_skills").set_value("arithmetic")
    submit(test, "Add row").click().run()
    assert on_the_bench(test).startswith("tax advice · arithmetic")
    assert any(each.label == "Write a basic instruction" for each in test.button)


def test_what_lies_on_the_bench_stays_while_a_run_reads_seeds(mine):
    with mine.open() as store:
        store.metadata.add([Metadata("manual", Labels("tax advice"))])
    test = opened("4_Generate", project="mine", generate="By hand")
    box = test.selectbox(key="studio_of")
    box.set_value(box.options[-1]).run()
    seeds = [Seed(f"Another {number}") for number in range(80)]
    with mine.open() as store:
        store.seeds.add(seeds)
        store.metadata.add([Metadata("encoded", Labels("reading"), seed=seed.id) for seed in seeds])
    assert on_the_bench(test.run()).startswith("tax advice")
    test.text_input(key="studio_search").set_value("case 1").run()
    assert on_the_bench(test).startswith("case 1")
    with mine.open() as store:
        store.metadata.set_state([test.selectbox(key="studio_of").value], "excluded")
    assert on_the_bench(test.run()).startswith("case 1")


def test_rubrics_written_anew_leave_the_chosen_instruction(mine, monkeypatch):
    monkeypatch.setattr(started.process, "start", lambda *words: None)
    monkeypatch.setattr(started.process, "last_words", lambda *words: "it has ended")
    test = opened("4_Generate", project="mine", generate="By hand")
    first = first_of_two(test, mine)
    test.session_state["studio_rubrics_open"] = True
    test.run().button(key="studio_anew").click().run()
    assert test.run().radio(key="studio_node").value == first


def test_a_step_for_another_metadata_leaves_what_is_chosen_on_the_bench(mine, monkeypatch):
    said = [""]
    monkeypatch.setattr(started.process, "start", lambda *words: None)
    monkeypatch.setattr(started.process, "last_words", lambda *words: said[0])
    test = opened("4_Generate", project="mine", generate="By hand")
    test.button(key="studio_basic").click().run()
    first = first_of_two(test, mine)
    said[0] = "it has ended"
    assert test.run().radio(key="studio_node").value == first


def test_of_very_many_lineages_a_page_is_shown_and_always_what_is_chosen(mine, monkeypatch):
    monkeypatch.setattr(started.process, "start", lambda *words: None)
    monkeypatch.setattr(started.process, "last_words", lambda *words: "")
    row = Metadata("manual", Labels("tax advice"))
    nodes = [Instruction(row.id, row.revision, f"Explain {n}", sample=n) for n in range(91)]
    with mine.open() as store:
        store.metadata.add([row])
        for node in nodes[:-1]:
            store.lineages.add_instruction(node, pairing.CONFIG.id)
    test = opened("4_Generate", project="mine", generate="By hand", studio_search="tax")
    assert [test.radio(key="studio_node").options[at] for at in (0, -1)] == ["Explain 0", "Explain 39"]
    assert "Lineages 1–40 of 90" in texts(test)
    test.button(key="studio_basic").click().run()
    with mine.open() as store:
        store.studio.draft(
            nodes[-1], config_for(store, store.settings.endpoints(), store.settings.dials()).id
        )
    monkeypatch.setattr(started.process, "last_words", lambda *words: "it has ended")
    assert test.run().radio(key="studio_node").value == nodes[-1].id
    assert "Lineages 81–91 of 91" in texts(test)
    test.session_state["studio_from"] = nodes[40].sample  # as a press on the second page does
    assert test.run().radio(key="studio_node").value == nodes[40].id


def first_of_two(test, mine):
    """Put metadata with two instructions on the bench; the one chosen, the first."""
    with mine.open(readonly=True) as store:
        trees = {row.id: store.studio.tree(row.id, pairing.CONFIG.id) for row in store.metadata.page()}
    row, tree = next((row, tree) for row, tree in trees.items() if len(tree) > 1)
    test.selectbox(key="studio_of").set_value(row).run()
    assert test.radio(key="studio_node").value == tree[0].instruction.id
    return tree[0].instruction.id


def test_an_action_chosen_for_one_metadata_is_none_of_another(mine):
    with mine.open() as store:
        config, asked = (
            config_for(store, store.settings.endpoints(), store.settings.dials()),
            "Ask for a table",
        )
        for row in store.metadata.page():
            pairs = [("It names a form.", f"{asked} about {row.labels.use_case}")]
            store.lineages.add_rubrics(rubric_set([], row.revision, config.id, pairs))
    test = opened("4_Generate", project="mine", generate="By hand")

    def action():
        return next(each for each in test.selectbox if each.label == "Action")

    action().select_index(1).run()
    assert asked in action().value
    box = test.selectbox(key="studio_of")
    box.select_index(len(box.options) - 1).run()
    assert asked not in action().value


def test_an_older_set_of_rubrics_is_looked_at_and_taken_again(mine):
    with mine.open() as store:
        config = config_for(store, store.settings.endpoints(), store.settings.dials())
        row, known = store.metadata.page(search="case 0")[0], []
        for name in ("old", "new"):
            made = rubric_set(known, row.revision, config.id, [(f"The {name} one.", f"Do the {name} one")])
            store.lineages.add_rubrics(made)
            known = [made, *known]
    test = opened("4_Generate", project="mine", generate="By hand", studio_search="case 0")
    test.session_state["studio_rubrics_open"] = True
    test.run().selectbox(key=f"studio_older_{row.revision}").select_index(0).run()
    assert "Do the old one" in texts(test)
    test.button(key="studio_rubrics_take").click().run()
    with mine.open(readonly=True) as store:
        sets = store.lineages.rubric_sets(row.revision, config.id)
    assert [each.actions[0] for each in sets] == ["Do the old one", "Do the new one", "Do the old one"]


def on_the_bench(test):
    box = test.selectbox(key="studio_of")
    return box.format_func(box.value)


@pytest.mark.parametrize("part", ["By hand", "Complexity"])
def test_an_empty_project_says_where_to_begin(part):
    projects.create("empty")
    test = opened("4_Generate", project="empty", generate=part)
    assert any(link.proto.label.startswith("Add seeds") for link in test.get("page_link"))


def test_the_course_and_the_prompts_draw(mine):
    opened("4_Generate", project="mine", generate="Complexity")
    for prompt in (
        "Encode: read metadata in a seed",
        "Improve: carry an action out",
        "Judge: score two answers",
    ):
        opened("4_Generate", project="mine", generate="Prompts", prompt=prompt)


def test_a_prompt_is_saved_refused_and_reset(mine):
    test = opened("4_Generate", project="mine", generate="Prompts")
    area = next(each for each in test.text_area if each.label == "Template")
    area.set_value("=== user\nLabel this: {instruction}").run()
    test.button(key="prompt_save").click().run()
    with mine.open(readonly=True) as store:
        assert store.settings.get("templates")["small"] == {"encode": "=== user\nLabel this: {instruction}"}
    next(each for each in test.text_area if each.label == "Template").set_value("=== user\nnothing").run()
    test.button(key="prompt_save").click().run()
    assert any("instruction" in each.value for each in test.error)
    with mine.open(readonly=True) as store:
        assert "nothing" not in store.settings.get("templates")["small"]["encode"]
    test.button(key="prompt_reset").click().run()
    with mine.open(readonly=True) as store:
        assert store.settings.get("templates")["small"] == {}
    area = next(each for each in test.text_area if each.label == "Template")
    assert area.value == make_config(FRESH, Dials()).templates["encode"]
    assert area.proto.set_value, "the browser is told, or it goes on showing what was typed"
    test.button(key="prompt_put_back").click().run()
    with mine.open(readonly=True) as store:
        kept = store.settings.get("templates")["small"]
    assert kept == {"encode": "=== user\nLabel this: {instruction}"}
    area = next(each for each in test.text_area if each.label == "Template")
    assert area.value == "=== user\nnothing", "as it was half written"
    assert not [each for each in test.button if each.key == "prompt_put_back"]


def submit(test, label):
    return next(each for each in test.button if each.label == label)


def test_of_very_many_pairs_review_offers_where_to_begin(mine, monkeypatch):
    monkeypatch.setattr("codeclm.ui.review.how.MANY", 2)
    orders = [
        parse_qs(link.proto.query_string).get("review_order")
        for link in _links(opened("6_Review", project="mine"))
    ]
    assert orders == [["nearest to θ first"], ["at random"]]
    for order in orders:
        test = opened("6_Review", project="mine", review_order=order[0])
        assert test.selectbox(key="review_order").value != "lineage"
        assert _links(test) == []


def _links(test):
    return [link for link in test.get("page_link") if "review_order" in link.proto.query_string]
