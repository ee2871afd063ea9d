"""A path or an upload into a Table: finds out the format by name and content.

The name decides where the content allows it: JSON Lines called .json, or JSON called .txt, are read
as what they are.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

from codeclm.errors import InputError
from codeclm.ingest import formats
from codeclm.ingest.fields import CHAT_NAMES, TEXT_NAMES, guess, survey
from codeclm.ingest.source import PARQUET, Source, as_text, open_source, shown
from codeclm.ingest.table import Kind, Rejected, Row, Table

Walk = Callable[[], Iterator[Row | Rejected]]
_SHEETS: dict[str, Kind] = {"csv": "csv", "tsv": "tsv", "tab": "tsv"}
_NAME = 255
"""Characters of a file's name, which may hold bytes that are no text."""
_LINES = ("jsonl", "ndjson")
_HEADERS = {*CHAT_NAMES, *TEXT_NAMES, "use_case", "strong"}


def read(source: str | Path | bytes, name: str = "") -> Table:
    """The table in a file, or in the bytes of an upload called `name`.

    InputError: not such a file, binary, empty, another encoding, no rows, duplicate headers, too large.
    """
    opened = open_source(source, name)
    if opened.head.startswith(PARQUET):
        from codeclm.ingest import parquet

        parquet.check(opened)
        return _table(opened, "parquet", lambda: parquet.rows(opened))
    if opened.suffix in ("parquet", "pq"):
        raise opened.fault("not a Parquet file, whatever its name says; save it again, or name it rightly")
    checked = as_text(opened)
    if _looks_like_json(checked):
        return _json(checked)
    return _plain(checked)


def _table(source: Source, kind: Kind, walk: Walk, header: tuple[str, ...] = ()) -> Table:
    columns, good, seen = survey(walk(), header)
    if not seen:
        raise source.fault("there are no rows in it; choose a file with some")
    if not good and kind in ("json", "jsonl"):
        first = next(row for row in walk() if isinstance(row, Rejected))
        what = "line" if kind == "jsonl" else "row"
        raise source.fault(f"no {what} of it is a JSON object; {what} {first.row}: {first.reason}")
    return Table(shown(Path(source.name).name, _NAME), kind, columns, *guess(columns), walk)


def _looks_like_json(source: Source) -> bool:
    if source.suffix in ("json", *_LINES):
        return True
    line = _first_line(source)
    if line[:1] not in ("{", "["):
        return False
    try:
        return isinstance(json.loads(line), dict | list)
    except ValueError:
        return source.suffix not in ("txt", *_SHEETS) or line in ("{", "[")
    except RecursionError:
        return True


def _first_line(source: Source) -> str:
    with source.text() as lines:
        return next((line.strip() for line in lines if line.strip()), "")


def _json(source: Source) -> Table:
    """As a document or as lines: first what the name says, then the other; the first fault is told."""
    if source.suffix in _LINES:
        try:
            return _lines(source)
        except InputError as error:
            return _other(source, _document, error)
    try:
        return _document(source)
    except InputError as error:
        return _other(source, _lines, error)


def _other(source: Source, way: Callable[[Source], Table], first: InputError) -> Table:
    try:
        return way(source)
    except InputError:
        raise first from None


def _lines(source: Source) -> Table:
    return _table(source, "jsonl", lambda: formats.jsonl(source))


def _document(source: Source) -> Table:
    rows = formats.document(source)
    return _table(source, "json", lambda: iter(rows))


def _plain(source: Source) -> Table:
    parted_by = "\t" if _SHEETS.get(source.suffix) == "tsv" else formats.delimiter(source)
    kind = _SHEETS.get(source.suffix) or _kind_by_header(source, parted_by)
    if kind == "txt":
        return _table(source, "txt", lambda: formats.txt(source))
    header = formats.header(source, parted_by)
    return _table(source, kind, lambda: formats.sheet(source, parted_by), header)


def _kind_by_header(source: Source, parted_by: str) -> Kind:
    """A file without a telling name is a sheet where its first line names a column we know; so is a .txt
    with tabs, as spreadsheets save Unicode text.
    """
    cells = [cell.strip().strip('"').casefold() for cell in _first_line(source).split(parted_by)]
    lines_of_text = source.suffix == "txt" and parted_by != "\t"
    if lines_of_text or len(cells) < 2 or not _HEADERS.intersection(cells):
        return "txt"
    return "tsv" if parted_by == "\t" else "csv"
