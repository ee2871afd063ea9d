"""`evaluate` and `evaluations` in words and JSON."""

import json

import pytest

from codeclm.cli import main, parser
from codeclm.cli.evaluating import ask_of
from codeclm.errors import UsageError

KEYS = ["wins", "ties", "losses", "crr", "ci95", "groups"]


@pytest.fixture
def prompts(tmp_path):
    path = tmp_path / "test.jsonl"
    path.write_text("\n".join(json.dumps({"prompt": f"Test {at}?", "category": "c"}) for at in range(3)))
    return path


@pytest.fixture
def scores(tmp_path):
    path = tmp_path / "scores.jsonl"
    path.write_text("\n".join(json.dumps({"score": pair}) for pair in ([9, 2], [5, 5], [4, 6])))
    return path


def test_evaluate_has_the_contracts_keys(codeclm, prompts, endpoint, roles):
    status, data, err = codeclm("evaluate", prompts, *roles(endpoint))
    assert status == 0, err
    assert list(data)[:6] == KEYS
    assert data["wins"] + data["ties"] + data["losses"] == 3
    assert data["crr"] == (data["wins"] + data["ties"]) / 3
    assert data["ci95"][0] <= data["crr"] <= data["ci95"][1]
    assert list(data["groups"]) == ["c"]
    assert data["calls_sent"] == len(endpoint.requests)


def test_scores_alone_need_no_models(codeclm, prompts, scores):
    data = codeclm("evaluate", prompts, "--scores", f"mine={scores}")[1]
    assert (data["wins"], data["ties"], data["losses"]) == (1, 1, 1)
    assert [each["name"] for each in data["candidates"]] == ["mine"]
    assert (data["calls_sent"], data["judge"]) == (0, None)


def test_two_files_are_compared(codeclm, prompts, scores, capsys):
    words = ["evaluate", prompts, "--scores", f"one={scores}", "--scores", f"two={scores}"]
    (pair,) = codeclm(*words)[1]["compared"]
    assert (pair["difference"], pair["p"], pair["test"]) == (0, 1, "exact McNemar, two-sided")
    assert main([str(word) for word in words]) == 0
    said = capsys.readouterr().out
    assert "one against two: 0 prompts recovered by the first alone" in said
    assert "judged in one order only" in said


def test_evaluations_are_listed_shown_and_forgotten(codeclm, prompts, scores):
    made = codeclm("evaluate", prompts, "--scores", scores)[1]
    (listed,) = codeclm("evaluations")[1]["evaluations"]
    assert (listed["id"], listed["source"], listed["prompts"]) == (made["id"], "test.jsonl", 3)
    assert codeclm("evaluations", made["id"])[1]["wins"] == 1
    assert codeclm("evaluations", "--delete")[0] == 2
    assert codeclm("evaluations", made["id"], "--delete")[0] == 0
    assert codeclm("evaluations")[1] == {"evaluations": []}
    assert codeclm("evaluations", made["id"])[0] == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tuned", ("", "tuned", None)),
        ("mine=tuned", ("mine", "tuned", None)),
        ("mine=org/tuned:7b@http://127.0.0.1:1/v1", ("mine", "org/tuned:7b", "http://127.0.0.1:1/v1")),
        ("tuned@https://x.example/v1", ("", "tuned", "https://x.example/v1")),
        ("tuned@builtin", ("", "tuned", "builtin")),
    ],
)
def test_a_candidate_has_a_name_a_model_and_an_address(text, expected):
    (found,) = ask_of(parser.parse(["evaluate", "p", "--candidate", text])).candidates
    assert (found.name, found.model, found.url) == expected


@pytest.mark.parametrize(
    ("text", "told"),
    [("a=b@ftp://x", "give an address such as"), ("b@https://x.example/v1?a=b", "hold ? or #")],
)
def test_an_address_that_is_none_is_refused_at_once(codeclm, prompts, text, told):
    status, data, err = codeclm("evaluate", prompts, "--candidate", text)
    assert (status, data, err.count("\n")) == (2, None, 1)
    assert told in err
    assert text in err


