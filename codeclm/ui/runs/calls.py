"""Every call of a project, a page at a time: filters, the table, and the call that is chosen, in full."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, cast

import pandas as pd
import streamlit as st

from codeclm.projects import Project
from codeclm.records import ROLES, STAGES, Role, Stage
from codeclm.settings import Sampling
from codeclm.store import CallFilter, CallRow, LoggedCall
from codeclm.store.origins import origin
from codeclm.ui.guard import guarded
from codeclm.ui.runs.recent import CALLS_PAGE, RUN_FILTER
from codeclm.ui.spend_tables import localized
from codeclm.ui.table import PAGE, first_page, offset, pager, rows_key, tall
from codeclm.ui.text import ago, dollars, duration, number, one_line, plain, whole

RECORD = "record"
"""The address's parameter that names the record looked at."""
_STATES = {"answered": False, "failed": True}
LONGEST = 20_000
"""Characters of one text that are shown; the whole is in the project."""


def calls(project: Project) -> None:
    """Filters, one page of calls, and the one that is chosen."""
    where = _filters(project)
    with project.open(readonly=True) as store, store.read():
        named = origin(store, where.search.strip())
        total = store.calls.count(where)
        found = store.calls.rows(where, offset(CALLS_PAGE, total), PAGE)
        words = store.calls.subjects([row.record for row in found])
    if named is not None:
        st.button(
            f"Only the calls behind this {named.kind}",
            icon=":material/conversion_path:",
            type="tertiary",
            help="With its seed and labels, and without those of other results that share its instruction.",
            on_click=look_at,
            args=(where.search.strip(),),
            key="calls_behind",
        )
    if not found:
        st.caption("No call matches." if where != CallFilter() else "No model was asked yet.")
        return
    chosen = table(found, "calls_rows", [one_line(words.get(row.record, row.record), 120) for row in found])
    pager(CALLS_PAGE, total, "calls")
    if chosen is None:
        st.caption("Choose a row to see what was asked and what came back, as it was.")
    else:
        show(project, chosen)


def table(found: Sequence[CallRow], key: str, of: Sequence[str]) -> CallRow | None:
    """Calls as rows; the one that is chosen. `of` says of each what it was for."""
    frame = pd.DataFrame(
        {
            "Call": [row.number for row in found],
            "When": [ago(row.started) for row in found],
            "Stage": [row.stage for row in found],
            "Role": [row.role for row in found],
            "Model": [one_line(row.model, 60) for row in found],
            "For": list(of),
            "Outcome": [_outcome(row) for row in found],
            "In": [row.prompt_tokens for row in found],
            "Out": [row.completion_tokens for row in found],
            "Seconds": [row.seconds for row in found],
            "Cost": [dollars(row.cost) if not row.error else "" for row in found],
        }
    )
    event = st.dataframe(
        frame,
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key=rows_key(key, (str(row.number) for row in found)),
        height=tall(len(found), 460),
        column_config={
            "Call": st.column_config.NumberColumn(width=80),
            "For": st.column_config.TextColumn(width=220),
            "Seconds": st.column_config.NumberColumn(format="%.2f"),
            "Outcome": st.column_config.TextColumn(width=170),
            **localized("In", "Out"),
        },
        alt="Calls",
    )
    return next((found[row] for row in event.selection.rows if row < len(found)), None)


def show(project: Project, row: CallRow) -> None:
    """A call in full: what was asked, turn by turn, and the reply as it came."""
    with project.open(readonly=True) as store:
        logged = store.calls.number(row.number)
    if logged is None:
        st.caption("This call was dropped meanwhile.")
        return
    with st.container(border=True):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            st.markdown(
                f"**Call {row.number}** · {plain(f'{row.stage} · {row.role} · {row.model}', 120)}",
                width="content",
            )
            st.button(
                "What it was for",
                icon=":material/conversion_path:",
                on_click=look_at,
                args=(row.record,),
                key="calls_look",
            )
        st.caption(_facts(row))
        _texts(logged)


def _texts(logged: LoggedCall) -> None:
    request, reply = logged.call.request, logged.call.reply
    if reply is None:
        st.caption("The call failed:")
        _text(logged.call.error)
    elif reply.text != reply.raw:
        st.caption("The reply, without its thinking:")
        _text(reply.text)
        st.caption("The reply as it came:")
        _text(reply.raw)
    else:
        st.caption("The reply as it came:")
        _text(reply.raw)
    st.caption("What was asked:")
    for message in request.messages:
        st.caption(plain(message.role, 20))
        _text(message.content)
    usual = asdict(Sampling())
    sampling = {name: value for name, value in asdict(request.sampling).items() if value != usual[name]}
    told = {**sampling, "schema": request.schema.name if request.schema else "none"}
    st.caption("Sent with " + plain(", ".join(f"{name}: {value}" for name, value in told.items()), 900))


def _text(text: str) -> None:
    if not text:
        st.caption("(empty)")
        return
    st.code(text[:LONGEST], language=None, wrap_lines=True)
    if len(text) > LONGEST:
        st.caption(f"The first {number(LONGEST)} of {number(len(text))} characters.")


def _facts(row: CallRow) -> str:
    facts = [
        _outcome(row),
        f"{number(row.prompt_tokens)} tokens in, {number(row.completion_tokens)} out",
        duration(row.seconds) if row.seconds >= 1 else f"{row.seconds * 1000:.0f} ms",
        dollars(row.cost) if not row.error else "",
        f"sample {row.sample}, attempt {row.attempt}",
        f"run {row.job}" if row.job else "",
        f"record {row.record}",
        f"key {row.key}",
    ]
    return plain(" · ".join(filter(None, facts)), 900)


def _outcome(row: CallRow) -> str:
    if row.error:
        return one_line(row.error, 120)
    return {"stop": "answered", "length": "cut at the token limit"}.get(row.finish_reason, row.finish_reason)


def _filters(project: Project) -> CallFilter:
    with project.open(readonly=True) as store:
        models = store.calls.models()
    again: dict[str, Any] = {"on_change": first_page, "args": (CALLS_PAGE,), "bind": "query-params"}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        search = st.text_input(
            "Search",
            key="calls_search",
            placeholder="words, an id or a key",
            icon=":material/search:",
            width=260,
            help="Words of the seed, labels, instruction or test prompt that calls were made for, or of an "
            "error, in any order (a phrase in quotes); or the beginning of a record's or a pair's id or of a "
            "call's key, at least four digits.",
            **again,
        )
        stage = st.selectbox("Stage", STAGES, None, key="calls_stage", placeholder="any", width=120, **again)
        role = st.selectbox("Role", ROLES, None, key="calls_role", placeholder="any", width=120, **again)
        state = st.selectbox(
            "Outcome", list(_STATES), None, key="calls_state", placeholder="any", width=130, **again
        )
        model = None
        if len(models) > 1:
            model = st.selectbox(
                "Model", models, None, key="calls_model", placeholder="any", width=200, **again
            )
        run = st.text_input("Run", key=RUN_FILTER, placeholder="any", width=80, **again).strip()
    job = whole(run)
    if run and job is None:
        st.caption(f"No run has the number “{plain(run, 40)}”: the calls of all runs are shown.")
    return CallFilter(
        role=cast("Role | None", role),
        stage=cast("Stage | None", stage),
        model=model,
        job=job,
        errors=None if state is None else _STATES[state],
        search=search,
    )


@guarded
def look_at(record: str) -> None:
    """Callback: look at a record."""
    st.query_params[RECORD] = record
