"""The models of a run: opened with what the project knows of its endpoints, probed where it does not.

Knows where keys may go only by asking llm.keys, and starts the built-in server only when it is asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from codeclm import builtin
from codeclm.jobs.order import Setup, same_model
from codeclm.jobs.stopping import Gate
from codeclm.llm import keys
from codeclm.llm.roles import CEILING, ModelByRole
from codeclm.settings import Endpoint
from codeclm.store import RunLog, Store, Writer

_KEPT = "capabilities"

WIDEST = 4096
"""Lineages at once, whatever is asked for: no machine has as many connections, and each takes memory."""


def slots(setup: Setup) -> int | None:
    """How many requests the built-in server answers at once; it is started for that. None: not used."""
    used = [setup.endpoints[role].model for role in setup.roles if setup.endpoints[role].builtin]
    return min((builtin.ensure(model).slots for model in dict.fromkeys(used)), default=None)


def room(setup: Setup, slots: int | None) -> dict[str, int]:
    """The most requests in flight, by the URL of each server that the stages ask."""
    found: dict[str, int] = {}
    for endpoint in (setup.endpoints[role] for role in setup.roles):
        most = endpoint.concurrency or (slots if endpoint.builtin else None) or CEILING
        found[endpoint.url] = max(most, found.get(endpoint.url, 0))
    return found


def width(setup: Setup, slots: int | None) -> int:
    """How many lineages to grow at once: enough to fill every server, and a few that compute meanwhile."""
    return min(WIDEST, 1 + sum(room(setup, slots).values()) * 5 // 4)


def open_models(store: Store, writer: Writer, setup: Setup, gate: Gate, slots: int | None) -> ModelByRole:
    """The models of the roles that the stages ask, over the call log. UsageError: a price is unknown."""
    endpoints = {role: setup.endpoints[role] for role in setup.roles}
    known = store.settings.get(_KEPT, {})
    return ModelByRole(
        endpoints,
        log=RunLog(store, writer),
        budget=gate,
        capabilities={role: known[_name(e)] for role, e in endpoints.items() if _name(e) in known},
        typed=tuple(setup.order.urls.values()),
        builtin_url=lambda endpoint: builtin.ensure(endpoint.model).url,
        slots=slots,
    )


async def probe(store: Store, writer: Writer, setup: Setup, models: ModelByRole) -> None:
    """Find out, once for a project, what its endpoints can do. EndpointError: one cannot be used."""
    known: Mapping[str, Any] = store.settings.get(_KEPT, {})
    if all(_name(setup.endpoints[role]) in known for role in setup.roles):
        return
    found = {_name(setup.endpoints[role]): can for role, can in (await models.probe()).items()}
    writer.submit(lambda store: store.settings.set(_KEPT, {**known, **found}))


def warnings(setup: Setup) -> Iterator[str]:
    """What a person should know of these endpoints before a run."""
    if setup.judges_itself:
        yield "the strong model judges its own answers; give another judge with --judge-url and --judge-model"
    if "answer" in setup.stages and same_model(setup.endpoints["strong"], setup.endpoints["target"]):
        yield "strong and target are one model: this shows the work, and few or no pairs may be kept"
    for role in setup.roles:
        endpoint = setup.endpoints[role]
        if not endpoint.builtin and keys.withheld(role, endpoint.url, tuple(setup.order.urls.values())):
            how = keys.way(role, endpoint.url)
            yield f"{role}: no key is sent to {endpoint.url}, which nobody confirmed: {how}"


def _name(endpoint: Endpoint) -> str:
    return f"{endpoint.url} {endpoint.model}"
