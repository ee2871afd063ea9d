"""What only the browser can do for a page, by a component that shows nothing.

It gives the keyboard a place where what had the focus is gone, which else falls to the very top; and it
leaves the address of a page as it was seen.
"""

from __future__ import annotations

import time
from pathlib import Path

import streamlit as st

_WANTED = "focus_wanted"
_BROWSER = st.components.v2.component(
    "codeclm_browser", js=Path(__file__).with_suffix(".js").read_text("utf-8")
)


def focus(key: str) -> None:
    """Let the page that follows give the focus to the field, button or link under this key, once."""
    st.session_state[_WANTED] = key


def attend() -> None:
    """Draw the component, on every page."""
    wanted = st.session_state.pop(_WANTED, "")
    _BROWSER(key="browser", data={"to": wanted, "turn": time.time_ns() if wanted else 0})
