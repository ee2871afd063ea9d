"""Finds out what an endpoint can do, with a few small requests. Keeps nothing: that is for the caller."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from codeclm.llm.capabilities import Capabilities
from codeclm.records import Role
from codeclm.settings import Endpoint


@dataclass(frozen=True, slots=True)
class Report:
    """What the test button shows. `problem` is one line; empty where all is well."""

    reachable: bool
    model_found: bool | None = None
    """None: the endpoint does not list its models."""
    capabilities: Capabilities | None = None
    seconds: float = 0.0
    tokens_per_second: float = 0.0
    key_sent: bool = False
    problem: str = ""


async def probe(
    endpoint: Endpoint, key: str | None, role: Role = "strong", url: Callable[[Endpoint], str] | None = None
) -> Capabilities:
    """How requests to `endpoint` must be written. EndpointError where it cannot be used at all.

    `url` gives the address of the built-in model's server.
    """
    raise NotImplementedError


async def test(
    endpoint: Endpoint, key: str | None, role: Role = "strong", url: Callable[[Endpoint], str] | None = None
) -> Report:
    """Try one small request, and say what works. Never raises a ModelError."""
    raise NotImplementedError
