import json
from pathlib import Path

import pytest
from growing import CONFIG, C, grown, improved
from hypothesis import given, settings
from hypothesis import strategies as st

from codeclm import ingest
from codeclm.errors import ProjectError
from codeclm.jobs.importing import prepare
from codeclm.jobs.step import edited
from codeclm.records import Failure, Labels, Message, Metadata, Seed
from codeclm.store import Added, Store


def texts(seeds: list[Seed]) -> list[str]:
    return [seed.text for seed in seeds]


def test_a_seed_comes_back_as_it_went(store: Store) -> None:
    seeds = [
        Seed("plain", source="a.csv", row=3, tags=("b", "a")),
        Seed("a chat", (Message("system", "Be e\u0301xact"), Message("user", "Go")), "b.jsonl", 1),
        Seed("'; drop table seeds; --\0 \u2028"),
    ]
    store.seeds.add(seeds)
    assert store.seeds.get(seeds[0].id) == Seed("plain", source="a.csv", row=3, tags=("a", "b"))
    assert [store.seeds.get(seed.id) for seed in seeds[1:]] == seeds[1:]
    assert store.seeds.get("none") is None


def test_order_is_that_of_import_and_duplicates_change_nothing(store: Store) -> None:
    assert store.seeds.add(Seed(text) for text in "cab") == Added(3, 0)
    assert store.seeds.add(Seed(text) for text in "zabc") == Added(1, 3)
    assert texts(store.seeds.page()) == ["c", "a", "b", "z"]
    assert texts(store.seeds.page(offset=1, limit=2)) == ["a", "b"]
    assert store.seeds.ids(2) == [Seed("c").id, Seed("a").id]


def test_a_long_text_that_is_pasted_is_found_as_it_stands(store: Store) -> None:
    long = " ".join(f"word{number}" for number in range(3_000))
    store.seeds.add([Seed(f"Read this: {long} Thanks."), Seed("word1 word2")])
    assert texts(store.seeds.page(search=f" {long} ")) == [f"Read this: {long} Thanks."]
    assert store.seeds.page(search=f"{long} word1") == []


def test_a_deleted_seed_is_a_duplicate_and_keeps_its_place(store: Store) -> None:
    store.seeds.add(Seed(text) for text in "abc")
    assert store.seeds.delete([Seed("b").id, Seed("b").id, "none"]) == 1
    assert store.seeds.add([Seed("b")]) == Added(0, 1)
    assert (texts(store.seeds.page()), store.seeds.count()) == (["a", "c"], 2)
    assert (texts(store.seeds.page(deleted=True)), store.seeds.count(deleted=True)) == (["b"], 1)
    assert store.seeds.restore([Seed("b").id]) == 1
    assert texts(store.seeds.page()) == ["a", "b", "c"]


def test_search_takes_every_sign_as_itself_whatever_the_case(store: Store) -> None:
    found = ["100%", "a_b", "a\\b", "ÄPFEL und Birnen", "O'Hara", "100 x", "axb"]
    store.seeds.add(Seed(text) for text in found)
    for part, expected in (
        ("%", ["100%"]),
        ("_", ["a_b"]),
        ("\\", ["a\\b"]),
        ("äpfel", ["ÄPFEL und Birnen"]),
        ("BIRNEN", ["ÄPFEL und Birnen"]),
        ("o'h", ["O'Hara"]),
        ("100", ["100%", "100 x"]),
        ("' or 1 --", []),
    ):
        assert texts(store.seeds.page(search=part)) == expected
        assert store.seeds.count(search=part) == len(expected)


def test_tags_filter_and_count(store: Store) -> None:
    store.seeds.add(Seed(text) for text in "abc")
    ids = [Seed(text).id for text in "abc"]
    store.seeds.tag(ids, "x")
    store.seeds.tag(ids[:1], "y")
    store.seeds.tag(ids[:1], "y")
    store.seeds.untag(ids[2:], "x")
    assert store.seeds.tags() == [("x", 2), ("y", 1)]
    assert texts(store.seeds.page(tag="x")) == ["a", "b"]
    store.seeds.delete(ids[:1])
    assert store.seeds.count(tag="x") == 1
    assert store.seeds.tags() == [("x", 1)]


def test_unencoded_leaves_out_what_is_encoded_deleted_or_failed_for_good(store: Store) -> None:
    seeds = [Seed(text) for text in "abcdef"]
    store.seeds.add(seeds)
    store.metadata.add([Metadata("encoded", Labels("x"), seed=seeds[0].id)])
    store.seeds.delete([seeds[1].id])
    store.failures.put(Failure("encode", seeds[2].id, C, "no JSON"))
    store.failures.put(Failure("encode", seeds[3].id, C, "timed out", transport=True))
    ids = [seed.id for seed in seeds]
    assert store.seeds.unencoded_ids(C) == ids[3:]
    assert store.seeds.unencoded_ids(C, 3) == ids[3:4]
    assert store.seeds.count_unencoded(C) == 3
    store.failures.retry(C)
    assert store.seeds.unencoded_ids(C) == store.seeds.unencoded_ids("another") == ids[2:]


