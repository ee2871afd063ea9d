"""Generate, Review and Export on real projects: what is offered, said, and sent to the browser."""

import json
import pickle
import re
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from codeclm import projects
from codeclm.export import Options, apart
from codeclm.jobs.order import config_for
from codeclm.records import Decision, Failure, Instruction, Labels, Metadata, Seed
from codeclm.settings import Endpoint
from codeclm.store import PairFilter
from codeclm.store.maps import Cluster
from codeclm.ui import started as started_jobs
from codeclm.ui import summary
from codeclm.ui.export import file as export_file
from tests.pages import pairing
from tests.pages.visits import opened, sent, visited

ROOT = Path(__file__).parent.parent.parent


def said(test):
    every = (*test.info, *test.success, *test.warning, *test.caption, *test.markdown, *test.error)
    return "\n".join(each.value for each in every)


def desk(**parameters):
    return sent(opened("6_Review", project="mine", **parameters), "codeclm_review_desk")


# ---- Review


def test_the_queue_has_what_is_kept_and_undecided():
    made = pairing.project("mine")
    data = desk()
    assert data["total"] == 6
    assert [place for place, _ in data["cards"]] == list(range(6))
    with made.open() as store:
        store.decisions.decide(Decision(data["cards"][0][1]["id"], "accept"))
    again = desk()
    assert again["total"] == 5
    assert again["today"] == 1
    assert again["queue"] != data["queue"]


def test_filters_and_order_come_from_the_address():
    pairing.project("mine")
    assert desk(review_winner="target wins")["total"] == 1
    assert desk(review_use="case 0")["total"] == 2
    assert desk(review_iteration="2")["total"] == 1
    assert desk(review_search="thing 3")["total"] == 1
    assert desk(review_decision="accepted")["total"] == 0
    assert desk(status="exhausted")["total"] == 0
    near = [card["gap_text"] for _, card in desk(review_order="nearest to θ first")["cards"]]
    assert near[0].startswith("gap +4,")
    first = desk(review_order="orders disagree first")["cards"][0][1]
    assert first["orders"][0][3] != first["orders"][1][3]


def test_a_card_has_all_that_a_person_needs():
    pairing.project("mine")
    card = desk(review_iteration="2")["cards"][0][1]
    assert [step["iteration"] for step in card["steps"]] == [1, 2]
    assert card["steps"][0]["scores"] == "strong 6, target 5, gap +1"
    assert card["steps"][1]["action"] == "Name the audience"
    assert ["new", " to a child"] in card["steps"][1]["pieces"]
    assert card["winner"] == "strong"
    assert card["orders"][2][0] == "mean"
    assert card["rationales"]
    assert any(name == "Config id" for name, _, _ in card["origin"])


def test_hostile_text_goes_out_as_it_is_and_nowhere_else():
    pairing.project("mine", 1, [pairing.HOSTILE])
    test = opened("6_Review", project="mine")
    card = sent(test, "codeclm_review_desk")["cards"][0][1]
    assert card["steps"][-1]["pieces"][-1][1].endswith("to a child")
    assert "script" not in said(test)


def test_blind_sides_are_shuffled_but_fixed_for_a_pair():
    pairing.project("mine", 12)
    sides = [card["flip"] for _, card in desk(blind="true")["cards"]]
    assert set(sides) == {True, False}
    assert sides == [card["flip"] for _, card in desk(blind="true")["cards"]]


# ---- Generate


