"""Rows into seeds: which column, which input, which chats, and why a row is left out."""

import json

import pytest

from codeclm import ingest
from codeclm.errors import InputError
from codeclm.records import Message


def lines(*rows):
    return "\n".join(json.dumps(row) for row in rows).encode()


def seeds(*rows, name="a.jsonl", **fields):
    return ingest.seeds(ingest.read(lines(*rows), name), **fields)


def chat(*turns, **more):
    return {"messages": [{"role": role, "content": content} for role, content in turns], **more}


def test_a_seed_knows_where_it_came_from():
    parsed = seeds({"question": "a"}, {"question": "b"}, name="dir/questions.jsonl")
    assert [(seed.text, seed.source, seed.row) for seed in parsed.records] == [
        ("a", "questions.jsonl", 1),
        ("b", "questions.jsonl", 2),
    ]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "“text” is missing"),
        ("  \n", "“text” is empty"),
        (7, "“text” is not text but a number"),
        (True, "“text” is not text but true or false"),
        (["a"], "“text” is not text but a list"),
        ({"a": 1}, "“text” is missing"),
        ("a\0b", "“text” holds a NUL character"),
        ("\ud83d", "“text” holds half of a surrogate pair, which is no character"),
        ("é\udc00", "“text” holds half of a surrogate pair, which is no character"),
        ("x" * 5_000_000, "“text” is 5,000,000 characters long; at most 100,000"),
    ],
)
def test_a_bad_row_is_listed_and_the_others_go_on(value, reason):
    rows = [
        {"text": "good"},
        {"other": 1} if isinstance(value, dict) else {"text": value},
        {"text": "also good"},
    ]
    parsed = seeds(*rows)
    assert [seed.text for seed in parsed.records] == ["good", "also good"]
    assert [rejected.as_dict() for rejected in parsed.rejected] == [{"row": 2, "reason": reason}]


def test_rows_are_numbered_as_a_person_counts():
    broken = b'\n{"text": "a"}\n{"text": \n[1]\n"b"\n' + b"[" * 100_000
    parsed = ingest.seeds(ingest.read(broken, "a.jsonl"))
    assert [(seed.text, seed.row) for seed in parsed.records] == [("a", 2), ("b", 5)]
    assert [rejected.row for rejected in parsed.rejected] == [3, 4, 6]
    assert parsed.rejected[1].reason == "not a JSON object"
    assert parsed.rejected[2].reason == "nested too deeply"


def test_what_is_no_json_is_told_with_its_place():
    parsed = ingest.seeds(ingest.read(b'{"text": "a"}\n{"text": "b\x01c"}\n', "a.jsonl"))
    assert parsed.rejected[0].reason == "not valid JSON: Invalid control character, at character 12"


def test_csv_rows_are_counted_under_the_header():
    data = b'text,n\n"two\nlines",1\nshort\n\nb,2,3\n"bad"quote,1\nok,2\n'
    parsed = ingest.seeds(ingest.read(data, "a.csv"))
    assert [(seed.text, seed.row) for seed in parsed.records] == [("two\nlines", 1), ("ok", 6)]
    assert [rejected.row for rejected in parsed.rejected] == [2, 4, 5]
    assert parsed.rejected[2].reason == "a quotation mark inside a quoted cell is not doubled"


@pytest.mark.parametrize(
    ("row", "text"),
    [
        ({"instruction": "Add", "input": "1 and 2"}, "Add\n\n1 and 2"),
        ({"Instruction": "Add", "INPUT": 12}, "Add\n\n12"),
        ({"instruction": "Add", "input": "", "text": "no"}, "Add"),
        ({"instruction": "Add", "input": "<noinput>"}, "Add"),
        ({"instruction": "Add", "input": None}, "Add"),
        ({"question": "Who?", "context": "A tale."}, "Who?\n\nA tale."),
        ({"instruction": "Add", "instances": [{"input": "1\r\n2", "output": "3"}]}, "Add\n\n1\n2"),
        ({"instruction": "Add", "instances": []}, "Add"),
        ({"prompt": [{"role": "user", "content": "Hi"}]}, "Hi"),
    ],
)
def test_an_input_is_joined_to_its_instruction(row, text):
    assert [seed.text for seed in seeds(row).records] == [text]


def test_the_columns_may_be_given():
    row = {"text": "a", "title": "b", "more": {"deep": ["c", "d"]}}
    assert seeds(row, field="TITLE", input_field="").records[0].text == "b"
    assert seeds(row, field="more.deep[1]").records[0].text == "d"
    assert seeds(row, input_field="title").records[0].text == "a\n\nb"


