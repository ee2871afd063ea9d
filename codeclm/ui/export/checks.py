"""Near-duplicates and leaked test prompts on the Export page: what to look for, and what was found.

By n-gram it is worked out here; by embedding a job makes the vectors, and this page only reads them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd
import streamlit as st

from codeclm.dedup import Checked, Checks, Method, Twin, check
from codeclm.dedup.checks import LEAK_THRESHOLDS, THRESHOLDS
from codeclm.embed import stored
from codeclm.evaluate import tables
from codeclm.export import Options
from codeclm.jobs.checking import DUPLICATES, checked, rows_of
from codeclm.projects import Project
from codeclm.store import Store
from codeclm.ui.embedding import embedded, kept
from codeclm.ui.guard import guard
from codeclm.ui.table import tall
from codeclm.ui.text import number, one_line, plural
from codeclm.ui.uploads import table, upload

NAMES: dict[Method | None, str] = {
    None: "no, keep all",
    "exact": "in the same words",
    "ngram": "in nearly the same words",
    "embedding": "in the same meaning",
}
SHOWN = 200


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for, against which prompts, and the words that say so to a job."""

    checks: Checks
    prompts: tuple[str, ...]
    words: tuple[str, ...]

    @property
    def any(self) -> bool:
        """Whether anything is."""
        return self.checks.dedup is not None or bool(self.checks.leaks and self.prompts)


def checks(project: Project, revision: int, options: Options) -> tuple[Options, Checked | None]:
    """Draw the checks: the options with what they found left out, and what that is."""
    chosen, found = options, None
    panel = st.expander("Near-duplicates and leakage", icon=":material/content_copy:", key="export_alike")
    with panel, guard(stop=False):
        wanted = _wanted(options)
        found = _found(project, revision, options, wanted) if wanted.any else None
        if found is not None:
            if not (found.leaks or found.twins):
                st.caption("Nothing was found.")
            chosen = checked(options, found)
    return chosen, found


def _wanted(options: Options) -> Wanted:
    dedup = st.selectbox(
        "Leave out rows that repeat another",
        list(NAMES),
        key="export_dedup",
        format_func=NAMES.__getitem__,
        help="Of two the better stays: the larger gap, then the one a person accepted, then the first.",
        persist_state="session",
    )
    threshold = _threshold("export_dedup_at", dedup, THRESHOLDS)
    file = upload(
        "Test prompts that must not be in it",
        "export_against",
        "Rows that hold one of these prompts, or nearly, are listed and left out.",
    )
    leaks: Method | None = None
    leak_threshold, prompts, words = None, tuple[str, ...](), list[str]()
    if file is not None:
        asked = tables.prompts(table(file.path)).records
        prompts = tuple(dict.fromkeys(each.prompt.text for each in asked))
        methods: list[Method] = ["ngram", "embedding", "exact"]
        leaks = st.selectbox(
            "A leak repeats a test prompt",
            methods,
            key="export_leaks",
            format_func=NAMES.__getitem__,
            persist_state="session",
        )
        leak_threshold = _threshold("export_leaks_at", leaks, LEAK_THRESHOLDS)
        words += ["--against", str(file.path), "--against-by", str(leaks)]
    if dedup is not None:
        words += ["--dedup", str(dedup)]
    words += ["--include", options.include]
    if options.theta is not None:
        words += ["--theta", f"{options.theta:g}"]
    if options.stale:
        words += ["--stale"]
    return Wanted(Checks(dedup, threshold, leaks, leak_threshold), prompts, tuple(words))


def _threshold(key: str, method: Method | None, usual: dict[Method, float]) -> float | None:
    if method in (None, "exact"):
        return None
    return st.slider(
        "From how near",
        0.3,
        1.0,
        usual[method],
        0.01,
        key=f"{key}_{method}",
        persist_state="session",
        help="The share of common three-word sequences."
        if method == "ngram"
        else "The cosine of the embeddings; 1 is the same.",
    )


def _found(project: Project, revision: int, options: Options, wanted: Wanted) -> Checked | None:
    """What the checks find; None where embeddings are still to be made."""
    if wanted.checks.embeds:
        texts = [*_to_embed(project, revision, options), *wanted.prompts]
        if not embedded(project, texts, DUPLICATES, wanted.words):
            return None
    return _check(str(project.path), revision, options, wanted)


def _to_embed(project: Project, revision: int, options: Options) -> list[str]:
    """The texts of the rows; where some have no vector yet, of all that the job takes: it knows no filter."""
    path = str(project.path)
    texts = _row_texts(path, revision, options)
    if options.filters:
        with project.open(readonly=True) as store:
            if stored(store, texts) is None:
                return _row_texts(path, revision, replace(options, filters=()))
    return texts


@st.cache_resource(max_entries=4, ttl="1h", show_spinner="Reading rows…")
def _row_texts(path: str, revision: int, options: Options) -> list[str]:
    with Store.open(Path(path), readonly=True) as store:
        return [row.text for row in rows_of(store, options)]


@st.cache_resource(max_entries=8, ttl="1h", show_spinner="Comparing rows…")
def _check(path: str, revision: int, options: Options, wanted: Wanted) -> Checked:
    with Store.open(Path(path), readonly=True) as store:
        rows = rows_of(store, options)
        return check(rows, wanted.checks, wanted.prompts, lambda texts: kept(store, texts))


def told(found: Checked | None) -> None:
    """The rows that the checks found, each beside what it repeats."""
    if found is None or not (found.leaks or found.twins):
        return
    st.subheader("What the checks found", anchor=False)
    gone = [twin for twin in found.twins if twin.dropped]
    below = [twin for twin in found.twins if not twin.dropped]
    if found.leaks:
        leak = "leaks" if len(found.leaks) == 1 else "leak"
        st.caption(f"{plural(len(found.leaks), 'row')} {leak} a test prompt:")
        leaks = [(each.score, each.row.text, each.prompt) for each in found.leaks]
        _table(leaks, "Row left out", "Test prompt", "Leaks")
    if gone:
        st.caption(f"{plural(len(gone), 'row')} left out; those nearest to the threshold first:")
        _table([_texts(twin) for twin in gone], "Left out", "Stays", "Near-duplicates")
    if below:
        st.caption("Just below the threshold, so both stay:")
        below.sort(key=lambda twin: -twin.score)
        _table([_texts(twin) for twin in below], "One", "Other", "Pairs just below the threshold")


def _texts(twin: Twin) -> tuple[float, str, str]:
    return twin.score, twin.other.text, twin.kept.text


def _table(rows: list[tuple[float, str, str]], one: str, other: str, alt: str) -> None:
    shown = [
        {"Near": round(score, 2), one: one_line(left, 300), other: one_line(right, 300)}
        for score, left, right in rows[:SHOWN]
    ]
    st.dataframe(
        pd.DataFrame(shown),
        hide_index=True,
        height=tall(len(shown), 360),
        column_config={"Near": st.column_config.NumberColumn(width=55, format="%.2f")},
        alt=alt,
    )
    if len(rows) > SHOWN:
        st.caption(f"The first {number(SHOWN)} of {number(len(rows))}.")
