"""Models: which model plays which part, whether it answers, and what goes where."""

import streamlit as st

from codeclm.records import ROLES
from codeclm.settings import Endpoint
from codeclm.ui.endpoint_form import endpoint_form
from codeclm.ui.glossary import term
from codeclm.ui.models_panels import builtin_panel, how_to_connect, key_status, parts, test_panel
from codeclm.ui.page import page

with page("Models") as project:
    with project.open(readonly=True) as store:
        endpoints = store.settings.endpoints()
    parts(endpoints)
    role = st.segmented_control(
        "Set up",
        ROLES,
        default="strong",
        required=True,
        key="role",
        bind="query-params",
        format_func=lambda name: f"{name.capitalize()} model",
        help=" ".join(term(name) for name in ROLES),
    )
    endpoint = endpoints.get(role)
    if endpoint is None:
        st.caption("No judge of its own yet: the strong model judges. Save one here to change that.")
        endpoint = endpoints.get("strong", Endpoint())
    endpoint_form(project, role, endpoint)
    key_status(role, endpoint)
    test_panel(project, role, endpoint)
    builtin_panel()
    how_to_connect()
