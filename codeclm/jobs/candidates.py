"""Who takes part in an evaluation: the candidates, the endpoint behind each, and the prompts all share.

Roles that were typed go before the project's, and are kept there only where the project has none: a
tuned candidate must not become what the next run tailors to. Nothing here asks a model or reads a file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from codeclm.errors import UsageError
from codeclm.ids import content_id
from codeclm.jobs.order import Order, Setup, edited, endpoint_of, same_model, typed
from codeclm.records import Role, Stage
from codeclm.settings import Config, Endpoint
from codeclm.stages.profiles import make_config, profile_of
from codeclm.store import Store

CandidateKind = Literal["model", "answers", "scores"]
_PROMPTS = "answer_strong", "answer_target", "judge"
_STAGES: frozenset[Stage] = frozenset({"judge"})


@dataclass(frozen=True, slots=True)
class Candidate:
    """What is measured against the strong model: an endpoint, a file of answers, or a file of scores.

    `model` and `url` None: the target's. A name of its own tells apart two models that are called the same.
    """

    name: str = ""
    kind: CandidateKind = "model"
    model: str | None = None
    url: str | None = None
    path: Path | None = None
    answers: Path | None = None
    """Of scores: a file of the answers that got them, to be read beside them."""

    @property
    def called(self) -> str:
        """Its name, or else its file's; empty where it has neither."""
        return self.name or (self.path.stem if self.path else "")


@dataclass(frozen=True, slots=True)
class Ask:
    """What was asked. `prompts` None: a share of the seeds, which are those of export's test split."""

    prompts: Path | None = None
    prompt_field: str | None = None
    input_field: str | None = None
    group_field: str | None = None
    answer_field: str | None = None
    holdout: float | None = None
    by_cluster: bool = False
    """Whether held-out seeds are grouped by their cluster on the map, in place of their use case."""
    strong_answers: Path | None = None
    candidates: tuple[Candidate, ...] = (Candidate(),)
    limit: int | None = None
    retry: bool = False
    order: Order = field(default_factory=Order)
    """Endpoints by role, concurrency and budget."""

    def as_dict(self) -> dict[str, Any]:
        """For the job's row, without paths and addresses."""
        return {
            "prompts": self.prompts.name if self.prompts else "seeds",
            "candidates": [each.name or each.kind for each in self.candidates],
            "budget": self.order.budget,
            "max_calls": self.order.max_calls,
        }


@dataclass(frozen=True, slots=True)
class Asking(Setup):
    """The setup of one candidate, with just the roles that are asked for it."""

    asked: tuple[Role, ...] = ()

    @property
    def roles(self) -> tuple[Role, ...]:
        """The roles to ask."""
        return self.asked

    @property
    def judges_itself(self) -> bool:
        """Whether the judge scores answers that it writes itself."""
        return "strong" in self.asked and same_model(self.endpoints["judge"], self.endpoints["strong"])


def endpoint_in_force(store: Store, order: Order, role: Role) -> Endpoint:
    """The endpoint of a role: what was typed, else the project's; a judge is the strong one by default."""
    before = store.settings.endpoints()[role]
    if role in typed(store, order):
        return endpoint_of(role, order, before)
    if role == "judge" and not store.settings.get("endpoints", {}).get("judge"):
        return endpoint_in_force(store, order, "strong")
    return before


def keep(store: Store, order: Order) -> None:
    """Keep the endpoints that were typed for roles that the project has none for yet."""
    kept: Mapping[str, Any] = store.settings.get("endpoints", {})
    before = store.settings.endpoints()
    for role in typed(store, order):
        if not kept.get(role):
            store.settings.set_endpoint(role, endpoint_of(role, order, before[role]))


def model_of(candidate: Candidate, target: Endpoint) -> Endpoint | None:
    """The endpoint of a candidate; None: its answers come from a file."""
    if candidate.path is not None:
        return None
    if candidate.model is None and candidate.url is None:
        return target
    order = Order(
        urls={"target": candidate.url} if candidate.url else {},
        models={"target": candidate.model} if candidate.model else {},
    )
    return endpoint_of("target", order, target)


def names_of(candidates: tuple[Candidate, ...], models: list[Endpoint | None]) -> list[str]:
    """What each candidate is called. UsageError: two are called the same."""
    names = [
        each.called or (model.model if model else "target")
        for each, model in zip(candidates, models, strict=True)
    ]
    for name in names:
        if names.count(name) > 1:
            raise UsageError(f"two candidates are called {name}; name them, as in --candidate NAME=MODEL")
    return names


def config_of(store: Store, endpoints: Mapping[Role, Endpoint], models: list[Endpoint]) -> Config:
    """One set of prompts for all, those that were edited in the project among them: no candidate's answers
    may come from other words than another's, and the judge goes by the rules that it has in runs."""
    same = next((each for each in models if each.model == endpoints["strong"].model), None)
    dials = store.settings.dials()
    mine = edited(store, profile_of(endpoints["strong"], dials))
    made = make_config(
        {**endpoints, "target": same or endpoints["target"]},
        dials,
        {name: text for name, text in mine.items() if name in _PROMPTS},
    )
    return made.model_copy(update={"models": {**made.models, "target": ""}})


def own_prompts(store: Store, ask: Ask, config: Config, models: list[Endpoint]) -> list[str]:
    """The prompts asked with, by name, that were edited in the project: with others a CRR is another."""
    unasked = {"answer_strong": ask.strong_answers is not None, "answer_target": not models}
    mine = edited(store, config.profile)
    return [name for name in _PROMPTS if name in mine and not unasked.get(name)]


def setup_of(
    store: Store,
    ask: Ask,
    endpoints: Mapping[Role, Endpoint],
    config: Config,
    candidate: Candidate,
    model: Endpoint | None,
    name: str,
) -> Asking:
    """The setup of one candidate. Its name, where it is not its model's, moves the seed of its answers."""
    roles: dict[Role, Endpoint] = {**endpoints, "target": model or endpoints["judge"]}
    asked: list[Role] = ["target"] if model else []
    if ask.strong_answers is None:
        asked.append("strong")
    else:
        roles["strong"] = endpoints["judge"]
    seed = config.seed
    if model is not None and name != model.model:
        seed = int(content_id("candidate", name=name, seed=config.seed)[:7], 16)
    own = config.model_copy(
        update={"seed": seed, "models": {**config.models, "target": roles["target"].model}}
    )
    if ask.order.concurrency is not None:
        width = {"concurrency": ask.order.concurrency}
        roles = {role: endpoint.model_copy(update=width) for role, endpoint in roles.items()}
    urls: dict[Role, str] = {**ask.order.urls, **({"target": candidate.url} if candidate.url else {})}
    return Asking(
        replace(ask.order, urls=urls), _STAGES, roles, store.settings.dials(), own, (*asked, "judge")
    )
