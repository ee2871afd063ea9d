import numpy as np
from hypothesis import given
from hypothesis import strategies as some

from codeclm import atlas
from codeclm.atlas import Meaning, Words, keywords, told_apart
from codeclm.atlas.capitals import written

TEXTS = [
    "Please write a haiku about autumn leaves",
    "Write a haiku for my sister, about the sea",
    "A haiku, please: mountains",
    "Fix this SQL query that joins two tables",
    "Why is my SQL query slow with a join",
    "Explain SQL joins",
    "Schreibe mir ein Rezept mit Linsen",
]


def test_what_sets_a_cluster_apart():
    words = atlas.keywords(TEXTS, [0, 0, 0, 1, 1, 1, -1])
    assert words[0].terms[0] == "haiku"
    assert words[1].terms[0].startswith("SQL")
    assert set(words) == {0, 1}


def test_small_words_of_several_languages_name_nothing():
    words = atlas.keywords(TEXTS, [0] * 6 + [1])[1].terms
    assert {"Rezept", "Linsen"} <= set(" ".join(words).split())
    assert not {"mir", "ein", "mit", "schreibe"} & set(" ".join(words).split())


def test_forms_of_one_word_come_once():
    words = atlas.keywords(["movie night", "movies and a movie", "big movies"], [0, 0, 0])[0].terms
    assert sum("movie" in word for word in words) == 1
    labels = [("Yelp",), ("yelp",), ("Yelp",), ("yelp",)]
    words = atlas.keywords(["a tip", "b tip", "c", "d"], [0] * 4, labels)[0].terms
    assert sum(word.casefold() == "yelp" for word in words) == 1


def test_a_word_is_written_as_the_texts_write_it():
    acronyms = [f"ASCII, in LaTeX, or Python, {n}. Tables" for n in range(6)]
    others = [f"Soup with leeks, number {n}" for n in range(6)]
    found = keywords([*acronyms, *others], [0] * 6 + [1] * 6)
    assert {"ASCII", "LaTeX", "Python", "tables"} <= {*found[0].terms}
    assert "soup" in found[1].terms, "a capital at the beginning of a sentence says nothing"
    assert atlas.name(found[1])[0].isupper()


def test_capitals_of_texts_all_in_capitals_say_nothing():
    assert written(["soup"], ["MAKE SOUP NOW", "make soup"]) == ["soup"]
    assert written(["soup"], ["MAKE SOUP NOW"]) == ["soup"]
    assert written(["Given", "dna"], ["the DNA of a gene", "DNA tests", "some dna"]) == ["Given", "DNA"]
    assert written(["c++", "(", ""], ["use C++ (now)", "in C++ code"]) == ["C++", "(", ""]


def test_scripts_without_spaces():
    assert atlas.keywords(["旅行計画を立てて", "旅行計画です"], [0, 0])[0].terms[0] in {
        "旅行",
        "行計",
        "計画",
    }


def test_names_differ():
    first = atlas.name(Words(["sql", "query"]))
    assert first == "Sql, query"
    assert atlas.name(Words(["sql", "query"]), [first]) not in {first, ""}
    assert atlas.name(Words([])) == "Unnamed"
    assert atlas.name(Words([]), ["Unnamed"]) == "Unnamed 2"


@given(some.lists(some.tuples(some.text(), some.integers(-1, 3))))
def test_any_text_can_be_named(rows):
    words = atlas.keywords([text for text, _ in rows], [label for _, label in rows])
    assert set(words) == {label for _, label in rows if label >= 0}
    assert all(atlas.name(found) for found in words.values())


def test_labels_that_were_given_name_a_cluster_in_any_language():
    texts = ["Schreibe dem Kunden zurück", "Escribe al cliente", "Solve for x", "Factor this"]
    known = [("customer reply", "tone")] * 2 + [("algebra",)] * 2
    words = atlas.keywords(texts, [0, 0, 1, 1], known)
    assert [words[0].terms[0], words[1].terms[0]] == ["customer reply", "algebra"]


def test_a_name_tells_what_most_of_the_texts_are_about():
    texts = [f"{topic} number {n}" for topic in ("zebra crossing", "quince jelly") for n in range(5)]
    known = [("road safety", "caution", "street signs")] * 5 + [("preserves", "patience", "sugar")] * 5
    others = ["something else entirely"] * 5
    mixed = atlas.keywords([*texts, *others], [0] * 10 + [1] * 5, [*known, *[()] * 5])[0]
    assert set(mixed.terms[: mixed.enough]) == {"road safety", "preserves"}
    apart = atlas.keywords([*texts, *others], [0] * 5 + [2] * 5 + [1] * 5, [*known, *[()] * 5])
    assert atlas.name(apart[0]) == "Road safety"
    assert atlas.name(apart[2]) == "Preserves"


def test_of_two_words_as_strong_that_is_first_whose_meaning_is_the_topic():
    texts = [f"required guitar {n}" for n in range(6)] + [f"needed soup {n}" for n in range(6)]
    labels = [0] * 6 + [1] * 6
    music, food = np.array([1, 0, 0.2]), np.array([0, 1, 0.2])
    means = {"guitar": music, "soup": food}

    def of(words):
        return np.array([means.get(word, np.array([0.1, 0.1, 1])) for word in words], np.float32)

    meaning = Meaning(np.array([music] * 6 + [food] * 6, np.float32), of)
    words = keywords(texts, labels, meaning=meaning)
    assert [words[label].terms[0] for label in (0, 1)] == ["guitar", "soup"]
    assert keywords(texts, labels, meaning=meaning) == words
    given = [("a label",)] * 6 + [()] * 6
    assert keywords(texts, labels, given, meaning)[0] == keywords(texts, labels, given)[0]
    alone = keywords(texts[:6], [0] * 6, meaning=Meaning(meaning.texts[:6], of))
    assert alone == keywords(texts[:6], [0] * 6), "with one cluster there is nothing to be nearer to"


def test_clusters_that_a_model_calls_the_same_are_told_apart():
    words = {1: ("visa", "hotel"), 2: ("hotel", "train"), 3: ("soup",), 4: ("travel",), 5: ()}
    names = {1: "Travel", 2: "travel", 3: "Cooking", 4: "Travel", 5: "Cooking"}
    assert told_apart(names, words) == {
        1: "Travel (visa)",
        2: "travel (train)",
        3: "Cooking (soup)",
        4: "Travel 1",
        5: "Cooking 1",
    }
    assert told_apart({3: "Cooking"}, words) == {3: "Cooking"}
    assert told_apart({3: "Cooking"}, words, ["cooking"]) == {3: "Cooking (soup)"}
    assert told_apart({3: "Cooking"}, {3: ("soup " * 20,)}, ["Cooking"]) == {3: "Cooking 1"}
