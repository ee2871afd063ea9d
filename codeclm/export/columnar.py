"""Parquet: the flat columns, typed, and the chat as `messages`. Alone in export it needs pyarrow.

Rows are gathered column by column, and a full group gets its chats and is compressed by a thread of its own
while the next one is gathered; at most two groups are in memory.
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
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
_FLAT = pa.schema([(name, _TYPES.get(name, pa.string())) for name in COLUMNS])
SCHEMA = pa.schema([pa.field("messages", pa.list_(_TURN)), *_FLAT])
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
        self._parts.append(pa.record_batch([record[name] for name in COLUMNS], schema=_FLAT))

    def _flush(self) -> None:
        group = pa.Table.from_batches(self._parts)
        self._parts.clear()
        self._wait()
        self._written = self._compressor.submit(self._write, group)

    def _write(self, group: pa.Table) -> None:
        self._writer.write_table(group.add_column(0, SCHEMA.field("messages"), _chats(group)))

    def _wait(self) -> None:
        if self._written is not None:
            self._written.result()


def _chats(group: pa.Table) -> pa.Array:
    """The turns of each row: its system prompt, where it has one, its instruction and its response."""
    said = [group[name].combine_chunks() for name in ("system", "instruction", "response")]
    places = np.arange(3 * len(group)).reshape(3, -1).T
    there = np.ones(places.shape, bool)
    there[:, 0] = pc.not_equal(said[0], "").to_numpy(zero_copy_only=False)
    roles = pa.array(["system", "user", "assistant"]).take(pa.array(np.nonzero(there)[1]))
    contents = pa.concat_arrays(said).take(pa.array(places[there]))
    ends = pa.array(np.concatenate(([0], there.sum(axis=1).cumsum())), pa.int32())
    return pa.ListArray.from_arrays(ends, pa.StructArray.from_arrays([roles, contents], fields=list(_TURN)))
