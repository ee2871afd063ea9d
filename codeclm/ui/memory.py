"""Keeps the garbage collector off what never goes away: the modules, a fifth of a million objects."""

from __future__ import annotations

import gc

import streamlit as st


@st.cache_resource(show_spinner=False)
def settle() -> None:
    """Once for each server: what stands after the imports is not gone through again.

    Streamlit collects after every run of a page or a fragment, and walked all modules each time: two
    thirds of what a decision on Review took.
    """
    gc.collect()
    gc.freeze()
