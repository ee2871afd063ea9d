"""How near the kept rows are to the prompts of an evaluation: two figures, each against what chance gives."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from codeclm import export
from codeclm.evaluate.matching import TwoSample
from codeclm.export import Options
from codeclm.jobs.matching import MATCHING, Match, match
from codeclm.projects import Project
from codeclm.store import Prompt, Store
from codeclm.ui.embedding import embedded, kept
from codeclm.ui.text import plural


def distribution(project: Project, evaluation: str, prompts: list[Prompt]) -> None:
    """Compare what would be exported as kept with the prompts."""
    with project.open(readonly=True) as store:
        revision = store.revision()
    texts = _kept(str(project.path), revision)
    if not texts:
        st.caption("No pair is kept yet, so there is nothing to compare with these prompts.")
        return
    st.caption(
        f"{plural(len(texts), 'kept instruction')} against {plural(len(prompts), 'prompt')}: were both drawn "
        "from one source, a figure would lie in the range of chance."
    )
    asked = [*texts, *(prompt.text for prompt in prompts)]
    if not embedded(project, asked, MATCHING, ["--evaluation", evaluation]):
        return
    found = _match(str(project.path), revision, evaluation)
    with st.grid(2, min_column_width=360):
        _figure(
            "Use cases",
            found.labels,
            "Jensen–Shannon divergence of their shares, in bits: 0 is alike, 1 has nothing in common.",
            "These prompts have no use cases of the kind that the metadata have.",
        )
        _figure(
            "Meaning",
            found.embedding,
            "Energy distance of the embeddings: 0 is alike; two unrelated topics are near 1.",
            "There is nothing to compare.",
        )


@st.cache_resource(max_entries=4, ttl="1h", show_spinner="Reading the kept rows…")
def _kept(path: str, revision: int) -> list[str]:
    with Store.open(Path(path), readonly=True) as store:
        return [row.instruction for row in export.walk(store, Options())]


@st.cache_resource(max_entries=8, ttl="1h", show_spinner="Comparing…")
def _match(path: str, revision: int, evaluation: str) -> Match:
    with Store.open(Path(path), readonly=True) as store:
        prompts = store.evaluations.prompts(evaluation)
        return match(store, Options(), prompts, lambda texts: kept(store, texts))


def _figure(name: str, found: TwoSample | None, means: str, nothing: str) -> None:
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"**{name}**")
        if found is None:
            st.caption(nothing)
            return
        with st.container(horizontal=True, gap="large", vertical_alignment="bottom"):
            st.metric(name, f"{found.value:.3f}", width="content", label_visibility="collapsed")
            st.caption(f"by chance {found.low:.3f} to {found.high:.3f} · p = {found.p:.2g}", width="content")
        near = found.p >= 0.05
        st.badge("as near as chance" if near else "farther than chance", color="green" if near else "orange")
        st.caption(means)
