"""Starting a run on the Generate page: which models, what it will do in numbers, the button."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import streamlit as st

from codeclm.errors import CodecError
from codeclm.jobs.order import unpriced
from codeclm.lab import unreachable
from codeclm.projects import Project
from codeclm.records import ROLES, Role
from codeclm.settings import Endpoint
from codeclm.store import Job, Store
from codeclm.ui.generate.ended import ended
from codeclm.ui.generate.plan import (
    USES,
    Forecast,
    Wanted,
    begin_with,
    carried,
    forecast,
    leave,
    left,
    warnings,
)
from codeclm.ui.generate.quote import quote_panel
from codeclm.ui.generate.settings import in_fields, in_words, settings
from codeclm.ui.glossary import term
from codeclm.ui.guard import guarded
from codeclm.ui.page import empty, go
from codeclm.ui.runpanel import last_run, start_run
from codeclm.ui.summary import Summary, summary
from codeclm.ui.text import ROLE_COLOURS, dollars, duration, number, plain, plural

_SET = "gen_set"
"""In the session: what the settings began with, and what they were when the page was last seen."""


def start_panel(project: Project) -> None:
    """Settings, models, forecast and the start button; or what is missing for a run."""
    facts = summary(project)
    if not facts.funnel.seeds and not facts.funnel.metadata:
        empty(
            "Nothing to generate from yet",
            "Ten real instructions are enough to begin. Without any, write metadata by hand.",
            "Seeds",
            "Add seeds",
        )
        st.stop()
    ended(project, facts)
    with project.open(readonly=True) as store:
        endpoints = store.settings.endpoints()
    job = last_run(project)
    st.subheader("Settings", anchor=False)
    cut_short = job is not None and job.state != "done" and not job.command.get("retry")
    given = begin_with(facts.dials, job.command if job and cut_short else {})
    wanted = _wanted(project, given, facts, endpoints)
    coming = _coming(project, wanted)
    st.subheader("What this run will do", anchor=False)
    with st.grid(2, min_column_width=380):
        with st.container(border=True):
            _numbers(coming, wanted, job, facts.funnel.failures)
            boundless = wanted.budget is not None and (lacking := unpriced(endpoints))
            if boundless:
                st.warning(
                    f"A limit of {dollars(wanted.budget)} needs a price for {lacking}: give it on Models, "
                    "or take the limit away.",
                    icon=":material/money_off:",
                )
            _button(project, bool(boundless) or coming.nothing)
            if coming.most:
                quote_panel(project, wanted, coming, unpriced(endpoints))
        with st.container(border=True, gap="xsmall"):
            _models(endpoints)
    told = unreachable(wanted.dials.theta) if wanted.reach == "all" else ""
    for line in filter(None, (*warnings(endpoints), told)):
        st.warning(line, icon=":material/info:")
    if not coming.same_config and facts.funnel.comparisons:
        st.warning(
            "The models, prompts or random seed differ from those of the results that are there. The run "
            "begins another set of results beside them; metadata is not read again.",
            icon=":material/difference:",
        )


def _wanted(project: Project, given: Wanted, facts: Summary, endpoints: Mapping[Role, Endpoint]) -> Wanted:
    """What is set. It is kept in the project, but for what changes there meanwhile, as θ by a run that had
    another: a limit that is gone without a word, as by a reload, costs money."""
    with project.open(readonly=True) as store:
        before, last = st.session_state.get(_SET) or left(store) or (given, given)
    wanted = settings(carried(before, given, last), facts.funnel.seeds, unpriced(endpoints))
    _keep(project, given, wanted)
    return wanted


def _keep(project: Project, given: Wanted, wanted: Wanted) -> None:
    seen = st.session_state.get(_SET)
    st.session_state[_SET] = given, wanted
    if seen is not None and seen[1] != wanted:
        # Where it cannot be written, as while another writes for long, this tab still has it.
        with suppress(CodecError), project.open() as store:
            leave(store, given, wanted)


def _coming(project: Project, wanted: Wanted) -> Forecast:
    with project.open(readonly=True) as store:
        revision = store.revision()
    return _forecast(
        str(project.path),
        revision,
        str((wanted.dials, wanted.reach, wanted.limit, wanted.augment_to)),
        wanted,
    )


@st.cache_resource(max_entries=4, ttl="1h", show_spinner=False)
def _forecast(path: str, revision: int, asked: str, _wanted: Wanted) -> Forecast:
    """Counted anew when the file or a setting that counts has changed."""
    with Store.open(Path(path), readonly=True) as store, store.read():
        return forecast(store, _wanted, store.settings.endpoints())


def _button(project: Project, disabled: bool) -> None:
    st.button(
        "Start the run",
        icon=":material/play_arrow:",
        type="primary",
        disabled=disabled,
        on_click=_start,
        args=(project,),
        key="gen_start",
    )


@guarded
def _start(project: Project) -> None:
    wanted = in_fields()
    _keep(project, st.session_state[_SET][0], wanted)
    start_run(project, wanted.arguments())


def _numbers(coming: Forecast, wanted: Wanted, job: Job | None, failures: int) -> None:
    """What a run with these settings does, how long it takes and where it stops."""
    if coming.nothing:
        _nothing_left(failures if coming.same_config else 0)
        return
    _metrics(coming, wanted)
    if wanted.reach == "all":
        st.caption(in_words(wanted))
    if (pace := _pace(job)) is not None:
        low, high = (duration(calls / pace) for calls in (coming.least, coming.most))
        st.caption(f"At the last run's pace: {low if low == high else f'{low} to {high}'}.")
    if stops := _limits(wanted, coming.most):
        st.markdown(f":material/pan_tool: **It stops {stops}**; run again to go on.")


def _nothing_left(failures: int) -> None:
    """What gives a run something to do. `failures`: those that can be tried again."""
    st.markdown("**Nothing is left to do with these settings.**")
    ways = ["Add seeds", "raise θ or the iterations", "ask for more instructions per metadata"]
    if failures:
        ways.append(f"try {plural(failures, 'failure')} again, under Failures")
    st.caption(f"{', '.join(ways[:-1])}, or {ways[-1]}.")


def _metrics(coming: Forecast, wanted: Wanted) -> None:
    with st.container(horizontal=True, gap="medium"):
        st.metric("Seeds to read", number(coming.seeds), width="content", help=term("seed"))
        if wanted.reach != "encode":
            st.metric(
                "Metadata to grow",
                number(coming.metadata),
                width="content",
                help=term("metadata") + " Each seed that is read becomes one.",
            )
        if coming.going:
            st.metric(
                "Lineages to go on",
                number(coming.going),
                width="content",
                help="Instructions that are there, be they imported, and have a step left: answers, scores "
                "or an improvement.",
            )
        if coming.mixed:
            st.metric(
                "Metadata to mix",
                f"up to {number(coming.mixed)}",
                width="content",
                help="New combinations of labels. They wait as proposed on the Metadata page.",
            )
        span = number(coming.most)
        if coming.least != coming.most:
            span = f"{number(coming.least)} – {number(coming.most)}"
        st.metric(
            "Calls",
            span,
            width="content",
            help="At least, where every first instruction passes θ; at most, where every one is improved to "
            "the end. Questions asked again are not counted; replies already in the project cost nothing.",
        )


def _limits(wanted: Wanted, most: int) -> str:
    """Where the run ends before its work does; empty: nowhere."""
    calls = wanted.max_calls is not None and wanted.max_calls < most
    parts = [f"after {plural(wanted.max_calls, 'call')}"] if calls and wanted.max_calls is not None else []
    parts += [] if wanted.budget is None else [f"at {dollars(wanted.budget)}"]
    return " or ".join(parts)


def _pace(job: Job | None) -> float | None:
    """Calls a second of the last run; None where it says too little, as a pilot or another try does."""
    if job is None or job.command.get("pilot") or job.command.get("retry"):
        return None
    if job.calls_sent < 20 or (job.finished or 0) - job.started < 1:
        return None
    return job.calls_sent / ((job.finished or 0) - job.started)


def _models(endpoints: Mapping[Role, Endpoint]) -> None:
    strong = endpoints["strong"]
    for role in ROLES:
        endpoint = endpoints.get(role, strong)
        where = "built in" if endpoint.builtin else endpoint.url
        st.markdown(
            f":{ROLE_COLOURS[role]}-badge[{role}] **{plain(endpoint.model, 60)}** "
            f":gray[:small[{USES[role]} · {plain(where, 60)}]]",
            help=term(role),
        )
    go("Models", "Change the models")
