"""What a page forgets when it is come to from another one.

Streamlit keeps what stands in an address for as long as the browser is open, and puts it back into an address
that says nothing of it: a link would then lead to what was looked at an hour ago, and a figure on it would
not be what it leads to. So a page is as its link says; the browser's Back has all of it in the address.
"""

from __future__ import annotations

from typing import Final

import streamlit as st

from codeclm.ui.rooms import Room

_AT = "arrival_at"
_NARROWED = ("gap", "iteration", "search", "skill", "tag", "use", "winner", "cluster")
FIELDS: Final = frozenset(
    [
        *(f"{page}_{name}" for page in ("review", "export") for name in _NARROWED),
        *("review_decision", "status", "review_order", "review_by", "review_marks", "review_share"),
        *("review_view", "review_page", "export_what", "export_theta", "export_stale"),
        *("seeds_search", "seeds_tag", "seeds_deleted", "seeds_page"),
        *("meta_part", "meta_search", "meta_page", "meta_facet"),
        *("map_part", "map_search", "map_page", "cover_by", "cover_side"),
        *("generate", "gen_failures", "prompt", "studio_search"),
        *("contrast", "contrast_theta", "contrast_by"),
        *("evaluate_view", "eval_outcome", "eval_page"),
        *("calls_search", "calls_stage", "calls_role", "calls_state", "calls_model", "calls_run"),
        *("calls_page", "runs_page", "projects_deleted"),
    ]
)
"""Where on a page one is, and what it is narrowed to."""
STAYS: Final = frozenset(
    [
        *("reviewer", "blind", "role", "map_show", "map_colour", "map_measure"),
        *("export_format", "export_provenance", "export_ids", "export_split", "export_share"),
        *("export_cap", "export_cap_by"),
    ]
)
"""In the address too, but it is how one works: who reviews, a map's colours, what a file is like."""


def arrive(here: Room) -> None:
    """Forget what this page was narrowed to when it was left; once, before anything is drawn."""
    before = st.session_state.get(_AT, here.name)
    st.session_state[_AT] = here.name
    if before == here.name:
        return
    for key in FIELDS:
        if key in st.session_state:
            del st.session_state[key]
