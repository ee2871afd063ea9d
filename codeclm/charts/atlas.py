"""The map as a figure: one trace of typed arrays, in WebGL where points are many, without a text per point.

Names that stand in a figure are foreign text, and Plotly reads some HTML: they pass `label` first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from codeclm.charts.palette import GRAY, STRONG, TARGET

CATEGORIES = (
    "#2E8B80", "#D2701F", "#5B7BD0", "#C25583", "#7D9A2E", "#3B9CC4",
    "#9168C4", "#A5813F", "#C79A12", "#C0504A", "#4E8F5B", "#8D6E9E",
)  # fmt: skip
"""Told apart on light and on dark; for groups without an order."""
DIVERGING = ((0.0, TARGET), (0.5, "#B9C2BE"), (1.0, STRONG))


class Shape(NamedTuple):
    """The form of a mark: its number at Plotly, and a sign like it."""

    symbol: int
    sign: str


SHAPES = (Shape(0, "●"), Shape(2, "◆"), Shape(1, "■"), Shape(5, "▲"))
"""Told apart where colours are used again."""
MAP = {"displayModeBar": True, "scrollZoom": True, "displaylogo": False}
"""For st.plotly_chart: pan, zoom, lasso and box stand ready."""
MANY = 5_000
"""Points from which each is drawn so small that its form says nothing."""
CROWDED = 20_000
"""Points from which they cover one another, unless they are small and let others through."""
PLAIN = 2_000
"""Points up to which the map needs no WebGL, which not every browser has."""
_SIGN, _HIGH = 0.0125, 0.035
"""The room that a sign of a name takes across, and a name upward, as a share of the map where that is narrow:
500 pixels, on a page of 800."""
_UNSCORED = 0.06
"""The share of a colour scale that points without a value have to themselves."""
_HARMLESS = str.maketrans({"<": "‹", ">": "›", "&": "＆", "$": "＄", "\\": "＼"})


class Sheet(NamedTuple):
    """Points and their colours: `codes` number the `colours`, or are values between `span` of a scale."""

    x: NDArray[np.float32]
    y: NDArray[np.float32]
    codes: NDArray[Any]
    colours: Sequence[str]
    span: tuple[float, float] | None = None
    shapes: Sequence[int] = ()
    """For each colour the place of its points' form among the SHAPES."""


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
    *,
    dark: bool = False,
    mouse: str = "lasso",
    marks: NDArray[np.int64] | None = None,
    taken: str = "",
) -> go.Figure:
    """The map. `lit`: the points that a search found, on a trace of their own, the others faint.

    `mouse`: what dragging does: lasso, select (a box) or pan. `marks`: the points that were selected
    before, as `taken` says: with another, a browser forgets what was drawn on the chart.
    """
    count = len(sheet.x)
    scatter = go.Scatter if count <= PLAIN else go.Scattergl
    figure = go.Figure(
        scatter(
            x=sheet.x,
            y=sheet.y,
            mode="markers",
            hoverinfo="none",
            selectedpoints=marks.tolist() if marks is not None and len(marks) else None,
            marker={
                "size": 9 if count < 400 else 6 if count < MANY else 4 if count < CROWDED else 3,
                "opacity": 0.22 if lit is not None else 0.85 if count < CROWDED else 0.6,
                "color": sheet.codes,
                **_forms(sheet, sheet.codes),
                **_scale(sheet),
            },
        )
    )
    if lit is not None:
        figure.add_trace(_found(scatter, sheet, lit))
    figure.update_layout(selectionrevision=taken, annotations=_labels(names, sheet, dark))
    return _bare(figure, mouse)


def _found(scatter: type[go.Scatter | go.Scattergl], sheet: Sheet, lit: NDArray[np.int64]) -> Any:
    return scatter(
        x=sheet.x[lit],
        y=sheet.y[lit],
        mode="markers",
        hoverinfo="none",
        marker={
            "size": 11,
            "color": sheet.codes[lit],
            "line": {"width": 1.5, "color": GRAY},
            **_forms(sheet, sheet.codes[lit]),
            **_scale(sheet),
        },
    )


