"""Charts of evaluations: CRR with its interval by candidate or group, and the paper's figures beside it."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from codeclm.charts.atlas import label
from codeclm.charts.palette import FAINT, GRAY, KEPT, REJECTED, STRONG, frame
from codeclm.contrast import Share
from codeclm.evaluate.crr import Tally

ROW = 34
"""Pixels of one line."""


def outcomes(counts: Tally) -> go.Figure:
    """Wins, ties and losses as parts of one bar."""
    figure = go.Figure()
    for name, colour, number in (
        ("win" if counts.wins == 1 else "wins", KEPT, counts.wins),
        ("tie" if counts.ties == 1 else "ties", GRAY, counts.ties),
        ("loss" if counts.losses == 1 else "losses", REJECTED, counts.losses),
    ):
        share = 100 * number / (counts.total or 1)
        figure.add_bar(
            y=[""],
            x=[share],
            orientation="h",
            marker_color=colour,
            text=[f"{number} {name}" if share >= 18 else str(number) if share >= 5 else ""],
            textposition="inside",
            textangle=0,
            insidetextanchor="middle",
            insidetextfont={"color": "white", "size": 13},
            hovertemplate=f"{number} {name} ({share:.1f} %)<extra></extra>",
        )
    figure.update_layout(barmode="stack")
    figure.update_xaxes(range=[0, 100], visible=False)
    figure.update_yaxes(visible=False)
    framed = frame(figure, height=36)
    framed.update_layout(margin={"l": 0, "r": 0, "t": 0, "b": 0}, bargap=0)
    return framed


def recovered(names: Sequence[str], found: Sequence[Share], height: int | None = None) -> go.Figure:
    """CRR in per cent with its interval, a line for each."""
    return _rates(names, found, STRONG, height or 60 + ROW * len(names))


def yardstick(
    names: Sequence[str], found: Sequence[Share], published: Sequence[tuple[str, float]]
) -> go.Figure:
    """One's own CRR above the paper's figures, which come without an interval of their own."""
    figure = _rates(names, found, STRONG, 70 + ROW * (len(names) + len(published)))
    figure.add_scatter(
        y=[name for name, _ in published],
        x=[rate for _, rate in published],
        mode="markers",
        marker={"color": GRAY, "size": 9, "symbol": "diamond"},
        hovertemplate="%{y}: %{x:.2f} %<extra></extra>",
    )
    return figure


def _rates(names: Sequence[str], found: Sequence[Share], colour: str, height: int) -> go.Figure:
    shown = zip(map(label, names), found, strict=True)
    there = [(name, each, 100 * (each.rate or 0)) for name, each in shown if each.total]
    figure = go.Figure(
        go.Scatter(
            y=[name for name, _, _ in there],
            x=[rate for _, _, rate in there],
            mode="markers",
            cliponaxis=False,  # at 0 and 100 too a whole dot
            marker={"color": colour, "size": 10},
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [100 * each.high - rate for _, each, rate in there],
                "arrayminus": [rate - 100 * each.low for _, each, rate in there],
                "color": GRAY,
            },
            text=[f"{each.count:,} of {each.total:,}" for _, each, _ in there],
            hovertemplate="%{y}: %{x:.2f} % (%{text})<extra></extra>",
        )
    )
    figure.update_xaxes(range=[0, 101], ticksuffix=" %", gridcolor=FAINT)
    figure.update_yaxes(autorange="reversed", type="category")
    return frame(figure, height=height)
