"""Spreadsheets run nothing of ours, and names lead nowhere: projects, uploads, downloads, exports."""

from __future__ import annotations

import csv
import io
import os
from pathlib import Path

import pytest

from codeclm import ingest, projects
from codeclm.cli import main
from codeclm.errors import CodecError, InputError, UsageError
from codeclm.ingest.cells import neutral, restore
from codeclm.store import CallFilter, MetadataFilter, PairFilter, Store
from codeclm.ui import uploads
from codeclm.ui.table import csv_bytes

FORMULAS = (
    "=1+1", "+1", "-1+1", "@SUM(1)", "\t=1", "\r=1", "\n=1", "\uff1d1", "\uff0b1", "\uff0d1", "\uff201",
    " =1", "\u00a0=1", "\u200b=1", "\ufeff=1", "'=1", "''=1", "=HYPERLINK(\"http://h.test\")", "\x00=1",
    "=cmd|' /C x'!A0", "  -1",
)  # fmt: skip
NAMES = (
    "../x", "..", ".", "", "/etc/x", "a/b", "a\\b", "..\\x", "C:\\x", "~/x", "\0", "a\0b", "a\nb", "-x", ".x",
    "x" * 61, "con", "NUL", "lpt1", "a\u202eb", "<img>", "a:b", "a*b", "a?b", "$(x)", "a;b", "a|b",
    "%2e%2e%2fx", "x.db/../y", "\u2044etc", "x\u0301" * 40,
)  # fmt: skip


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv(projects.FOLDER_ENVIRONMENT, str(tmp_path / "projects"))
    monkeypatch.delenv(projects.ENVIRONMENT, raising=False)
    return tmp_path


def around(folder):
    """Every file and folder but the project folder's own."""
    return {str(path) for path in folder.rglob("*") if (folder / "projects") not in (path, *path.parents)}


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_begins_as_a_formula_and_the_text_comes_back(text):
    assert neutral(text) == f"'{text}"
    assert restore(neutral(text)) == text
    written = csv_bytes([{"a": text, "b": -5, "c": 1.5, text: "x"}], ["a", "b", "c", text])
    head, row = csv.reader(io.StringIO(written.decode("utf-8-sig"), newline=""))
    assert row == [f"'{text}", "-5", "1.5", "x"]
    assert head[3] == f"'{text}"


@pytest.mark.parametrize("text", ["a", "a=1", "1", "a-b", "", "'a", "äöü", "(1)"])
def test_what_is_no_formula_stays_as_it_is(text):
    assert neutral(text) == restore(neutral(text)) == text


@pytest.mark.parametrize("name", NAMES)
def test_no_name_of_a_project_leads_out_of_the_folder(name, folder):
    before = around(folder)
    made = projects.create("here")
    for act in (
        projects.create,
        lambda new: projects.copy(made, new),
        lambda new: projects.rename(made, new),
    ):
        with pytest.raises(UsageError):
            act(name)
    assert projects.find(name) is None
    assert around(folder) == before
    assert [project.name for project in projects.listed()] == ["here"]


@pytest.mark.parametrize("name", [*NAMES, "..csv", ".htaccess", "a.jsonl.exe", "x." + "y" * 300])
def test_an_upload_is_kept_under_a_name_that_is_only_a_name(name, folder):
    path = uploads.keep(name, b"x")
    inside = projects.folder() / ".uploads"
    assert path.resolve().parent.parent == inside.resolve()
    assert path.name.isascii()
    assert not path.name.startswith((".", "-"))
    assert len(path.name) < 90


@pytest.mark.parametrize("name", [name for name in NAMES if name])
def test_an_import_takes_the_name_of_a_file_as_a_word(name):
    table = ingest.read(b"instruction\nDo it\n", f"{name}.csv")
    assert [seed.text for seed in ingest.seeds(table).records] == ["Do it"]


