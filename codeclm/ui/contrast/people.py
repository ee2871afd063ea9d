"""People against the judge: who sides with whom by gap, and the θ that goes best with what people decided."""

from __future__ import annotations

import streamlit as st

from codeclm import agreement
from codeclm.charts import contrast as charts
from codeclm.charts.palette import CONFIG
from codeclm.lab import Scale, thetas
from codeclm.projects import Project
from codeclm.ui.page import empty, go
from codeclm.ui.summary import Summary, config_id
from codeclm.ui.text import plural
from codeclm.votes import as_votes


def people(project: Project, facts: Summary) -> None:
    """The whole part."""
    with project.open(readonly=True) as store:
        votes = as_votes(store.decisions.votes(config_id(facts.config)))
    if not votes:
        empty(
            "Nobody has decided a pair yet",
            "Accept and reject pairs, blind at best: what people say is held against the judge here.",
            "Review",
            "Review pairs, blind",
            blind="true",
        )
        return
    _winner(votes)
    _theta(votes, facts)


def _winner(votes: list[agreement.Vote]) -> None:
    st.subheader("Do people side with the judge?", anchor=False)
    rows = agreement.by_gap(votes)
    names = [name for name, _, _ in rows]
    left, right = st.columns(2)
    with left:
        st.plotly_chart(
            charts.shares(names, [sided for _, sided, _ in rows], "|G|", "% that took the judge’s winner"),
            config=CONFIG,
            key="contrast_sided",
            alt="Share of decisions that took the answer the judge scored higher, by gap, with intervals",
        )
    with right:
        st.plotly_chart(
            charts.shares(names, [accepted for _, _, accepted in rows], "|G|", "% accepted"),
            config=CONFIG,
            key="contrast_accepted",
            alt="Share of decisions that accepted the pair, by gap, with intervals",
        )
    st.caption(
        f"{plural(len(votes), 'decision')}. Bars are 95 % intervals. Where the judge is right, the left "
        "figures grow with the gap. Decisions made blind count for more: names and scores lead the eye."
    )


def _theta(votes: list[agreement.Vote], facts: Summary) -> None:
    st.subheader("Which θ goes best with these decisions?", anchor=False)
    if len(votes) < agreement.ENOUGH:
        st.caption(
            f"After {agreement.ENOUGH} decisions a θ can be proposed; there are {len(votes)}. Include pairs "
            "under θ (State: exhausted), or there is nothing to tell a low θ from a high one."
        )
        go("Review", "Review exhausted pairs, blind", status="exhausted", blind="true")
        return
    found = agreement.fits(votes, thetas(Scale.of(max(abs(vote.gap) for vote in votes))))
    fit = agreement.best(found, facts.dials.theta)
    st.plotly_chart(
        charts.curve(
            [each.theta for each in found],
            [None if each.agreed.rate is None else 100 * each.agreed.rate for each in found],
            fit.theta if fit else facts.dials.theta,
            "% of decisions it goes with",
            facts.dials.theta,
        ),
        config=CONFIG,
        key="contrast_fit",
        alt="Share of decisions that each θ goes with",
    )
    if fit is None:
        return
    agreed = fit.agreed
    st.markdown(
        f"**θ {fit.theta:g}** goes with {100 * (agreed.rate or 0):.0f} % of the decisions "
        f":gray[between {100 * agreed.low:.0f} and {100 * agreed.high:.0f} %]: it keeps what was accepted "
        "and leaves what was rejected."
    )
    if fit.theta != facts.dials.theta:
        st.button(
            f"See what θ {fit.theta:g} keeps and costs",
            icon=":material/contrast:",
            on_click=_to_lab,
            args=(fit.theta,),
            key="contrast_to_lab",
        )
    under = sum(abs(vote.gap) <= facts.dials.theta for vote in votes)
    if under < agreement.ENOUGH // 3:
        st.caption(
            "Nearly all these decisions are of pairs over the project’s θ. Review some under it too, or a "
            "lower θ can never look better."
        )


def _to_lab(theta: float) -> None:
    st.session_state.update({"contrast": "θ lab", "contrast_theta": theta})
