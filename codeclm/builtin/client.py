"""Finding, starting and ending the built-in model's server from the side of those who use it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Server:
    """A built-in server that answers."""

    url: str
    """Ends before /chat/completions; loopback, with a secret path so that nobody else's page can use it."""
    model: str
    slots: int
    """Requests it answers at once; more wait in its queue."""
    context: int
    """Tokens a slot has for prompt and reply together."""
    pid: int


def ensure(model: str | None = None, timeout: float = 120.0) -> Server:
    """The server for `model`, ready to answer; it lives at least as long as this process needs it.

    Raises EndpointError, of one line, where the weights cannot be found or loaded within `timeout` seconds.
    """
    raise NotImplementedError


def state(model: str | None = None) -> Server | None:
    """The server for `model` where one runs and answers."""
    raise NotImplementedError


def stop(model: str | None = None) -> bool:
    """End the server for `model`; False where none ran."""
    raise NotImplementedError
