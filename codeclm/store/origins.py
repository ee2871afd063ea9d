"""What an id is the id of, whichever room it lives in, and the records that it came from and led to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from codeclm.store.connection import Connection, Value, pack, unpack
from codeclm.store.store import Store

Kind = Literal["seed", "metadata", "instruction", "answer", "pair", "failure"]

_PLACES: dict[Kind, str] = {
    "seed": "select id, null, null from seeds where id = :id",
    "metadata": "select null, id, null from metadata where id = :id",
    "instruction": "select null, null, id from instructions where id = :id",
    "pair": """select null, null, i.id from comparisons c join instructions i on i.seq = c.instruction
        where c.id = :id""",
    "failure": """select (select id from seeds where id = f.record),
        (select id from metadata where id = f.record), (select id from instructions where id = f.record)
        from failures f where f.id = :id""",
    "answer": """select null, null, i.id from answers a join instructions i on i.seq = a.instruction
        where a.id = :id""",
}
"""By kind the seed, metadata or instruction that an id leads to; those with an index on ids come first."""
_METADATA_OF = "select m.id from metadata m join instructions i on i.metadata = m.seq where i.id = ?"
_SEED_OF = "select s.id from seeds s join metadata m on m.seed = s.seq where m.id = ?"
_NAMED_BY = "select s.id from seeds s join instructions i on i.seed = s.seq where i.id = ?"


@dataclass(frozen=True, slots=True)
class Origin:
    """A record, and the chain that it stands in, as far as there is one: what it came from, and itself."""

    kind: Kind
    seed: str | None
    metadata: str | None
    path: tuple[str, ...]
    """Instructions, from the basic one on."""

    @property
    def records(self) -> tuple[str, ...]:
        """Every record of the chain for which calls may have been made."""
        return tuple(each for each in (self.seed, self.metadata, *self.path) if each)


def origin(store: Store, id_: str) -> Origin | None:
    """The chain behind a seed, metadata, instruction, answer, pair or failure; None: there is no such id."""
    db = store._db
    for kind, query in _PLACES.items():
        row = db.row(query, {"id": pack(id_)})
        if row is None:
            continue
        seed, metadata, instruction = (None if each is None else unpack(each) for each in row)
        path = [] if instruction is None else [node.id for node in store.lineages.path(instruction)]
        if path:
            metadata = _one(db, _METADATA_OF, [pack(path[-1])])
        if metadata is not None:
            named = _one(db, _NAMED_BY, [pack(path[-1])]) if path else None
            seed = named or _one(db, _SEED_OF, [pack(metadata)])
        return Origin(kind, seed, metadata, tuple(path))
    return None


def made_from(store: Store, id_: str, config: str | None, limit: int) -> list[tuple[Kind, str]]:
    """What was made of a seed, metadata or instruction under a config: the first of it, with its kinds."""
    db = store._db
    seq = db.value("select seq from configs where id = ?", [config or "imported"]) or 0
    for kind, query in _CHILDREN:
        rows = db.rows(f"{query} limit :limit", {"id": pack(id_), "config": seq, "limit": limit})
        if rows:
            return [(kind, unpack(row[0])) for row in rows]
    return []


_CHILDREN: tuple[tuple[Kind, str], ...] = (
    ("metadata", "select m.id from metadata m join seeds s on s.seq = m.seed where s.id = :id"),
    (
        "instruction",
        """select i.id from seeds s join instructions i on i.seed = s.seq
        where s.id = :id and i.parent is null order by i.seq""",
    ),
    (
        "instruction",
        """select n.id from metadata m join nodes n on n.config = :config and n.place = m.place
        where m.id = :id and n.iteration = 1 order by n.sample""",
    ),
    (
        "instruction",
        """select i.id from instructions p join instructions i on i.parent = p.seq where p.id = :id
        order by i.seq""",
    ),
)


def _one(db: Connection, query: str, values: list[Value]) -> str | None:
    found = db.value(query, values)
    return None if found is None else unpack(found)
