"""The models that an evaluation asks: the project's target, and a row each for others."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from codeclm.llm import keys
from codeclm.settings import Endpoint
from codeclm.ui import signin
from codeclm.ui.text import plain

_TABLE, _GIVEN, _BEGUN = "eval_models", "eval_models_given", "eval_models_begun"
"""In the session: the table's changes; its rows, which stay given; those that it began with on this visit."""
_COLUMNS = ("Name", "Model", "Address")


def fields(target: Endpoint) -> None:
    """The toggle and the table."""
    if _TABLE not in st.session_state:
        st.session_state[_BEGUN] = st.session_state.get(_GIVEN, [])
    st.toggle(
        f"The project’s target: {plain(target.model, 60)}",
        value=True,
        key="eval_target",
        persist_state="session",
    )
    st.data_editor(
        pd.DataFrame(st.session_state[_BEGUN], columns=_COLUMNS, dtype=str),
        num_rows="dynamic",
        hide_index=True,
        key=_TABLE,
        column_config={
            "Name": st.column_config.TextColumn(help="What to call it here: before, tuned, …"),
            "Model": st.column_config.TextColumn(help="The model’s name at its server", required=True),
            "Address": st.column_config.TextColumn(help="Empty: the target’s server"),
        },
        height="content",
        alt="More candidates",
    )
    st.session_state[_GIVEN] = _rows()
    _held_back()
    st.caption("More models: add a row each, such as the tuned one and the one before tuning.")


def words() -> list[str]:
    """The words of the command line that name the models chosen now."""
    named = [f"--candidate={words}" for row in _rows() if (words := _words(row))]
    return (["--with-target"] if st.session_state["eval_target"] else []) + named


def _held_back() -> None:
    """Say which addresses get no key of this server, as whoever typed them may not say where keys go."""
    if signin.may_confirm():
        return
    typed = dict.fromkeys(_words(row).rpartition("@")[2] for row in _rows())
    held = [address for address in typed if keys.origin(address) and keys.withheld("target", address)]
    if held:
        listed = ", ".join(plain(address, 80) for address in held)
        st.warning(f"No key is sent to {listed}. {signin.ASK}", icon=":material/lock:")


def _words(row: dict[Any, Any]) -> str:
    name, model, address = (_cell(row, key) for key in ("Name", "Model", "Address"))
    if not model:
        return ""
    return (f"{name}=" if name else "") + model + (f"@{address}" if address else "")


def _rows() -> list[dict[Any, Any]]:
    """The table's rows as they stand now."""
    changes = st.session_state[_TABLE]
    begun = [
        {**row, **changes["edited_rows"].get(at, {})}
        for at, row in enumerate(st.session_state[_BEGUN])
        if at not in changes["deleted_rows"]
    ]
    return [*begun, *changes["added_rows"]]


def _cell(row: dict[Any, Any], name: str) -> str:
    return str(row.get(name) or "").strip()
