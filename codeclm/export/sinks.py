"""Files that take rows one at a time: JSON Lines and CSV. The same rows give the same bytes."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

from pydantic_core import to_json

from codeclm.export.flat import COLUMNS, columns
from codeclm.export.row import Row
from codeclm.ingest.cells import listed, neutral

_ROWS = 500
_BREAKS = {sign: f"\\u{ord(sign):04x}" for sign in "\x85\u2028\u2029"}


class Sink(Protocol):
    """An open file of one format."""

    def add(self, row: Row) -> None:
        """Write a row."""
        ...

    def close(self) -> None:
        """Write what is left. Without it the file is not whole."""
        ...


def line(record: dict[str, Any]) -> str:
    """One line of JSON Lines, without its newline. Signs that some readers break lines at are escaped."""
    text = to_json(record).decode()
    if not text.isascii():
        for sign, escaped in _BREAKS.items():
            # str.translate would look up each sign of the text.
            text = text.replace(sign, escaped)
    return text


class JsonLines:
    """UTF-8, one object a line."""

    def __init__(self, path: Path, shape: Callable[[Row], dict[str, Any]]) -> None:
        self._stream = path.open("w", encoding="utf-8", newline="\n")
        self._shape = shape

    def add(self, row: Row) -> None:
        """Write a row."""
        self._stream.write(line(self._shape(row)) + "\n")

    def close(self) -> None:
        """Flush and close."""
        self._stream.close()


class Csv:
    """UTF-8 with a byte order mark, as spreadsheets want it; texts quoted, numbers bare.

    A text that a spreadsheet would take for a formula gets an apostrophe before it: see `ingest.cells`.
    """

    def __init__(self, path: Path) -> None:
        self._stream = path.open("w", encoding="utf-8-sig", newline="")
        self._writer = _writer(self._stream)
        self._writer.writerow(COLUMNS)
        self._rows: list[Row] = []

    def add(self, row: Row) -> None:
        """Write a row, or keep it until there are some."""
        self._rows.append(row)
        if len(self._rows) >= _ROWS:
            self._flush()

    def close(self) -> None:
        """Write the last rows and close."""
        try:
            self._flush()
        finally:
            self._stream.close()

    def _flush(self) -> None:
        self._writer.writerows(cells(self._rows))
        self._rows.clear()


def _writer(stream: io.TextIOBase) -> Any:
    return csv.writer(stream, quoting=csv.QUOTE_NONNUMERIC)


def csv_lines(rows: list[Row]) -> list[str]:
    """The header and the rows as `Csv` writes them, each without its line end."""
    lines = []
    for row in (COLUMNS, *cells(rows)):
        stream = io.StringIO()
        _writer(stream).writerow(row)
        lines.append(stream.getvalue().removesuffix("\r\n"))
    return lines


def cells(rows: Sequence[Row]) -> list[tuple[str | int | float, ...]]:
    """The cells of rows: skills as one text, missing values empty, truth as true or false."""
    if not rows:
        return []
    found = [[_CELLS[type(value)](value) for value in values] for values in columns(rows).values()]
    return list(zip(*found, strict=True))


_CELLS: dict[type, Callable[[Any], str | int | float]] = {
    str: neutral,
    tuple: lambda names: neutral(listed(names)),
    bool: lambda truth: "true" if truth else "false",
    int: int,
    float: float,
    type(None): lambda _: "",
}
