"""Whose results the pages show, where a project holds those of several configs, and showing others."""

from __future__ import annotations

from itertools import combinations

import streamlit as st

from codeclm.projects import Project
from codeclm.settings import Config
from codeclm.ui.glossary import term
from codeclm.ui.guard import guarded, notify
from codeclm.ui.text import number, plain, plural

_PICK = "runs_results"


def picker(project: Project) -> None:
    """The sets of results, which one is shown, and the choice of another. Nothing where there is one only."""
    with project.open(readonly=True) as store:
        counts = dict(store.settings.results())
        configs = {each: config for each in counts if (config := store.settings.config_of(each)) is not None}
        current = store.settings.config()
    if len(configs) < 2 or current is None:
        return
    words = described(list(configs.values()))
    names = {config: f"{words[config]} · {plural(counts[config], 'pair')}" for config in reversed(configs)}
    st.subheader("Results", anchor=False)
    st.caption(
        "Each set of models, prompts and random seed has results of its own, side by side in this project. "
        "All pages show one set; a run shows its own."
    )
    st.session_state[_PICK] = current.id
    st.selectbox(
        "Shown on all pages",
        list(names),
        key=_PICK,
        format_func=names.__getitem__,
        on_change=_show,
        args=(project,),
        help=term("config"),
        width=620,
    )


def described(configs: list[Config]) -> dict[str, str]:
    """Each config by its id in a line: its models, and what else tells it from the others."""
    plain_names = {each.id: _models(each) for each in configs}
    alike = {
        each.id
        for one, other in combinations(configs, 2)
        if plain_names[one.id] == plain_names[other.id]
        for each in (one, other)
    }
    return {
        each.id: plain_names[each.id] + (f" · {_further(each)}" if each.id in alike else "")
        for each in configs
    }


def note(current: Config | None, newest: str | None, sets: int) -> str:
    """What the sidebar says where there are more `sets` of results than one, or where those shown are not the
    newest run's; else empty.
    """
    if current is None:
        return ""
    shown = f"Showing {plain(_models(current), 90)}"
    if newest not in (None, current.id):
        return f"{shown}, not the newest run"
    return f"{shown}, one of {number(sets)} sets of results" if sets > 1 else ""


def _models(config: Config) -> str:
    strong, target = config.models.get("strong", "?"), config.models.get("target", "?")
    judge = config.models.get("judge", strong)
    return f"{strong} → {target}" + ("" if judge == strong else f", judged by {judge}")


def _further(config: Config) -> str:
    return f"{config.profile} prompts, random seed {number(config.seed)}, {config.id[:6]}"


@guarded
def _show(project: Project) -> None:
    with project.open() as store:
        config = store.settings.config_of(st.session_state[_PICK])
        if config is not None:
            store.settings.use_config(config)
    notify("All pages show these results now.")
