from dataclasses import replace

import pytest
from growing import CONFIG, C, answered, basic, compared, encoded, grown, improved, manual, score

from codeclm.errors import ProjectError
from codeclm.records import IMPORTED, STAGES, Answer, Failure, Instruction, Labels, Metadata, RubricSet, Stage
from codeclm.settings import Dials
from codeclm.store import Store

LATER = set(STAGES) - {"encode"}


def test_records_come_back_as_they_went(store: Store) -> None:
    metadata = encoded(store)
    first = basic(metadata)
    second = improved(first, "Write a poem on rust")
    rubrics = RubricSet(metadata.revision, C, ("a", "b"), ("do a", "do b"))
    store.lineages.add_rubrics(rubrics)
    comparison = grown(store, first, 1.5)
    store.lineages.add_instruction(second, C)
    assert store.lineages.rubrics(metadata.revision, C) == rubrics
    assert store.lineages.rubrics(metadata.revision, "other") is None
    assert store.lineages.get(second.id) == second
    assert store.lineages.path(second.id) == [first, second]
    assert store.lineages.path("none") == []
    assert store.lineages.of_metadata(metadata.id, C) == [first, second]
    assert store.lineages.answers(first.id, C) == list(answered(first))
    assert store.lineages.comparison(first.id, C) == comparison
    assert store.lineages.comparison(second.id, C) is None
    one_order = replace(compared(second, -2), target_first=None)
    for answer in answered(second):
        store.lineages.add_answer(answer)
    store.lineages.add_comparison(one_order)
    assert store.lineages.comparison(second.id, C) == one_order


def test_adding_twice_is_harmless(store: Store) -> None:
    metadata = manual(store)
    first = basic(metadata)
    grown(store, first, 1)
    grown(store, improved(first, "harder"), 5)
    before = store.funnel(C, 3, 4)
    grown(store, first, 1)
    grown(store, improved(first, "harder"), 5)
    assert store.funnel(C, 3, 4) == before


def test_what_its_parts_are_missing_is_refused(store: Store) -> None:
    metadata = manual(store)
    first = basic(metadata)
    for write in (
        lambda: store.lineages.add_instruction(replace(first, metadata="none"), C),
        lambda: store.lineages.add_instruction(replace(first, revision="none"), C),
        lambda: store.lineages.add_instruction(improved(first, "x"), C),
        lambda: store.lineages.add_answer(answered(first)[0]),
        lambda: store.lineages.add_comparison(compared(first, 1)),
        lambda: store.lineages.add_rubrics(RubricSet("none", C, (), ())),
    ):
        with pytest.raises(ProjectError, match=r"none|project"):
            write()
    store.lineages.add_instruction(first, C)
    with pytest.raises(ProjectError, match="refers to one that is not in the project"):
        store.lineages.add_comparison(compared(first, 1))
    assert store.funnel(C, 3, 4).comparisons == 0


def test_two_configs_live_side_by_side(store: Store) -> None:
    first = basic(manual(store))
    grown(store, first, 1)
    grown(store, first, 5, "other")
    grown(store, improved(first, "harder"), 5)
    assert [pair.status for pair in store.pairs.page("other", 3, 4)] == ["kept"]
    assert [pair.status for pair in store.pairs.page(C, 3, 4)] == ["kept"]
    assert store.funnel("other", 3, 4).instructions == 1
    assert store.funnel(C, 3, 4).instructions == 2
    assert store.funnel("unknown", 3, 4).instructions == 0


def test_imported_results_show_under_every_config_old_or_new(store: Store) -> None:
    metadata = Metadata("imported", Labels(""))
    store.metadata.add([metadata])
    given = Instruction(metadata.id, metadata.revision, "From a file", origin="imported")
    comparison = grown(store, given, 2, IMPORTED)
    store.settings.use_config(CONFIG.model_copy(update={"seed": 1}))
    child = improved(given, "Harder than the file")
    grown(store, child, 5)
    for config in (C, *store.settings.config_ids(), None):
        assert comparison.id in store.pairs.ids(config, 1, 4)
    assert [pair.status for pair in store.pairs.page(C, 3, 4)] == ["kept"]
    assert [pair.status for pair in store.pairs.page(None, 3, 4)] == ["pending"]
    assert store.lineages.comparison(given.id, C) == comparison
    assert [answer.config for answer in store.lineages.answers(given.id, C)] == [IMPORTED, IMPORTED]
    assert store.lineages.roots(metadata.id, C) == [given]


def test_a_run_scores_what_was_imported_without(store: Store) -> None:
    metadata = Metadata("imported", Labels(""))
    store.metadata.add([metadata])
    given = Instruction(metadata.id, metadata.revision, "From a file", origin="imported")
    store.lineages.add_instruction(given, IMPORTED)
    for answer in answered(given, IMPORTED):
        store.lineages.add_answer(answer)
    assert store.lineages.unfinished(C, Dials(), STAGES) == [metadata.id]
    assert store.lineages.unfinished(C, Dials(), {"judge"}) == [metadata.id]
    assert store.lineages.unfinished(C, Dials(), {"answer"}) == []
    store.lineages.add_comparison(compared(given, 4, C, answers=IMPORTED))
    assert store.lineages.unfinished(C, Dials(), STAGES) == []
    assert store.pairs.count(None, 3, 4) == 0


def test_own_answers_come_before_imported_ones(store: Store) -> None:
    first = basic(manual(store))
    store.lineages.add_instruction(first, C)
    store.lineages.add_answer(Answer(first.id, "strong", IMPORTED, "imported"))
    store.lineages.add_answer(Answer(first.id, "strong", C, "own"))
    store.lineages.add_answer(Answer(first.id, "target", IMPORTED, "imported"))
    assert [answer.text for answer in store.lineages.answers(first.id, C)] == ["own", "imported"]


