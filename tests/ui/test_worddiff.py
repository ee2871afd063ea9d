import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeclm.ui.worddiff import LONGEST, changed, diff, graphemes, tokens

TEXTS = st.text(alphabet=st.sampled_from("ab 語ค้e\u0301👩\u200d🚀\n.,'"), max_size=40)


def old_of(pieces):
    return "".join(text for kind, text in pieces if kind != "new")


def new_of(pieces):
    return "".join(text for kind, text in pieces if kind != "gone")


@given(TEXTS, TEXTS)
def test_the_pieces_make_both_texts(old, new):
    pieces = diff(old, new)
    assert old_of(pieces) == old
    assert new_of(pieces) == new
    assert all(text for _, text in pieces)
    assert 0 <= changed(pieces) <= 1
    assert (changed(pieces) == 0) == (old == new)


@given(TEXTS)
def test_tokens_join_to_the_text(text):
    assert "".join(tokens(text)) == text
    assert "".join(graphemes(text)) == text


def test_words_change_as_a_whole():
    assert diff("Plan a trip", "Plan a cheap trip") == (
        ("same", "Plan a "),
        ("new", "cheap "),
        ("same", "trip"),
    )
    assert ("gone", "cat") in diff("the cat sat", "the car sat")


def test_words_swapped_in_a_row_read_as_one_change():
    assert diff("see two noisy dogs", "see one quiet cat") == (
        ("same", "see "), ("gone", "two noisy dogs"), ("new", "one quiet cat"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "fresh"),
    [("東京へ行く", "京都へ行く", "都"), ("ไปเที่ยว", "ไปเดิน", "ดิ"), ("这是书", "这是大书", "大")],
)
def test_scripts_without_spaces_change_by_sign(old, new, fresh):
    pieces = diff(old, new)
    assert fresh in "".join(text for kind, text in pieces if kind == "new")
    assert any(kind == "same" for kind, _ in pieces)


@pytest.mark.parametrize("sign", ["e\u0301", "👩\u200d🚀", "ที่", "👍🏽", "☂\ufe0f"])
def test_a_sign_is_never_parted(sign):
    assert sign in graphemes(f"a{sign}b") or sign[:2] in graphemes(f"a{sign}b")[1]
    assert graphemes(f"a{sign}b")[-1] == "b"


def test_very_long_texts_are_shown_as_replaced():
    old, new = "a " * LONGEST, "b " * LONGEST
    assert diff(old, new) == (("gone", old), ("new", new))
    assert diff(old, old) == (("same", old),)
