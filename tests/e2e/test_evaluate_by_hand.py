"""Evaluate in a browser: a file goes in, a job runs, figures and reasons come out."""

import json

import pytest

from codeclm import projects
from codeclm.settings import Endpoint
from codeclm.testing import ScriptedEndpoint

pytestmark = pytest.mark.e2e


@pytest.fixture
def endpoint():
    with ScriptedEndpoint() as scripted:
        yield scripted


@pytest.fixture
def project(app, monkeypatch, endpoint):
    monkeypatch.setenv(projects.FOLDER_ENVIRONMENT, str(app.folder))
    made = projects.create("mine")
    with made.open() as store:
        for role in ("strong", "target", "judge"):
            store.settings.set_endpoint(role, Endpoint(url=endpoint.url, model=role))
    return made


def test_prompts_are_uploaded_judged_and_read(app, project, endpoint, tmp_path):
    prompts = tmp_path / "test set.jsonl"
    rows = [{"prompt": f"Test number {n}?", "category": "ab"[n % 2]} for n in range(12)]
    prompts.write_text("\n".join(map(json.dumps, rows)))
    app.open("Evaluate", project="mine")
    assert app.sees("No prompts yet")
    upload = app.page.get_by_test_id("stFileUploader").filter(has_text="Test prompts")
    upload.locator('input[type="file"]').set_input_files(str(prompts))
    app.settle()
    assert app.sees("12 prompts")
    app.click("Evaluate on 12 prompts")
    assert app.sees("95 % interval", timeout=60_000)
    app.page.get_by_text("Evaluating").wait_for(state="detached")
    with project.open(readonly=True) as store:
        (found,) = store.evaluations.recent()
        assert found.prompts == 12
        assert len(store.evaluations.scores(found.id, 1)) == 12
        assert found.spec["prompts"]["source"] == "test-set.jsonl"
    app.click("Prompts", role="radio")
    app.page.get_by_test_id("stDataFrame").first.click(position={"x": 12, "y": 55})
    app.settle()
    assert app.sees("strong answer first")
    assert app.sees("Scored by the marks.")
    app.click("Yardstick", role="radio")
    assert app.sees("CRR depends on who judges")
