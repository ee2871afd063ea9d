from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeclm.llm.text import clean, without_thinking


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ("plain", "plain"),
        ("<think>hm</think>yes", "yes"),
        ("<think>\na\nb\n</think>\n\nyes\n", "yes"),
        ("<think>never closed", ""),
        ("it began before\n</think>\n\nyes", "yes"),
        ("<think></think><think>again</think> yes", "yes"),
        ("Answer first.\n<think>then thought", "Answer first."),
        ("Write `<think>` in code", "Write `<think>` in code"),
        ("Close it with `</think>` in code", "Close it with `</think>` in code"),
        ("", ""),
    ],
)
def test_thinking_is_taken_out(raw: str, said: str) -> None:
    assert without_thinking(raw) == said


@given(st.text(alphabet=st.characters(blacklist_categories=())))
def test_clean_text_can_be_kept_anywhere_and_cleaning_twice_changes_nothing(text: str) -> None:
    cleaned = clean(text)
    cleaned.encode("utf-8")
    assert "\0" not in cleaned
    assert clean(cleaned) == cleaned
    assert len(cleaned) == len(text)
