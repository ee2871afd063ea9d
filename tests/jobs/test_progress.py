"""How far a run says it is, where it begins with what is there already or cannot read what it began with."""

import json

from codeclm import ingest
from codeclm.jobs import importing, shift
from codeclm.jobs.run import run
from codeclm.store import Store
from codeclm.testing import Faults, ScriptedEndpoint, loop_reply


def told(path, order):
    """The lines that a run shows, and its progress at the end."""
    lines = []
    run(path, order, warn=lambda line: None, show=lines.append)
    with Store.open(path) as store:
        return lines, store.jobs.page(limit=1)[0].progress


def test_encodings_that_fail_are_counted(project, order, monkeypatch):
    monkeypatch.setattr(shift, "BEAT", 0.02)

    def broken(body):
        return "No." if "use_case" in json.dumps(body) else loop_reply(body)

    with ScriptedEndpoint(reply=broken, latency=0.02) as endpoint:
        urls = dict.fromkeys(("strong", "target", "judge"), endpoint.url)
        lines, progress = told(project(6), order(urls=urls, concurrency=1))
    assert progress["encode"] == (0, 6)
    assert any(line.endswith(" failed") for line in lines)


def test_a_run_without_a_usable_reply_says_what_comes_instead(project, order, monkeypatch):
    monkeypatch.setattr(shift, "BEAT", 0.02)
    path, seen = project(1), []

    def show(line):
        if "not JSON" in line and not seen:
            with Store.open(path) as store:
                (job,) = store.jobs.page(limit=1)
                store.jobs.ask_stop(job.id)
        seen.extend([line] if "not JSON" in line else [])

    with ScriptedEndpoint(faults=Faults(1.0, ("html",), times=None)) as endpoint:
        urls = dict.fromkeys(("strong", "target", "judge"), endpoint.url)
        run(path, order(urls=urls), warn=lambda line: None, show=show)
    assert f": 127.0.0.1:{endpoint.port}: the reply is not JSON" in seen[0]
    assert "calls sent" in seen[0]


def test_imported_pairs_are_scored_and_not_decoded(project, order):
    path = project(0)
    rows = [
        {"instruction": f"Explain {name}", "strong": "So.", "target": "Eh", "use_case": "a"} for name in "xyz"
    ]
    data = "\n".join(map(json.dumps, rows)).encode()
    with Store.open(path) as store:
        importing.put(store, "pairs", importing.parse(ingest.read(data, "pairs.jsonl"), "pairs"))
    _, progress = told(path, order())
    assert progress["decode"] == (0, 0)
    assert progress["judge"][0] == progress["judge"][1] >= len(rows)
    assert progress["answer"][0] == progress["answer"][1] == 2 * progress["judge"][1]


def test_a_run_of_some_stages_tells_of_those_alone(project, order):
    path = project(4)
    _, progress = told(path, order(stages=("encode", "decode")))
    assert progress == {"encode": (4, 4), "decode": (4, 4), "metadata": (4, 4)}
    _, progress = told(path, order(stages=("answer", "judge")))
    assert progress == {"answer": (8, 8), "judge": (4, 4), "metadata": (4, 4)}
