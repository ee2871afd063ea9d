"""Near-duplicates for the queue of Review: sought beside the page, and again where that failed."""

import os

import pytest

from codeclm import projects
from codeclm.errors import ProjectError
from codeclm.records import Decision
from codeclm.settings import Dials
from codeclm.store import PairFilter
from codeclm.ui.review import near
from tests.pages import pairing

TRIP = "Plan a three-day walking trip through the hills for a family with two small"
TEXTS = (
    f"{TRIP} children",
    "Explain how a steam engine turns heat into motion",
    f"{TRIP} dogs",
    "東京で会う",
)


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.setenv(projects.FOLDER_ENVIRONMENT, str(tmp_path))
    return pairing.project("mine", texts=TEXTS)


def texts(project, ids):
    with project.open(readonly=True) as store:
        return {store.pairs.get(each, 3, 4, pairing.CONFIG.id).instruction for each in ids}


def test_both_of_two_near_pairs_are_found(project):
    found = near.sought(project, pairing.CONFIG.id, Dials())
    assert texts(project, found.result(60)) == {f"{TRIP} children", f"{TRIP} dogs"}
    assert near.sought(project, pairing.CONFIG.id, Dials()) is found
    assert not near.sought(project, pairing.CONFIG.id, Dials(theta=8)).result(60)


def test_of_two_near_pairs_the_one_with_the_smaller_gap_may_go_unless_the_better_was_rejected(project):
    found = near.sought(project, pairing.CONFIG.id, Dials()).result(60)
    with project.open() as store:
        (one,) = near.spare(store, pairing.CONFIG.id, Dials(), found)
        ids, _, gaps = store.pairs.instructions(pairing.CONFIG.id, 3, 4, PairFilter(status="kept"))
        size = {each: abs(gap) for each, gap in zip(ids, gaps, strict=True)}
        assert size[one] < size[found[one]]
        store.decisions.decide(Decision(found[one], "reject"))
        assert near.spare(store, pairing.CONFIG.id, Dials(), found) == set()


def test_what_was_found_is_kept_with_the_project_until_pairs_come(project, monkeypatch):
    first = near.sought(project, pairing.CONFIG.id, Dials()).result(60)
    sought = []
    monkeypatch.setattr(near, "twins", lambda *_: sought.append(1) or {})
    near._sought.clear()
    assert near.sought(project, pairing.CONFIG.id, Dials()).result(60) == first
    assert not sought
    pairing.fail(project)
    near.sought(project, pairing.CONFIG.id, Dials()).result(60)
    assert sought


def test_what_was_found_is_no_change_of_the_project(project):
    os.utime(project.path, (1_000_000, 1_000_000))
    before = project.changed
    near._sought.clear()
    near.sought(project, pairing.CONFIG.id, Dials()).result(60)
    with project.open(readonly=True) as store:
        assert store.settings.get(near.FOUND)
    assert project.changed == before
    with project.open() as store:
        store.settings.set("theta", 4)
    assert project.changed > before


@pytest.mark.parametrize("kept", [7, ["x"], [None, 3], {"a": 1}])
def test_what_a_strange_file_says_was_found_is_passed_over(project, kept):
    with project.open() as store:
        store.settings.set(near.FOUND, kept)
    assert len(near.sought(project, pairing.CONFIG.id, Dials()).result(60)) == 2


def test_what_cannot_be_kept_is_found_all_the_same(project, monkeypatch):
    def refuse(*_, **how):
        if not how.get("readonly"):
            raise ProjectError("the disk is full")
        return opened(*_, **how)

    opened = near.Store.open
    monkeypatch.setattr(near.Store, "open", refuse)
    assert len(near.sought(project, pairing.CONFIG.id, Dials()).result(60)) == 2


def test_a_search_that_failed_is_made_again(project, monkeypatch):
    def fail(*_):
        raise ProjectError("the disk is full")

    with monkeypatch.context() as context:
        context.setattr(near, "_near", fail)
        with pytest.raises(ProjectError):
            near.sought(project, pairing.CONFIG.id, Dials(theta=4)).result(60)
    assert near.sought(project, pairing.CONFIG.id, Dials(theta=4)).result(60)
