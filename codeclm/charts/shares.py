"""Shares as figures: the tree of use cases and skills, and coverage beside the seeds and over the runs."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from codeclm.charts.atlas import label
from codeclm.charts.palette import FAINT, GRAY, KEPT, frame

_HEAD = 36
"""Pixels for a use case's name, on two lines."""


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
            labels=[*map(_lines, uses), *(_lines(row[1]) for row in inner)],
            parents=[""] * len(ids) + [place[row[0]] for row in inner],
            values=[*(count for count, _ in uses.values()), *(row[2] for row in inner)],
            marker={"colors": [_between(share) for share in shares]},
            # Of a use case itself Plotly knows no more than what its skills leave over.
            customdata=[
                *((label(use), _percent(share)) for use, (_, share) in uses.items()),
                *(
                    (f"{label(skill)}: {count:,} metadata", _percent(share))
                    for _, skill, count, share in inner
                ),
            ],
            hovertemplate=f"%{{customdata[0]}}, {measure} %{{customdata[1]}}<extra></extra>",
            branchvalues="remainder",
            root_color="rgba(0, 0, 0, 0)",
            marker_pad={"t": _HEAD, "l": 4, "r": 4, "b": 4},
            tiling={"pad": 2},
            textfont={"color": "#0F1715"},
        )
    )
    figure.update_layout(
        height=height,
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
        uniformtext={"minsize": 9, "mode": "hide"},  # else Plotly shrinks words until none can be read
    )
    return figure


def _percent(share: float | None) -> str:
    return "none yet" if share is None else f"{share:.0%}"


def _lines(name: str) -> str:
    """A name on two lines about as long, as it finds more room so."""
    words = label(name).split(" ")
    ends = range(1, len(words) + 1)
    pairs = [(" ".join(words[:end]), " ".join(words[end:])) for end in ends]
    first, second = min(pairs, key=lambda pair: max(len(pair[0]), len(pair[1])))
    return f"{first}<br>{second}" if second else first


def _between(share: float | None) -> str:
    """Brown for none of it, green for all, grey where there is nothing to share.

    Each colour is named, as under a colour scale Plotly paints the whole map's ground black.
    """
    if share is None:
        return "#8C9994"
    none, all_ = (0xC9, 0x8A, 0x4B), (0x44, 0xA3, 0x96)
    mixed = (round(low + (high - low) * share) for low, high in zip(none, all_, strict=True))
    return "#" + "".join(f"{each:02X}" for each in mixed)


def beside(names: Sequence[str], seeds: Sequence[float], others: Sequence[float], other: str) -> go.Figure:
    """For each group its share among the seeds and on the other side, joined by a line."""
    shown = [label(name, 34) for name in names]
    figure = go.Figure()
    line = {"type": "line", "line": {"color": FAINT, "width": 3}}
    # All at once: added one by one, each is checked with all before it.
    figure.update_layout(
        shapes=[
            {**line, "x0": one * 100, "x1": two * 100, "y0": at, "y1": at}
            for at, (one, two) in enumerate(zip(seeds, others, strict=True))
        ]
    )
    ring = {"symbol": "circle-open", "size": 13, "color": GRAY, "line": {"width": 2.5}}
    dot = {"size": 9, "color": KEPT}
    # A ring around the dot where both are alike, or one would hide the other.
    for values, marker, name in ((others, dot, other), (seeds, ring, "seeds")):
        figure.add_trace(
            go.Scatter(
                x=[value * 100 for value in values],
                y=list(range(len(shown))),
                mode="markers",
                cliponaxis=False,  # a whole dot at nought too
                name=name,
                marker=marker,
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
