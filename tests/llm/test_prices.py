from __future__ import annotations

from codeclm.llm.prices import charge, prices_of
from codeclm.settings import Endpoint, Prices


def test_the_endpoints_own_prices_come_first() -> None:
    endpoint = Endpoint(
        url="https://api.openai.com/v1", model="gpt-4o-mini", prices=Prices(prompt=2, completion=10)
    )
    prices = prices_of(endpoint)
    assert prices == endpoint.prices
    assert charge(prices, 1_000_000, 100_000) == 3.0


def test_published_prices_are_found_by_address_and_name() -> None:
    found = prices_of(Endpoint(url="https://api.openai.com/v1", model="gpt-4o-mini"))
    assert found is not None
    assert 0 < found.prompt < found.completion < 100


def test_the_built_in_costs_nothing() -> None:
    assert prices_of(Endpoint()) == Prices(prompt=0, completion=0)


def test_unknown_is_none_and_a_name_alone_says_nothing() -> None:
    assert prices_of(Endpoint(url="http://127.0.0.1:8000/v1", model="gpt-4o")) is None
    assert prices_of(Endpoint(url="https://models.example.org/v1", model="gpt-4o")) is None
    assert prices_of(Endpoint(url="https://api.openai.com/v1", model="no-such-model")) is None
