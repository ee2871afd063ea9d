"""Pairs of a file go in by the thousand: they must come to what they would one by one."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from growing import CONFIG, C
from hypothesis import given, settings
from hypothesis import strategies as st

from codeclm.errors import ProjectError
from codeclm.records import IMPORTED, Answer, Comparison, Instruction, Labels, Metadata, Pair, Scores
from codeclm.store import GivenPair, PairFilter, Store
from codeclm.store import given as room

TEXTS = st.sampled_from(
    ["", "short", "a longer answer that is worth to be deflated, as it says nothing new " * 3]
)


def pair(
    number: int, case: str = "letters", texts: Sequence[str] = ("good", "bad"), gap: float | None = 4
) -> GivenPair:
    metadata = Metadata("imported", Labels(case, ("rhyme",)))
    instruction = Instruction(metadata.id, metadata.revision, f"Write letter {number}", origin="imported")
    strong, target = (
        Answer(instruction.id, role, IMPORTED, text, model="m", truncated=not text)
        for role, text in zip(("strong", "target"), texts, strict=True)
    )
    comparison = None
    if gap is not None:
        orders = Scores(5 + gap, 5), Scores(5.0, 5.0) if number % 2 else None
        comparison = Comparison(instruction.id, strong.id, target.id, IMPORTED, *orders)
    return GivenPair(instruction, (strong, target), comparison)


def one_by_one(store: Store, pairs: Sequence[GivenPair]) -> set[str]:
    """Put them in as they come, but those that have other answers than one before."""
    first: dict[str, GivenPair] = {}
    contradicted = set()
    for each in pairs:
        if first.setdefault(each.id, each).answers != each.answers:
            contradicted.add(each.id)
            continue
        store.lineages.add_instruction(each.instruction, IMPORTED)
        for answer in each.answers:
            store.lineages.add_answer(answer)
        if each.comparison is not None:
            store.lineages.add_comparison(each.comparison)
    return contradicted


def project(path: Path, pairs: Sequence[GivenPair]) -> Store:
    store = Store.open(path, create=True)
    store.settings.use_config(CONFIG)
    cases = {each.instruction.metadata for each in pairs}
    labels = [Labels(case, ("rhyme",)) for case in ("letters", "poems")]
    wanted = [Metadata("imported", each) for each in labels]
    store.metadata.add([each for each in wanted if each.id in cases])
    return store


def all_of(store: Store) -> tuple[list[Pair], list[Pair], object]:
    """In no order: only what comes in bulk is of a file, and stands in its order."""
    pages = [store.pairs.page(config, 3, 4, PairFilter(status=None), limit=None) for config in (IMPORTED, C)]
    one, other = (sorted(page, key=lambda pair: pair.id) for page in pages)
    return one, other, store.funnel(C, 3, 4)


@settings(max_examples=12, deadline=None)
@given(
    st.lists(
        st.builds(
            pair,
            st.integers(0, 12),
            st.sampled_from(["letters", "poems"]),
            st.tuples(TEXTS, TEXTS),
            st.sampled_from([None, 0, 1, 4]),
        ),
        max_size=20,
    ),
    st.integers(1, 7),
)
def test_in_bulk_they_come_to_what_they_would_one_by_one(
    tmp_path_factory: pytest.TempPathFactory, pairs: list[GivenPair], size: int
) -> None:
    folder = tmp_path_factory.mktemp("given")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(room, "BATCH", size)
        with project(folder / "bulk.db", pairs) as bulk, project(folder / "single.db", pairs) as single:
            new = bulk.lineages.add_given(pairs)
            contradicted = one_by_one(single, pairs)
            assert new == (len({each.id for each in pairs}), contradicted)
            assert all_of(bulk) == all_of(single)
            assert bulk.lineages.add_given(pairs) == (0, contradicted)
            assert all_of(bulk) == all_of(single)


def test_a_file_that_is_there_for_the_most_part_adds_the_rest(path: Path) -> None:
    pairs = [pair(number) for number in range(600)]
    with project(path, pairs) as store:
        assert store.lineages.add_given(pairs[40:]).added == 560
        assert store.lineages.add_given(pairs).added == 40
        assert store.pairs.count(IMPORTED, 3, 4, PairFilter(status=None)) == 600


def test_a_file_that_is_there_takes_few_statements(path: Path) -> None:
    """One for each of its pairs takes twice as long as the first import."""
    pairs = [pair(number) for number in range(400)]
    with project(path, pairs) as store:
        store.lineages.add_given(pairs[:360])
        asked: list[str] = []
        store._db.raw.set_trace_callback(asked.append)
        assert store.lineages.add_given(pairs) == (40, frozenset())
        assert len(asked) < 40


def test_scores_of_other_answers_are_not_put_on_those_that_are_there(path: Path) -> None:
    unscored, other = pair(1, gap=None), pair(1, texts=("good", "worse"))
    with project(path, [unscored]) as store:
        store.lineages.add_given([unscored])
        assert store.lineages.add_given([other, pair(2)]) == (1, {unscored.id})
        assert [said.text for said in store.lineages.answers(unscored.id, C)] == ["good", "bad"]
        assert store.lineages.comparison(unscored.id, C) is None
        # the same answers, scored since, are what the scores are of
        assert store.lineages.add_given([pair(1)]) == (0, frozenset())
        assert store.lineages.comparison(unscored.id, C) is not None


def test_a_text_that_is_there_is_not_stored_again(path: Path) -> None:
    said = "An answer of some length, which several of the pairs of a file have word for word."
    pairs = [pair(number, texts=(said, said)) for number in range(3)]
    with project(path, pairs) as store:
        store.lineages.add_given(pairs[:1])
        store.lineages.add_given(pairs)
        assert store._db.value("select count(*) from texts where data = ?", [said]) == 1


def test_a_pair_of_a_metadata_that_is_not_there_puts_nothing_in(path: Path) -> None:
    pairs = [pair(1), pair(2)]
    stray = replace(pairs[1].instruction, metadata="none")
    with project(path, pairs) as store:
        with pytest.raises(ProjectError, match="nothing named none among the metadata"):
            store.lineages.add_given([pairs[0], pairs[1]._replace(instruction=stray)])
        assert store.pairs.count(IMPORTED, 3, 4, PairFilter(status=None)) == 0


def test_half_a_character_is_told_and_puts_nothing_in(path: Path) -> None:
    broken = pair(1, texts=("half of a character, \ud800, in a text that is long enough to be deflated", "x"))
    with project(path, [broken]) as store:
        with pytest.raises(ProjectError, match="half a character"):
            store.lineages.add_given([pair(2), broken])
        assert store.pairs.count(IMPORTED, 3, 4, PairFilter(status=None)) == 0
