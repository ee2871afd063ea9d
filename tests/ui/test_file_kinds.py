"""What a file can hold: columns guessed, rows shown, and what would be missing said."""

import json

import pytest

from codeclm import ingest
from codeclm.errors import InputError
from codeclm.jobs.importing import parse, put
from codeclm.records import IMPORTED
from codeclm.store import Store
from codeclm.ui.file_kinds import KINDS, of_label

PAIR = {
    "prompt": "Explain rain",
    "strong": "Good",
    "target": "**Poor**",
    "strong_score": 9,
    "target_score": 4.5,
}


def table(*rows):
    return ingest.read("\n".join(map(json.dumps, rows)).encode(), "rows.jsonl")


def test_seeds_are_offered_first():
    assert [each.label for each in KINDS] == ["Seeds", "Metadata", "Answered pairs"]


def test_the_columns_are_guessed_by_what_the_file_holds():
    read = table(
        {"instruction": "Explain rain", "input": "in Wales", "use_case": "weather", "skills": "brevity"}
    )
    assert [guessed(each, read) for each in KINDS] == [
        {"field": "instruction", "other": "input"},
        {"field": "use_case", "other": "skills"},
        {"field": "instruction", "other": "input"},
    ]
    assert guessed(of_label("Metadata"), table({"a": "b"})) == {}


def guessed(kind, read):
    return {each.name: name for each in kind.columns if (name := each.guess(read))}


@pytest.mark.parametrize(
    ("row", "offered"),
    [
        ({"id": 1, "prompt": "a", "output": "b"}, []),
        ({"prompt": "a", "better": "9.5", "worse": 2, "good": True}, ["better", "worse"]),
        ({"prompt": "a", "strong_score": "nine", "target_score": ""}, ["strong_score", "target_score"]),
        ({**dict.fromkeys(("strong_score_1", "target_score_1", "year"), 5), "prompt": "a"}, []),
        ({"prompt": "a", "year": 5, "orders": [{"strong": 9, "target": 4}]}, []),
    ],
)
def test_scores_are_asked_for_where_two_columns_may_hold_them(row, offered):
    fields = {each.name: each for each in of_label("Answered pairs").columns}
    assert fields["strong_score"].offered(table(row)) == fields["target_score"].offered(table(row)) == offered


def test_one_column_of_answers_is_taken_for_the_strong_ones():
    read = table({"instruction": "a", "output": "b", "rejected": "c"})
    assert guessed(of_label("Answered pairs"), read) == {"field": "instruction", "strong": "output"}


def test_a_preview_shows_texts_as_they_are():
    pairs = of_label("Answered pairs")
    parsed = parse(table(PAIR, {**PAIR, "prompt": "b", "strong_score": None, "target_score": None}), "pairs")
    assert pairs.row(parsed.records[0]) == {
        "Instruction": "Explain rain", "Strong answer": "Good", "Target answer": "**Poor**",
        "Scores": "9 and 4.5",
    }  # fmt: skip
    assert pairs.row(parsed.records[1])["Scores"] == "none yet"
    rows = parse(table({"use_case": "weather", "skills": ["a", "b"]}), "metadata")
    assert of_label("Metadata").row(rows.records[0]) == {"Use case": "weather", "Skills": "a, b"}
    seeds = parse(table({"text": "one", "tags": "code"}), "seeds")
    assert of_label("Seeds").row(seeds.records[0]) == {"Seed": "one", "Tags": ["code"], "Row": 1}


def test_what_was_looked_at_is_put_in_once(tmp_path):
    parsed = parse(table(PAIR, {"prompt": "no answers"}), "pairs", "prompt", "")
    with Store.open(tmp_path / "p.db", create=True) as store:
        first, second = put(store, "pairs", parsed), put(store, "pairs", parsed)
        assert (first.read, first.added, second.added, second.duplicates) == (2, 1, 0, 1)
        assert [each.row for each in first.rejected] == [2]
        assert store.pairs.count(IMPORTED, 3.0, 4) == 1


def test_a_file_without_the_two_answers_is_told_which_is_missing():
    with pytest.raises(InputError, match="no column “strong”; the columns are: prompt"):
        parse(table({"prompt": "Explain rain"}), "pairs", "prompt", "")


def test_counts_are_in_words():
    assert of_label("Metadata").count(1) == "1 metadata row"
    assert of_label("Answered pairs").count(2) == "2 pairs"
