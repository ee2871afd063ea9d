"""The Runs page: runs, calls, records with their calls, and whose results are shown."""

import json
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from streamlit.testing.v1 import AppTest

from codeclm import export, projects
from codeclm.export.provenance import Provenance
from codeclm.jobs.lock import hold
from codeclm.jobs.order import Order
from codeclm.jobs.run import run
from codeclm.llm.model import Call, Reply, Request
from codeclm.records import Instruction, Labels, Message, Metadata, Seed
from codeclm.settings import Config, Sampling
from codeclm.store import PairFilter
from codeclm.testing import ScriptedEndpoint, loop_reply
from codeclm.ui.results_picker import described, note
from codeclm.ui.runs.recent import asked

ROOT = Path(__file__).parent.parent.parent
ROLES = ("strong", "target", "judge")
HOSTILE = "![x](http://127.0.0.1:1/x.png) <script>alert(1)</script> :red[x]"


@pytest.fixture
def made():
    """A project with two runs under two configs, the second with a hostile target."""
    project = projects.create("ran")
    with project.open() as store:
        store.seeds.add(Seed(f"Explain thing {number}.") for number in range(2))

    def reply(body):
        return HOSTILE if body["model"] == "second" else loop_reply(body)

    with ScriptedEndpoint(reply=reply) as endpoint:
        for target in ("first", "second"):
            models = {"strong": "strong", "target": target, "judge": "judge"}
            order = Order(urls=dict.fromkeys(ROLES, endpoint.url), models=models, limit=2)
            run(project.path, order, lambda line: None, lambda line: None)
    return project


def opened(**parameters):
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for name, value in {"project": "ran", **parameters}.items():
        test.query_params[name] = value
    test.switch_page("pages/10_Runs.py").run()
    assert not test.exception
    assert [error.value for error in test.error] == []
    return test


def texts(test):
    return " ".join(str(each.value) for each in (*test.caption, *test.markdown, *test.subheader, *test.text))


def calls(test):
    return test.dataframe[-1].value


def test_every_run_and_call_is_there(made):
    test = opened()
    listed = test.dataframe[0].value
    assert list(listed["Run"]) == [2, 1]
    assert list(listed["Ended"]) == ["finished", "finished"]
    with made.open() as store:
        total = store.calls.count()
    assert f"of {total} calls" in texts(test) or len(calls(test)) == total


def test_what_was_sent_is_told_to_count_every_try(made):
    table = opened().dataframe[0]
    assert "every try counted" in json.loads(table.proto.columns)["Sent"]["help"]


@pytest.mark.parametrize(
    ("filters", "column", "value"),
    [
        ({"calls_stage": "judge"}, "Stage", "judge"),
        ({"calls_role": "target"}, "Role", "target"),
        ({"calls_model": "second"}, "Model", "second"),
        ({"calls_stage": "encode", "calls_run": "1"}, "Stage", "encode"),
    ],
)
def test_filters_are_in_the_address(made, filters, column, value):
    shown = calls(opened(**filters))
    assert set(shown[column]) == {value}


def test_nothing_matches_is_said(made):
    for filters in ({"calls_state": "failed"}, {"calls_search": "no such error"}, {"calls_run": "77"}):
        assert "No call matches" in texts(opened(**filters))


def test_from_any_record_to_its_calls(made):
    with made.open() as store:
        config = store.settings.config().id
        pair = store.pairs.page(config, 3, 4)[0]
        answer = store.lineages.answers(pair.instruction_id, config)[0]
    stages = {
        pair.seed: {"encode"},
        pair.metadata: {"encode", "decode", "rubrics"},
        pair.instruction_id: {"encode", "decode", "rubrics", "answer", "judge"},
        answer.id: {"encode", "decode", "rubrics", "answer", "judge"},
        pair.id: {"encode", "decode", "rubrics", "answer", "judge"},
    }
    for record, wanted in stages.items():
        test = opened(record=record)
        found = set(calls(test)["Stage"])
        assert found <= wanted
        assert found >= wanted - {"rubrics"}
        assert record in texts(test)
        if record == pair.id:
            assert "first" not in set(calls(test)["Model"])
            assert told_as_exported(made, record, calls(test))
            behind = opened(calls_search=record).button(key="calls_behind").click().run()
            assert list(calls(behind)["Call"]) == list(calls(test)["Call"])
            assert back_in_review(test, made) == [pair.id]
        if record == pair.metadata:
            assert pair.id in back_in_review(test, made)


