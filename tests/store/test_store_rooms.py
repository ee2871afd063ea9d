"""Settings, failures and jobs."""

import sqlite3

import pytest
from growing import CONFIG, C

from codeclm.errors import ProjectError
from codeclm.records import Failure
from codeclm.settings import Config, Dials, Endpoint, Prices
from codeclm.store import Store


def test_values_are_kept_as_they_are(store: Store) -> None:
    assert store.settings.get("none") is None
    assert store.settings.get("none", 3) == 3
    for value in ({"a": [1, None, "e\u0301"]}, False, 0, ""):
        store.settings.set("x", value)
        assert store.settings.get("x", "default") == value


def test_the_judge_is_the_strong_one_until_it_is_named(store: Store) -> None:
    assert store.settings.endpoints() == {"strong": Endpoint(), "target": Endpoint(), "judge": Endpoint()}
    strong = Endpoint(url="http://127.0.0.1:1/v1", model="s", prices=Prices(prompt=1, completion=2))
    store.settings.set_endpoint("strong", strong)
    assert store.settings.endpoints() == {"strong": strong, "target": Endpoint(), "judge": strong}
    store.settings.set_endpoint("judge", Endpoint(model="j"))
    store.settings.set_endpoint("strong", None)
    assert store.settings.endpoints()["judge"] == Endpoint(model="j")
    assert store.settings.endpoints()["strong"] == Endpoint()


def test_dials_default_to_the_paper_and_are_kept(store: Store) -> None:
    assert store.settings.dials() == Dials()
    store.settings.set_dials(Dials(theta=2, per_metadata=3))
    assert store.settings.dials() == Dials(theta=2, per_metadata=3)


def test_configs_are_kept_by_id_and_the_newest_used_is_current(store: Store) -> None:
    other = Config(models={"strong": "other"}, sampling={})
    assert store.settings.use_config(other) == other.id
    assert store.settings.config() == other
    store.settings.use_config(CONFIG)
    assert store.settings.config() == CONFIG
    assert store.settings.config_of(other.id) == other
    assert store.settings.config_of("none") is None
    assert store.settings.config_ids() == [C, other.id]


def test_using_the_same_config_again_writes_nothing(store: Store) -> None:
    before = store.revision()
    store.settings.use_config(CONFIG)
    assert store.revision() == before


def test_a_config_first_seen_with_a_record_gets_its_value_later(store: Store) -> None:
    other = Config(models={"strong": "other"}, sampling={})
    store.failures.put(Failure("encode", "r", other.id, "bad"))
    assert store.settings.config_of(other.id) is None
    store.settings.use_config(other)
    assert store.settings.config_of(other.id) == other
    assert store.failures.count(other.id) == 1


def test_a_setting_that_was_tampered_with_is_one_line(store: Store) -> None:
    store.settings.set("dials", {"theta": "high"})
    with pytest.raises(ProjectError, match="theta"):
        store.settings.dials()
    store.settings.set("endpoints", {"strong": [1]})
    with pytest.raises(ProjectError, match="setting"):
        store.settings.endpoints()


def test_one_row_for_each_step_and_the_last_word_counts(store: Store) -> None:
    store.failures.put(Failure("judge", "b", C, "first", "raw"))
    store.failures.put(Failure("answer", "a", C, "cut", transport=True))
    last = Failure("judge", "b", C, "second", "other", attempt=1)
    store.failures.put(last)
    found = store.failures.page(C)
    assert sorted(failure.reason for failure in found) == ["cut", "second"]
    assert last in found
    assert len(store.failures.page(C, offset=1, limit=1)) == 1
    assert store.failures.by_stage(C) == {"judge": 1, "answer": 1}
    assert store.failures.count("other") == 0


def test_retrying_raises_the_attempt_only_where_a_reply_came_and_once(store: Store) -> None:
    sample = "0123456789abcdef0123:7"
    store.failures.put(Failure("decode", sample, C, "bad"))
    store.failures.put(Failure("judge", "b", C, "cut", transport=True))
    assert store.failures.attempts(C) == {}
    assert store.failures.retry(C) == store.failures.retry(C) == 2
    assert store.failures.attempts(C) == {("decode", sample): 1}
    store.failures.put(Failure("decode", sample, C, "bad again", attempt=1))
    store.failures.retry(C)
    assert store.failures.attempts(C) == {("decode", sample): 2}


def test_a_raised_attempt_outlives_the_success(store: Store) -> None:
    failure = Failure("judge", "b", C, "bad")
    store.failures.put(failure)
    store.failures.retry(C)
    store.failures.resolve("judge", "b", C)
    assert store.failures.page(C) == []
    assert store.failures.attempts(C) == {("judge", "b"): 1}
    assert store.failures.retry(C) == 0


def test_a_job_tells_how_far_it_is(store: Store) -> None:
    job = store.jobs.start("run", {"theta": 3}, 77)
    store.jobs.progress(job, "encode", 1, 10)
    store.jobs.progress(job, "encode", 2, 10)
    store.jobs.beat(job, sent=4, cached=1, trouble="No reply.")
    assert [each.message for each in store.jobs.page()] == ["No reply."]
    store.jobs.beat(job)
    found = store.jobs.get(job)
    assert found is not None
    assert found == store.jobs.current("run")
    assert (found.pid, found.command, found.progress) == (77, {"theta": 3}, {"encode": (2, 10)})
    assert (found.calls_sent, found.calls_cached, found.state) == (4, 1, "running")
    assert found.heartbeat >= found.started
    store.jobs.finish(job, "budget", "The budget is used up.")
    ended = store.jobs.get(job)
    assert ended is not None
    assert (ended.state, ended.message, ended.finished is None) == ("budget", "The budget is used up.", False)
    assert store.jobs.current("run") is None
    assert store.jobs.get(99) is None


def test_a_job_can_be_asked_to_stop_and_one_that_died_is_marked(store: Store) -> None:
    first = store.jobs.start("run", {}, 1)
    assert not store.jobs.stop_asked(first)
    store.jobs.ask_stop(first)
    assert store.jobs.stop_asked(first)
    map_job = store.jobs.start("map", {}, 3)
    second = store.jobs.start("run", {}, 2)
    assert [(job.id, job.state) for job in store.jobs.page()] == [
        (second, "running"),
        (map_job, "running"),
        (first, "failed"),
    ]
    assert len(store.jobs.page(limit=1)) == 1


def test_sql_in_any_field_is_only_text(store: Store) -> None:
    evil = "'); delete from jobs; --"
    store.settings.set(evil, evil)
    store.failures.put(Failure("judge", evil, C, evil, evil))
    store.jobs.finish(store.jobs.start(evil, {evil: evil}, 1), "done", evil)
    assert store.settings.get(evil) == evil
    assert store.failures.page(C)[0].record == evil
    assert store.jobs.page()[0].message == evil


def test_a_record_that_refers_to_nothing_is_one_line(store: Store) -> None:
    with pytest.raises(ProjectError, match="not in the project") as error:
        store.jobs.progress(99, "encode", 1, 2)
    assert isinstance(error.value.__cause__, sqlite3.IntegrityError)
