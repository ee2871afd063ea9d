"""What an export counts beforehand: always what writing comes to."""

import itertools

import pytest
from exporting import CLOSE, SURE, bundle, seed
from hypothesis import given, settings
from hypothesis import strategies as st

from codeclm import export
from codeclm.export import Options
from codeclm.records import Decision, Labels
from codeclm.store import PairFilter, Store

EDITS = {
    "mend": {"response": "Mended."},
    "say what the other says": {"response": "same"},
    "say what another says": {"response": "Good"},
    "say nothing": {"response": " "},
    "ask for another": {"instruction": "Text 1"},
}


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "p.db", create=True) as opened:
        yield opened


MADE = st.tuples(
    st.integers(0, 4),
    st.sampled_from([SURE, CLOSE, ((2, 8), (2, 8))]),
    st.sampled_from(["Good", "same", " ", "\n" * 200, "A good answer, and a long one. " * 9]),
    st.booleans(),
    st.lists(st.sampled_from(["accept", "reject", *EDITS]), max_size=2),
)


NARROWED = [{}, {"per_use_case": 1}, {"filters": (PairFilter(search="1"),)}]


@settings(max_examples=25, deadline=None)
@given(
    st.lists(MADE, max_size=8, unique_by=lambda each: each[0]),
    st.sampled_from([0.0, 3.0]),
    st.sampled_from(NARROWED),
)
def test_counting_comes_to_what_writing_comes_to(tmp_path_factory, made, theta, narrowed):
    folder = tmp_path_factory.mktemp("counted")
    with Store.open(folder / "a project.db", create=True) as store:
        for number, scores, strong, cut, verdicts in made:
            labels = Labels(f"case {number % 2}")
            name = bundle(
                store, f"Text {number % 2}", scores, None, labels, strong=strong, target="same", cut=cut
            )
            for reviewer, verdict in zip(("ann", "bob"), verdicts, strict=False):
                edit = EDITS.get(verdict)
                said = "accept" if edit else verdict
                store.decisions.decide(Decision(name, said, reviewer, **(edit or {})))
        for include, form in itertools.product(("kept", "accepted", "all"), ("messages", "dpo")):
            options = Options(format=form, include=include, theta=theta, **narrowed)
            done, counted = export.write(store, folder / "out.jsonl", options), export.tally(store, options)
            assert (counted.rows, counted.dropped) == (done.rows, done.dropped)


@pytest.mark.parametrize("form", ["messages", "dpo"])
@pytest.mark.parametrize("include", ["kept", "accepted", "all"])
def test_a_tally_reads_no_answers_and_comes_to_the_same(store, tmp_path, form, include):
    long = "A long answer that is deflated when it is stored, as most are. " * 3
    bundle(store, "Twins", strong=long, target="Short")
    bundle(store, "Twins", strong=long, target="Other", labels=Labels("a"))
    bundle(store, "Blank", strong=" \n\t" * 400)
    bundle(store, "Same", strong=long, target=long)
    bundle(store, "Close", CLOSE)
    for text, verdict in (("Yes", "accept"), ("No", "reject")):
        store.decisions.decide(Decision(bundle(store, text), verdict))
    options = Options(format=form, include=include)
    done = export.write(store, tmp_path / "out.jsonl", options)
    assert export.tally(store, options) == export.Exported(done.rows, [], done.dropped, done.of_target)
    assert sum(done.dropped.values()) > 2


def test_duplicates_filters_and_caps_are_counted(store, tmp_path):
    for case in ("a", "b"):
        bundle(store, "Same", strong="Alike", labels=Labels(case))
    for number in range(3):
        bundle(store, f"Row {number}", labels=Labels("a"))
    assert export.tally(store, Options()).dropped == {"duplicate": 1}
    wanted = (PairFilter(use_case="a"), PairFilter(search="r"))
    assert export.tally(store, Options(filters=wanted)).dropped == {"not selected": 2}
    assert export.tally(store, Options(per_use_case=1, filters=wanted)).dropped == {
        "not selected": 2,
        "over the cap of its use case": 2,
    }
    low = bundle(store, "Row of its own", CLOSE, labels=Labels("a"))
    assert export.tally(store, Options(include="all", filters=wanted)).rows == 3
    store.decisions.decide(Decision(low, "accept", answer="strong"))
    assert export.tally(store, Options(include="all", filters=wanted)).rows == 4


def test_parts_are_counted_as_they_are_written(store, tmp_path):
    for number in range(24):
        born = seed(number) if number % 3 else None
        bundle(store, f"Row {number}", SURE if number % 5 else CLOSE, born)
        bundle(store, f"Its kin {number}", SURE, born)
    found = set()
    for share in (0.02, 0.3, 0.5, 0.98):
        options = Options("messages", split=share)
        counted, out = export.tally(store, options), tmp_path / "out"
        written = export.write(store, out, options).parts
        train, test = ((out / f"{part}.jsonl").read_bytes().count(b"\n") for part in ("train", "test"))
        assert (train, test) == (counted.rows - counted.in_test(share), counted.in_test(share))
        assert written == {"train": train, "test": test}
        found.add(test)
    assert len(found) == 4
    assert export.tally(store, Options()).places == ()


def test_an_edit_that_says_what_is_said_elsewhere_is_counted_as_it_is_written(store, tmp_path):
    long = "What the weaker of the two models says, at some length and to the point. " * 3
    bundle(store, "One", strong=long)
    store.decisions.decide(Decision(bundle(store, "Two", target=long), "accept", response=long))
    other = bundle(store, "Three")
    store.decisions.decide(Decision(other, "accept", instruction="One", response=long))
    assert export.tally(store, Options()).dropped == {"duplicate": 1}
    assert export.tally(store, Options("dpo")).dropped == {"same answers": 1, "unscored": 1}
    for form in ("messages", "dpo"):
        done = export.write(store, tmp_path / "out.jsonl", Options(form))
        assert export.tally(store, Options(form)) == export.Exported(
            done.rows, [], done.dropped, done.of_target
        )


def test_where_many_rows_say_one_answer_each_instruction_is_read_once(store, monkeypatch):
    for number in range(40):
        bundle(store, f"Good or bad? Review {number % 38}.", strong="good", labels=Labels(f"case {number}"))
    read, asked = [], store.pairs.instruction
    monkeypatch.setattr(store.pairs, "instruction", lambda mark: read.append(mark) or asked(mark))
    counted = export.tally(store, Options())
    assert (counted.rows, counted.dropped, len(read)) == (38, {"duplicate": 2}, 40)
