"""The metadata of a project, a page at a time, edited in place. Edits are applied by id, never by position.

An edit appends a revision; what was written from the old labels becomes stale, and this says how much.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from codeclm.errors import CodecError
from codeclm.ids import content_id
from codeclm.projects import Project
from codeclm.records import Labels, Metadata
from codeclm.store.maps import label_text
from codeclm.ui.facets import OFFERED
from codeclm.ui.glossary import term
from codeclm.ui.guard import guarded, notify
from codeclm.ui.labels import labels_of
from codeclm.ui.metadata.detail import detail
from codeclm.ui.metadata.filters import PAGE_KEY, Known, filters
from codeclm.ui.table import PAGE, offset, pager, tall
from codeclm.ui.text import number, one_line, plural

_ROUND = "meta_round"
_CLICK = "meta_detail_click"
_LOOK, _LOOKED_AT = "meta_look", "meta_looked_at"


def metadata_table(project: Project) -> bool:
    """Draw filters, the table and its pages. False where the project has no metadata at all."""
    with project.open(readonly=True) as store:
        if not store.metadata.count():
            return False
    known = Known.read(project)
    where = filters(project, known)
    with project.open(readonly=True) as store:
        total = store.metadata.count(where)
        rows = store.metadata.page(where, offset(PAGE_KEY, total), PAGE)
        written = {row.id: store.metadata.written(row.id) for row in rows}
    if not rows:
        st.caption("No metadata matches.")
        return True
    _editor(project, rows, written, [name for name, _ in known.skills[:OFFERED]])
    _by_keys(project, rows)
    pager(PAGE_KEY, total, _unit(known, total))
    return True


def _unit(known: Known, total: int) -> str:
    """What is counted under the table; of all rows also how many are in use, as the sidebar counts those."""
    counts = dict(known.states)
    used, every = counts.get("in use", 0), sum(counts.values())
    return f"rows, {number(used)} in use" if used < every == total else "rows"


def _editor(project: Project, rows: list[Metadata], written: dict[str, int], skills: list[str]) -> None:
    frame = pd.DataFrame(
        {
            "More": ["Details" for _ in rows],
            "Use": [row.state == "active" for row in rows],
            "Use case": [row.labels.use_case for row in rows],
            "Skills": [list(row.labels.skills) for row in rows],
            "Written": [written[row.id] for row in rows],
            "Origin": [row.origin for row in rows],
        },
        index=pd.Index([row.id for row in rows], name="id"),
    )
    drawn = content_id(
        "editor",
        rows=[[row.id, row.revision, row.state] for row in rows],
        round=st.session_state.get(_ROUND, 0),
    )
    ids = [row.id for row in rows]
    st.data_editor(
        frame,
        key=f"meta_{drawn}",
        hide_index=True,
        disabled=["Origin", "Written"],
        on_change=_apply,
        args=(project, f"meta_{drawn}", ids, skills),
        height=tall(len(rows), 640),
        column_config={
            # What can be pressed comes first, as a narrow window cuts off what stands last.
            "More": st.column_config.ButtonColumn("", width="small", type="tertiary", key=_CLICK),
            "Use": st.column_config.CheckboxColumn(
                width=66, help="Whether a run writes from this row. Leaving one out deletes nothing."
            ),
            "Use case": st.column_config.TextColumn(width=180, help=term("use case"), required=True),
            "Skills": st.column_config.MultiselectColumn(
                width=320,
                help=f"{term('skills')} Choose, or type a new one.",
                options=skills,
                accept_new_options=True,
            ),
            "Origin": st.column_config.TextColumn(width="small"),
            "Written": st.column_config.NumberColumn(
                width=80,
                help="Instructions written from these labels, or imported with them. They become stale when "
                "you edit these; what came without any does not.",
            ),
        },
        alt="Metadata",
    )
    click = st.session_state.get(_CLICK)
    if click is not None and click["row"] < len(rows):
        detail(project, ids[click["row"]])


def _by_keys(project: Project, rows: list[Metadata]) -> None:
    """A way to a row's details without a mouse: the buttons in the table hear no key."""
    told = [label_text(row.labels.use_case, row.labels.skills) for row in rows]
    labels = {
        row.id: f"{at}. {one_line(text, 60)}"
        for at, (row, text) in enumerate(zip(rows, told, strict=True), 1)
    }
    st.selectbox(
        "Details of a row",
        list(labels),
        index=None,
        key=_LOOK,
        format_func=lambda each: labels.get(each, ""),
        placeholder="Details of a row",
        label_visibility="collapsed",
        width=320,
        on_change=_look,
    )
    looked_at = st.session_state.pop(_LOOKED_AT, None)
    if looked_at is not None:
        detail(project, looked_at)


@guarded
def _look() -> None:
    st.session_state[_LOOKED_AT], st.session_state[_LOOK] = st.session_state[_LOOK], None


@guarded
def _apply(project: Project, key: str, ids: list[str], skills: list[str]) -> None:
    """Write what the editor holds, each change to the row it was made on. `skills`: those it offered."""
    edits: dict[int, dict[str, Any]] = st.session_state[key]["edited_rows"]
    try:
        with project.open() as store, store.write():
            stale = 0
            for position, change in edits.items():
                row = store.metadata.get(ids[int(position)])
                if row is None:
                    continue
                if "Use" in change:
                    store.metadata.set_state([row.id], "active" if change["Use"] else "excluded")
                labels = _edited(row.labels, change, skills)
                if labels != row.labels:
                    stale += store.metadata.affected(row.id)[0]
                    store.metadata.revise(row.id, labels)
    except CodecError:
        st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1
        raise
    if stale:
        notify(
            f"Saved. {plural(stale, 'instruction')} written from the old labels "
            f"{'is' if stale == 1 else 'are'} stale now; the next run writes new ones."
        )


def _edited(labels: Labels, change: dict[str, Any], skills: list[str]) -> Labels:
    """The labels after a change of the editor's. One that leaves them alone says nothing against them."""
    if not {"Use case", "Skills"} & change.keys():
        return labels
    use, named = change.get("Use case", labels.use_case), change.get("Skills", labels.skills)
    return labels_of(use or "", named or [], labels, skills)
