"""Which schema a file has, and bringing it to the newest: after a backup, as a whole or not at all.

The number of migrations applied is the file's user_version, so that a newer file is known before
anything of it is touched. The migrations themselves are in `migrations`.
"""

from __future__ import annotations

import time
from itertools import chain, count
from pathlib import Path

from codeclm.errors import ProjectError
from codeclm.store import files, tables
from codeclm.store.connection import BUSY_SECONDS, RENEW, Connection
from codeclm.store.rows import length
from codeclm.store.texts import Texts

LATEST = 23
"""How many migrations there are."""


def refuse_newer(path: Path, version: int) -> None:
    """ProjectError where a schema is newer than what is known here, or has a number that none has."""
    if version < 0:
        raise ProjectError(f"{path}: its schema has the number {version}; it is damaged. Put back a copy.")
    if version > LATEST:
        raise ProjectError(
            f"{path}: made by a newer CodecLM Studio (schema {version}, this one knows {LATEST}). "
            f"{RENEW} The file is untouched."
        )


def prepare(db: Connection, *, readonly: bool = False) -> None:
    """Bring the file to the latest schema, after a backup where it is not new. ProjectError: newer."""
    version = db.value("pragma user_version")
    refuse_newer(db.path, version)
    tables.refuse_foreign(db)
    if version != LATEST:
        _renew(db, version, readonly)
    tables.refuse_other(db)
    if not readonly and db.value("pragma journal_mode") != "wal":
        _log_ahead(db)
    db.schema = LATEST


def _renew(db: Connection, version: int, readonly: bool) -> None:
    if readonly:
        raise ProjectError(
            f"{db.path}: made by an older CodecLM Studio. Open it once where it may be written."
        )
    if version:
        files.back_up(db, _backup_of(db.path, version), version)
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            _bring_up(db)
            return
        except ProjectError as error:
            # several may make one project at once, and SQLite does not wait where a file's mode changes
            if not _busy(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def _backup_of(path: Path, version: int) -> Path:
    """Beside the project, but not where the log of another backup lies: SQLite would read it into this."""
    ends = chain([""], (f"-{number}" for number in count(2)))
    names = (path.with_name(f"{path.name}.v{version}{end}.bak") for end in ends)
    return next(name for name in names if not files.left(name))


def build(db: Connection, version: int) -> None:
    """Make the tables of a schema, newest or older, in a file that has none; in an open transaction."""
    from sqlite_utils import Database

    from codeclm.store.migrations import migrations

    raw = Database(db.raw, recursive_triggers=False, execute_plugins=False)
    db.execute(f"pragma application_id = {files.APPLICATION_ID}")
    names = [each.name for each in migrations.pending(raw)]
    migrations.apply(raw, stop_before=names[version] if version < len(names) else None)
    db.execute(f"pragma user_version = {version}")


def _bring_up(db: Connection) -> None:
    with db.write():
        if db.value("pragma user_version") < LATEST:
            db.execute(f"pragma application_id = {files.APPLICATION_ID}")
            _migrate(db)
    db.execute("pragma journal_mode = wal")
    # Of the file alone: a table renamed opens the temporary database, whose checkpoint SQLite refuses.
    db.execute("pragma main.wal_checkpoint(passive)")


def _log_ahead(db: Connection) -> None:
    """Let readers and writers of a copy not wait for each other; where others have it open, later."""
    db.execute("pragma busy_timeout = 0")
    try:
        db.execute("pragma journal_mode = wal")
    except ProjectError as error:
        if not _busy(error):
            raise
    finally:
        db.execute(f"pragma busy_timeout = {BUSY_SECONDS * 1000:.0f}")


def _busy(error: ProjectError) -> bool:
    return getattr(error.__cause__, "sqlite_errorname", "").startswith("SQLITE_BUSY")


def _migrate(db: Connection) -> None:
    # imported late: sqlite_utils brings pandas with it, and most openings migrate nothing
    from sqlite_utils import Database

    from codeclm.store.migrations import migrations

    raw = Database(db.raw, recursive_triggers=False, execute_plugins=False)
    if len(migrations.applied(raw)) + len(migrations.pending(raw)) != LATEST:
        raise ProjectError(
            f"{db.path}: the program was updated while it ran; start it anew. Nothing was changed."
        )
    migrations.apply(raw)
    _measure(db)
    db.execute(f"pragma user_version = {LATEST}")


def _measure(db: Connection) -> None:
    """How long the answers of an older project are, in characters."""
    texts = Texts(db)
    for seq, text in db.rows("select seq, text from answers where length is null"):
        db.execute("update answers set length = ? where seq = ?", [length(texts.get(text)), seq])
