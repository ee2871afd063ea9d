"""Metadata and the revisions of its labels. Knows which instructions an edit makes stale, no more of them."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from codeclm.errors import ProjectError
from codeclm.records import Labels, Metadata, MetadataState, revision_of
from codeclm.store import chosen
from codeclm.store.connection import (
    SPREAD,
    Added,
    Connection,
    Row,
    Value,
    chunks,
    dump,
    pack,
    slots,
    unpack,
)
from codeclm.store.searching import search

OF_SELECTION = f"""(m.id in {chosen.METADATA}
    or m.seed in (select seq from seeds where id in {chosen.SEEDS})
    or m.seq in (select metadata from instructions where id in {chosen.INSTRUCTIONS}))"""
"""Whether metadata `m` is in a selection, itself or by its seed or an instruction."""
_SEEDED = "(m.seed is null or m.seed not in (select seq from seeds where deleted = 1))"
"""Of the deleted seeds, which are few: to look among all of the others takes three times as long."""
LIVE = f"(m.state = 'active' and {_SEEDED})"
"""Whether a run works on metadata `m`."""
IN_USE = f"(m.state <> 'excluded' and {_SEEDED})"
"""Whether it does, or would once the metadata is accepted."""
BLANK = "(l.use_case = '' and l.skills = '[]')"
"""Labels `l` that say nothing: what an import without labels starts from."""

_SELECT = """select m.origin, s.id, m.draw, m.state, l.use_case, l.skills,
    case when m.original <> m.labels then o.use_case end, o.skills
    from metadata m join labels l on l.seq = m.labels join labels o on o.seq = m.original
    left join seeds s on s.seq = m.seed"""


@dataclass(frozen=True, slots=True)
class MetadataFilter:
    """Which metadata. `search`: a part of a label, whatever its case; `cluster`: of this number on the map;
    `selection`: of this name, or whose seed or instruction is.
    """

    search: str = ""
    use_case: str | None = None
    skill: str | None = None
    origin: str | None = None
    state: MetadataState | None = None
    cluster: int | None = None
    selection: str | None = None


class MetadataRoom:
    """The metadata of a project; order: its seed's import order, then what was imported without a seed, in
    order of import, then the rest by id."""

    def __init__(self, db: Connection) -> None:
        self._db = db

    def add(self, metadata: Iterable[Metadata]) -> Added:
        """Insert metadata with first labels; what is known stays. Resolves the failure of its encoding."""
        added = duplicates = 0
        with self._db.write():
            for item in metadata:
                if self._insert(item):
                    added += 1
                else:
                    duplicates += 1
        return Added(added, duplicates)

    def get(self, metadata: str) -> Metadata | None:
        """Metadata with its newest labels."""
        row = self._db.row(f"{_SELECT} where m.id = ?", [pack(metadata)])
        return None if row is None else _metadata(row)

    def each(self, ids: Iterable[str]) -> Iterator[Metadata]:
        """Metadata of these ids, which are in order, a few read ahead."""
        return map(_metadata, self._db.ahead(f"{_SELECT} where m.id in ({{}}) order by m.place", ids))

    def page(
        self, where: MetadataFilter | None = None, offset: int = 0, limit: int | None = 50
    ) -> list[Metadata]:
        """Metadata in order, of those that a filter lets through; limit None: all."""
        clause, values = _clause(where or MetadataFilter())
        rows = self._db.rows(
            f"{_SELECT} {clause} order by m.place limit ? offset ?",
            [*values, -1 if limit is None else limit, offset],
        )
        return [_metadata(row) for row in rows]

    def count(self, where: MetadataFilter | None = None) -> int:
        """How many `page` has in all."""
        clause, values = _clause(where or MetadataFilter())
        labels = "join labels l on l.seq = m.labels" if "l." in clause else ""
        number: int = self._db.value(f"select count(*) from metadata m {labels} {clause}", values)
        return number

    def revise(self, metadata: str, labels: Labels, author: str = "") -> None:
        """Append a revision; the same labels again are none. ProjectError: no such metadata."""
        with self._db.write():
            row = self._db.row("select seq, labels, place from metadata where id = ?", [pack(metadata)])
            if row is None:
                raise ProjectError(f"{self._db.path}: there is no metadata {metadata}.")
            seq, old, place = row
            new = self._labels(metadata, labels)
            if new == old:
                return
            self._db.execute("update metadata set labels = ? where seq = ?", [new, seq])
            self._log(seq, new, author)
            self._db.execute(
                f"""update nodes set stale = (select i.labels <> ? and not {BLANK} from instructions i
                    join labels l on l.seq = i.labels where i.seq = nodes.instruction)
                where config in (select seq from configs) and place = ?""",
                [new, place],
            )

    def set_state(self, ids: Iterable[str], state: MetadataState) -> dict[str, MetadataState]:
        """Propose, accept (`active`) or exclude metadata: the former state of each that had another."""
        before: dict[str, MetadataState] = {}
        with self._db.write():
            for batch in chunks(ids):
                where, values = f"where state <> ? and id in ({slots(batch)})", [state, *map(pack, batch)]
                rows = self._db.rows(f"select id, state from metadata {where}", values)
                before |= {unpack(id_): was for id_, was in rows}
                self._db.execute(f"update metadata set state = ? {where}", [state, *values])
        return before

    def history(self, metadata: str) -> list[tuple[Labels, str, float]]:
        """Labels, author and time (seconds since the epoch) of every revision, oldest first."""
        rows = self._db.rows(
            """select l.use_case, l.skills, r.author, r.at from revisions r
            join metadata m on m.seq = r.metadata join labels l on l.seq = r.labels
            where m.id = ? order by r.seq""",
            [pack(metadata)],
        )
        return [(_labels(use_case, skills), author, at) for use_case, skills, author, at in rows]

    def labelled(self) -> str:
        """A mark that differs once labels or states do."""
        aside = self._db.rows(
            f"""select state, count(*), sum({SPREAD.format("seq")}) from metadata
            where state <> 'active' group by 1 order by 1"""
        )
        return f"{self._db.born()} {self.revised()} {aside}"

    def revised(self) -> int:
        """The number of the newest revision of labels; 0: there is none."""
        number: int = self._db.value("select max(seq) from revisions") or 0
        return number

    def origins(self) -> list[tuple[str, int]]:
        """Where the metadata is from, whatever its state, with counts, most first."""
        rows = self._db.rows("select origin, count(*) from metadata group by 1 order by 2 desc, 1")
        return [(origin, number) for origin, number in rows]

    def combinations(self) -> list[tuple[str, tuple[str, ...]]]:
        """Use cases with their skills as they occur in what a run works on and was not mixed, each once."""
        rows = self._db.rows(
            f"""select distinct l.use_case, l.skills from metadata m join labels l on l.seq = m.labels
            where {LIVE} and m.origin <> 'mixed'"""
        )
        return [(use_case, tuple(json.loads(skills))) for use_case, skills in rows]

    def mixable(self) -> list[Metadata]:
        """All metadata in order, that of deleted seeds as excluded: what mixing goes by."""
        select = _SELECT.replace("m.state", "iif(s.deleted, 'excluded', m.state)")
        return [_metadata(row) for row in self._db.rows(f"{select} order by m.place")]

    def in_use(self) -> int:
        """How many of those are not excluded."""
        number: int = self._db.value(f"select count(*) from metadata m where {IN_USE}")
        return number

    def active(self, limit: int | None = None) -> list[Metadata]:
        """What a run works on, in order: active, its seed not deleted; `limit` as `run --limit`."""
        where, values = within(self._db, limit)
        rows = self._db.rows(f"{_SELECT} where {where} order by m.place", values)
        return [_metadata(row) for row in rows]

    def affected(self, metadata: str) -> tuple[int, int]:
        """How many instructions and pairs an edit of the labels would make stale."""
        row = self._db.row(
            f"""select count(distinct n.instruction), count(distinct n.comparison)
            from metadata m join nodes n on n.place = m.place and n.config in (select seq from configs)
            join instructions i on i.seq = n.instruction and i.labels = m.labels
            join labels l on l.seq = m.labels and not {BLANK} where m.id = ?""",
            [pack(metadata)],
        )
        return (0, 0) if row is None else (row[0], row[1])

    def written(self, metadata: str) -> int:
        """How many instructions there are of its labels as they are now, or that came without any."""
        number: int = self._db.value(
            f"""select count(*) from instructions i join metadata m on m.seq = i.metadata
            join labels l on l.seq = i.labels where m.id = ? and (i.labels = m.labels or {BLANK})""",
            [pack(metadata)],
        )
        return number

    def _insert(self, item: Metadata) -> bool:
        first = item.original or item.labels
        id_, seed = pack(item.id), None
        if self._db.value("select 1 from metadata where id = ?", [id_]):
            return False
        if item.seed is not None:
            seed = self._db.value("select seq from seeds where id = ?", [pack(item.seed)])
            if seed is None:
                raise ProjectError(f"{self._db.path}: metadata {item.id} is of a seed that is not here.")
            if self._db.value("select 1 from metadata where place = ?", [seed]):
                # A seed has one metadata, the first that came; of others of a file, the instructions name it.
                if item.origin == "encoded":
                    return False
                seed = None
        labels = self._labels(item.id, first)
        place = seed if seed is not None or item.origin == "imported" else id_
        # The place of an imported one is text: behind the numbers of seeds, before ids, which are bytes.
        seq = self._db.insert(
            """insert into metadata (id, place, origin, seed, draw, state, labels, original) values
            (?, coalesce(?, (select printf('%012d', coalesce(max(seq), 0)) from metadata)), ?, ?, ?, ?, ?, ?)
            on conflict do nothing""",
            [id_, place, item.origin, seed, item.draw, item.state, labels, labels],
        )
        self._log(seq, labels, "")
        if item.labels != first:
            self.revise(item.id, item.labels)
        if item.seed is not None:
            self._db.execute(
                "update failures set open = 0 where stage = 'encode' and record = ? and open",
                [pack(item.seed)],
            )
        return True

    def _labels(self, metadata: str, labels: Labels) -> int:
        revision = pack(revision_of(metadata, labels))
        made = self._db.insert(
            "insert into labels (id, use_case, skills) values (?, ?, ?) on conflict do nothing",
            [revision, labels.use_case, dump(labels.skills)],
        )
        return made or int(self._db.value("select seq from labels where id = ?", [revision]))

    def _log(self, seq: int | None, labels: int, author: str) -> None:
        self._db.execute(
            "insert into revisions (metadata, labels, author, at) values (?, ?, ?, ?)",
            [seq, labels, author, time.time()],
        )


def within(db: Connection, limit: int | None) -> tuple[str, dict[str, Value]]:
    """The condition on metadata `m` that a run works on it, and its values.

    A limit counts live seeds in order of import, and goes on with metadata that has no seed.
    """
    if limit is None:
        return LIVE, {}
    seeds: int = db.value("select count(*) from seeds where deleted = 0")
    return (
        f"""{LIVE} and (m.seed in (select seq from seeds where deleted = 0 order by seq limit :limit)
        or m.seq in (select seq from metadata where seed is null and state = 'active'
            order by place limit :beyond))""",
        {"limit": limit, "beyond": max(0, limit - seeds)},
    )


def _clause(where: MetadataFilter) -> tuple[str, list[Value]]:
    """The clause that a page of metadata is read with; empty where nothing is asked of it."""
    conditions, values = list[str](), list[Value]()
    if where.search:
        in_use_case, one = search("l.use_case", where.search)
        in_skill, other = search("value", where.search)
        conditions.append(f"({in_use_case} or exists (select 1 from json_each(l.skills) where {in_skill}))")
        values += one + other
    if where.skill is not None:
        conditions.append("exists (select 1 from json_each(l.skills) where value = ?)")
        values.append(where.skill)
    if where.cluster is not None:
        conditions.append("m.seq in (select number from spots where kind = 0 and cluster = ?)")
        values.append(where.cluster)
    if where.selection is not None:
        conditions.append(OF_SELECTION.replace(":selection", "?"))
        values += [where.selection] * OF_SELECTION.count(":selection")
    exact = (("l.use_case", where.use_case), ("m.origin", where.origin), ("m.state", where.state))
    for column, value in exact:
        if value is not None:
            conditions.append(f"{column} = ?")
            values.append(value)
    return f"where {' and '.join(conditions)}" if conditions else "", values


def _labels(use_case: str, skills: str) -> Labels:
    return Labels(use_case, tuple(json.loads(skills)))


def _metadata(row: Row) -> Metadata:
    origin, seed, draw, state, use_case, skills, first_use_case, first_skills = row
    original = None if first_use_case is None else _labels(first_use_case, first_skills)
    seed = None if seed is None else unpack(seed)
    return Metadata(origin, _labels(use_case, skills), seed, draw, state, original)
