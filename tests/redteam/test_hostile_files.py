"""Project files and archives from elsewhere: refused in one line, or read as data; nothing in them runs."""

from __future__ import annotations

import json
import os
import sqlite3
import zlib
from contextlib import closing

import pytest
from streamlit.testing.v1 import AppTest

from codeclm import cli, projects
from codeclm.cli import main
from codeclm.errors import CodecError, ProjectError
from codeclm.jobs import archiving
from codeclm.records import Seed
from codeclm.store import Store
from codeclm.store.files import APPLICATION_ID
from tests.redteam import hostile
from tests.redteam.test_hostile_pages import PAGES, ROOT, harmless, said
from tests.store.growing import C as CONFIG
from tests.store.growing import basic, improved, manual, score

TRAPS = {
    "a trigger": "create trigger t after insert on seeds begin delete from seeds; end",
    "a trigger on what is read": "create trigger t after update on revision begin delete from seeds; end",
    "a view in place of a table": "drop table seed_tags; create view seed_tags as select text tag, seq seed "
    "from seeds",
    "a view beside the tables": "create view v as select load_extension('x')",
    "a computed column": "alter table flags add column x text as (hex(note))",
    "a computed default": "drop table flags; create table flags (at, reviewer, note default (hex(1)))",
    "a virtual table": "create virtual table v using fts5(x)",
    "an index over a function": "create index i on seeds (abs(row))",
    "one table more": "create table more (x)",
    "one table less": "drop table flags",
    "one column less": "alter table flags drop column note",
    "one column more": "alter table flags add column more",
    "another kind of column": "drop table flags; create table flags (comparison, reviewer, at, note)",
    "another order": "drop table flags; create table flags (note text, at real, reviewer text, comparison)",
    "no revision": "drop table revision",
    "a check that looks elsewhere": "create table c (x check (x > 1))",
    "a newer schema": "pragma user_version = 9999",
    "a schema below none": "pragma user_version = -1",
    "another program's mark": "pragma application_id = 1",
    "no rows in its migrations": "delete from _sqlite_migrations; pragma user_version = 3",
}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    for name in (projects.FOLDER_ENVIRONMENT, "CODECLM_CONFIG_DIR", "CODECLM_RUNTIME_DIR", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.delenv(projects.ENVIRONMENT, raising=False)
    return tmp_path


@pytest.fixture
def project(folder):
    with Store.open(folder / "p.db", create=True) as store:
        store.seeds.add([Seed("kept")])
    return folder / "p.db"


def changed(path, sql):
    with closing(sqlite3.connect(path)) as db:
        db.executescript(sql)


@pytest.mark.parametrize("trap", TRAPS)
def test_a_file_that_is_not_quite_a_project_is_refused_untouched(trap, project, capsys):
    changed(project, "pragma journal_mode = delete; " + TRAPS[trap])
    before = project.read_bytes()
    for readonly in (True, False):
        with pytest.raises(ProjectError) as told:
            Store.open(project, readonly=readonly)
        assert "\n" not in str(told.value)
        assert str(project) in str(told.value)
    assert main(["--project", str(project), "status"]) == 1
    assert "unforeseen" not in capsys.readouterr().err
    with closing(sqlite3.connect(project)) as db:
        assert db.execute("select text from seeds").fetchall() == [("kept",)]
    assert trap == "no rows in its migrations" or project.read_bytes() == before


def test_what_a_page_says_of_one_is_one_line(project):
    changed(project, TRAPS["a trigger"])
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    test.query_params["project"] = "p"
    test.run()
    assert not test.exception
    assert any("trigger" in error.value for error in test.error)


@pytest.mark.parametrize("value", ["{", "[1]", "7", "null"])
def test_a_value_of_the_wrong_kind_is_one_line_that_speaks_of_the_file(value, project, capsys, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(project.parent))
    changed(project, f"insert or replace into settings (name, value) values ('endpoints', '{value}')")
    assert main(["--project", str(project), "quote"]) == 1
    (said,) = capsys.readouterr().err.splitlines()
    assert "put back a copy or a backup" in said
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    test.query_params["project"] = "p"
    test.switch_page("pages/9_Models.py").run()
    assert not test.exception
    assert any("put back a copy or a backup" in error.value for error in test.error)


def test_an_error_of_the_program_elsewhere_blames_no_file(project, capsys, monkeypatch):
    def broken(*_):
        raise TypeError

    monkeypatch.setenv("XDG_STATE_HOME", str(project.parent))
    monkeypatch.setattr(cli, "emit", broken)
    assert main(["--project", str(project), "status"]) == 1
    assert "backup" not in capsys.readouterr().err


def test_no_statement_of_a_file_gets_at_another_file(project, folder):
    (folder / "secret.txt").write_text("secret")
    with Store.open(project) as store:
        for sql in ("select readfile(?)", "select load_extension(?)", "select writefile(?, 'x')"):
            with pytest.raises(ProjectError):
                store._db.rows(sql, [str(folder / "secret.txt")])
    assert (folder / "secret.txt").read_text() == "secret"


def test_instructions_that_grew_from_each_other_hold_nothing_up(project):
    with Store.open(project) as store:
        first, draft = basic(manual(store)), basic(manual(store), "By hand", 1)
        harder = improved(first, "Harder")
        for node in (first, harder):
            store.lineages.add_instruction(node, CONFIG)
        store.studio.draft(draft, CONFIG)
    changed(
        project,
        """update instructions set parent = (select max(i.seq) from instructions i
            where i.sample = instructions.sample and (i.seq <> instructions.seq or i.sample = 1))""",
    )
    with Store.open(project) as store:
        for ask in (lambda: store.lineages.path(first.id), lambda: store.studio.keep(draft.id, CONFIG)):
            with pytest.raises(ProjectError, match="grew from itself"):
                ask()
        score(store, first, 2, CONFIG)
        score(store, harder, 4, CONFIG)
        assert store.studio.drop(draft.id, CONFIG) == 1


BOMB = zlib.compressobj(9, wbits=-15)
BOMB = BOMB.compress(bytes(2**28)) + BOMB.flush()


@pytest.mark.parametrize(
    ("data", "bases"),
    [
        pytest.param(BOMB, None, id="a bomb"),
        pytest.param(BOMB, "1", id="a bomb that leans"),
        pytest.param(b"\x03\x00", "1", id="leans on itself"),
        pytest.param(b"\x03\x00", "1 " * 10**5, id="leans on very many"),
        pytest.param(b"\x03\x00", "x", id="leans on no number"),
        pytest.param(b"\x03\x00", "99999999999999999999", id="leans on a huge number"),
        pytest.param(b"\xff\xff", None, id="is not deflated"),
        pytest.param(7, None, id="is a number"),
        pytest.param(7.5, "1", id="is another number"),
    ],
)
def test_a_text_that_is_none_is_told_in_one_line(data, bases, project):
    with Store.open(project) as store, store.write():
        store._db.execute("insert into texts values (1, x'00', ?, ?)", [bases, data])
        with pytest.raises(ProjectError) as told:
            store.calls._texts.get(1)
        assert "\n" not in str(told.value)


def test_a_value_of_a_hundred_megabytes_is_told_and_not_read(project):
    with closing(sqlite3.connect(project)) as db, db:
        db.execute("update seeds set text = cast(zeroblob(100000000) as text)")
    with Store.open(project) as store, pytest.raises(ProjectError, match="too large"):
        store.seeds.page()


@pytest.mark.slow
@pytest.mark.parametrize("value", [hostile.CANARY, b"\xff\x00", 10**18, None, "[" * 5000])
def test_words_of_our_own_that_are_others_break_no_page(value, folder):
    """Each column that holds our own words or numbers has another value in every row."""
    made = projects.find("hostile") or hostile.build("hostile")
    with closing(sqlite3.connect(made.path)) as db:
        for table, column in sorted(hostile.VOCABULARY):
            try:
                with db:
                    db.execute(f"update or ignore {table} set {column} = ?", [value])
            except sqlite3.Error:
                continue  # it may not be so in any file
    for page in PAGES:
        test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
        test.query_params["project"] = "hostile"
        if page != "app.py":
            test.switch_page(page)
        test.run()
        assert not test.exception
        for path, text in said(test):
            assert "Traceback" not in text, path
            assert hostile.HOST not in text or harmless(path, text), (page, path, text)
        for error in test.error:
            assert "\n" not in error.value


@pytest.fixture
def archive(project, folder):
    with Store.open(project) as store:
        archiving.write(store, folder / "archive")
    return folder / "archive"


DAMAGES = {
    "no manifest": lambda folder: (folder / "manifest.json").unlink(),
    "a deep manifest": lambda folder: (folder / "manifest.json").write_text("[" * 10**5),
    "a schema that is no number": lambda folder: manifest(folder, schema=True),
    "a schema below none": lambda folder: manifest(folder, schema=-3),
    "a schema of none": lambda folder: manifest(folder, schema=0),
    "a newer schema": lambda folder: manifest(folder, schema=10**9),
    "tables of no project": lambda folder: (folder / "x.jsonl").write_text("{}"),
    "a table of the file's own": lambda folder: (folder / "sqlite_schema.jsonl").write_text("{}"),
    "migrations": lambda folder: (folder / "_sqlite_migrations.jsonl").write_text("{}"),
    "a name with SQL in it": lambda folder: (folder / '"; drop table seeds; --.jsonl').write_text("{}"),
    "a deep row": lambda folder: (folder / "seeds.jsonl").write_text('{"a":' * 10**5),
    "a row of others": lambda folder: (folder / "seeds.jsonl").write_text('{"a": 1}'),
    "a huge number": lambda folder: seeds(folder, row=10**40),
    "a number of many digits": lambda folder: seeds(folder, row="DIGITS"),
    "bytes that are none": lambda folder: seeds(folder, id={"hex": "zz"}),
    "bytes of another kind": lambda folder: seeds(folder, id={"hex": [1]}),
    "half a character": lambda folder: seeds(folder, text="\ud800"),
    "a list": lambda folder: seeds(folder, text=["a"]),
    "binary": lambda folder: (folder / "seeds.jsonl").write_bytes(os.urandom(1000)),
    "a pipe": lambda folder: ((folder / "seeds.jsonl").unlink(), os.mkfifo(folder / "seeds.jsonl")),
    "a device": lambda folder: linked(folder / "seeds.jsonl", "/dev/zero"),
    "a folder": lambda folder: ((folder / "seeds.jsonl").unlink(), (folder / "seeds.jsonl").mkdir()),
    "a line without end": lambda folder: (folder / "seeds.jsonl").write_text('{"text": "' + "a" * 2**27),
}  # fmt: skip


def manifest(folder, **more):
    told = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps({**told, **more}))


def linked(path, target):
    path.unlink()
    path.symlink_to(target)


def seeds(folder, **more):
    row = json.loads((folder / "seeds.jsonl").read_text())
    text = json.dumps({**row, **more}).replace('"DIGITS"', "9" * 10**4)
    (folder / "seeds.jsonl").write_text(text)


@pytest.mark.skipif(os.name != "posix", reason="makes pipes and links")
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_archive_is_told_in_one_line_and_leaves_nothing(damage, archive, folder):
    DAMAGES[damage](archive)
    before = {path.name for path in folder.iterdir()}
    with pytest.raises(CodecError) as told:
        archiving.restore(archive, folder / "back.db")
    assert "\n" not in str(told.value)
    assert {path.name for path in folder.iterdir()} == before


def test_the_mark_of_a_project_is_what_it_was():
    assert APPLICATION_ID == 0x436F644C
