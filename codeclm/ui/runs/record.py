"""From a record to the calls that made it, and on to what was made of it: its chain, from the seed on."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from codeclm.export.provenance import Provenance
from codeclm.projects import Project
from codeclm.records import Role
from codeclm.store import CallRow, Store
from codeclm.store.maps import MapKind
from codeclm.store.origins import Kind, Origin, made_from, origin
from codeclm.ui.guard import guarded
from codeclm.ui.runs.calls import RECORD, look_at, show, table
from codeclm.ui.selected import to_pairs
from codeclm.ui.summary import summary
from codeclm.ui.text import body, one_line, plain

ICONS: dict[Kind, str] = {
    "seed": ":material/grain:",
    "metadata": ":material/sell:",
    "instruction": ":material/edit_note:",
}
_MADE = 20
"""Records made of one that are shown."""


def record(project: Project) -> bool:
    """The record that the address names: its text, its chain, its calls. False: it names none."""
    name = st.query_params.get(RECORD, "").strip()
    if not name:
        return False
    facts = summary(project)
    with project.open(readonly=True) as store, store.read():
        found = origin(store, name)
        chain = [] if found is None else _chain(store, found)
        children = _children(store, found, facts.config.id if facts.config else None)
        calls = _calls(store, name, found)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.subheader(f"Calls behind {_called(found, name)}", anchor=False, width="content")
        st.button("All runs and calls", icon=":material/close:", on_click=_leave, key="runs_leave")
    if found is None and not calls:
        st.caption("Nothing in this project is called so.")
        return True
    for kind, id_, text in chain:
        _step(kind, id_, text, id_ == chain[-1][1])
    if children:
        with st.expander("Made of it", icon=":material/arrow_downward:"):
            for kind, id_, text in children[:_MADE]:
                _step(kind, id_, text, last=False)
            if len(children) > _MADE:
                st.caption(f"The first {_MADE}. There are more.")
    if found is not None and found.records:
        last: MapKind = "instructions" if found.path else "metadata" if found.metadata else "seeds"
        to_pairs(last, found.records[-1], "Review it" if found.path else "Its pairs")
    _table(project, calls, {id_: kind for kind, id_, _ in chain})
    return True


def _table(project: Project, calls: list[CallRow], kinds: dict[str, Kind]) -> None:
    if not calls:
        st.caption("No model was asked for it: it was imported, authored or written by hand.")
        return
    path = [id_ for id_, kind in kinds.items() if kind == "instruction"]
    of = [
        f"iteration {path.index(row.record) + 1}" if row.record in path else kinds.get(row.record, row.record)
        for row in calls
    ]
    chosen = table(calls, "record_rows", of)
    if chosen is None:
        st.caption("Choose a row to see what was asked and what came back, as it was.")
    else:
        show(project, chosen)


def _step(kind: Kind, id_: str, text: str, last: bool) -> None:
    """A record of the chain: the last one with its text, the others as links in a line."""
    icon = ICONS.get(kind)
    if not last:
        label = f":gray[{kind}] {plain(one_line(text, 150))}"
        st.button(label, icon=icon, type="tertiary", on_click=look_at, args=(id_,), key=f"look_{id_}")
        return
    with st.container(border=True, gap="xxsmall"):
        st.caption(f"{icon} {kind} {id_}")
        body(text)


def _called(found: Origin | None, name: str) -> str:
    return plain(f"{'record' if found is None else found.kind} {name}", 60)


def _chain(store: Store, found: Origin) -> list[tuple[Kind, str, str]]:
    """Seed, metadata and instructions with their texts, as far as there are any."""
    chain: list[tuple[Kind, str, str]] = []
    if found.seed and (seed := store.seeds.get(found.seed)) is not None:
        chain.append(("seed", found.seed, seed.text))
    if found.metadata:
        chain.append(("metadata", found.metadata, _labels(store, found.metadata)))
    for id_ in found.path:
        node = store.lineages.get(id_)
        chain.append(("instruction", id_, node.text if node else ""))
    return chain


def _children(store: Store, found: Origin | None, config: str | None) -> list[tuple[Kind, str, str]]:
    """What was made of it: one more than are shown, where there are more."""
    if found is None or not found.records:
        return []
    last = found.records[-1]
    children: list[tuple[Kind, str, str]] = []
    for kind, id_ in made_from(store, last, config, _MADE + 1):
        if kind == "metadata":
            children.append((kind, id_, _labels(store, id_)))
        elif (node := store.lineages.get(id_)) is not None:
            children.append((kind, id_, node.text))
    return children


def _calls(store: Store, name: str, found: Origin | None) -> list[CallRow]:
    """The calls of the whole chain: no other samples' for an instruction, and for a pair those alone that its
    provenance names, and what failed on the way there.
    """
    rows = store.calls.rows_of([name] if found is None else found.records)
    root = None if found is None or not found.path else store.lineages.get(found.path[0])
    if root is not None:
        rows = [row for row in rows if row.stage != "decode" or row.sample == root.sample]
    if found is None or (pair := store.pairs.get(name, theta=0, cap=1)) is None:
        return rows
    trace = Provenance(store, pair.comparison.config)
    path = store.lineages.path(pair.instruction_id)
    keys = {call["key"] for call in trace.calls(pair.seed, pair.metadata, path)}
    config = store.settings.config_of(pair.comparison.config)
    models: Mapping[Role, str] = {} if config is None else config.models
    return [
        row for row in rows if row.key in keys or (row.error and row.model == models.get(row.role, row.model))
    ]


def _labels(store: Store, metadata: str) -> str:
    row = store.metadata.get(metadata)
    return ", ".join((row.labels.use_case, *row.labels.skills)) if row else ""


@guarded
def _leave() -> None:
    st.query_params.pop(RECORD, None)
