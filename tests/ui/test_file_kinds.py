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
    assert [each.guess(read) for each in KINDS] == [
        ("instruction", "input"), ("use_case", "skills"), ("instruction", "input"),
    ]  # fmt: skip
    assert of_label("Metadata").guess(table({"a": "b"})) == (None, None)


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
