"""Opening, migrating, refusing, copying: whatever the file, one line or a whole project."""

import contextlib
import re
import shutil
import sqlite3
import struct
import subprocess
import sys
import threading
import zlib
from pathlib import Path
from types import SimpleNamespace

import pytest
from growing import basic, encoded, grown
from sqlite_utils import Database

from codeclm.errors import ProjectError
from codeclm.records import Decision, Seed
from codeclm.store import Store, Writer, archive, files, schema
from codeclm.store.connection import Connection, explain
from codeclm.store.files import APPLICATION_ID
from codeclm.store.migrations import migrations

ROOT = Path(__file__).parent.parent.parent
NAMES = [migration.name for migration in migrations.pending(Database(memory=True))]


def tables(path: Path) -> dict[str, str]:
    with Store.open(path) as store:
        return dict(store._db.rows("select name, sql from sqlite_master where name not like '%sqlite%'"))


@pytest.mark.parametrize(("free", "told"), [(0, "the disk is full"), (10**9, "failed to read or write")])
def test_a_file_that_cannot_be_opened_for_want_of_room_says_so(
    free: int, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorname = "SQLITE_IOERR_SHMSIZE"
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=free))
    assert told in explain(error, tmp_path / "p.db")


def old_project(path: Path, version: int) -> None:
    """A project as it was after the first `version` migrations."""
    db = Database(sqlite3.connect(path))
    stop = NAMES[version] if version < len(NAMES) else None
    migrations.apply(db, stop_before=stop)
    db.execute(f"pragma application_id = {APPLICATION_ID}")
    db.execute(f"pragma user_version = {version}")
    db.conn.commit()
    db.enable_wal()
    db.close()


def refused(path: Path, *words: str, **options: bool) -> None:
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(ProjectError) as error:
        Store.open(path, **options).close()
    assert "\n" not in str(error.value)
    assert all(word in str(error.value) for word in (str(path), *words))
    assert before is None or path.read_bytes() == before


def test_latest_counts_the_migrations() -> None:
    assert len(NAMES) == schema.LATEST


def test_a_new_project_is_marked_as_ours_and_in_wal(path: Path) -> None:
    with Store.open(path, create=True) as store:
        assert store._db.value("pragma journal_mode") == "wal"
        assert store._db.value("pragma foreign_keys") == 1
    head = path.read_bytes()[:100]
    assert struct.unpack(">I4xI", head[60:72]) == (schema.LATEST, APPLICATION_ID)


def test_create_makes_the_folder(tmp_path: Path) -> None:
    Store.open(tmp_path / "deep" / "er" / "p.db", create=True).close()
    assert (tmp_path / "deep" / "er" / "p.db").exists()


@pytest.mark.parametrize("version", range(1, schema.LATEST))
def test_every_older_schema_becomes_the_newest_after_a_backup(tmp_path: Path, version: int) -> None:
    old, new = tmp_path / "old.db", tmp_path / "new.db"
    old_project(old, version)
    if version >= 3:
        raw = sqlite3.connect(old)
        raw.execute("insert into seeds (id, text, source, row) values (x'00', 'kept', '', 1)")
        raw.commit()
        raw.close()
    Store.open(new, create=True).close()
    assert tables(old) == tables(new)
    backup = sqlite3.connect(tmp_path / f"old.db.v{version}.bak")
    assert backup.execute("pragma user_version").fetchone() == (version,)
    backup.close()
    with Store.open(old) as store:
        assert [seed.text for seed in store.seeds.page()] == (["kept"] if version >= 3 else [])


