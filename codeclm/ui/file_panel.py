"""Adding from what was given: what would come of it, and what was rejected and why.

Shared by Seeds and Metadata; knows not what stands around it.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from codeclm import ingest
from codeclm.ids import content_id
from codeclm.jobs.importing import ImportKind, parse, put, repeats, scale_told, tagged_of
from codeclm.projects import Project
from codeclm.ui import browser
from codeclm.ui.file_columns import Columns, at_press, choose
from codeclm.ui.file_kinds import KINDS, FileKind
from codeclm.ui.guard import guard, guarded, notify
from codeclm.ui.table import csv_bytes, tall
from codeclm.ui.text import number, one_line, plain, plural
from codeclm.ui.uploads import Upload, table, upload

_LAST = "seeds_add_last"
_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Given:
    """What was given, and as what it is read."""

    file: Upload
    kind: FileKind
    key: str
    """How the key of the field begins that it was given in."""
    again: Callable[[], Upload | None] | None = None
    """Reads at the press what stands in a field that may hold more than was drawn."""


def file_panel(project: Project, kind: FileKind, key: str) -> None:
    """A field for a file that holds what is of this kind, and adding from it."""
    file = upload(
        "File",
        field_key(key),
        "JSONL, JSON, CSV, TSV, Parquet, or TXT with one instruction a line; UTF-8 or UTF-16.",
    )
    if file is not None:
        look_through(project, Given(file, kind, key))


def field_key(key: str) -> str:
    """The key of a field for what is to be added: a new and empty one each time that some was."""
    return f"{key}_{st.session_state.get(_round(key), 0)}"


def _round(key: str) -> str:
    return f"{key}_round"


def look_through(project: Project, given: Given) -> None:
    """Choose its columns, see what would come of it, and add that. What cannot be read ends no page."""
    with guard(stop=False):
        columns = choose(given.file, given.kind)
        if columns is None:
            _raw(table(given.file.path, given.file.name))
        else:
            _preview(project, given, columns)


def _preview(project: Project, given: Given, columns: Columns) -> None:
    parsed, again = _parsed(given.file, given.kind, columns)
    good = len(parsed.records)
    tagged = tagged_of(parsed.records) if given.kind.kind == "seeds" else 0
    with st.container(horizontal=True, vertical_alignment="center"):
        _counted(given.file.name, parsed, tagged, again)
        if good:
            st.button(
                f"Add {given.kind.count(good - again)}",
                type="primary",
                icon=":material/add:",
                on_click=_add,
                args=(project, given, columns),
                key="seeds_add",
            )
    if good:
        _first_rows(given.kind, parsed.records, tagged > 0)
    if parsed.rejected:
        rejects(parsed.rejected, given.file.name, opened=not good)


def _counted(name: str, parsed: ingest.Parsed[Any], tagged: int, again: int) -> None:
    good, bad = len(parsed.records), len(parsed.rejected)
    st.markdown(f"{plural(parsed.read, 'row')} in {plain(name, 60)}", width="content")
    st.badge(f"{number(good)} can be used", color="green" if good else "gray")
    if tagged:
        st.badge(f"{number(tagged)} with tags", color="gray")
    if again:
        st.badge(plural(again, "repeated row"), color="gray")
    if bad:
        st.badge(f"{number(bad)} rejected", color="red")


def _first_rows(kind: FileKind, records: Sequence[Any], tagged: bool) -> None:
    if len(records) > _SHOWN:
        st.caption(f"The first {_SHOWN}:")
    frame = pd.DataFrame([kind.row(record) for record in records[:_SHOWN]])
    if not tagged:
        frame = frame.drop(columns="Tags", errors="ignore")
    st.dataframe(
        frame,
        hide_index=True,
        column_config={
            "Seed": st.column_config.TextColumn(width=760),
            "Tags": st.column_config.ListColumn(width=160),
            "Row": st.column_config.NumberColumn(width=60),
            "Strong answer": st.column_config.TextColumn(width=260),
            "Target answer": st.column_config.TextColumn(width=260),
            "Instruction": st.column_config.TextColumn(width=360),
            "Scores": st.column_config.TextColumn(width=100),
        },
        alt=f"The first {kind.many} that this file gives",
    )


@guarded
def _add(project: Project, given: Given, columns: Columns) -> None:
    state, kind = st.session_state, given.kind
    file = (given.again() if given.again else None) or given.file
    parsed, _ = _parsed(file, kind, at_press(file, kind, columns))
    with project.open() as store:
        added = put(store, kind.kind, parsed)
        told = scale_told(store) if kind.kind == "pairs" else ""
        there = added.duplicates - added.repeated
        buried = store.seeds.buried(each.id for each in parsed.records) if kind.kind == "seeds" else 0
    state[_round(given.key)] = state.get(_round(given.key), 0) + 1
    state[_LAST] = {
        "project": project.name,
        "kind": kind.kind,
        "name": file.name,
        "rows": [each.as_dict() for each in added.rejected],
    }
    also = [f"{number(there - buried)} were there already"] if there > buried else []
    also += [f"{number(buried)} were deleted: “Deleted” shows them, to be restored"] if buried else []
    also += [plural(added.repeated, "repeated row")] if added.repeated else []
    also += [f"{plural(added.tagged, 'row')} had tags"] if added.tagged else []
    refused = len(added.rejected) - len(parsed.rejected)
    also += [f"{number(refused)} rejected, as listed below"] if refused else []
    notify("; ".join([f"{kind.count(added.added)} added", *also]) + ".")
    browser.focus("next_step")
    if told:
        notify(f"{told} Contrast sets it.")


def last_rejects(project: Project, kinds: Sequence[FileKind] = KINDS) -> None:
    """What the file added last did not give, if it was of one of these kinds, until another one is added."""
    last = st.session_state.get(_LAST, {})
    here = last.get("project") == project.name and last.get("kind") in {each.kind for each in kinds}
    if here and last["rows"]:
        st.caption(f"From {plain(last['name'], 60)}, added just now:")
        rejects([ingest.Rejected(each["row"], each["reason"]) for each in last["rows"]], last["name"])


def rejects(rejected: list[ingest.Rejected], name: str, opened: bool = False) -> None:
    """The rows that cannot be used, with why, and the same as a file."""
    said = f"{plural(len(rejected), 'row')} rejected, and why"
    with st.expander(said, icon=":material/block:", expanded=opened):
        rows = [{"row": each.row, "reason": each.reason} for each in rejected]
        st.dataframe(
            pd.DataFrame(rows[:500]).rename(columns={"row": "Row", "reason": "Why"}),
            hide_index=True,
            height=tall(min(len(rows), 500)),
            alt="Rejected rows",
            column_config={"Row": st.column_config.NumberColumn(width="small")},
        )
        st.download_button(
            "Download as CSV",
            csv_bytes(rows, ("row", "reason")),
            "rejected.csv",
            "text/csv",
            icon=":material/download:",
            key=f"seeds_rejects_{content_id('rejects', name=name, rows=len(rows))}",
            on_click="ignore",
        )


def _raw(table: ingest.Table) -> None:
    """The file as it is, until a column is chosen; where no row can be read, why."""
    first = list(itertools.islice(table.rows(), 200))
    rows = [row for row in first if isinstance(row, ingest.Row)][:5]
    if not rows:
        rejects([row for row in first if isinstance(row, ingest.Rejected)], table.name)
        return
    frame = pd.DataFrame(
        [{key: one_line(str(value), 300) for key, value in row.values.items()} for row in rows]
    )
    st.dataframe(frame, hide_index=True, alt="The first rows of the file as they are")


def _parsed(file: Upload, kind: FileKind, columns: Columns) -> tuple[ingest.Parsed[Any], int]:
    """The rows as records, and how many are the same as one before."""
    return _parse(file.path, file.name, kind.kind, columns)


@st.cache_resource(max_entries=4, ttl="20m", show_spinner="Looking at every row…")
def _parse(path: Path, name: str, kind: ImportKind, columns: Columns) -> tuple[ingest.Parsed[Any], int]:
    parsed = parse(table(path, name), kind, columns["field"] or None, columns["other"], columns)
    return parsed, repeats(parsed.records)
