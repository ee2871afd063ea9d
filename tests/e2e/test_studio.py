"""An instruction grown by hand on screen, with a scripted endpoint, and the θ lab moved by hand."""

import pytest

from codeclm import projects
from codeclm.records import Labels, Metadata
from codeclm.settings import Endpoint
from codeclm.store import PairFilter
from codeclm.testing import ScriptedEndpoint
from tests.pages import pairing

pytestmark = pytest.mark.e2e


@pytest.fixture
def grown(app, monkeypatch):
    """A tab over a project with one metadata, whose endpoints are scripted."""
    monkeypatch.setenv(projects.FOLDER_ENVIRONMENT, str(app.folder))
    with ScriptedEndpoint() as endpoint:
        made = projects.create("grown")
        with made.open() as store:
            for role in ("strong", "target", "judge"):
                store.settings.set_endpoint(role, Endpoint(url=endpoint.url, model=role))
            store.metadata.add([Metadata("manual", Labels("travel advice", ("planning",)))])
        yield made


def test_grow_step_back_branch_edit_and_keep(app, grown):
    app.open("Generate", project="grown", generate="By+hand")
    app.click("Write a basic instruction")
    app.page.get_by_role("button", name="Improve").wait_for(timeout=40_000)
    app.click("Improve")
    app.sees("iteration 2", timeout=40_000)
    app.settle()
    app.sees("of the words changed")
    app.click("Step back")
    app.click("Edit by hand")
    app.page.get_by_role("textbox", name="Instruction").fill("Plan a rainy week for two.")
    app.page.keyboard.press("Control+Enter")
    app.settle()
    app.click("Save as a branch")
    app.sees("edited by hand")
    app.click("Keep: answer and score it")
    app.sees("Review it", timeout=40_000)
    with grown.open(readonly=True) as store:
        (metadata,) = store.metadata.page()
        tree = store.studio.tree(metadata.id, store.settings.config().id)
    scored = [branch for branch in tree if branch.gap is not None]
    assert [branch.instruction.text for branch in scored] == ["Plan a rainy week for two."]
    assert [branch.instruction.iteration for branch in tree if branch.draft] == [1, 2]
    app.click("Review it", role="link")
    app.sees("Only what belongs to 1 selected record.")
    app.sees("Plan a rainy week for two.")


def test_the_slider_answers_and_the_theta_is_used(app, monkeypatch):
    monkeypatch.setenv(projects.FOLDER_ENVIRONMENT, str(app.folder))
    made = pairing.project("many", 40)
    app.open("Contrast", project="many")
    slider = app.page.get_by_role("slider", name="θ").first
    slider.focus()
    for _ in range(4):
        app.page.keyboard.press("ArrowRight")
    app.sees("Use θ 4")
    app.settle()
    app.click("Use θ 4")
    with made.open(readonly=True) as store:
        assert store.settings.dials().theta == 4
        assert store.pairs.count(pairing.CONFIG.id, 4, 4, PairFilter(status="kept"))
