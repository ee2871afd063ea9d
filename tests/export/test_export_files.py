"""The files themselves: shapes that tools load, cells that no spreadsheet runs, whole or not at all."""

import csv
import io
import json

import pyarrow.parquet as pq
import pytest
from exporting import pair
from hypothesis import given
from hypothesis import strategies as st

from codeclm import ingest
from codeclm.errors import CodecError, UsageError
from codeclm.export import FORMATS, shapes
from codeclm.export.columnar import SCHEMA
from codeclm.export.families import in_test
from codeclm.export.files import MARK, mark, staged_file, staged_folder
from codeclm.export.flat import COLUMNS, flat
from codeclm.export.formats import format_of
from codeclm.export.recipes import axolotl, llama_factory
from codeclm.export.rows import compose
from codeclm.export.sinks import csv_lines, line
from codeclm.ingest.cells import listed, named, neutral, restore
from codeclm.records import Decision

ROW = compose(pair(), preference=True)._replace(system="Be brief.")
USER = {"role": "user", "content": "Name fish number 1"}
SYSTEM = {"role": "system", "content": "Be brief."}
GOOD = {"role": "assistant", "content": "Cod 1"}
BAD = {"role": "assistant", "content": "Dog 1"}


def written(name, rows, folder):
    form = format_of(name)
    path = folder / f"x.{form.suffix}"
    sink = form.open(path)
    for row in rows:
        sink.add(row)
    sink.close()
    return path


def test_the_shapes():
    assert shapes.messages(ROW) == {"messages": [SYSTEM, USER, GOOD]}
    assert shapes.completion(ROW) == {"prompt": [SYSTEM, USER], "completion": [GOOD]}
    assert shapes.dpo(ROW) == {"prompt": [SYSTEM, USER], "chosen": [GOOD], "rejected": [BAD]}
    alpaca = {"instruction": "Name fish number 1", "input": "", "output": "Cod 1", "system": "Be brief."}
    assert shapes.alpaca(ROW) == alpaca
    assert [turn["from"] for turn in shapes.sharegpt(ROW)["conversations"]] == ["system", "human", "gpt"]
    assert shapes.messages(ROW._replace(system="")) == {"messages": [USER, GOOD]}


def test_a_format_that_is_none():
    with pytest.raises(UsageError, match="choose one of messages, alpaca"):
        format_of("word")


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@given(texts)
def test_a_line_is_one_line_to_every_reader(text):
    written_line = line({"text": text})
    assert len(written_line.splitlines()) == 1
    assert json.loads(written_line) == {"text": text}


@given(st.text(st.sampled_from("'=+-@\t\r\nab＝"), max_size=6) | texts)
def test_no_cell_begins_as_a_formula_and_every_cell_comes_back(text):
    cell = neutral(text)
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"))
    assert restore(cell) == text


@given(st.lists(st.text(st.sampled_from('ab,; []"'), min_size=1, max_size=6), max_size=4))
def test_names_in_one_cell_come_back(names):
    names = [name.strip() for name in names if name.strip()]
    assert named(listed(tuple(names))) == names


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("['a', 'b, c']", ["a", "b, c"]),
        ("['a' \"it's\"\n 'b']", ["a", "it's", "b"]),
        (r"""['it\'s "so"', 'C:\\dir',]""", ['it\'s "so"', r"C:\dir"]),
        ('["a", "b"]', ["a", "b"]),
        ("[]", []),
        ("[a], [b]", ["[a]", "[b]"]),
        ("['a'], b", ["['a']", "b"]),
    ],
)
def test_a_list_in_a_cell_is_read_as_json_python_or_numpy_write_it(cell, names):
    assert named(cell) == names


@given(st.lists(st.text(st.sampled_from("ab,; []'\"\\"), min_size=1, max_size=6), max_size=4))
def test_lists_that_python_wrote_come_back(names):
    assert named(repr(names)) == names


def test_csv_is_safe_and_keeps_numbers(tmp_path):
    bad = compose(pair(2, 1.5, 9.0, target="=HYPERLINK(1)", skills=("-a", "b")), preference=False)
    path = written("csv", [ROW, bad], tmp_path)
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as stream:
        first, second = csv.DictReader(stream)
    assert tuple(first) == COLUMNS
    assert (first["strong_score"], first["gap"], second["gap"]) == ("9.0", "7.0", "-7.5")
    assert b",-7.5," in raw
    assert b'"-7.5"' not in raw
    assert (second["response"], second["skills"]) == ("'=HYPERLINK(1)", "'-a; b")
    assert (first["strong_truncated"], first["decision"], first["skills"]) == ("false", "", "fish; names")
    header, *lines = csv_lines([ROW])
    assert f"{header}\r\n{lines[0]}\r\n".encode() in raw


