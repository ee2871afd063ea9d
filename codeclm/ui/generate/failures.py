"""What failed and why, with the raw reply, and another try, which is watched in its place."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from codeclm.jobs.order import another, config_for
from codeclm.projects import Project
from codeclm.records import Failure
from codeclm.store import Store
from codeclm.ui.generate.ended import ended
from codeclm.ui.guard import guarded
from codeclm.ui.page import empty, go
from codeclm.ui.runpanel import going_on, last_run, retry_failed, run_panel
from codeclm.ui.summary import Summary, summary
from codeclm.ui.table import PAGE, offset, pager, rows_key, tall
from codeclm.ui.text import one_line, plural

_PAGE = "gen_failures"
STEPS = {
    "encode": "reading a seed",
    "augment": "mixing labels",
    "decode": "writing an instruction",
    "rubrics": "improving",
    "answer": "answering",
    "judge": "scoring",
}


def failures(project: Project) -> None:
    """The table, the reply of the row that is chosen, and the button."""
    facts = summary(project)
    total = facts.funnel.failures
    _another_try(project, facts)
    if not total or facts.config is None:
        empty("Nothing failed", "A step that fails for good waits here, with the reply as it came.")
        return
    st.subheader(plural(total, "failure"), anchor=False)
    st.caption(
        "A reply that cannot be used is asked for again, at most twice; what fails then waits here. Another "
        "try asks anew, as a run of its own that takes up nothing else."
    )
    with project.open(readonly=True) as store:
        found = store.failures.page(facts.config.id, offset(_PAGE, total), PAGE)
        subjects = [_subject(store, each) for each in found]
        changed = another(store, config_for(store, store.settings.endpoints(), store.settings.dials()))
    chosen = _table(found, subjects)
    pager(_PAGE, total, "failures")
    for each in chosen:
        _reply(each)
    if not chosen:
        st.caption("Choose a row to see the reply as it came.")
    if changed:
        st.caption(
            ":material/difference: Asked with other models, prompts or random seed than are set now. "
            "Set those again to try it again; a run asks those that are set now, for everything."
        )
    st.button(
        f"Try {plural(total, 'failure')} again",
        icon=":material/replay:",
        disabled=changed or going_on(project),
        on_click=guarded(retry_failed),
        args=(project,),
        key="gen_retry",
    )


def _table(found: list[Failure], subjects: list[str]) -> list[Failure]:
    """Draw a page of them; those of the rows that are chosen."""
    frame = pd.DataFrame(
        {
            "Step": [STEPS[each.stage] for each in found],
            "Of": [one_line(subject, 200) for subject in subjects],
            "Reason": [one_line(each.reason, 300) for each in found],
        }
    )
    event = st.dataframe(
        frame,
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key=rows_key("gen_failed", (each.id for each in found)),
        height=tall(len(found), 420),
        column_config={"Step": st.column_config.TextColumn(width=140)},
        alt="Failures",
    )
    return [found[row] for row in event.selection.rows if row < len(found)]


def _another_try(project: Project, facts: Summary) -> None:
    """The run that goes on, or how the last try ended."""
    if going_on(project):
        run_panel(project)
    elif (job := last_run(project)) is not None and job.command.get("retry"):
        ended(project, facts)


def _reply(failure: Failure) -> None:
    with st.container(border=True):
        st.caption(
            "The call failed:"
            if failure.transport
            else "The reply as it came:"
            if failure.raw
            else "An empty reply."
        )
        st.text(failure.reason)
        if failure.raw:
            st.code(failure.raw[:8_000], language=None, wrap_lines=True)
        go("Runs", "Its calls", record=failure.record.partition(":")[0])


def _subject(store: Store, failure: Failure) -> str:
    """What the step was for, in words."""
    if failure.stage == "encode":
        seed = store.seeds.get(failure.record)
        return seed.text if seed else failure.record
    node = store.lineages.get(failure.record)
    if node is not None:
        return node.text
    metadata = store.metadata.get(failure.record.partition(":")[0])
    return ", ".join((metadata.labels.use_case, *metadata.labels.skills)) if metadata else failure.record
