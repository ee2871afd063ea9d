"""Coverage: where the seeds are and the generated data is not, in one figure, over the runs, gap by gap."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from codeclm.atlas.coverage import Divergence
from codeclm.charts import shares as charts
from codeclm.charts.atlas import headlines
from codeclm.charts.palette import CONFIG
from codeclm.jobs.order import another, config_for
from codeclm.projects import Project
from codeclm.store.coverage import BYS, By
from codeclm.ui.guard import guarded
from codeclm.ui.map.colours import UNCLUSTERED
from codeclm.ui.map.counts import Counted
from codeclm.ui.map.gaps import Names, ranked
from codeclm.ui.page import empty, go
from codeclm.ui.summary import Summary, config_id
from codeclm.ui.table import tall
from codeclm.ui.tally import SIDES, Side, Tally
from codeclm.ui.text import ago, number, one_line, plural

_BARS = 20


def coverage(project: Project, facts: Summary) -> None:
    """The whole part."""
    if not facts.funnel.seeds:
        empty(
            "Coverage compares with seeds",
            "It shows what the generated data lacks of what your seeds are about; this project has none.",
            "Seeds",
            "Add seeds",
        )
        return
    with project.open(readonly=True) as store:
        clusters = {each.id: each.name for each in store.maps.clusters()}
    counted = Counted.of(project)
    by, side = _choice(bool(clusters), bool(counted.tally("use case").keys))
    tally = counted.tally(by)
    names: Names = {
        key: clusters.get(key, UNCLUSTERED) if isinstance(key, int) else key for key in tally.keys
    }
    if not tally.keys:
        empty(
            "The seeds were not read yet",
            "Coverage counts use cases and skills, which a run reads in each seed.",
            "Generate",
            "Run the encoding",
        )
        return
    _untold(by, side, tally, facts)
    left, right = st.columns([1, 2], gap="medium", vertical_alignment="center")
    with left:
        _figure(counted.divergence(by, side), side)
        copies = st.container()
    with right:
        _course(counted, by, side)
    _next(project, facts)
    ranked(project, facts, counted, by, side, names)
    _shares(tally, side, names)
    with copies:  # last, as every text is read for it
        _copies(*counted.copies(side))


def _choice(clustered: bool, labelled: bool) -> tuple[By, Side]:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        options = BYS if clustered else BYS[:2]
        by = st.segmented_control(
            "By",
            options,
            default=options[0] if labelled else options[-1],
            required=True,
            key="cover_by",
            bind="query-params",
        )
        side = st.segmented_control(
            "Seeds against what is",
            SIDES,
            default=SIDES[0],
            required=True,
            key="cover_side",
            bind="query-params",
        )
    return by, side


def _untold(by: By, side: Side, tally: Tally, facts: Summary) -> None:
    """What cannot be counted yet, or at all."""
    why = "on the map yet: update it" if by == "cluster" else "labelled"
    left, others = facts.funnel.seeds - tally.told, tally.untold[side]
    told = [plural(left, "seed")] * (left > 0) + [f"{number(others)} {side}"] * (others > 0)
    if told:
        st.caption(f"Not counted here, as they are not {why}: {' and '.join(told)}.")
    there = {"kept": facts.funnel.kept, "accepted": facts.funnel.accepted}.get(side, 0)
    if (stale := there - tally.totals[side] - others) > 0:
        st.caption(
            f"{number(stale)} of the {number(there)} {side} are stale, as their labels were edited since: "
            "they are left out here, as in exports."
        )


def _figure(found: Divergence | None, side: Side) -> None:
    if found is None:
        st.metric("Divergence", "–")
        st.caption(f"Nothing is {side} yet.")
        return
    st.metric(
        "Divergence",
        _bits(found.value),
        help="Jensen–Shannon divergence in bits between the seeds and the other side, less what chance alone "
        "makes of so few: 0 is the same shares everywhere, 1 nothing in common. It is about topics, and does "
        "not tell new texts from copies.",
    )
    more = "more than chance makes" if found.value > found.chance else "within what chance makes"
    low, high, chance = map(_bits, (found.low, found.high, found.chance))
    st.caption(f"95 % interval {low} to {high}; {more} ({chance}).")


def _copies(copied: int, there: int) -> None:
    if copied:
        st.caption(
            f"**{number(copied)} of {number(there)}** repeat a seed word for word. Divergence is about "
            "topics: copies bring it down as well as new texts do."
        )
    elif there:
        st.caption("None repeats a seed word for word.")


def _bits(value: float) -> str:
    """To two places, or so that there is something to see of it."""
    return f"{value:.1g}" if 1e-4 <= value < 0.01 else f"{value:.2f}"


def _course(counted: Counted, by: By, side: Side) -> None:
    told = counted.course(by, side)
    if len(told) < 2:
        st.caption("Its course is drawn here after two runs.")
        return
    names = [f"{at + 1}: {ago(ended)}" for at, (ended, _) in enumerate(told)]
    st.plotly_chart(
        charts.course(names, [(each.value, each.low, each.high) for _, each in told]),
        config=CONFIG,
        key="cover_course",
        alt="The divergence after each run",
    )


def _next(project: Project, facts: Summary) -> None:
    """What the next run writes, and what of it was asked for here."""
    with project.open(readonly=True) as store:
        config, least = config_id(facts.config), facts.dials.per_metadata
        (_, asked), due = store.wishes.open(config, least), store.wishes.due(config, least)
        others = another(store, config_for(store, store.settings.endpoints(), facts.dials))
    if others:
        st.caption(
            ":material/difference: The next run is told of here as one with the models, prompts and random "
            "seed of these results. Others are set now: with those a run begins another set of results, from "
            "all metadata, as Generate counts it."
        )
    if not due:
        return
    total, told = sum(count for _, count in due), plural(len(due), "metadata", "metadata")
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        more = f", {number(asked)} of them asked for" if asked else ""
        st.markdown(
            f"The next run writes **{plural(total, 'instruction')}** from {told}{more}.", width="stretch"
        )
        go("Generate", "Set up the run")
        if asked:
            st.button(
                "Forget what was asked for",
                icon=":material/close:",
                on_click=_forget,
                args=(project,),
                key="cover_forget",
            )


@guarded
def _forget(project: Project) -> None:
    with project.open() as store:
        store.wishes.clear()


def _shares(tally: Tally, side: Side, names: Names) -> None:
    st.subheader("Shares", anchor=False)
    seeds, others = (counts / max(1, counts.sum()) for counts in (tally.seeds, tally.sides[side]))
    st.plotly_chart(
        charts.beside(
            headlines([names[key] for key in tally.keys[:_BARS]]),
            seeds[:_BARS].tolist(),
            others[:_BARS].tolist(),
            side,
        ),
        config=CONFIG,
        key="cover_shares",
        alt=f"The share of each group among the seeds and among what is {side}",
    )
    with st.expander("All groups as a table", on_change="rerun", key="cover_table") as table:
        if table.open:
            st.dataframe(
                pd.DataFrame(
                    {
                        "Group": [one_line(names[key], 80) for key in tally.keys],
                        "Seeds": tally.seeds,
                        **{side.capitalize(): tally.sides[side] for side in SIDES},
                    }
                ),
                hide_index=True,
                height=tall(len(tally.keys)),
                alt="Every group with its counts",
            )
