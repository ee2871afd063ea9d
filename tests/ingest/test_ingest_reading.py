"""Files as people have them, and as nobody should: what is read, and the one line that says why not."""

import io
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeclm import ingest
from codeclm.errors import InputError
from codeclm.ingest import formats, source
from codeclm.ingest.table import Rejected

ROW = b'{"text": "Say hello"}\n'


def texts(data, name="a.jsonl", **fields):
    return [seed.text for seed in ingest.seeds(ingest.read(data, name), **fields).records]


def test_columns_whose_names_cannot_be_said_are_not_listed():
    data = json.dumps({"\ud800col": "x", "a\0b": "y", "text": "hi", "in": {"\udfff": 1, "b": 2}}).encode()
    table = ingest.read(data, "a.jsonl")
    assert [column.name for column in table.columns] == ["text", "in.b"]
    assert texts(data) == ["hi"]
    assert [column.name for column in ingest.read(b"a\0b,text\nx,hi\n", "a.csv").columns] == ["text"]


def parquet(**columns):
    stream = io.BytesIO()
    pq.write_table(pa.table(columns), stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("data", "name", "says"),
    [
        (b"", "a.jsonl", "empty"),
        (b"\n \n", "a.jsonl", "no rows"),
        (b"text,other\n", "a.csv", "no rows"),
        (b"[]", "a.json", "no rows"),
        (bytes(range(256)) * 20, "a.jsonl", "binary"),
        (b"\x89PNG\r\n\x1a\n" + bytes(300), "a.csv", "binary"),
        (b"PK\x03\x04rest", "a.xlsx", "Excel"),
        (b"\x1f\x8brest", "a.jsonl", "gzip"),
        (b"SQLite format 3\0rest", "a.db", "SQLite"),
        (
            ROW + '{"text": "café"}'.encode("latin-1"),
            "a.jsonl",
            "byte 0xE9 at offset 35, line 2; save it as UTF-8",
        ),
        (ROW.decode().encode("utf-16-le"), "a.jsonl", "UTF-16 without a byte order mark"),
        (ROW.decode().encode("utf-32"), "a.jsonl", "UTF-32"),
        ("\ufeffok".encode("utf-16-le") + b"\x00\xd8a\x00", "a.txt", "not UTF-16"),
        (b"text,text\na,b\n", "a.csv", "two columns are called “text”"),
        (b'text,n\n"open,1\nb,2\n', "a.csv", "line 2: a quotation mark opens"),
        (b'te"xt"y,"n"x\n1,2', "a.csv", "line 1: the header is not valid CSV"),
        (b"[" * 100_000, "a.json", "nested too deeply"),
        (b'{"a":' * 100_000, "a.jsonl", "nested too deeply"),
        (b"nonsense", "a.json", "not valid JSON: Expecting value, at line 1, character 1"),
        (b"nonsense\nmore", "a.jsonl", "no line of it is a JSON object; line 1: not valid JSON"),
        (b"[1, 2]", "a.json", "no row of it is a JSON object"),
        (b"5", "a.json", "neither a list nor an object"),
        (b'{"a": ' + b"9" * 5000 + b"}", "a.json", "not valid JSON"),
        (b"text", "a.parquet", "not a Parquet file"),
        (b"PAR1 and then nothing", "a.parquet", "cannot be read as Parquet"),
    ],
)
def test_a_broken_file_is_one_line_and_nothing_else(data, name, says):
    with pytest.raises(InputError) as caught:
        ingest.seeds(ingest.read(data, name))
    assert says in str(caught.value)
    assert str(caught.value).startswith(name)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("path", ["nowhere.jsonl", ".", "a\0b"])
def test_a_path_that_is_no_file(path, tmp_path):
    with pytest.raises(InputError) as caught:
        ingest.read(tmp_path / path)
    assert "\n" not in str(caught.value)


def test_a_device_is_not_read_for_ever():
    with pytest.raises(InputError, match=r"device or pipe.*save it as a file"):
        ingest.read("/dev/zero")


def test_too_large_a_file(tmp_path, monkeypatch):
    monkeypatch.setattr(source, "MAX_BYTES", 10)
    with pytest.raises(InputError, match="split it"):
        ingest.read(ROW, "a.jsonl")
    monkeypatch.setattr(formats, "MAX_DOCUMENT", 5)
    monkeypatch.setattr(source, "MAX_BYTES", 1000)
    with pytest.raises(InputError, match="save it as JSONL"):
        ingest.read(b'[{"text":\n"a"}]', "a.json")


