import json
import random
import re
import time

import pytest

from codeclm import ingest
from codeclm.errors import BusyError, CodecError, EndpointError
from codeclm.jobs import importing
from codeclm.jobs.lock import hold
from codeclm.jobs.order import TEMPLATES, Order
from codeclm.jobs.quote import last_quote, likely, pilot_size, quote
from codeclm.jobs.run import run
from codeclm.jobs.step import Wish, take
from codeclm.jobs.stopping import Gate
from codeclm.pipeline import DEFAULT_STAGES as STAGES
from codeclm.records import IMPORTED, Answer, Comparison, Instruction, Labels, Metadata, Scores, Seed
from codeclm.settings import Dials, Endpoint, Prices
from codeclm.stages.profiles import default_templates
from codeclm.store import GivenPair, Store
from codeclm.testing import ScriptedEndpoint


def silent(line):
    """Nobody listens."""


def test_the_truth_is_near_the_middle(project, order, endpoint):
    endpoint.latency = 0.02
    path = project(60)
    with Store.open(path) as store:
        for role in ("strong", "target"):
            asked = order()
            prices = Prices(prompt=1.0, completion=10.0)
            store.settings.set_endpoint(role, Endpoint(url=asked.urls[role], model=role, prices=prices))
    foretold = quote(path, Order(), silent, silent)
    with Store.open(path) as store:
        before = store.calls.spend()["all"]
    outcome = run(path, Order(), silent, silent)
    with Store.open(path) as store:
        after = store.calls.spend()["all"]
    truth = {
        "calls": outcome.calls_sent,
        "prompt_tokens": after.prompt_tokens - before.prompt_tokens,
        "completion_tokens": after.completion_tokens - before.completion_tokens,
        "cost_usd": after.cost - before.cost,
    }
    for name, value in truth.items():
        assert foretold[name]["low"] <= value <= foretold[name]["high"]
        assert foretold[name]["mid"] == pytest.approx(value, rel=0.25)
    assert foretold["seconds"]["low"] < foretold["seconds"]["mid"] < foretold["seconds"]["high"]


def test_a_second_quote_asks_nothing(project, order, endpoint):
    path = project(20)
    first = quote(path, order(), silent, silent)
    sent = len(endpoint.requests)
    assert quote(path, order(), silent, silent)["calls"] == first["calls"]
    assert len(endpoint.requests) == sent < 20 * 12
    with Store.open(path) as store:
        assert store.metadata.count() == 9


def test_a_pilot_is_as_large_as_is_said(project, order, endpoint):
    path = project(20)
    with pytest.raises(CodecError, match="nothing is finished yet to foretell from"):
        quote(path, order(), silent, silent, pilot=0)
    assert endpoint.requests == []
    few = quote(path, order(), silent, silent, pilot=2)
    with Store.open(path) as store:
        assert store.metadata.count() == 2
    sent = len(endpoint.requests)
    free = quote(path, order(), silent, silent, pilot=0)
    assert (free["calls"], len(endpoint.requests)) == (few["calls"], sent)
    quote(path, order(), silent, silent, pilot=5)
    with Store.open(path) as store:
        assert store.metadata.count() == 5


def test_a_pilot_of_imported_pairs_is_small_and_told_and_its_range_is_what_can_be(project, order, endpoint):
    path, said = project(0), []
    rows = [
        {"instruction": f"Explain {kind} {number}", "strong": "So.", "target": "Eh", "use_case": kind}
        for kind in ("art", "law", "tea", "war")
        for number in range(25)
    ]
    data = "\n".join(map(json.dumps, rows)).encode()
    with Store.open(path) as store:
        importing.put(store, "pairs", importing.parse(ingest.read(data, "pairs.jsonl"), "pairs"))
    calls = quote(path, order(), said.append, silent)["calls"]
    assert "the pilot takes at most 952 calls of the 1,904" in said
    with Store.open(path) as store:
        assert len(store.lineages.unfinished(store.settings.config_ids()[-1], Dials(), STAGES)) == 2
        left = store.lineages.left(store.settings.config_ids()[-1], Dials(), STAGES)
    assert left.going == 50
    assert left.least <= calls["low"] <= calls["mid"] <= calls["high"] <= left.rubrics + left.most


