"""The legend of the map: how many points each group has, in all and in the selection; a way to select one
without a mouse; and the name of a cluster, written by hand."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd
import streamlit as st

from codeclm.charts.atlas import SHAPES
from codeclm.charts.palette import GRAY
from codeclm.projects import Project
from codeclm.store.maps import Cluster
from codeclm.ui.guard import guarded, notify
from codeclm.ui.map.data import Atlas, Rows
from codeclm.ui.map.held import groups, renamed, take, turn
from codeclm.ui.map.look import Look
from codeclm.ui.table import rows_key, tall
from codeclm.ui.text import gap, number, one_line

_SHOWN = 200
"""Groups in the legend."""
_BOX = "map_cluster"


def legend(project: Project, atlas: Atlas, look: Look, chosen: Rows) -> None:
    """Every group with its colour and counts, or the figures of a scale."""
    if look.colours.span is not None:
        _gaps(atlas, chosen if len(chosen) else look.rows)
        return
    if look.by == "cluster" and atlas.clusters:
        # Above the legend, as below it there is little room to open in.
        _rename(project, atlas)
    _groups(atlas, look, chosen)


def _groups(atlas: Atlas, look: Look, chosen: Rows) -> None:
    colours, by, of = look.colours, look.by, look.of
    count = len(colours.names)
    whole = np.bincount(colours.codes, minlength=count)
    within = np.bincount(colours.codes[np.isin(look.rows, chosen)], minlength=count)
    order = np.lexsort((-whole, np.array(colours.colours) == GRAY)) if by == "cluster" else np.arange(count)
    # Rows that were chosen in the legend itself stay where they are.
    taken = groups(of, by)
    if len(chosen) and not taken:
        order = order[np.argsort(-within[order], kind="stable")]
    order = order[whole[order] > 0][:_SHOWN]
    names = [colours.names[at] for at in order.tolist()]
    signs = [SHAPES[colours.shapes[at]].sign for at in order.tolist()]
    told = [*map(atlas.short, names)] if by == "cluster" else names
    frame = pd.DataFrame({" ": signs, by.capitalize(): [one_line(name, 60) for name in told]})
    if len(chosen):
        frame["Here"] = within[order]
    frame["All"] = whole[order]
    tints = [f"color: {colours.colours[at]}" for at in order.tolist()]
    key = rows_key(f"map_legend_{by}", [str(turn()), *names])
    st.dataframe(
        frame.style.apply(lambda column: tints, subset=[" "]),
        key=key,
        hide_index=True,
        height=tall(len(frame), 480),
        on_select=lambda: take(of, by, names, key),
        selection_mode="multi-row",
        # Where an exclusion has put the rows in another order, they are chosen as they were.
        selection_default={"selection": {"rows": [at for at, name in enumerate(names) if name in taken]}},
        column_config={
            " ": st.column_config.TextColumn(width=28),
            by.capitalize(): st.column_config.TextColumn(width=150 if len(chosen) else 200),
            "Here": st.column_config.NumberColumn(
                width=52, format="localized", help="How many of the selection."
            ),
            "All": st.column_config.NumberColumn(width=56, format="localized"),
        },
        alt=f"Groups by {by} and how many points each has, in all and in the selection",
    )


def _gaps(atlas: Atlas, rows: Rows) -> None:
    gaps = atlas.points.gap[rows]
    known = gaps[~np.isnan(gaps)]
    st.metric("Scored", number(len(known)))
    if len(known):
        st.metric("Mean gap", gap(float(known.mean())))
        st.metric("Target wins", number(int((known < 0).sum())))


def _rename(project: Project, atlas: Atlas) -> None:
    with st.popover("Name a cluster", icon=":material/edit:", on_change="rerun", key="map_naming") as popover:
        if not popover.open:
            return
        called = {number: one_line(each.name, 60) for number, each in sorted(atlas.clusters.items())}
        often = Counter(called.values())
        chosen = st.selectbox(
            "Cluster",
            list(called),
            # A box tells its options apart by what they show.
            format_func=lambda each: called[each] + (f" (no. {each})" if often[called[each]] > 1 else ""),
            key=_BOX,
        )
        st.caption("Set apart by")
        st.text(one_line(", ".join(atlas.clusters[chosen].words), 200) or "nothing")
        st.text_input("Name", key=f"map_name_{chosen}", max_chars=60, value=atlas.clusters[chosen].name)
        st.button(
            "Save the name", on_click=_save_name, args=(project, atlas.clusters[chosen]), key="map_save_name"
        )


@guarded
def _save_name(project: Project, cluster: Cluster) -> None:
    name = " ".join(st.session_state[f"map_name_{cluster.id}"].split())
    if not name:
        notify("Write a name first.", bad=True)
        return
    with project.open() as store:
        store.maps.rename(cluster.id, name)
    renamed(cluster.name, name)
    # The browser holds the old name as the box's value, until it is given one.
    st.session_state[_BOX] = cluster.id
    notify("Named. It keeps this name as long as the cluster lasts.")
