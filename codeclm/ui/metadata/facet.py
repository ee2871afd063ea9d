"""Filters by label with counts. The address gets the bare label; the count is only shown.

Streamlit's own binding would put the shown text, count and all, into the address.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from codeclm.ui.facets import OFFERED
from codeclm.ui.text import number, one_line


def facet(
    label: str,
    key: str,
    counted: Sequence[tuple[str, int]],
    changed: Callable[[], None],
    names: Mapping[str, str] | None = None,
    width: int = 180,
) -> str | None:
    """A filter by one value, each shown with its count; `names`: what values are shown as."""
    counts = dict(counted[:OFFERED])
    held = st.query_params.get(key)
    if key not in st.session_state and held:
        st.session_state[key] = held
    value = st.session_state.get(key)
    options = [*counts] if not value or value in counts else [value, *counts]
    called = names or {}
    chosen: str | None = st.selectbox(
        label,
        options,
        index=None,
        placeholder="any",
        key=key,
        format_func=lambda each: f"{one_line(called.get(each, each), 60)} ({number(counts.get(each, 0))})",
        on_change=_remember,
        args=(key, changed),
        width=width,
    )
    return chosen


def _remember(key: str, changed: Callable[[], None]) -> None:
    value = st.session_state.get(key)
    if value:
        st.query_params[key] = value
    else:
        st.query_params.pop(key, None)
    changed()
