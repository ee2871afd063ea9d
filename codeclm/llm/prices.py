"""What a call costs, in US dollars: the user's prices, else published ones. Unknown is None, never 0."""

from __future__ import annotations

from codeclm.settings import Endpoint, Prices


def prices_of(endpoint: Endpoint) -> Prices | None:
    """Dollars for a million tokens: what the endpoint says, 0 for the built-in, else the published price."""
    raise NotImplementedError


def cost(endpoint: Endpoint, prompt_tokens: int, completion_tokens: int) -> float | None:
    """Dollars for one call; None where no price is known."""
    raise NotImplementedError
