"""What a run was asked to do, and what that means for one project: endpoints, dials, config.

What is typed goes before what the project holds, and that before the built-in model. Nothing here
asks a model or knows how words were typed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from codeclm.errors import UsageError
from codeclm.llm.prices import prices_of
from codeclm.pipeline import DEFAULT_STAGES
from codeclm.records import ROLES, Role, Stage
from codeclm.settings import BUILTIN_MODEL, Config, Dials, Endpoint, Prices, Profile
from codeclm.stages.profiles import make_config, profile_of
from codeclm.store import Store

NEEDS: Mapping[Role, frozenset[Stage]] = {
    "strong": frozenset({"encode", "decode", "rubrics", "answer"}),
    "target": frozenset({"answer"}),
    "judge": frozenset({"judge"}),
}
"""The stages that ask each role."""

_CALLED: Mapping[Role, str] = {"strong": "the strong model", "target": "the target", "judge": "the judge"}

TEMPLATES = "templates"
"""The setting that holds, by profile and name, the prompts that were edited in a project."""


@dataclass(frozen=True, slots=True)
class Order:
    """What was asked. None, or nothing: as the project has it, or no limit."""

    stages: tuple[Stage, ...] | None = None
    dials: Mapping[str, Any] = field(default_factory=dict)
    urls: Mapping[Role, str] = field(default_factory=dict)
    models: Mapping[Role, str] = field(default_factory=dict)
    prices: Mapping[Role, tuple[float, float]] = field(default_factory=dict)
    """US dollars for a million tokens of prompts and of replies."""
    concurrency: int | None = None
    limit: int | None = None
    """The first so many seeds, in order of import."""
    budget: float | None = None
    """US dollars."""
    max_calls: int | None = None
    augment_to: int | None = None
    accept_mixed: bool = False
    retry: bool = False
    """Only what failed, at a raised attempt."""
    only: frozenset[str] | None = None
    """Seeds and metadata to keep to; None: all."""

    def as_dict(self) -> dict[str, Any]:
        """What a job's row and a quote keep: all but addresses, prices and `accept_mixed`. Of `only` it keeps
        that it is so, which makes a run that retries nothing the pilot of a quote.
        """
        return {
            "stages": None if self.stages is None else list(self.stages),
            "dials": dict(self.dials),
            "models": dict(self.models),
            "concurrency": self.concurrency,
            "limit": self.limit,
            "budget": self.budget,
            "max_calls": self.max_calls,
            "augment_to": self.augment_to,
            "retry": self.retry,
            "pilot": self.pilot,
        }

    @property
    def pilot(self) -> bool:
        """Whether it is the pilot of a quote: it keeps to some, and retries nothing."""
        return self.only is not None and not self.retry

    @property
    def wanted(self) -> frozenset[Stage]:
        """The stages to run. UsageError: augment without a number, or a number without augment."""
        if self.stages is None:
            return DEFAULT_STAGES | ({"augment"} if self.augment_to else set())
        if "augment" in self.stages and not self.augment_to:
            raise UsageError("stage augment: say how many metadata there shall be, with --augment-to N")
        if self.augment_to and "augment" not in self.stages:
            raise UsageError("--augment-to: add augment to --stages, or leave --stages out")
        return frozenset(self.stages)


@dataclass(frozen=True, slots=True)
class Setup:
    """An order as it stands in one project. `endpoints` has every role: without a judge, strong's"""

    order: Order
    stages: frozenset[Stage]
    endpoints: Mapping[Role, Endpoint]
    dials: Dials
    config: Config

    @property
    def roles(self) -> tuple[Role, ...]:
        """The roles that the stages ask."""
        return tuple(role for role in ROLES if NEEDS[role] & self.stages)

    @property
    def judges_itself(self) -> bool:
        """Whether the strong model scores its own answers."""
        return "judge" in self.stages and same_model(self.endpoints["judge"], self.endpoints["strong"])


def same_model(one: Endpoint, other: Endpoint) -> bool:
    """Whether two endpoints are one model at one address."""
    return (one.url, one.model) == (other.url, other.model)