@pytest.mark.parametrize("stale", [False, True])
def test_the_backup_has_what_the_log_of_a_killed_program_holds(tmp_path: Path, stale: bool) -> None:
    """Also where the log of an older backup lies, which SQLite would read into it."""
    was, path, other = tmp_path / "was.db", tmp_path / "p.db", tmp_path / "p.db.v22.bak"
    for file in (was, other) if stale else (was,):
        old_project(file, 22)
        with contextlib.closing(sqlite3.connect(file)) as raw:
            raw.execute("insert into seeds (id, text, source, row) values (x'00', 'in the log', '', 1)")
            raw.commit()
            for end in ("", "-wal"):
                shutil.copy(f"{file}{end}", f"{file}{end}.killed")
        for end in ("", "-wal"):
            shutil.move(f"{file}{end}.killed", f"{path if file == was else file}{end}")
    kept = [file.read_bytes() for file in sorted(tmp_path.glob("*.bak*"))]
    Store.open(path).close()
    backup = tmp_path / ("p.db.v22-2.bak" if stale else "p.db.v22.bak")
    with contextlib.closing(sqlite3.connect(backup)) as raw:
        assert raw.execute("select text from seeds").fetchall() == [("in the log",)]
        assert raw.execute("pragma user_version").fetchone() == (22,)
    assert not stale or [file.read_bytes() for file in sorted(tmp_path.glob("*22.bak*"))] == kept


def test_who_comes_late_to_a_migration_leaves_the_backup_of_who_was_first(path: Path) -> None:
    """It read the number of the schema before the other brought the file up, and copies it after."""
    old_project(path, 22)
    with contextlib.closing(Connection(path)) as late:
        Store.open(path).close()
        backup = path.with_name(f"{path.name}.v22.bak")
        before = backup.read_bytes()
        files.back_up(late, backup, 22)
    assert backup.read_bytes() == before
    assert sorted(path.parent.iterdir()) == [path, backup]


def test_a_blank_answer_of_an_older_project_comes_to_have_no_length(path: Path) -> None:
    blank, words = "\t \n" * 90, "the same again " * 90
    with Store.open(path, create=True) as store:
        seed = encoded(store, "a seed")
        grown(store, basic(seed), 5)
        with store.write():
            for role, text in (("strong", words), ("target", blank)):
                data = zlib.compressobj(9, zlib.DEFLATED, -15)
                deflated = data.compress(text.encode()) + data.flush()
                row = [role.encode() * 2, deflated]
                number = store._db.insert("insert into texts (hash, data) values (?, ?)", row)
                store._db.execute(
                    "update answers set text = ?, length = ? where role = ?", [number, len(text), role]
                )
            store._db.execute("delete from _sqlite_migrations where name = 'm020_blank'")
            store._db.execute("pragma user_version = 19")
    with Store.open(path) as store:
        assert dict(store._db.rows("select role, length from answers")) == {"strong": len(words), "target": 0}


def test_another_answer_is_a_conflict_in_an_older_project_too(path: Path) -> None:
    with Store.open(path, create=True) as store:
        one, two, three = (grown(store, basic(encoded(store, text)), 5).id for text in ("a", "b", "c"))
        said = ((one, "strong"), (one, "target"), (two, None), (two, "strong"), (three, "target"))
        for number, (pair, answer) in enumerate(said):
            store.decisions.decide(Decision(pair, "accept", f"reviewer {number}", answer))  # type: ignore[arg-type]
        right = store._db.rows("select * from verdicts order by 1")
        with store.write():
            store._db.execute("update verdicts set verdict = 'accept', entry = coalesce(entry, 2)")
            store._db.execute("delete from _sqlite_migrations where name = 'm021_alike'")
            store._db.execute("pragma user_version = 20")
    with Store.open(path) as store:
        assert [row[1] for row in right] == ["conflict", "accept", "accept"]
        assert store._db.rows("select * from verdicts order by 1") == right


