"""Mix and match (paper, section 3.1): new combinations of labels, ranked from plausible to odd.

They wait as proposed; nothing is written from one that was not accepted.
"""

from __future__ import annotations

import math

import pandas as pd
import streamlit as st

from codeclm import embed
from codeclm.atlas.labels import plausible
from codeclm.embed import Vectors
from codeclm.jobs.map import MAP
from codeclm.projects import Project
from codeclm.records import Metadata, MetadataState
from codeclm.stages.augment import mix
from codeclm.store import MetadataFilter, Store
from codeclm.ui.guard import guarded, notify
from codeclm.ui.page import empty, go
from codeclm.ui.table import rows_key, tall
from codeclm.ui.text import one_line, plural

_SHOWN, _MORE = 300, 50
"""Rows that are shown, and those that are offered to be drawn where there are as many as the paper's 200."""
_STRUCK = "meta_struck"
_ROUND = "meta_mix_round"
"""How often was proposed: each time the line begins anew."""


def mix_panel(project: Project) -> None:
    """The form, and the grid of what is proposed."""
    with project.open(readonly=True) as store:
        dials = store.settings.dials()
        there = store.metadata.in_use()
        proposed = store.metadata.page(MetadataFilter(state="proposed"), limit=None)
        scores, hint = _scores(store, proposed)
    if not there:
        empty(
            "Nothing to combine yet",
            "New combinations are drawn of the use cases and skills that a run reads in your seeds, or that "
            "you add by hand under Rows.",
            "Seeds",
            "Add seeds",
        )
        _restore(project)
        return
    with st.form("meta_mix", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        st.number_input(
            "Metadata in all", 1, max(100_000, 2 * there), 200 if there < 200 else there + _MORE,
            key="meta_mix_to", width=170,
            help=f"The paper draws until there are 200. Now there are {there}, the proposed ones counted.",
        )  # fmt: skip
        st.number_input("Random seed", 0, None, dials.seed, key="meta_mix_seed", width=140,
                        help="The same seed draws the same combinations.")  # fmt: skip
        st.form_submit_button("Propose", icon=":material/shuffle:", on_click=_propose, args=(project,))
    if not proposed:
        st.caption("Nothing is proposed. Draw combinations of the use cases and skills there are.")
        _restore(project)
        return
    order = sorted(range(len(proposed)), key=lambda at: -scores[at])
    ranked = [proposed[at] for at in order]
    _grid(project, ranked, [scores[at] for at in order], hint)


def _scores(store: Store, proposed: list[Metadata]) -> tuple[list[float], str]:
    """How plausible each is, and what would tell more where not all labels have vectors."""
    if not proposed:
        return [], ""
    known = store.metadata.combinations()
    asked = [(row.labels.use_case, row.labels.skills) for row in proposed]
    labels = list({label for use, skills in [*known, *asked] for label in (use, *skills)})
    vectors = _vectors(store, labels)
    hint = "Draw the map once: then they are ranked by meaning too"
    if vectors:
        hint = "Update the map: then new labels are ranked by meaning too"
    return plausible(asked, known, vectors), hint if len(vectors) < len(labels) else ""


def _vectors(store: Store, labels: list[str]) -> dict[str, Vectors]:
    return dict(zip(*embed.known(store, labels, store.settings.get(MAP, {}).get("model")), strict=True))


def _grid(project: Project, rows: list[Metadata], scores: list[float], hint: str) -> None:
    bar = st.container(horizontal=True, vertical_alignment="center")
    if hint:
        go("Map", hint)
    event = st.dataframe(
        pd.DataFrame(
            {
                "Plausible": scores[:_SHOWN],
                "Use case": [one_line(row.labels.use_case, 120) for row in rows[:_SHOWN]],
                "Skills": [list(row.labels.skills) for row in rows[:_SHOWN]],
            }
        ),
        hide_index=True,
        on_select="rerun",
        selection_mode="multi-row",
        key=rows_key("meta_proposed", (row.id for row in rows[:_SHOWN])),
        height=tall(min(len(rows), _SHOWN), 560),
        column_config={
            "Plausible": st.column_config.NumberColumn(
                width=90,
                format="%.2f",
                help="Near 1: each skill was seen with a use case like this one. Near 0: odd.",
            ),
            "Use case": st.column_config.TextColumn(width=280),
            "Skills": st.column_config.ListColumn(width="large"),
        },
        alt="Proposed combinations, the most plausible first",
    )
    chosen = [rows[at].id for at in event.selection.rows if at < len(rows)]
    with bar:
        said = f"{plural(len(chosen), 'row')} chosen" if chosen else f"{plural(len(rows), 'row')} proposed"
        st.caption(said, width=120)
        _button(project, "Accept", ":material/check:", chosen, "active")
        _button(project, "Strike out", ":material/block:", chosen, "excluded")
    _in_bulk(project, rows, scores)
    _restore(project)
    if len(rows) > _SHOWN:
        st.caption(f"The {_SHOWN} most plausible are shown.")


def _in_bulk(project: Project, rows: list[Metadata], scores: list[float]) -> None:
    """Accept all from a plausibility on, and strike out all below it."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        key = f"meta_mix_line_{st.session_state.get(_ROUND, 0)}"
        line = st.slider("Plausible from", 0.0, 1.0, _line(scores), 0.01, key=key, width=260)
        sound = [row.id for row, score in zip(rows, scores, strict=True) if score >= line]
        odd = [row.id for row, score in zip(rows, scores, strict=True) if score < line]
        _button(project, f"Accept {len(sound)} above", ":material/done_all:", sound, "active", "sound")
        _button(project, f"Strike out {len(odd)} below", ":material/block:", odd, "excluded", "odd")


def _line(scores: list[float]) -> float:
    """Where the better half begins: only a start, as what is odd is for a person to say."""
    return math.floor(100 * min(1.0, sorted(scores)[len(scores) // 2])) / 100


def _button(
    project: Project, label: str, icon: str, ids: list[str], state: MetadataState, name: str = "chosen"
) -> None:
    st.button(
        label,
        icon=icon,
        on_click=_decide,
        args=(project, ids, state),
        disabled=not ids,
        key=f"meta_mix_{name}_{state}",
    )


@guarded
def _propose(project: Project) -> None:
    wanted, seed = int(st.session_state["meta_mix_to"]), int(st.session_state["meta_mix_seed"])
    with project.open() as store:
        drawn = mix(store.metadata.mixable(), wanted, seed)
        store.metadata.add(drawn)
    if drawn:
        st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1
        notify(f"{plural(len(drawn), 'combination')} proposed.")
    else:
        notify("No new combination was found: raise the number, or add use cases and skills.", bad=True)


@guarded
def _decide(project: Project, ids: list[str], state: MetadataState) -> None:
    with project.open() as store:
        done = store.metadata.set_state(ids, state)
    if state == "excluded":
        st.session_state[_STRUCK] = [*st.session_state.get(_STRUCK, []), *done]
        notify(f"{plural(len(done), 'combination')} struck out.")
    else:
        notify(f"{plural(len(done), 'combination')} accepted: the next run writes from them.")


def _restore(project: Project) -> None:
    """A way back from the strikes."""
    struck = st.session_state.get(_STRUCK)
    if struck:
        st.button(
            f"Propose the {plural(len(struck), 'struck combination')} again",
            icon=":material/undo:",
            on_click=_undo,
            args=(project,),
            key="meta_mix_undo",
        )


@guarded
def _undo(project: Project) -> None:
    ids = st.session_state.pop(_STRUCK, [])
    with project.open() as store, store.write():
        rows = (store.metadata.get(id_) for id_ in ids)
        left_out = [row.id for row in rows if row is not None and row.state == "excluded"]
        store.metadata.set_state(left_out, "proposed")
