"""The laws of a run, over an endpoint whose replies depend on the request alone."""

import itertools
import json
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import replace

import pytest

from codeclm import export, pipeline
from codeclm.errors import EndpointError, UsageError
from codeclm.jobs import archiving, shift
from codeclm.jobs.order import Order
from codeclm.jobs.process import ROOT
from codeclm.jobs.run import run
from codeclm.jobs.shift import Ended
from codeclm.jobs.stopping import Stopped
from codeclm.records import Labels, Metadata
from codeclm.store import MetadataFilter, PairFilter, Store
from codeclm.testing import TRANSPORT_FAULTS, Faults, ScriptedEndpoint, loop_reply
from tests.logs import every_call


def go(project, order):
    return run(project, order, warn=lambda line: None, show=lambda line: None)


def exported(project, form="messages", include="kept", theta=None):
    out = project.with_suffix(f".{form}")
    with Store.open(project) as store:
        export.write(store, out, export.Options(format=form, include=include, theta=theta))
    return out.read_bytes()


def kept(project, theta):
    with Store.open(project) as store:
        config = store.settings.config().id
        return store.pairs.ids(config, theta, store.settings.dials().iterations, PairFilter(status="kept"))


def test_two_fresh_projects_export_the_same_bytes(project, order, endpoint):
    first, second = project(name="a.db"), project(name="b.db")
    go(first, order(concurrency=1))
    endpoint.latency = 0.01
    go(second, order(concurrency=9))
    assert exported(first) == exported(second) != b""
    assert exported(first, "dpo", "all") == exported(second, "dpo", "all")


def test_a_second_run_sends_nothing(project, order, endpoint):
    path = project()
    go(path, order())
    sent = len(endpoint.requests)
    assert go(path, Order()) == Ended(0, 0, 0.0)
    assert len(endpoint.requests) == sent


def test_more_instructions_each_are_only_those(project, order, endpoint):
    path = project(3)
    go(path, order())
    before = len(endpoint.requests)
    outcome = go(path, order(dials={"per_metadata": 2}))
    assert outcome.calls_sent == len(endpoint.requests) - before
    with Store.open(path) as store:
        samples = Counter(
            pair.id for pair in store.pairs.page(store.settings.config().id, 100, 1, limit=None)
        )
        roots = [
            n
            for m in store.metadata.active()
            for n in store.lineages.of_metadata(m.id, store.settings.config().id)
        ]
    assert Counter(node.sample for node in roots if node.parent is None) == {0: 3, 1: 3}
    assert samples


def test_theta_two_keeps_what_theta_three_keeps_read_at_two(project, order):
    two, three = project(12, "two.db"), project(12, "three.db")
    go(two, order(dials={"theta": 2}))
    go(three, order(dials={"theta": 3}))
    assert kept(two, 2) == kept(three, 2)
    assert kept(two, 2) != kept(three, 3)


def test_no_lineage_is_longer_than_the_cap_and_both_orders_are_asked(project, order, endpoint):
    path = project()
    go(path, order(dials={"theta": 100, "iterations": 3}))
    with Store.open(path) as store:
        config = store.settings.config().id
        nodes = [n for m in store.metadata.active() for n in store.lineages.of_metadata(m.id, config)]
        scores = [store.lineages.comparison(node.id, config) for node in nodes]
        funnel = store.funnel(config, 100, 3)
    assert Counter(node.iteration for node in nodes) == {1: 6, 2: 6, 3: 6}
    assert all(score.target_first is not None for score in scores)
    assert funnel.exhausted == 6
    judged = [body for body in endpoint.requests if body["model"] == "judge"]
    assert len(judged) >= 2 * 18


def test_a_higher_cap_goes_on_with_what_was_exhausted(project, order):
    path = project(4)
    outcomes = [go(path, order(dials={"theta": 100, "iterations": cap})) for cap in (1, 2, 3)]
    whole = project(4, "whole.db")
    go(whole, order(dials={"theta": 100, "iterations": 3}))
    assert exported(path, theta=0) == exported(whole, theta=0)
    with Store.open(path) as store:
        assert store.funnel(store.settings.config().id, 100, 3).exhausted == 4
    assert [each.calls_cached for each in outcomes] == [0, 0, 0], "it goes on where the lineages end"


def test_stages_stop_where_they_are_told(project, order, endpoint):
    path = project()
    go(path, order(stages=("encode",)))
    with Store.open(path) as store:
        funnel = store.funnel(store.settings.config().id, 3, 4)
    assert (funnel.encoded, funnel.instructions) == (6, 0)
    assert {body["model"] for body in endpoint.requests} == {"strong"}


