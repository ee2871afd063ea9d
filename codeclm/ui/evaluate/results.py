"""What an evaluation found: figures with intervals, groups, candidates against each other, the judge."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from codeclm.charts import evaluate as charts
from codeclm.charts.palette import CONFIG
from codeclm.contrast import Share
from codeclm.evaluate.crr import Tally
from codeclm.evaluate.published import CAVEAT, EVOL_INSTRUCT
from codeclm.evaluate.report import Report, Result
from codeclm.ui.glossary import PROMPTS, term
from codeclm.ui.judging import flips
from codeclm.ui.table import csv_bytes, tall, titles
from codeclm.ui.text import number, one_line, plain, plural, score

METHODS = ("CodecLM", "WizardLM+", "Self-Instruct")
"""The rows of the paper's table that the yardstick shows."""


def percent(rate: float | None) -> str:
    """12.34 %, or a dash."""
    return "–" if rate is None else f"{100 * rate:.2f} %"


def cards(report: Report) -> None:
    """The candidates, a card each."""
    with st.grid(2, min_column_width=360):
        for result in report.results:
            _card(result, report)
    if report.edited:
        names = " and ".join(f"“{PROMPTS[name]}”" for name in report.edited)
        st.caption(
            f"Asked with {names} as edited in this project: compare these figures with those of the same "
            "prompts alone.",
            help="The prompts of the project are those of Generate, for runs and evaluations alike.",
        )


