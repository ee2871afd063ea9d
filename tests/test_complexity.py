from hypothesis import given
from hypothesis import strategies as st

from codeclm.complexity import Measures, constraints, course, distance, measure


def test_constraints_are_words_that_bind_numbers_and_items() -> None:
    assert constraints("Write a poem.") == 0
    assert constraints("Write a poem of at most 12 lines, without rhymes.") == 3
    assert constraints("1.5 litres of milk") == constraints("Take 1.5 litres of milk") == 1
    assert constraints("Do this:\n1. one\n2. two\n- three") == 3


@given(st.text(), st.text())
def test_distance_is_symmetric_and_between_0_and_1(one: str, other: str) -> None:
    assert 0 <= distance(one, other) <= 1
    assert distance(one, other) == distance(other, one)
    assert distance(one, one) == 0


def test_measures() -> None:
    assert measure("Write a poem") == Measures(3, 0, None)
    assert measure("詩を書く").length == 4
    assert measure("Write a long poem", "Write a poem").distance == 1 - 6 / 7


def test_the_course_has_means_by_iteration() -> None:
    nodes = [
        (2, Measures(8, 2, 0.5), 4.0),
        (1, Measures(4, 0, None), None),
        (1, Measures(6, 1, None), None),
        (2, Measures(10, 4, 0.1), None),
    ]
    first, second = course(nodes)
    assert (first.iteration, first.nodes, first.length, first.constraints) == (1, 2, 5, 0.5)
    assert (first.distance, first.rating) == (None, None)
    assert (second.distance, second.rating) == (0.3, 4.0)
