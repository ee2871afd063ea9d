"""An evaluation as it stands in a project: its prompts, what its files say, and whom it has to ask.

Nothing here asks a model.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from codeclm import ingest
from codeclm.errors import UsageError
from codeclm.evaluate import tables
from codeclm.evaluate.tables import Asked
from codeclm.export.clusters import clusters_of
from codeclm.export.families import in_test
from codeclm.ids import content_id
from codeclm.jobs.candidates import (
    Ask,
    Asking,
    config_of,
    endpoint_in_force,
    keep,
    model_of,
    names_of,
    own_prompts,
    setup_of,
)
from codeclm.records import ROLES, Scores
from codeclm.settings import Config, Endpoint
from codeclm.store import Given, Missed, Prompt, Store

NO_ANSWER = "the file has no answer to this prompt"
NO_SCORES = "the file has no scores of this prompt"
"""Why a prompt is missed where no model is asked."""


@dataclass(frozen=True, slots=True)
class Trial:
    """An evaluation as it stands in a project. `setups` has one for each candidate that asks a model."""

    id: str
    prompts: list[Prompt]
    config: Config
    setups: dict[int, Asking]
    rejected: list[ingest.Rejected]


@dataclass(slots=True)
class _Files:
    """What the files of an evaluation hold, by candidate number; 0 is the strong model."""

    answers: dict[int, dict[int, Given]] = field(default_factory=dict)
    scores: dict[int, dict[int, tuple[Scores, ...]]] = field(default_factory=dict)
    rejected: list[ingest.Rejected] = field(default_factory=list)


def prepare(store: Store, ask: Ask) -> Trial:
    """Put an evaluation and what its files hold into the project. One that is there already is gone on with.

    UsageError: what was asked cannot be; InputError: a file cannot be used.
    """
    whole, rejected = _prompts(store, ask)
    files = _read(ask, whole)
    asked = whole[: ask.limit]
    endpoints = {role: endpoint_in_force(store, ask.order, role) for role in ROLES}
    models = [model_of(each, endpoints["target"]) for each in ask.candidates]
    names = names_of(ask.candidates, models)
    asking = [model for model in models if model]
    config = config_of(store, endpoints, asking)
    judged = any(each.kind != "scores" for each in ask.candidates)
    own = own_prompts(store, ask, config, asking) if judged else []
    spec = {
        "prompts": {"source": ask.prompts.name if ask.prompts else "seeds", "holdout": ask.holdout},
        "strong": _strong(ask, endpoints["strong"], files, judged),
        "candidates": [
            {
                "name": name,
                "kind": each.kind,
                "model": model.model if model else None,
                "file": _digest(files, at),
            }
            for at, (name, each, model) in enumerate(zip(names, ask.candidates, models, strict=True), 1)
        ],
        "judge": endpoints["judge"].model if judged else None,
        "config": config.model_dump(mode="json") if judged else None,
        **({"edited": own} if own else {}),
    }  # fmt: skip
    prompts = [each.prompt for each in asked]
    with store.write():
        keep(store, ask.order)
        evaluation = store.evaluations.add(spec, prompts)
        # What a file lacks is missed again after it, as no other attempt brings it: a model would be asked.
        if ask.retry:
            store.evaluations.retry(evaluation)
        _fill(store, evaluation, files, len(prompts))
    setups = {
        at: setup_of(store, ask, endpoints, config, each, model, names[at - 1])
        for at, (each, model) in enumerate(zip(ask.candidates, models, strict=True), 1)
        if each.kind != "scores"
    }
    return Trial(evaluation, prompts, config, setups, rejected + files.rejected)


def prompts_of(store: Store, ask: Ask) -> list[Prompt]:
    """The prompts that are asked for. UsageError: neither or both of a file and a share of the seeds."""
    return [each.prompt for each in _prompts(store, ask)[0][: ask.limit]]


def look(ask: Ask) -> None:
    """Read the files of an evaluation, for which no project is needed. Raises as `prepare` does of them."""
    if found := _asked(ask):
        _read(ask, found[0])


def _asked(ask: Ask) -> tuple[list[Asked], list[ingest.Rejected]] | None:
    """The prompts of a file, beyond the limit too; None: a share of the seeds is asked for."""
    if (ask.prompts is None) == (ask.holdout is None):
        raise UsageError("give either a file of prompts or --holdout SHARE, a share of the seeds")
    if ask.prompts is None:
        return None
    parsed = tables.prompts(ingest.read(ask.prompts), ask.prompt_field, ask.input_field, ask.group_field)
    return parsed.records, parsed.rejected


def _prompts(store: Store, ask: Ask) -> tuple[list[Asked], list[ingest.Rejected]]:
    if found := _asked(ask):
        return found
    cases = {row.seed: row.labels.use_case for row in store.metadata.page(limit=None) if row.seed}
    if ask.by_cluster:
        cases = dict(clusters_of(store, "seeds"))
    held = [seed for seed in store.seeds.page(limit=None) if in_test(seed.id, ask.holdout or 0.0)]
    if not held:
        raise UsageError(
            f"--holdout {ask.holdout:g}: no seed falls into that share; give a larger one, or a file"
        )
    return [Asked(Prompt(seed.text, cases.get(seed.id, "")), seed.id) for seed in held], []


def _read(ask: Ask, asked: list[Asked]) -> _Files:
    files = _Files()
    if ask.strong_answers is not None:
        found = tables.answers(ingest.read(ask.strong_answers), asked, ask.answer_field, ask.limit)
        files.answers[0] = found.answers
        files.rejected += found.rejected
    for at, each in enumerate(ask.candidates, 1):
        if each.path is None:
            continue
        if each.kind == "scores":
            found = tables.scores(ingest.read(each.path), asked, ask.limit)
            files.scores[at] = found.scores
            files.rejected += found.rejected
        answers = each.answers if each.kind == "scores" else each.path
        if answers is not None:
            found = tables.answers(ingest.read(answers), asked, ask.answer_field, ask.limit)
            files.answers[at] = found.answers
            files.rejected += found.rejected
    return files


def _strong(ask: Ask, endpoint: Endpoint, files: _Files, judged: bool) -> dict[str, Any]:
    if ask.strong_answers is not None:
        return {"name": ask.strong_answers.stem, "kind": "answers", "model": None, "file": _digest(files, 0)}
    name = endpoint.model if judged else ""
    return {"name": name, "kind": "model" if judged else "scores", "model": name or None, "file": None}


def _digest(files: _Files, number: int) -> str | None:
    """Names what its files said, so that other files are another evaluation."""
    answers = {place: [each.text, each.truncated] for place, each in files.answers.get(number, {}).items()}
    scores = {
        place: [[each.strong, each.target] for each in orders]
        for place, orders in files.scores.get(number, {}).items()
    }
    named = {"answers": number in files.answers and answers, "scores": number in files.scores and scores}
    said = [content_id(kind, said=sorted(each.items())) for kind, each in named.items() if each is not False]
    return "+".join(said) or None


def _fill(store: Store, evaluation: str, files: _Files, prompts: int) -> None:
    room = store.evaluations
    for number, answers in files.answers.items():
        room.add_answers(evaluation, number, answers.items())
        unanswered = set() if number in files.scores else set(range(prompts)) - answers.keys()
        for place in sorted(unanswered):
            room.miss(evaluation, Missed(number, place, "answer", NO_ANSWER))
    for number, scores in files.scores.items():
        room.add_scores(evaluation, number, scores.items())
        for place in sorted(set(range(prompts)) - scores.keys()):
            room.miss(evaluation, Missed(number, place, "judge", NO_SCORES))