def test_the_target_is_a_candidate_where_typed_or_alone():
    def kinds(*words):
        return [each.kind for each in ask_of(parser.parse(["evaluate", "p", *words])).candidates]

    assert kinds() == ["model"]
    assert kinds("--answers", "f") == ["answers"]
    assert kinds("--answers", "f", "--target-model", "m") == ["model", "answers"]
    assert kinds("--answers", "f", "--with-target") == ["model", "answers"]
    with pytest.raises(UsageError, match="NAME=MODEL@URL"):
        ask_of(parser.parse(["evaluate", "p", "--candidate", "x="]))


def test_what_cannot_be_is_one_line(codeclm, prompts, tmp_path):
    for words in ((), (prompts, "--holdout", "0.2"), (tmp_path / "none.jsonl",)):
        status, data, err = codeclm("evaluate", *words)
        assert (status in (1, 2), data, err.count("\n")) == (True, None, 1), words


def test_seeds_that_the_last_export_did_not_keep_apart_are_warned_of(codeclm, seeds, tmp_path):
    pairs, scores = tmp_path / "pairs.jsonl", tmp_path / "scores.jsonl"
    rows = [
        {"instruction": f"Do {at}.", "strong": "a", "target": "b", "strong_score": 9, "target_score": 2}
        for at in range(20)
    ]
    pairs.write_text("\n".join(map(json.dumps, rows)))
    codeclm("import", seeds(30))
    codeclm("import", pairs, "--as", "pairs")
    judged = [{"prompt": f"Explain thing number {at}.", "score": [9, 2]} for at in range(30)]
    scores.write_text("\n".join(map(json.dumps, judged)))
    words = ("--scores", f"mine={scores}")

    def told(share):
        status, _, err = codeclm("evaluate", "--holdout", share, *words)
        assert status in (0, 3), err
        return [line for line in err.splitlines() if line.startswith("warning: The last export")]

    assert told(0.3) == []
    assert codeclm("export", tmp_path / "apart", "--format", "messages", "--split", "0.2")[0] == 0
    assert (told(0.2), ["only 20 % of the seeds" in line for line in told(0.3)]) == ([], [True])
    assert codeclm("export", tmp_path / "whole.jsonl", "--format", "messages")[0] == 0
    assert ["no test part" in line for line in told(0.2)] == [True]


def test_answers_and_scores_of_one_name_are_one_candidates(codeclm, prompts, scores, tmp_path):
    mine, other = tmp_path / "mine.jsonl", tmp_path / "other.jsonl"
    mine.write_text(json.dumps({"prompt": "Test 0?", "answer": "Yes."}))
    other.write_text(mine.read_text().replace("Yes", "No"))
    data = codeclm("evaluate", prompts, "--answers", mine, "--scores", f"mine={scores}")[1]
    assert [each["name"] for each in data["candidates"]] == ["mine"]
    assert (data["wins"], data["ties"], data["losses"], data["calls_sent"]) == (1, 1, 1, 0)
    again = codeclm("evaluate", prompts, "--answers", f"mine={other}", "--scores", f"mine={scores}")[1]
    assert again["id"] != data["id"]


def test_nobody_is_asked_again_for_a_row_that_a_file_lacks(codeclm, prompts, tmp_path, capsys):
    scores = tmp_path / "few.jsonl"
    scores.write_text("\n".join(json.dumps({"prompt": f"Test {at}?", "score": [9, 2]}) for at in range(2)))
    project = tmp_path / "told.db"
    assert main(["--project", str(project), "evaluate", str(prompts), "--scores", f"mine={scores}"]) == 3
    said = capsys.readouterr().out
    assert "1 failed; for 1 a file lacks a row: add it, and evaluate again:" in said
    assert "--retry" not in said