def test_parquet_with_two_columns_of_one_name():
    stream = io.BytesIO()
    pq.write_table(pa.Table.from_arrays([pa.array(["a"]), pa.array(["b"])], names=["text", "text"]), stream)
    with pytest.raises(InputError, match="two columns"):
        ingest.read(stream.getvalue(), "a.parquet")


@pytest.mark.parametrize(
    "kind",
    [
        pa.date32(),
        pa.date64(),
        pa.timestamp("us"),
        pa.timestamp("us", "Foo/Bar"),
        pa.time64("us"),
        pa.duration("s"),
    ],
)
def test_a_time_that_python_does_not_have_costs_no_row(kind):
    whole = pa.int32() if kind == pa.date32() else pa.int64()
    times = pa.array([2**31 - 1 if kind == pa.date32() else 2**60, 1], whole).view(kind)
    assert texts(parquet(text=["a", "b"], created=times), "a.parquet") == ["a", "b"]
    nested = pa.array([{"x": 2**31 - 1}], pa.struct({"x": pa.int32()})).cast(pa.struct({"x": pa.date32()}))
    with pytest.raises(InputError, match="cannot be read as Parquet"):
        ingest.read(parquet(text=["a"], created=nested), "a.parquet")


def test_a_column_beyond_those_that_are_listed_can_be_named():
    row = json.dumps(
        {**{f"c{number}": "x" for number in range(250)}, "instruction": "a", "mine": "b"}
    ).encode()
    assert texts(row) == ["a"]
    assert texts(row, field="mine") == ["b"]
    assert ingest.seeds(ingest.read(row, "a.jsonl"), field="none").rejected


def test_a_path_with_a_number_beyond_all_is_no_column():
    with pytest.raises(InputError, match="no column"):
        texts(b'{"text": ["a"]}', field=f"other[{'9' * 5000}]")
    assert ingest.seeds(ingest.read(b'{"text": ["a"]}', "a.jsonl"), field=f"text[{'9' * 5000}]").rejected


def test_a_name_of_bytes_that_are_no_text_is_kept_as_what_can_be_read(tmp_path):
    file = tmp_path / "bad\udcffname.csv"
    file.write_bytes(b"text\nhello\n")
    assert [seed.source for seed in ingest.seeds(ingest.read(file)).records] == ["bad name.csv"]