def test_a_run_is_foretold_and_started_with_what_is_set(monkeypatch):
    made = projects.create("mine")
    with made.open() as store:
        store.seeds.add([Seed(f"seed {n}") for n in range(4)])
    started = []
    monkeypatch.setattr(started_jobs.process, "start", lambda *words: started.append(words))
    test = opened("4_Generate", project="mine")
    assert {each.label: each.value for each in test.metric} == {
        "Seeds to read": "4", "Metadata to grow": "4", "Calls": "24 – 88",
    }  # fmt: skip
    assert "few or no pairs may be kept" in said(test)
    assert "judges its own answers" in said(test)
    test.number_input(key="gen_theta").set_value(2.0)
    test.number_input(key="gen_limit").set_value(2)
    test.run()
    assert {each.label: each.value for each in test.metric}["Seeds to read"] == "2"
    test.button(key="gen_start").click().run()
    path, command, words, _ = started[0]
    assert (path, command) == (made.path, "run")
    assert words[words.index("--theta") + 1] == "2.0"
    assert words[words.index("--limit") + 1] == "2"


def test_a_run_that_was_stopped_goes_on_with_its_own_settings(monkeypatch):
    made = projects.create("mine")
    with made.open() as store:
        store.seeds.add([Seed(f"seed {n}") for n in range(4)])
        job = store.jobs.start("run", {"limit": 2, "max_calls": 7, "stages": ["decode", "encode"]}, 1)
        store.jobs.finish(job, "stopped", "stopped; run again to go on")
    started = []
    monkeypatch.setattr(started_jobs.process, "start", lambda *words: started.append(words))
    test = opened("4_Generate", project="mine")
    assert "start again to go on." in said(test)
    assert "run again" not in said(test)
    test.button(key="gen_start").click().run()
    words = started[0][2]
    for name, value in (("--limit", "2"), ("--max-calls", "7"), ("--stages", "encode,decode")):
        assert words[words.index(name) + 1] == value
    with made.open() as store:
        store.jobs.finish(store.jobs.start("run", {"limit": 2}, 1), "done", "")
    assert opened("4_Generate", project="mine").number_input(key="gen_limit").value is None


def test_how_the_last_run_ended_is_told():
    made = pairing.project("mine")
    for state, words in (
        ("done", "6 pairs kept"),
        ("budget", "the budget of 5 calls is used up. What it made is kept; start again to go on."),
        ("failed", "no such model"),
    ):
        messages = {
            "failed": "no such model",
            "budget": "the budget of 5 calls is used up; run again to go on",
        }
        with made.open() as store:
            job = store.jobs.start("run", {}, 1)
            store.jobs.finish(job, state, messages.get(state, ""))
        assert words in said(visited("4_Generate", project="mine"))
    with made.open() as store:
        store.jobs.start("run", {"pilot": True}, 1)
    assert "The last pilot of an estimate ended without a word" in said(visited("4_Generate", project="mine"))


def test_other_models_are_said_to_begin_another_set():
    made = pairing.project("mine")
    with made.open() as store:
        store.settings.set_endpoint("strong", Endpoint(url="http://127.0.0.1:1/v1", model="other"))
    assert "another set of results" in said(opened("4_Generate", project="mine"))


def test_failures_say_why_and_can_be_tried_again(monkeypatch):
    made = pairing.project("mine")
    with made.open() as store:
        config = config_for(store, store.settings.endpoints(), store.settings.dials())
    pairing.fail(made, config=config)
    started = []
    monkeypatch.setattr(started_jobs.process, "start", lambda *words: started.append(words))
    test = opened("4_Generate", project="mine", generate="Failures")
    table = test.dataframe[0].value
    assert list(table["Step"]) == ["answering"]
    assert list(table["Reason"]) == ["no usable reply"]
    test.button(key="gen_retry").click().run()
    assert started[0][1:3] == ("failures", ["--retry"])
    assert "Starting…" in said(test)
    assert test.button(key="gen_retry").disabled


def test_the_sidebar_counts_what_generate_says_is_left():
    made = projects.create("mine")
    with made.open() as store, store.write():
        config = config_for(store, store.settings.endpoints(), store.settings.dials())
        store.settings.use_config(config)
        seeds = [Seed(f"Seed {number}") for number in range(4)]
        store.seeds.add(seeds)
        metadata = Metadata("encoded", Labels("case"), seed=seeds[0].id)
        store.metadata.add([metadata])
        node = Instruction(metadata.id, metadata.revision, "Half done")
        store.lineages.add_instruction(node, config.id)
        store.failures.put(Failure("encode", seeds[1].id, config.id, "no usable reply", "?"))
    test = opened("4_Generate", project="mine")
    left = {each.label: each.value for each in test.metric}
    assert (left["Seeds to read"], left["Lineages to go on"]) == ("2", "1")
    links = [each.proto.label for each in test.get("page_link")]
    assert "Generate  :gray[3]" in links


