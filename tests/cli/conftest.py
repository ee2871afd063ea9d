import json

import pytest

from codeclm.cli import main
from codeclm.testing import ScriptedEndpoint


@pytest.fixture
def endpoint():
    """A healthy endpoint that plays every stage."""
    with ScriptedEndpoint() as scripted:
        yield scripted


@pytest.fixture
def codeclm(tmp_path, capsys, monkeypatch):
    """A function: words in; exit status, JSON object (None where nothing was printed) and stderr out."""
    monkeypatch.setenv("CODECLM_PROJECT", str(tmp_path / "project.db"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))

    def command(*words):
        capsys.readouterr()
        status = main([str(word) for word in words] + ["--json"])
        said = capsys.readouterr()
        return status, json.loads(said.out) if said.out else None, said.err

    return command


@pytest.fixture
def seeds(tmp_path):
    """A function: a file of so many seeds."""

    def write(count, name="seeds.jsonl"):
        path = tmp_path / name
        lines = [json.dumps({"instruction": f"Explain thing number {i}."}) for i in range(count)]
        path.write_text("\n".join(lines))
        return path

    return write


@pytest.fixture
def roles():
    """A function: the words that name an endpoint for both roles."""

    def words(endpoint, strong="strong", target="target"):
        return [
            "--strong-url", endpoint.url, "--strong-model", strong,
            "--target-url", endpoint.url, "--target-model", target,
        ]  # fmt: skip

    return words