def test_stages_one_by_one_come_to_the_same_as_all_at_once(project, order, endpoint):
    path, whole = project(5), project(5, "whole.db")
    go(whole, order(dials={"theta": 2}))
    per_run = []
    for stages in (("encode",), ("decode",), ("answer",), ("judge",), ("rubrics",), ("answer", "judge")):
        before = len(endpoint.requests)
        go(path, order(stages=stages, dials={"theta": 2}))
        per_run.append(len(endpoint.requests) - before)
    assert all(per_run)
    go(path, order(dials={"theta": 2}))
    assert exported(path, "dpo", "all") == exported(whole, "dpo", "all")


def test_a_limit_is_the_first_seeds(project, order):
    path = project()
    go(path, order(limit=2))
    with Store.open(path) as store:
        first = store.seeds.ids(2)
        assert [row.seed for row in store.metadata.active()] == first


def test_mixed_metadata_waits_until_it_is_accepted(project, order):
    path = project()
    go(path, order(augment_to=9))
    with Store.open(path) as store:
        assert store.metadata.count(MetadataFilter(state="proposed")) == 3
        assert store.funnel(store.settings.config().id, 3, 4).metadata == 6
    go(path, order(augment_to=9, accept_mixed=True))
    with Store.open(path) as store:
        assert store.metadata.count(MetadataFilter(state="proposed")) == 0
        funnel = store.funnel(store.settings.config().id, 3, 4)
    assert funnel.metadata == funnel.kept + funnel.exhausted == 9


def test_nothing_is_mixed_of_the_labels_of_deleted_seeds(project, order):
    path = project(4)
    with Store.open(path) as store:
        seeds = store.seeds.ids()
        uses = ("ode", "elegy", "unwanted 1", "unwanted 2")
        skills = [(f"{use} rhyme", f"{use} metre") for use in uses]
        store.metadata.add(map(Metadata, ["encoded"] * 4, map(Labels, uses, skills), seeds))
        store.seeds.delete(seeds[2:])
    go(path, order(stages=("augment",), augment_to=10, accept_mixed=True))
    with Store.open(path) as store:
        live = store.metadata.active()
    assert len(live) == 10
    assert not any("unwanted" in word for row in live for word in (row.labels.use_case, *row.labels.skills))


def test_faults_of_transport_change_no_byte(project, order, endpoint):
    well, badly = project(name="well.db"), project(name="badly.db")
    go(well, order())
    kinds = tuple(kind for kind in TRANSPORT_FAULTS if kind != "never")
    with ScriptedEndpoint(faults=Faults(0.2, kinds)) as faulty:
        outcome = go(badly, order(urls=dict.fromkeys(("strong", "target", "judge"), faulty.url)))
    assert outcome.status == 0
    assert exported(badly) == exported(well)


