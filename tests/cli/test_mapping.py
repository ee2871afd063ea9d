import json

import pytest

from codeclm import embed
from codeclm.testing import WordEncoder


@pytest.fixture(autouse=True)
def encoder(monkeypatch):
    words = WordEncoder()
    monkeypatch.setattr(embed, "_load", lambda model: words)
    return words


def test_as_the_contract_says(codeclm, seeds):
    codeclm("import", seeds(12))
    status, found, _ = codeclm("map", "--of", "seeds")
    assert status == 0
    assert found["points"] == 12
    assert sum(each["size"] for each in found["clusters"]) + found["unclustered"] == 12
    assert {"id", "name", "size"} == set().union(*found["clusters"]) or not found["clusters"]
    assert found["seconds"] >= 0


def test_points_are_listed_once_and_stay(codeclm, seeds):
    codeclm("import", seeds(12))
    _, first, _ = codeclm("map", "--points")
    _, again, _ = codeclm("map", "--points", "--of", "seeds")
    assert first["points"] == again["points"]
    assert len({point["id"] for point in first["points"]}) == 12
    assert all(set(point) == {"id", "x", "y", "cluster"} for point in first["points"])


def test_nothing_to_place(codeclm, seeds):
    codeclm("import", seeds(3))
    status, found, _ = codeclm("map", "--of", "metadata", "--points")
    assert (status, found["points"], found["clusters"]) == (0, [], [])


def test_metadata_by_file(codeclm, tmp_path):
    path = tmp_path / "metadata.jsonl"
    path.write_text("\n".join(json.dumps({"use_case": f"task {n}", "skills": ["a b"]}) for n in range(8)))
    codeclm("import", path, "--as", "metadata")
    assert codeclm("map", "--of", "metadata")[1]["points"] == 8


def test_a_kind_that_there_is_not(codeclm):
    assert codeclm("map", "--of", "pairs")[0] == 2