@pytest.mark.skipif(os.name != "posix", reason="makes links")
def test_what_lies_in_the_folder_and_is_no_file_is_not_listed(folder):
    projects.folder()
    os.mkfifo(projects.folder() / "pipe.db")
    (projects.folder() / "dir.db").mkdir()
    (projects.folder() / "zero.db").symlink_to("/dev/zero")
    (projects.folder() / "gone.db").symlink_to("/nowhere/x.db")
    assert projects.listed() == []


DEEP = "[" * 10**5 + "]" * 10**5
LAUGHS = "[" + ",".join("[" + "[]," * 9 + "[]]" for _ in range(1000)) + "]"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.json", DEEP.encode()),
        ("a.jsonl", DEEP.encode()),
        ("a.json", LAUGHS.encode()),
        ("a.json", b'{"a":' * 10**5),
        ("a.zip", b"PK\x03\x04" + bytes(100)),
        ("a.csv", b"PK\x03\x04" + bytes(100)),
        ("a.jsonl.gz", b"\x1f\x8b" + bytes(100)),
        ("a.parquet", b"PAR1" + b"\xff" * 1000 + b"PAR1"),
        ("a.parquet", b"PAR1\xff\xff\xff\x7fPAR1"),
        ("a.csv", b'a,b\n"' + b"x" * 10**6),
        ("a.csv", b"a,a\n1,2"),
        ("a.json", b"9" * 10**5),
        ("a.db", b"SQLite format 3\0" + bytes(100)),
        ("a.xml", b'<!DOCTYPE l [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]>\n<l>&b;</l>\xff'),
    ],
)
def test_a_file_made_to_break_its_reader_is_told_in_one_line(name, content):
    with pytest.raises(InputError) as told:
        ingest.seeds(ingest.read(content, name))
    assert "\n" not in str(told.value)


def test_a_text_without_end_is_one_row_that_is_rejected():
    table = ingest.read(b'{"text": "' + b"x" * 10**6 + b'"}\n{"text": "kept"}\n', "a.jsonl")
    parsed = ingest.seeds(table)
    assert [seed.text for seed in parsed.records] == ["kept"]
    assert "characters long" in parsed.rejected[0].reason


@pytest.mark.parametrize("out", ["/proc/x.jsonl", "/dev/null/x.jsonl", "."])
def test_an_export_that_cannot_be_written_is_told_in_one_line(out, folder, capsys):
    project = folder / "p.db"
    (folder / "seeds.txt").write_text("Do it")
    assert main(["--project", str(project), "import", str(folder / "seeds.txt")]) == 0
    capsys.readouterr()
    status = main(["--project", str(project), "export", out, "--format", "messages", "--include", "all"])
    told = capsys.readouterr().err
    assert status in (1, 2)
    assert "unforeseen" not in told
    assert len(told.strip().splitlines()) == 1


def test_sql_in_every_field_is_text(folder):
    evil = "x' or 1=1; drop table seeds; -- %_\\ \" ` [a]"
    with Store.open(folder / "p.db", create=True) as store:
        assert store.seeds.page(evil, evil) == []
        assert store.seeds.count(evil, evil) == 0
        store.seeds.tag([evil], evil)
        store.seeds.delete([evil])
        assert store.metadata.page(MetadataFilter(evil, evil, evil, evil, evil, selection=evil)) == []
        where = PairFilter(search=evil, use_case=evil, skill=evil, tag=evil, metadata=evil, selection=evil)
        assert store.pairs.page(None, 3.0, 4, where) == []
        assert store.calls.rows(CallFilter(evil, evil, evil, 1, evil, True, evil)) == []
        assert store.calls.rows(CallFilter(search=evil)) == []
        assert store.selections.get(evil) == []
        store.settings.set(evil, evil)
        assert store.settings.get(evil) == evil
        assert store.maps.search(evil, ("metadata", "seeds", "instructions")) == set()
        with pytest.raises(CodecError):
            store.evaluations.prompts(evil)
        assert store._db.value("select count(*) from seeds") == 0
    assert Path(folder / "p.db").exists()
