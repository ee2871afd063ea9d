from __future__ import annotations

from codeclm.llm.prices import cost, prices_of
from codeclm.settings import Endpoint, Prices


def test_the_endpoints_own_prices_come_first() -> None:
    endpoint = Endpoint(
        url="https://api.openai.com/v1", model="gpt-4o-mini", prices=Prices(prompt=2, completion=10)
    )
    assert cost(endpoint, 1_000_000, 100_000) == 3.0


def test_published_prices_are_found_by_address_and_name() -> None:
    found = cost(Endpoint(url="https://api.openai.com/v1", model="gpt-4o-mini"), 1_000_000, 1_000_000)
    assert found is not None
    assert 0 < found < 100


def test_the_built_in_costs_nothing() -> None:
    assert cost(Endpoint(), 1000, 1000) == 0


def test_unknown_is_none_and_a_name_alone_says_nothing() -> None:
    assert prices_of(Endpoint(url="http://127.0.0.1:8000/v1", model="gpt-4o")) is None
    assert prices_of(Endpoint(url="https://models.example.org/v1", model="gpt-4o")) is None
    assert cost(Endpoint(url="https://api.openai.com/v1", model="no-such-model"), 1, 1) is None
