"""A path or an upload into a Table: finds out the format by name and content."""

from __future__ import annotations

from pathlib import Path

from codeclm.ingest.table import Table


def read(source: str | Path | bytes, name: str = "") -> Table:
    """The table in a file, or in the bytes of an upload called `name`.

    InputError: not such a file, binary, empty, another encoding, no rows, duplicate headers, too large.
    """
    raise NotImplementedError
