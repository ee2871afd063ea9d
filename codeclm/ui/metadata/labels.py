"""Labels over all metadata: rename and merge with a preview and an undo, and those nearly the same."""

from __future__ import annotations

from threading import Lock

import streamlit as st

from codeclm import embed
from codeclm.atlas.labels import Alike, Near, meant, ranked, written
from codeclm.errors import UsageError
from codeclm.ids import content_id
from codeclm.jobs.map import MAP
from codeclm.projects import Project
from codeclm.store import Store
from codeclm.store.relabels import Facet
from codeclm.ui import browser
from codeclm.ui.facets import facets
from codeclm.ui.guard import guarded, notify
from codeclm.ui.labels import LONGEST
from codeclm.ui.page import no_labels
from codeclm.ui.summary import Summary
from codeclm.ui.text import ago, number, one_line, plain, plural

FACETS: tuple[Facet, ...] = ("use case", "skill")
_OFFERED = 12
_OLD = "meta_old"
_NEW = "meta_new"
WHY = {
    "spelling": "differ in case or signs",
    "number": "singular and plural, or forms of one word",
    "wording": "differ in a letter or two",
    "meaning": "mean about the same",
}


def labels_panel(project: Project, facts: Summary) -> None:
    """The whole part."""
    if not facets(project).uses and not facets(project).skills:
        no_labels("Labels are renamed and merged here, wherever they stand.", facts)
        return
    facet = st.segmented_control(
        "Labels of", FACETS, default=FACETS[0], required=True, key="meta_facet", bind="query-params",
        on_change=_cleared,
    )  # fmt: skip
    found = facets(project)
    counts = dict(found.uses if facet == "use case" else found.skills)
    if not counts:
        st.caption(f"No {facet} yet.")
        return
    left, right = st.columns(2, gap="medium")
    with left:
        st.subheader("Rename or merge", anchor=False)
        _change(project, facet, counts)
        _recent(project)
    with right:
        st.subheader("Nearly the same", anchor=False)
        _offers(project, facet, counts)


def _change(project: Project, facet: Facet, counts: dict[str, int]) -> None:
    known = set(counts)
    held = [label for label in st.session_state.get(_OLD, []) if label in known]
    st.session_state[_OLD] = held
    old = st.multiselect(
        "Labels",
        list(counts),
        key=_OLD,
        persist_state="session",
        format_func=lambda label: f"{one_line(label, 60)} ({number(counts.get(label, 0))})",
        placeholder="one to rename, several to merge",
    )
    st.text_input(
        "Call it",
        key=_NEW,
        persist_state="session",
        max_chars=LONGEST,
        placeholder=old[0] if old else "",
    )
    if not old:
        st.caption("Every row that has the label changes, whatever its state.")
        return
    name = _name(old)
    with project.open(readonly=True) as store:
        preview = store.relabels.preview(facet, old, name)
    stale = (
        f" {plural(preview.instructions, 'instruction')} and {plural(preview.pairs, 'pair')} become stale: "
        "kept, but left out of exports."
        if preview.instructions
        else ""
    )
    st.caption(f"{plural(preview.metadata, 'row')} will say “{plain(name, 60)}”.{stale}")
    st.button(
        "Merge" if len(old) > 1 else "Rename",
        type="primary",
        icon=":material/merge:",
        disabled=not preview.metadata,
        on_click=_as_typed,
        args=(project, facet),
        key="meta_relabel",
    )


def _recent(project: Project) -> None:
    with project.open(readonly=True) as store:
        changes = store.relabels.recent(5)
    if changes:
        st.caption("Last changes")
    for each in changes:
        with st.container(horizontal=True, vertical_alignment="center"):
            old = ", ".join(one_line(label, 40) for label in each.old)
            told = f"{plural(each.metadata, 'row')}, {ago(each.at)}" + (", undone" if each.undone else "")
            st.markdown(f"{plain(old, 120)} → {plain(each.new, 60)} :gray[· {told}]", width="stretch")
            if not each.undone:
                st.button(
                    "Undo",
                    icon=":material/undo:",
                    on_click=_undo,
                    args=(project, each.id),
                    key=f"meta_undo_{each.id}",
                )


def _offers(project: Project, facet: Facet, counts: dict[str, int]) -> None:
    labels = frozenset(counts)
    with project.open(readonly=True) as store, st.spinner("Comparing labels…"):
        passed = store.settings.get(_PASSED, [])
        meaning, unread = _meant(str(project.path), store.maps.marked().drawn, facet).of(store, labels)
        alike = {**meaning, **_written(str(project.path), facet).of(labels)}
    offered = [pair for pair in ranked(counts, alike) if _apart(facet, pair) not in passed]
    if unread == len(labels):
        st.caption("By spelling only: labels that mean the same show once the map was drawn.")
    elif unread:
        came = "is new since the map was drawn and" if unread == 1 else "are new since the map was drawn and"
        st.caption(f"{plural(unread, 'label')} {came} compared by spelling only.")
    if not offered:
        st.caption("No two labels look alike.")
    for at, pair in enumerate(offered[:_OFFERED]):
        with st.container(border=True, gap="small"):
            st.markdown(
                f"{plain(pair.drop, 60)} ({number(counts.get(pair.drop, 0))}) → **{plain(pair.keep, 60)}** "
                f"({number(counts.get(pair.keep, 0))})  \n:gray[:small[{WHY[pair.why]}]]"
            )
            with st.container(horizontal=True, gap="small"):
                st.button(
                    "Merge",
                    on_click=_apply,
                    args=(project, facet, [pair.drop], pair.keep),
                    key=f"meta_merge_{facet}_{at}_{pair.drop}",
                )
                st.button(
                    "Keep both",
                    type="tertiary",
                    on_click=_pass,
                    args=(project, facet, pair),
                    key=f"meta_pass_{facet}_{at}_{pair.drop}",
                )
    if len(offered) > _OFFERED:
        st.caption(f"And {number(len(offered) - _OFFERED)} more, once these are settled.")
    _kept_apart(project, [each for each in passed if each[0] == facet])


