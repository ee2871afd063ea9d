"""Steps that gave nothing: one row for each stage, record and config, and the attempts that retries raise."""

from __future__ import annotations

import time
from typing import cast

from codeclm.records import Failure, Stage
from codeclm.store.configs import Configs
from codeclm.store.connection import Connection, Row, pack, unpack
from codeclm.store.texts import Texts

_SELECT = """select f.stage, f.record, f.sample, c.id, f.reason, f.raw, f.attempt, f.transport
    from failures f join configs c on c.seq = f.config"""


class Failures:
    """The failures of a project. An open one is neither resolved nor overtaken by its step's success."""

    def __init__(self, db: Connection, configs: Configs, texts: Texts) -> None:
        self._db = db
        self._configs = configs
        self._texts = texts

    def put(self, failure: Failure) -> None:
        """Record a failure; a later one of the same step takes its place."""
        record, sample = _split(failure.record)
        with self._db.write():
            raw = self._texts.put(failure.raw, record) if failure.raw else None
            self._db.execute(
                """insert into failures values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)
                on conflict (config, stage, record, sample) do update set at = excluded.at,
                reason = excluded.reason, raw = excluded.raw, attempt = excluded.attempt,
                wanted = max(wanted, excluded.wanted), transport = excluded.transport, open = 1""",
                [
                    self._configs.make(failure.config),
                    failure.stage,
                    record,
                    sample,
                    pack(failure.id),
                    time.time(),
                    failure.reason,
                    raw,
                    failure.attempt,
                    failure.attempt,
                    int(failure.transport),
                ],
            )

    def resolve(self, stage: Stage, record: str, config: str) -> None:
        """The step succeeded. Its raised attempt persists, so that the cache goes on answering it."""
        with self._db.write():
            self._db.execute(
                """update failures set open = 0
                where config = ? and stage = ? and record = ? and sample = ? and open""",
                [self._configs.find(config), stage, *_split(record)],
            )

    def page(self, config: str, offset: int = 0, limit: int | None = 50) -> list[Failure]:
        """Open failures, oldest first; limit None: all."""
        rows = self._db.rows(
            f"{_SELECT} where f.config = ? and f.open order by f.at, f.id limit ? offset ?",
            [self._configs.find(config), -1 if limit is None else limit, offset],
        )
        return [self._failure(row) for row in rows]

    def count(self, config: str) -> int:
        """How many are open."""
        return sum(self.by_stage(config).values())

    def by_stage(self, config: str) -> dict[Stage, int]:
        """How many are open at each stage."""
        rows = self._db.rows(
            "select stage, count(*) from failures where config = ? and open group by stage",
            [self._configs.find(config)],
        )
        return {cast(Stage, stage): number for stage, number in rows}

    def retry(self, config: str) -> int:
        """Let the next run try every open failure again; how many.

        Raises the attempt where a reply came; where none came the same request is asked again.
        """
        seq = self._configs.find(config)
        with self._db.write():
            self._db.execute(
                """update failures set wanted = attempt + 1
                where config = ? and open and not transport and wanted <= attempt""",
                [seq],
            )
        return self.count(config)

    def attempts(self, config: str) -> dict[tuple[Stage, str], int]:
        """The attempt, where above 0, that each (stage, record) is at."""
        rows = self._db.rows(
            "select stage, record, sample, wanted from failures where config = ? and wanted > 0",
            [self._configs.find(config)],
        )
        return {(stage, _join(record, sample)): wanted for stage, record, sample, wanted in rows}

    def _failure(self, row: Row) -> Failure:
        stage, record, sample, config, reason, raw, attempt, transport = row
        text = "" if raw is None else self._texts.get(raw)
        return Failure(stage, _join(record, sample), config, reason, text, attempt, bool(transport))


def _split(record: str) -> tuple[bytes | str, int]:
    """A failure's record as stored: "METADATA:SAMPLE", the record of a decoding, is two columns."""
    name, colon, sample = record.partition(":")
    return (pack(name), int(sample)) if colon and sample.isdecimal() else (pack(record), -1)


def _join(record: bytes | str, sample: int) -> str:
    return unpack(record) if sample < 0 else f"{unpack(record)}:{sample}"
