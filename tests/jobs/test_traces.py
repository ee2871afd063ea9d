"""The calls that an exported row is traced to, in a project whose settings changed between two runs."""

import json
from collections import Counter

import pytest

from codeclm import export
from codeclm.jobs.order import TEMPLATES
from codeclm.jobs.run import run
from codeclm.stages.profiles import default_templates
from codeclm.store import Store
from tests.logs import every_call


def cooler(store):
    for role in ("target", "judge"):
        endpoint = store.settings.endpoints()[role]
        store.settings.set_endpoint(role, endpoint.model_copy(update={"temperature": 0.1}))


def briefed(store):
    for role in ("target", "judge"):
        endpoint = store.settings.endpoints()[role]
        store.settings.set_endpoint(role, endpoint.model_copy(update={"system": "Be brief."}))


def reworded(store):
    usual = default_templates("standard")
    names = ("answer_target", "judge")
    store.settings.set(TEMPLATES, {"standard": {n: usual[n] + "\n\nTake your time." for n in names}})


def hotter(store):
    endpoint = store.settings.endpoints()["strong"]
    store.settings.set_endpoint("strong", endpoint.model_copy(update={"temperature": 1.5}))


@pytest.mark.parametrize("change", [cooler, briefed, reworded, hotter])
def test_a_row_is_traced_to_the_calls_of_its_own_config(project, order, endpoint, tmp_path, change):
    path = project()
    configs = []
    for changed in (lambda store: None, change):
        with Store.open(path) as store:
            changed(store)
        assert run(path, order(), lambda line: None, lambda line: None).status == 0
        with Store.open(path) as store:
            configs.append(store.settings.config().id)
    with Store.open(path) as store:
        logged = {each.key: each.call for each in every_call(store, errors=False)}
        for config in configs:
            out = tmp_path / f"{config}.jsonl"
            options = export.Options(include="all", theta=0, config=config, provenance=True)
            assert export.write(store, out, options).rows
            for line in (tmp_path / f"{config}.jsonl.provenance.jsonl").read_text().splitlines():
                record = json.loads(line)
                found = [logged[call["key"]] for call in record["calls"]]
                asked = Counter((c.request.record, c.request.stage, c.request.role) for c in found)
                for node in record["lineage"]:
                    assert asked[node["id"], "answer", "strong"] == 1
                    assert asked[node["id"], "answer", "target"] == 1
                    assert asked[node["id"], "judge", "judge"] == 2
                last = [call for call in found if call.request.record == record["lineage"][-1]["id"]]
                told = {call.request.role: call.reply.text for call in last if call.request.stage == "answer"}
                assert told == {answer["role"]: answer["text"] for answer in record["answers"]}
                assert asked[record["metadata"]["id"], "decode", "strong"] == 1
    assert len(set(configs)) == 2


def test_a_row_is_traced_to_the_prompts_that_wrote_it(project, order, endpoint, tmp_path):
    """Of two configs that differ in a prompt alone, which the steps before the answers have."""
    path, more = project(), "\n\nTake your time."
    usual, said = default_templates("standard"), {}
    for words in ("", more):
        with Store.open(path) as store:
            names = ("decode", "rubrics", "improve")
            store.settings.set(TEMPLATES, {"standard": {name: usual[name] + words for name in names}})
        assert run(path, order(dials={"per_metadata": 2}), lambda line: None, lambda line: None).status == 0
        with Store.open(path) as store:
            said[store.settings.config().id] = words
    with Store.open(path) as store:
        logged = {each.key: each.call for each in every_call(store, errors=False)}
        improved = 0
        for config, words in said.items():
            options = export.Options(include="all", theta=0, config=config, provenance=True)
            export.write(store, tmp_path / config, options)
            for line in (tmp_path / f"{config}.provenance.jsonl").read_text().splitlines():
                record = json.loads(line)
                asked = [logged[each["key"]].request for each in record["calls"]]
                wrote = [each for each in asked if each.stage in ("decode", "rubrics")]
                assert all(each.messages[-1].content.endswith(more) == bool(words) for each in wrote)
                steps = len(record["lineage"])
                improved += steps > 1
                assert Counter(each.stage for each in wrote) == {"decode": 1} | (
                    {"rubrics": steps} if steps > 1 else {}
                )
    assert len(said) == 2
    assert improved
