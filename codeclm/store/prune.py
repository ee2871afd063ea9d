"""Dropping what nothing needs: calls that stand behind no record and that no run would ask for, and texts
that nothing holds any more.

Needed are: every call that the current config may ask again; under other configs, those behind a record
(from any exported row back to every call that made it) or behind an open failure; calls for anything that
is no record of the loop, such as a test prompt. What named a cluster goes: the name stays. What was spent
stays told.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

from codeclm.errors import ProjectError
from codeclm.store.connection import Connection, chunks, pack
from codeclm.store.evaluations import Prompt
from codeclm.store.store import Store
from codeclm.store.texts import Texts

LISTED = (
    ("calls", "messages"),
    ("comparisons", "rationales"),
    ("evaluation_scores", "rationales"),
)
"""Columns that hold numbers of texts as a JSON list; every other column that does has a foreign key."""

_MINE = """with ours as materialized (select k.seq as kind, f.seq as config, f.id = :current as now
    from kinds k join configs f on f.value ->> ('$.models.' || k.role) = k.shape ->> '$.model')"""
_UNDER = "n.config in (select config from ours where kind = c.kind)"
_BEHIND = f"""(c.record in (select id from prompts)
    or exists (select 1 from seeds s join metadata m on m.seed = s.seq where s.id = c.record)
    or exists (select 1 from metadata m join nodes n on n.place = m.place where m.id = c.record and {_UNDER})
    or exists (select 1 from instructions i join metadata m on m.seq = i.metadata
        join nodes n on n.place = m.place and n.instruction = i.seq
        where i.id = c.record and {_UNDER}))"""
"""Whether something was made of the record of call `c` under a config that asks its model."""
_KNOWN = """(typeof(c.record) <> 'blob' or c.record in (select id from prompts)
    or exists (select 1 from seeds where id = c.record)
    or exists (select 1 from metadata where id = c.record)
    or exists (select 1 from instructions i where i.id = c.record and (
        exists (select 1 from metadata m join nodes n on n.config in (select seq from configs)
            and n.place = m.place and n.instruction = i.seq where m.seq = i.metadata)
        or exists (select 1 from studio d where d.instruction = i.seq))))"""
"""Whether the record of call `c` is there; one that was dropped in the studio is not."""
_FAILED = "exists (select 1 from failures f where f.record = c.record and f.stage = k.stage and f.open)"

_DOOMED = f"""insert into doomed {_MINE} select c.seq from calls c join kinds k on k.seq = c.kind
    where not {_FAILED} and case when c.error is not null then c.record not in (select id from prompts)
        when not {_KNOWN} then 1
        else c.kind not in (select kind from ours where now) and typeof(c.record) = 'blob' and not {_BEHIND}
        end"""


@dataclass(frozen=True, slots=True)
class Pruned:
    """What was dropped, and by how many bytes the file and its log shrank."""

    calls: int
    texts: int
    bytes: int


def prune(store: Store) -> Pruned:
    """Drop what nothing needs, and give the room back. No job may be at work on the project."""
    db = store._db
    before = _size(db)
    # Each text that is deleted would be looked for in every table that refers to texts.
    db.execute("pragma foreign_keys = off")
    try:
        with db.write():
            calls = _calls(db)
            texts = _texts(db)
            db.rollbacks += 1
            if db.row("pragma foreign_key_check") is not None:
                raise ProjectError(f"{db.path}: something still needed would be lost; nothing was dropped.")
    finally:
        db.execute("pragma foreign_keys = on")
    if calls or texts or db.value("pragma freelist_count"):
        db.execute("vacuum")
    store.checkpoint()
    return Pruned(calls, texts, max(0, before - _size(db)))


def _calls(db: Connection) -> int:
    _temporary(db, "prompts", "id primary key")
    _temporary(db, "doomed", "seq integer primary key")
    for batch in chunks(_prompts(db)):
        db.raw.executemany("insert or ignore into prompts values (?)", [(pack(name),) for name in batch])
    db.execute(_DOOMED, {"current": db.value("select value ->> '$' from settings where name = 'config'")})
    return db.execute("delete from calls where seq in (select seq from doomed)").rowcount


def _prompts(db: Connection) -> Iterator[str]:
    """The names under which calls were made for the prompts of evaluations."""
    texts = Texts(db)
    for (text,) in db.rows("select distinct text from evaluation_prompts"):
        yield Prompt(texts.get(text)).node.id


def _texts(db: Connection) -> int:
    _temporary(db, "held", "seq integer primary key")
    for table, column in _references(db):
        db.execute(f"insert or ignore into held select {column} from {table} where {column} is not null")
    for table, column in LISTED:
        db.execute(f"insert or ignore into held select j.value from {table}, json_each({table}.{column}) j")
    leaning = db.rows("select bases from texts where bases is not null and seq in (select seq from held)")
    bases = {(base,) for (steps,) in leaning for base in accumulate(map(int, steps.split()))}
    db.raw.executemany("insert or ignore into held values (?)", bases)
    return db.execute("delete from texts where seq not in (select seq from held)").rowcount


def _references(db: Connection) -> Iterator[tuple[str, str]]:
    """Every column that refers to a text."""
    tables = [row[0] for row in db.rows("select name from sqlite_schema where type = 'table'")]
    for table in tables:
        for _, _, parent, column, *_ in db.rows(f"pragma foreign_key_list({table})"):
            if parent == "texts":
                yield table, column


def _temporary(db: Connection, name: str, columns: str) -> None:
    db.execute(f"create temp table if not exists {name} ({columns})")
    db.execute(f"delete from {name}")


def _size(db: Connection) -> int:
    files = (db.path, db.path.with_name(f"{db.path.name}-wal"))
    return sum(file.stat().st_size for file in files if file.exists())
