from collections.abc import Iterator
from pathlib import Path

import pytest
from growing import CONFIG

from codeclm.store import Store


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a project.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with Store.open(path, create=True) as opened:
        opened.settings.use_config(CONFIG)
        yield opened