def _kept_apart(project: Project, passed: list[list[str]]) -> None:
    """What is offered no more, the newest first, and a way back to the offers."""
    if not passed:
        return
    with st.popover(f"Kept apart ({number(len(passed))})", icon=":material/call_split:", width="content"):
        for each in passed[: -_OFFERED - 1 : -1]:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(f"{plain(each[1], 60)} and {plain(each[2], 60)}", width="stretch")
                st.button(
                    "Offer again",
                    icon=":material/undo:",
                    type="tertiary",
                    on_click=_offer,
                    args=(project, each),
                    key=f"meta_offer_{content_id('apart', labels=each)}",
                )
        if len(passed) > _OFFERED:
            st.caption(f"And {number(len(passed) - _OFFERED)} before these.")


@guarded
def _offer(project: Project, each: list[str]) -> None:
    with project.open() as store, store.write():
        store.settings.set(_PASSED, [other for other in store.settings.get(_PASSED, []) if other != each])


_PASSED = "labels_apart"
"""The setting that has what shall not be offered again."""


def _apart(facet: Facet, pair: Near) -> list[str]:
    """Two labels, whichever of them is used more: that changes."""
    return [facet, *sorted((pair.keep, pair.drop))]


@st.cache_resource(max_entries=8, ttl="1h", show_spinner=False)
def _meant(path: str, drawn: str, facet: Facet) -> _Meant:
    return _Meant()


@st.cache_resource(max_entries=8, ttl="1h", show_spinner=False)
def _written(path: str, facet: Facet) -> _Written:
    return _Written()


class _Meant:
    """Pairs that mean about the same, of labels with vectors; compared once for a map, as it takes long."""

    def __init__(self) -> None:
        self._lock, self._seen, self._compared = Lock(), frozenset[str](), frozenset[str]()
        self._found = Alike()

    def of(self, store: Store, labels: frozenset[str]) -> tuple[Alike, int]:
        """Those among these labels, and how many of the labels have no vector yet."""
        with self._lock:
            if not labels <= self._seen:
                read, vectors = embed.known(store, sorted(labels), store.settings.get(MAP, {}).get("model"))
                if not self._compared.issuperset(read):
                    self._compared, self._found = frozenset(read), meant(read, vectors)
                self._seen = labels
            there = {pair: said for pair, said in self._found.items() if labels.issuperset(pair)}
            return there, len(labels - self._compared)


class _Written:
    """Pairs nearly the same in writing; after an edit only new labels are compared with the others."""

    def __init__(self) -> None:
        self._lock, self._known, self._found = Lock(), frozenset[str](), Alike()

    def of(self, labels: frozenset[str]) -> Alike:
        """Those among these labels."""
        with self._lock:
            there = {pair: said for pair, said in self._found.items() if labels.issuperset(pair)}
            self._found = {**there, **written(labels, self._known)}
            self._known = labels
            return self._found


@guarded
def _cleared() -> None:
    st.session_state[_OLD], st.session_state[_NEW] = [], ""


def _name(old: list[str]) -> str:
    """What these labels are to be called: as it was typed, else as the first of them."""
    return " ".join(str(st.session_state[_NEW]).split()) or old[0]


def _as_typed(project: Project, facet: Facet) -> None:
    """Callback: of the labels that are chosen now, by the name that stands in the field now."""
    if old := list(st.session_state[_OLD]):
        _apply(project, facet, old, _name(old))


@guarded
def _apply(project: Project, facet: Facet, old: list[str], new: str) -> None:
    name = " ".join(new.split())
    if not name or (facet == "skill" and "," in name):
        raise UsageError("Label: write one name, without commas.")
    with project.open() as store:
        preview = store.relabels.preview(facet, old, name)
        change = store.relabels.apply(facet, old, name)
    _cleared()
    browser.focus(f"meta_undo_{change}")
    notify(f"{plural(preview.metadata, 'row')} changed. It can be undone under “Last changes”.")


@guarded
def _undo(project: Project, change: int) -> None:
    with project.open() as store:
        count = store.relabels.undo(change)
    browser.focus(_OLD)
    notify(f"{plural(count, 'row')} as before.")


@guarded
def _pass(project: Project, facet: Facet, pair: Near) -> None:
    with project.open() as store, store.write():
        store.settings.set(_PASSED, [*store.settings.get(_PASSED, []), _apart(facet, pair)])
