"""The map of a project: where each text stands, which cluster it is in, what the clusters are called.

Places belong to texts, so that records of one text share theirs. Knows neither vectors nor how a map is
drawn, and sizes or colours nothing.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from codeclm.errors import ProjectError
from codeclm.store.configs import Configs
from codeclm.store.connection import Connection, chunks, dump, pack, slots, unpack
from codeclm.store.metadata import BLANK
from codeclm.store.nodes import STATUS

MapKind = Literal["metadata", "seeds", "instructions"]
KINDS: tuple[MapKind, ...] = ("metadata", "seeds", "instructions")
"""In the order in which points are listed."""
NamedBy = Literal["words", "model", "person"]

_LIVE = "m.state <> 'excluded' and (m.seed is null or m.seed in (select seq from seeds where deleted = 0))"
_SOURCES: dict[MapKind, str] = {
    "metadata": f"""select m.id, l.use_case, l.skills, '' from metadata m join labels l on l.seq = m.labels
        where {_LIVE} and not {BLANK} order by m.place""",
    "seeds": """select s.id, coalesce(l.use_case, ''), coalesce(l.skills, '[]'), s.text from seeds s
        left join metadata m on m.seed = s.seq left join labels l on l.seq = m.labels
        where s.deleted = 0 order by s.seq""",
    "instructions": """select n.id, coalesce(l.use_case, ''), coalesce(l.skills, '[]'), i.text
        from nodes n join instructions i on i.seq = n.instruction join metadata m on m.place = n.place
        left join labels l on l.seq = m.labels
        where n.config = :config and not n.stale order by n.place, n.sample, n.iteration, n.id""",
}
_SHEET: dict[MapKind, tuple[str, str]] = {
    "metadata": (
        "m.origin, m.state, null, null, null",
        f"""metadata m on m.id = p.record join labels l on l.seq = m.labels where p.kind = 0 and {_LIVE}
            and not {BLANK} order by m.place""",
    ),
    "seeds": (
        "null, null, null, null, null",
        """seeds s on s.id = p.record left join metadata m on m.seed = s.seq
            left join labels l on l.seq = m.labels where p.kind = 1 and s.deleted = 0 order by s.seq""",
    ),
    "instructions": (
        f"""i.origin, case when n.gap is null then 'pending' else {STATUS} end, n.iteration, n.gap,
            v.verdict""",
        """instructions i on i.id = p.record join metadata m on m.seq = i.metadata
            join nodes n on n.config = :config and n.place = m.place and n.sample = i.sample
            and n.iteration = i.iteration and n.id = i.id left join labels l on l.seq = m.labels
            left join verdicts v on v.comparison = n.comparison where p.kind = 2 and not n.stale
            order by n.place, n.sample, n.iteration, n.id""",
    ),
}


class Source(NamedTuple):
    """A record that has a place: its own text (of metadata: none), and the labels that go with it."""

    kind: MapKind
    id: str
    use_case: str
    skills: tuple[str, ...]
    text: str


class Point(NamedTuple):
    """A record on the map, with what it may be coloured by. `cluster` None: unclustered.

    `state`: of metadata its own, of an instruction its node's; `decision`: accept, reject or conflict.
    """

    kind: MapKind
    id: str
    x: float
    y: float
    cluster: int | None
    use_case: str
    skills: tuple[str, ...]
    origin: str | None
    state: str | None
    iteration: int | None
    gap: float | None
    decision: str | None


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster by its lasting number. `words` set it apart; `named`: where its name is from."""

    id: int
    name: str
    words: tuple[str, ...] = ()
    named: NamedBy = "words"


