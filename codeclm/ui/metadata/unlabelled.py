"""Imported pairs without labels: what that means, and how labels can be read in their instructions."""

from __future__ import annotations

import streamlit as st

from codeclm.projects import Project
from codeclm.ui.guard import guarded, notify
from codeclm.ui.text import number, plural


def unlabelled(project: Project) -> None:
    """A word and a button, where there are such pairs whose instructions are no seeds yet."""
    with project.open(readonly=True) as store:
        count = store.seeds.unlabelled()
    if not count:
        return
    with st.container(border=True):
        st.markdown(
            f"**{plural(count, 'imported pair')} without labels** {'is' if count == 1 else 'are'} under the "
            "row that has no use case: no filter can tell them apart, and Coverage passes over them."
        )
        st.caption(
            "Once they are seeds, a run reads a use case and skills in each, at a call each, and writes new "
            "instructions of their kind. To label these pairs themselves, add the columns “use_case” and "
            "“skills” to the file before it is imported; where all are about one thing, write it in the row."
        )
        st.button(
            f"Take {plural(count, 'instruction')} as {'a seed' if count == 1 else 'seeds'}",
            icon=":material/library_add:",
            on_click=_take,
            args=(project,),
            key="meta_take_seeds",
        )


@guarded
def _take(project: Project) -> None:
    with project.open() as store:
        added = store.seeds.take()
    there = f"; {number(added.duplicates)} were there already" if added.duplicates else ""
    notify(
        f"{plural(added.added, 'seed')} added{there}. On Generate, “Only read the seeds” reads their labels."
    )
