"""Parquet: the flat columns, typed, and the chat as `messages`. Alone in export it needs pyarrow.

Rows are gathered column by column, and a full group is compressed by a thread of its own while the next
one is gathered; at most two groups are in memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from codeclm.export.flat import COLUMNS, FLAGS, NUMBERS, columns
from codeclm.export.row import Row

_ROWS = 250
"""Rows turned into columns at once: with more of them their texts would leave the processor's cache."""

_GROUP = 16
"""So many of those are a row group."""

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


class Parquet:
    """A Parquet file, written a row group at a time."""

    def __init__(self, path: Path) -> None:
        self._writer = pq.ParquetWriter(
            path, SCHEMA, compression="zstd", use_dictionary=_FEW, write_statistics=_FEW
        )
        self._compressor = ThreadPoolExecutor(1, "codeclm-parquet")
        self._written: Future[None] | None = None
        self._rows: list[Row] = []
        self._parts: list[pa.RecordBatch] = []

    def add(self, row: Row) -> None:
        """Write a row, or keep it until its group is full."""
        self._rows.append(row)
        if len(self._rows) >= _ROWS:
            self._gather()
            if len(self._parts) >= _GROUP:
                self._flush()

    def close(self) -> None:
        """Write the last group and the footer."""
        try:
            if self._rows:
                self._gather()
            if self._parts:
                self._flush()
            self._wait()
        finally:
            self._compressor.shutdown()
            self._writer.close()

    def _gather(self) -> None:
        record = columns(self._rows)
        self._rows.clear()
        arrays = [pa.array(record[name], SCHEMA.field(name).type) for name in COLUMNS]
        chats = _chats(record["system"], record["instruction"], record["response"])
        self._parts.append(pa.RecordBatch.from_arrays([chats, *arrays], schema=SCHEMA))

    def _flush(self) -> None:
        group = pa.Table.from_batches(self._parts)
        self._parts.clear()
        self._wait()
        self._written = self._compressor.submit(self._writer.write_table, group)

    def _wait(self) -> None:
        if self._written is not None:
            self._written.result()


def _chats(systems: Sequence[str], instructions: Sequence[str], responses: Sequence[str]) -> pa.Array:
    """The turns of many rows as one column."""
    roles, contents, ends = [], [], [0]
    for system, instruction, response in zip(systems, instructions, responses, strict=True):
        if system:
            roles.append("system")
            contents.append(system)
        roles += ("user", "assistant")
        contents += (instruction, response)
        ends.append(len(contents))
    parts = [pa.array(roles, pa.string()), pa.array(contents, pa.string())]
    turns = pa.StructArray.from_arrays(parts, fields=list(_TURN))
    return pa.ListArray.from_arrays(pa.array(ends, pa.int32()), turns)