def _card(result: Result, report: Report) -> None:
    counts, left = result.counts, report.evaluation.prompts - result.counts.total
    with st.container(border=True, gap="small"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            st.markdown(f"**{plain(result.name, 60)}**", width="content")
            st.badge(
                {"model": "model", "answers": "answers from a file", "scores": "scores from a file"}[
                    result.kind
                ]
            )
        if not counts.total:
            st.caption("Nothing compared yet.")
            return
        losses = plural(counts.losses, "loss", "losses")
        told = f"{plural(counts.wins, 'win')}, {plural(counts.ties, 'tie')}, {losses}"
        with st.container(horizontal=True, gap="large", vertical_alignment="bottom"):
            st.metric("CRR", percent(counts.crr), width="content", help=term("crr"))
            st.caption(f"95 % interval: {_between(counts.recovered)}", width="content")
        st.plotly_chart(
            charts.outcomes(counts),
            config=CONFIG,
            key=f"eval_bar_{report.evaluation.id}_{result.number}",
            height=36,
            alt=told,
        )
        st.caption(
            f"{told} against {plain(report.name(0), 40) or 'the strong model'}"
            + (f" · {plural(left, 'prompt')} not compared" if left else "")
        )
        if flips(result.health.order_flips) == "poor":
            turned = percent(result.health.order_flips.rate)
            st.caption(
                f":material/warning: The verdict turns with the order in {turned}: what turns is a tie, and "
                "ties make CRR high. With this judge it says little about the candidate."
            )
        if result.one_order:
            st.caption(
                f"{number(result.one_order)} were judged in one order only, so a win took one reading."
            )


def groups(report: Report) -> None:
    """CRR by group, for each candidate, with its interval."""
    names = sorted({name for result in report.results for name in result.groups})
    if not names:
        st.caption("Groups are told once something is compared.")
        return
    if not any(names):
        st.caption("These prompts have no categories. A column called category or use_case gives them some.")
        return
    columns, rows = titles(result.name for result in report.results), []
    for name in names:
        counts = [result.groups.get(name, Tally()) for result in report.results]
        row: dict[str, Any] = {
            "Group": one_line(name or "(none)", 60),
            "Prompts": max(each.total for each in counts),
        }
        alone = len(columns) == 1
        # Figure by figure, so that a narrow page shows every candidate's CRR.
        for figure, told in _FIGURES.items():
            row |= {
                figure if alone else f"{column}: {figure}": told(each)
                for column, each in zip(columns, counts, strict=True)
            }
        rows.append(row)
    if len(report.results) == 1:
        found = [report.results[0].groups[name].recovered for name in names]
        st.plotly_chart(
            charts.recovered([one_line(name or "(none)", 40) for name in names], found),
            config=CONFIG,
            key=f"eval_groups_{report.evaluation.id}",
            alt="CRR by group, with 95 % intervals",
        )
    st.dataframe(pd.DataFrame(rows), hide_index=True, height=tall(len(rows)), alt="CRR by group")
    st.caption("Small groups have wide intervals: compare them with care.")


_FIGURES: dict[str, Callable[[Tally], str]] = {
    "CRR": lambda counts: percent(counts.crr),
    "95 %": lambda counts: _between(counts.recovered) if counts.total else "–",
    "wins · ties · losses": lambda counts: f"{counts.wins} · {counts.ties} · {counts.losses}",
}


def compared(report: Report) -> None:
    """Every two candidates on the same prompts."""
    if not report.compared:
        st.caption("With a second candidate on the same prompts, the two are tested against each other here.")
        return
    rows = [
        {
            "First": one_line(pair.first, 40),
            "Second": one_line(pair.second, 40),
            # What it comes to before what it comes from: a narrow page shows the first columns.
            "CRR apart": "–" if pair.difference is None else f"{100 * pair.difference:+.1f} points",
            "Reading": "likely a difference" if pair.adjusted < 0.05 else "could be chance",
            "p": f"{pair.p:.3g}",
            **({"p over all": f"{pair.adjusted:.3g}"} if len(report.compared) > 1 else {}),
            "Prompts": pair.prompts,
            "Only first recovers": pair.only_first,
            "Only second recovers": pair.only_second,
        }
        for pair in report.compared
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, alt="Candidates compared in pairs")
    st.caption(
        "Exact McNemar test, two-sided, on whether each prompt was recovered (won or tied), of the prompts "
        "that both were judged on. Of many such tests one in twenty comes out under 0.05 by chance: "
        "p over all makes up for that (Holm), and the reading goes by it."
    )


def yardstick(report: Report) -> None:
    """One's own figures above the paper's."""
    names = [one_line(result.name, 36) for result in report.results]
    published = [
        (f"paper: {row.method} {row.target}", row.crr)
        for row in sorted(EVOL_INSTRUCT, key=lambda row: -row.crr)
        if row.method in METHODS
    ]
    st.plotly_chart(
        charts.yardstick(names, [result.counts.recovered for result in report.results], published),
        config=CONFIG,
        key=f"eval_yardstick_{report.evaluation.id}",
        alt="CRR of the candidates above figures of the paper",
    )
    st.caption(f"The paper’s figures: LLaMA against Gemini-Pro on Evol-Instruct, 218 prompts. {CAVEAT}")


def judge(report: Report) -> None:
    """The health of the judge by candidate, and the mean scores that it gave."""
    rows = [
        {"Candidate": one_line(result.name, 40), "Figure": name, "Rate": percent(each.rate)}
        | {"95 %": _between(each), "Of": each.total}
        for result in report.results
        for name, each in (
            ("Verdict flips with the order", result.health.order_flips),
            ("First seat wins", result.health.first_seat),
            ("Longer answer wins", result.health.longer_wins),
            ("Judge’s own answer wins", result.health.own_wins),
        )
        if each.total
    ]
    if rows:
        st.dataframe(pd.DataFrame(rows), hide_index=True, alt="Health of the judge")
    st.caption(
        "In published data one verdict in eight flips with the order, and the longer answer wins two "
        "times in three."
    )
    for result in report.results:
        if result.means:
            st.caption(
                f"{plain(result.name, 40)}: mean scores {score(result.means[0])} for the strong answers, "
                f"{score(result.means[1])} for its own."
            )


def missed(report: Report) -> None:
    """What failed, and why."""
    with st.expander(f"{plural(len(report.missed), 'step')} failed", icon=":material/error:"):
        st.dataframe(
            pd.DataFrame(
                [
                    {
                        "Prompt": each.place + 1,
                        "Whose": one_line(report.name(each.candidate), 40),
                        "Step": each.stage,
                        "Why": one_line(each.reason, 200),
                    }
                    for each in report.missed[:500]
                ]
            ),
            hide_index=True,
            alt="What failed",
        )


def files(report: Report, prompts: Sequence[str]) -> None:
    """The whole evaluation as JSON, and each prompt's verdicts as CSV."""
    columns = titles((result.name for result in report.results), ("prompt",), 200)
    rows = [
        {"prompt": text}
        | {
            column: result.outcomes.get(place, "")
            for column, result in zip(columns, report.results, strict=True)
        }
        for place, text in enumerate(prompts)
    ]
    with st.container(horizontal=True):
        st.download_button(
            "Report as JSON",
            json.dumps(report.as_dict(), ensure_ascii=False, indent=2),
            "evaluation.json",
            "application/json",
            icon=":material/download:",
            on_click="ignore",
            key="eval_json",
        )
        st.download_button(
            "Verdicts as CSV",
            csv_bytes(rows, ["prompt", *columns]),
            "verdicts.csv",
            "text/csv",
            icon=":material/download:",
            on_click="ignore",
            key="eval_csv",
        )


def _between(found: Share) -> str:
    return f"{100 * found.low:.1f} to {100 * found.high:.1f} %"
