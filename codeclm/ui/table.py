"""Tables that show one page of rows at a time, asked for by SQL, and figures as tiles.

The number of the page is in the address. Knows nothing of what the rows are.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import streamlit as st

from codeclm.ids import content_id
from codeclm.ingest.cells import neutral
from codeclm.ui.text import number, one_line, whole

PAGE = 50
"""Rows on a page: a screen or two, and well under what makes the browser slow."""
_ROW = 33
"""Pixels of a row, and of the head, at the font size of this app."""


def offset(key: str, total: int, size: int = PAGE) -> int:
    """Where the page that is open begins; the last page where the number is past the end."""
    wanted = str(st.session_state.get(key) or st.query_params.get(key) or 1)
    return (min(max(whole(wanted) or 1, 1), pages_of(total, size)) - 1) * size


def pager(key: str, total: int, unit: str, size: int = PAGE) -> None:
    """What is shown of how many, and numbered pages where there are several. Draw it under the table."""
    first = offset(key, total, size)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        last = min(first + size, total)
        st.caption(f"{number(first + 1)}–{number(last)} of {number(total)} {unit}" if total else f"No {unit}")
        if total > size:
            st.pagination(pages_of(total, size), key=key, bind="query-params", width=330)


def first_page(key: str) -> None:
    """Callback of a filter: what is shown changes, so begin at the first page."""
    if key in st.session_state:
        st.session_state[key] = 1
    else:
        # Pages that were not drawn yet get their number from the address alone: set here, Streamlit warns.
        st.query_params.pop(key, None)


def pages_of(total: int, size: int = PAGE) -> int:
    """How many pages there are; at least one."""
    return max(1, -(-total // size))


def tall(rows: int, most: int = 420) -> int:
    """The height of a table in pixels: that of its rows, without a strip below them; at most `most`.

    What does not fit is cut in the middle of a row, so that it shows that there is more.
    """
    whole = _ROW * (rows + 1) + 3
    return whole if whole <= most else (most - 3 - _ROW // 2) // _ROW * _ROW + _ROW // 2 + 3


def rows_key(name: str, ids: Iterable[str]) -> str:
    """A key for a table by the rows it shows: a selection never slips on to other rows at the same place.

    Nor does it come back with the rows it was made on, after others: the browser would tell it again, and
    show no row as chosen.
    """
    rows, drawn = content_id("rows", ids=list(ids)), f"{name}_drawn"
    last, times = st.session_state.get(drawn, ("", 0))
    if rows != last:
        times += 1
        st.session_state[drawn] = rows, times
    return f"{name}_{rows}_{times}"


def titles(names: Iterable[str], taken: Iterable[str] = (), longest: int = 30) -> list[str]:
    """A column's title for each name: shortened, and told apart from the others and from those taken."""
    found, there = list[str](), set(taken)
    for name in names:
        short = title = one_line(name, longest)
        at = 1
        while title in there:
            at += 1
            title = f"{short} ({at})"
        there.add(title)
        found.append(title)
    return found


def csv_bytes(rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> bytes:
    """A CSV file that no spreadsheet takes for formulas: such cells begin with an apostrophe."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(map(neutral, columns))
    for row in rows:
        cells = (row.get(column, "") for column in columns)
        writer.writerow([neutral(cell) if isinstance(cell, str) else cell for cell in cells])
    return buffer.getvalue().encode("utf-8-sig")