def test_where_nothing_but_failures_is_left_they_are_what_to_try():
    made = projects.create("mine")
    with made.open() as store, store.write():
        config = config_for(store, store.settings.endpoints(), store.settings.dials())
        store.settings.use_config(config)
        metadata = Metadata("manual", Labels("case"))
        store.metadata.add([metadata])
        node = Instruction(metadata.id, metadata.revision, "One that fails")
        store.lineages.add_instruction(node, config.id)
    assert "Nothing is left" not in said(opened("4_Generate", project="mine"))
    with made.open() as store:
        store.failures.put(Failure("answer", node.id, config.id, "no usable reply", "?"))
    told = said(opened("4_Generate", project="mine"))
    assert "Nothing is left to do with these settings" in told
    assert "or try 1 failure again, under Failures." in told


def test_what_failed_with_other_models_is_not_offered_to_be_tried_with_these():
    pairing.fail(pairing.project("mine"))
    test = opened("4_Generate", project="mine", generate="Failures")
    assert test.button(key="gen_retry").disabled
    assert "Asked with other models, prompts or random seed" in said(test)


def test_new_instructions_come_newest_first_with_what_changed():
    pairing.project("mine")
    items = sent(opened("4_Generate", project="mine"), "codeclm_stream")["items"]
    assert items[0]["iteration"] == "iteration 2"
    assert items[0]["state"].startswith("kept: gap")
    assert ["new", " to a child"] in items[0]["pieces"]
    assert items[1]["state"].startswith("not over θ")


def test_seeds_that_are_read_are_not_said_to_come(monkeypatch):
    made = pairing.project("mine")
    with made.open() as store:
        job = store.jobs.start("run", {}, 1)
        store.jobs.progress(job, "answer", 1, 4)
    monkeypatch.setattr(started_jobs, "holder", lambda *_: "process 1")
    bars = [each.proto.text for each in opened("4_Generate", project="mine").get("progress")]
    assert ":gray[Reading seeds: none left to read]" in bars
    assert ":gray[Scoring: not yet]" in bars


def test_a_run_that_gets_no_usable_reply_says_what_comes_instead(monkeypatch):
    made = pairing.project("mine")
    with made.open() as store:
        job = store.jobs.start("run", {}, 1)
    monkeypatch.setattr(started_jobs, "holder", lambda *_: "process 1")
    assert "Waiting for the first reply" in said(opened("4_Generate", project="mine"))
    with made.open() as store:
        store.jobs.beat(job, 5, 0, "strong: example.org: the reply is not JSON: <html>")
    told = said(opened("4_Generate", project="mine"))
    assert "the reply is not JSON" in told
    assert "5 calls sent" in told
    assert "Waiting for the first reply" not in told


@pytest.mark.parametrize("page", ["5_Contrast", "6_Review", "7_Export"])
def test_without_pairs_a_page_leads_to_where_they_come_from(page, monkeypatch):
    made = projects.create("mine")

    def ways():
        return [link.proto.label for link in opened(page, project="mine").get("page_link")]

    assert "Add seeds or pairs" in ways()
    with made.open() as store:
        store.seeds.add([Seed("one")])
    said = [each.value for each in opened(page, project="mine").caption]
    assert any("answered elsewhere can be imported on Seeds" in each for each in said)
    assert "Set up a run" in ways()
    monkeypatch.setattr(summary, "holder", lambda *_: "process 1")
    monkeypatch.setattr(started_jobs, "holder", lambda *_: "process 1")
    assert "Watch the run" in ways()


