"""The configs of a project by number. What was imported shows under every one of them."""

from __future__ import annotations

from codeclm.records import IMPORTED
from codeclm.store.connection import Connection

IMPORTED_SEQ = 1


class Configs:
    """Numbers for config ids."""

    def __init__(self, db: Connection) -> None:
        self._db = db
        self._epoch = db.rollbacks
        self._found: dict[str, int] = {}

    def find(self, config: str | None) -> int:
        """The number of a config; that of the imported one for None, 0 where there is none such."""
        name = config or IMPORTED
        if self._epoch != self._db.rollbacks:
            self._epoch = self._db.rollbacks
            self._found.clear()
        if name not in self._found:
            seq: int | None = self._db.value("select seq from configs where id = ?", [name])
            if seq is None:
                return 0
            self._found[name] = seq
        return self._found[name]

    def seen(self, config: str) -> int:
        """The number whose records a run under a config begins with: of a new one those imported."""
        return self.find(config) or IMPORTED_SEQ

    def make(self, config: str, value: str | None = None) -> int:
        """The number of a config, which is added at need. Imported nodes are reached under it at once."""
        if value is None and (known := self.find(config)):
            return known
        seq = self._db.insert(
            "insert into configs (id, value) values (?, ?) on conflict do nothing", [config, value]
        )
        if seq is None:
            if value is not None:
                self._db.execute(
                    "update configs set value = ? where id = ? and value is null", [value, config]
                )
            return self.find(config)
        self._db.execute(
            """insert into nodes
            select ?, place, sample, iteration, id, instruction, comparison, gap, reach, leaf, given, stale
            from nodes where config = ?""",
            [seq, IMPORTED_SEQ],
        )
        return seq

    def shown_under(self, seq: int) -> list[int]:
        """Every config that shows a record of this one: itself, or all where it is the imported one."""
        return self.all() if seq == IMPORTED_SEQ else [seq]

    def all(self) -> list[int]:
        """Every config's number, the imported one's first."""
        return [row[0] for row in self._db.rows("select seq from configs order by seq")]