def unfinished(store: Store, *stages: Stage, **dials: int) -> list[str]:
    return store.lineages.unfinished(C, Dials(**dials), set(stages) or LATER)


def test_work_is_left_until_every_basic_is_scored(store: Store) -> None:
    rows = [encoded(store, text) for text in "abc"]
    assert unfinished(store) == [row.id for row in rows]
    grown(store, basic(rows[1]), 5)
    assert unfinished(store) == [rows[0].id, rows[2].id]
    assert unfinished(store, per_metadata=2) == [row.id for row in rows]
    store.lineages.add_instruction(basic(rows[0]), C)
    assert unfinished(store, "decode") == [rows[2].id]
    assert unfinished(store, "answer") == [rows[0].id]
    assert unfinished(store, "judge") == []
    for answer in answered(basic(rows[0])):
        store.lineages.add_answer(answer)
    assert unfinished(store, "answer") == []
    assert unfinished(store, "judge") == [rows[0].id]
    assert unfinished(store, "encode") == []


def test_rubrics_by_hand_leave_none_to_ask_for(store: Store) -> None:
    row = manual(store)
    assert unfinished(store, "rubrics") == [row.id]
    store.lineages.add_rubrics(RubricSet(row.revision, C, ("How far",), ("Go further",), 1))
    assert unfinished(store, "rubrics") == []


def test_a_limit_and_a_grave_leave_work_out(store: Store) -> None:
    rows = [encoded(store, text) for text in "abc"]
    assert store.lineages.unfinished(C, Dials(), STAGES, 2) == [rows[0].id, rows[1].id]
    store.seeds.delete([rows[0].seed or ""])
    assert store.lineages.unfinished(C, Dials(), STAGES, 1) == [rows[1].id]


def test_samples_beyond_the_dial_are_no_work(store: Store) -> None:
    row = manual(store)
    grown(store, basic(row), 5)
    grown(store, basic(row, "Another", 1), 1)
    assert unfinished(store, per_metadata=1) == []
    assert unfinished(store, per_metadata=2) == [row.id]


@pytest.mark.parametrize("transport", [True, False])
def test_what_failed_beyond_a_lowered_dial_is_tried_again(store: Store, transport: bool) -> None:
    row = manual(store)
    grown(store, basic(row), 5)
    last = grown(store, basic(row, "Another", 1), 1).instruction
    grown(store, basic(row, "A third", 2), 1)
    store.failures.put(Failure("rubrics", last, C, "bad", transport=transport))
    assert unfinished(store, per_metadata=1) == ([row.id] if transport else [])
    store.failures.retry(C)
    assert unfinished(store, per_metadata=1) == [row.id]
    assert [node.id for node in store.lineages.ends(row.id, C, Dials())] == [last]
    store.lineages.add_instruction(improved(basic(row, "Another", 1), "harder"), C)
    assert store.failures.count(C) == 0
    assert unfinished(store, per_metadata=1) == []


def test_new_labels_are_new_work_and_leave_the_old_lineages_alone(store: Store) -> None:
    row = manual(store)
    grown(store, basic(row), 1)
    store.metadata.revise(row.id, Labels("ode"))
    assert unfinished(store, "judge", "answer", "rubrics") == []
    assert unfinished(store) == [row.id]
    revised = store.metadata.get(row.id)
    assert revised is not None
    grown(store, basic(revised), 5)
    assert unfinished(store) == []


def test_rubrics_alone_are_work_where_only_they_are_asked_for(store: Store) -> None:
    row = manual(store)
    grown(store, basic(row), 5)
    assert unfinished(store, "rubrics") == [row.id]
    store.failures.put(Failure("rubrics", row.id, C, "bad"))
    assert unfinished(store, "rubrics") == []
    store.failures.retry(C)
    assert unfinished(store, "rubrics") == [row.id]
    store.lineages.add_rubrics(RubricSet(row.revision, C, ("a",), ("b",)))
    assert unfinished(store, "rubrics") == []
    assert store.failures.count(C) == 0


@pytest.mark.parametrize("transport", [True, False])
def test_what_failed_by_reply_is_no_work_until_retried(store: Store, transport: bool) -> None:
    rows = [encoded(store, text) for text in "abcd"]
    for row in rows[1:]:
        store.lineages.add_instruction(basic(row), C)
    for row in rows[2:]:
        score(store, basic(row), 1)
    steps = [("decode", f"{rows[0].id}:0"), ("answer", basic(rows[1]).id)]
    steps += [("rubrics", basic(rows[2]).id), ("rubrics", rows[3].id)]
    for stage, record in steps:
        store.failures.put(Failure(stage, record, C, "bad", transport=transport))  # type: ignore[arg-type]
    assert unfinished(store) == ([row.id for row in rows] if transport else [])
    assert store.funnel(C, 3, 4).failed == (0 if transport else 3)
    store.failures.retry(C)
    assert unfinished(store) == [row.id for row in rows]
    store.lineages.add_instruction(basic(rows[0]), C)
    score(store, basic(rows[1]), 5)
    store.lineages.add_instruction(improved(basic(rows[2]), "harder"), C)
    store.lineages.add_rubrics(RubricSet(rows[3].revision, C, ("a",), ("b",)))
    assert store.failures.page(C) == []


def test_one_failed_sample_does_not_hold_up_the_others(store: Store) -> None:
    row = manual(store)
    store.failures.put(Failure("decode", f"{row.id}:0", C, "bad"))
    assert unfinished(store, "decode") == []
    assert unfinished(store, "decode", per_metadata=2) == [row.id]
    grown(store, basic(row, sample=1), 5)
    assert unfinished(store, per_metadata=2) == []
    assert store.failures.count(C) == 1