def test_home_says_what_became_of_the_rest():
    made = pairing.project("mine")
    pairing.fail(made)
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    test.query_params["project"] = "mine"
    test.run()
    (link,) = (each.proto for each in test.get("page_link") if "failure" in each.proto.label)
    assert link.label == "See 1 failure"
    assert "generate=Failures" in link.query_string


# ---- Export


def test_counts_and_reasons_in_words():
    made = pairing.project("mine")
    test = opened("7_Export", project="mine")
    assert {each.label: each.value for each in test.metric} == {
        "Rows in the file": "6",
        "Pairs left out": "0",
    }
    assert "1 of the rows (17 %) have the target's own answer" in said(test)
    with made.open() as store:
        first = store.pairs.ids(pairing.CONFIG.id, 3.0, 4)[0]
        store.decisions.decide(Decision(first, "accept"))
    test = opened("7_Export", project="mine")
    assert test.metric[0].value == "1"
    assert "not decided yet" in said(test)
    test = opened("7_Export", project="mine", export_what="Kept", export_theta="6.5")
    assert test.metric[0].value == "3"
    assert "not finished" in said(test)


def test_the_preview_is_the_file():
    made = pairing.project("mine")
    test = opened("7_Export", project="mine", export_format="Preference pairs (DPO)")
    shown = test.code[0].value.splitlines()
    whole = export_file.content(made, Options(format="dpo", theta=3.0)).decode().splitlines()
    assert shown == whole[: len(shown)]
    assert len(whole) == 6
    assert json.loads(whole[1])["chosen"][0]["content"].startswith("Poor")


def test_the_parts_are_counted_before_the_download_and_stay_through_a_reload():
    pairing.project("mine")
    kept = {"export_split": "true", "export_share": "50", "export_provenance": "true", "export_ids": "true"}
    test = opened("7_Export", project="mine", export_what="Kept", **kept)
    parts = re.search(r"\*\*(\d+)\*\* in train, \*\*(\d+)\*\* in test", said(test))
    assert sum(map(int, parts.groups())) == int(test.metric[0].value)
    assert "mine-messages-kept.zip" in said(test)
    assert '"id":' in test.code[0].value
    assert {name: test.query_params[name] for name in kept} == kept
    test.toggle(key="export_split").set_value(False).run()
    assert "in train" not in said(test)


def test_several_files_come_as_the_same_zip_each_time():
    made = pairing.project("mine")
    options = Options(format="messages", split=0.5, provenance=True)
    data = export_file.content(made, options)
    assert data == export_file.content(made, options)
    with made.open(readonly=True) as store:
        assert apart.last(store) == 0.5
    names = zipfile.ZipFile(BytesIO(data)).namelist()
    assert {"train.jsonl", "test.jsonl", "provenance.jsonl"} <= set(names)
    assert export_file.file_name("my (own) project/..", options) == "my-own-project-messages-kept.zip"


@pytest.mark.parametrize(
    "name", ["messages", "alpaca", "sharegpt", "prompt-completion", "dpo", "csv", "parquet", "hub"]
)
def test_every_format_gives_a_file(name):
    made = pairing.project("mine")
    assert len(export_file.content(made, Options(format=name))) > 100


def test_nothing_accepted_says_what_to_do():
    pairing.project("mine")
    test = opened("7_Export", project="mine", export_what="Accepted")
    assert "Nothing is accepted yet" in said(test)
    assert test.get("download_button")[0].proto.disabled


def test_what_is_accepted_but_not_among_the_chosen_is_not_said_to_be_undecided():
    project = pairing.project("mine")
    with project.open() as store:
        (pair, *_) = store.pairs.ids(pairing.CONFIG.id, 3.0, 4)
        store.decisions.decide(Decision(pair=pair, verdict="accept", reviewer=""))
    told = said(opened("7_Export", project="mine", export_what="Accepted", export_search="zzzz"))
    assert "Nothing is accepted yet" not in told
    assert "no pair fits; the reasons are above" in told


