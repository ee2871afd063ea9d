"""The studio: grow one instruction on screen, step by step, and keep what is good."""

from __future__ import annotations

from bisect import bisect_left

import streamlit as st

from codeclm.jobs.order import another, config_for
from codeclm.projects import Project
from codeclm.records import Metadata
from codeclm.settings import Config
from codeclm.store import Branch, MetadataFilter, Store
from codeclm.ui.generate import step
from codeclm.ui.generate.bench import Bench
from codeclm.ui.generate.node import node_panel
from codeclm.ui.generate.rubrics import rubrics_panel
from codeclm.ui.guard import guarded
from codeclm.ui.labels import by_hand
from codeclm.ui.page import empty
from codeclm.ui.summary import summary
from codeclm.ui.table import pages_of
from codeclm.ui.text import gap, number, one_line, plain

FOUND = 60
LINEAGES = 40
"""Basic instructions on a page, each with all that grew from it."""
_OF = "studio_of"
"""The metadata on the bench, by id."""
_FROM = "studio_from"
"""The sample with which the page of lineages begins that was turned to."""


def studio(project: Project) -> None:
    """The whole part."""
    with project.open(readonly=True) as store:
        metadata = _choose(project, store)
        if metadata is None:
            return
        # Under the config that a run would use now, together with what grew under the current one.
        config = config_for(store, store.settings.endpoints(), store.settings.dials())
        busy = step.going_on(project)
        newest = store.studio.newest(metadata.id, config.id)
        if not busy:
            step.land(project, metadata.id, newest)
        bench = _bench(store, metadata, config, newest)
        second = another(store, config)
    step.fault()
    if second and summary(project).funnel.comparisons:
        st.warning(
            "The models, prompts or random seed differ from those of the results that are there. The first "
            "pair kept here begins another set of results beside them, which pages show from then on.",
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
            node_panel(project, bench, chosen, busy)
        elif not busy:
            st.caption("Write a basic instruction to begin with: the strong model makes it from the labels.")


def _bench(store: Store, metadata: Metadata, config: Config, newest: str | None) -> Bench:
    seen = store.settings.config() or config
    configs = dict.fromkeys((seen.id, config.id))
    samples = sorted({sample for each in configs for sample in store.studio.samples(metadata.id, each)})
    page = min(bisect_left(samples, _at(store, metadata)), max(len(samples) - 1, 0)) // LINEAGES
    shown, tree = samples[page * LINEAGES :][:LINEAGES], dict[str, Branch]()
    for each in configs if shown else ():
        branches = store.studio.tree(metadata.id, each, (shown[0], shown[-1]))
        tree |= {branch.instruction.id: branch for branch in branches}
    rubrics = store.lineages.rubric_sets(metadata.revision, config.id)
    rubrics = rubrics or store.lineages.rubric_sets(metadata.revision, seen.id)
    return Bench(metadata, config, rubrics, samples, page, list(tree.values()), newest)


def _at(store: Store, metadata: Metadata) -> int:
    """The sample that was turned to, or else of the instruction that is chosen."""
    if _FROM in st.session_state:
        return int(st.session_state.pop(_FROM))
    chosen = store.lineages.get(st.session_state.get(step.NODE) or "")
    return chosen.sample if chosen is not None and chosen.metadata == metadata.id else 0


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
    rows = store.metadata.page(MetadataFilter(search=search, state="active"), limit=FOUND)
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
    rows = {branch.instruction.id: (depth, branch) for depth, branch in _ordered(bench.tree)}
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
        _pages(bench)
        st.button(
            "Write another basic instruction" if bench.tree else "Write a basic instruction",
            icon=":material/edit_note:",
            type="secondary" if bench.tree else "primary",
            disabled=busy,
            on_click=step.start,
            args=(project, "basic", bench.metadata.id, bench.metadata.id, bench.newest),
            key="studio_basic",
        )


def _pages(bench: Bench) -> None:
    """The page shown, where there are several: always that of the instruction that is chosen."""
    if len(bench.samples) <= LINEAGES:
        return
    first = bench.page * LINEAGES + 1
    last = min(first + LINEAGES - 1, len(bench.samples))
    st.caption(f"Lineages {number(first)}–{number(last)} of {number(len(bench.samples))}")
    # of its own at each page: it goes along with what is chosen, and no value may be set beside its default
    key = f"studio_page_{bench.page}"
    pages = pages_of(len(bench.samples), LINEAGES)
    st.pagination(pages, default=bench.page + 1, key=key, on_change=_turn, args=(key, bench.samples))


@guarded
def _turn(key: str, samples: list[int]) -> None:
    """Callback: what is chosen next is the first of another page."""
    st.session_state[_FROM] = samples[(st.session_state[key] - 1) * LINEAGES]


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
