"""Seeds, in the order of their import. Knows nothing of what is made from them but whether it is encoded."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from codeclm.records import Labels, Message, Metadata, Seed
from codeclm.store.configs import Configs
from codeclm.store.connection import Added, Connection, Row, Value, chunks, dump, pack, slots, unpack
from codeclm.store.searching import search

_COLUMNS = """s.text, s.messages, s.source, s.row,
    (select json_group_array(tag) from seed_tags where seed = s.seq)"""
_UNREADABLE = """select record from failures where config = :config and stage = 'encode'
    and open and not transport and attempt >= wanted"""
"""Seeds whose encoding failed for good."""

TAKEN = "imported pairs"
"""The source of seeds that were instructions of imported pairs."""
UNLABELLED = Metadata("imported", Labels("")).id
"""The metadata that all pairs share that came without labels."""
_UNLABELLED = """from instructions i join metadata m on m.seq = i.metadata and m.labels = i.labels
    where m.id = ? and m.labels = m.original and i.origin = 'imported' and i.seed is null"""

HAND_DOWN = """with recursive down (seq, seed) as (select seq, seed from instructions where seed is not null
        union select i.seq, down.seed from down join instructions i on i.parent = down.seq and i.seed is null)
    update instructions set seed = down.seed from down
    where instructions.seq = down.seq and instructions.seed is null"""
"""What grew from an instruction is of its seed: no split parts them."""


class Seeds:
    """The seeds of a project. Deleting is a tombstone."""

    def __init__(self, db: Connection, configs: Configs) -> None:
        self._db = db
        self._configs = configs

    def add(self, seeds: Iterable[Seed]) -> Added:
        """Append seeds. One that is known, deleted ones included, is a duplicate and revives nothing."""
        added = duplicates = 0
        with self._db.write():
            for seed in seeds:
                messages = dump([m.as_dict() for m in seed.messages]) if seed.messages else None
                seq = self._db.insert(
                    """insert into seeds (id, text, messages, source, row) values (?, ?, ?, ?, ?)
                    on conflict do nothing""",
                    [pack(seed.id), seed.text, messages, seed.source, seed.row],
                )
                if seq is None:
                    duplicates += 1
                    continue
                added += 1
                for tag in seed.tags:
                    self._db.execute("insert into seed_tags values (?, ?) on conflict do nothing", [tag, seq])
        return Added(added, duplicates)

    def unlabelled(self) -> int:
        """How many imported instructions have neither labels nor a seed in which some can be read."""
        number: int = self._db.value(f"select count(*) {_UNLABELLED}", [pack(UNLABELLED)])
        return number

    def take(self) -> Added:
        """Make the `unlabelled` instructions seeds, of which they and what grew from them then are."""
        with self._db.write():
            rows = self._db.rows(f"select i.seq, i.text {_UNLABELLED} order by i.seq", [pack(UNLABELLED)])
            made = [(seq, Seed(text, source=TAKEN, row=row)) for row, (seq, text) in enumerate(rows, 1)]
            added = self.add(seed for _, seed in made)
            self._db.many(
                "update instructions set seed = (select seq from seeds where id = ?) where seq = ?",
                ((pack(seed.id), seq) for seq, seed in made),
            )
            self._db.execute(HAND_DOWN)
        return added

    def get(self, seed: str) -> Seed | None:
        """A seed, deleted or not."""
        row = self._db.row(f"select {_COLUMNS} from seeds s where id = ?", [pack(seed)])
        return None if row is None else _seed(row)

    def each(self, ids: Iterable[str]) -> Iterator[Seed]:
        """Seeds of these ids, which are in order of import, deleted or not, a few read ahead."""
        sql = f"select {_COLUMNS} from seeds s where id in ({{}}) order by seq"
        return map(_seed, self._db.ahead(sql, ids))

    def systems(self) -> dict[str, str]:
        """The system prompts by seed, of the chats that have one."""
        rows = self._db.rows(
            """select id, messages ->> '$[0].content' from seeds
            where messages is not null and messages ->> '$[0].role' = 'system'"""
        )
        return {unpack(id_): text for id_, text in rows}

    def page(
        self,
        search: str = "",
        tag: str | None = None,
        deleted: bool = False,
        offset: int = 0,
        limit: int | None = 50,
    ) -> list[Seed]:
        """Seeds in order of import. `search`: a part of the text, whatever its case; limit None: all."""
        where, values = _where(search, tag, deleted)
        rows = self._db.rows(
            f"select {_COLUMNS} from seeds s where {where} order by s.seq limit ? offset ?",
            [*values, -1 if limit is None else limit, offset],
        )
        return [_seed(row) for row in rows]

    def count(self, search: str = "", tag: str | None = None, deleted: bool = False) -> int:
        """How many `page` has in all."""
        where, values = _where(search, tag, deleted)
        number: int = self._db.value(f"select count(*) from seeds s where {where}", values)
        return number

    def delete(self, ids: Iterable[str]) -> int:
        """Bury seeds; how many were alive. What is made from them stays, but no run goes on with it."""
        return self._bury(ids, 1)

    def restore(self, ids: Iterable[str]) -> int:
        """Bring deleted seeds back to their place; how many were deleted."""
        return self._bury(ids, 0)

    def buried(self, ids: Iterable[str]) -> int:
        """How many of these are deleted."""
        deleted = {unpack(id_) for (id_,) in self._db.rows("select id from seeds where deleted = 1")}
        return len(deleted.intersection(ids)) if deleted else 0

    def tag(self, ids: Iterable[str], tag: str) -> None:
        """Put a tag on seeds."""
        with self._db.write():
            for batch in chunks(ids):
                self._db.execute(
                    f"""insert into seed_tags select ?, seq from seeds where id in ({slots(batch)})
                    on conflict do nothing""",
                    [tag, *map(pack, batch)],
                )

    def untag(self, ids: Iterable[str], tag: str) -> None:
        """Take a tag off seeds."""
        with self._db.write():
            for batch in chunks(ids):
                self._db.execute(
                    f"""delete from seed_tags where tag = ?
                    and seed in (select seq from seeds where id in ({slots(batch)}))""",
                    [tag, *map(pack, batch)],
                )

    def tags(self) -> list[tuple[str, int]]:
        """Every tag with its number of live seeds, most used first."""
        rows = self._db.rows(
            """with gone as materialized (select t.tag, count(*) as number from seeds s
                cross join seed_tags t on t.seed = s.seq where s.deleted = 1 group by 1)
            select * from (select t.tag, count(*) - coalesce(g.number, 0) as number from seed_tags t
                left join gone g on g.tag = t.tag group by t.tag)
            where number > 0 order by 2 desc, 1"""
        )
        return [(tag, number) for tag, number in rows]

    def ids(self, limit: int | None = None) -> list[str]:
        """Live seeds' ids in order of import, the first `limit` of them."""
        rows = self._db.rows(
            "select id from seeds where deleted = 0 order by seq limit ?", [-1 if limit is None else limit]
        )
        return [unpack(row[0]) for row in rows]

    def unencoded_ids(self, config: str, limit: int | None = None) -> list[str]:
        """Of the first `limit` live seeds those without metadata, unless encoding failed for good: their ids,
        which a run over very many can hold.
        """
        first = (
            ""
            if limit is None
            else "and s.seq in (select seq from seeds where deleted = 0 order by seq limit :limit)"
        )
        rows = self._db.rows(
            f"""select s.id from seeds s where s.deleted = 0 {first}
            and not exists (select 1 from metadata m where m.seed = s.seq)
            and s.id not in ({_UNREADABLE}) order by s.seq""",
            {"config": self._configs.find(config), "limit": limit},
        )
        return [unpack(id_) for (id_,) in rows]

    def count_unencoded(self, config: str) -> int:
        """How many those are of all: live ones less those with metadata, from indexes."""
        live, encoded, failed = self._db.row(
            f"""select (select count(*) from seeds) - (select count(*) from seeds where deleted = 1),
            (select count(*) from metadata where seed is not null)
                - (select count(*) from seeds s join metadata m on m.seed = s.seq where s.deleted = 1),
            (select count(*) from ({_UNREADABLE}) f cross join seeds s on s.id = f.record
                where s.deleted = 0
                and not exists (select 1 from metadata m where m.seed = s.seq))""",
            {"config": self._configs.find(config)},
        ) or (0, 0, 0)
        return int(live - encoded - failed)

    def _bury(self, ids: Iterable[str], deleted: int) -> int:
        changed = 0
        with self._db.write():
            for batch in chunks(ids):
                changed += self._db.execute(
                    f"update seeds set deleted = ? where deleted <> ? and id in ({slots(batch)})",
                    [deleted, deleted, *map(pack, batch)],
                ).rowcount
        return changed


def _seed(row: Row) -> Seed:
    text, messages, source, number, tags = row
    turns = tuple(Message(**turn) for turn in json.loads(messages)) if messages else ()
    return Seed(text, turns, source, number, tuple(sorted(json.loads(tags))))


def _where(part: str, tag: str | None, deleted: bool) -> tuple[str, list[Value]]:
    where, values = "s.deleted = ?", [int(deleted)]
    bound: list[Value] = [*values]
    if part:
        condition, more = search("s.text", part)
        where, bound = f"{where} and {condition}", bound + more
    if tag is not None:
        where, bound = f"{where} and s.seq in (select seed from seed_tags where tag = ?)", [*bound, tag]
    return where, bound