def test_a_key_may_look_like_a_path():
    assert seeds({"a.b": "x", "a": {"c": "y"}}, field="a.b").records[0].text == "x"


@pytest.mark.parametrize("fields", [{"field": "nope"}, {"input_field": "nope"}, {"field": "nope[0].deep"}])
def test_no_such_column_names_those_there_are(fields):
    with pytest.raises(
        InputError, match=r"no column “nope.*the columns are: text, tag; name the right one with --"
    ):
        seeds({"text": "a", "tag": "b"}, **fields)


@pytest.mark.parametrize(
    ("cell", "tags"),
    [
        (["b", " a  c\n", "b", ""], ("b", "a c")),
        ("b; a, c", ("b", "a, c")),
        ("b, a", ("b", "a")),
        ('["a, b"]', ("a, b",)),
        ([7, True, None, {"a": 1}], ("7",)),
        (2024, ("2024",)),
        (None, ()),
        ({"a": 1}, ()),
        (["x" * 50, "x" * 60], ("x" * 40,)),
        (["a\0\ud83d"], ("a",)),
    ],
)
def test_tags_are_read_and_no_cell_of_them_loses_a_row(cell, tags):
    first = {"text": "a", "tags": "t"}
    assert [seed.tags for seed in seeds(first, {"text": "b", "tags": cell}).records] == [("t",), tags]


def test_tags_come_of_the_column_that_is_chosen_or_of_none():
    row = {"text": "a", "tags": "t", "meta": {"kind": "x; y"}}
    assert seeds(row, tag_field="meta.kind").records[0].tags == ("x", "y")
    assert seeds(row, tag_field="").records[0].tags == ()
    with pytest.raises(InputError, match="no column “gone”"):
        seeds(row, tag_field="gone")


@pytest.mark.parametrize(
    ("columns", "guessed"),
    [
        ({"category": "ab", "tags": "cd"}, "tags"),
        ({"Category": "ab", "source": "cd"}, "Category"),
        ({"category": ["a" * 41, "b"], "source": ["x", "y"]}, "source"),
        ({"topic": [["a", "b"], ["a"]]}, "topic"),
        ({"source": "aa"}, None),
        ({"topic": [f"topic {at}" for at in range(8)]}, None),
        ({"topic": [None, {}, True, ""]}, None),
        ({"other": "ab"}, None),
    ],
)
def test_tags_are_guessed_where_values_are_short_and_recur(columns, guessed):
    rows = [
        {"text": f"text {at}", **{name: cells[at % len(cells)] for name, cells in columns.items()}}
        for at in range(8)
    ]
    assert ingest.guess_tags(ingest.read(lines(*rows), "a.jsonl")) == guessed
    if guessed != "tags":
        assert not any(seed.tags for seed in seeds(*rows).records), "none without a choice"


def test_tags_of_a_sheet_and_of_a_chat():
    read = ingest.read(b'text,Tags\na,"x; y"\nb,\n', "a.csv")
    assert [seed.tags for seed in ingest.seeds(read).records] == [("x", "y"), ()]
    turn = {"role": "user", "content": "Hi"}
    assert seeds({"messages": [turn], "tags": ["x"]}).records[0].tags == ("x",)


def test_a_column_of_tags_that_is_the_text_gives_none():
    assert seeds({"tags": "a"}, field="tags").records[0].tags == ()
    assert seeds({"text": "a", "tags": "b"}, input_field="tags").records[0].tags == ()


def test_a_row_of_another_shape_is_told_what_it_lacks_itself():
    chat = {"messages": [{"role": "user", "content": "Hi"}]}
    parsed = seeds(
        chat, {"instruction": None, "input": "x"}, {"instruction": " "}, {"foo": 1}, {"input": "x"}
    )
    assert [(rejected.row, rejected.reason) for rejected in parsed.rejected] == [
        (2, "“instruction” is missing"),
        (3, "“instruction” is empty"),
        (4, "“messages” is missing"),
    ]


def test_no_column_to_guess():
    with pytest.raises(InputError, match=r"the columns are: foo, bar; name the right one with --field"):
        seeds({"foo": "a", "bar": "b"})


def test_together_with_its_input_a_seed_may_be_too_long():
    parsed = seeds({"text": "x" * 90_000, "input": "y" * 90_000}, {"text": "ok", "input": ["no"]})
    reasons = [rejected.reason for rejected in parsed.rejected]
    assert reasons[0].startswith("the instruction with its input is 180,002 characters long")
    assert reasons[1] == "“input” is not text but a list"


