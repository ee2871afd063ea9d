"""What holds for every test of a page."""

import pytest

from codeclm import projects
from tests.pages import pairing


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, monkeypatch):
    """Projects, keys and what runs note of themselves lie in a folder of the test's own."""
    for name in (projects.FOLDER_ENVIRONMENT, "CODECLM_CONFIG_DIR", "CODECLM_RUNTIME_DIR"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.delenv(projects.ENVIRONMENT, raising=False)


@pytest.fixture
def mine():
    """A project of that name with forty pairs."""
    return pairing.project("mine", 40)