def test_an_exported_sheet_is_read_back_as_pairs(tmp_path):
    path = written("csv", [ROW, compose(pair(2, 3.0, 8.0), preference=False)], tmp_path)
    records = ingest.pairs(ingest.read(path)).records
    assert [(b.instruction.text, b.strong.text, b.target.text) for b in records] == [
        ("Name fish number 1", "Cod 1", "Dog 1"),
        ("Name fish number 2", "Cod 2", "Dog 2"),
    ]
    assert [b.comparison.gap for b in records] == [7, -5]
    assert all(b.comparison.target_first for b in records)
    assert (records[0].metadata.labels.skills, records[0].strong.model) == (("fish", "names"), "big")


def test_what_a_spreadsheet_would_run_is_read_back_as_it_was(tmp_path):
    skills = ("loops; nested", "-a, b")
    said = {"instruction": "=SUM(A1) does what?", "strong": "- it sums\n- them", "use_case": "@work"}
    odd = pair(1, skills=skills, **said)
    (record,) = ingest.pairs(ingest.read(written("csv", [compose(odd, preference=True)], tmp_path))).records
    labels = record.metadata.labels
    assert (record.instruction.text, record.strong.text, labels.use_case) == tuple(said.values())
    assert labels.skills == skills
    other = ingest.read(b"instruction,strong,target\n'-x,'=y,z\n", "other.csv")
    assert ingest.pairs(other).records[0].strong.text == "'=y"


def test_an_edited_instruction_has_no_scores():
    record = flat(compose(pair(decision=Decision("p", "accept", instruction="New")), preference=False))
    assert (record["gap"], record["strong_score_1"], record["rejected"]) == (None, None, None)
    assert (record["instruction"], record["edited"], record["decision"]) == ("New", "instruction", "accept")


def test_parquet_has_types_and_row_groups(tmp_path, monkeypatch):
    monkeypatch.setattr("codeclm.export.columnar._GROUP", 2)
    rows = [ROW, *(compose(pair(number), preference=False) for number in (2, 3))]
    table = pq.read_table(written("parquet", rows, tmp_path))
    assert table.schema.equals(SCHEMA)
    assert table.column("messages").to_pylist()[0] == [SYSTEM, USER, GOOD]
    assert table.column("gap").to_pylist() == [7.0, 7.0, 7.0]
    assert [seed.text for seed in ingest.seeds(ingest.read(tmp_path / "x.parquet")).records][
        1
    ] == "Name fish number 2"


@pytest.mark.parametrize("name", FORMATS)
def test_no_rows_make_a_file_too(name, tmp_path):
    assert written(name, [], tmp_path).exists()


FILES = {"train": "train.jsonl", "test": "test.jsonl"}


def test_llama_factory_is_told_only_of_what_it_loads():
    entries = json.loads(llama_factory("messages", FILES))
    assert entries["codeclm_test"]["file_name"] == "test.jsonl"
    tags = entries["codeclm_train"]["tags"]
    assert tags == {
        "role_tag": "role",
        "content_tag": "content",
        "user_tag": "user",
        "assistant_tag": "assistant",
        "system_tag": "system",
    }
    alpaca = json.loads(llama_factory("alpaca", FILES))["codeclm_train"]
    assert set(alpaca["columns"].values()) == set(shapes.alpaca(ROW))
    sharegpt = json.loads(llama_factory("sharegpt", FILES))["codeclm_train"]
    assert (sharegpt["columns"]["messages"], sharegpt["tags"]["user_tag"]) == ("conversations", "human")
    assert [llama_factory(name, FILES) for name in ("dpo", "csv", "prompt-completion")] == [None] * 3


def test_axolotl_is_told_only_of_what_it_loads():
    import yaml

    dpo = yaml.safe_load(axolotl("dpo", FILES))
    assert dpo["rl"] == "dpo"
    assert (dpo["datasets"][0]["field_messages"], dpo["datasets"][0]["type"]) == (
        "prompt",
        "chat_template.default",
    )
    sharegpt = yaml.safe_load(axolotl("sharegpt", FILES))
    assert sharegpt["datasets"][0]["message_property_mappings"] == {"role": "from", "content": "value"}
    assert sharegpt["test_datasets"][0]["path"] == "test.jsonl"
    hub = yaml.safe_load(axolotl("hub", {"train": "train.parquet"}))
    assert hub["datasets"][0]["ds_type"] == "parquet"
    assert yaml.safe_load(axolotl("alpaca", FILES))["datasets"][0]["type"] == "alpaca"
    assert [axolotl(name, FILES) for name in ("csv", "prompt-completion")] == [None] * 2


def fail_in(staged, out, name):
    def half():
        with staged(out) as part:
            (part / name if name else part).write_text("half of it")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        half()


