"""The quote on the Generate page: a small pilot foretells what a run would take, as low, mid and high."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import streamlit as st

from codeclm.jobs.bounds import Bounds
from codeclm.jobs.order import Order, Setup, config_for
from codeclm.jobs.quote import (
    COUNTED,
    QUOTE,
    SPENT,
    Quoted,
    last_quote,
    lines,
    pilot_bounds,
    pilot_size,
    spread,
    too_large,
)
from codeclm.projects import Project
from codeclm.store import Store
from codeclm.ui import started
from codeclm.ui.generate.plan import Forecast, Wanted
from codeclm.ui.generate.settings import in_fields
from codeclm.ui.guard import error_box, fragment, guarded
from codeclm.ui.page import go
from codeclm.ui.runpanel import current_stage, last_run, so_far, whole
from codeclm.ui.text import dollars, duration, number, plural

_NAMES = dict(zip(COUNTED, ("Calls", "Tokens in", "Tokens out", "Cost"), strict=True)) | {"seconds": "Time"}
_COLUMNS = ("Spent", "Low", "Mid", "High", "In all")
_SHOWN = {"cost_usd": dollars, "seconds": duration}


def quote_panel(project: Project, wanted: Wanted, coming: Forecast, unpriced: str) -> None:
    """The button, the wait, and the newest quote for exactly these settings. `unpriced`: the models without a
    price, in words.
    """
    if estimating(project):
        _wait(project)
        return
    units = max(coming.seeds, coming.metadata)
    usual = min(units, pilot_size(units, coming.lineages / units))
    heavy = _pilot(project, wanted, coming, usual)
    if unasked := heavy is not None and too_large(heavy, coming.most):
        usual = 0
    pilot = f"gen_pilot_{units}_{usual}"
    with st.container(horizontal=True, vertical_alignment="bottom"):
        size = st.number_input(
            f"Pilot, of {number(units)}",
            0,
            units,
            usual,
            key=pilot,
            width=150,
            help="How many metadata run through the whole loop, so that the rest can be foretold from them. "
            "More are surer. 0: from what is finished already, with no call.",
        )
        st.button(
            "Estimate",
            icon=":material/calculate:",
            on_click=_start,
            args=(project, pilot),
            key="gen_quote",
            help="Foretells calls, tokens, money and time.",
        )
    taken = _pilot(project, wanted, coming, size or int(unasked))
    st.caption(_cost(size, taken.most if taken else 0, coming.most))
    job = last_run(project)
    with project.open(readonly=True) as store:
        found = last_quote(store, order_of(wanted), job.started if job else 0.0)
    if found is not None:
        _table(found, unpriced)
    elif started.begun(project, QUOTE) and (said := started.last_words(project, QUOTE)).startswith("error"):
        error_box(said.removeprefix("error: "))


def _cost(size: int, calls: int, most: int) -> str:
    """What a pilot takes, at most: there may be finished lineages to look at in its place. Where none is set
    as the smallest would be large, what that takes.
    """
    if not size:
        said = "No pilot, no call: the estimate looks at what is finished already."
        large = (
            f" A pilot of 1 takes up to {plural(calls, 'call')} of the {number(most)}, so that none is set."
        )
        return said + (large if calls else "")
    return (
        f"The pilot takes at most {plural(calls, 'call')} of the {number(most)}, fewer where lineages are "
        "finished already. What it makes is kept, and not paid for again by the run."
    )


def _pilot(project: Project, wanted: Wanted, coming: Forecast, size: int) -> Bounds | None:
    with project.open(readonly=True) as store:
        revision = store.revision()
    asked = str((wanted.dials, wanted.reach, wanted.limit))
    return _bounds(str(project.path), revision, asked, size, wanted, coming)


@st.cache_resource(max_entries=16, ttl="1h", show_spinner=False)
def _bounds(
    path: str, revision: int, asked: str, size: int, _wanted: Wanted, _coming: Forecast
) -> Bounds | None:
    """Counted anew when the file or a setting that counts has changed."""
    with Store.open(Path(path), readonly=True) as store, store.read():
        roles = store.settings.endpoints()
        config = config_for(store, roles, _wanted.dials)
        setup = Setup(order_of(_wanted), frozenset(_wanted.stages), roles, _wanted.dials, config)
        picked = spread(_coming.unread + _coming.unfinished, size)
        return pilot_bounds(store, setup, _coming.unread, picked)


def estimating(project: Project) -> bool:
    """Whether a quote is being made, or about to be."""
    if started.held(project, QUOTE):
        return True
    begun = started.silent(project, QUOTE)
    if begun is None:
        return False
    with project.open(readonly=True) as store:
        told = store.settings.get(QUOTE)
    return told is None or told["at"] < begun.at


def order_of(wanted: Wanted) -> Order:
    """What the page's settings ask of a run."""
    return Order(
        stages=None if wanted.reach == "all" else wanted.stages,
        dials=wanted.dials.model_dump(),
        concurrency=wanted.concurrency,
        limit=wanted.limit,
        budget=wanted.budget,
        max_calls=wanted.max_calls,
        augment_to=wanted.augment_to,
    )


@fragment(run_every=1)
def _wait(project: Project) -> None:
    if not estimating(project):
        st.rerun()
    job = last_run(project)
    if job is None or job.state != "running" or not job.command.get("pilot"):
        st.progress(0.0, text="Estimating: a pilot is about to run on a few seeds…")
        return
    started.head(project, job, f"Estimating by a pilot: {current_stage(job)}", "pilot")
    done, total = whole(job)
    st.progress(done / total if total else 0.0, text=so_far(project, job))


@guarded
def _start(project: Project, pilot: str) -> None:
    size = str(st.session_state[pilot])
    started.begin(project, QUOTE, [*in_fields().arguments(), "--pilot", size])


def _table(found: Quoted, unpriced: str) -> None:
    rows = [
        {"": _NAMES[key], **dict(zip(_COLUMNS, map(_SHOWN.get(key, number), values), strict=True))}
        for key, values in lines(found)
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, height="content", alt="What the run would take")
    st.caption(
        "Spent: by this project up to now, the pilot included. Low, mid and high: what is left, which nine "
        "times in ten is between low and high. In all: spent and mid together. A call counts once, however "
        "often it is tried."
    )
    if found["cost_usd"] is not None and (found.get(SPENT) or {}).get("cost_usd") is not None:
        return
    if not unpriced:
        st.caption("Some replies came before their model had a price: what they cost stays unknown.")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f"Cost needs a price for {unpriced}, 0 for a local one.", width="content")
        go("Models", "Set it on Models")
