"""The use cases and skills of a project, for filters: counted once for each change of labels."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from codeclm.projects import Project
from codeclm.store import Store
from codeclm.ui import cached, tally
from codeclm.ui.tally import Facets

OFFERED = 500
"""Labels that a field lists, the most used."""


def facets(project: Project) -> Facets:
    """The labels in use, most used first."""
    with project.open(readonly=True) as store:
        stamp = store.metadata.labelled()
    return _facets(str(project.path), stamp)


@st.cache_resource(max_entries=8, ttl="2h", show_spinner=False)
def _facets(path: str, stamp: str) -> Facets:
    with Store.open(Path(path), readonly=True) as store, store.read():
        return tally.facets(cached.labels(store), cached.fates(store))
