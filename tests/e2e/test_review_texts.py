"""Texts as the card shows them: code in its own typeface, and all of it nothing but text."""

import pytest

from codeclm import projects
from tests.pages import pairing

pytestmark = pytest.mark.e2e

CODE = f"Do this:\n```py\nif a:\n\tb  # {pairing.HOSTILE}\n```\nand no ``` here"


def test_fenced_code_keeps_its_white_space_and_stays_text(app, monkeypatch):
    monkeypatch.setenv(projects.FOLDER_ENVIRONMENT, str(app.folder))
    pairing.project("code", texts=[CODE])
    app.open("Review", project="code")
    app.page.wait_for_selector(".desk .instruction:not(:empty)")
    assert app.page.locator(".desk .instruction").text_content() == CODE
    blocks = app.page.locator(":is(.instruction, .answer) code.block")
    assert [blocks.nth(at).text_content() for at in range(blocks.count())] == [CODE[9:-15]] * 3
    look = blocks.first.evaluate(
        "each => [getComputedStyle(each).fontFamily, getComputedStyle(each).whiteSpace]"
    )
    assert "monospace" in look[0]
    assert look[1].startswith("pre")
    assert app.page.locator(":is(.instruction, .answer) :is(img, script, a, strong)").count() == 0
