"""Parquet: the flat columns, typed, and the chat as `messages`. Alone in export it needs pyarrow."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from codeclm.export import shapes
from codeclm.export.flat import COLUMNS, FLAGS, NUMBERS, flat
from codeclm.export.row import Row

_ROWS = 2000
_TURNS = pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))
_TYPES = {
    "skills": pa.list_(pa.string()),
    "iteration": pa.int32(),
    **dict.fromkeys(NUMBERS, pa.float64()),
    **dict.fromkeys(FLAGS, pa.bool_()),
}
SCHEMA = pa.schema([("messages", _TURNS), *((name, _TYPES.get(name, pa.string())) for name in COLUMNS)])


def record(row: Row) -> dict[str, Any]:
    """A row as Parquet holds it."""
    return shapes.messages(row) | flat(row)


class Parquet:
    """A Parquet file, written a row group at a time."""

    def __init__(self, path: Path) -> None:
        self._writer = pq.ParquetWriter(path, SCHEMA, compression="zstd")
        self._waiting: list[dict[str, Any]] = []

    def add(self, row: Row) -> None:
        """Write a row, or keep it until its group is full."""
        self._waiting.append(record(row))
        if len(self._waiting) >= _ROWS:
            self._flush()

    def close(self) -> None:
        """Write the last group and the footer."""
        if self._waiting:
            self._flush()
        self._writer.close()

    def _flush(self) -> None:
        self._writer.write_table(pa.Table.from_pylist(self._waiting, SCHEMA))
        self._waiting.clear()
