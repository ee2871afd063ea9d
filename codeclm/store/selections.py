"""Records picked out together, under a short name that an address can carry."""

from __future__ import annotations

from collections.abc import Iterable

from codeclm.ids import content_id
from codeclm.store import chosen
from codeclm.store.connection import Connection, pack, unpack
from codeclm.store.maps import KINDS, MapKind
from codeclm.store.metadata import OF_SELECTION


def single(kind: MapKind, record: str) -> str:
    """The name of the selection of one record, which need not be kept."""
    return f"{kind}{chosen.ONE}{record}"


class Selections:
    """The selections of a project. One is its records: the same records have the same name."""

    def __init__(self, db: Connection) -> None:
        self._db = db

    def keep(self, records: Iterable[tuple[MapKind, str]]) -> str:
        """Keep records as a selection: its name."""
        listed = sorted(set(records))
        name = content_id("selection", records=[list(each) for each in listed])[:12]
        with self._db.write():
            self._db.many(
                "insert into selections values (?, ?, ?) on conflict do nothing",
                ([name, KINDS.index(kind), pack(record)] for kind, record in listed),
            )
        return name

    def get(self, name: str) -> list[tuple[MapKind, str]]:
        """The records of a selection; empty where there is none of this name."""
        kind, _, record = name.partition(chosen.ONE)
        if record and kind in KINDS:
            return [(kind, record)]
        rows = self._db.rows("select kind, record from selections where id = ? order by kind, record", [name])
        return [(KINDS[kind], unpack(record)) for kind, record in rows]

    def metadata(self, name: str) -> list[str]:
        """The metadata selected, and that of what is selected beside it, in order."""
        rows = self._db.rows(
            f"select m.id from metadata m where {OF_SELECTION} order by m.place", {"selection": name}
        )
        return [unpack(row[0]) for row in rows]


SEED = "coalesce(i.seed, m.seed)"
"""The seed of instruction `i` of metadata `m`: the one that its file names, else that of its labels."""

IN_SELECTION = f"""(n.id in {chosen.INSTRUCTIONS} or m.id in {chosen.METADATA}
    or {SEED} in (select seq from seeds where id in {chosen.SEEDS}))"""
"""Whether node `n`, of instruction `i` and metadata `m`, is in a selection, itself or by metadata or seed."""