def given(case, number):
    """An imported pair, scored under θ."""
    metadata = Metadata("imported", Labels(case))
    node = Instruction(metadata.id, metadata.revision, f"Write {case} number {number}", origin="imported")
    strong, target = (Answer(node.id, role, IMPORTED, f"{role} {number}") for role in ("strong", "target"))
    scored = Comparison(node.id, strong.id, target.id, IMPORTED, Scores(6, 5), None)
    return GivenPair(node, (strong, target), scored)


def test_metadata_of_many_pairs_and_of_few_are_foretold_by_their_lineages(tmp_path, order, endpoint):
    path, said = tmp_path / "p.db", []
    sizes = {"letters": 60, "poems": 20, "plans": 6, "sums": 14}
    with Store.open(path, create=True) as store:
        store.metadata.add(Metadata("imported", Labels(case)) for case in sizes)
        store.lineages.add_given([given(case, at) for case, size in sizes.items() for at in range(size)])
    calls = quote(path, order(), said.append, silent, pilot=1)["calls"]
    assert "the pilot takes at most 901 calls of the 1,504" in said  # 15 a pair, and its rubrics
    assert 40 * 5 < calls["low"] < calls["mid"] < calls["high"] < 3 + 40 * 15
    assert calls["low"] <= run(path, order(), silent, silent).calls_sent <= calls["high"]


def test_a_pilot_that_is_no_small_part_of_the_whole_is_taken_only_where_it_is_asked_for(
    tmp_path, order, endpoint
):
    path, said = tmp_path / "p.db", []
    with Store.open(path, create=True) as store:
        store.metadata.add([Metadata("imported", Labels("letters"))])
        store.lineages.add_given([given("letters", at) for at in range(70)])
    with pytest.raises(CodecError, match="up to 1,051 calls of the 1,051: --pilot 1 takes it"):
        quote(path, order(), said.append, silent)
    assert endpoint.requests == []
    quote(path, order(), said.append, silent, pilot=1)
    assert "the pilot takes at most 1,051 calls of the 1,051" in said
    assert endpoint.requests


@pytest.mark.parametrize("pilot", [0, 2])
def test_a_look_at_the_price_leaves_theta_and_the_results_that_are_shown(project, order, endpoint, pilot):
    path = project(6)
    run(path, order(limit=2), silent, silent)
    other = order(dials={"theta": 1.0}, models={"strong": "strong", "target": "other", "judge": "judge"})

    def shown(store):
        config, dials = store.settings.config(), store.settings.dials()
        return config, dials, store.funnel(config.id, dials.theta, dials.iterations).kept

    with Store.open(path) as store:
        before = shown(store)
        if pilot:
            quote(path, other, silent, silent, pilot)
        else:
            with pytest.raises(CodecError, match="nothing is finished yet"):
                quote(path, other, silent, silent, pilot)
        assert shown(store) == before
        configs = store.settings.config_ids()
        assert len(configs) == (2 if pilot else 1)
    outcome = run(path, other, silent, silent)
    with Store.open(path) as store:
        config, dials, _ = shown(store)
    assert (dials.theta, config.models["target"]) == (1.0, "other")
    if pilot:
        assert config.id == configs[1]
        assert outcome.calls_sent
        bodies = [json.dumps(body, sort_keys=True) for body in endpoint.requests]
        asked = [body for body in bodies if "colour has the sky" not in body]  # the probe may come again
        assert len(asked) == len(set(asked))


def test_a_pilot_under_other_models_says_where_its_failures_are(project, order, endpoint):
    path = project(20)
    run(path, order(limit=1), silent, silent)
    endpoint.reply = lambda body: "No."
    other = order(models={"strong": "another", "target": "target", "judge": "judge"})
    with pytest.raises(CodecError, match=r"failures --config [0-9a-f]+ says why") as said:
        quote(path, other, silent, silent)
    (config,) = re.findall(r"--config (\w+)", str(said.value))
    with Store.open(path) as store:
        assert store.settings.config().models["strong"] == "strong"
        assert store.failures.count(config)


def test_of_one_seed_alone_nothing_is_sure_but_what_is_least_and_most(project, order):
    calls = quote(project(20), order(), silent, silent, pilot=1)["calls"]
    assert calls["low"] == 19 * 6 <= calls["mid"] <= calls["high"] == 19 * 22


def test_the_newest_quote_is_kept_for_its_very_order(project, order):
    path = project(4)
    found = quote(path, order(limit=3), silent, silent)
    with Store.open(path) as store:
        assert last_quote(store, order(limit=3)) == found
        assert last_quote(store, order(limit=4)) is None
        assert last_quote(store, order(limit=3), since=time.time()) is None
    with hold(path, "quote"), pytest.raises(BusyError):
        quote(path, order(), silent, silent)


