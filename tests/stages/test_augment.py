"""Mix and match: new combinations of seen labels, the same ones again, and an end."""

from hypothesis import given
from hypothesis import strategies as st

from codeclm.records import Labels, Metadata
from codeclm.stages.augment import mix

words = st.text("abcdef", min_size=1, max_size=2)
labels = st.builds(Labels, words, st.lists(words, min_size=1, max_size=3, unique=True).map(tuple))
rows = st.lists(labels.map(lambda found: Metadata("manual", found)), min_size=1, max_size=8)


def combination(row):
    return row.labels.use_case, frozenset(row.labels.skills)


@given(rows, st.integers(0, 30), st.integers(0, 3))
def test_new_combinations_of_seen_labels_and_no_other(existing, to, seed):
    mixed = mix(existing, to, seed)
    assert len(mixed) <= max(0, to - len(existing))
    combinations = [combination(row) for row in mixed]
    assert len(set(combinations)) == len(mixed)
    assert not set(combinations) & {combination(row) for row in existing}
    assert {row.labels.use_case for row in mixed} <= {row.labels.use_case for row in existing}
    skills = {skill for row in existing for skill in row.labels.skills}
    for row in mixed:
        assert 1 <= len(set(row.labels.skills)) == len(row.labels.skills) <= 3
        assert set(row.labels.skills) <= skills
        assert (row.origin, row.state) == ("mixed", "proposed")


@given(rows, st.integers(0, 20), st.integers(0, 20), st.integers(0, 3))
def test_drawing_in_two_goes_gives_what_one_go_gives(existing, some, more, seed):
    first = mix(existing, some, seed)
    second = mix([*existing, *first], some + more, seed)
    assert [row.id for row in first + second] == [row.id for row in mix(existing, some + more, seed)]


@given(rows, st.integers(0, 3))
def test_the_order_of_the_rows_does_not_matter(existing, seed):
    assert mix(existing, 20, seed) == mix(existing[::-1], 20, seed)


def test_an_excluded_combination_is_not_drawn_again_and_not_counted():
    existing = [Metadata("manual", Labels("essay", ("tact", "wit")))]
    (tact, wit) = sorted(mix(existing, 99, 0), key=lambda row: row.labels.skills)
    assert [tact.labels.skills, wit.labels.skills] == [("tact",), ("wit",)]
    excluded = Metadata("mixed", tact.labels, draw=tact.draw, state="excluded")
    assert [row.labels for row in mix([*existing, excluded], 99, 0)] == [wit.labels]
    assert len(mix([*existing, excluded], 2, 0)) == 1


def test_labels_come_from_active_rows_that_were_not_mixed():
    existing = [
        Metadata("encoded", Labels("essay", ("tact", "wit")), seed="1"),
        Metadata("encoded", Labels("poem", ("rhyme",)), seed="2", state="excluded"),
        Metadata("mixed", Labels("song", ("rhythm",)), draw="9:9"),
    ]
    assert {row.labels.use_case for row in mix(existing, 50, 0)} == {"essay"}


def test_the_papers_two_hundred_can_be_drawn():
    existing = [Metadata("manual", Labels(f"case {n}", (f"skill {n}", f"talent {n}"))) for n in range(10)]
    mixed = mix(existing, 200, 0, state="active")
    assert len(mixed) == 190
    assert {row.state for row in mixed} == {"active"}
    assert {len(row.labels.skills) for row in mixed} == {1, 2, 3}
    assert mix([], 200, 0) == []
