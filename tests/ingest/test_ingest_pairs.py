"""Rows into pairs: answers and scores from elsewhere, one order or both."""

import json

import pytest

from codeclm import ingest
from codeclm.errors import InputError
from codeclm.records import IMPORTED

PAIR = {"instruction": "Name a fish", "strong": "A cod.", "target": "Dog"}


def pairs(*rows, **fields):
    data = "\n".join(json.dumps(row) for row in rows).encode()
    return ingest.pairs(ingest.read(data, "a.jsonl"), **fields)


def test_the_records_of_a_pair_hang_together():
    (bundle,) = pairs({**PAIR, "strong_score": 9, "target_score": "8.5"}).records
    assert bundle.metadata.origin == "imported"
    assert bundle.instruction.metadata == bundle.metadata.id
    assert bundle.instruction.revision == bundle.metadata.revision
    assert (bundle.instruction.origin, bundle.instruction.iteration) == ("imported", 1)
    assert (bundle.strong.role, bundle.target.role) == ("strong", "target")
    assert {bundle.strong.config, bundle.target.config, bundle.comparison.config} == {IMPORTED}
    assert bundle.comparison.strong_answer == bundle.strong.id
    assert bundle.comparison.target_answer == bundle.target.id
    assert bundle.comparison.instruction == bundle.instruction.id
    assert bundle.comparison.target_first is None
    assert (bundle.comparison.strong_score, bundle.comparison.target_score) == (9, 8.5)


def test_columns_of_other_names_are_taken_where_they_are_chosen():
    row = {"prompt": "Name a fish", "strong": "other", "best": "A cod.", "own": {"text": "Dog"}, "points": 9}
    chosen = {"strong": "best", "target": "own.text", "strong_score": "points", "target_score": "few"}
    (bundle,) = pairs({**row, "few": 2, "strong_score": 1}, chosen=chosen).records
    assert (bundle.strong.text, bundle.target.text) == ("A cod.", "Dog")
    assert (bundle.comparison.strong_score, bundle.comparison.target_score) == (9, 2)
    unscored = {**chosen, "strong_score": "", "target_score": ""}
    (bundle,) = pairs({**row, "strong_score": 9, "target_score": 1}, chosen=unscored).records
    assert bundle.comparison is None
    with pytest.raises(InputError, match="no column “gone”"):
        pairs(row, chosen={**unscored, "target": "gone"})


@pytest.mark.parametrize(
    "scores",
    [
        {
            "strong_score_1": 9,
            "target_score_1": 4,
            "strong_score_2": 7,
            "target_score_2": 5,
            "strong_score": 1,
            "target_score": 1,
        },
        {"orders": [{"strong": 9, "target": 4}, {"strong": 7, "target": 5}]},
    ],
)
def test_both_orders(scores):
    comparison = pairs({**PAIR, **scores}).records[0].comparison
    assert (comparison.strong_first.strong, comparison.strong_first.target) == (9, 4)
    assert (comparison.target_first.strong, comparison.target_first.target) == (7, 5)
    assert comparison.gap == 3.5


def test_scores_are_optional_row_by_row():
    parsed = pairs({**PAIR, "strong_score": 9, "target_score": 1}, {**PAIR, "instruction": "Name a bird"})
    assert [bundle.comparison is None for bundle in parsed.records] == [False, True]


def test_an_empty_target_answer_is_data_and_an_empty_strong_one_is_none():
    parsed = pairs({**PAIR, "target": ""}, {**PAIR, "instruction": "b", "strong": " "})
    assert [bundle.target.text for bundle in parsed.records] == [""]
    assert [rejected.reason for rejected in parsed.rejected] == ["the strong answer is empty"]


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"target": None}, "the target answer is missing"),
        ({"strong_score": 9, "target_score": None}, "a score of one answer only"),
        ({"strong_score": "nine", "target_score": 1}, "a score is not a number"),
        ({"strong_score": True, "target_score": 1}, "a score is not a number"),
        ({"strong_score": "inf", "target_score": 1}, "a score is beyond 1,000,000, which no scale reaches"),
        ({"strong_score": [9], "target_score": 1}, "a score is not a number"),
        (
            {"strong_score": 1e308, "target_score": -1e308},
            "a score is beyond 1,000,000, which no scale reaches",
        ),
        ({"strong_score_2": 9, "target_score_2": 1}, "scores of the second order without those of the first"),
        ({"use_case": "x" * 201}, "the use case is 201 characters long; at most 200"),
    ],
)
def test_a_pair_that_is_none(more, reason):
    parsed = pairs({**PAIR, "instruction": "fine", "strong_score": 2, "target_score": 1}, {**PAIR, **more}, 7)
    assert [bundle.instruction.text for bundle in parsed.records] == ["fine"]
    assert [(rejected.row, rejected.reason) for rejected in parsed.rejected] == [
        (2, reason),
        (3, "not a JSON object"),
    ]


def test_one_instruction_with_two_sets_of_answers_is_told():
    parsed = pairs(PAIR, {**PAIR, "target": "Cat"}, PAIR)
    assert len(parsed.records) == 2
    assert [(r.row, r.reason) for r in parsed.rejected] == [
        (2, "the instruction of row 1 again, with other answers")
    ]


def test_labels_inputs_and_models():
    row = {
        **PAIR,
        "use_case": "zoo",
        "skills": "fish",
        "input": "Small",
        "strong_model": "big",
        "target_truncated": "true",
    }
    (bundle,) = pairs(row).records
    assert (bundle.metadata.labels.use_case, bundle.metadata.labels.skills) == ("zoo", ("fish",))
    assert bundle.instruction.text == "Name a fish\n\nSmall"
    assert (bundle.strong.model, bundle.target.model) == ("big", "")
    assert (bundle.strong.truncated, bundle.target.truncated) == (False, True)
    assert pairs(row, input_field="use_case").records[0].instruction.text == "Name a fish\n\nzoo"


def test_a_seed_is_linked_where_its_labels_are_its_own():
    rows = [
        {**PAIR, "instruction": str(number), "use_case": case, "seed": seed}
        for number, case, seed in [
            (1, "zoo", "Tell me of fish"),
            (2, "zoo", "Tell me of fish"),
            (3, "sea", "One"),
            (4, "sea", "Two"),
        ]
    ]
    records = pairs(*rows).records
    assert records[0].seed.text == "Tell me of fish"
    assert [bundle.metadata.seed for bundle in records] == [records[0].seed.id] * 2 + [None] * 2


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (
            {"instruction": "a", "strong": "b"},
            "no column “target”.*give the one with the target model's answers",
        ),
        ({"strong": "a", "target": "b"}, "no column “instruction” or “prompt”"),
        ({**PAIR, "strong_score": 5}, "scores of one answer only"),
    ],
)
def test_missing_columns(row, says):
    with pytest.raises(InputError, match=says):
        pairs(row)


def test_pairs_from_a_sheet():
    data = b"prompt,strong,target,strong_score,target_score\nHi,Hello!,,9,\nHi there,Yes,No,9.5,2\n"
    parsed = ingest.pairs(ingest.read(data, "a.csv"))
    assert [bundle.comparison.gap for bundle in parsed.records] == [7.5]
    assert [rejected.reason for rejected in parsed.rejected] == ["a score of one answer only"]