def test_half_a_character_is_refused_in_one_line_and_nothing_written(store: Store) -> None:
    with pytest.raises(ProjectError, match="surrogate"):
        store.seeds.add([Seed("fine"), Seed("\ud800")])
    assert store.seeds.count() == 0


@settings(max_examples=25)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=12), max_size=8))
def test_importing_is_idempotent(texts: list[str]) -> None:
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder) / "p.db", create=True) as store:
        first = store.seeds.add(Seed(text) for text in texts)
        page = store.seeds.page()
        again = store.seeds.add(Seed(text) for text in texts)
        assert first.added + first.duplicates == again.duplicates == len(texts)
        assert len({seed.id for seed in page}) == len(page) == first.added
        assert store.seeds.page() == page


def test_many_are_read_by_id_in_order_with_their_tags(store: Store) -> None:
    seeds = [Seed(f"seed {number}", tags=("b", "a")[: number % 3]) for number in range(40)]
    store.seeds.add(seeds)
    store.seeds.delete([seeds[7].id])
    wanted = [seed.id for seed in seeds[5:]]
    found = list(store.seeds.each(wanted))
    assert [seed.id for seed in found] == wanted
    assert [seed.tags for seed in found] == [tuple(sorted(seed.tags)) for seed in seeds[5:]]


def test_imported_instructions_without_labels_are_counted_and_become_seeds(store: Store) -> None:
    rows = [{"instruction": text, "strong": "Good", "target": "Poor"} for text in ("one", "two", "three")]
    labelled = {**rows[0], "instruction": "four", "use_case": "a case"}
    named = {**rows[0], "instruction": "five", "seed": "a seed"}
    content = "\n".join(map(json.dumps, [*rows, labelled, named])).encode()
    prepare(ingest.read(content, "rows.jsonl"), "pairs")(store)
    bare = Metadata("imported", Labels("")).id
    assert (store.metadata.written(bare), store.seeds.unlabelled()) == (4, 3)
    store.seeds.add([Seed("two")])
    assert store.seeds.take() == Added(2, 1)
    assert store.seeds.unlabelled() == 0
    assert {seed.text for seed in store.seeds.page()} == {"a seed", "one", "two", "three"}
    assert store.metadata.written(bare) == 4
    store.metadata.revise(bare, Labels("labelled by hand"))
    assert store.metadata.written(bare) == 4
    assert store.seeds.take() == Added(0, 0)


def grown_from_imported(store: Store) -> tuple[str, str]:
    """A pair grown, by way of an edit, from an instruction that came without labels; and its seed's id."""
    content = json.dumps({"instruction": "one", "strong": "Good", "target": "Poor"}).encode()
    prepare(ingest.read(content, "rows.jsonl"), "pairs")(store)
    store.settings.use_config(CONFIG)
    (first,) = store.lineages.roots(Metadata("imported", Labels("")).id, C)
    rewritten = edited(first, "one, put well")
    store.lineages.add_instruction(rewritten, C)
    return grown(store, improved(rewritten, "one, put well, and harder"), 9).id, Seed("one").id


def seed_of(store: Store, pair: str) -> str | None:
    found = store.pairs.get(pair, 3, 4, C)
    assert found is not None
    return found.seed


def test_what_grew_from_a_taken_instruction_is_of_its_seed(store: Store) -> None:
    pair, seed = grown_from_imported(store)
    assert seed_of(store, pair) is None
    store.seeds.take()
    assert seed_of(store, pair) == seed


def test_it_comes_to_be_of_its_seed_in_an_older_project_too(path: Path) -> None:
    with Store.open(path, create=True) as store:
        pair, seed = grown_from_imported(store)
        store.seeds.take()
        with store.write():
            store._db.execute("update instructions set seed = null where parent is not null")
            store._db.execute("delete from _sqlite_migrations where name = 'm022_seeds_passed_on'")
            store._db.execute("pragma user_version = 21")
    with Store.open(path) as store:
        assert seed_of(store, pair) == seed


def test_a_text_that_is_pasted_into_the_search_is_looked_for(store: Store) -> None:
    long = "a" * 60_000
    store.seeds.add([Seed(f"before {long} behind"), Seed("other")])
    assert [seed.text for seed in store.seeds.page(search=long.upper())] == [f"before {long} behind"]
