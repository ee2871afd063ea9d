"""Importing what is no seed: pairs that exist already, with or without scores, and metadata."""

from __future__ import annotations

from typing import Final

import streamlit as st

from codeclm import ingest
from codeclm.ids import content_id
from codeclm.jobs.importing import Imported, Kind, prepare
from codeclm.projects import Project
from codeclm.ui.guard import guard, guarded, notify
from codeclm.ui.text import number, plain, plural

TYPES: Final = ["jsonl", "ndjson", "json", "csv", "tsv", "parquet"]
KINDS: Final[dict[str, Kind]] = {"Pairs": "pairs", "Metadata": "metadata"}
MEANS: Final[dict[str, str]] = {
    "Pairs": "Columns instruction, strong and target; where there are any, strong_score and target_score, or "
    "strong_score_1 … of both orders. Pairs without scores are scored by the next run.",
    "Metadata": "Columns use_case and skills (a list, or parted by commas).",
}
_ROUND = "import_round"


def other_panel(project: Project) -> None:
    """Kind, file, and what came of it."""
    kind = st.segmented_control(
        "What the rows are", list(KINDS), default="Pairs", required=True, key="import_kind"
    )
    st.caption(MEANS[kind])
    file = st.file_uploader(
        f"A file of {kind.lower()}", TYPES, key=f"import_file_{kind}_{st.session_state.get(_ROUND, 0)}"
    )
    if file is None:
        return
    content = file.getvalue()
    with guard(stop=False):
        table = ingest.read(content, file.name)
        prepare(table, KINDS[kind])
        st.caption(f"{plain(file.name, 60)}: columns {plain(', '.join(c.name for c in table.columns), 300)}")
        st.button(
            f"Import the {kind.lower()}",
            icon=":material/upload:",
            type="primary",
            on_click=_import,
            args=(project, KINDS[kind], content, file.name),
            key=f"import_{content_id('file', name=file.name, size=len(content))}",
        )


@guarded
def _import(project: Project, kind: Kind, content: bytes, name: str) -> None:
    load = prepare(ingest.read(content, name), kind)
    with project.open() as store:
        done = load(store)
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1
    notify(_said(done, kind))
    if done.rejected:
        first = "; ".join(f"row {each.row}: {each.reason}" for each in done.rejected[:3])
        more = f"; and {number(len(done.rejected) - 3)} more" if len(done.rejected) > 3 else ""
        notify(f"{plural(len(done.rejected), 'row')} rejected ({first}{more}).", bad=True)


def _said(done: Imported, kind: Kind) -> str:
    there = f"; {number(done.duplicates)} were there already" if done.duplicates else ""
    return f"{number(done.added)} {kind} added{there}."
