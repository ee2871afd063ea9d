"""Charts of gaps and θ: how gaps spread, what each θ keeps, where people and the judge part."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from codeclm.charts.palette import DIM, FAINT, GRAY, KEPT, STRONG, TARGET, frame
from codeclm.contrast import Share


def gaps(middles: Sequence[float], counts: Sequence[int], width: float, theta: float) -> go.Figure:
    """A histogram of G; bins beyond θ have the colour of the answer that wins."""
    colours = [_side(middle, theta) for middle in middles]
    figure = go.Figure(
        go.Bar(
            x=list(middles),
            y=list(counts),
            width=width * 0.92,
            marker_color=colours,
            hovertemplate="gap about %{x:.2f}: %{y:,} pairs<extra></extra>",
        )
    )
    for at in {-theta, theta}:
        figure.add_vline(x=at, line_dash="dash", line_color=GRAY, line_width=1.5)
    # over the bars: any of them may be the highest
    label = {"text": f"θ {theta:g}", "showarrow": False, "yref": "paper", "yanchor": "bottom"}
    figure.add_annotation(x=theta, y=1, **label)
    return frame(figure, x="G: strong mean − target mean", y="pairs scored").update_layout(margin_t=24)


def curve(
    thetas: Sequence[float],
    values: Sequence[float | None],
    theta: float,
    title: str,
    other: float | None = None,
    log: bool = False,
) -> go.Figure:
    """One figure over θ, with the θ looked at and the project's own marked; `log`: by powers of ten."""
    figure = go.Figure(
        go.Scatter(
            x=list(thetas),
            y=list(values),
            mode="lines",
            line={"color": KEPT, "shape": "hv", "width": 2},
            hovertemplate="θ %{x:g}: %{y:,.6~g}<extra></extra>",
        )
    )
    figure.add_vline(x=theta, line_dash="dash", line_color=GRAY, line_width=1.5)
    if other is not None and other != theta and other <= thetas[-1]:
        figure.add_vline(x=other, line_dash="dot", line_color=GRAY, line_width=1)
    framed = frame(figure, x="θ", y=title)
    if log:
        framed.update_yaxes(type="log", rangemode="normal", dtick=1)
    return framed


def shares(names: Sequence[str], found: Sequence[Share], x: str, y: str) -> go.Figure:
    """Shares with their intervals, by name; those of nothing are left out."""
    there = [(name, each) for name, each in zip(names, found, strict=True) if each.rate is not None]
    rates = [100 * (each.rate or 0.0) for _, each in there]
    figure = go.Figure(
        go.Scatter(
            x=[name for name, _ in there],
            y=rates,
            mode="markers",
            marker={"color": STRONG, "size": 9},
            error_y={
                "type": "data",
                "symmetric": False,
                "array": [100 * each.high - rate for (_, each), rate in zip(there, rates, strict=True)],
                "arrayminus": [rate - 100 * each.low for (_, each), rate in zip(there, rates, strict=True)],
                "color": GRAY,
            },
            text=[f"{each.count:,} of {each.total:,}" for _, each in there],
            hovertemplate="%{x}: %{y:.0f} % (%{text})<extra></extra>",
        )
    )
    figure.add_hline(y=50, line_color=FAINT)
    figure.update_yaxes(range=[0, 104])
    figure.update_xaxes(type="category")
    return frame(figure, x=x, y=y)


def _side(gap: float, theta: float) -> str:
    if abs(gap) <= theta:
        return DIM
    return STRONG if gap > 0 else TARGET
