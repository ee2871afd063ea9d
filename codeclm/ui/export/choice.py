"""The choices of the Export page, kept in the address: which pairs, which format, which parts."""

from __future__ import annotations

import streamlit as st

from codeclm.export import Include, Options
from codeclm.export.formats import format_of
from codeclm.export.writing import SPLIT
from codeclm.projects import Project
from codeclm.store import PairFilter
from codeclm.ui.export_words import FORMATS, INCLUDE
from codeclm.ui.filter_fields import SEARCHED, Known, fields, pick
from codeclm.ui.glossary import term
from codeclm.ui.summary import Summary
from codeclm.ui.text import whole

CAPS = ("use case", "cluster")
_CAP = "export_cap"


def choice(project: Project, facts: Summary) -> Options:
    """Draw the choices; they begin with what was accepted, where anything was."""
    include, form = _include(facts), _form()
    theta = st.number_input(
        "θ",
        0.0,
        None,
        facts.dials.theta,
        0.5,
        format="%g",
        key="export_theta",
        bind="query-params",
        help=term("theta") + " Changing it here only changes this export.",
    )
    split = _split(form)
    provenance, ids = _origin(form)
    narrowed = _narrowed(Known.of(project), facts)
    with st.expander("More", icon=":material/tune:", key="export_more"):
        most, by_cluster = _cap(project)
        stale, licence = _stale(), _licence() if form == "hub" else ""
    return Options(
        format=form,
        include=include,
        theta=theta,
        split=split,
        provenance=provenance,
        ids=ids,
        filters=() if narrowed == PairFilter() else (narrowed,),
        per_use_case=most,
        by_cluster=by_cluster,
        stale=stale,
        license=licence,
    )


def _include(facts: Summary) -> Include:
    include: Include = st.segmented_control(
        "Which pairs",
        list(INCLUDE),
        default="accepted" if facts.funnel.accepted else "kept",
        required=True,
        key="export_what",
        bind="query-params",
        format_func=lambda name: INCLUDE[name][0],
    )
    st.caption(INCLUDE[include][1])
    return include


def _form() -> str:
    form = st.selectbox(
        "Format",
        list(FORMATS),
        key="export_format",
        bind="query-params",
        format_func=lambda name: FORMATS[name][0],
    )
    st.caption(FORMATS[form][1])
    return form


def _origin(form: str) -> tuple[bool, bool]:
    """Whether a file beside it says where rows are from, and whether they have their ids."""
    provenance = st.toggle(
        "Provenance beside it",
        key="export_provenance",
        bind="query-params",
        help="A second file says where each row is from: seed, metadata, models, scores, decision.",
    )
    ids = format_of(form).suffix == "jsonl" and st.toggle(
        "Ids in the rows",
        key="export_ids",
        bind="query-params",
        help="Each row gets its pair’s `id`, by which it is found again: in the provenance, and by the "
        "searches on Review and Runs. Most trainers pass over one field more; leave it off for others.",
    )
    return provenance, ids


def _stale() -> bool:
    return st.toggle(
        "Stale pairs too",
        key="export_stale",
        bind="query-params",
        help="Pairs written from labels that were edited since. They stay out unless you ask for them.",
    )


def _licence() -> str:
    return st.text_input(
        "Licence for the dataset card",
        key="export_licence",
        placeholder="cc-by-4.0",
        persist_state="session",
    )


def _narrowed(known: Known, facts: Summary) -> PairFilter:
    """Which pairs among them, by the fields that Review has too."""
    with st.expander("Only some of them", icon=":material/filter_list:", key="export_some"):
        search = st.text_input(
            "Search",
            key="export_search",
            bind="query-params",
            placeholder="in the instruction",
            icon=":material/search:",
            help=SEARCHED,
        )
        with st.grid(2, min_column_width=150):
            use = pick("Use case", "export_use", known.uses, "stretch")
            more = fields(known, facts.dials.iterations, "export", "stretch")
    return PairFilter(search=search, use_case=use, **more)


def _cap(project: Project) -> tuple[int | None, bool]:
    """The most rows of one kind, and whether that is a cluster of the map."""
    with project.open(readonly=True) as store:
        mapped = bool(store.maps.clusters()) and "metadata" in store.maps.kinds()
    if whole(st.query_params.get(_CAP, "1")) is None:
        # The field fails at an infinite number, and reads the address as it was when this run began.
        st.query_params.pop(_CAP)
        st.rerun()
    most = st.number_input(
        "Most rows of one use case or cluster",
        1,
        None,
        None,
        placeholder="no limit",
        key=_CAP,
        bind="query-params",
        help="Keeps what is frequent from outweighing the rest. The first in order stay.",
    )
    if most is None:
        return None, False
    if not mapped:
        st.caption("Draw the map of the metadata to count by its clusters.")
        return most, False
    by = st.segmented_control(
        "Counted by", CAPS, default=CAPS[0], required=True, key="export_cap_by", bind="query-params"
    )
    return most, by == CAPS[1]


def _split(form: str) -> float | None:
    """The test share; None: one file."""
    apart = form == "hub" or st.toggle(
        "Keep a test part apart",
        key="export_split",
        bind="query-params",
        help="Rows that grew from one seed stay on the same side, so that the test part says something. With "
        "few seeds its share of the rows may be far from what is set here.",
    )
    if not apart:
        return None
    share = st.slider(
        "Test share", 1, 50, int(100 * SPLIT), format="%d %%", key="export_share", bind="query-params"
    )
    return share / 100
