"""Fields that narrow pairs down, in the address: shared by the queue of Review and the rows of Export."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import streamlit as st

from codeclm.lab import Scale
from codeclm.projects import Project
from codeclm.ui.facets import OFFERED, facets
from codeclm.ui.summary import config_id
from codeclm.ui.text import one_line

Width = int | Literal["stretch"]
ANY = "any"
WINNERS = {"strong": "strong wins", "target": "target wins"}
NAMELESS = "without a name"
SEARCHED = (
    "Finds the pairs whose instruction has all these words, in any order; a phrase in quotes. Or a pair’s "
    "id, as provenance has it. Answers are not searched: they are kept compressed."
)
_NO_CLUSTER = -1
"""In which nothing is: it is gone, or has another name."""


@dataclass(frozen=True, slots=True)
class Known:
    """What there is to choose from."""

    uses: list[str]
    skills: list[str]
    tags: list[str]
    clusters: dict[str, int]
    reviewers: list[str]
    scale: Scale
    """Of the gaps."""

    @classmethod
    def of(cls, project: Project) -> Known:
        """Names of the project, the most used first; looked up once for each change of the file."""
        with project.open(readonly=True) as store:
            return _known(project, str(project.path), f"{store.born()} {store.revision()}")


@st.cache_resource(max_entries=8, ttl="1h", show_spinner=False)
def _known(_project: Project, path: str, stamp: str) -> Known:
    used = facets(_project)
    with _project.open(readonly=True) as store:
        return Known(
            [name for name, _ in used.uses],
            [name for name, _ in used.skills],
            [name for name, _ in store.seeds.tags()],
            {f"{each.name} ({each.id})": each.id for each in store.maps.clusters()},
            [name or NAMELESS for name, _ in store.decisions.reviewers()],
            Scale.of(store.scores.reach(config_id(store.settings.config()))),
        )


def fields(known: Known, iterations: int, key: str, width: Width = 240) -> dict[str, Any]:
    """Draw those that are used less, and say what they ask of a PairFilter."""
    steps = [str(step) for step in range(1, iterations + 1)]
    iteration = choice("Iteration", f"{key}_iteration", dict(zip(steps, steps, strict=True)), None, width)
    winner = choice("Winner", f"{key}_winner", WINNERS, None, width)
    skill = pick("Skill", f"{key}_skill", known.skills, width)
    tag = pick("Seed tag", f"{key}_tag", known.tags, width) if known.tags else None
    cluster = pick("Cluster", f"{key}_cluster", list(known.clusters), width) if known.clusters else None
    most, step = known.scale
    if max(st.session_state.get(f"{key}_gap") or [0.0]) > most:
        del st.session_state[f"{key}_gap"]
    low, high = st.slider(
        "|gap|", 0.0, most, (0.0, most), 2 * step, "%g", key=f"{key}_gap", bind="query-params", width=width
    )
    return {
        "iteration": int(iteration) if iteration else None,
        "winner": winner,
        "skill": skill,
        "tag": tag,
        "cluster": known.clusters.get(cluster, _NO_CLUSTER) if cluster else None,
        "gap_from": low or None,
        "gap_to": high if high < most else None,
    }


def pick(
    label: str, key: str, names: list[str], width: Width, chosen: Callable[[], None] | None = None
) -> str | None:
    """A name among many, which stands in the address as it is. One that is not offered, as it is used less or
    not at all any more, still is what is asked for: without it, far more would be found. `chosen` is called
    after a choice."""
    offered, held = names[:OFFERED], st.session_state.get(key) or st.query_params.get(key)
    if held and held not in names:
        held = next((name for name in names if one_line(name, 60) == held), held)
    if held and held not in offered:
        offered = [held, *offered]
    found: str | None = st.selectbox(
        label,
        offered,
        index=None,
        placeholder=ANY,
        key=key,
        bind="query-params",
        format_func=lambda name: one_line(name, 60),
        on_change=chosen,
        width=width,
    )
    return found


def choice(
    label: str,
    key: str,
    options: dict[Any, str],
    default: str | None,
    width: Width,
    about: str | None = None,
    shown: bool = True,
) -> Any:
    """A choice among a few; cleared, it filters nothing. `shown`: its label is."""
    names = list(options)
    return st.selectbox(
        label,
        names,
        index=None if default is None else names.index(default),
        placeholder=ANY,
        key=key,
        bind="query-params",
        format_func=lambda name: options.get(name, str(name)),
        help=about,
        width=width,
        label_visibility="visible" if shown else "collapsed",
    )