def test_a_file_appears_whole_or_not_at_all(tmp_path):
    out = tmp_path / "new" / "out.jsonl"
    with staged_file(out) as part:
        part.write_text("first")
        assert not out.exists()
    assert out.read_text() == "first"
    (tmp_path / "plain").touch()
    assert out.stat().st_mode == (tmp_path / "plain").stat().st_mode
    fail_in(staged_file, out, "")
    assert out.read_text() == "first"
    assert [path.name for path in out.parent.iterdir()] == ["out.jsonl"]


def test_a_full_disk_is_one_line_and_changes_nothing(tmp_path):
    out = tmp_path / "out.jsonl"
    out.write_text("first")
    with pytest.raises(CodecError, match="No space left on device; nothing was changed"), staged_file(out):
        raise OSError(28, "No space left on device")
    assert out.read_text() == "first"


def test_a_link_is_followed_and_stays(tmp_path):
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with staged_file(tmp_path / "link") as part:
        part.write_text("new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new"


def test_what_must_not_be_written_over(tmp_path):
    project = tmp_path / "project.db"
    project.write_bytes(b"SQLite format 3\0 and more")
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "README.md").write_text("not an export")
    for path, says in [
        (tmp_path, "is a folder"),
        (project, "is a project file"),
        (f"{project}-wal", "or beside one"),
        (f"{project}-shm", "or beside one"),
        (f"{project}-journal", "or beside one"),
        ("/", "is a folder"),
        ("/dev/null", "no plain file|not a plain"),
    ]:
        with pytest.raises(UsageError, match=says), staged_file(type(tmp_path)(path)):
            pass
    for path, says in [(project, "is a file, and a folder"), (mine, "holds other files")]:
        with pytest.raises(UsageError, match=says), staged_folder(path):
            pass
    assert (mine / "README.md").read_text() == "not an export"
    with pytest.raises(CodecError, match="cannot be written"), staged_file(project / "below" / "x"):
        pass


def test_a_folder_takes_the_place_of_an_older_export_only_when_whole(tmp_path):
    out = tmp_path / "set"
    out.mkdir()
    with staged_folder(out) as part:
        (part / "train.jsonl").write_text("1")
        (part / "axolotl.yaml").write_text("1")
        mark(part)
    fail_in(staged_folder, out, "train.csv")
    assert sorted(path.name for path in out.iterdir()) == [MARK, "axolotl.yaml", "train.jsonl"]
    with staged_folder(out) as part:
        (part / "train.csv").write_text("2")
    assert [path.name for path in out.iterdir()] == ["train.csv"]
    assert [path.name for path in tmp_path.iterdir()] == ["set"]


def test_a_folder_is_an_exports_only_where_the_export_says_so(tmp_path):
    mine, out = tmp_path / "mine", tmp_path / "set"
    mine.mkdir()
    for name in ("README.md", "train.csv", "axolotl.yaml"):
        (mine / name).write_text("mine")
    with staged_folder(out) as part:
        (part / "train.csv").write_text("1")
        mark(part)
    (out / "README.md").write_text("mine")
    for folder in (mine, out):
        with pytest.raises(UsageError, match="holds other files"), staged_folder(folder):
            pass
        assert (folder / "README.md").read_text() == "mine"


def test_a_folder_goes_back_where_the_new_one_cannot_take_its_place(tmp_path, monkeypatch):
    out = tmp_path / "set"
    with staged_folder(out) as part:
        (part / "train.jsonl").write_text("1")
        mark(part)
    rename = type(out).rename

    def refuse(path, to):
        if path.name == "new":
            raise OSError(28, "No space left on device")
        return rename(path, to)

    monkeypatch.setattr(type(out), "rename", refuse)
    with pytest.raises(CodecError, match="nothing was changed"), staged_folder(out) as part:
        (part / "train.jsonl").write_text("2")
    assert (out / "train.jsonl").read_text() == "1"
    assert [path.name for path in tmp_path.iterdir()] == ["set"]


@given(st.lists(st.text(max_size=20), max_size=30), st.floats(0.01, 0.99), st.floats(0.01, 0.99))
def test_a_larger_share_only_adds_families(names, one, two):
    small, large = sorted((one, two))
    assert {name for name in names if in_test(name, small)} <= {
        name for name in names if in_test(name, large)
    }


def test_a_share_is_about_that_share():
    tests = sum(in_test(f"family {number}", 0.2) for number in range(5000))
    assert 900 < tests < 1100


def test_bytes_repeat(tmp_path):
    rows = [ROW, compose(pair(2), preference=True)]
    for name in FORMATS:
        first = written(name, rows, tmp_path).read_bytes()
        assert written(name, rows, tmp_path).read_bytes() == first


def test_a_sheet_without_rows_is_a_header():
    assert next(csv.reader(io.StringIO(csv_lines([])[0]))) == list(COLUMNS)