def test_a_failed_migration_leaves_the_file_as_it_was(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old_project(path, 2)
    monkeypatch.setattr(schema, "_migrate", lambda db: db.execute("create table x (y)") and 1 / 0)
    with pytest.raises(ZeroDivisionError):
        Store.open(path)
    raw = sqlite3.connect(path)
    assert raw.execute("pragma user_version").fetchone() == (2,)
    assert raw.execute("select count(*) from sqlite_master where name = 'x'").fetchone() == (0,)
    raw.close()


def test_a_newer_schema_is_refused_untouched(path: Path) -> None:
    old_project(path, schema.LATEST)
    raw = sqlite3.connect(path)
    raw.execute(f"pragma user_version = {schema.LATEST + 1}")
    raw.close()
    refused(path, "newer", "Update", "start it anew")
    refused(path, "newer", readonly=True)


def test_what_has_a_project_open_writes_nothing_once_a_newer_program_has_migrated_it(path: Path) -> None:
    told = r"newer .* nothing was written.*start it anew"
    with Store.open(path, create=True) as store:
        store.seeds.add([Seed("one")])
        writer = Writer(path)
        raw = sqlite3.connect(path)
        raw.execute(f"pragma user_version = {schema.LATEST + 1}")
        raw.close()
        late = writer.submit(lambda other: other.seeds.add([Seed("two")]))
        with pytest.raises(ProjectError, match=told):
            writer.close()
        assert isinstance(late.exception(), ProjectError)
        with pytest.raises(ProjectError, match=told) as error:
            store.seeds.add([Seed("three")])
        assert "\n" not in str(error.value)
        assert store.seeds.count() == 1


def test_migrations_that_came_while_the_program_ran_are_not_begun(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are imported when they are needed, of a program that may be older than its files are now."""
    old_project(path, schema.LATEST - 2)
    monkeypatch.setattr(schema, "LATEST", schema.LATEST - 1)
    refused(path, "updated while it ran", "start it anew")


def test_what_is_no_project_is_refused_untouched(tmp_path: Path) -> None:
    refused(tmp_path / "missing.db", "no such project")
    refused(tmp_path, "folder")
    text = tmp_path / "text.db"
    text.write_text("instruction,output\n" * 20)
    refused(text, "not a project file", create=True)
    empty = tmp_path / "empty.db"
    empty.touch()
    refused(empty, "not a project file")
    foreign = tmp_path / "foreign.db"
    raw = sqlite3.connect(foreign)
    raw.execute("create table t (x)")
    raw.close()
    refused(foreign, "another program", create=True)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["empty.db", "foreign.db", "text.db"]


def test_a_file_left_empty_by_a_crash_becomes_a_project(path: Path) -> None:
    path.touch()
    Store.open(path, create=True).close()
    Store.open(path).close()


def test_a_damaged_file_is_one_line(path: Path) -> None:
    with Store.open(path, create=True) as store:
        store.seeds.add(Seed(f"seed {number}" * 50) for number in range(300))
    data = bytearray(path.read_bytes())
    data[4096:-4096] = b"\x55" * (len(data) - 8192)
    path.write_bytes(data)
    with pytest.raises(ProjectError, match=r"damaged|malformed") as error, Store.open(path) as store:
        store.seeds.page()
    assert "\n" not in str(error.value)


def test_a_damaged_schema_that_is_no_text_is_one_line(path: Path) -> None:
    Store.open(path, create=True).close()
    path.write_bytes(re.sub(rb"(?i)create table", b"cr\xff\xfete table", path.read_bytes()))
    with pytest.raises(ProjectError, match=r"the file is damaged\. Put back") as error:
        Store.open(path).close()
    assert "\n" not in str(error.value)


def test_a_readonly_store_reads_and_does_not_write(path: Path) -> None:
    with Store.open(path, create=True) as store:
        store.seeds.add([Seed("one")])
    with Store.open(path, readonly=True) as store:
        assert store.seeds.count() == 1
        with pytest.raises(ProjectError, match="read-only"):
            store.seeds.add([Seed("two")])


def test_an_older_project_cannot_be_read_where_it_cannot_be_migrated(path: Path) -> None:
    old_project(path, 3)
    refused(path, "older", readonly=True)


def test_writes_nest_and_are_one(store: Store) -> None:
    with contextlib.suppress(ZeroDivisionError), store.write():
        store.seeds.add([Seed("one")])
        with store.write():
            store.seeds.add([Seed("two")])
        _ = 1 / 0
    assert store.seeds.count() == 0


def test_the_revision_changes_with_every_write_of_anyone_and_with_nothing_else(
    store: Store, path: Path
) -> None:
    seen = [store.revision()]
    with Store.open(path) as other:
        other.seeds.add([Seed("one")])
        seen.append(store.revision())
        other.seeds.add([Seed("one")])
        assert store.revision() == seen[-1]
    store.seeds.tag([Seed("one").id], "x")
    seen.append(store.revision())
    assert seen == sorted(set(seen))


def test_a_snapshot_does_not_see_what_comes_after(store: Store, path: Path) -> None:
    with Store.open(path) as other:
        with store.read():
            assert store.seeds.count() == 0
            other.seeds.add([Seed("one")])
            assert store.seeds.count() == 0
        assert store.seeds.count() == 1


def test_a_copy_is_whole_also_while_a_write_waits(store: Store, path: Path, tmp_path: Path) -> None:
    store.seeds.add([Seed("one")])
    with Store.open(path) as other, other.write():
        other.seeds.add([Seed("two")])
        store.copy(tmp_path / "copies" / "b.db")
    with Store.open(tmp_path / "copies" / "b.db") as copy:
        assert [seed.text for seed in copy.seeds.page()] == ["one"]
    with pytest.raises(ProjectError, match="exists"):
        store.copy(path)


def test_a_copy_leaves_what_was_put_there_while_it_was_made(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        files, "check_free", lambda path, check=files.check_free: check(path) or path.write_text("x")
    )
    with pytest.raises(ProjectError, match="exists already"):
        store.copy(tmp_path / "b.db")
    assert (tmp_path / "b.db").read_text() == "x"


@pytest.mark.parametrize("name", ["x" * 300, "file/b.db"])
def test_a_copy_to_where_no_file_can_be_is_one_line(store: Store, tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(ProjectError, match=r"cannot be (written|made): .*\.$") as error:
        store.copy(tmp_path / name)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("end", ["-wal", "-journal"])
def test_no_copy_goes_where_the_log_of_another_lies(store: Store, tmp_path: Path, end: str) -> None:
    log = tmp_path / f"gone.db{end}"
    log.write_bytes(b"rows of another")
    with pytest.raises(ProjectError, match="left by a project that is gone"):
        store.copy(tmp_path / "gone.db")
    with pytest.raises(ProjectError, match="left by a project that is gone"):
        archive.restore(tmp_path / "gone.db", 9, {})
    assert log.read_bytes() == b"rows of another"
    assert not (tmp_path / "gone.db").exists()


def test_many_create_one_project_at_once(path: Path) -> None:
    errors: list[Exception] = []

    def create(number: int) -> None:
        try:
            with Store.open(path, create=True) as store:
                store.seeds.add([Seed(f"seed {number}")])
        except ProjectError as error:
            errors.append(error)

    threads = [threading.Thread(target=create, args=[number]) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    with Store.open(path) as store:
        assert store.seeds.count() == 6


def test_close_is_harmless_twice(store: Store) -> None:
    store.close()
    store.close()


OTHER = """
import sys
from codeclm.records import Decision, Seed
from codeclm.store import Store
with Store.open(sys.argv[1]) as store:
    store.seeds.add([Seed("from another process")])
"""


def test_opening_again_does_not_let_go_of_the_file(path: Path) -> None:
    """A file of our own, opened and closed, would: then the other process takes itself for the last."""
    with Store.open(path, create=True) as first:
        first.seeds.count()
        with Store.open(path) as second:
            second.seeds.add([Seed("before")])
            subprocess.run([sys.executable, "-c", OTHER, str(path)], check=True, cwd=ROOT)
            assert path.with_name(f"{path.name}-wal").exists()
            second.seeds.add([Seed("after")])
        with Store.open(path, readonly=True) as third:
            assert third.seeds.count() == 3


def test_a_file_that_takes_the_path_of_another_has_other_marks(tmp_path):
    marks = []
    for _ in range(2):
        with Store.open(tmp_path / "p.db", create=True) as store:
            store.seeds.add([Seed("the same")])
            marks.append((store.revision(), store.scored(), store.metadata.labelled(), *store.maps.marked()))
        (tmp_path / "p.db").unlink()
    assert not set(marks[0]) & set(marks[1])


def test_readers_and_writers_of_a_copy_do_not_wait_for_each_other(tmp_path: Path) -> None:
    copied = tmp_path / "copy.db"
    with Store.open(tmp_path / "first.db", create=True) as store:
        store.copy(copied)
    with Store.open(copied, readonly=True) as page, page.read():
        assert page.seeds.count() == 0
        Store.open(copied).close()  # it cannot be told while somebody reads it: no error
    with Store.open(copied) as store, Store.open(copied, readonly=True) as page:
        assert store._db.value("pragma journal_mode") == "wal"
        with store.write(), page.read():
            store.seeds.add([Seed("Explain.")])
            assert page.seeds.count() == 0
