"""Models: which model plays which part, whether it answers, and what goes where."""

from typing import cast

import streamlit as st

from codeclm.records import ROLES, Role
from codeclm.ui.glossary import term
from codeclm.ui.models.endpoint import endpoint_form
from codeclm.ui.models.panels import (
    builtin_panel,
    how_to_connect,
    judge_choice,
    key_status,
    parts,
    test_panel,
)
from codeclm.ui.page import page

with page("Models") as project:
    with project.open(readonly=True) as store:
        endpoints = store.settings.endpoints()
    parts(endpoints)
    chosen = st.segmented_control(
        "Set up",
        [name.capitalize() for name in ROLES],
        default="Strong",
        required=True,
        key="role",
        bind="query-params",
        help=" ".join(term(name) for name in ROLES),
    )
    role = cast(Role, (chosen or "Strong").lower())
    if role == "judge":
        judge_choice(project, endpoints)
    endpoint_form(project, role, endpoints)
    key_status(role, endpoints[role])
    test_panel(project, role, endpoints[role])
    builtin_panel()
    how_to_connect()