class Maps:
    """The map of a project; there is one at a time."""

    def __init__(self, db: Connection, configs: Configs) -> None:
        self._db = db
        self._configs = configs

    def sources(self, kinds: Collection[MapKind], config: str | None) -> list[Source]:
        """What can be placed: live seeds, metadata not excluded, a config's instructions not stale."""
        found: list[Source] = []
        for kind in (kind for kind in KINDS if kind in kinds):
            rows = self._db.rows(_SOURCES[kind], self._values(kind, config))
            found += [Source(kind, unpack(row[0]), row[1], _skills(row[2]), row[3]) for row in rows]
        return found

    def kinds(self) -> tuple[MapKind, ...]:
        """The kinds of records on the map."""
        there = {row[0] for row in self._db.rows("select distinct kind from spots")}
        return tuple(kind for number, kind in enumerate(KINDS) if number in there)

    def places(self) -> dict[bytes, tuple[float, float, int | None]]:
        """Place and cluster of every text on the map, by its key."""
        return {row[0]: row[1:] for row in self._db.rows("select text, x, y, cluster from places")}

    def keep(
        self,
        places: Mapping[bytes, tuple[float, float, int | None]],
        spots: Iterable[tuple[MapKind, str, bytes]],
        clusters: Sequence[Cluster],
    ) -> None:
        """Keep a map in the place of the old one. The numbers of new clusters begin at `next_cluster`."""
        with self._db.write():
            self._db.execute("delete from spots")
            self._db.execute("delete from places")
            for text, (x, y, cluster) in places.items():
                self._db.execute("insert into places values (?, ?, ?, ?)", [text, x, y, cluster])
            for kind, record, text in spots:
                self._db.execute(
                    "insert into spots values (?, ?, ?)", [KINDS.index(kind), pack(record), text]
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
        return [Cluster(seq, name, _skills(words), named) for seq, name, words, named in rows]

    def rename(self, cluster: int, name: str, named: NamedBy = "person") -> None:
        """Give a cluster a name, which it keeps as long as it lasts. ProjectError: no such cluster."""
        with self._db.write():
            changed = self._db.execute(
                "update clusters set name = ?, named = ? where seq = ? and alive", [name, named, cluster]
            ).rowcount
            if not changed:
                raise ProjectError(f"{self._db.path}: the map has no cluster {cluster}; it was drawn anew.")

    def points(
        self, kinds: Collection[MapKind], config: str | None, theta: float = 0.0, cap: int = 1
    ) -> list[Point]:
        """Every record on the map, kind by kind in order; one that went since it was drawn is left out."""
        found: list[Point] = []
        for kind in (kind for kind in KINDS if kind in kinds):
            columns, source = _SHEET[kind]
            values = {**self._values(kind, config), "theta": theta, "cap": cap}
            rows = self._db.rows(
                f"""select p.record, t.x, t.y, t.cluster, coalesce(l.use_case, ''), coalesce(l.skills, '[]'),
                {columns} from spots p join places t on t.text = p.text join {source}""",
                values if kind == "instructions" else (),
            )
            found += [
                Point._make((kind, unpack(row[0]), *row[1:5], _skills(row[5]), *row[6:])) for row in rows
            ]
        return found

    def text_keys(self, kinds: Collection[MapKind]) -> dict[tuple[MapKind, str], bytes]:
        """Which text each record on the map stands for."""
        wanted = [number for number, kind in enumerate(KINDS) if kind in kinds]
        rows = self._db.rows(f"select kind, record, text from spots where kind in ({slots(wanted)})", wanted)
        return {(KINDS[kind], unpack(record)): text for kind, record, text in rows}

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
                    found[kind, unpack(id_)] = text if skills is None else label_text(text, _skills(skills))
        return found

    def _values(self, kind: MapKind, config: str | None) -> dict[str, int]:
        return {"config": self._configs.find(config)} if kind == "instructions" else {}


def label_text(use_case: str, skills: Sequence[str]) -> str:
    """Labels as one text, as they are embedded and shown."""
    return f"{use_case}: {', '.join(skills)}" if skills else use_case


def _skills(stored: str) -> tuple[str, ...]:
    return tuple(json.loads(stored))
