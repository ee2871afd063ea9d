"""What is wanted of single metadata is what the next run writes."""

import json

from codeclm import ingest
from codeclm.jobs.importing import prepare
from codeclm.jobs.quote import quote
from codeclm.jobs.run import run
from codeclm.store import Store
from codeclm.ui.generate.plan import Wanted, forecast

QUIET = {"warn": lambda line: None, "show": lambda line: None}


def test_a_run_writes_what_is_wanted_and_no_more(project, order):
    path = project(3)
    assert run(path, order(), **QUIET).status == 0
    with Store.open(path) as store:
        config = store.settings.config().id
        first = store.metadata.page()[0].id
        store.wishes.more([first], 2, config, 1)
    run(path, order(), **QUIET)
    with Store.open(path) as store:
        basics = {
            row.id: sum(node.iteration == 1 for node in store.lineages.of_metadata(row.id, config))
            for row in store.metadata.page()
        }
        assert basics.pop(first) == 3
        assert set(basics.values()) == {1}
        assert store.wishes.open(config, 1) == (0, 0)
    assert run(path, order(), **QUIET).calls_sent == 0


def test_pairs_that_came_with_labels_are_no_work_and_more_of_theirs_comes_at_a_wish(project, order):
    path = project(0)
    row = {"strong": "a", "target": "b", "strong_score": 9, "target_score": 2, "skills": "s"}
    rows = [row | {"instruction": f"i{at}", "use_case": f"case {at}"} for at in range(4)]
    with Store.open(path) as store:
        prepare(ingest.read("\n".join(map(json.dumps, rows)).encode(), "p.jsonl"), "pairs")(store)
    assert run(path, order(), **QUIET).calls_sent == 0
    assert quote(path, order(), **QUIET)["calls"] == {"low": 0, "mid": 0, "high": 0}
    with Store.open(path) as store:
        config, dials = store.settings.config().id, store.settings.dials()
        assert forecast(store, Wanted(dials), store.settings.endpoints()).nothing
        first = store.metadata.page()[0].id
        store.wishes.more([first], 2, config, 1)
        assert forecast(store, Wanted(dials), store.settings.endpoints()).metadata == 1
    run(path, order(), **QUIET)
    with Store.open(path) as store:
        grown = [node for node in store.lineages.of_metadata(first, config) if node.origin == "generated"]
        assert [node.iteration for node in grown].count(1) == 2
        assert store.jobs.page(limit=1)[0].progress["decode"] == (2, 2)
        assert store.wishes.open(config, 1) == (0, 0)
