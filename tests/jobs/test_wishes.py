"""What is wanted of single metadata is what the next run writes."""

from codeclm.jobs.run import run
from codeclm.store import Store


def test_a_run_writes_what_is_wanted_and_no_more(project, order):
    path = project(3)
    quiet = {"warn": lambda line: None, "show": lambda line: None}
    assert run(path, order(), **quiet).status == 0
    with Store.open(path) as store:
        config = store.settings.config().id
        first = store.metadata.page()[0].id
        store.wishes.more([first], 2, config, 1)
    run(path, order(), **quiet)
    with Store.open(path) as store:
        basics = {
            row.id: sum(node.iteration == 1 for node in store.lineages.of_metadata(row.id, config))
            for row in store.metadata.page()
        }
        assert basics.pop(first) == 3
        assert set(basics.values()) == {1}
        assert store.wishes.open(config, 1) == (0, 0)
    assert run(path, order(), **quiet).calls_sent == 0
