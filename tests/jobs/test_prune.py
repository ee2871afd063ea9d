import pytest

from codeclm import export
from codeclm.cli import main
from codeclm.errors import BusyError
from codeclm.jobs.lock import hold
from codeclm.jobs.order import Order
from codeclm.jobs.prune import prune
from codeclm.jobs.run import run
from codeclm.llm.model import Call, Reply, Request
from codeclm.records import Failure, Message
from codeclm.settings import Sampling
from codeclm.store import CallFilter, Prompt, Store


def go(path, order):
    return run(path, order, lambda line: None, lambda line: None)


def exported(path, config=None):
    out = path.with_suffix(".jsonl")
    with Store.open(path) as store:
        export.write(store, out, export.Options(format="messages", config=config))
    return out.read_bytes()


def logged(path, **where):
    with Store.open(path) as store:
        return store.calls.count(CallFilter(**where))


def test_what_stands_behind_a_record_stays_and_a_rerun_asks_nothing(project, order, endpoint):
    path = project()
    go(path, order())
    before = exported(path)
    size = path.stat().st_size
    assert prune(path).calls == 0
    assert path.stat().st_size <= size
    assert exported(path) == before
    with Store.open(path) as store:
        store._db.execute("pragma foreign_keys = off")
        for table in ("comparisons", "answers", "nodes"):
            store._db.execute(f"delete from {table}")
    sent = len(endpoint.requests)
    go(path, order())
    assert len(endpoint.requests) == sent
    assert exported(path) == before


def test_failed_tries_go_unless_their_step_still_fails(project, order):
    path = project()
    go(path, order())
    with Store.open(path) as store:
        config = store.settings.config().id
        nodes = [node.id for node in store.lineages.newest(config, 2)]
        asked = [Request("judge", "judge", node, "judge", (), Sampling()) for node in nodes]
        for each in asked:
            store.calls.put(Call(each, None, "503"))
        store.failures.put(Failure("judge", nodes[0], config, "503", transport=True))
        spent = store.calls.spend()
    assert prune(path).calls == 1
    with Store.open(path) as store:
        assert [row.record for row in store.calls.rows(CallFilter(errors=True))] == [nodes[0]]
        assert store.calls.spend() == spent


def test_another_config_keeps_what_it_shows_and_loses_what_came_to_nothing(project, order, endpoint):
    path = project()
    go(path, order(models={"strong": "strong", "target": "old target", "judge": "judge"}))
    before = exported(path)
    with Store.open(path) as store:
        old = store.settings.config().id
        instruction = store.lineages.newest(old, 1)[0]
        gone = Request("target", "answer", "0" * 20, "old target", (Message("user", "?"),), Sampling())
        again = Request("judge", "judge", instruction.id, "other", (Message("user", "?"),), Sampling())
        prompt = Prompt("A test prompt").node.id
        store.evaluations.add({"prompts": {}}, [Prompt("A test prompt")])
        kept = Request("judge", "judge", prompt, "other", (Message("user", "!"),), Sampling())
        for each in (gone, again, kept):
            store.calls.put(Call(each, Reply("x" * 90 + each.record, "")))
    go(path, order(models={"strong": "strong", "target": "new target", "judge": "judge"}, max_calls=9))
    done = prune(path)
    assert done.calls == 2
    assert done.texts >= 2
    assert logged(path, model="other") == 1
    sent = len(endpoint.requests)
    assert go(path, Order()).status == 0
    assert exported(path, old) == before
    with Store.open(path) as store:
        asked = store.calls.count(CallFilter(model="new target"))
    assert len(endpoint.requests) - sent <= asked * 4
    assert prune(path).calls == 0


def test_not_while_a_job_is_at_work(project, order):
    path = project()
    with hold(path, "evaluate"), pytest.raises(BusyError):
        prune(path)
    with hold(path, "run"):
        assert main(["--project", str(path), "prune"]) == 1


def test_the_command_says_what_it_freed(project, capsys):
    assert main(["--project", str(project()), "prune", "--json"]) == 0
    assert capsys.readouterr().out.startswith('{"calls": 0, "texts": 0, "bytes": ')
