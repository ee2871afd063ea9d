"""The metadata of a project, a page at a time, edited in place. Edits are applied by id, never by position.

An edit appends a revision; what was written from the old labels becomes stale, and this says how much.
"""

from __future__ import annotations

from typing import Any, get_args

import pandas as pd
import streamlit as st

from codeclm.errors import CodecError
from codeclm.ids import content_id
from codeclm.projects import Project
from codeclm.records import Labels, Metadata, MetadataState, Origin
from codeclm.ui.facets import facets
from codeclm.ui.glossary import term
from codeclm.ui.guard import guarded, notify
from codeclm.ui.labels import labels_of
from codeclm.ui.metadata_detail import detail
from codeclm.ui.table import PAGE, first_page, offset, pager
from codeclm.ui.text import plural

_PAGE, _SEARCH, _USE, _SKILL, _ORIGIN, _STATE = (
    "meta_page", "meta_search", "meta_use", "meta_skill", "meta_origin", "meta_state",
)  # fmt: skip
_ROUND = "meta_round"
_CLICK = "meta_detail_click"
STATES: dict[str, MetadataState] = {"in use": "active", "left out": "excluded", "proposed": "proposed"}


def metadata_table(project: Project) -> bool:
    """Draw filters, the table and its pages. False where the project has no metadata at all."""
    with project.open(readonly=True) as store:
        if not store.metadata.count():
            return False
    where = _filters(*facets(project))
    with project.open(readonly=True) as store:
        total = store.metadata.count(**where)
        rows = store.metadata.page(**where, offset=offset(_PAGE, total), limit=PAGE)
        affected = {row.id: store.metadata.affected(row.id) for row in rows}
    if not rows:
        st.caption("No metadata matches.")
        return True
    _editor(project, rows, affected)
    pager(_PAGE, total, "rows")
    return True


def _filters(uses: list[tuple[str, int]], skills: list[tuple[str, int]]) -> dict[str, Any]:
    change: dict[str, Any] = {"bind": "query-params", "on_change": first_page, "args": (_PAGE,)}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        search = st.text_input(
            "Search",
            key=_SEARCH,
            placeholder="part of a label",
            icon=":material/search:",
            width=240,
            **change,
        )
        use = _facet("Use case", _USE, uses, change)
        skill = _facet("Skill", _SKILL, skills, change)
        origin = st.selectbox(
            "Origin", get_args(Origin), index=None, key=_ORIGIN, placeholder="any", width=140, **change
        )
        state = st.selectbox(
            "State",
            STATES,
            index=None,
            key=_STATE,
            placeholder="any",
            width=140,
            **change,
        )
    return {
        "search": search,
        "use_case": use,
        "skill": skill,
        "origin": origin,
        "state": STATES.get(state or ""),
    }


def _facet(label: str, key: str, counted: list[tuple[str, int]], change: dict[str, Any]) -> str | None:
    """A filter by label, most used first. What is shown is what the address holds, so no counts here."""
    names = [name for name, _ in counted[:500]]
    held = st.session_state.get(key) or st.query_params.get(key)
    options = names if not held or held in names else [held, *names]
    chosen: str | None = st.selectbox(
        label,
        options,
        index=None,
        key=key,
        placeholder="any",
        width=220,
        **change,
    )
    return chosen


def _editor(project: Project, rows: list[Metadata], affected: dict[str, tuple[int, int]]) -> None:
    frame = pd.DataFrame(
        {
            "Use case": [row.labels.use_case for row in rows],
            "Skills": [", ".join(row.labels.skills) for row in rows],
            "Use": [row.state == "active" for row in rows],
            "Origin": [row.origin for row in rows],
            "Written from it": [affected[row.id][0] for row in rows],
            "More": ["Details" for _ in rows],
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
        disabled=["Origin", "Written from it"],
        on_change=_apply,
        args=(project, f"meta_{drawn}", ids),
        height=min(640, 38 + 35 * len(rows)),
        column_config={
            "Use case": st.column_config.TextColumn(width="medium", help=term("use case"), required=True),
            "Skills": st.column_config.TextColumn(width="large", help=f"{term('skills')} Parted by commas."),
            "Use": st.column_config.CheckboxColumn(
                width="small", help="Whether a run writes from this row. Leaving one out deletes nothing."
            ),
            "Origin": st.column_config.TextColumn(width="small"),
            "Written from it": st.column_config.NumberColumn(
                width=120,
                help="Instructions written from these labels. They become stale when you edit them.",
            ),
            "More": st.column_config.ButtonColumn("", width="small", type="tertiary", key=_CLICK),
        },
        alt="Metadata",
    )
    click = st.session_state.get(_CLICK)
    if click is not None and click["row"] < len(rows):
        detail(project, ids[click["row"]])


@guarded
def _apply(project: Project, key: str, ids: list[str]) -> None:
    """Write what the editor holds, each change to the row it was made on."""
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
                labels = _edited(row.labels, change)
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


def _edited(labels: Labels, change: dict[str, Any]) -> Labels:
    use = change.get("Use case", labels.use_case)
    skills = change.get("Skills", ", ".join(labels.skills))
    return labels_of(use or "", skills or "")
