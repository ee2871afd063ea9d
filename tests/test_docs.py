"""What the documentation says of the code: pages written from it are current, links lead somewhere."""

import importlib.util
import json
import re
import shlex
from pathlib import Path

import pytest

from codeclm.cli.parser import build
from codeclm.testing import ScriptedEndpoint
from tests.test_house import SOURCES, imports, room

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]


def generator():
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["schema.md", "commands.md"])
def test_what_is_written_from_the_code_is_current(name):
    written = (ROOT / "docs" / name).read_text(encoding="utf-8")
    assert written == generator().PAGES[name](), "write it anew: make docs"


def test_every_option_says_what_it_is_for():
    rows = re.findall(r"^\| (`-.*`) \| (.*) \|$", generator().commands(), re.MULTILINE)
    assert len(rows) > 100
    assert not [option for option, told in rows if not re.match(r"(?!default |required)\w", told)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_rows_of_a_table_have_as_many_cells(page):
    for table in re.findall(r"(?:^\|.*\n)+", page.read_text(encoding="utf-8"), re.MULTILINE):
        widths = {len(re.findall(r"(?<!\\)\|", row)) for row in table.splitlines()}
        assert len(widths) == 1, table


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_to_files_that_are_there(page):
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8")):
        assert "://" in target or (page.parent / target).exists(), target


def test_the_diagram_is_what_the_imports_come_to():
    known: dict[str, set[str]] = {}
    for file in SOURCES:
        for module, _ in imports(file):
            if module.startswith("codeclm.") and module != "codeclm.__version__":
                known.setdefault(room(file), set()).add(module.split(".")[1])
    known = {name: others - {name} for name, others in known.items() if name != "__init__"}

    def beyond(name):
        return set().union(*({other} | beyond(other) for other in known.get(name, ())))

    needed = {
        (name, other)
        for name, others in known.items()
        for other in others
        if not any(other in beyond(between) for between in others)
    }
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8").split("```mermaid")[1]
    drawn = {
        ("__main__" if name == "main" else name, other)
        for name, others in re.findall(r"^ +(\w+)(?:\[.*\])? --> (.+)$", text, re.MULTILINE)
        for other in others.split(" & ")
    }
    assert drawn == needed


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_commands_shown_are_commands(page):
    text = page.read_text(encoding="utf-8").replace("\\\n", " ").replace("$p", "--project p.db")
    for line in re.findall(r"^python -m codeclm (.+)$", text, re.MULTILINE):
        build().parse_args(shlex.split(line, comments=True))


def test_the_python_of_the_readme_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    rows = [{"instruction": f"Explain thing number {number}."} for number in range(4)]
    Path("questions.jsonl").write_text("\n".join(map(json.dumps, rows)))
    blocks = re.findall(r"```python\n(.+?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) == 2
    with ScriptedEndpoint() as endpoint:
        for block in blocks:
            exec(block.replace("http://127.0.0.1:8000/v1", endpoint.url), {})
    assert Path("train.jsonl").read_text().count("\n") > 0
    assert "Compared" in capsys.readouterr().out
