"""Choosing what the columns of a given file are taken as; what stays out of it is said.

Knows neither a project nor what becomes of the rows.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from codeclm import ingest
from codeclm.jobs.importing import ImportKind
from codeclm.ui.file_kinds import KINDS, ColumnField, FileKind
from codeclm.ui.text import one_line, plain
from codeclm.ui.uploads import Upload, table

Columns = dict[str, str]
"""The column that is taken as what a `ColumnField` names; empty: none."""

_NONE = "(none)"


def choose(file: Upload, kind: FileKind) -> Columns | None:
    """Have the columns chosen; None, with a word about it: one that there must be is not."""
    found, chosen = table(file.path, file.name), Columns()
    guessed = _guesses(file.path, file.name, kind.kind)
    offered = {each: names for each in kind.columns if (names := each.offered(found))}
    if found.kind == "txt" and kind.kind == "seeds":
        return {"field": guessed["field"] or "", "other": ""}  # lines have no columns
    for at, (each, names) in enumerate(offered.items()):
        if at % kind.abreast == 0:
            places = st.columns(kind.abreast, vertical_alignment="bottom")
        left = [name for name in names if name not in chosen.values()]
        with places[at % kind.abreast]:
            chosen[each.name] = _field(each, left, guessed[each.name], _key(file, kind, each.name))
    missing = [each.missing for each in offered if each.missing and not chosen[each.name]]
    if missing:
        st.info(missing[0], icon=":material/arrow_upward:")
        return None
    if kind.kind == "seeds":
        _left_out(found, chosen)
    return chosen


def at_press(file: Upload, kind: FileKind, drawn: Columns) -> Columns:
    """What stands chosen at a press, be it later than what was drawn. A column is taken once."""
    found = Columns()
    for name, before in drawn.items():
        column = st.session_state.get(_key(file, kind, name)) or before
        found[name] = "" if column == _NONE or column in found.values() else column
    return found


def _field(of: ColumnField, names: list[str], guess: str | None, key: str) -> str:
    needed = bool(of.missing)
    options = names if needed else [_NONE, *names]
    picked = st.selectbox(
        of.label,
        options,
        index=options.index(guess) if guess in options else None if needed else 0,
        placeholder="Choose a column",
        key=key,
        persist_state="session",
        format_func=lambda name: one_line(name, 60),
        help=of.help,
    )
    return "" if picked in (None, _NONE) else str(picked)


def _left_out(found: ingest.Table, chosen: Columns) -> None:
    """That a file of seeds has answers, and how they come in."""
    pairs, unread = KINDS[-1], [name for name in ingest.answers(found) if name not in chosen.values()]
    if ingest.has_answers(found):
        st.info(f"The file has answers too: as {pairs.many} they come with it.", icon=":material/info:")
    elif unread:
        st.info(
            f"“{plain(unread[0], 60)}” stays out: in a run, both models answer each seed anew. With the "
            f"target model's answers in another column, the file can be taken as {pairs.label} instead.",
            icon=":material/info:",
        )


@st.cache_data(max_entries=16, ttl="20m", show_spinner=False)
def _guesses(path: Path, name: str, kind: ImportKind) -> dict[str, str | None]:
    """The column for each field; a guess may look at many rows."""
    found = table(path, name)
    fields = next(each.columns for each in KINDS if each.kind == kind)
    guessed = {each.name: each.guess(found) for each in fields}
    if len(found.columns) == 1:
        guessed["field"] = found.columns[0].name  # only here, where somebody looks at the rows before
    return guessed


def _key(file: Upload, kind: FileKind, name: str) -> str:
    return f"seeds_{name}_{kind.kind}_{file.id}"
