"""Whatever an endpoint does: a run ends, nothing is lost, and what it says for good stops it at once."""

import threading
import time

import pytest

from codeclm import export
from codeclm.cli import main
from codeclm.errors import EndpointError
from codeclm.jobs.lock import hold
from codeclm.jobs.order import Order
from codeclm.jobs.run import run
from codeclm.records import Labels, Metadata, Seed
from codeclm.settings import Endpoint
from codeclm.store import CallFilter, MetadataFilter, Store
from codeclm.testing import FAULTS, TRANSPORT_FAULTS, Faults, ScriptedEndpoint

ROLES = ("strong", "target", "judge")


def go(path, **order):
    return run(path, Order(**order), lambda line: None, lambda line: None)


def aim(path, endpoint, timeout=120.0):
    """Let every role ask this endpoint."""
    with Store.open(path) as store:
        for role in ROLES:
            store.settings.set_endpoint(role, Endpoint(url=endpoint.url, model=role, timeout=timeout))


def exported(path):
    out = path.with_suffix(".jsonl")
    with Store.open(path) as store:
        export.write(store, out, export.Options(format="dpo", include="all"))
    return out.read_bytes()


def accounted(path):
    """Every seed is encoded and every lineage at its end, or there is a failure with a reason; one without a
    reply leaves its step to the next run."""
    with Store.open(path) as store:
        config = store.settings.config().id
        failures = store.failures.page(config, limit=None)
        funnel = store.funnel(config, 3, 4)
        assert funnel.pending <= sum(each.transport for each in failures)
        unread = {each.record for each in failures if each.stage == "encode"}
        assert funnel.encoded + len(unread) == funnel.seeds
        grown = set(funnel_metadata(store, config)) | {each.record.partition(":")[0] for each in failures}
        assert {row.id for row in store.metadata.active()} <= grown
        assert all(each.reason for each in failures)
        assert all(each.raw or each.transport or "empty" in each.reason for each in failures)
        assert store._db.value("pragma integrity_check") == "ok"
    return len(failures)


def funnel_metadata(store, config):
    return (row.id for row in store.metadata.active() if store.lineages.of_metadata(row.id, config))


def healed(path, healthy):
    """What an endpoint without faults makes of it, after a retry."""
    aim(path, healthy)
    go(path, retry=True)
    outcome = go(path)
    assert (outcome.status, outcome.failures) == (0, 0)
    return exported(path)


def test_every_kind_of_fault_at_once(project, endpoint):
    path, well = project(8), project(8, "well.db")
    aim(well, endpoint)
    go(well)
    with ScriptedEndpoint(faults=Faults(0.2)) as sick:
        aim(path, sick, timeout=0.5)
        assert go(path, concurrency=8).status in (0, 3)
    accounted(path)
    healed(path, endpoint)
    assert accounted(path) == 0


@pytest.mark.slow
@pytest.mark.parametrize("kind", FAULTS)
def test_a_fifth_of_all_replies(project, endpoint, kind):
    path, well = project(40), project(40, "well.db")
    aim(well, endpoint)
    go(well)
    with ScriptedEndpoint(faults=Faults(0.2, (kind,), times=1)) as sick:
        aim(path, sick, timeout=1.0)
        outcome = go(path, concurrency=32)
    assert outcome.status in (0, 3)
    if kind in TRANSPORT_FAULTS:
        assert outcome.status == 0
        assert exported(path) == exported(well)
    accounted(path)
    healed(path, endpoint)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["empty", "wrong_shape", "truncated", "500"])
def test_a_fifth_for_ever_fails_and_is_mended_by_a_retry(project, endpoint, kind):
    path = project(30)
    with ScriptedEndpoint(faults=Faults(0.2, (kind,), times=None)) as sick:
        aim(path, sick)
        assert go(path, concurrency=64).status == 3
    assert accounted(path) > 0
    healed(path, endpoint)
    assert accounted(path) == 0


