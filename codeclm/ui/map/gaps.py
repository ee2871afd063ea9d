"""The gaps of coverage, ranked, each with what the next run brings of it and what more to ask for."""

from __future__ import annotations

import streamlit as st

from codeclm.atlas.coverage import Coming, Gap, gaps
from codeclm.projects import Project
from codeclm.store.coverage import By
from codeclm.ui.guard import guarded, notify
from codeclm.ui.map.counts import Counted
from codeclm.ui.page import go
from codeclm.ui.summary import Summary, config_id
from codeclm.ui.tally import Key, Side
from codeclm.ui.text import number, plain, plural

_LISTED, _DOUBTED = 15, 8
"""Gaps that are listed, and of those that may be chance."""

Names = dict[Key, str]


def ranked(project: Project, facts: Summary, counted: Counted, by: By, side: Side, names: Names) -> None:
    """The gaps of a side, those first that its counts speak most for."""
    tally = counted.tally(by)
    rows = zip(tally.keys, tally.seeds.tolist(), tally.sides[side].tolist(), strict=True)
    total = tally.totals[side]
    with project.open(readonly=True) as store:
        due = store.wishes.due(config_id(facts.config), facts.dials.per_metadata)
    coming = Coming(sum(count for _, count in due), counted.coming(by, due), tally.rates[side])
    found = gaps([row for row in rows if row[0] != 0], tally.told, total, coming)
    sure, unsure = [each for each in found if each.sure], [each for each in found if not each.sure]
    if not total:
        sure, unsure = [each for each in found if each.wanted], []
    st.subheader("Gaps", anchor=False)
    st.caption(_told(by, side, coming, found, bool(sure)) if total else _first(side, coming))
    for each in sure[:_LISTED]:
        _gap(project, facts, each, by, names[each.key], coming)
    if len(sure) > _LISTED:
        st.caption(f"And {number(len(sure) - _LISTED)} smaller ones.")
    if not unsure:
        return
    shown = unsure[:_DOUBTED]
    first = f"; the first {len(shown)}" if len(shown) < len(unsure) else ""
    st.caption(f"{plural(len(unsure), 'gap')} that may be chance{first}:")
    for each in shown:
        _gap(project, facts, each, by, names[each.key], coming)


def _first(side: Side, coming: Coming[Key]) -> str:
    """What to expect where there is nothing on this side."""
    if coming.total:
        return f"Nothing is {side} yet: where too little is shows after the next run."
    return f"Nothing is {side} yet. “Generate here” asks for as many instructions as there are seeds."


def _told(by: By, side: Side, coming: Coming[Key], found: list[Gap[Key]], sure: bool) -> str:
    """What the gaps listed first are."""
    if not found:
        return f"Every {by} of the seeds has at least its share of what is {side}."
    if not sure:
        return f"No {by} by itself is further below its share than by chance; the likeliest gaps come first."
    rate = "" if side == "generated" else f", at the {coming.rate:.0%} that came to be {side} so far"
    return (
        "What is most clearly below its share among the seeds comes first. “Generate here” puts as many more "
        f"instructions into the next run as bring it to its share{rate}."
    )


def _gap(project: Project, facts: Summary, found: Gap[Key], by: By, name: str, coming: Coming[Key]) -> None:
    said = f"{_percent(found.seed_share)} of the seeds, {_percent(found.share)} here"
    if coming.total:
        said += f", {_percent(found.then)} after the next run"
    with st.container(horizontal=True, vertical_alignment="center", border=True):
        st.markdown(f"**{plain(name, 80)}** · {said}", width="stretch")
        due = coming.each.get(found.key, 0)
        if not found.wanted:
            go("Generate", f"{number(due)} in the next run")
            return
        st.button(
            f"Generate {number(found.wanted)} {'more ' if due else ''}here",
            icon=":material/auto_awesome:",
            on_click=_fill,
            args=(project, facts, by, found.key, found.wanted),
            key=f"cover_fill_{by}_{found.key}",
        )


def _percent(share: float) -> str:
    return f"{share:.1%}" if share >= 0.01 else f"{share:.2%}" if share else "none"


@guarded
def _fill(project: Project, facts: Summary, by: By, key: Key, count: int) -> None:
    with project.open() as store:
        metadata = store.coverage.metadata(by, key)
        config = facts.config.id if facts.config else None
        spread = store.wishes.more(metadata, count, config, facts.dials.per_metadata)
    if not spread:
        notify(
            "No metadata in use here: read the seeds (Generate), or use what was left out again (Metadata).",
            bad=True,
        )
        return
    told = plural(spread, "metadata", "metadata")
    notify(f"The next run writes {plural(count, 'instruction')} more here, from {told}.")
