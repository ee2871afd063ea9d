"""Models: what the test asks, and what a fault tells to do."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from codeclm import projects
from codeclm.settings import Endpoint

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv(projects.FOLDER_ENVIRONMENT, str(tmp_path))
    monkeypatch.setenv("CODECLM_CONFIG_DIR", str(tmp_path))
    monkeypatch.setenv("CODECLM_RUNTIME_DIR", str(tmp_path))
    monkeypatch.delenv(projects.ENVIRONMENT, raising=False)


def models_page():
    with projects.create("mine").open() as store:
        store.settings.set_endpoint("strong", Endpoint(url="http://127.0.0.1:1/v1", model="big"))
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    test.query_params["project"] = "mine"
    test.switch_page("pages/9_Models.py").run()
    assert not test.exception
    return test


def test_where_nothing_answers_it_says_what_to_check():
    test = models_page()
    test.button(key="test_button_strong").click().run()
    said = "\n".join(each.value for each in test.markdown)
    assert "It does not answer" in said
    assert "Check the address, and whether the server runs." in said


def test_a_fault_stands_under_its_field_as_a_sentence():
    test = models_page()
    next(each for each in test.text_input if each.label == "Address").set_value("ftp://x")
    next(each for each in test.button if each.label == "Save").click().run()
    assert any("Give an address such as" in each.value for each in test.markdown)
