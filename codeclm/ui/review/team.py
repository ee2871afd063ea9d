"""Who reviews: the name at this desk, the team and its shares, guidelines, and how far they agree.

Knows neither queue nor card.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import partial

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from codeclm import agreement
from codeclm.contrast import Share
from codeclm.errors import UsageError
from codeclm.projects import Project
from codeclm.store import Store
from codeclm.ui import signin
from codeclm.ui.guard import guarded, notify
from codeclm.ui.page import go
from codeclm.ui.review.tally import Tally
from codeclm.ui.summary import Summary, config_id
from codeclm.ui.text import number, one_line, plain, plural
from codeclm.votes import reviewer, units

TEAM, GUIDELINES = "review_team", "review_guidelines"
"""The settings that hold names, and a text."""
_FORM = ("review_guidelines_text", "review_team_names", "review_minimum")
_BEGAN = "review_team_began"
"""In the session: what the fields of the form began with."""
MOST = 50


@dataclass(frozen=True, slots=True)
class Seat:
    """The reviewer at this desk, `signed` in or not. `team`: everybody among whom pairs are shared out."""

    name: str
    team: tuple[str, ...]
    minimum: int
    guidelines: str
    signed: bool = False

    def mine(self, pair: str) -> bool:
        """Whether a pair is in this reviewer's share: each is in as many as it needs reviewers."""
        if self.name not in self.team:
            return True
        start = int(pair[:8], 16) % len(self.team)
        place = self.team.index(self.name)
        return (place - start) % len(self.team) < self.minimum


def seat(project: Project) -> Seat:
    """Draw the field for the name, and say who sits here."""
    with project.open(readonly=True) as store:
        known = [name for name, _ in store.decisions.reviewers() if name]
        guidelines, team, minimum = _kept(store)
    if signed := signin.name():
        st.markdown(f":material/person: {plain(signed)}", width="content")
        return Seat(signed, team, minimum, guidelines, signed=True)
    names = list(dict.fromkeys([*team, *known]))
    said = st.selectbox(
        "Reviewer",
        names,
        index=None,
        placeholder="Reviewer: no name",
        label_visibility="collapsed",
        accept_new_options=True,
        key="reviewer",
        bind="query-params",
        width=175,
        help="Decisions are kept by name, so that several may review one project. Undo takes back your own.",
    )
    return Seat(reviewer(str(said or "")), team, minimum, guidelines)


def team_panel(project: Project, facts: Summary, at: Seat, tally: Tally) -> None:
    """Minimum, team and guidelines; and, with several reviewers, how far they agree."""
    panel = st.expander(
        "Reviewers and guidelines", icon=":material/group:", on_change="rerun", key="review_team_open"
    )
    if not panel.open:
        return
    with panel:
        left, right = st.columns(2)
        with left:
            _settings(project, at)
        tally.beside(partial(_agreed, project, config_id(facts.config)), partial(_agreement, right))


def _kept(store: Store) -> tuple[str, tuple[str, ...], int]:
    """Guidelines, team, and how many reviewers each pair needs."""
    names = tuple(store.settings.get(TEAM, []))
    return str(store.settings.get(GUIDELINES, "")), names, store.decisions.verdicts.minimum


def _fields(guidelines: str, team: tuple[str, ...], minimum: int) -> dict[str, str | int]:
    """What they are in the form."""
    return dict(zip(_FORM, (guidelines, ", ".join(team), minimum), strict=True))


def _settings(project: Project, at: Seat) -> None:
    if _FORM[0] not in st.session_state:
        began = _fields(at.guidelines, at.team, at.minimum)
        st.session_state.update({_BEGAN: began, **began})
    guidelines, team, minimum = _FORM
    with st.form("review_team_form", border=False):
        st.text_area(
            "Guidelines, shown beside every card",
            key=guidelines,
            height=140,
            placeholder="Accept when the answer could go to a customer as it is. Reject private data. …",
        )
        st.text_input(
            "Team, names parted by commas",
            key=team,
            help="Pairs can then be shared out: “my share” in the queue’s filters.",
        )
        st.number_input(
            "Reviewers that each pair needs",
            1,
            20,
            key=minimum,
            help="Before so many have decided, a pair counts as undecided and is not exported as accepted.",
        )
        st.form_submit_button("Save", icon=":material/save:", on_click=_save, args=(project,))


