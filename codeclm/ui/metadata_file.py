"""Metadata from a file: a column for the use case, one for skills; what cannot be read is listed."""

from __future__ import annotations

import streamlit as st

from codeclm import ingest
from codeclm.jobs.importing import prepare
from codeclm.projects import Project
from codeclm.ui.guard import error_box, guarded, notify
from codeclm.ui.seeds_kinds import of_label
from codeclm.ui.text import one_line, plain, plural

TYPES = ["jsonl", "json", "csv", "tsv", "parquet"]
_LISTED = 8
_ROUND = "meta_file_round"


def by_file(project: Project) -> None:
    """Choose a file, see what it holds, take it in."""
    given = st.file_uploader(
        "A file with a column for the use case and one for skills",
        type=TYPES,
        key=f"meta_file_{st.session_state.get(_ROUND, 0)}",
    )
    if given is None:
        return
    table, kind = ingest.read(given.getvalue(), given.name), of_label("Metadata")
    field, _ = kind.guess(table)
    if field is None:
        field = st.selectbox(
            kind.field,
            [column.name for column in table.columns],
            index=None,
            placeholder="Choose a column",
            key=f"meta_file_field_{given.file_id}",
            format_func=lambda name: one_line(name, 60),
        )
    if field is None:
        st.info(kind.missing, icon=":material/arrow_upward:")
        return
    found = ingest.metadata(table, field)
    st.caption(f"{plural(len(found.records), 'row')} can be taken in, {len(found.rejected)} cannot.")
    for each in found.rejected[:_LISTED]:
        st.caption(f"Row {each.row}: {plain(each.reason)}")
    if not found.records:
        error_box("No row of this file says a use case.")
        return
    st.button(
        f"Add {plural(len(found.records), 'row')}",
        icon=":material/upload:",
        on_click=_add,
        args=(project, given.getvalue(), given.name, field),
        key="meta_file_add",
    )


@guarded
def _add(project: Project, data: bytes, name: str, field: str) -> None:
    load = prepare(ingest.read(data, name), "metadata", field)
    with project.open() as store:
        done = load(store)
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1
    notify(f"{plural(done.added, 'row')} added, {done.duplicates} there already.")
