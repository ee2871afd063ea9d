"""One instruction in the studio: what changed in it, which rubrics it meets, and where to go from here."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from codeclm.complexity import measure
from codeclm.errors import UsageError
from codeclm.jobs.step import edited
from codeclm.projects import Project
from codeclm.records import Instruction, RubricSet
from codeclm.stages.rate import MEETS
from codeclm.store import Branch, Store
from codeclm.ui.assets import asset
from codeclm.ui.generate import step
from codeclm.ui.generate.bench import Bench
from codeclm.ui.guard import guarded, notify
from codeclm.ui.page import go
from codeclm.ui.selected import to_pairs
from codeclm.ui.text import gap, one_line, plain, plural, storable
from codeclm.ui.worddiff import diff

DRAWN = "Draw one, as a run does"
LONGEST = 20_000
SPACELESS = 3
"""Words counted for each that spaces part: above it they are the signs of a script without spaces."""

_DIFF = st.components.v2.component(
    "codeclm_diff",
    html='<section class="stream" aria-label="The instruction, with what changed"></section>',
    css=asset("pieces.css", "generate/stream.css"),
    js=asset("code.js", "pieces.js")
    + """
export default function ({ parentElement, data }) {
  parentElement.querySelector("section").replaceChildren(pieces(data.pieces));
}
""",
)


def node_panel(project: Project, bench: Bench, branch: Branch, busy: bool) -> None:
    """The whole panel, about an instruction that lies on the bench."""
    node, config = branch.instruction, bench.config.id
    parent = next((each.instruction for each in bench.tree if each.instruction.id == node.parent), None)
    with st.container(border=True):
        with project.open(readonly=True) as store:
            _head(branch, parent, store.settings.dials().theta)
        before = parent.text if parent else node.text
        _DIFF(key=f"studio_diff_{node.id}", data={"pieces": diff(before, node.text)})
        with project.open(readonly=True) as store:
            _ratings(store, node, parent, config, bench.rubrics)
        _measures(node, parent)
    _next(project, bench, node, busy)
    _more(project, branch, parent, config, busy)


def _head(branch: Branch, parent: Instruction | None, theta: float) -> None:
    node = branch.instruction
    with st.container(horizontal=True, gap="small"):
        st.badge(f"iteration {node.iteration}", color="gray")
        if node.origin == "edited":
            st.badge("edited by hand", color="gray")
        if branch.draft:
            st.badge("draft", color="gray")
        if branch.gap is not None:
            st.badge(f"gap {gap(branch.gap)}", color="green" if abs(branch.gap) > theta else "gray")
        for remark in branch.remarks:
            st.badge(plain(remark, 120), color="orange")
    if node.action:
        st.caption(f"Action: {plain(node.action, 300)}")
    elif parent is not None:
        st.caption("Changed by hand; marked is what differs from the one before.")


def _ratings(
    store: Store, node: Instruction, parent: Instruction | None, config: str, rubrics: list[RubricSet]
) -> None:
    """What the model says of each rubric, beside what it said of the parent."""
    found = next(iter(store.studio.ratings(node.id, config)), None)
    if found is None:
        return
    criteria = next((each.rubrics for each in rubrics if each.sample == found.sample), ())
    above = store.studio.ratings(parent.id, config) if parent else []
    before = next((each.scores for each in above if each.sample == found.sample), None)
    rows = []
    for place, (rubric, rating) in enumerate(zip(criteria, found.scores, strict=False)):
        row: dict[str, object] = {"Rubric": one_line(rubric, 200), "Rating": rating, "Met": rating >= MEETS}
        if before:
            row["Before"] = before[place]
        rows.append(row)
    if rows:
        st.dataframe(
            pd.DataFrame(rows),
            hide_index=True,
            alt="Rating under each rubric, from 1 to 5",
            column_config={
                "Rating": st.column_config.NumberColumn(
                    width=65, help="From 1 to 5, as the strong model sees it."
                ),
                "Met": st.column_config.CheckboxColumn(width=55, help=f"From {MEETS} on."),
                "Before": st.column_config.NumberColumn(width=65),
            },
        )


def _measures(node: Instruction, parent: Instruction | None) -> None:
    found = measure(node.text, parent.text if parent else None)
    unit = "sign" if found.length > SPACELESS * len(node.text.split()) else "word"
    parts = [plural(found.length, unit), plural(found.constraints, "constraint") + " counted"]
    if found.distance is not None:
        parts.append(f"{100 * found.distance:.0f} % of the {unit}s changed")
    st.caption(" · ".join(parts))


def _next(project: Project, bench: Bench, node: Instruction, busy: bool) -> None:
    actions = list(bench.rubrics[0].actions) if bench.rubrics else []
    chosen = f"studio_action_{node.metadata}"
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox(
            "Action",
            [DRAWN, *actions],
            key=chosen,
            accept_new_options=True,
            format_func=lambda action: one_line(action, 90),
            help="What to do to it. One of your own can be typed.",
        )
        st.button(
            "Improve",
            icon=":material/trending_up:",
            type="primary",
            disabled=busy,
            on_click=_improve,
            args=(project, node, bench.newest, chosen),
            key="studio_improve",
        )


def _more(project: Project, branch: Branch, parent: Instruction | None, config: str, busy: bool) -> None:
    node = branch.instruction
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Step back",
            icon=":material/undo:",
            disabled=parent is None,
            on_click=_back,
            args=(node.parent,),
            key="studio_back",
        )
        # a popover of each node's own, or it stays open over the branch that was saved
        with st.popover("Edit by hand", icon=":material/edit:", key=f"studio_editor_{node.id}"):
            text = st.text_area(
                "Instruction", node.text, key=_text(node), persist_state="session", height=150, width=480
            )
            st.button(
                "Save as a branch",
                on_click=_edit,
                args=(project, node, config),
                key="studio_edit",
                disabled=text.strip() in ("", node.text.strip()),
            )
        st.button(
            "Rate",
            icon=":material/star_half:",
            disabled=busy,
            on_click=step.start,
            args=(project, "rate", node.id, node.metadata),
            key="studio_rate",
            help="The strong model says how far it meets each rubric.",
        )
        if branch.gap is None:
            st.button(
                "Keep: answer and score it",
                icon=":material/check:",
                disabled=busy,
                on_click=step.start,
                args=(project, "score", node.id, node.metadata),
                key="studio_keep",
                help="It becomes an instruction like any other; a run goes on from it.",
            )
        else:
            to_pairs("instructions", node.id, "Review it")
        go("Runs", "Its calls", record=node.id)
        if branch.draft:
            st.button(
                "Drop",
                icon=":material/delete:",
                type="tertiary",
                on_click=_drop,
                args=(project, node, config),
                key="studio_drop",
                help="Forgets this draft and the drafts grown from it.",
            )


def _text(node: Instruction) -> str:
    """The key of the field in which it is edited."""
    return f"studio_text_{node.id}"


def _improve(project: Project, node: Instruction, newest: str | None, chosen: str) -> None:
    picked = st.session_state[chosen]
    action = None if picked in (DRAWN, None) else " ".join(str(picked).split())[:1000]
    step.start(project, "improve", node.id, node.metadata, newest, action)


def _back(parent: str | None) -> None:
    st.session_state[step.NODE] = parent


@guarded
def _edit(project: Project, node: Instruction, config: str) -> None:
    clean = storable(str(st.session_state[_text(node)]), LONGEST).strip()
    if not clean:
        raise UsageError("Instruction: it must not be empty.")
    made = edited(node, clean)
    with project.open() as store:
        store.studio.draft(made, config)
    st.session_state[_text(node)] = node.text  # what was typed is the branch now
    st.session_state[step.NODE] = made.id
    notify("Saved as a branch of its own.")


@guarded
def _drop(project: Project, node: Instruction, config: str) -> None:
    with project.open() as store:
        count = store.studio.drop(node.id, config)
    st.session_state[step.NODE] = node.parent
    notify(f"{plural(count, 'draft')} dropped.")
