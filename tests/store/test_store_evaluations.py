"""Evaluations and embeddings in a project."""

import pytest

from codeclm.errors import ProjectError
from codeclm.records import Scores
from codeclm.store import Given, Missed, Prompt, Store
from codeclm.store.vectors import text_key

PROMPTS = [Prompt("Name a fish.", "sea"), Prompt("Name a bird.", "air"), Prompt("Name a fish.", "sea")]


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "p.db", create=True) as opened:
        yield opened


@pytest.fixture
def one(store):
    return store.evaluations.add({"title": "first"}, PROMPTS)


def test_the_same_evaluation_is_one(store, one):
    assert store.evaluations.add({"title": "first"}, PROMPTS) == one
    other = store.evaluations.add({"title": "first"}, PROMPTS[:2])
    assert {each.id for each in store.evaluations.recent()} == {one, other}
    found = store.evaluations.get(one)
    assert (found.spec, found.prompts) == ({"title": "first"}, 3)
    assert store.evaluations.get("0" * 20) is None


def test_prompts_keep_their_places_and_may_repeat(store, one):
    assert store.evaluations.prompts(one) == PROMPTS
    assert PROMPTS[0].node.id == PROMPTS[2].node.id != PROMPTS[1].node.id


def test_the_first_answer_and_the_first_scores_stay(store, one):
    store.evaluations.add_answers(one, 0, [(0, Given("Cod", True)), (1, Given(""))])
    store.evaluations.add_answers(one, 0, [(0, Given("Eel"))])
    assert store.evaluations.answers(one, 0) == {0: Given("Cod", True), 1: Given("")}
    both = (Scores(8, 7.5, "The first."), Scores(6, 7, "The second."))
    store.evaluations.add_scores(one, 1, [(1, both), (2, both[:1])])
    store.evaluations.add_scores(one, 1, [(1, both[:1])])
    assert store.evaluations.scores(one, 1) == {1: (Scores(8, 7.5), Scores(6, 7)), 2: (Scores(8, 7.5),)}
    assert store.evaluations.explained(one, 1, 1) == both
    assert store.evaluations.explained(one, 1, 0) == ()
    assert store.evaluations.scores(one, 2) == {}


def test_a_failure_stays_until_it_comes_right(store, one):
    store.evaluations.miss(one, Missed(1, 0, "judge", "no scores", "hello"))
    store.evaluations.miss(one, Missed(1, 1, "answer", "no reply", transport=True))
    first, second = store.evaluations.missed(one)
    assert (first.raw, first.final, second.final) == ("hello", True, False)
    store.evaluations.retry(one)
    first, second = store.evaluations.missed(one)
    assert (first.wanted, first.final, second.wanted) == (1, False, 0)
    store.evaluations.add_scores(one, 1, [(0, (Scores(1, 2),))])
    assert [each.place for each in store.evaluations.missed(one)] == [1]


def test_deleting_leaves_the_others(store, one):
    other = store.evaluations.add({"title": "second"}, PROMPTS)
    for each in (one, other):
        store.evaluations.add_answers(each, 0, [(0, Given("Cod"))])
    store.evaluations.delete(one)
    assert [each.id for each in store.evaluations.recent()] == [other]
    assert store.evaluations.answers(other, 0) == {0: Given("Cod")}
    with pytest.raises(ProjectError, match="no evaluation"):
        store.evaluations.prompts(one)


def test_vectors_are_found_by_model_and_text(store):
    store.vectors.put("m", {"a": b"1", "b": b"2"})
    store.vectors.put("m", {"a": b"3"})
    store.vectors.put("n", {"c": b"4"})
    assert store.vectors.get("m", ["a", "b", "c", "a"]) == {"a": b"1", "b": b"2"}
    assert store.vectors.missing("m", ["c", "b", "c", "d"]) == ["c", "d"]
    assert store.vectors.get("n", ["a", "c"]) == {"c": b"4"}
    assert store.vectors.get("?", ["a"]) == {}
    many = {str(number): b"" for number in range(1200)}
    store.vectors.put("m", many)
    assert store.vectors.get("m", many).keys() == many.keys()
    assert text_key("a") != text_key("A")