@guarded
def _save(project: Project) -> None:
    """Write what was changed here: others, too, may have saved since the form was opened."""
    state = st.session_state
    began, typed = state[_BEGAN], {key: state[key] for key in _FORM}
    mine = {key for key in _FORM if typed[key] != began[key]}
    with project.open() as store, store.write():
        there = _fields(*_kept(store))
        state.update({_BEGAN: there, **{key: there[key] for key in _FORM if key not in mine}})
        if any(there[key] not in (began[key], typed[key]) for key in mine):
            raise UsageError(
                "Nothing was saved: somebody else changed the same meanwhile. Save again to put what stands "
                "here in its place."
            )
        for key in mine:
            _put(store, key, str(typed[key]))
        there = _fields(*_kept(store))
    state.update({_BEGAN: there, **there})
    notify("Saved for everybody who reviews this project.")


def _put(store: Store, key: str, typed: str) -> None:
    if key == _FORM[0]:
        store.settings.set(GUIDELINES, typed[:20_000].strip())
    elif key == _FORM[1]:
        names = [reviewer(name) for name in typed.split(",")]
        store.settings.set(TEAM, list(dict.fromkeys(filter(None, names)))[:MOST])
    else:
        store.decisions.verdicts.set_minimum(int(typed))


@dataclass(frozen=True, slots=True)
class _Agreed:
    """How many decisions each reviewer made; how far any two of them agree, and each two; open conflicts."""

    counts: Counter[str]
    found: Share
    alpha: float | None
    between: dict[tuple[str, str], Share]
    conflicts: int


def _agreed(project: Project, config: str) -> _Agreed:
    with project.open(readonly=True) as store, store.read():
        counts = Counter(vote.reviewer for vote in store.decisions.votes(config))
        own, conflicts = store.decisions.votes(config, own=True), store.decisions.conflicts(config)
    said = units(own)
    between = agreement.between([(vote.pair, vote.reviewer, vote.said) for vote in own])
    return _Agreed(counts, agreement.percent(said), agreement.alpha(said), between, conflicts)


def _agreement(place: DeltaGenerator, agreed: _Agreed) -> None:
    with place.empty().container():
        _draw(agreed)


def _draw(agreed: _Agreed) -> None:
    found, alpha = agreed.found, agreed.alpha
    if len(agreed.counts) < 2:
        st.caption(
            "Once two people have decided the same pairs, how far they agree is shown here. Each sees the "
            "others’ decisions only after their own."
        )
        return
    st.markdown(
        f"**Agreement** {_percent(found)} :gray[of pairs of decisions] · Krippendorff’s alpha "
        f"**{'–' if alpha is None else f'{alpha:.2f}'.replace('-', '−')}**",
        help="Two agree on a pair where both reject it, or accept the same answer with the same edits. What "
        "settled a conflict is left out: it changes nothing in what each said before. Alpha is agreement "
        "beyond chance: 1 always, 0 as by chance. From about 0.67 on one can build on the decisions, from "
        "0.8 on safely.",
    )
    if alpha is not None and alpha < agreement.FAIR and found.total >= agreement.ENOUGH:
        st.caption("That is little: write down in the guidelines what the pairs in conflict turn on.")
    st.dataframe(
        pd.DataFrame(
            [
                {
                    "Reviewers": " and ".join(map(_shown, pair)),
                    "Both decided": each.total,
                    "Agree": _percent(each),
                }
                for pair, each in agreed.between.items()
            ]
            or [{"Reviewers": "no two decided the same pair", "Both decided": 0, "Agree": "–"}]
        ),
        hide_index=True,
        alt="Agreement of every two reviewers",
        column_config={
            "Both decided": st.column_config.NumberColumn("Both", width=50, help="Pairs that both decided."),
            "Agree": st.column_config.TextColumn(width=105),
        },
    )
    who = " · ".join(
        f"{plain(_shown(name), 40)} {number(count)}" for name, count in sorted(agreed.counts.items())
    )
    st.caption(f"Decisions: {who}")
    if agreed.conflicts:
        go(
            "Review",
            f"Settle {plural(agreed.conflicts, 'conflict')}",
            review_decision="in conflict",
            status="all but improved",
        )


def _shown(name: str) -> str:
    return one_line(name, 40) or "without a name"


def _percent(found: Share) -> str:
    if found.rate is None:
        return "–"
    return f"{100 * found.rate:.0f} % ({100 * found.low:.0f}–{100 * found.high:.0f})"
