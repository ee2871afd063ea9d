"""What all charts share: colours that can be told apart on light and dark, and a frame without clutter.

Text and grid take their colours from the page's theme; marks have these, of at least 3 to 1 on both grounds.
"""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go

STRONG = "#4A80D4"
TARGET = "#D2701F"
KEPT = "#35905A"
REJECTED = "#D2564A"
GRAY = "#7C8985"
DIM = "rgba(124, 137, 133, 0.6)"
FAINT = "rgba(124, 137, 133, 0.25)"

CONFIG: dict[str, Any] = {"displayModeBar": False, "scrollZoom": False}
"""For st.plotly_chart: nothing floats over a chart."""


def frame(figure: go.Figure, height: int = 260, x: str = "", y: str = "", legend: bool = False) -> go.Figure:
    """Titles of axes, margins, and a legend on top where there is one."""
    figure.update_layout(
        height=height,
        margin={"l": 8, "r": 8, "t": 28 if legend else 10, "b": 8},
        showlegend=legend,
        legend={"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom"},
        hoverlabel={"namelength": -1},
        bargap=0.06,
    )
    figure.update_xaxes(title=x or None, zeroline=False, fixedrange=True, automargin=True)
    figure.update_yaxes(title=y or None, zeroline=False, rangemode="tozero", fixedrange=True, automargin=True)
    return figure