def _labels(names: Sequence[Name], sheet: Sheet, dark: bool) -> list[dict[str, Any]]:
    """Annotations to be set all at once: added one by one, each is checked with all before it."""
    ground, ink = ("rgba(16, 20, 19, 0.78)", "#E6ECE9") if dark else ("rgba(253, 253, 252, 0.82)", "#0F1715")
    look = {"font": {"size": 11, "color": ink}, "bgcolor": ground, "borderpad": 2, "showarrow": False}
    short = headlines([each.text for each in names])
    told = apart(
        [each._replace(text=label(text, 34)) for each, text in zip(names, short, strict=True)], sheet
    )
    return [{"captureevents": False, **look, **each._asdict()} for each in told]


def headline(name: str, most: int = 34) -> str:
    """As many of a name's parts, which commas part, as have room; at least the first."""
    first, *others = name.split(", ")
    for each in others:
        if len(first) + len(each) + 2 > most:
            break
        first = f"{first}, {each}"
    return first


def headlines(names: Sequence[str], most: int = 34) -> list[str]:
    """Short forms of names: of those that would be the same, what comes after their first part."""
    short = [headline(name, most) for name in names]
    often = Counter(short)
    return [
        headline(rest, most) if often[text] > 1 and (rest := name.partition(", ")[2]) else text
        for name, text in zip(names, short, strict=True)
    ]


def apart(names: Sequence[Name], sheet: Sheet) -> list[Name]:
    """The names that have room, the first first: a little higher or lower where one is in the way."""
    if not names:
        return []
    wide, high = (max(float(np.ptp(each)), 1e-6) for each in (sheet.x, sheet.y))
    shown: list[Name] = []
    for name in names:
        for step in (0, 1, -1):
            put = name._replace(y=name.y + step * high * _HIGH)
            if not any(_meet(put, each, wide, high) for each in shown):
                shown.append(put)
                break
    return shown


def _meet(one: Name, other: Name, wide: float, high: float) -> bool:
    across = wide * _SIGN * (len(one.text) + len(other.text)) / 2
    return abs(one.x - other.x) < across and abs(one.y - other.y) < high * _HIGH * 0.99


def _forms(sheet: Sheet, codes: NDArray[Any]) -> dict[str, Any]:
    """Each point's form, where they differ."""
    if not any(sheet.shapes):
        return {}
    return {"symbol": np.array([SHAPES[each].symbol for each in sheet.shapes], np.uint8)[codes]}


def _scale(sheet: Sheet) -> dict[str, Any]:
    if sheet.span is not None:
        low, high = sheet.span
        scored = [(_UNSCORED + at * (1 - _UNSCORED), colour) for at, colour in DIVERGING]
        return {
            "colorscale": [(0, GRAY), (_UNSCORED, GRAY), *scored],
            "cmin": unscored(low, high, 0),
            "cmax": high,
            "showscale": True,
            "colorbar": {
                "thickness": 10,
                "len": 0.9,  # below the buttons
                "y": 0,
                "yanchor": "bottom",
                "tickvals": [unscored(low, high), low, low / 2, 0, high / 2, high],
                "ticktext": ["none", *(f"{each:+.1f}" for each in (low, low / 2)), "0",
                             *(f"{each:+.1f}" for each in (high / 2, high))],
            },
        }  # fmt: skip
    last = max(1, len(sheet.colours) - 1)
    scale = [(at / last, colour) for at, colour in enumerate(sheet.colours)]
    return {
        "colorscale": scale if len(scale) > 1 else [(0, scale[0][1]), (1, scale[0][1])],
        "cmin": 0,
        "cmax": last,
    }


def unscored(low: float, high: float, place: float = 0.5) -> float:
    """The value, below those of a scale from `low` to `high`, whose colour is that of points without one."""
    below = (high - low) * _UNSCORED / (1 - _UNSCORED)
    return low - below * (1 - place)


def _bare(figure: go.Figure, mouse: str) -> go.Figure:
    """No axes: on such a map only nearness says anything."""
    axis = {"visible": False, "showgrid": False, "zeroline": False}
    figure.update_layout(
        height=560,
        margin={"l": 0, "r": 0, "t": 4, "b": 0},
        showlegend=False,
        dragmode=mouse,
        hovermode="closest",
        uirevision="map",
        xaxis=axis,
        yaxis=axis,
    )
    return figure
