"""What an edit in the table of metadata writes, also to rows that a file brought with labels of its own."""

import pytest

from codeclm import projects
from codeclm.errors import UsageError
from codeclm.records import Labels, Metadata
from codeclm.ui.labels import labels_of
from codeclm.ui.metadata import table as metadata_table

LONG = "w" * 150
GIVEN = [
    Labels("plan trips", ("a", "b", "c", "d")),
    Labels("cut", ("reading, writing",)),
    Labels(LONG, ("a",)),
    Labels(""),
]


@pytest.fixture
def edit(tmp_path, monkeypatch):
    """A function that makes a change to the row with these labels, and gives the row as it is then."""
    monkeypatch.setenv(projects.FOLDER_ENVIRONMENT, str(tmp_path))
    project = projects.create("mine")
    with project.open() as store:
        store.metadata.add(Metadata("imported", labels) for labels in GIVEN)
        ids = {row.labels: row.id for row in store.metadata.page()}

    def changed(labels, **change):
        named = {name.replace("_", " "): value for name, value in change.items()}
        state = {"editor": {"edited_rows": {0: named}}}
        monkeypatch.setattr(metadata_table.st, "session_state", state)
        metadata_table._apply.__wrapped__(project, "editor", [ids[labels]], ["reading, writing"])
        with project.open(readonly=True) as store:
            return store.metadata.get(ids[labels])

    return changed


@pytest.mark.parametrize("labels", GIVEN, ids=["many", "comma", "long", "none"])
def test_any_row_is_left_out_and_taken_in_again_and_keeps_its_labels(edit, labels):
    left_out = edit(labels, Use=False)
    assert (left_out.state, left_out.labels) == ("excluded", labels)
    assert edit(labels, Use=True).state == "active"


def test_an_edit_leaves_alone_what_it_does_not_touch(edit):
    many, comma, long, _ = GIVEN
    assert edit(many, Use_case="plan walks").labels == Labels("plan walks", many.skills)
    assert edit(comma, Use_case="trim").labels == Labels("trim", comma.skills)
    assert edit(long, Skills=["b"]).labels == Labels(LONG, ("b",))


def test_skills_that_were_there_stay_whole_and_new_ones_are_parted(edit):
    assert edit(GIVEN[2], Skills=["a", "reading, writing"]).labels.skills == ("a", "reading, writing")
    assert edit(GIVEN[1], Skills=["reading, writing", "x, y"]).labels.skills == ("reading, writing", "x", "y")


def test_of_many_skills_some_go_and_no_more_come(edit):
    assert edit(GIVEN[0], Skills=["a", "b", "c", "e"]).labels.skills == ("a", "b", "c", "e")
    with pytest.raises(UsageError):
        labels_of("x", ["a", "b", "c", "d", "e"], GIVEN[0])
