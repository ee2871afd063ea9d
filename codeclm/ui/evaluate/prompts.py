"""Each test prompt of an evaluation: who won, both answers, and the judge's reasons in both orders."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from codeclm.evaluate.report import Report
from codeclm.projects import Project
from codeclm.store import Given, Prompt
from codeclm.ui.table import PAGE, offset, pager, rows_key, tall, titles
from codeclm.ui.text import body, one_line, plain, score

OUTCOMES = ("all", "win", "tie", "loss")


def browse(project: Project, report: Report, prompts: list[Prompt]) -> None:
    """A table of prompts with their verdicts; the chosen one in full below."""
    first = report.results[0]
    wanted = st.pills(
        f"Verdict for {plain(first.name, 40)}",
        OUTCOMES,
        default="all",
        required=True,
        key="eval_outcome",
        bind="query-params",
    )
    places = [place for place in range(len(prompts)) if wanted in ("all", first.outcomes.get(place))]
    start = offset("eval_page", len(places))
    shown = places[start : start + PAGE]
    columns = titles((result.name for result in report.results), ("Prompt", "Group"))
    rows = [
        {
            # Verdicts first: on a narrow page the prompt fills the rest.
            **{
                column: result.outcomes.get(place, "–")
                for column, result in zip(columns, report.results, strict=True)
            },
            "Prompt": one_line(prompts[place].text, 300),
            "Group": one_line(prompts[place].group, 40),
        }
        for place in shown
    ]
    picked = st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key=rows_key(f"eval_rows_{report.evaluation.id}", map(str, shown)),
        column_config={"Prompt": st.column_config.TextColumn(width=560)},
        height=tall(len(rows)),
        alt="Prompts and their verdicts",
    )
    pager("eval_page", len(places), "prompts")
    chosen = picked["selection"]["rows"]
    if not chosen:
        st.caption("Choose a row to read the answers and the judge’s reasons.")
        return
    _whole(project, report, prompts, shown[chosen[0]])


def _whole(project: Project, report: Report, prompts: list[Prompt], place: int) -> None:
    evaluation = report.evaluation.id
    with project.open(readonly=True) as store:
        room = store.evaluations
        numbers = [0, *(result.number for result in report.results)]
        answers = {number: room.answers(evaluation, number).get(place) for number in numbers}
        why = {number: room.explained(evaluation, number, place) for number in numbers[1:]}
    with st.container(border=True):
        st.caption("The prompt")
        body(prompts[place].text)
    with st.grid(2, min_column_width=340):
        _answer(report.name(0) or "strong", ":blue-badge[strong]", answers[0])
        for result in report.results:
            _answer(result.name, ":orange-badge[candidate]", answers[result.number])
    for result in report.results:
        for number, order in enumerate(why[result.number]):
            seat = "strong answer first" if number == 0 else "candidate first"
            st.markdown(
                f"**{plain(result.name, 40)}**, {seat}: strong {score(order.strong)}, "
                f"candidate {score(order.target)}"
            )
            body(order.rationale, "No reasons were given.")


def _answer(name: str, badge: str, given: Given | None) -> None:
    with st.container(border=True):
        st.markdown(f"{badge} {plain(name, 40)}" + (" :gray-badge[cut]" if given and given.truncated else ""))
        if given is None:
            st.caption("Not in the project.")
        else:
            body(given.text)
