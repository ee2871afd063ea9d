"""What is counted with every look at a page comes from indexes: SQLite says so of each query."""

import re

import pytest
from growing import C, basic, encoded, grown

from codeclm.records import Decision
from codeclm.store.connection import Connection

BIG = {
    "seeds",
    "seed_tags",
    "metadata",
    "labels",
    "revisions",
    "instructions",
    "answers",
    "comparisons",
    "nodes",
    "texts",
    "calls",
}


@pytest.fixture
def asked(store, monkeypatch):
    """The queries that a store is asked from now on, each with how SQLite goes about it."""
    found = []

    def noting(name):
        plain = getattr(Connection, name)

        def ask(self, sql, values=()):
            if sql.lstrip().startswith(("select", "with")):
                plan = self.raw.execute(f"explain query plan {sql}", values).fetchall()
                found.extend((sql, step[3]) for step in plan)
            return plain(self, sql, values)

        monkeypatch.setattr(Connection, name, ask)

    seeds = [encoded(store, f"seed {number}") for number in range(3)]
    pair = grown(store, basic(seeds[0]), 5).id
    store.decisions.decide(Decision(pair, "accept"))
    for name in ("row", "rows"):
        noting(name)
    return found


def scanned(asked):
    """The large tables that were read row by row, by the name that they have in the query."""
    bare = set()
    for sql, step in asked:
        name = re.fullmatch(r"SCAN (\w+)", step)
        if name is not None:
            table = re.search(rf"\b(\w+) (?:as )?{name[1]}\b", sql)
            bare |= {name[1], table[1] if table else ""} & BIG
    return bare


def test_what_is_left_to_read_is_counted_from_what_failed(store, asked):
    store.seeds.count_unencoded(C)
    assert not [step for _, step in asked if step == "SEARCH s USING INDEX seeds_deleted (deleted=?)"]
    assert scanned(asked) == set()


def test_counts_come_from_indexes(store, asked):
    nodes = store.node_counts(C, 3, 4)
    del asked[:]
    store.funnel(C, 3, 4, nodes)
    store.seeds.count()
    store.seeds.count(deleted=True)
    store.seeds.tags()
    store.metadata.labelled()
    store.calls.spend("role")
    store.jobs.count()
    assert scanned(asked) == set()


def test_the_marks_of_caches_scan_nothing_but_the_narrow_table_of_nodes(store, asked):
    store.scored()
    store.revision()
    assert scanned(asked) <= {"nodes"}


def test_a_page_of_a_list_is_found_by_its_order(store, asked):
    store.seeds.page(limit=50)
    store.metadata.page(limit=50)
    store.calls.rows(limit=50)
    store.lineages.newest(C, 20)
    sorted_ = [sql for sql, step in asked if "TEMP B-TREE FOR ORDER BY" in step]
    assert sorted_ == []
    assert scanned(asked) <= {"metadata", "seeds"}, "in the order of the table, and no further than the page"
