"""The contract's table, command by command."""

import json

import pytest

from codeclm.cli import main, measuring
from codeclm.cli.reading import STATUS_KEYS
from codeclm.export import FORMATS
from codeclm.store import Store

PAIR_KEYS = {
    "id", "seed", "metadata", "instruction", "strong", "target", "strong_score", "target_score",
    "gap", "iteration", "status", "decision",
}  # fmt: skip


@pytest.fixture
def ran(codeclm, endpoint, seeds, roles):
    """A project of eight seeds after a run."""
    codeclm("import", seeds(8))
    status, data, err = codeclm("run", *roles(endpoint))
    assert status == 0, err
    return data


def test_import_counts_what_is_new_known_and_rejected(codeclm, tmp_path):
    path = tmp_path / "seeds.jsonl"
    path.write_text('{"instruction": "One."}\n{"instruction": ""}\n{"instruction": "Two."}\n')
    status, data, _ = codeclm("import", path)
    assert status == 3
    assert {**data, "rejected": 1} == {"read": 3, "added": 2, "duplicates": 0, "rejected": 1}
    assert data["rejected"][0]["row"] == 2
    assert data["rejected"][0]["reason"]
    again = codeclm("import", path)[1]
    assert (again["added"], again["duplicates"]) == (0, 2)


def test_import_takes_metadata(codeclm, tmp_path):
    path = tmp_path / "labels.csv"
    path.write_text("use_case,skills\ntravel advice,planning; empathy\nrecipes,\n")
    status, data, _ = codeclm("import", path, "--as", "metadata")
    assert (status, data["added"]) == (0, 2)
    assert codeclm("status")[1]["metadata"] == 2


def test_import_says_what_theta_is_on_another_scale(codeclm, tmp_path, capsys):
    path = tmp_path / "pairs.jsonl"
    row = {"instruction": "A?", "strong": "Yes.", "target": "No.", "strong_score": 95, "target_score": 0}
    path.write_text(json.dumps(row))
    assert main(["import", str(path), "--as", "pairs"]) == 0
    assert (
        "θ 32.5 asks of these scores what θ 3 asks of those. `run --theta` sets it."
        in capsys.readouterr().out
    )


def test_a_run_takes_the_theta_of_another_scale(codeclm, tmp_path, roles, endpoint):
    path = tmp_path / "pairs.jsonl"
    scores = {"strong_score": 95, "target_score": 0}
    path.write_text(json.dumps({"instruction": "A?", "strong": "Yes.", "target": "No."} | scores))
    codeclm("import", path, "--as", "pairs")
    status, data, said = codeclm("run", "--theta", "32.5", *roles(endpoint))
    assert (status, data["kept"]) == (0, 1)
    assert "of what a run scores nothing is kept" in said
    assert codeclm("run", "--theta", "101")[0] == 2
    assert codeclm("status", "--theta", "32.5")[1]["kept"] == 1


def test_import_takes_scored_pairs(codeclm, tmp_path):
    path = tmp_path / "pairs.jsonl"
    rows = [
        {"instruction": "A?", "strong": "Yes.", "target": "No.", "strong_score": 9, "target_score": 3},
        {"instruction": "B?", "strong": "Yes.", "target": "No.", "strong_score": 5, "target_score": 5},
    ]
    path.write_text("\n".join(map(json.dumps, rows)))
    assert codeclm("import", path, "--as", "pairs")[1]["added"] == 2
    assert codeclm("import", path, "--as", "pairs")[1]["duplicates"] == 2
    found = codeclm("pairs")[1]["pairs"]
    assert {pair["instruction"]: pair["gap"] for pair in found} == {"A?": 6, "B?": 0}
    assert [pair["instruction"] for pair in codeclm("pairs", "--status", "kept")[1]["pairs"]] == ["A?"]


def test_run_gives_the_status_and_what_it_took(ran, endpoint):
    assert list(ran) == [*STATUS_KEYS, "calls_sent", "calls_cached", "seconds"]
    assert (ran["seeds"], ran["encoded"], ran["metadata"], ran["running"]) == (8, 8, 8, False)
    assert ran["kept"] + ran["exhausted"] == 8
    assert (ran["pending"], ran["failures"]) == (0, 0)
    assert ran["calls_sent"] == len(endpoint.requests) >= ran["calls"] > 8 * 6
    assert 0 < ran["seconds"] < 60


def test_status_is_what_run_said(codeclm, ran):
    status, data, _ = codeclm("status")
    assert status == 0
    assert data == {key: ran[key] for key in STATUS_KEYS}


