import pytest

from codeclm.jobs.order import Order
from codeclm.records import Seed
from codeclm.store import Store
from codeclm.testing import ScriptedEndpoint


@pytest.fixture
def endpoint():
    with ScriptedEndpoint() as scripted:
        yield scripted


@pytest.fixture
def project(tmp_path):
    """A function: a new project of so many seeds."""

    def make(count=6, name="p.db"):
        path = tmp_path / name
        with Store.open(path, create=True) as store:
            store.seeds.add(Seed(f"Explain thing number {number}.") for number in range(count))
        return path

    return make


@pytest.fixture
def order(endpoint):
    """A function: an order of every role at the endpoint."""

    roles = ("strong", "target", "judge")

    def make(**changes):
        asked = {"urls": dict.fromkeys(roles, endpoint.url), "models": {role: role for role in roles}}
        return Order(**{**asked, **changes})

    return make
