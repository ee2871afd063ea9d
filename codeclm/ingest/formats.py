"""The formats, each as a function from a checked source to rows. Knows no column names.

A row that is broken in itself is a `Rejected` among the others; a broken file is an InputError.
"""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from pydantic_core import from_json

from codeclm.ingest.cells import exported, restore
from codeclm.ingest.fields import is_chat
from codeclm.ingest.source import MAX_BYTES, Source, shown
from codeclm.ingest.table import Rejected, Row

csv.field_size_limit(MAX_BYTES)
MAX_DOCUMENT = 128 * 2**20
_LISTS = ("data", "rows", "train", "examples", "instructions", "items", "questions", "seeds")


def txt(source: Source) -> Iterator[Row | Rejected]:
    """A row a line; blank lines only part them."""
    with source.text() as lines:
        for number, line in enumerate(lines, 1):
            if line.strip():
                yield Row(number, {"text": line})


def jsonl(source: Source) -> Iterator[Row | Rejected]:
    """A JSON object a line (or a string, which counts as `text`)."""
    with source.text() as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                yield _row(number, _loads(line))
            except json.JSONDecodeError as error:
                yield Rejected(number, f"not valid JSON: {_fault(error)}, at character {error.colno:,}")
            except RecursionError:
                yield Rejected(number, "nested too deeply")
            except ValueError as error:
                yield Rejected(number, f"not valid JSON: {shown(str(error), 80)}")


def _loads(line: str) -> Any:
    """As json.loads, in less than half the time; what the fast reader refuses, that one reads or explains."""
    try:
        return from_json(line)
    except ValueError:
        return json.loads(line)


def _fault(error: json.JSONDecodeError) -> str:
    """What is wrong, without the “at” that some of these messages end with, as the place follows."""
    return error.msg.removesuffix(" at")


def document(source: Source) -> list[Row | Rejected]:
    """The rows of one JSON document: a list of objects, or an object with such a list, as `rows` or as
    `data.items`, or one row.
    """
    with source.bytes() as stream:
        size = stream.seek(0, 2)
    if size > MAX_DOCUMENT:
        raise source.fault(
            f"one JSON document of over {MAX_DOCUMENT // 2**20} MB; save it as JSONL, a line each"
        )
    try:
        with source.text() as stream:
            value = json.load(stream)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno:,}, character {error.colno:,}"
        raise source.fault(f"not valid JSON: {_fault(error)}, at {where}; mend it there") from None
    except RecursionError:
        raise source.fault("the JSON is nested too deeply; give a list of flat objects") from None
    except ValueError as error:
        raise source.fault(f"not valid JSON: {shown(str(error), 80)}; mend it") from None
    return [_row(number, item) for number, item in enumerate(_list_in(source, value), 1)]


def _list_in(source: Source, value: Any) -> list[Any]:
    if isinstance(value, list):
        return value
    if isinstance(value, dict):
        while inner := [value[name] for name in _LISTS if isinstance(value.get(name), dict)]:
            value = inner[0]
        lists = {k: v for k, v in value.items() if isinstance(v, list) and v and not is_chat(v)}
        for name in _LISTS:
            if name in lists:
                return list(lists[name])
        objects = [v for v in lists.values() if isinstance(v[0], dict)]
        if len(objects) == 1 and len(value) == 1:
            return list(objects[0])
        return [value] if value else []
    raise source.fault("the JSON is neither a list nor an object; give a list of objects")


def _row(number: int, value: Any) -> Row | Rejected:
    if isinstance(value, dict):
        return Row(number, value)
    if isinstance(value, str):
        return Row(number, {"text": value})
    return Rejected(number, "not a JSON object")


def delimiter(source: Source) -> str:
    """What parts the cells of the header: the most frequent of , ; tab and | outside quotation marks."""
    with source.text() as stream:
        header = re.sub(r'"[^"]*"', "", stream.readline(1 << 16))
    counts = {sign: header.count(sign) for sign in ("\t", ",", ";", "|")}
    best = max(counts, key=lambda sign: counts[sign])
    return best if counts[best] else ","


def header(source: Source, parted_by: str) -> tuple[str, ...]:
    """The names in the header. InputError: two are the same, or it is not valid CSV."""
    with source.text(newline="") as stream:
        cells: list[str] = []
        try:
            cells = next((row for row in csv.reader(stream, delimiter=parted_by, strict=True) if row), [])
        except csv.Error as error:
            raise _open_quote(source, 1, str(error)) from None
    names = [cell.strip() or f"column {number}" for number, cell in enumerate(cells, 1)]
    refuse_twice(source, names)
    return tuple(names)


def sheet(source: Source, parted_by: str) -> Iterator[Row | Rejected]:
    """Rows under a header. A ragged row, or one with a stray quotation mark, is rejected.

    The cells of an export are the texts they were made of.
    """
    names = header(source, parted_by)
    ours = exported(names)
    with source.text(newline="") as stream:
        reader = csv.reader(stream, delimiter=parted_by, strict=True)
        next((row for row in reader if row), None)
        number = 0
        while True:
            start = reader.line_num + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                if "end of data" in str(error):
                    raise _open_quote(source, start, str(error)) from None
                cells = None
            number += 1
            if cells is None:
                yield Rejected(number, "a quotation mark inside a quoted cell is not doubled")
            elif len(cells) == len(names):
                whole = map(restore, cells) if ours else cells
                yield Row(number, dict(zip(names, whole, strict=True)))
            elif cells:
                yield Rejected(number, f"{len(cells)} cells where the header has {len(names)}")


def _open_quote(source: Source, line: int, error: str) -> Exception:
    if "end of data" in error:
        return source.fault(
            f"line {line:,}: a quotation mark opens a cell and none closes it; close or double it"
        )
    return source.fault(f"line {line:,}: the header is not valid CSV; mend its quotation marks")


def refuse_twice(source: Source, names: list[str]) -> None:
    """InputError where two columns have one name."""
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise source.fault(f"two columns are called “{shown(twice[0], 30)}”; rename one of them")
