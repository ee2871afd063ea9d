"""How many lineages grow at once."""

from types import SimpleNamespace

import pytest

from codeclm.jobs.endpoints import WIDEST, width
from codeclm.settings import Endpoint


def setup(concurrency, *urls):
    roles = ("strong", "target", "judge")[: len(urls)]
    endpoints = {
        role: Endpoint(url=url, model="m", concurrency=concurrency)
        for role, url in zip(roles, urls, strict=True)
    }
    return SimpleNamespace(endpoints=endpoints, roles=roles)


@pytest.mark.parametrize(
    ("concurrency", "urls", "wide"),
    [
        (16, ["http://127.0.0.1:1/v1"], 21),
        (16, ["http://127.0.0.1:1/v1"] * 3, 21),
        (16, ["http://127.0.0.1:1/v1", "http://127.0.0.1:2/v1"], 41),
        (99_999_999, ["http://127.0.0.1:1/v1"], WIDEST),
    ],
)
def test_every_server_is_filled_once_and_none_beyond_what_a_machine_holds(concurrency, urls, wide):
    assert width(setup(concurrency, *urls), None) == wide
