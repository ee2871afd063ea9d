"""Embeddings as pages need them: made by a job that a button starts, and only read here.

Knows neither what the texts are nor what is worked out from their vectors.
"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from codeclm import embed
from codeclm.errors import UsageError
from codeclm.ids import content_id
from codeclm.projects import Project
from codeclm.store import Store
from codeclm.ui import signin, started
from codeclm.ui.guard import fragment, guarded, notify
from codeclm.ui.text import number, plain, plural

_ASK = "Only those whom this server’s secrets name may say which models it loads."


def kept(store: Store, texts: Sequence[str]) -> embed.Vectors:
    """The vectors of texts. UsageError: some are still to be made."""
    vectors = embed.stored(store, texts)
    if vectors is None:
        raise UsageError("The rows have changed: embed the new ones too.")
    return vectors


def unconfirmed(project: Project) -> bool:
    """Whether the project names a model that nobody confirmed here; then a person is asked."""
    with project.open(readonly=True) as store:
        model = embed.model_of(store)
    if not embed.withheld(model):
        return False
    with st.container(border=True):
        st.markdown(
            f"The project’s texts are to be embedded by {plain(model, 80)}, a folder or a model of the "
            "Hugging Face Hub. It is not loaded until you say so, once, on this machine: a project file from "
            "someone else could name any."
        )
        with st.container(horizontal=True):
            st.button(
                "Load it here",
                icon=":material/check:",
                on_click=choose,
                args=(project, model),
                disabled=not signin.may_confirm(),
                help=None if signin.may_confirm() else _ASK,
                key="embedder_confirm",
            )
            st.button(
                f"Use {embed.MODEL}",
                icon=":material/undo:",
                on_click=choose,
                args=(project, ""),
                key="embedder_shipped",
            )
    return True


@guarded
def choose(project: Project, name: str) -> None:
    """Embed the project's texts with this model from now on, and confirm it; "" is the shipped one."""
    if embed.withheld(name or embed.MODEL):
        if not signin.may_confirm():
            raise UsageError(_ASK)
        embed.confirm(name)
    with project.open() as store:
        store.settings.set(embed.EMBEDDER, name)
    notify(f"Texts are embedded by {name or embed.MODEL} from now on.")


def embedded(project: Project, texts: Sequence[str], kind: str, words: Sequence[str]) -> bool:
    """Whether every text has its vector; else a button that starts the job `kind`, or how far that is."""
    with project.open(readonly=True) as store:
        model = embed.model_of(store)
        missing = len(store.vectors.missing(model, texts))
    if not missing:
        return True
    if started.going_on(project, kind):
        _progress(project, kind)
        return False
    if unconfirmed(project):
        return False
    have = "has" if missing == 1 else "have"
    shipped = "The model that makes them reads English best."
    made = shipped if model == embed.MODEL else f"They are made by {plain(model, 80)}."
    st.caption(f"{plural(missing, 'text')} {have} no embedding yet. {made}")
    st.button(
        f"Embed {plural(missing, 'text')}",
        icon=":material/play_arrow:",
        on_click=_start,
        args=(project, kind, list(words)),
        key=f"embed_{content_id('words', job=kind, words=list(words))}",
    )
    said = started.last_words(project, kind)
    if said.startswith("error"):
        st.error(plain(said), icon=":material/error:")
    return False


@guarded
def _start(project: Project, kind: str, words: Sequence[str]) -> None:
    started.begin(project, kind, words)


@fragment(run_every=2)
def _progress(project: Project, kind: str) -> None:
    if not started.going_on(project, kind):
        st.rerun()
    with project.open(readonly=True) as store:
        job = store.jobs.current(kind)
    done, total = job.progress.get("embed", (0, 0)) if job else (0, 0)
    text = f"Embedding: {number(done)} of {number(total)}" if total else "Loading the embedding model…"
    st.progress(done / total if total else 0.0, text=text)
