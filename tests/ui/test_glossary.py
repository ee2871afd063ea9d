"""Every term of the method that a page shows has its meaning on that page, one click away."""

import re

import pytest
from streamlit.testing.v1 import AppTest

from codeclm import examples, projects
from codeclm.ui.glossary import ON_PAGE, TERMS, words
from codeclm.ui.rooms import ROOMS, ROOT

PARTS = {
    "Map": [{"map_part": "Coverage"}, {"map_part": "Use cases"}],
    "Generate": [{"generate": name} for name in ("By hand", "Complexity", "Prompts", "Failures")],
    "Contrast": [{"contrast": name} for name in ("Judge health", "People and judge")],
    "Review": [{"review_view": "Grid"}],
}
SIGNS = {"theta": "θ", "crr": "CRR", "per metadata": "per metadata", "iterations": "most iterations"}
KINDS = ("caption", "markdown", "subheader", "info", "warning")


def spoken(name):
    """How a term looks where it stands, one or several."""
    return SIGNS.get(name, rf"(?i)\b{name.removesuffix('s')}s?\b")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The example project, built once for all pages."""
    path = tmp_path_factory.mktemp("projects")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(projects.FOLDER_ENVIRONMENT, str(path))
        patch.setenv("CODECLM_CONFIG_DIR", str(path))
        patch.setenv("CODECLM_RUNTIME_DIR", str(path))
        patch.delenv(projects.ENVIRONMENT, raising=False)
        examples.build()
        yield path


def shown(test, page):
    """What stands on a page beside its words."""
    labels = [
        each.label for kind in ("metric", "selectbox", "toggle", "button") for each in test.main.get(kind)
    ]
    return [
        *labels,
        *(each.value for kind in KINDS for each in test.main.get(kind) if each.value != words(page)),
    ]


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_each_term_on_a_page_is_explained_there(folder, room):
    for part in ({}, *PARTS.get(room.name, ())):
        test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
        for name, value in {"project": "example", **part}.items():
            test.query_params[name] = value
        if room.file != "app.py":
            test.switch_page(room.file)
        test.run()
        assert not test.exception
        said = "\n".join(shown(test, room.name))
        missing = {name for name in TERMS if name not in ON_PAGE[room.name] and re.search(spoken(name), said)}
        assert missing == set(), part


def test_every_term_is_told_somewhere_and_every_page_has_its_words():
    assert {name for names in ON_PAGE.values() for name in names} == set(TERMS)
    assert ON_PAGE.keys() == {room.name for room in ROOMS}
