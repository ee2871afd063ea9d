"""The seeds of a project, a page at a time: search, tags, and what can be done with the rows chosen."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from codeclm.ingest.tags import LONGEST_TAG
from codeclm.projects import Project
from codeclm.records import Labels, Metadata, Seed
from codeclm.store.selections import single
from codeclm.ui.guard import guarded, notify
from codeclm.ui.page import go
from codeclm.ui.table import PAGE, first_page, offset, pager, rows_key, tall
from codeclm.ui.tagging import put_tag
from codeclm.ui.text import body, number, one_line, plain, plural

_PAGE, _SEARCH, _TAG, _DELETED = "seeds_page", "seeds_search", "seeds_tag", "seeds_deleted"
SHOWN = 600
"""Characters of a seed that the table gets; all of it is shown when its row is chosen."""
_WHOLE, _WIDTHS = 980, {"Tags": 150, "From": 140, "Row": 60}
"""Pixels of the table on a wide screen, and of its columns; what they leave is the text's."""


def seeds_table(project: Project) -> bool:
    """Draw filters, table and actions. False where there is nothing to show, not even deleted seeds."""
    with project.open(readonly=True) as store:
        tags, buried, alive = store.seeds.tags(), store.seeds.count(deleted=True), store.seeds.count()
    if not alive and not buried:
        return False
    search, tag, deleted = _filters(tags, buried)
    with project.open(readonly=True) as store:
        total = store.seeds.count(search, tag, deleted)
        rows = store.seeds.page(search, tag, deleted, offset(_PAGE, total), PAGE)
    if not rows:
        st.caption("No seed matches." if alive and not deleted else "No seeds here.")
        return True
    bar = st.container(horizontal=True, vertical_alignment="center")
    chosen = _table(rows, deleted)
    with bar:
        _actions(project, chosen, deleted)
    pager(_PAGE, total, "seeds")
    if len(chosen) == 1:
        _whole(project, chosen[0])
    return True


def _filters(tags: list[tuple[str, int]], buried: int) -> tuple[str, str | None, bool]:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        search = st.text_input(
            "Search",
            key=_SEARCH,
            bind="query-params",
            placeholder="part of the text",
            icon=":material/search:",
            on_change=first_page,
            args=(_PAGE,),
            width=280,
        )
        tag = None
        if tags:
            tag = st.selectbox(
                "Tag",
                [name for name, _ in tags],
                index=None,
                placeholder="any tag",
                key=_TAG,
                bind="query-params",
                on_change=first_page,
                args=(_PAGE,),
                width=180,
            )
        deleted = False
        if buried:
            deleted = st.toggle(
                f"Deleted ({number(buried)})",
                key=_DELETED,
                bind="query-params",
                on_change=first_page,
                args=(_PAGE,),
            )
    return search, tag, deleted


def _table(rows: list[Seed], deleted: bool) -> list[Seed]:
    frame = pd.DataFrame(
        {
            "Seed": [one_line(seed.text, SHOWN) for seed in rows],
            "Tags": [list(seed.tags) for seed in rows],
            "From": [seed.source for seed in rows],
            "Row": [seed.row or None for seed in rows],
        }
    )
    telling = {
        "Tags": any(seed.tags for seed in rows),
        "From": len({seed.source for seed in rows}) > 1,
        "Row": any(seed.row for seed in rows),
    }
    frame = frame.drop(columns=[name for name, tells in telling.items() if not tells])
    beside = sum(width for name, width in _WIDTHS.items() if telling[name])
    event = st.dataframe(
        frame,
        hide_index=True,
        on_select="rerun",
        selection_mode="multi-row",
        key=rows_key("seeds_deleted_rows" if deleted else "seeds_rows", (seed.id for seed in rows)),
        height=tall(len(rows), 560),
        column_config={
            "Seed": st.column_config.TextColumn(width=_WHOLE - beside),
            "Tags": st.column_config.ListColumn(width=_WIDTHS["Tags"]),
            "From": st.column_config.TextColumn(width=_WIDTHS["From"]),
            "Row": st.column_config.NumberColumn(width=_WIDTHS["Row"], format="%d"),
        },
        alt="Deleted seeds" if deleted else "Seeds",
    )
    return [rows[index] for index in event.selection.rows if index < len(rows)]


def _actions(project: Project, chosen: list[Seed], deleted: bool) -> None:
    """What can be done with the rows chosen. It stands there with none chosen too, so that nothing moves."""
    ids = [seed.id for seed in chosen]
    idle = not chosen
    said = f"{plural(len(chosen), 'seed')} chosen" if chosen else "Tick rows first."
    st.caption(said, width=150)
    if deleted:
        st.button(
            "Restore",
            icon=":material/restore_from_trash:",
            on_click=_restore,
            args=(project, ids),
            disabled=idle,
        )
        return
    st.button("Delete", icon=":material/delete:", on_click=_delete, args=(project, ids), disabled=idle)
    st.text_input(
        "Tag to put on",
        key="seeds_new_tag",
        max_chars=LONGEST_TAG,
        width=120,
        placeholder="tag",
        label_visibility="collapsed",
        disabled=idle,
    )
    st.button("Tag", icon=":material/sell:", on_click=_tag, args=(project, ids), disabled=idle)
    worn = sorted({tag for seed in chosen for tag in seed.tags})
    if worn:
        st.menu_button(
            "Untag",
            worn,
            format_func=lambda name: plain(name, 40),
            key="seeds_untag",
            on_click=_untag,
            args=(project, ids),
        )


def _whole(project: Project, seed: Seed) -> None:
    with st.container(border=True):
        if seed.messages:
            for message in seed.messages:
                st.caption(plain(message.role, 20))
                body(message.content)
        else:
            body(seed.text)
        if seed.source:
            st.caption(f"From {plain(seed.source, 60)}{f', row {number(seed.row)}' if seed.row else ''}")
        with project.open(readonly=True) as store:
            made = store.metadata.get(Metadata("encoded", Labels(""), seed=seed.id).id)
        if made:
            st.caption(f"Read as: {plain(made.labels.use_case)} · {plain(', '.join(made.labels.skills))}")
            go("Metadata", "Its metadata", selection=single("metadata", made.id))


@guarded
def _tag(project: Project, ids: list[str]) -> None:
    if put_tag(project, ids, st.session_state["seeds_new_tag"]):
        st.session_state["seeds_new_tag"] = ""


@guarded
def _untag(project: Project, ids: list[str]) -> None:
    tag = st.session_state["seeds_untag"]
    with project.open() as store:
        store.seeds.untag(ids, tag)


@guarded
def _delete(project: Project, ids: list[str]) -> None:
    with project.open() as store:
        count = store.seeds.delete(ids)
    notify(f"{plural(count, 'seed')} deleted. Switch on “Deleted” to bring them back.")


@guarded
def _restore(project: Project, ids: list[str]) -> None:
    with project.open() as store:
        count = store.seeds.restore(ids)
    notify(f"{plural(count, 'seed')} restored.")
