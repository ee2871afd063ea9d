"""More instructions wanted of some metadata than of each: what the next run then writes. Knows not why."""

from __future__ import annotations

from collections.abc import Sequence

from codeclm.store.configs import Configs
from codeclm.store.connection import Connection, chunks, pack, slots, unpack
from codeclm.store.metadata import BLANK, LIVE
from codeclm.store.nodes import CAME_WITH_PAIRS

_WRITABLE = f"{LIVE} and not {BLANK}"
"""Whether a run can write more of metadata `m` with labels `l`."""
_LEAST = f"case when {CAME_WITH_PAIRS} then 0 else :least end"
"""The basic instructions that there come to be of metadata `m` without a wish."""
_BASIC = """(select count(distinct n.sample) from nodes n where n.config = :config and n.place = m.place
    and n.iteration = 1 and not n.given and not n.stale)"""


class Wishes:
    """The numbers of basic instructions that metadata shall come to; below the dial `per_metadata`, none."""

    def __init__(self, db: Connection, configs: Configs) -> None:
        self._db = db
        self._configs = configs

    def more(self, metadata: Sequence[str], count: int, config: str | None, least: int) -> int:
        """Want `count` more of these metadata together, the fewest of each first: how many it is spread over.

        On top of what is there or wanted already; `least`: what each comes to anyway. Of metadata that no run
        works on, or without labels, nothing can be written.
        """
        already = f"max({_LEAST}, m.wanted, {_BASIC})".replace(":config", "?1").replace(":least", "?2")
        with self._db.write():
            rows: list[tuple[int, int]] = []
            for batch in chunks(dict.fromkeys(metadata)):
                rows += self._db.rows(
                    f"""select {already}, m.seq from metadata m join labels l on l.seq = m.labels
                    where {_WRITABLE} and m.id in ({slots(batch)})""",
                    [self._configs.find(config), least, *map(pack, batch)],
                )
            if not rows or count < 1:
                return 0
            rows.sort()
            share, rest = divmod(count, len(rows))
            for at, (now, seq) in enumerate(rows):
                if add := share + (at < rest):
                    self._db.execute("update metadata set wanted = ? where seq = ?", [now + add, seq])
            return len(rows) if share else rest

    def all(self) -> dict[str, int]:
        """The number wanted of each metadata of which one was ever named."""
        rows = self._db.rows("select id, wanted from metadata where wanted > 0")
        return {unpack(id_): wanted for id_, wanted in rows}

    def open(self, config: str | None, least: int) -> tuple[int, int]:
        """What the next run writes for wishes alone: (of how many metadata, how many instructions)."""
        row = self._db.row(
            f"""select count(*), total(wanted - have) from (select m.wanted, max({_LEAST}, {_BASIC}) as have
                from metadata m join labels l on l.seq = m.labels where m.wanted > 0 and {_WRITABLE})
            where wanted > have""",
            {"config": self._configs.find(config), "least": least},
        )
        return (0, 0) if row is None else (row[0], int(row[1]))

    def due(self, config: str | None, least: int) -> list[tuple[int, int]]:
        """The numbers of the metadata of which the next run writes, and how many instructions of each."""
        return self._db.rows(
            f"""select seq, more from (select m.seq, max({_LEAST}, m.wanted) - coalesce(h.have, 0) as more
                from metadata m join labels l on l.seq = m.labels
                left join (select place, count(distinct sample) as have from nodes
                    where config = :config and iteration = 1 and not given and not stale group by place) h
                    on h.place = m.place
                where {_WRITABLE})
            where more > 0""",
            {"config": self._configs.find(config), "least": least},
        )

    def clear(self) -> None:
        """Want no more than of each. What was written stays."""
        with self._db.write():
            self._db.execute("update metadata set wanted = 0 where wanted > 0")
