"""Adding seeds: from a file, from pasted text, or none at all, with the task described by hand."""

from __future__ import annotations

import streamlit as st

from codeclm.projects import Project
from codeclm.ui.file_kinds import KINDS, FileKind, of_label
from codeclm.ui.file_panel import Given, field_key, file_panel, look_through
from codeclm.ui.glossary import term
from codeclm.ui.labels import by_hand
from codeclm.ui.uploads import Upload, typed

_PASTED = "Pasted text"
_TEXT = "seeds_text"


def add_panel(project: Project) -> None:
    """The whole of adding."""
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
    elif how == "File":
        file_panel(project, _kind(), "seeds_file")
    else:
        _paste_panel(project)


def _kind() -> FileKind:
    label = st.segmented_control(
        "What the file holds",
        [each.label for each in KINDS],
        default=KINDS[0].label,
        required=True,
        key="seeds_kind",
        persist_state="session",
    )
    kind = of_label(label)
    st.caption(kind.about)
    return kind


def _paste_panel(project: Project) -> None:
    st.text_area(
        "Instructions, one a line",
        key=field_key(_TEXT),
        persist_state="session",
        height=160,
        placeholder="Plan a three-day walking trip for a family with two small children.\nExplain …",
    )
    if (pasted := _pasted()) is not None:
        look_through(project, Given(pasted, KINDS[0], _TEXT, again=_pasted))


def _pasted() -> Upload | None:
    """The text that is pasted now, as a file."""
    text = str(st.session_state[field_key(_TEXT)])
    return typed("pasted.txt", text) if text.strip() else None