def test_a_key_that_is_refused_stops_the_run(project, order, monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with ScriptedEndpoint(key="secret") as locked:
        outcome = go(project(50), order(urls=dict.fromkeys(("strong", "target", "judge"), locked.url)))
    assert isinstance(outcome.error, EndpointError)
    assert outcome.status == 1
    assert len(locked.requests) < 20


def test_a_stop_in_the_project_ends_the_run_cleanly(project, order, endpoint):
    path = project(40)
    endpoint.latency = 0.05

    def stop():
        with Store.open(path) as store:
            while (job := store.jobs.current("run")) is None:
                time.sleep(0.05)
            store.jobs.ask_stop(job.id)

    asker = threading.Thread(target=stop)
    asker.start()
    outcome = go(path, order(concurrency=4))
    asker.join()
    assert isinstance(outcome.error, Stopped)
    assert outcome.status == 130
    with Store.open(path) as store:
        assert store.jobs.page(limit=1)[0].state == "stopped"
        assert store.calls.count() >= outcome.calls_sent - 3
    endpoint.latency = 0
    assert go(path, Order()).status == 0


@pytest.fixture
def launch(order):
    """A function: start a run of a project as a process of its own."""
    started = []

    def start(path, *words):
        asked = order()
        roles = [
            word
            for role in asked.urls
            for word in (f"--{role}-url", asked.urls[role], f"--{role}-model", role)
        ]
        command = [sys.executable, "-m", "codeclm", "--project", str(path), "run", "--json", *roles, *words]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def until(condition, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def asked(body):
    return (
        body["model"],
        body.get("seed"),
        tuple((turn["role"], turn["content"]) for turn in body["messages"]),
    )


def logged(path):
    """What was asked by every call that is committed with a reply."""
    with Store.open(path) as store:
        found = every_call(store, errors=False)
    requests = [each.call.request for each in found]
    return {
        (r.model, r.sampling.seed, tuple((turn.role, turn.content) for turn in r.messages)) for r in requests
    }


def killed_at_random(project, order, endpoint, launch, times, seeds):
    """Kill a run again and again, then let it end. Nothing that was committed may be asked again."""
    whole, path = project(seeds, "whole.db"), project(seeds, "killed.db")
    go(whole, order())
    total, chance = len(endpoint.requests), random.Random(7)
    endpoint.latency = 0.01
    for _ in range(times):
        known, before = logged(path), len(endpoint.requests)
        process = launch(path)
        wanted = before + chance.randrange(1, total // times)
        until(lambda: len(endpoint.requests) >= wanted or process.poll() is not None)  # noqa: B023
        process.kill()
        process.wait()
        assert not known & set(map(asked, endpoint.requests[before:]))
    known, before = logged(path), len(endpoint.requests)
    assert go(path, Order()).status == 0
    assert not known & set(map(asked, endpoint.requests[before:]))
    assert exported(path) == exported(whole)
    # Lost each time: what was in flight, what a commit window held, the probe.
    assert len(endpoint.requests) - 2 * total <= times * (16 + 24)


def test_killed_and_run_again_exports_the_same_and_pays_nothing_twice(project, order, endpoint, launch):
    killed_at_random(project, order, endpoint, launch, times=3, seeds=10)


@pytest.mark.slow
def test_killed_twenty_times(project, order, endpoint, launch):
    killed_at_random(project, order, endpoint, launch, times=20, seeds=120)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_the_run_with_130(project, endpoint, launch, number):
    path = project(200)
    endpoint.latency = 0.05
    process = launch(path)
    until(lambda: len(endpoint.requests) > 20)
    os.kill(process.pid, number)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert b"Traceback" not in err
    assert out.count(b"\n") == 1
    with Store.open(path) as store:
        assert store.jobs.page(limit=1)[0].state == "stopped"


def test_a_job_that_died_does_not_block_and_is_told(project, order, endpoint, launch):
    from codeclm.jobs.watch import LOST, newest
    from codeclm.jobs.watch import running as held

    path = project(200)
    endpoint.latency = 0.05
    process = launch(path)
    until(lambda: len(endpoint.requests) > 5)
    with Store.open(path) as store:
        assert newest(store, "run").state == "running"
        assert held(store, "run")
        process.kill()
        process.wait()
        assert newest(store, "run").state == LOST
        assert not held(store, "run")
    assert go(path, order(limit=1)).status == 0


def test_progress_is_told_to_the_project(project, order, endpoint, monkeypatch):
    monkeypatch.setattr(shift, "BEAT", 0.02)
    endpoint.latency = 0.02
    path, seen = project(), []
    run(path, order(), warn=lambda line: None, show=seen.append)
    assert any("encode 6/6" in line for line in seen)
    with Store.open(path) as store:
        job = store.jobs.page(limit=1)[0]
    assert (job.state, job.progress["encode"], job.progress["metadata"]) == ("done", (6, 6), (6, 6))
    assert job.calls_sent > 36


def test_replies_that_fail_for_good_are_rows_and_cost_nothing_again(project, order):
    path = project()

    def broken(body):
        return "No." if body["model"] == "judge" else loop_reply(body)

    with ScriptedEndpoint(reply=broken) as endpoint:
        asked = order(urls=dict.fromkeys(("strong", "target", "judge"), endpoint.url))
        outcome = go(path, asked)
        assert (outcome.status, outcome.failures) == (3, 6)
        sent = len(endpoint.requests)
        assert go(path, asked).status == 3
        assert len(endpoint.requests) == sent
        endpoint.reply = loop_reply
        assert go(path, replace(asked, retry=True)).status == 0
    with Store.open(path) as store:
        assert store.failures.count(store.settings.config().id) == 0


@pytest.mark.parametrize("more", [{}, {"stages": ("encode", "augment"), "augment_to": 9}])
def test_a_retry_keeps_to_the_stages_of_what_failed_each_time(project, order, more):
    path = project()

    def broken(body):
        return "No." if "metadata" in str(body).lower() else loop_reply(body)

    with ScriptedEndpoint(reply=broken) as endpoint:
        asked = order(urls=dict.fromkeys(("strong", "target", "judge"), endpoint.url))
        first = replace(asked, **({"stages": ("encode",)} | more))
        assert go(path, first).status == 3
        again = replace(asked, retry=True)
        assert go(path, again).status == 3
        endpoint.reply = loop_reply
        assert go(path, again).status == 0
    with Store.open(path) as store:
        funnel = store.funnel(store.settings.config().id, 3, 4)
        commands = [job.command for job in store.jobs.page(limit=2)]
    assert (funnel.encoded, funnel.instructions) == (6, 0)
    assert [(each["stages"], each["pilot"]) for each in commands] == [(["encode"], False)] * 2


def test_a_retry_goes_as_far_as_runs_went_that_came_to_what_failed(project, order):
    path = project()

    def broken(body):
        return "No." if body["model"] == "judge" else loop_reply(body)

    with ScriptedEndpoint(reply=broken) as endpoint:
        asked = order(urls=dict.fromkeys(("strong", "target", "judge"), endpoint.url))
        assert go(path, asked).failures == 6
        endpoint.reply = loop_reply
        go(path, replace(asked, stages=("encode",)))
        assert go(path, replace(asked, retry=True)).status == 0
    with Store.open(path) as store:
        assert store.failures.count(store.settings.config().id) == 0


def test_a_retry_asks_what_failed_and_no_other_model(project, order):
    path = project()

    def broken(body):
        return "No." if body["model"] == "judge" else loop_reply(body)

    with ScriptedEndpoint(reply=broken) as endpoint:
        urls = dict.fromkeys(("strong", "target", "judge"), endpoint.url)
        assert go(path, order(urls=urls)).failures == 6
        with Store.open(path) as store:
            before = store.settings.config(), store.settings.endpoints()
        sent = len(endpoint.requests)
        models = {"strong": "strong", "target": "other", "judge": "judge"}
        with pytest.raises(UsageError, match="other models, prompts or random seed"):
            go(path, order(urls=urls, models=models, retry=True))
        assert len(endpoint.requests) == sent
        with Store.open(path) as store:
            assert (store.settings.config(), store.settings.endpoints()) == before


def test_a_walk_from_a_leaf_knows_the_basic_instruction(project, order, monkeypatch):
    path, begun, grow = project(2), [], pipeline.grow
    go(path, order(dials={"theta": 100.0, "iterations": 2}))

    def watched(task, plan, model):
        begun.extend(task.roots)
        return grow(task, plan, model)

    monkeypatch.setattr(pipeline, "grow", watched)
    go(path, order(stages=("rubrics", "answer", "judge"), dials={"theta": 100.0, "iterations": 3}))
    with Store.open(path) as store:
        tops = [store.lineages.path(root.instruction.id)[0].text for root in begun]
    assert [root.basic for root in begun] == tops
    assert all(root.instruction.iteration == 2 for root in begun)
    assert len(begun) == 2


@pytest.fixture
def forgetful():
    """An endpoint that never says the same twice; nothing passes θ but what was improved."""
    count = itertools.count()

    def reply(body):
        said = loop_reply(body)
        if "score_1" in str(body.get("response_format")):
            return json.dumps({"explanation": "", "score_1": 5, "score_2": 5})
        return re.sub(r"case \d+", lambda _: f"case {next(count)}", said)

    with ScriptedEndpoint(reply=reply) as endpoint:
        yield endpoint


def test_a_run_goes_on_from_the_records_where_the_log_is_gone(project, order, forgetful, tmp_path):
    path, restored = project(3), tmp_path / "restored.db"
    asked = order(urls=dict.fromkeys(("strong", "target", "judge"), forgetful.url))
    go(path, replace(asked, stages=("encode", "decode", "answer"), dials={"per_metadata": 2}))
    with Store.open(path) as store:
        archiving.write(store, tmp_path / "archive", calls=False)
    archiving.restore(tmp_path / "archive", restored)
    before = len(forgetful.requests)
    assert go(restored, replace(asked, dials={"per_metadata": 3, "iterations": 1})).failures == 0
    with Store.open(restored) as store:
        config = store.settings.config().id
        nodes = [node for m in store.metadata.active() for node in store.lineages.of_metadata(m.id, config)]
        assert Counter(node.sample for node in nodes) == {0: 3, 1: 3, 2: 3}
        assert store.funnel(config, 3, 1).exhausted == 9
        answers = {node.id: store.lineages.answers(node.id, config) for node in nodes}
    sent = forgetful.requests[before:]
    assert len([body for body in sent if '"instruction"' in json.dumps(body.get("response_format"))]) == 3
    judged = [json.dumps(body["messages"]) for body in sent if body["model"] == "judge"]
    for node in nodes:
        seen = [text for text in judged if node.text in text]
        assert len(seen) == 2
        assert all(answer.text in text for answer in answers[node.id] for text in seen)
    assert go(restored, replace(asked, dials={"per_metadata": 3, "iterations": 1})).calls_sent == 0
