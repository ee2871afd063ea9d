"""One ChatModel for a whole run: each request goes to its role's endpoint.

This is the stack in full: the endpoint's own settings are put into the request, then come the call
log, the budget, the limiter and the client. Knows neither projects nor how the built-in server starts.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from types import TracebackType
from typing import Any, Self

from codeclm.llm.budget import Budget
from codeclm.llm.client import Counts
from codeclm.llm.limits import Patience
from codeclm.llm.model import CallLog, Reply, Request
from codeclm.records import Role
from codeclm.settings import Endpoint


class ModelByRole:
    """A ChatModel over one endpoint per role; an async context manager.

    No judge means the strong endpoint. `capabilities` are the dicts that `probe` wrote, by role.
    `typed` are the URLs typed in this command, which may get a key. `builtin_url` gives the address
    of the built-in server and starts it if need be; it may block, and is asked again when the server
    is gone. UsageError: money is limited and a price unknown.
    """

    def __init__(
        self,
        endpoints: Mapping[Role, Endpoint],
        *,
        log: CallLog | None = None,
        budget: Budget | None = None,
        capabilities: Mapping[Role, Mapping[str, Any]] | None = None,
        typed: Collection[str] = (),
        builtin_url: Callable[[Endpoint], str] | None = None,
        slots: int | None = None,
        patience: Patience | None = None,
    ) -> None:
        self.counts = Counts()
        raise NotImplementedError

    async def probe(self) -> dict[Role, dict[str, Any]]:
        """What each endpoint can do, for keeping; uses it from now on. EndpointError: one cannot be used."""
        raise NotImplementedError

    async def complete(self, request: Request) -> Reply:
        """The reply of the endpoint of request.role."""
        raise NotImplementedError

    async def aclose(self) -> None:
        """Close every connection."""
        raise NotImplementedError

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()
