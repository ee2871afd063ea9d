"""Parquet files as rows, a batch at a time. The only part of ingest that needs pyarrow."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.parquet as pq

from codeclm.errors import InputError
from codeclm.ingest.formats import refuse_twice
from codeclm.ingest.source import MAX_BYTES, Source, shown
from codeclm.ingest.table import Rejected, Row

_BATCH = 1000


def check(source: Source) -> None:
    """InputError: not Parquet, damaged, too large when unpacked, or two columns with one name."""
    with source.bytes() as stream:
        try:
            file = pq.ParquetFile(stream)
            names = list(file.schema_arrow.names)
            groups = (file.metadata.row_group(i).total_byte_size for i in range(file.num_row_groups))
            unpacked = sum(groups)
        except (pa.ArrowException, OSError, ValueError) as error:
            raise _damaged(source, error) from None
    refuse_twice(source, names)
    if unpacked > 4 * MAX_BYTES:
        raise source.fault(
            f"{unpacked / 2**20:,.0f} MB unpacked; at most {4 * MAX_BYTES // 2**20} MB: split it"
        )


def rows(source: Source) -> Iterator[Row | Rejected]:
    """Every row, columns as they are named, nested ones as lists and objects."""
    number = 0
    with source.bytes() as stream:
        try:
            for batch in pq.ParquetFile(stream).iter_batches(batch_size=_BATCH):
                told = pa.RecordBatch.from_arrays([*map(_told, batch.columns)], names=batch.schema.names)
                for values in told.to_pylist():
                    number += 1
                    yield Row(number, values)
        except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
            raise _damaged(source, error) from None


def _told(column: pa.Array) -> pa.Array:
    """Times as text: Python has none beyond the year 9999, which stands for "never", and no unknown zones."""
    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.timestamp(column.type.unit))
    temporal = pa.types.is_temporal(column.type) and not pa.types.is_interval(column.type)
    return column.cast(pa.string()) if temporal else column


def _damaged(source: Source, error: Exception) -> InputError:
    return source.fault(f"cannot be read as Parquet: {shown(str(error), 80)}; save it again")