def test_a_theta_of_a_reading_command_only_views(codeclm, ran):
    assert codeclm("status", "--theta", "0")[1]["kept"] >= ran["kept"]
    assert codeclm("status", "--theta", "100")[1]["kept"] == 0
    assert codeclm("status")[1]["kept"] == ran["kept"]


def test_pairs_have_the_keys_and_pages(codeclm, ran):
    found = codeclm("pairs")[1]["pairs"]
    assert {frozenset(pair) for pair in found} == {frozenset(PAIR_KEYS)}
    assert codeclm("pairs", "--limit", 2, "--offset", 1)[1]["pairs"] == found[1:3]
    kept = codeclm("pairs", "--status", "kept")[1]["pairs"]
    assert len(kept) == ran["kept"]
    assert all(abs(pair["gap"]) > 3 and pair["status"] == "kept" for pair in kept)
    assert all(pair["gap"] == pair["strong_score"] - pair["target_score"] for pair in kept)


def test_decisions_are_made_undone_and_redone(codeclm, ran):
    pair = codeclm("pairs", "--status", "kept", "--limit", 1)[1]["pairs"][0]["id"]
    status, data, _ = codeclm("decide", pair, "accept", "--reviewer", "Ada", "--reason", "clear")
    assert (status, data["id"], data["decision"]) == (0, pair, "accept")
    assert [each["id"] for each in codeclm("pairs", "--status", "accepted")[1]["pairs"]] == [pair]
    assert codeclm("undo", "--reviewer", "Ada")[1]["decision"] is None
    assert codeclm("redo", "--reviewer", "Ada")[1]["decision"] == "accept"
    assert codeclm("status")[1]["accepted"] == 1
    assert codeclm("undo", "--reviewer", "Eve")[0] == 1


def test_a_pair_that_is_not_there_is_one_line(codeclm, ran):
    status, data, err = codeclm("decide", "0" * 20, "accept")
    assert (status, data) == (1, None)
    assert err.count("\n") == 1


def test_export_counts_rows_and_files(codeclm, ran, tmp_path):
    out = tmp_path / "train.jsonl"
    status, data, _ = codeclm("export", out, "--format", "messages")
    assert status == 0
    assert set(data) == {"rows", "files", "dropped"}
    rows = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert data["rows"] == len(rows) > 0
    assert [turn["role"] for turn in rows[0]["messages"]] == ["user", "assistant"]


def test_a_copy_is_the_same_project(codeclm, ran, tmp_path):
    assert codeclm("copy", tmp_path / "copy.db")[0] == 0
    assert codeclm("status", "--project", tmp_path / "copy.db")[1] == codeclm("status")[1]
    assert codeclm("copy", tmp_path / "copy.db")[0] == 1


def test_another_config_is_shown_by_its_id(codeclm, ran, endpoint):
    first = codeclm("pairs")[1]["pairs"]
    codeclm("run", "--target-model", "small-one", "--limit", 2)
    assert codeclm("status")[1]["comparisons"] < ran["comparisons"]
    status, _, err = codeclm("pairs", "--config", "nonsense")
    assert status == 2
    ids = err.split("there are ")[1].strip().split(", ")
    assert codeclm("pairs", "--config", ids[0])[1]["pairs"] == first


def test_the_formats_are_those_there_are():
    assert measuring.FORMATS == FORMATS


@pytest.mark.parametrize(
    ("state", "message", "told"),
    [
        ("done", "", "done"),
        (
            "budget",
            "the budget of 20 calls is used up; run again to go on",
            "the budget of 20 calls is used up; ",
        ),
        ("stopped", "stopped; run again to go on", "stopped; run again to go on"),
        ("failed", "strong: no such model", "failed: strong: no such model"),
    ],
)
def test_how_the_last_run_ended_is_one_sentence(codeclm, tmp_path, capsys, state, message, told):
    with Store.open(tmp_path / "project.db", create=True) as store:
        store.jobs.finish(store.jobs.start("run", {}, 1), state, message)
    assert main(["status"]) == 0
    assert f"\nlast run          {told}" in capsys.readouterr().out


def test_without_json_lines_are_for_people(codeclm, ran, capsys):
    assert main(["pairs", "--limit", "1"]) == 0
    head, row = capsys.readouterr().out.splitlines()
    assert head.split() == ["id", "status", "iteration", "strong", "target", "gap", "decision", "instruction"]
    assert row.split()[1] in ("kept", "superseded", "exhausted")
    assert main(["status"]) == 0
    out = capsys.readouterr().out
    assert "cost usd          unknown\nrunning           no\n" in out
    assert "\nfailures          0\n" in out
    assert out.endswith("last run          done\n")
    assert main(["failures"]) == 0
    assert capsys.readouterr().out == "0 failed\n"