def test_damage_in_the_middle_of_a_parquet_file():
    data = bytearray(parquet(text=[f"row {number} {number * 7919}" for number in range(5000)]))
    data[100:4000] = bytes(3900)
    with pytest.raises(InputError, match="cannot be read as Parquet"):
        ingest.read(bytes(data), "a.parquet")


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        (b'{"text": "a"}\n\n{"text": "b"}', "x.jsonl", "jsonl"),
        (b'{"text": "a"}\r\n{"text": "b"}\r\n', "x.json", "jsonl"),
        (b'[{"text": "a"},\n {"text": "b"}]', "x.jsonl", "json"),
        (b'["a", "b"]', "x.json", "json"),
        (b'{"version": 1, "data": [{"text": "a"}, {"text": "b"}]}', "x.json", "json"),
        (b'{"questions_of_ours": [{"text": "a"}, {"text": "b"}]}', "x.json", "json"),
        (b'{"text": "a"}\n{"text": "b"}', "x.txt", "jsonl"),
        (b'[\n{"text": "a"},\n{"text": "b"}]', "x", "json"),
        (b"text,n\na,1\nb,2\n", "x.csv", "csv"),
        (b"n;Text\n1;a\n2;b\n", "x.csv", "csv"),
        (b"text|n\r\na|1\r\nb|2", "x.csv", "csv"),
        (b"\ntext\ta, b\na\t1\nb\t2\n", "x.tsv", "tsv"),
        (b"Prompt,n\na,1\nb,2\n", "x", "csv"),
        (b"prompt\tn\na\t1\nb\t2\n", "x.data", "tsv"),
        (b'{"v": 1, "data": {"items": [{"text": "a"}, {"text": "b"}]}}', "x.json", "json"),
        ("nr\tprompt\n1\ta\n2\tb\n".encode("utf-16"), "x.txt", "tsv"),
        (b"a\n\n  b \n", "x.txt", "txt"),
        (b"a\nb", "x.md", "txt"),
        (parquet(text=["a", "b"]), "x.bin", "parquet"),
    ],
)
def test_the_format_is_found_by_name_and_content(data, name, kind):
    table = ingest.read(data, name)
    assert table.kind == kind
    assert [seed.text for seed in ingest.seeds(table).records] == ["a", "b"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize(("name", "before"), [("a.txt", ""), ("a.csv", "text\n")])
def test_encodings(encoding, name, before):
    assert texts(f"{before}Où est né Ørsted? 你好 🎈\n".encode(encoding), name) == [
        "Où est né Ørsted? 你好 🎈"
    ]


def test_a_wrong_byte_far_into_a_file_is_told_with_its_place():
    good = "é\n".encode() * 400_000
    with pytest.raises(InputError, match=r"offset 1,200,000, line 400,001"):
        ingest.read(good + b"\xff", "a.txt")


def test_lines_break_at_newlines_only():
    assert texts("one\u2028two\x0bthree\x85four\nfive".encode(), "a.txt") == [
        "one\u2028two\x0bthree\x85four",
        "five",
    ]


def test_columns_have_examples_and_nested_ones_a_path():
    row = {
        "id": 7,
        "Instruction": "  Name\na fish ",
        "instances": [{"input": "", "output": "Cod"}],
        "skills": ["a", "b"],
    }
    table = ingest.read(json.dumps([row, {**row, "late": {"er": "x"}}]).encode(), "a.json")
    assert {column.name: column.example for column in table.columns} == {
        "id": "7",
        "Instruction": "Name a fish",
        "instances[0].input": "",
        "instances[0].output": "Cod",
        "skills": "a; b",
        "late.er": "x",
    }
    assert (table.guess, table.guess_input) == ("Instruction", "instances[0].input")


def test_a_file_with_endless_columns_does_not_fill_the_page():
    wide = json.dumps({f"column{number}": "x" for number in range(5000)})
    assert len(ingest.read(wide.encode(), "a.jsonl").columns) == 200


def test_unnamed_and_unused_header_cells():
    table = ingest.read(b"text,,\na,b,c\n", "a.csv")
    assert [column.name for column in table.columns] == ["text", "column 2", "column 3"]


def test_a_sheet_of_ragged_rows_still_has_its_columns():
    parsed = ingest.seeds(ingest.read(b"text,n\na\nb\n", "a.csv"))
    assert parsed.rejected == [
        Rejected(1, "1 cells where the header has 2"),
        Rejected(2, "1 cells where the header has 2"),
    ]
    assert parsed.read == 2


def test_names_are_made_safe_for_a_message():
    with pytest.raises(InputError) as caught:
        ingest.read(b"", "a\n\x1b[31mred.jsonl")
    assert "\n" not in str(caught.value)
    assert "\x1b" not in str(caught.value)


@given(
    st.binary(max_size=300),
    st.sampled_from(["a.jsonl", "a.json", "a.csv", "a.tsv", "a.txt", "a.parquet", "a"]),
)
def test_no_bytes_bring_anything_but_rows_or_one_line(data, name):
    try:
        parsed = ingest.seeds(ingest.read(data, name))
    except InputError as error:
        told = str(error)
    else:
        told = ""
        assert parsed.read >= 1
    assert "\n" not in told


anything = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60)


@given(st.lists(anything.filter(lambda text: text.strip()), min_size=1, max_size=8))
def test_what_is_written_as_json_lines_is_read_back(wanted):
    data = "\n".join(json.dumps({"text": text}) for text in wanted).encode()
    assert texts(data) == [text.replace("\r\n", "\n").replace("\r", "\n").strip() for text in wanted]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(JSON, st.booleans())
def test_a_line_is_read_as_json_reads_it(value, ascii_only):
    line = json.dumps(value, ensure_ascii=ascii_only)
    try:
        line.encode()
    except UnicodeEncodeError:
        return  # no line of a file holds half a character unless it is spelled as an escape
    assert repr(formats._loads(line)) == repr(json.loads(line))


@pytest.mark.parametrize("line", ['{"a": 1,}', "[1, 2", '"\t"', "01", "nul"])
def test_what_is_no_json_is_explained_as_json_explains_it(line):
    with pytest.raises(json.JSONDecodeError) as plain:
        json.loads(line)
    with pytest.raises(json.JSONDecodeError) as found:
        formats._loads(line)
    assert str(found.value) == str(plain.value)
