"""The θ lab: what any θ would keep, cost and leave to do, from scores that are there; and setting it."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from codeclm.charts import contrast as charts
from codeclm.charts.palette import CONFIG
from codeclm.lab import Group, Kept, histogram, thetas
from codeclm.projects import Project
from codeclm.store import Store
from codeclm.ui.contrast.data import Lab, Numbers
from codeclm.ui.glossary import term
from codeclm.ui.guard import fragment
from codeclm.ui.next_step import FAILURES
from codeclm.ui.other_scale import set_theta
from codeclm.ui.page import go
from codeclm.ui.summary import Summary, config_id
from codeclm.ui.table import tall
from codeclm.ui.text import dollars, gap, number, one_line, plural, score

EXAMPLES = 6
GROUPS = 40
_BY = ("iteration", "use case", "cluster")
_COUNTS = ("Scored", "Kept", "Target wins")
_UNPRICED = "Unknown where a model has no price; set one on the Models page."
_OWN = (
    "To answer, score and improve the pairs of the row. Reading seeds, writing rubrics and first "
    "instructions is in the figure at the top alone: no row answers for it."
)


@fragment
def theta_lab(project: Project, facts: Summary, lab: Lab) -> None:
    """Slider, figures, charts, flips and groups; one fragment, so that a move of the slider is quick."""
    with project.open(readonly=True) as store:
        if store.settings.dials() != facts.dials:
            st.rerun()  # θ was set, here or elsewhere: all of the page speaks of it
    dials, (most, step) = facts.dials, lab.scale
    if st.session_state.get("contrast_theta", 0.0) > most:
        del st.session_state["contrast_theta"]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        theta = st.slider(
            "θ",
            0.0,
            most,
            min(dials.theta, most),
            step,
            "%g",
            key="contrast_theta",
            bind="query-params",
            help=term("theta"),
            width=460,
        )
        _use(project, theta, dials.theta)
    now, here = lab.nodes.at(dials.theta, dials.iterations), lab.nodes.at(theta, dials.iterations)
    _figures(here, now, lab.priced)
    _left(lab, theta, facts)
    _charts(lab, theta, facts)
    _flips(project, lab, theta, facts)
    _groups(lab, theta)


def _use(project: Project, theta: float, current: float) -> None:
    if theta == current:
        st.caption(f"θ {theta:g} is the project’s.")
        return
    st.button(
        f"Use θ {theta:g}",
        icon=":material/check:",
        type="primary",
        on_click=set_theta,
        args=(project, theta),
        key="contrast_use",
        help=f"Sets the project’s θ, which is {current:g} now. No pair and no decision is lost by it.",
    )


def _figures(here: Kept, now: Kept, priced: bool) -> None:
    def change(value: float | None, before: float | None) -> str | None:
        if here.theta == now.theta or value is None or before is None or value == before:
            return None
        return f"{value - before:+,.0f}"

    with st.grid(4, min_column_width=200):
        st.metric("Kept", number(here.kept), change(here.kept, now.kept), help=term("kept"), border=True)
        share = "–" if here.share is None else f"{100 * here.share:.1f} %"
        st.metric("Of all lineages", share, help=f"{number(here.lineages)} lineages.", border=True)
        st.metric(
            "Tokens per kept pair",
            number(here.tokens_per_pair),
            change(here.tokens_per_pair, now.tokens_per_pair),
            delta_color="inverse",
            help="All that a run at this θ would have taken, prompts included, over the pairs it keeps: "
            "also to read seeds, write rubrics and first instructions, which the table by group leaves out.",
            border=True,
        )
        st.metric(
            "Money per kept pair",
            dollars(here.cost_per_pair if priced else None) if here.kept and here.tokens else "–",
            help=f"Of the same calls as the tokens. {_UNPRICED}",
            border=True,
        )


def _left(lab: Lab, theta: float, facts: Summary) -> None:
    """What a run at this θ would still have to do."""
    more = lab.nodes.more(theta, facts.dials.iterations)
    already = lab.nodes.more(facts.dials.theta, facts.dials.iterations)
    text = "No scored lineage waits for another step at this θ."
    if more.pending:
        text = (
            f"{plural(more.pending, 'lineage')} would go on at this θ, in {number(more.least)} to "
            f"{number(more.most)} calls."
        )
        if theta != facts.dials.theta:
            text += f" At the project’s θ it is {number(already.pending)}."
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(text, width="content")
        if more.pending:
            go("Generate", "Set up a run")
    if more.failed:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(f"{plural(more.failed, 'lineage')} stopped by a failure.", width="content")
            go("Generate", "See what failed", **FAILURES)


def _charts(lab: Lab, theta: float, facts: Summary) -> None:
    middles, counts = histogram(lab.nodes.gap, lab.scale)
    st.plotly_chart(
        charts.gaps(middles, counts, 2 * lab.scale.step, theta),
        config=CONFIG,
        key="contrast_gaps",
        alt=f"Histogram of the gap over {lab.count:,} scored pairs, with θ at {theta:g} on both sides",
    )
    st.markdown(
        ":small[:blue-badge[blue] the strong answer wins by more than θ · :orange-badge[orange] the "
        "target’s does · :gray-badge[gray] not kept at this θ, unless by a later step]"
    )
    steps = thetas(lab.scale)
    found = lab.sweep(facts.dials.iterations)
    left, right = st.columns(2)
    with left:
        st.plotly_chart(
            charts.curve(steps, [each.kept for each in found], theta, "pairs kept", facts.dials.theta),
            config=CONFIG,
            key="contrast_yield",
            alt="Pairs kept against θ",
        )
    with right:
        tokens = [each.tokens_per_pair for each in found]
        if not any(tokens):
            st.caption("What a kept pair costs is not known: no call of this project made these scores.")
            return
        st.plotly_chart(
            charts.curve(steps, tokens, theta, "tokens per kept pair", facts.dials.theta, log=True),
            config=CONFIG,
            key="contrast_tokens",
            alt="Tokens per kept pair against θ",
        )


def _flips(project: Project, lab: Lab, theta: float, facts: Summary) -> None:
    st.subheader("What flips", anchor=False)
    options = [each for each in thetas(lab.scale) if each != theta]
    wanted = facts.dials.theta if facts.dials.theta != theta else theta - 4 * lab.scale.step
    other = st.select_slider(
        "Against θ",
        options,
        min(options, key=lambda each: abs(each - wanted)),
        format_func=lambda value: f"{value:g}",
        key=f"contrast_other_{theta:g}",
        width=460,
        help="Another θ to compare with.",
    )
    gained, lost = lab.nodes.flips(theta, other)
    left, right = st.columns(2)
    for box, mask, said in (
        (left, gained, f"kept at θ {theta:g} and not at {other:g}"),
        (right, lost, f"kept at θ {other:g} and not at {theta:g}"),
    ):
        with box:
            count = int(mask.sum())
            some = f"; {EXAMPLES} of them:" if count > EXAMPLES else ""
            st.markdown(f"**{plural(count, 'pair')}** {said}{some}")
            if count:
                _examples(project, lab.comparison[mask], facts, said)


def _examples(project: Project, found: Numbers, facts: Summary, said: str) -> None:
    """A few of them, evenly over all."""
    count = min(EXAMPLES, len(found))
    shown = [int(found[at * len(found) // count]) for at in range(count)]
    dials, config = facts.dials, config_id(facts.config)
    with project.open(readonly=True) as store, store.read():
        ids = store.scores.pairs(shown)
        pairs = [_pair(store, each, dials.theta, dials.iterations, config) for each in ids]
    st.dataframe(
        pd.DataFrame(pairs),
        hide_index=True,
        alt=f"Examples of pairs {said}",
        column_config={
            "Gap": st.column_config.TextColumn(width=60),
            "Iteration": st.column_config.NumberColumn(width=75, help=term("iteration")),
        },
    )


def _pair(store: Store, pair: str, theta: float, cap: int, config: str) -> dict[str, object]:
    found = store.pairs.get(pair, theta, cap, config)
    if found is None:
        return {"Gap": "", "Iteration": None, "Instruction": ""}
    gap_ = gap(found.comparison.gap)
    return {"Gap": gap_, "Iteration": found.iteration, "Instruction": one_line(found.instruction, 300)}


def _groups(lab: Lab, theta: float) -> None:
    st.subheader("Where the kept pairs come from", anchor=False)
    options = _BY if lab.names else _BY[:2]
    by = st.segmented_control(
        "By", options, default=_BY[0], required=True, key="contrast_by", bind="query-params"
    )
    codes, names = (
        lab.iterations if by == _BY[0] else lab.clusters if by == _BY[2] and lab.names else lab.use_cases
    )
    groups = lab.nodes.groups(codes, names, theta)
    if by != _BY[0]:
        groups = sorted(groups, key=lambda group: -group.scored)
    st.dataframe(
        pd.DataFrame([_row(group, str(by), lab.priced) for group in groups[:GROUPS]]),
        hide_index=True,
        height=tall(min(len(groups), GROUPS)),
        alt=f"Kept pairs at θ {theta:g} by {by}",
        column_config={
            "Share kept": st.column_config.ProgressColumn(format="%.0f %%", min_value=0, max_value=100),
            **{name: st.column_config.NumberColumn(format="localized") for name in _COUNTS},
            "Mean gap": st.column_config.TextColumn(width=90),
            "Tokens per kept pair": st.column_config.TextColumn(width=150, help=_OWN),
            "Money per kept pair": st.column_config.TextColumn(
                width=150, help=f"Of the same calls as the tokens. {_UNPRICED}"
            ),
        },
    )
    if len(groups) > GROUPS:
        st.caption(f"The {GROUPS} largest of {number(len(groups))}.")


def _row(group: Group, by: str, priced: bool) -> dict[str, object]:
    known = group.kept and group.tokens
    return {
        by.capitalize(): one_line(group.name, 80),
        "Scored": group.scored,
        "Kept": group.kept,
        "Share kept": 100 * group.kept / group.scored,
        "Target wins": group.target_wins,
        "Mean gap": gap(round(group.mean_gap, 2)),
        "Tokens per kept pair": number(group.tokens / group.kept if known else None),
        "Money per kept pair": dollars(group.cost / group.kept if priced else None) if known else "–",
    }


def summary_line(lab: Lab) -> str:
    """How much the page is made of."""
    return f"{plural(lab.count, 'scored pair')}, mean gap {score(float(lab.nodes.gap.mean()))}."
