"""The settings of a run on the Generate page, each with what it means and the paper's default."""

from __future__ import annotations

from typing import Any, TypeVar

import streamlit as st

from codeclm.settings import Dials
from codeclm.ui.generate.plan import Wanted
from codeclm.ui.glossary import term
from codeclm.ui.text import plural

MOST = 9.0
"""A judge scores from 1 to 10. The θ of a project may be higher, where a file brought its scores."""

Number = TypeVar("Number", int, float)

_REACH = {
    "all": "The whole loop",
    "decode": "Up to the basic instructions",
    "encode": "Only read the seeds",
}
_REACH_MEANS = {
    "all": "Read seeds, write instructions, let both models answer, score, and improve what is too easy.",
    "decode": "Read seeds and write the basic instructions. No answers yet: go on later.",
    "encode": "Read a use case and skills in each seed, so that you can correct them before anything "
    "is written.",
}
_PROFILES = {
    "auto": "automatic",
    "standard": "standard, as in the paper",
    "small": "small models",
}


_DIALS = {
    "theta": "gen_theta",
    "iterations": "gen_iterations",
    "per_metadata": "gen_per",
    "seed": "gen_seed",
    "profile": "gen_profile",
}
_REST = {
    "reach": "gen_reach",
    "limit": "gen_limit",
    "max_calls": "gen_calls",
    "budget": "gen_budget",
    "concurrency": "gen_concurrency",
    "augment_to": "gen_augment",
}
"""The field of each setting."""


def settings(begin: Wanted, seeds: int, unpriced: str) -> Wanted:
    """Draw them; they begin as `begin` has them. `unpriced`: the models without a price, in words."""
    _reach(begin)
    _dials(begin, seeds)
    with st.expander("Limits and further settings", icon=":material/tune:"), st.grid(3, min_column_width=180):
        _limits(begin, unpriced)
        _further(begin)
    return in_fields()


def in_fields() -> Wanted:
    """What the fields hold now: in a callback that may be more than the page was last drawn with."""
    state = st.session_state
    dials = Dials.read({name: state[key] for name, key in _DIALS.items()})
    return Wanted(dials, **{name: state[key] for name, key in _REST.items()})


def _reach(begin: Wanted) -> None:
    reach: str = st.segmented_control(
        "How far",
        list(_REACH),
        default=begin.reach,
        required=True,
        key="gen_reach",
        format_func=_REACH.__getitem__,
    )
    st.caption(_REACH_MEANS[reach])


def _dials(begin: Wanted, seeds: int) -> None:
    """What decides which pairs are made and kept; and how many seeds to take."""
    dials = begin.dials
    with st.grid(4, min_column_width=190):
        st.number_input(
            "θ",
            0.0,
            max(MOST, dials.theta),
            dials.theta,
            0.5,
            format="%g",
            key="gen_theta",
            help=term("theta") + " Higher: fewer pairs, each a clearer shortfall of the target.",
        )
        st.number_input(
            "Iterations",
            1,
            50,
            dials.iterations,
            key="gen_iterations",
            help=term("iterations")
            + " Most pairs are kept at the first; each further one costs as much again.",
        )
        st.number_input(
            "Per metadata",
            1,
            10_000,
            dials.per_metadata,
            key="gen_per",
            help=term("per metadata") + " The paper: wanted size divided by the number of metadata.",
        )
        _optional(
            "First seeds only",
            begin.limit,
            "gen_limit",
            placeholder=f"all {seeds:,}" if seeds else "all",
            help="Try ten before you run on all of them: what they make is kept and not paid for twice.",
        )


def _limits(begin: Wanted, unpriced: str) -> None:
    """The most calls, US dollars, and requests at once."""
    _optional(
        "Stop after calls",
        begin.max_calls,
        "gen_calls",
        placeholder="no limit",
        help="The run stops when it has sent this many requests. Run again to go on.",
    )
    _optional(
        "Stop after US dollars",
        begin.budget,
        "gen_budget",
        least=0.0,
        placeholder="price unknown" if unpriced else "no limit",
        help=f"Needs a price for {unpriced or 'every model'}: give it on the Models page, 0 for a local one.",
    )
    _optional(
        "Requests at once",
        begin.concurrency,
        "gen_concurrency",
        most=1000,
        placeholder="automatic",
        help="The most requests in flight. Automatic backs off by itself when an endpoint refuses.",
    )


def _further(begin: Wanted) -> None:
    """The dials that are seldom changed; and how many metadata to mix labels up to."""
    dials = begin.dials
    st.selectbox(
        "Prompts",
        list(_PROFILES),
        index=list(_PROFILES).index(dials.profile),
        key="gen_profile",
        format_func=_PROFILES.__getitem__,
        help=term("profile") + " Automatic: small where the built-in model is the strong one.",
    )
    st.number_input(
        "Random seed",
        0,
        None,
        dials.seed,
        key="gen_seed",
        help="The same seed and the same replies make the same pairs. Another seed begins anew.",
    )
    _optional(
        "Mix labels up to",
        begin.augment_to,
        "gen_augment",
        placeholder="no mixing",
        help="Draws new combinations of the use cases and skills that were found until there are this "
        "many metadata (the paper: 200). They wait as proposed on the Metadata page.",
    )


def _optional(
    label: str,
    begin: Number | None,
    key: str,
    least: Number = 1,
    most: Number | None = None,
    **more: Any,
) -> None:
    """A number that may be left out. It begins by the session: a default could not be cleared again."""
    st.session_state.setdefault(key, begin)
    st.number_input(label, least, most, None, key=key, **more)


def in_words(wanted: Wanted) -> str:
    """The part of the settings that decides what is kept, in a sentence."""
    dials = wanted.dials
    return (
        f"{plural(dials.per_metadata, 'instruction')} for each metadata, improved up to iteration "
        f"{dials.iterations} until the gap is over {dials.theta:g}."
    )
