"""Imported pairs stand in the order of their file: with labels of their own, shared ones, or none."""

import json
import random

import pytest

from codeclm import export, ingest
from codeclm.jobs.importing import prepare
from codeclm.records import IMPORTED
from codeclm.store import Store

LABELS = {
    "none": lambda number: {},
    "own": lambda number: {"use_case": f"case {number * 7919 % 101}"},
    "shared": lambda number: {"use_case": f"case {number // 20}", "skills": ["a skill"]},
    "seeds": lambda number: {"seed": f"Seed {number * 7919 % 101}"},
}


def given(numbers, labels):
    answers = {"strong": "Good", "target": "Poor", "strong_score": 9, "target_score": 1}
    rows = [{"instruction": f"Say {number}", **answers, **LABELS[labels](number)} for number in numbers]
    return prepare(ingest.read("\n".join(map(json.dumps, rows)).encode(), "rows.jsonl"), "pairs")


def shown(store):
    return [int(pair.instruction.split()[1]) for pair in store.pairs.page(IMPORTED, 3.0, 4, limit=None)]


@pytest.mark.parametrize("labels", LABELS)
def test_pairs_are_in_the_order_of_their_files(tmp_path, labels):
    with Store.open(tmp_path / "p.db", create=True) as store:
        given(range(60), labels)(store)
        assert shown(store) == list(range(60))
        # A second file goes behind the first, and rows that are known stay where they are.
        assert given([99, 5, 98, 41, 97], labels)(store).added == 3
        assert shown(store) == [*range(60), 99, 98, 97]
        assert [row.instruction for row in export.walk(store, export.Options())] == [
            f"Say {number}" for number in shown(store)
        ]


def test_the_same_rows_in_another_order_are_the_same_pairs(tmp_path):
    numbers = list(range(40))
    random.Random(1).shuffle(numbers)
    found = []
    for name, order in (("one", range(40)), ("two", numbers)):
        with Store.open(tmp_path / f"{name}.db", create=True) as store:
            given(order, "none")(store)
            found.append({pair.id for pair in store.pairs.page(IMPORTED, 3.0, 4, limit=None)})
            assert [
                store.lineages.get(each.instruction_id).id for each in store.pairs.page(IMPORTED, 3.0, 4)
            ] == [each.instruction_id for each in store.pairs.page(IMPORTED, 3.0, 4)]
            assert given(numbers, "none")(store).duplicates == 40
    assert found[0] == found[1]
