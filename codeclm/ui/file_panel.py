"""Adding from a file or pasted text: its columns, what would come of it, and what was rejected and why."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from codeclm import ingest
from codeclm.ids import content_id
from codeclm.jobs.importing import ImportKind, parse, put, scale_told, tagged_of
from codeclm.projects import Project
from codeclm.ui import browser
from codeclm.ui.file_kinds import KINDS, FileKind, of_label
from codeclm.ui.glossary import term
from codeclm.ui.guard import guard, guarded, notify
from codeclm.ui.labels import by_hand
from codeclm.ui.table import csv_bytes, tall
from codeclm.ui.text import number, one_line, plain, plural
from codeclm.ui.uploads import TYPES

_ROUND, _LAST = "seeds_add_round", "seeds_add_last"
_NONE = "(none)"
_PASTED = "Pasted text"
_SHOWN = 8
Asked = tuple[ImportKind, str, str]
"""As what a file is read: its kind, the column chosen, and the one joined to it (empty: none)."""


@dataclass(frozen=True, slots=True)
class Upload:
    """Bytes and the name they came under; `pasted`: as text into the field."""

    name: str
    content: bytes
    pasted: bool = False

    @property
    def id(self) -> str:
        """Names this file with this content."""
        return content_id("upload", name=self.name, size=len(self.content), head=hash(self.content))


def add_panel(project: Project) -> None:
    """The whole of adding, from a file, from pasted text, or by hand."""
    how = st.segmented_control(
        "Add from",
        ["File", _PASTED, "No seeds: describe the task"],
        default="File",
        required=True,
        key="seeds_how",
        persist_state="session",
        label_visibility="collapsed",
    )
    if how == "No seeds: describe the task":
        st.caption(
            "Without seeds, write down what the instructions should be about; they are generated from that. "
            + term("metadata")
        )
        by_hand(project, "seeds")
        return
    if how == "File":
        file_panel(project, _kind())
    else:
        _panel(project, _pasted(), KINDS[0])


def file_panel(project: Project, kind: FileKind) -> None:
    """Adding from a file that holds what is of this kind. One that cannot be read ends no page."""
    _panel(project, _file(), kind)


def _panel(project: Project, upload: Upload | None, kind: FileKind) -> None:
    if upload is not None:
        with guard(stop=False):
            _choose(project, upload, kind)


def _kind() -> FileKind:
    label = st.segmented_control(
        "What the file holds",
        [each.label for each in KINDS],
        default=KINDS[0].label,
        required=True,
        key="seeds_kind",
    )
    kind = of_label(label)
    st.caption(kind.about)
    return kind


def _file() -> Upload | None:
    file = st.file_uploader(
        "File",
        TYPES,
        key=f"seeds_file_{st.session_state.get(_ROUND, 0)}",
        help="JSONL, JSON, CSV, TSV, Parquet, or TXT with one instruction a line; UTF-8 or UTF-16.",
    )
    return None if file is None else Upload(file.name, file.getvalue())


def _pasted() -> Upload | None:
    st.text_area(
        "Instructions, one a line",
        key=_text(),
        persist_state="session",
        height=160,
        placeholder="Plan a three-day walking trip for a family with two small children.\nExplain …",
    )
    return _in_field()


def _text() -> str:
    """The key of the field for pasted text: a new and empty one after each time that some was added."""
    return f"seeds_text_{st.session_state.get(_ROUND, 0)}"


def _in_field() -> Upload | None:
    """The text that is pasted now."""
    text = str(st.session_state[_text()])
    return Upload("pasted.txt", text.encode("utf-8", "replace"), True) if text.strip() else None


def _choose(project: Project, upload: Upload, kind: FileKind) -> None:
    table = _read(upload.id, upload)
    names = [column.name for column in table.columns]
    field, other = kind.guess(table)
    if len(names) == 1:
        field = names[0]  # only here, where somebody looks at the rows before they are added
    if table.kind != "txt" or kind.kind != "seeds":
        left, right = st.columns(2)
        field = left.selectbox(
            kind.field,
            names,
            index=names.index(field) if field in names else None,
            placeholder="Choose a column",
            key=_column(kind, upload),
            format_func=lambda name: one_line(name, 60),
        )
        others = [_NONE, *(name for name in names if name != field)]
        other = right.selectbox(
            kind.other,
            others,
            index=others.index(other) if other in others else 0,
            key=_column(kind, upload, "other"),
            format_func=lambda name: one_line(name, 60),
            help=kind.other_help,
        )
    if field is None:
        st.info(kind.missing, icon=":material/arrow_upward:")
        _raw(table)
        return
    if kind.kind == "seeds" and ingest.has_answers(table):
        st.info(f"The file has answers too: as {KINDS[-1].many} they come with it.", icon=":material/info:")
    asked = _asked(kind, field, other)
    _preview(project, *_parse(upload.id, *asked, upload), upload, kind, asked)


def _column(kind: FileKind, upload: Upload, which: str = "field") -> str:
    """The key of the field in which a column is chosen."""
    return f"seeds_{which}_{kind.kind}_{upload.id}"


def _asked(kind: FileKind, field: str, other: str | None) -> Asked:
    return kind.kind, field, "" if other in (_NONE, None, field) else str(other)


def _preview(
    project: Project,
    parsed: ingest.Parsed[Any],
    repeats: int,
    upload: Upload,
    kind: FileKind,
    asked: Asked,
) -> None:
    good, bad = len(parsed.records), len(parsed.rejected)
    tagged = tagged_of(parsed.records) if kind.kind == "seeds" else 0
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"{plural(parsed.read, 'row')} in {plain(upload.name, 60)}", width="content")
        st.badge(f"{number(good)} can be used", color="green" if good else "gray")
        if tagged:
            st.badge(f"{number(tagged)} with tags", color="gray")
        if repeats:
            st.badge(plural(repeats, "repeated row"), color="gray")
        if bad:
            st.badge(f"{number(bad)} rejected", color="red")
    if good:
        if good > _SHOWN:
            st.caption(f"The first {_SHOWN}:")
        frame = pd.DataFrame([kind.row(record) for record in parsed.records[:_SHOWN]])
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
        st.button(
            f"Add {kind.count(good - repeats)}",
            type="primary",
            icon=":material/add:",
            on_click=_add,
            args=(project, upload, kind, asked),
            key="seeds_add",
        )
    if bad:
        rejects(parsed.rejected, upload.name, opened=not good)


@guarded
def _add(project: Project, upload: Upload, kind: FileKind, asked: Asked) -> None:
    state = st.session_state
    if upload.pasted:
        upload = _in_field() or upload
    field = state.get(_column(kind, upload)) or asked[1]
    asked = _asked(kind, field, state.get(_column(kind, upload, "other"), asked[2]))
    parsed, repeats = _parse(upload.id, *asked, upload)
    with project.open() as store:
        added = put(store, kind.kind, parsed)
        told = scale_told(store) if kind.kind == "pairs" else ""
        there = added.duplicates - repeats
        buried = store.seeds.buried(each.id for each in parsed.records) if kind.kind == "seeds" else 0
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1
    st.session_state[_LAST] = {
        "project": project.name,
        "kind": kind.kind,
        "name": upload.name,
        "rows": [each.as_dict() for each in added.rejected],
    }
    also = [f"{number(there - buried)} were there already"] if there > buried else []
    also += [f"{number(buried)} were deleted: “Deleted” shows them, to be restored"] if buried else []
    also += [plural(repeats, "repeated row")] if repeats else []
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


@st.cache_resource(max_entries=4, ttl="20m", show_spinner="Reading the file…")
def _read(upload: str, _upload: Upload) -> ingest.Table:
    return ingest.read(_upload.content, _upload.name)


@st.cache_resource(max_entries=4, ttl="20m", show_spinner="Looking at every row…")
def _parse(
    upload: str, kind: ImportKind, field: str, other: str, _upload: Upload
) -> tuple[ingest.Parsed[Any], int]:
    """The rows as records, and how many are the same as one before; not looked at for pairs."""
    parsed = parse(_read(upload, _upload), kind, field or None, other)
    names = [] if kind == "pairs" else [record.id for record in parsed.records]
    return parsed, len(names) - len(set(names))