def test_a_label_that_is_gone_still_narrows_what_is_found():
    project = pairing.project("mine", 8)
    assert desk(review_use="renamed meanwhile")["end"] == "No pair matches these filters."
    assert opened("7_Export", project="mine", export_use="gone").metric[0].value == "0"
    test = opened("6_Review", project="mine", review_use="case 1")
    with project.open() as store:
        store.relabels.apply("use case", ["case 1"], "case one")
    test.run()
    assert test.selectbox(key="review_use").value == "case 1"


def test_who_has_decided_all_is_told_how_many_wait_for_others():
    project = pairing.project("mine", 8)
    assert desk(review_decision="accepted")["end"] == "No pair matches these filters."
    with project.open() as store, store.write():
        store.decisions.verdicts.set_minimum(2)
        for pair in store.pairs.ids(pairing.CONFIG.id, 3, 4, PairFilter(status="kept")):
            store.decisions.decide(Decision(pair=pair, verdict="accept", reviewer="Ann"))
    assert (
        desk(reviewer="Ann")["end"] == "You have decided every kept pair; 8 pairs wait for another reviewer."
    )


def test_the_newest_instructions_say_what_became_of_each_as_the_store_does():
    project = pairing.project("mine", 8)
    with project.open() as store:
        store.settings.set_dials(store.settings.dials().model_copy(update={"theta": 0.5}))
        pairs = store.pairs.page(pairing.CONFIG.id, 0.5, 4, PairFilter(status=None))
    kept = sum(pair.status == "kept" for pair in pairs)
    items = sent(opened("4_Generate", project="mine"), "codeclm_stream")["items"]
    assert sum(item["state"].startswith("kept") for item in items) == kept
    assert sum(item["state"].startswith("superseded") for item in items) == 1


@pytest.mark.parametrize("page", ["4_Generate", "6_Review", "7_Export"])
def test_an_address_that_cannot_be_is_no_error(page):
    pairing.project("mine")
    odd = dict.fromkeys(
        ("status", "review_use", "review_winner", "review_order", "export_what", "export_format"),
        "![x](http://a)",
    )
    test = opened(page, project="mine", review_iteration="99", export_theta="-7", blind="maybe", **odd)
    assert not test.error


@pytest.mark.parametrize("page", ["4_Generate", "6_Review", "7_Export"])
def test_session_state_stays_plain_data(page):
    pairing.project("mine")
    test = opened(page, project="mine")
    kept = test.session_state._state.filtered_state
    # a component's state is a dict of a local class of Streamlit's, which cannot be pickled as it is
    plain = {name: dict(value) if isinstance(value, dict) else value for name, value in kept.items()}
    assert pickle.loads(pickle.dumps(plain)) == plain


def test_only_what_the_filters_find_is_exported():
    pairing.project("mine")
    whole = int(opened("7_Export", project="mine", export_what="Kept").metric[0].value)
    test = opened("7_Export", project="mine", export_what="Kept", export_winner="target wins")
    assert 0 < int(test.metric[0].value) < whole
    assert "not among the chosen pairs" in said(test)
    test.text_input(key="export_search").set_value("nowhere to be found").run()
    assert test.metric[0].value == "0"
    assert not test.exception


def test_a_cap_counts_use_cases_and_clusters_where_there_is_a_map():
    made = pairing.project("mine")
    test = opened("7_Export", project="mine", export_what="Kept", export_cap="1")
    assert "Draw the map" in said(test)
    with made.open() as store:
        rows = store.metadata.page()
        places = {row.id.encode(): (0.0, 0.0, 1) for row in rows}
        spots = [("metadata", row.id, row.id.encode()) for row in rows]
        store.maps.keep(places, spots, [Cluster(1, "all of them")])
    test = opened("7_Export", project="mine", export_what="Kept", export_cap="1", export_cap_by="cluster")
    assert test.metric[0].value == "1"
    assert "over the most rows for one cluster" in said(test)
