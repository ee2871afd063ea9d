"""Judge health: figures with intervals, what each means in a plain sentence, and what to try."""

from __future__ import annotations

from typing import Literal, NamedTuple

import pandas as pd
import streamlit as st

from codeclm.contrast import Share
from codeclm.ui.contrast.data import Lab
from codeclm.ui.judging import FEWEST, Look, flips, over
from codeclm.ui.text import number, score

LONGER = 2 / 3
"""There the longer answer wins about two times in three."""

BOTH = "It takes scores in both orders: a run makes them, a file may lack the second."
_BADGES: dict[Look, tuple[str, Literal["green", "orange", "red", "gray"]]] = {
    "fine": ("as it should be", "green"),
    "watch": ("worth a look", "orange"),
    "poor": ("a problem", "red"),
    "unknown": ("too little to say", "gray"),
}


class Finding(NamedTuple):
    """One figure of a judge's health."""

    name: str
    found: Share
    look: Look
    means: str
    advice: str


def health(lab: Lab) -> None:
    """Every figure as a card."""
    if lab.itself:
        st.warning(
            "The strong model judges its own answers. Models favour their own style, so gaps may be too "
            "large: set another judge on the Models page, and compare.",
            icon=":material/balance:",
        )
    with st.grid(2, min_column_width=380):
        for finding in findings(lab):
            _card(finding)
        _spread(lab)


def findings(lab: Lab) -> list[Finding]:
    """What the scores say of their judge."""
    health = lab.health
    found = [
        _flipping(health.order_flips),
        _seat(health.first_seat),
        _longer(health.longer_wins),
        _unparsed(lab.unparsed),
    ]
    if health.own_wins.total:
        found.append(_own(health.own_wins))
    return found


def _flipping(found: Share) -> Finding:
    look = flips(found)
    return Finding(
        "Verdict flips with the order",
        found,
        look,
        "How often the winner, or a tie, changes when the two answers swap seats. In published data it is "
        "about 1 in 8.",
        _few(found, BOTH)
        if look == "unknown"
        else "Use a stronger judge, or raise θ: pairs with a wide gap seldom flip."
        if look != "fine"
        else "Means over both orders even out what is left.",
    )


def _seat(found: Share) -> Finding:
    off = max(found.low - 0.5, 0.5 - found.high)
    look: Look = (
        "unknown" if found.total < FEWEST else "fine" if off <= 0.02 else "watch" if off <= 0.1 else "poor"
    )
    side = "first" if (found.rate or 0.5) > 0.5 else "second"
    return Finding(
        "First seat wins",
        found,
        look,
        "How often the answer read first gets the higher score. A fair judge is near one half.",
        _few(found, BOTH)
        if look == "unknown"
        else f"The judge leans to the answer read {side}. Scores in both orders cancel this out on average; "
        "a stronger judge leans less."
        if look != "fine"
        else "Both orders are scored, so that a small leaning cancels out.",
    )


def _longer(found: Share) -> Finding:
    look = over(found, LONGER, 0.8)
    return Finding(
        "Longer answer wins",
        found,
        look,
        "How often the longer answer is the winner. In published data it is about 2 in 3; longer may well "
        "be better, but the judge may also pay for length alone.",
        _few(found, "No answer has won yet over one of another length.")
        if look == "unknown"
        else "Look at short winners and long losers in Review, blind. Ask for concise answers in the judge’s "
        "and the models’ prompts."
        if look in ("watch", "poor")
        else "No more than usual.",
    )


def _unparsed(found: Share) -> Finding:
    look = over(found, 0.02, 0.1)
    return Finding(
        "Unreadable replies",
        found,
        look,
        "Replies of the judge that held no two scores. They are asked for again, at most twice, and paid.",
        _few(found, "The replies behind these scores are not in the project.")
        if look == "unknown"
        else "Test on the Models page whether the judge takes a JSON schema, give it more tokens, or use "
        "another judge."
        if look in ("watch", "poor")
        else "The judge keeps to the form.",
    )


def _few(found: Share, none: str) -> str:
    """What is said in place of advice where there is too little; `none`: where there is nothing."""
    return f"Too few to tell: it takes {FEWEST}." if found.total else none


def _own(found: Share) -> Finding:
    return Finding(
        "Judge’s own answer wins",
        found,
        "watch",
        "How often the answer that the judge’s own model wrote is the winner. Some of it is earned: the "
        "strong model should win. How much is not, only another judge can tell.",
        "Score some pairs with another judge, and compare this figure.",
    )


def _card(finding: Finding) -> None:
    found, (word, colour) = finding.found, _BADGES[finding.look]
    with st.container(border=True, gap="xsmall"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            st.markdown(f"**{finding.name}**", width="content")
            st.badge(word, color=colour)
        st.markdown(_rate(found))
        st.caption(finding.means)
        st.caption(finding.advice)


def _rate(found: Share) -> str:
    if found.rate is None:
        return "Nothing to count yet."
    low, high = 100 * found.low, 100 * found.high
    return (
        f"**{100 * found.rate:.1f} %** :gray[between {low:.1f} and {high:.1f} % · "
        f"{number(found.count)} of {number(found.total)}]"
    )


def _spread(lab: Lab) -> None:
    seen = lab.spread
    if seen is None:
        return
    narrow = seen.commonest_share.low > 0.5 or seen.deviation < 0.75
    tied = seen.ties.low > 0.4
    word, colour = _BADGES["watch" if narrow or tied else "fine"]
    with st.container(border=True, gap="xsmall"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            st.markdown("**Spread of scores**", width="content")
            st.badge(word, color=colour)
        st.markdown(f"mean **{seen.mean:.2f}**, deviation **{seen.deviation:.2f}**")
        rows = (
            (f"the commonest score, {score(seen.commonest)}", seen.commonest_share),
            ("ties in one reading", seen.ties),
        )
        st.dataframe(
            pd.DataFrame(
                [
                    {"Of all": name, "Share": f"{100 * (each.rate or 0):.1f} %", "Interval": _interval(each)}
                    for name, each in rows
                ]
            ),
            hide_index=True,
            alt="How the scores lie",
        )
        st.caption(
            "The judge gives nearly everything the same score, so that few gaps can pass θ. Ask it in its "
            "prompt to use the whole scale, or use a stronger judge."
            if narrow or tied
            else "The judge uses enough of its scale to tell answers apart."
        )


def _interval(found: Share) -> str:
    return f"{100 * found.low:.1f}–{100 * found.high:.1f} %"
