"""Every page and every part of one on a hostile project: nothing of an attack reaches Markdown unescaped.

What Streamlit sends to the browser is looked through field by field. A field counts as Markdown unless it is
named in LITERAL, where the browser shows the text as it is; tests/redteam/test_hostile_browser.py looks at
that. Pages, and the parts behind segmented controls, are found by themselves.
"""

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from google.protobuf.message import Message
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import ButtonGroup

from codeclm import projects
from codeclm.ui.text import plain
from tests.redteam import hostile

ROOT = Path(__file__).parents[2]
PAGES = ["app.py", *sorted(f"pages/{path.name}" for path in (ROOT / "pages").glob("*.py"))]
KEY = "sk-verysecret-0123456789"
LITERAL = {
    "BidiComponent.json",
    "Code.code_text",
    "Dataframe.arrow_data.data",
    "Dataframe.arrow_data.styler.display_values",
    "Dataframe.columns",
    "MultiSelect.options",
    "Selectbox.options",
    "Selectbox.raw_value",
    "Text.body",
    "TextArea.default",
    "TextArea.value",
    "TextInput.value",
}
LIVE = re.compile(
    r"(?<!\\)<\w|^[#>-] |^\||(?<!\\)\]\(|(?<!\\)\$|(?<!\\)`|:material/skull|:pirate|:rainbow|:\w+-badge|://h|www.h|e@h"
    r"|[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028\u2029]"
)
"""What Markdown, HTML or a terminal would act on; harmless behind a backslash or with a joiner inside."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("hostile")


@pytest.fixture(autouse=True)
def _own_folder(folder, monkeypatch):
    for name in (projects.FOLDER_ENVIRONMENT, "CODECLM_CONFIG_DIR", "CODECLM_RUNTIME_DIR"):
        monkeypatch.setenv(name, str(folder))
    monkeypatch.delenv(projects.ENVIRONMENT, raising=False)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)


@pytest.fixture
def project(folder):
    """Built once; the page tests change nothing in it."""
    return projects.find("hostile") or hostile.build("hostile")


def test_every_text_column_of_the_schema_holds_attacks(project):
    with closing(sqlite3.connect(project.path)) as db:
        for table, column in hostile.text_columns(db):
            held = [value for (value,) in db.execute(f"select {column} from {table}")]
            assert held, f"{table} is empty: let grow() in hostile.py put a row into it"
            assert any(hostile.CANARY in hostile._said(value) for value in held if value), (table, column)


@pytest.mark.parametrize("start", hostile.STARTS)
@pytest.mark.parametrize("special", [hostile.CANARY, *hostile.SPECIALS])
def test_a_line_in_markdown_holds_no_attack(start, special):
    for limit in (12, 40, 400):
        assert not LIVE.search(plain(start + special, limit))
        assert not LIVE.search(plain(f"{special} {start}", limit))


@pytest.mark.parametrize("page", PAGES)
def test_no_attack_is_live_on_any_part_of_a_page(page, project):
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    test.query_params["project"] = project.name
    if page != "app.py":
        test.switch_page(page)
    seen = 0
    for part in parts(test.run(), set()):
        assert not test.exception, part
        assert [error.value for error in test.error] == [], part
        for path, text in said(test):
            assert KEY not in text, (part, path)
            if hostile.HOST in text:
                seen += 1
                assert harmless(path, text), (part, path, LIVE.search(text), text)
    assert seen


def parts(test, been: set) -> Iterator[str]:
    """Every part of the page: each choice of each segmented control, and of those that it brings."""
    yield "as opened"
    while found := next(
        (
            (group, option)
            for group in test.button_group
            for option in group.options
            if (group.label, option) not in been
        ),
        None,
    ):
        group, option = found
        been.add((group.label, option))
        group.__class__ = Pressed
        group.pressed = option
        group.run()
        yield f"{group.label}: {option}"


def harmless(path: str, text: str) -> bool:
    if path == "PlotlyChart.spec":
        # A chart's labels know a few tags, one of which makes links.
        return not re.search(r"<(?!/?(?:extra|br|b)>)|href", json.dumps(json.loads(text)))
    return path in LITERAL or path.endswith(".id") or not LIVE.search(text)


class Pressed(ButtonGroup):
    """A control as the browser tells of it, by the words that stand on it."""

    @property
    def formatted_values(self):
        return [self.pressed]


def said(test) -> Iterator[tuple[str, str]]:
    """Every text that is sent to the browser, with the field that it is in."""
    for node in nodes(test._tree):
        if isinstance(proto := getattr(node, "proto", None), Message):
            yield from strings(proto, type(proto).__name__)


def nodes(block) -> Iterator:
    yield block
    for child in getattr(block, "children", {}).values():
        yield from nodes(child)


def strings(message: Message, path: str) -> Iterator[tuple[str, str]]:
    for field, value in message.ListFields():
        here = f"{path}.{field.name}"
        values = value if isinstance(value, list) or field.is_repeated else [value]
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            values = value.values()
        for each in values:
            if isinstance(each, Message):
                yield from strings(each, here)
            elif isinstance(each, bytes):
                yield here, each.decode("utf-8", "replace")
            elif isinstance(each, str):
                yield here, each
