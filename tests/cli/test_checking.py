"""`duplicates`, and an export that leaves out what it finds."""

import json

import pytest

from codeclm import projects
from codeclm.records import Labels
from tests.pages import pairing

BASE = "Plan a three-day walking trip through the hills for a family with two small "
ROWS = [(BASE + "children", 2), (BASE + "dogs", 1), ("Read this aloud: name three fish of the north", 2)]


@pytest.fixture
def pairs(codeclm, tmp_path):
    path = tmp_path / "pairs.jsonl"
    rows = [
        {"instruction": text, "strong": text, "target": "No.", "strong_score": 9, "target_score": low}
        for text, low in ROWS
    ]
    path.write_text("\n".join(map(json.dumps, rows)))
    assert codeclm("import", path, "--as", "pairs")[1]["added"] == len(ROWS)


@pytest.fixture
def test_set(tmp_path):
    path = tmp_path / "test.jsonl"
    path.write_text(json.dumps({"prompt": "Name three fish of the North!"}))
    return path


def test_an_export_leaves_out_what_is_near_or_leaks(codeclm, pairs, test_set, tmp_path):
    words = ("export", tmp_path / "out.jsonl", "--format", "alpaca")
    assert codeclm(*words)[1]["rows"] == 3
    data = codeclm(*words, "--dedup", "ngram", "--against", test_set)[1]
    assert data["dropped"] == {"leaks a test prompt": 1, "near-duplicate": 1}
    (line,) = (tmp_path / "out.jsonl").read_text().splitlines()
    assert json.loads(line)["instruction"] == BASE + "dogs"
    assert codeclm(*words, "--dedup", "ngram", "--dedup-threshold", "0.95")[1]["rows"] == 3


def test_duplicates_lists_them(codeclm, pairs, test_set):
    status, data, _ = codeclm("duplicates", "--against", test_set)
    assert status == 0
    assert (data["rows"], data["prompts"]) == (3, 1)
    (twin,), (leak,) = data["duplicates"], data["leaks"]
    assert (twin["kept_instruction"], twin["dropped"], twin["method"]) == (BASE + "dogs", True, "ngram")
    assert (leak["prompt"], leak["score"]) == ("Name three fish of the North!", 1)


def test_stale_pairs_are_compared_where_they_are_asked_for(codeclm, tmp_path, monkeypatch):
    monkeypatch.setenv(projects.FOLDER_ENVIRONMENT, str(tmp_path))
    made = pairing.project("mine", 8)
    with made.open() as store:
        store.metadata.revise(store.metadata.page()[0].id, Labels("edited", ("x",)))
    rows = [codeclm("--project", made.path, "duplicates", *words)[1]["rows"] for words in ([], ["--stale"])]
    assert rows == [7, 8]


@pytest.mark.parametrize(
    "words",
    [
        ["--dedup-threshold", "2", "--dedup", "ngram"],
        ["--dedup-threshold", "0.5", "--dedup", "exact"],
        ["--against-threshold", "0.5"],
    ],
)
def test_thresholds_that_cannot_be(codeclm, pairs, words):
    assert codeclm("duplicates", *words)[0] == 2


def test_a_cap_of_use_cases_is_in_the_words(codeclm, pairs, tmp_path):
    data = codeclm("export", tmp_path / "o.csv", "--format", "csv", "--per-use-case", 2)[1]
    assert (data["rows"], data["dropped"]) == (2, {"over the cap of its use case": 1})


def test_pairs_and_exports_are_narrowed_by_the_same_words(codeclm, pairs, tmp_path):
    def both(*words):
        listed = codeclm("pairs", *words)[1]["pairs"]
        data = codeclm("export", tmp_path / "o.csv", "--format", "csv", *words)[1]
        assert data["rows"] == len(listed)
        assert data["dropped"] == ({"not selected": 3 - len(listed)} if len(listed) < 3 else {})
        return [each["instruction"] for each in listed]

    assert len(both()) == 3
    assert both("--search", "WALKING", "--gap-from", "7.5") == [BASE + "dogs"]
    assert both("--gap-to", "7", "--winner", "strong", "--iteration", "1") == [ROWS[0][0], ROWS[2][0]]
    assert both("--winner", "target") == both("--use-case", "fishing") == both("--skill", "tact") == []
    first = codeclm("pairs")[1]["pairs"][0]
    codeclm("decide", first["id"], "accept", "--reviewer", "ann")
    assert both("--decided-by", "ann") == [first["instruction"]]


@pytest.mark.parametrize("words", [["--cluster", "7"], ["--selection", "gone"]])
def test_what_is_not_on_the_map_is_told(codeclm, pairs, tmp_path, words):
    status, _, said = codeclm("export", tmp_path / "o.csv", "--format", "csv", *words)
    assert status == 2
    assert words[0] in said
    assert said.count("\n") == 1
