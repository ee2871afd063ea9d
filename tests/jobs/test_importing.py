"""Pairs whose rows name a seed: whatever their labels, they and what is made of them stay with it."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codeclm import export, ingest
from codeclm.export import Options
from codeclm.ids import content_id
from codeclm.jobs import importing
from codeclm.records import IMPORTED, Answer, Comparison, Instruction, Scores
from codeclm.store import PairFilter, Store, archive
from codeclm.store.origins import made_from, origin

THETA, CAP = 3.0, 4
SCORES = {"strong_score": 9, "target_score": 2}


def seed_id(text: str) -> str:
    return content_id("seed", text=text)


def put(store: Store, *rows: tuple[str, str, str]) -> None:
    """Rows of (instruction, use case, seed)."""
    told = [
        {"instruction": text, "strong": "yes", "target": "no", "use_case": case, "seed": seed} | SCORES
        for text, case, seed in rows
    ]
    data = "\n".join(map(json.dumps, told)).encode()
    importing.put(store, "pairs", importing.parse(ingest.read(data, "pairs.jsonl"), "pairs"))


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "p.db", create=True) as opened:
        yield opened


def seeds(store: Store) -> dict[str, str | None]:
    return {pair.instruction: pair.seed for pair in store.pairs.page(None, THETA, CAP, limit=None)}


def test_a_pair_is_of_the_seed_that_its_row_names(store):
    put(store, ("a", "law", "one"), ("b", "law", "two"), ("c", "art", "one"), ("d", "art", ""))
    one, two = seed_id("one"), seed_id("two")
    assert seeds(store) == {"a": one, "b": two, "c": one, "d": None}
    assert {pair.instruction: pair.seed for pair in store.pairs.each(None, THETA, CAP)} == seeds(store)
    # labels that were one seed's alone may be another's in a second file
    put(store, ("e", "tax", "one"))
    put(store, ("f", "tax", "two"))
    assert seeds(store)["e"] == one
    assert seeds(store)["f"] == two


def test_a_seed_that_a_second_file_names_is_taken(store):
    put(store, ("a", "law", ""), ("b", "law", ""))
    found = store.lineages.get(store.pairs.page(None, THETA, CAP)[0].instruction_id)
    child = Instruction(found.metadata, found.revision, "harder", parent=found.id, iteration=2)
    store.lineages.add_instruction(child, IMPORTED)
    put(store, ("a", "law", "one"), ("b", "law", ""))
    assert seeds(store) == {"a": seed_id("one"), "b": None}
    assert origin(store, child.id).seed == seed_id("one")
    put(store, ("a", "law", "two"))
    assert seeds(store)["a"] == seed_id("one")


def test_a_row_with_other_answers_than_the_project_has_is_told(store):
    put(store, ("a", "law", "one"))
    rows = [
        {"instruction": "b", "strong": "yes", "target": "no", "use_case": "law"},
        {"instruction": "a", "strong": "yes", "target": "never", "use_case": "law"} | SCORES,
        {"instruction": "", "strong": "yes", "target": "no", "use_case": "law"},
    ]
    data = "\n".join(map(json.dumps, rows)).encode()
    done = importing.put(store, "pairs", importing.parse(ingest.read(data, "more.jsonl"), "pairs"))
    assert (done.read, done.added, done.duplicates) == (3, 1, 0)
    assert [(each.row, each.reason) for each in done.rejected] == [
        (2, "the project has this instruction with other answers"),
        (3, "the instruction is empty"),
    ]


def test_what_is_made_of_it_has_its_seed(store):
    put(store, ("a", "law", "one"), ("b", "law", "two"))
    parent = store.pairs.page(None, THETA, CAP, PairFilter(search="b"))[0]
    found = store.lineages.get(parent.instruction_id)
    edit = Instruction(found.metadata, found.revision, "b, edited", parent=found.id, origin="edited")
    store.lineages.add_instruction(edit, IMPORTED)
    both = [Answer(edit.id, role, IMPORTED, role) for role in ("strong", "target")]
    for answer in both:
        store.lineages.add_answer(answer)
    made = Comparison(edit.id, both[0].id, both[1].id, IMPORTED, Scores(9, 1), Scores(9, 1))
    store.lineages.add_comparison(made)
    assert seeds(store)["b, edited"] == seed_id("two")
    chain = origin(store, made.id)
    assert chain is not None
    assert chain.seed == seed_id("two")
    assert made_from(store, seed_id("two"), None, 9) == [("instruction", found.id)]


def test_a_filter_by_tag_finds_it(store):
    put(store, ("a", "law", "one"), ("b", "law", "two"))
    store.seeds.tag([seed_id("two")], "hard")
    tagged = store.pairs.page(None, THETA, CAP, PairFilter(tag="hard"))
    assert [(pair.instruction, pair.tags) for pair in tagged] == [("b", ("hard",))]


def test_an_archive_keeps_it(store, tmp_path):
    put(store, ("a", "law", "one"), ("b", "law", "two"))
    with store.read():
        told = {table: list(rows) for table, rows in archive.dumped(store)}
    archive.restore(tmp_path / "again.db", archive.version_of(store), told)
    with Store.open(tmp_path / "again.db") as again:
        assert seeds(again) == seeds(store)


ROWS = st.lists(
    st.tuples(st.integers(0, 30), st.sampled_from(["law", "art", "tax", ""]), st.integers(0, 4)),
    min_size=1,
    max_size=25,
    unique_by=lambda row: row[0],
)


@settings(max_examples=15, deadline=None)
@given(ROWS)
def test_no_split_parts_the_rows_of_a_seed(tmp_path_factory: pytest.TempPathFactory, rows) -> None:
    folder: Path = tmp_path_factory.mktemp("split")
    with Store.open(folder / "p.db", create=True) as store:
        put(store, *((f"row {number}", case, f"seed {seed}") for number, case, seed in rows))
        export.write(store, folder / "out", Options(split=0.5))
    sides: dict[int, set[str]] = {}
    of = {f"row {number}": seed for number, _, seed in rows}
    for name in ("train", "test"):
        path = folder / "out" / f"{name}.jsonl"
        for line in path.read_text().splitlines() if path.exists() else ():
            text = json.loads(line)["messages"][0]["content"]
            sides.setdefault(of[text], set()).add(name)
    assert sides.keys() == set(of.values())
    assert all(len(names) == 1 for names in sides.values())


def test_seeds_imported_again_keep_the_tags_that_they_have_by_now(store):
    rows = b'{"text": "a", "tags": ["x", "y"]}\n{"text": "b", "tags": "z"}\n{"text": "c"}\n'

    def load():
        parsed = importing.parse(ingest.read(rows, "seeds.jsonl"), "seeds")
        return importing.put(store, "seeds", parsed)

    assert (load().tagged, store.seeds.tags()) == (2, [("x", 1), ("y", 1), ("z", 1)])
    store.seeds.untag(store.seeds.ids(), "y")
    assert (load().added, store.seeds.tags()) == (0, [("x", 1), ("z", 1)])