def test_a_quote_is_not_that_of_another_model_price_or_number_of_seeds(project, order, endpoint):
    path = project(4)
    found = quote(path, order(limit=3), silent, silent)
    with Store.open(path) as store:
        before = store.settings.endpoints()["target"]
        priced = before.model_copy(update={"prices": Prices(prompt=1, completion=2)})
        for other in (before.model_copy(update={"model": "other"}), priced):
            store.settings.set_endpoint("target", other)
            assert last_quote(store, order(limit=3)) is None
        assert last_quote(store, order(limit=3, accept_mixed=True)) is None
        store.settings.set_endpoint("target", before)
        assert last_quote(store, order(limit=3)) == found
        store.seeds.add([Seed("One more")])
        assert last_quote(store, order(limit=3)) is None


def test_nothing_left_is_nothing_to_pay(project, order):
    path = project(3)
    run(path, order(), silent, silent)
    assert quote(path, order(), silent, silent)["calls"] == {"low": 0, "mid": 0, "high": 0}


def test_an_unknown_price_is_null_and_only_encoding_costs_a_call_each(project, order):
    found = quote(project(30), order(stages=("encode",)), silent, silent)
    assert found["cost_usd"] is None
    assert found["calls"]["mid"] == 30 - 11
    assert found["spent"]["calls"] == 11 + 1  # and the probe
    assert found["spent"]["cost_usd"] is None


def test_what_stops_the_pilot_stops_the_quote(project, order):
    with ScriptedEndpoint(models=("other",)) as wrong:
        urls = dict.fromkeys(("strong", "target", "judge"), wrong.url)
        with pytest.raises(EndpointError):
            quote(project(5), order(urls=urls), silent, silent)


def test_what_another_config_or_a_hand_asked_is_not_counted(project, order):
    path = project(8)
    run(path, order(limit=4), silent, silent)
    before = quote(path, order(), silent, silent, pilot=0)["calls"]
    with Store.open(path) as store:
        config = store.settings.config().id
        improved = [
            node.id
            for metadata in store.metadata.page()
            for node in store.lineages.of_metadata(metadata.id, config)
            if node.parent
        ]
    for node in improved[:2]:
        take(path, Wish("rate", node), silent, silent)
    assert quote(path, order(), silent, silent, pilot=0)["calls"] == before
    with Store.open(path) as store:
        strict = default_templates("standard")["judge"] + "\nDo it well."
        store.settings.set(TEMPLATES, {"standard": {"judge": strict}})
    outcome = run(path, order(limit=4), silent, silent)
    assert outcome.calls_sent
    encoded = 4  # by the first run, so that the second asks nothing for it
    after = quote(path, order(), silent, silent, pilot=0)["calls"]
    assert after["mid"] == encoded + outcome.calls_sent + outcome.calls_cached


@pytest.mark.parametrize("units", [8, 20, 60, 1000])
@pytest.mark.parametrize("calls", [(6,) * 70 + (12,) * 15 + (17,) * 8 + (22,) * 7, (6, 12, 17, 22)])
def test_the_truth_is_within_the_range_nine_times_in_ten(units, calls):
    chance = random.Random(units)
    pilot = pilot_size(units, 1.0)
    within, tries = 0, 400
    for _ in range(tries):
        found = likely(chance.choices(calls, k=pilot), units - pilot)
        within += found["low"] <= sum(chance.choices(calls, k=units - pilot)) <= found["high"]
    assert within / tries >= 0.87  # 400 tries of 0.9 are below it once in 50


def test_a_pilot_that_is_stopped_ends_as_stopped(project, order, monkeypatch):
    monkeypatch.setattr(Gate, "closed", True)
    with pytest.raises(CodecError, match=r"^stopped; run again to go on$") as stopped:
        quote(project(8), order(), silent, silent)
    assert stopped.value.exit_status == 130


def test_what_ends_a_pilot_early_is_told(project, order, endpoint):
    path, said = project(8), []
    run(path, order(limit=1), silent, silent)
    endpoint.quota = len(endpoint.requests) + 3
    assert quote(path, order(), said.append, silent)["calls"]["mid"]
    assert [line for line in said if line.startswith("the pilot ended early")]
