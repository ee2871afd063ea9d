"""docs/commands.md tells the keys that each command prints with --json; these are they."""

import re

import pytest

from tests.test_docs import generator

ANSWERS = generator().ANSWERS


def keys(name):
    """The keys in the first backticks, without what is nested in them."""
    text = re.search(r"`(.+?)`", ANSWERS[name])[1]
    while (flat := re.sub(r"\{[^{}]*\}|\[[^\[\]]*\]", "", text)) != text:
        text = flat
    return {part.strip().rstrip(":") for part in text.split(",")}


@pytest.fixture
def ran(codeclm, endpoint, seeds, roles):
    """A project of six seeds after a run: what that printed."""
    codeclm("import", seeds(6))
    return codeclm("run", *roles(endpoint))[1]


def test_what_is_told_is_what_is_printed(codeclm, ran, seeds, tmp_path):
    pair = codeclm("pairs", "--status", "kept", "--limit", 1)[1]["pairs"][0]
    assert set(pair) == keys("decide")
    assert set(ran) == keys("status") | {"calls_sent", "calls_cached", "seconds"}
    words = {
        "import": [seeds(7)],
        "status": [],
        "failures": [],
        "decide": [pair["id"], "accept"],
        "agreement": [],
        "duplicates": ["--quiet"],
        "evaluations": [],
        "export": [tmp_path / "out.jsonl", "--format", "messages"],
        "archive": [tmp_path / "folder"],
        "copy": [tmp_path / "copy.db"],
        "prune": [],
        "step": ["basic", pair["metadata"], "--quiet"],
    }
    for name, given in words.items():
        status, data, err = codeclm(name, *given)
        assert status == 0, (name, err)
        assert set(data) == keys(name), name
    restored = codeclm("--project", tmp_path / "new.db", "restore", tmp_path / "folder")[1]
    assert set(restored) == keys("restore")


def test_a_quote_says_which_price_is_lacking_and_what_its_pilot_takes(codeclm, endpoint, seeds, roles):
    codeclm("import", seeds(4))
    _, data, err = codeclm("quote", *roles(endpoint), "--strong-prices", "1,4", "--pilot", "1")
    assert data["cost_usd"] is None
    assert "note: the pilot takes at most 22 calls of the 88" in err
    assert "note: cost_usd needs a price for the target:" in err
