"""The map as a figure: one WebGL trace of typed arrays, without a text per point; tree map and coverage.

Names that stand in a figure are foreign text, and Plotly reads some HTML: they pass `label` first.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from codeclm.charts.palette import FAINT, GRAY, KEPT, STRONG, TARGET, frame

CATEGORIES = (
    "#2E8B80", "#D2701F", "#5B7BD0", "#C25583", "#7D9A2E", "#3B9CC4",
    "#9168C4", "#A5813F", "#C79A12", "#C0504A", "#4E8F5B", "#8D6E9E",
)  # fmt: skip
"""Told apart on light and on dark; for groups without an order."""
DIVERGING = ((0.0, TARGET), (0.5, "#B9C2BE"), (1.0, STRONG))
MAP = {"displayModeBar": True, "scrollZoom": True, "displaylogo": False}
"""For st.plotly_chart: pan, zoom, lasso and box stand ready."""
_WIDE, _HIGH = 0.26, 0.035
"""The room that a name takes, as a share of the map."""
_HARMLESS = str.maketrans({"<": "‹", ">": "›", "&": "＆", "$": "＄", "\\": "＼"})


class Sheet(NamedTuple):
    """Points and their colours: `codes` number the `colours`, or are values between `span` of a scale."""

    x: NDArray[np.float32]
    y: NDArray[np.float32]
    codes: NDArray[Any]
    colours: Sequence[str]
    span: tuple[float, float] | None = None


class Name(NamedTuple):
    """A name that stands on the map."""

    x: float
    y: float
    text: str


def label(text: str, most: int = 40) -> str:
    """Foreign text as a figure may show it: no tag, entity or formula, and short."""
    line = " ".join(text.split()).translate(_HARMLESS)
    return line if len(line) <= most else line[: most - 1] + "…"


def points(
    sheet: Sheet,
    lit: NDArray[np.int64] | None = None,
    names: Sequence[Name] = (),
    dark: bool = False,
    mouse: str = "lasso",
    height: int = 620,
) -> go.Figure:
    """The map. `lit`: the points that a search found, on a trace of their own, the others faint.

    `mouse`: what dragging does: lasso, select (a box) or pan.
    """
    count = len(sheet.x)
    figure = go.Figure(
        go.Scattergl(
            x=sheet.x,
            y=sheet.y,
            mode="markers",
            hoverinfo="none",
            marker={
                "size": 9 if count < 400 else 6 if count < 5_000 else 4,
                "opacity": 0.85 if lit is None else 0.22,
                "color": sheet.codes,
                **_scale(sheet),
            },
        )
    )
    if lit is not None:
        figure.add_trace(
            go.Scattergl(
                x=sheet.x[lit],
                y=sheet.y[lit],
                mode="markers",
                hoverinfo="none",
                marker={
                    "size": 11,
                    "color": sheet.codes[lit],
                    "line": {"width": 1.5, "color": GRAY},
                    **_scale(sheet),
                },
            )
        )
    ground, ink = ("rgba(16, 20, 19, 0.78)", "#E6ECE9") if dark else ("rgba(253, 253, 252, 0.82)", "#0F1715")
    for each in apart(names, sheet):
        figure.add_annotation(
            x=each.x, y=each.y, text=label(headline(each.text), 34), showarrow=False,
            font={"size": 11, "color": ink}, bgcolor=ground, borderpad=2, captureevents=False,
        )  # fmt: skip
    return _bare(figure, height, mouse)


def headline(name: str, most: int = 34) -> str:
    """As many of a name's parts, which commas part, as have room; at least the first."""
    first, *others = name.split(", ")
    for each in others:
        if len(first) + len(each) + 2 > most:
            break
        first = f"{first}, {each}"
    return first


def apart(names: Sequence[Name], sheet: Sheet) -> list[Name]:
    """Those of the names, the first before the others, that do not cover one another."""
    if not names:
        return []
    wide, high = (max(float(np.ptp(each)), 1e-6) for each in (sheet.x, sheet.y))
    shown: list[Name] = []
    for name in names:
        if all(abs(name.x - each.x) > wide * _WIDE or abs(name.y - each.y) > high * _HIGH for each in shown):
            shown.append(name)
    return shown


def _scale(sheet: Sheet) -> dict[str, Any]:
    if sheet.span is not None:
        low, high = sheet.span
        return {
            "colorscale": DIVERGING,
            "cmin": low,
            "cmax": high,
            "showscale": True,
            "colorbar": {"thickness": 10},
        }
    last = max(1, len(sheet.colours) - 1)
    scale = [(at / last, colour) for at, colour in enumerate(sheet.colours)]
    return {
        "colorscale": scale if len(scale) > 1 else [(0, scale[0][1]), (1, scale[0][1])],
        "cmin": 0,
        "cmax": last,
    }


