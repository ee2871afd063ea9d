"""Parquet: the flat columns, typed, and the chat as `messages`. Alone in export it needs pyarrow.

Rows are gathered column by column, and a full group is compressed by a thread of its own while the next
one is gathered; at most two groups are in memory.
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from itertools import accumulate
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from codeclm.export import shapes
from codeclm.export.flat import COLUMNS, FLAGS, NUMBERS, flat, values
from codeclm.export.row import Row
from codeclm.records import Message

_ROWS = 4000
_TURN = pa.struct([("role", pa.string()), ("content", pa.string())])
_TYPES = {
    "skills": pa.list_(pa.string()),
    "iteration": pa.int32(),
    **dict.fromkeys(NUMBERS, pa.float64()),
    **dict.fromkeys(FLAGS, pa.bool_()),
}
SCHEMA = pa.schema([("messages", pa.list_(_TURN)), *((n, _TYPES.get(n, pa.string())) for n in COLUMNS)])
_FEW = ["use_case", "strong_model", "target_model", "status", "decision", "edited", "metadata_id", "seed_id"]
"""The columns whose values repeat: only these are worth a dictionary."""


def record(row: Row) -> dict[str, Any]:
    """A row as Parquet holds it."""
    return shapes.messages(row) | flat(row)


class Parquet:
    """A Parquet file, written a row group at a time."""

    def __init__(self, path: Path) -> None:
        self._writer = pq.ParquetWriter(
            path, SCHEMA, compression="zstd", use_dictionary=_FEW, write_statistics=_FEW
        )
        self._compressor = ThreadPoolExecutor(1, "codeclm-parquet")
        self._written: Future[None] | None = None
        self._chats: list[tuple[Message, ...]] = []
        self._flat: list[tuple[Any, ...]] = []

    def add(self, row: Row) -> None:
        """Write a row, or keep it until its group is full."""
        self._chats.append(row.messages())
        self._flat.append(values(row))
        if len(self._flat) >= _ROWS:
            self._flush()

    def close(self) -> None:
        """Write the last group and the footer."""
        try:
            if self._flat:
                self._flush()
            self._wait()
        finally:
            self._compressor.shutdown()
            self._writer.close()

    def _flush(self) -> None:
        columns = (
            pa.array(column, SCHEMA.field(name).type)
            for name, column in zip(COLUMNS, zip(*self._flat, strict=True), strict=True)
        )
        table = pa.Table.from_arrays([_turns(self._chats), *columns], schema=SCHEMA)
        self._chats.clear()
        self._flat.clear()
        self._wait()
        self._written = self._compressor.submit(self._writer.write_table, table)

    def _wait(self) -> None:
        if self._written is not None:
            self._written.result()


def _turns(chats: list[tuple[Message, ...]]) -> pa.Array:
    """The chats of many rows as one column."""
    turns = [turn for chat in chats for turn in chat]
    parts = [pa.array([turn.role for turn in turns], pa.string())]
    parts.append(pa.array([turn.content for turn in turns], pa.string()))
    ends = pa.array([0, *accumulate(map(len, chats))], pa.int32())
    return pa.ListArray.from_arrays(ends, pa.StructArray.from_arrays(parts, fields=list(_TURN)))
