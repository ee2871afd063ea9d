"""What a call costs, in US dollars: the user's prices, else published ones. Unknown is None, never 0."""

from __future__ import annotations

from functools import lru_cache

from codeclm.llm.keys import is_loopback
from codeclm.settings import Endpoint, Prices

_SAMPLE = 1_000
"""Tokens of the call whose published price is looked up: short enough for every tier's first step."""


def prices_of(endpoint: Endpoint) -> Prices | None:
    """Dollars for a million tokens: what the endpoint says, 0 for the built-in, else the published price."""
    if endpoint.prices is not None:
        return endpoint.prices
    if endpoint.builtin:
        return Prices(prompt=0, completion=0)
    return None if is_loopback(endpoint.url) else _published(endpoint.url, endpoint.model)


def charge(prices: Prices, prompt_tokens: int, completion_tokens: int) -> float:
    """Dollars for one call at these prices."""
    return (prompt_tokens * prices.prompt + completion_tokens * prices.completion) / 1e6


@lru_cache(maxsize=64)
def _published(url: str, model: str) -> Prices | None:
    """By the provider's address and the model's name; a name alone says nothing of who serves it."""
    from genai_prices import Usage, calc_price  # slow to import, and needed by few runs

    try:
        read = calc_price(Usage(input_tokens=_SAMPLE), model, provider_api_url=url)
        written = calc_price(Usage(output_tokens=_SAMPLE), model, provider_api_url=url)
    except LookupError:
        return None
    scale = 1e6 / _SAMPLE
    return Prices(prompt=float(read.total_price) * scale, completion=float(written.total_price) * scale)