def _bare(figure: go.Figure, height: int, mouse: str) -> go.Figure:
    """No axes: on such a map only nearness says anything."""
    axis = {"visible": False, "showgrid": False, "zeroline": False}
    figure.update_layout(
        height=height,
        margin={"l": 0, "r": 0, "t": 4, "b": 0},
        showlegend=False,
        dragmode=mouse,
        hovermode="closest",
        uirevision="map",
        xaxis=axis,
        yaxis=axis,
    )
    return figure


def tree(rows: Sequence[tuple[str, str, int, float | None]], measure: str, height: int = 560) -> go.Figure:
    """Use cases and the skills in them: an area for each count, a colour for a share (None: grey)."""
    uses: dict[str, tuple[int, float | None]] = {
        use: (count, share) for use, skill, count, share in rows if not skill
    }
    ids = [f"u{at}" for at in range(len(uses))]
    place = dict(zip(uses, ids, strict=True))
    inner = [row for row in rows if row[1]]
    shares = [share for _, share in uses.values()] + [row[3] for row in inner]
    figure = go.Figure(
        go.Treemap(
            ids=[*ids, *(f"s{at}" for at in range(len(inner)))],
            labels=[*map(label, uses), *(label(row[1]) for row in inner)],
            parents=[""] * len(ids) + [place[row[0]] for row in inner],
            values=[*(count for count, _ in uses.values()), *(row[2] for row in inner)],
            marker={"colors": [_between(share) for share in shares]},
            customdata=["none yet" if share is None else f"{share:.0%}" for share in shares],
            hovertemplate=f"%{{label}}: %{{value:,}} metadata, {measure} %{{customdata}}<extra></extra>",
            branchvalues="remainder",
            root_color="rgba(0, 0, 0, 0)",
            tiling={"pad": 2},
        )
    )
    figure.update_layout(height=height, margin={"l": 0, "r": 0, "t": 26, "b": 0})
    return figure


def _between(share: float | None) -> str:
    """Brown for none of it, green for all, grey where there is nothing to share.

    Each colour is named, as under a colour scale Plotly paints the whole map's ground black.
    """
    if share is None:
        return "#8C9994"
    none, all_ = (0xC9, 0x8A, 0x4B), (0x2E, 0x8B, 0x80)
    mixed = (round(low + (high - low) * share) for low, high in zip(none, all_, strict=True))
    return "#" + "".join(f"{each:02X}" for each in mixed)


def beside(names: Sequence[str], seeds: Sequence[float], others: Sequence[float], other: str) -> go.Figure:
    """For each group its share among the seeds and on the other side, joined by a line."""
    shown = [label(name, 34) for name in names]
    figure = go.Figure()
    for at, (one, two) in enumerate(zip(seeds, others, strict=True)):
        figure.add_shape(
            type="line", x0=one * 100, x1=two * 100, y0=at, y1=at, line={"color": FAINT, "width": 3}
        )
    for values, colour, name in ((seeds, GRAY, "seeds"), (others, KEPT, other)):
        figure.add_trace(
            go.Scatter(
                x=[value * 100 for value in values],
                y=list(range(len(shown))),
                mode="markers",
                name=name,
                marker={"size": 10, "color": colour},
                hovertemplate="%{x:.1f} %<extra>" + name + "</extra>",
            )
        )
    frame(figure, max(180, 60 + 26 * len(shown)), x="share, %", legend=True)
    figure.update_yaxes(
        tickmode="array",
        tickvals=list(range(len(shown))),
        ticktext=shown,
        range=[len(shown) - 0.4, -0.6],
        rangemode="normal",
    )
    figure.update_xaxes(rangemode="tozero")
    return figure


def course(names: Sequence[str], values: Sequence[tuple[float, float, float]]) -> go.Figure:
    """The divergence after each run, with its interval."""
    middle, low, high = ([each[at] for each in values] for at in range(3))
    figure = go.Figure(
        go.Scatter(
            x=list(names),
            y=middle,
            mode="lines+markers",
            line={"color": KEPT},
            error_y={
                "type": "data", "symmetric": False, "color": GRAY,
                "array": [top - value for top, value in zip(high, middle, strict=True)],
                "arrayminus": [value - bottom for bottom, value in zip(low, middle, strict=True)],
            },
            hovertemplate="%{x}: %{y:.3f} bits<extra></extra>",
        )
    )  # fmt: skip
    figure.update_xaxes(type="category")
    return frame(figure, 220, x="after the run of", y="divergence, bits")
