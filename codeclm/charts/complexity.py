"""Charts of how instructions grow from iteration to iteration."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from codeclm.charts.palette import KEPT, frame


def course(iterations: Sequence[int], values: Sequence[float | None], title: str) -> go.Figure:
    """The mean of one measure by iteration; where there is none, a gap."""
    figure = go.Figure(
        go.Scatter(
            x=list(iterations),
            y=list(values),
            mode="lines+markers",
            line={"color": KEPT, "width": 2},
            marker={"size": 8},
            hovertemplate="iteration %{x}: %{y:.2f}<extra></extra>",
        )
    )
    figure.update_xaxes(dtick=1)
    return frame(figure, 220, x="iteration", y=title)
