"""The map of a project: where each record stands, which cluster it is in, what the clusters are called.

Places belong to texts: records of one text have the same. Knows neither vectors nor how a map is
drawn, and sizes or colours nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from codeclm.errors import ProjectError
from codeclm.store.configs import Configs
from codeclm.store.connection import SPREAD, Connection, chunks, dump, pack, slots, unpack
from codeclm.store.mapped import (
    KINDS,
    ON_MAP,
    SOURCES,
    MapKind,
    Point,
    Source,
    label_text,
    most,
    read_skills,
    sampled,
)
from codeclm.store.searching import search
from codeclm.store.sheet import Sheet

__all__ = ["KINDS", "Cluster", "MapKind", "Maps", "NamedBy", "Point", "Source", "label_text"]

NamedBy = Literal["words", "model", "person"]


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster by its lasting number. `words` set it apart; `named`: where its name is from."""

    id: int
    name: str
    words: tuple[str, ...] = ()
    named: NamedBy = "words"


class Marks(NamedTuple):
    """Each is another once something did: the map drawn, something decided, seeds, names of clusters."""

    drawn: str
    decided: str
    seeds: str
    names: str


class Maps:
    """The map of a project; there is one at a time."""

    def __init__(self, db: Connection, configs: Configs) -> None:
        self._db = db
        self._configs = configs
        self.sheet = Sheet(db, configs)

    def sources(self, kinds: Collection[MapKind], config: str | None) -> list[Source]:
        """What can be placed: live seeds, metadata not excluded, a config's instructions not stale."""
        found: list[Source] = []
        for kind in (kind for kind in KINDS if kind in kinds):
            rows = self._db.rows(SOURCES[kind], self._values(kind, config))
            found += [Source(kind, unpack(row[0]), row[1], read_skills(row[2]), row[3]) for row in rows]
        return found

    def kinds(self) -> tuple[MapKind, ...]:
        """The kinds of records on the map."""
        rows = self._db.rows(
            """select value from json_each('[0, 1, 2]')
            where exists (select 1 from spots where kind = value)"""
        )
        return tuple(KINDS[number] for (number,) in rows)

    def places(self) -> dict[bytes, tuple[float, float, int | None]]:
        """Place and cluster of every text on the map, by its key."""
        return {row[0]: row[1:] for row in self._db.rows("select text, x, y, cluster from spots")}

    def keep(
        self,
        places: Mapping[bytes, tuple[float, float, int | None]],
        spots: Iterable[tuple[MapKind, str, bytes]],
        clusters: Sequence[Cluster],
    ) -> None:
        """Keep a map in the place of the old one. The numbers of new clusters begin at `next_cluster`."""
        with self._db.write():
            self._db.execute("delete from spots")
            for kind, record, text in spots:
                self._db.execute(
                    f"insert into spots select ?, seq, ?, ?, ?, ? from {kind} where id = ?",
                    [KINDS.index(kind), text, *places[text], pack(record)],
                )
            self._db.execute("update clusters set alive = 0 where alive")
            for each in clusters:
                self._db.execute(
                    """insert into clusters values (?, ?, ?, ?, 1) on conflict (seq) do update set
                    name = excluded.name, words = excluded.words, named = excluded.named, alive = 1""",
                    [each.id, each.name, dump(each.words), each.named],
                )

    def next_cluster(self) -> int:
        """A number that no cluster of this project ever had; those that follow are free too."""
        number: int = self._db.value("select coalesce(max(seq), 0) + 1 from clusters")
        return number

    def clusters(self) -> list[Cluster]:
        """The clusters of the map, oldest first."""
        rows = self._db.rows("select seq, name, words, named from clusters where alive order by seq")
        return [Cluster(seq, name, read_skills(words), named) for seq, name, words, named in rows]

    def rename(self, cluster: int, name: str, named: NamedBy = "person") -> None:
        """Give a cluster a name, which it keeps as long as it lasts. ProjectError: no such cluster."""
        with self._db.write():
            changed = self._db.execute(
                "update clusters set name = ?, named = ? where seq = ? and alive", [name, named, cluster]
            ).rowcount
            if not changed:
                raise ProjectError(f"{self._db.path}: the map has no cluster {cluster}; it was drawn anew.")

    def count(self) -> int:
        """How many records are on the map."""
        number: int = self._db.value("select count(*) from spots")
        return number

    def marked(self) -> Marks:
        """Marks that differ once the map is drawn, its clusters are named, or seeds or decisions change."""
        row = self._db.row(
            f"""select (select value from settings where name = 'map'), (select max(seq) from decisions),
            (select max(seq) from seeds) || (select ' ' || count(*) || ' ' || total({SPREAD.format("seq")})
                from seeds where deleted = 1),
            (select group_concat(seq || named || name) from clusters where alive)"""
        )
        return Marks(*(f"{self._db.born()} {mark}" for mark in row or ("",) * 4))

    def suggest(self, cluster: int, name: str) -> None:
        """The name that a model gives a cluster; what a person named, or what is gone, stays as it is."""
        with self._db.write():
            self._db.execute(
                "update clusters set name = ?, named = 'model' where seq = ? and alive and named <> 'person'",
                [name, cluster],
            )

    def points(self, kinds: Collection[MapKind], config: str | None) -> list[Point]:
        """Every record on the map, kind by kind in order; one that went since it was drawn is left out."""
        found: list[Point] = []
        for kind in (kind for kind in KINDS if kind in kinds):
            rows = self._db.rows(
                f"select x.id, p.x, p.y, p.cluster from spots p cross join {ON_MAP[kind]}",
                self._values(kind, config),
            )
            found += [Point(kind, unpack(record), *place) for record, *place in rows]
        return found

    def relabelled(self, since: float) -> int:
        """How many metadata on the map have labels that came `since` it was drawn (seconds of the epoch)."""
        number: int = self._db.value(
            "select count(*) from revisions r join metadata m on m.seq = r.metadata and m.labels = r.labels"
            " where r.at > ? and exists (select 1 from spots p where p.kind = 0 and p.number = m.seq)",
            [since],
        )
        return number

    def search(self, part: str, kinds: Collection[MapKind], share: float = 1.0) -> set[str]:
        """The ids of the seeds and instructions, or of a share of them as on the sheet, whose text holds
        all words of `part`, whatever their case. Metadata has no text of its own."""
        condition, words = search("x.text", part)
        found: set[str] = set()
        for kind in (kind for kind in kinds if kind != "metadata"):
            rows = self._db.rows(
                f"select x.id from {kind} x where {sampled('x.seq').replace(':most', '?')} and {condition}",
                [most(share), *words],
            )
            found.update(unpack(row[0]) for row in rows)
        return found

    def text_keys(self, kinds: Collection[MapKind]) -> dict[tuple[MapKind, str], bytes]:
        """Which text each record on the map stands for."""
        found: dict[tuple[MapKind, str], bytes] = {}
        for kind in kinds:
            rows = self._db.rows(
                f"select x.id, p.text from spots p join {kind} x on x.seq = p.number where p.kind = ?",
                [KINDS.index(kind)],
            )
            found |= {(kind, unpack(id_)): text for id_, text in rows}
        return found

    def texts(self, records: Iterable[tuple[MapKind, str]]) -> dict[tuple[MapKind, str], str]:
        """The texts of some records, of metadata their labels."""
        by_kind: dict[MapKind, list[str]] = {kind: [] for kind in KINDS}
        for kind, record in records:
            by_kind[kind].append(record)
        found: dict[tuple[MapKind, str], str] = {}
        selects: dict[MapKind, str] = {
            "metadata": """select m.id, l.use_case, l.skills from metadata m
                join labels l on l.seq = m.labels where m.id""",
            "seeds": "select id, text, null from seeds where id",
            "instructions": "select id, text, null from instructions where id",
        }
        for kind, ids in by_kind.items():
            for batch in chunks(ids):
                rows = self._db.rows(f"{selects[kind]} in ({slots(batch)})", [*map(pack, batch)])
                for id_, text, skills in rows:
                    found[kind, unpack(id_)] = (
                        text if skills is None else label_text(text, read_skills(skills))
                    )
        return found

    def _values(self, kind: MapKind, config: str | None) -> dict[str, int]:
        return {"config": self._configs.find(config)} if kind == "instructions" else {}