def unpriced(endpoints: Mapping[Role, Endpoint]) -> str:
    """Those of these models whose price is unknown, in words, as "the target and the judge"; empty: none."""
    strong = endpoints["strong"]
    found = [_CALLED[role] for role in ROLES if prices_of(endpoints.get(role, strong)) is None]
    if endpoints.get("judge", strong) == strong:
        found = [name for name in found if name != _CALLED["judge"]]
    return " and ".join(filter(None, (", ".join(found[:-1]), *found[-1:])))


def set_up(store: Store, order: Order) -> Setup:
    """Keep in the project what was typed, and make its config the current one; of a pilot keep only what its
    results are found by. UsageError: what a retry is to try again failed under another config.
    """
    with store.write():
        setup = as_it_stands(store, order)
        if order.pilot:
            store.settings.keep_config(setup.config)
            return setup
        if order.retry and another(store, setup.config):
            raise UsageError(
                "what failed was asked with other models, prompts or random seed than are set now: "
                "set those again to retry it, or run with these"
            )
        store.settings.set_dials(setup.dials)
        store.settings.use_config(setup.config)
    return setup


def as_it_stands(store: Store, order: Order) -> Setup:
    """The order in the project as that is. Endpoints that were typed are kept there; dials and the current
    config, by which results are shown, stay as they are.
    """
    stages = order.wanted
    with store.write():
        dials = Dials.read({**store.settings.dials().model_dump(), **order.dials})
        for role in typed(store, order):
            before = store.settings.endpoints()[role]
            store.settings.set_endpoint(role, endpoint_of(role, order, before))
        roles = store.settings.endpoints()
        config = config_for(store, roles, dials)
    return Setup(order, stages, {role: _limited(roles[role], order) for role in ROLES}, dials, config)


def another(store: Store, config: Config) -> bool:
    """Whether the results that are shown are those of another config."""
    shown = store.settings.config()
    return shown is not None and shown.id != config.id


def typed(store: Store, order: Order) -> tuple[Role, ...]:
    """The roles of which something was typed. UsageError: only prices, of a judge that is the strong one."""
    named = {*order.urls, *order.models}
    if "judge" in {*order.prices} - named and not store.settings.get("endpoints", {}).get("judge"):
        raise UsageError(
            "--judge-prices: the strong model is the judge: use --strong-prices, or name a judge"
        )
    return tuple(role for role in ROLES if role in named or role in order.prices)


def config_for(store: Store, endpoints: Mapping[Role, Endpoint], dials: Dials) -> Config:
    """The config of these settings, with the prompts that were edited in this project."""
    return make_config(endpoints, dials, edited(store, profile_of(endpoints["strong"], dials)))


def edited(store: Store, profile: Profile) -> Mapping[str, str]:
    """The prompts of a profile that were edited in this project, by name."""
    found: Mapping[str, str] = store.settings.get(TEMPLATES, {}).get(profile, {})
    return found


def endpoint_of(role: Role, order: Order, before: Endpoint) -> Endpoint:
    """What was typed over what was there; another address or model sheds what was set for the old one."""
    endpoint = _named(role, order, before)
    if role not in order.prices:
        return endpoint
    prompt, completion = order.prices[role]
    return endpoint.model_copy(update={"prices": Prices(prompt=prompt, completion=completion)})


def _named(role: Role, order: Order, before: Endpoint) -> Endpoint:
    url, model = order.urls.get(role), order.models.get(role)
    fresh = Endpoint.read({"url": url or before.url, "model": model or before.model})
    if same_model(fresh, before):
        return before
    if model is None and before.builtin and not fresh.builtin:
        raise UsageError(f"--{role}-url: name the model there too, with --{role}-model NAME")
    if model is None and fresh.builtin:
        return Endpoint(url=fresh.url, model=BUILTIN_MODEL)
    return fresh


def _limited(endpoint: Endpoint, order: Order) -> Endpoint:
    if order.concurrency is None:
        return endpoint
    return endpoint.model_copy(update={"concurrency": order.concurrency})