def test_a_chat_keeps_its_system_prompt_and_turns_but_not_the_last_answer():
    turns = [
        ("system", "Be brief."),
        ("user", "Hi"),
        ("assistant", "Hello"),
        ("user", "Why?"),
        ("assistant", "42"),
    ]
    (seed,) = seeds(chat(*turns)).records
    assert seed.messages == tuple(Message(role, content) for role, content in turns[:-1])
    assert seed.text == "System: Be brief.\n\nUser: Hi\n\nAssistant: Hello\n\nUser: Why?"


def test_sharegpt_with_a_system_prompt_beside_it():
    row = {
        "system": "Be kind.",
        "conversations": [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "Ho"}],
    }
    assert seeds(row).records[0].messages == (Message("system", "Be kind."), Message("user", "Hi"))


def test_one_lone_user_turn_is_the_same_seed_as_its_text():
    assert (
        seeds(chat(("user", "Hi"), ("assistant", "Ho"))).records[0].id == seeds({"text": "Hi"}).records[0].id
    )


def test_content_in_parts_of_text():
    row = {
        "messages": [
            {"role": "User", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}
        ]
    }
    assert seeds(row).records[0].text == "a\nb"


@pytest.mark.parametrize(
    ("messages", "reason"),
    [
        ([{"role": "assistant", "content": "Hi"}], "the chat has no user turn"),
        (
            [{"role": "tool", "content": "Hi"}],
            "turn 1 of the chat has a role other than system, user and assistant",
        ),
        ([{"role": "user", "content": ""}], "turn 1 of the chat is empty"),
        ([{"role": "user", "content": "a"}, "b"], "turn 2 of the chat is not an object"),
        ([{"role": "user"}], "turn 1 of the chat is missing"),
        ([{"role": "user", "content": [{"type": "image_url"}]}], "turn 1 of the chat holds more than text"),
        ([{"role": "user", "content": "x" * 60_000}] * 2, "the chat is over 100,000 characters long"),
    ],
)
def test_a_chat_that_is_none(messages, reason):
    parsed = seeds(chat(("user", "fine")), {"messages": messages})
    assert len(parsed.records) == 1
    assert [rejected.reason for rejected in parsed.rejected] == [reason]


def test_metadata_from_lists_and_texts():
    rows = [
        {"Use_Case": "  trip   planning ", "skills": ["maps", " budgets", "maps"]},
        {"Use_Case": "poetry", "skills": "rhyme; metre, foot;"},
        {"Use_Case": "code", "skills": "python, tests"},
        {"Use_Case": "chat", "skills": None},
    ]
    parsed = ingest.metadata(ingest.read(lines(*rows), "a.jsonl"))
    assert [(record.labels.use_case, record.labels.skills) for record in parsed.records] == [
        ("trip planning", ("maps", "budgets")),
        ("poetry", ("rhyme", "metre, foot")),
        ("code", ("python", "tests")),
        ("chat", ()),
    ]
    assert {record.origin for record in parsed.records} == {"imported"}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"use_case": "", "skills": []}, "the use case is empty"),
        ({"use_case": "x" * 300}, "the use case is 300 characters long; at most 200"),
        ({"use_case": "a", "skills": 5}, "the skills are neither a list nor text"),
        ({"use_case": "a", "skills": [5]}, "a skill is not text but a number"),
        ({"use_case": "a", "skills": [str(number) for number in range(21)]}, "21 skills; at most 20"),
        (7, "not a JSON object"),
    ],
)
def test_labels_that_are_none(row, reason):
    parsed = ingest.metadata(ingest.read(lines({"use_case": "fine", "skills": "a"}, row), "a.jsonl"))
    assert [rejected.reason for rejected in parsed.rejected] == [reason]


def test_metadata_columns_may_be_given_or_missing():
    table = ingest.read(b"task,needs\nsing,ears;voice\n", "a.csv")
    assert ingest.metadata(table, "task", "needs").records[0].labels.skills == ("ears", "voice")
    with pytest.raises(InputError, match="no column “use_case”"):
        ingest.metadata(table)


def test_a_log_holds_chats_and_plain_instructions():
    rows = [
        chat(("user", "a chat")),
        {"instruction": "plain"},
        {"prompt": "another", "input": "about this"},
        {"note": "none"},
    ]
    parsed = seeds(*rows)
    assert [seed.text for seed in parsed.records] == ["a chat", "plain", "another\n\nabout this"]
    assert [(each.row, each.reason) for each in parsed.rejected] == [(4, "“messages” is missing")]
    assert [seed.text for seed in seeds(*rows, field="prompt").records] == ["another"]