def told_as_exported(made, pair, shown):
    """Whether the calls are those that the provenance of the pair's row names."""
    with made.open() as store:
        config = store.settings.config().id
        trace = Provenance(store, config)
        (row,) = [row for row in export.walk(store, export.Options(include="kept")) if row.pair.id == pair]
        keys = [call["key"] for call in trace.record(row)["calls"]]
        numbers = {each.number for key in keys for each in store.calls.rows() if each.key == key}
        return set(shown["Call"]) == numbers


def back_in_review(test, made):
    """The pairs that the way back leads to."""
    queries = [parse_qs(link.proto.query_string) for link in test.get("page_link")]
    (selection,) = [query["selection"][0] for query in queries if "selection" in query]
    with made.open() as store:
        assert store.selections.get(selection)
        where = PairFilter(selection=selection)
        return store.pairs.ids(store.settings.config().id, 3, 4, where)


@pytest.mark.parametrize("record", ["0" * 20, "no such", HOSTILE, "../../etc"])
def test_a_record_that_is_not_there_is_said(made, record):
    assert "Nothing in this project is called so" in texts(opened(record=record))


def test_other_results_can_be_shown(made):
    with made.open() as store:
        (first, _), (second, _) = store.settings.results()
    test = opened()
    assert test.selectbox(key="runs_results").value == second
    assert "not the newest run" not in texts(test.sidebar)
    assert "second, judged by judge, one of 2 sets of results" in texts(test.sidebar)
    test.selectbox(key="runs_results").select(first).run()
    with made.open() as store:
        assert store.settings.config().id == first
    assert "not the newest run" in texts(test.sidebar)


def test_a_run_that_is_no_number_is_told(made):
    told = "No run has the number “first”: the calls of all runs are shown."
    assert told in texts(opened(calls_run="first"))
    assert "No run has the number" not in texts(opened(calls_run="1"))


def test_of_very_many_records_made_of_one_the_first_are_shown_and_that_there_are_more(made):
    seed, words = Seed("Explain all things."), "The first 20. There are more."
    with made.open() as store:
        store.seeds.add([seed])
        row = Metadata("encoded", Labels("explaining"), seed=seed.id)
        store.metadata.add([row])
        config = store.settings.config().id
        for sample in range(20):
            store.lineages.add_instruction(Instruction(row.id, row.revision, f"Say {sample}", sample), config)
    assert words not in texts(opened(record=row.id))
    with made.open() as store:
        store.lineages.add_instruction(Instruction(row.id, row.revision, "Say more", 20), config)
    assert words in texts(opened(record=row.id))


def test_what_nothing_needs_is_dropped(made):
    with made.open() as store:
        before = store.calls.count()
        question = (Message("user", "Anything?"),)
        gone = Request("strong", "answer", "0" * 20, "strong", question, Sampling())
        store.calls.put(Call(gone, Reply("No.", "No.")))
    test = opened()
    test.button(key="runs_prune").click().run()
    assert any("1 call and 2 texts dropped" in toast.value for toast in test.toast)
    with made.open() as store:
        assert store.calls.count() == before
    with hold(made.path, "run"):
        test.button(key="runs_prune").click().run()
        assert "going on already" in test.error[0].value


def test_configs_that_look_alike_are_told_apart():
    models = {"strong": "a", "target": "b", "judge": "c"}
    same, other = Config(models=models, sampling={}), Config(models=models, sampling={}, seed=1)
    third = Config(models={**models, "judge": "a"}, sampling={})
    words = described([same, other, third])
    assert len(set(words.values())) == 3
    assert words[third.id] == "a → b"
    assert note(same, other.id, 2)
    assert not note(same, same.id, 1)
    assert not note(None, same.id, 2)


def test_what_was_asked_is_short_phrases():
    command = {"stages": ["encode"], "dials": {"theta": 2}, "limit": None, "retry": True, "config": "x"}
    assert asked(command) == ["stages encode", "theta 2", "retry"]


def test_home_counts_as_sent_what_runs_does_and_says_how_calls_differ(made):
    with made.open() as store:
        (newest, _) = store.jobs.page()
        store.jobs.beat(newest.id, sent=99)
        store.jobs.finish(newest.id, "done")
    home = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    home.query_params["project"] = "ran"
    home.run()
    (recent,) = [each for each in home.dataframe if "Ended" in each.value.columns]
    (listed,) = [each for each in opened().dataframe if "Ended" in each.value.columns]
    assert list(recent.value["Sent"]) == list(listed.value["Sent"])
    assert recent.value["Sent"][0] == 99
    for table in home.dataframe:
        assert "however often" in table.proto.columns
