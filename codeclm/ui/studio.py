"""The studio: grow one instruction on screen, step by step, and keep what is good."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from codeclm.jobs.order import another, config_for
from codeclm.projects import Project
from codeclm.records import Metadata, RubricSet
from codeclm.settings import Config
from codeclm.store import Branch, Store
from codeclm.ui import studio_step as step
from codeclm.ui.labels import by_hand
from codeclm.ui.page import empty
from codeclm.ui.studio_node import node_panel
from codeclm.ui.studio_rubrics import rubrics_panel
from codeclm.ui.summary import summary
from codeclm.ui.text import gap, one_line, plain

FOUND = 60
BRANCHES = 80
_OF = "studio_of"
"""The metadata on the bench, by id."""


@dataclass(frozen=True, slots=True)
class Bench:
    """What lies on the bench: a metadata, its rubrics, and the tree grown from it."""

    metadata: Metadata
    config: Config
    rubrics: list[RubricSet]
    tree: list[Branch]

    @property
    def known(self) -> list[str]:
        """The ids of the instructions, the newest step last within its iteration."""
        return [branch.instruction.id for branch in self.tree]


def studio(project: Project) -> None:
    """The whole part."""
    with project.open(readonly=True) as store:
        metadata = _choose(project, store)
        if metadata is None:
            return
        bench = _bench(store, metadata)
        second = another(store, bench.config)
    busy = step.going_on(project)
    if not busy:
        step.land(project, bench.metadata.id, bench.known)
    step.fault()
    if second and summary(project).funnel.comparisons:
        st.warning(
            "The models, prompts or random seed differ from those of the results that are there. The first "
            "pair kept here begins a second set of results beside them, which pages show from then on.",
            icon=":material/difference:",
        )
    left, right = st.columns([2, 3], gap="medium")
    with left:
        _tree(project, bench, busy)
        rubrics_panel(project, bench.metadata, bench.config.id, bench.rubrics, busy)
    with right:
        if busy:
            step.wait(project)
        chosen = _chosen(bench)
        if chosen is not None:
            node_panel(project, bench.metadata, bench.config.id, bench.rubrics, bench.tree, chosen, busy)
        elif not busy:
            st.caption("Write a basic instruction to begin with: the strong model makes it from the labels.")


def _bench(store: Store, metadata: Metadata) -> Bench:
    """Under the config that a run would use now, together with what grew under the current one."""
    config = config_for(store, store.settings.endpoints(), store.settings.dials())
    seen = store.settings.config()
    tree = store.studio.tree(metadata.id, config.id)
    rubrics = store.lineages.rubric_sets(metadata.revision, config.id)
    if seen is not None and seen.id != config.id:
        there = {branch.instruction.id for branch in tree}
        before = store.studio.tree(metadata.id, seen.id)
        tree = [branch for branch in before if branch.instruction.id not in there] + tree
        rubrics = rubrics or store.lineages.rubric_sets(metadata.revision, seen.id)
    return Bench(metadata, config, rubrics, tree)


def _choose(project: Project, store: Store) -> Metadata | None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        search = st.text_input(
            "Find metadata",
            key="studio_search",
            bind="query-params",
            placeholder="a use case or skill",
            icon=":material/search:",
            width=220,
            on_change=_anew,
        )
        rows = _offered(store, search)
        picked = st.selectbox(
            "Metadata",
            list(rows),
            index=0 if rows else None,
            placeholder="none is found",
            key=_OF,
            persist_state="session",
            format_func=lambda row: _name(rows[row]) if row in rows else str(row),
            width=460,
        )
        with st.popover("Write one", icon=":material/add:", width="content"):
            by_hand(project, "studio", _to_bench)
    if not rows and search:
        st.caption("Nothing is found. Search for something else, or write a use case and skills by hand.")
    elif not rows:
        empty(
            "Nothing to grow from yet",
            "Instructions are written from metadata: have some read in seeds, or write one above.",
            "Seeds",
            "Add seeds",
        )
    return rows.get(picked or "")


def _offered(store: Store, search: str) -> dict[str, Metadata]:
    """The first that are found, and the one that lies on the bench, whatever a run adds before it."""
    rows = store.metadata.page(search=search, state="active", limit=FOUND)
    held = st.session_state.get(_OF)
    if held and held not in {row.id for row in rows}:
        here = store.metadata.get(held)
        if here is None or here.state != "active":
            _anew()
        else:
            rows = [here, *rows]
    return {row.id: row for row in rows}


def _anew() -> None:
    """Callback: what is searched for comes to the bench."""
    st.session_state.pop(_OF, None)


def _to_bench(row: Metadata) -> None:
    """Callback: what was just written is what one wants to work on."""
    st.session_state.update({"studio_search": row.labels.use_case, _OF: row.id})


def _name(row: Metadata) -> str:
    parts = [row.labels.use_case or "no use case", ", ".join(row.labels.skills)]
    return one_line(" · ".join(filter(None, parts)), 90) + f" · {row.id[:6]}"


def _chosen(bench: Bench) -> Branch | None:
    wanted = st.session_state.get(step.NODE)
    found = next((branch for branch in bench.tree if branch.instruction.id == wanted), None)
    return found or (bench.tree[0] if bench.tree else None)


def _tree(project: Project, bench: Bench, busy: bool) -> None:
    """Branches as rows, each under what it grew from."""
    rows = {branch.instruction.id: (depth, branch) for depth, branch in _ordered(bench.tree)[:BRANCHES]}
    with st.container(border=True, gap="small"):
        if rows:
            if st.session_state.get(step.NODE) not in rows:
                st.session_state[step.NODE] = next(iter(rows))
            st.radio(
                "Branches",
                list(rows),
                key=step.NODE,
                persist_state="session",
                format_func=lambda node: _label(*rows[node]),
                captions=[_score(branch) for _, branch in rows.values()],
            )
        if len(bench.tree) > BRANCHES:
            st.caption(f"The first {BRANCHES} of {len(bench.tree)}.")
        st.button(
            "Write another basic instruction" if bench.tree else "Write a basic instruction",
            icon=":material/edit_note:",
            type="secondary" if bench.tree else "primary",
            disabled=busy,
            on_click=step.start,
            args=(project, "basic", bench.metadata.id, bench.metadata.id, bench.known),
            key="studio_basic",
        )


def _label(depth: int, branch: Branch) -> str:
    return "↳ " * depth + plain(branch.instruction.text, 60)


def _score(branch: Branch) -> str:
    if branch.gap is not None:
        return f"gap {gap(branch.gap)}"
    return "draft" if branch.draft else "not scored"


def _ordered(tree: list[Branch]) -> list[tuple[int, Branch]]:
    """Depth first, with the depth of each."""
    below: dict[str | None, list[Branch]] = {}
    there = {branch.instruction.id for branch in tree}
    for branch in tree:
        parent = branch.instruction.parent
        below.setdefault(parent if parent in there else None, []).append(branch)
    found: list[tuple[int, Branch]] = []
    waiting = [(0, branch) for branch in reversed(below.get(None, []))]
    while waiting:
        depth, branch = waiting.pop()
        found.append((depth, branch))
        waiting += [(depth + 1, child) for child in reversed(below.get(branch.instruction.id, []))]
    return found