def test_replies_that_never_come_change_no_byte(project, endpoint):
    path, well = project(6), project(6, "well.db")
    aim(well, endpoint)
    go(well)
    with ScriptedEndpoint(faults=Faults(0.2, ("never",))) as silent:
        aim(path, silent, timeout=0.3)
        assert go(path, concurrency=8).status == 0
    assert exported(path) == exported(well)
    with Store.open(path) as store:
        assert store.calls.count(CallFilter(errors=True)) == 0


@pytest.mark.parametrize(
    ("endpoint_of", "role", "word"),
    [
        ({"key": "another"}, "strong", "API_KEY"),
        ({"models": ("strong", "judge")}, "target", "model"),
        ({"quota": 9}, "", "quota"),
    ],
)
def test_what_no_request_can_mend_stops_the_run_at_once(project, monkeypatch, endpoint_of, role, word):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-wrong-0123456789")
    path = project(40)
    with ScriptedEndpoint(**endpoint_of) as firm:
        aim(path, firm)
        outcome = go(path, concurrency=16)
    assert isinstance(outcome.error, EndpointError)
    said = str(outcome.error)
    assert role in said.partition(":")[0] or not role
    assert said.partition(":")[0] in ROLES or role == ""
    assert word in said
    assert "\n" not in said
    assert "sk-wrong" not in said
    assert len(firm.requests) <= firm.quota + 16 if firm.quota else len(firm.requests) < 30
    with Store.open(path) as store:
        assert store.jobs.page(limit=1)[0].state == "failed"


def test_nothing_listening_at_the_start_stops_at_once(project, endpoint):
    path = project(20)
    aim(path, endpoint)
    endpoint.stop()
    begun = time.monotonic()
    outcome = go(path)
    assert isinstance(outcome.error, EndpointError)
    assert "start the server" in str(outcome.error)
    assert time.monotonic() - begun < 10
    endpoint.start()


def test_an_endpoint_that_goes_away_costs_the_time_that_it_is_away(project, endpoint):
    path, well = project(20), project(20, "well.db")
    aim(well, endpoint)
    go(well)
    endpoint.latency = 0.05
    endpoint.requests.clear()

    def blink():
        while len(endpoint.requests) < 40:
            time.sleep(0.01)
        endpoint.stop()
        time.sleep(2)
        endpoint.start()

    aim(path, endpoint)
    blinking = threading.Thread(target=blink)
    blinking.start()
    outcome = go(path, concurrency=8)
    blinking.join()
    assert outcome.status == 0
    assert exported(path) == exported(well)


def test_the_second_run_is_refused_and_told_who_holds_the_project(project, endpoint, capsys):
    path = project(2)
    aim(path, endpoint)
    with hold(path, "run"):
        assert main(["--project", str(path), "run"]) == 1
    said = capsys.readouterr().err
    assert "going on already (process" in said
    assert said.count("\n") == 1
    assert not endpoint.requests


def test_sessions_that_edit_while_a_run_writes_lose_nothing_and_hardly_wait(project, endpoint):
    path = project(60)
    aim(path, endpoint)
    waits, ended = [], threading.Event()

    def edit(session):
        for number in range(15):
            begun = time.monotonic()
            with Store.open(path) as store:
                store.seeds.add([Seed(f"Typed by {session}, number {number}.")])
                metadata = Metadata("manual", Labels(f"case {number} of {session}"))
                store.metadata.add([metadata])
                store.metadata.set_state([metadata.id], "proposed")
            waits.append(time.monotonic() - begun)
            ended.wait(0.02)

    sessions = [threading.Thread(target=edit, args=(each,)) for each in "ab"]
    for session in sessions:
        session.start()
    outcome = go(path, concurrency=32)
    ended.set()
    for session in sessions:
        session.join()
    assert outcome.error is None
    with Store.open(path) as store:
        assert store.seeds.count() == 60 + 30
        assert store.metadata.count(MetadataFilter(state="proposed")) == 30
    assert max(waits) < 5  # one second is the aim; a busy machine is given more
