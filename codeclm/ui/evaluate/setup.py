"""Setting an evaluation up: prompts, candidates, strong answers, judge, limits; then one button."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import streamlit as st

from codeclm import ingest
from codeclm.errors import UsageError
from codeclm.evaluate import tables
from codeclm.evaluate.tables import Asked
from codeclm.export import apart
from codeclm.export.families import in_test
from codeclm.export.writing import SPLIT
from codeclm.projects import Project
from codeclm.settings import Endpoint
from codeclm.store import Store
from codeclm.ui import uploads
from codeclm.ui.evaluate import job
from codeclm.ui.evaluate import models as evaluate_models
from codeclm.ui.guard import guard, guarded
from codeclm.ui.page import go
from codeclm.ui.text import number, one_line, plain, plural

_FILE, _SEEDS = "A file", "Held-out seeds"
_SHARE = "eval_share"
"""The field with the share of the seeds, in per cent."""
_NOBODY = "Choose at least one candidate."


@dataclass
class Plan:
    """The words that name files in the command that is being put together, and what it comes to."""

    words: list[str] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    """The prompts of a file, which files of answers and scores are tried on before anything is started."""
    source: str = ""
    """Names that file and its column."""
    prompts: int = 0
    models: int = 0
    strong_asked: bool = True
    files: int = 0
    scores: int = 0

    @property
    def candidates(self) -> int:
        """How many there are."""
        return self.models + self.files + self.scores

    @property
    def calls(self) -> int:
        """What it asks at most, where nothing is in the cache."""
        judged = self.models + self.files
        return self.prompts * (self.models + 2 * judged + (self.strong_asked and judged > 0))


def setup(project: Project) -> None:
    """The whole form."""
    with project.open(readonly=True) as store:
        endpoints = store.settings.endpoints()
    plan = Plan()
    with st.grid(2, min_column_width=380, gap="medium"):
        left, right = st.container(), st.container()
    with left.container(border=True):
        st.markdown("**Prompts**")
        with guard(stop=False):
            _prompts(plan, project)
    with right.container(border=True):
        st.markdown("**Candidates**")
        with guard(stop=False):
            _candidates(plan, endpoints["target"])
    with right.container(border=True):
        st.markdown("**Compared with**")
        _strong(plan, endpoints["strong"])
    with left.container(border=True):
        st.markdown("**Judge and limits**")
        _judge(plan, endpoints["judge"], endpoints["strong"])
    _button(project, plan)


def _prompts(plan: Plan, project: Project) -> None:
    how = st.segmented_control(
        "Where from", [_FILE, _SEEDS], default=_FILE, required=True, key="eval_prompts",
        label_visibility="collapsed", persist_state="session",
    )  # fmt: skip
    if how == _SEEDS:
        _held_out(plan, project)
        return
    file = uploads.upload(
        "Test prompts, one a row",
        "eval_file",
        "A column called prompt, instruction, question or text; one called category makes groups.",
    )
    if file is None:
        st.caption("Prompts the candidates were not trained on, such as a public test set or your own.")
        return
    table = uploads.table(file.path)
    column = _column(table, f"eval_field {file.id}")
    if column is None:
        st.info("Choose the column that holds the prompt.", icon=":material/arrow_upward:")
        return
    found = tables.prompts(table, column)
    groups = sorted({each.prompt.group for each in found.records if each.prompt.group})
    plan.prompts = len(found.records)
    plan.words += [str(file.path), f"--field={column}"]  # in one word: it may begin with a hyphen
    plan.asked, plan.source = found.records, f"{file.path} {column}"
    with st.container(horizontal=True):
        st.badge(plural(plan.prompts, "prompt"), color="green")
        if groups:
            st.badge(plural(len(groups), "group"), color="gray")
        if found.rejected:
            st.badge(f"{number(len(found.rejected))} rejected", color="red")
    st.caption("First: " + plain(found.records[0].prompt.text, 160))


def _column(table: ingest.Table, key: str) -> str | None:
    """The column that holds the prompt; None: it is still to be chosen."""
    names = [column.name for column in table.columns]
    if len(names) < 2:
        return table.guess
    chosen: str | None = st.selectbox(
        "Column with the prompt",
        names,
        index=names.index(table.guess) if table.guess in names else None,
        placeholder="Choose a column",
        key=key,
        persist_state="session",
        format_func=lambda name: one_line(name, 60),
    )
    return chosen


def _held_out(plan: Plan, project: Project) -> None:
    """Seeds that an export keeps out of the training part: as many as the last one did."""
    with project.open(readonly=True) as store:
        seeds = store.seeds.ids()
        share = st.slider("Share of the seeds", 1, 50, _exported(store), format="%d %%", key=_SHARE,
                          persist_state="session")  # fmt: skip
        seen, exported = apart.seen(store, share / 100), apart.last(store)
    plan.prompts = sum(in_test(seed, share / 100) for seed in seeds)
    st.caption(
        f"{plural(plan.prompts, 'seed')} of {number(len(seeds))}: those whose offspring an export with this "
        "test share keeps out of the training part. The paper holds 20 % back."
    )
    if not seen:
        return
    st.warning(seen, icon=":material/warning:")
    if exported:
        st.button(
            "Take just the exported test part",
            icon=":material/undo:",
            on_click=_take,
            args=(project,),
            key="eval_as_exported",
        )
    else:
        go("Export", "Export with this test part", export_split="true", export_share=str(share))


def _exported(store: Store) -> int:
    """The share of the seeds, in per cent, that the last export kept apart, or that one does unasked."""
    return max(1, min(50, int(100 * (apart.last(store) or SPLIT) + 1e-9)))


@guarded
def _take(project: Project) -> None:
    with project.open(readonly=True) as store:
        st.session_state[_SHARE] = _exported(store)


def _candidates(plan: Plan, target: Endpoint) -> None:
    evaluate_models.fields(target)
    plan.models = len(evaluate_models.words())
    answers = _files(
        plan,
        "answers",
        "Files of answers",
        "A candidate each, called as its file is; rows find their prompt by question_id or prompt.",
    )
    scores = _files(
        plan,
        "scores",
        "Files of scores",
        "A candidate each, judged elsewhere, and no call is made. Columns: strong_score and target_score, or "
        "score as a pair. Its answers are not needed; under the same file name they can be read beside.",
    )
    plan.files, plan.scores = len(answers - scores), len(scores)


def _files(plan: Plan, kind: str, label: str, text: str) -> set[str]:
    """What the candidates of the uploads are called."""
    found = set()
    for _, path, _ in uploads.uploads(label, f"eval_{kind}", text):
        with guard(stop=False):
            _told(plan, kind, path)
            plan.words += [f"--{kind}", f"{path.stem}={path}"]
            found.add(path.stem)
    return found


def _told(plan: Plan, kind: str, path: Path) -> None:
    """How many of the prompts a file is about. InputError: none, or it is no such file."""
    if not plan.asked:
        return
    met, rejected = _met(path, kind, plan.source, plan.asked)
    with st.container(horizontal=True):
        whole = met == len(plan.asked)
        st.badge(
            f"{plain(path.name, 40)}: {number(met)} of {plural(len(plan.asked), 'prompt')}",
            color="green" if whole else "orange",
        )
        if rejected:
            st.badge(
                f"{plural(len(rejected), 'row')} unused",
                color="red",
                help=f"Row {rejected[0].row}: {plain(rejected[0].reason, 200)}",
            )


@st.cache_resource(max_entries=16, ttl="1h", show_spinner="Looking at the file…")
def _met(path: Path, kind: str, source: str, _asked: list[Asked]) -> tuple[int, list[ingest.Rejected]]:
    table = uploads.table(path)
    if kind == "scores":
        found = tables.scores(table, _asked)
        return len(found.scores), found.rejected
    found = tables.answers(table, _asked)
    return len(found.answers), found.rejected


def _chosen(project: Project) -> list[str]:
    """The words for all but files, as the fields stand now: at a press that may be more than was drawn."""
    state = st.session_state
    words = evaluate_models.words()
    if state["eval_prompts"] == _SEEDS:
        with project.open(readonly=True) as store:
            share = state.get(_SHARE) or _exported(store)
        words = ["--holdout", f"{share / 100:g}", *words]
    for name, key in (("--limit", "eval_limit"), ("--max-calls", "eval_calls")):
        words += [name, str(state[key])] if state[key] else []
    return words


def _strong(plan: Plan, strong: Endpoint) -> None:
    if plan.scores and not plan.models + plan.files:
        st.caption("The scores say it: no answer of the project's strong model plays a part.")
        return
    st.caption(f"The strong model’s answers to the same prompts: {plain(strong.model, 60)}.")
    file = uploads.upload("Or a file of its answers", "eval_strong", "Then the strong model is not asked.")
    if file is not None:
        with guard(stop=False):
            _told(plan, "answers", file.path)
            plan.strong_asked = False
            plan.words += ["--strong-answers", str(file.path)]


def _judge(plan: Plan, judge: Endpoint, strong: Endpoint) -> None:
    reasons = "scores alone: it is too small to give reasons" if judge.builtin else "with its reasons kept"
    st.caption(f"{plain(judge.model, 60)}, at temperature 0, in both orders, {reasons}.")
    if (judge.url, judge.model) == (strong.url, strong.model) and plan.strong_asked:
        st.warning(
            "The strong model would judge its own answers, which lowers CRR. Another judge is fairer.",
            icon=":material/balance:",
        )
    go("Models", "Choose models")
    limit = st.number_input(
        "Only the first prompts",
        1,
        None,
        None,
        key="eval_limit",
        placeholder="all",
        help="For a first look.",
        persist_state="session",
    )
    if limit:
        plan.prompts = min(plan.prompts, limit)
    st.number_input(
        "Stop after this many calls", 1, None, None, key="eval_calls", placeholder="no limit",
        help="It can go on later: what is answered is never asked again.", persist_state="session",
    )  # fmt: skip


def _button(project: Project, plan: Plan) -> None:
    ready = plan.prompts > 0 and plan.candidates > 0
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            f"Evaluate on {plural(plan.prompts, 'prompt')}" if ready else "Evaluate",
            type="primary",
            icon=":material/play_arrow:",
            disabled=not ready,
            on_click=_start,
            args=(project, list(plan.words)),
            key="evaluate_start",
        )
        if not ready:
            st.caption(
                _NOBODY if plan.prompts else "No prompts yet: give a file and the column that holds them.",
                width="content",
            )
        elif plan.calls:
            st.caption(
                f"At most about {number(plan.calls)} calls; what was asked before is free.", width="content"
            )
        else:
            st.caption("No model is asked: the scores are there.", width="content")


@guarded
def _start(project: Project, files: list[str]) -> None:
    if not evaluate_models.words() and not {"--answers", "--scores"} & set(files):
        raise UsageError(_NOBODY)  # the command would take the target
    job.start(project, [*files, *_chosen(project)])
    st.session_state["evaluate_part"] = "Results"
