import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeclm.errors import ReplyError
from codeclm.records import Labels
from codeclm.stages import checks, rubrics

BEFORE = "Plan a walk for a family."
ACTION = "Add a strict limit on the money that can be spent"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (BEFORE, "is the one that was given"),
        ("  plan a WALK, for a family ", "is the one that was given"),
        (f"{BEFORE} {ACTION}.", "repeats the words"),
        ("Plan a walk. Add a strict limit on the money that can be spent today", "repeats the words"),
        ("Sure! Plan a walk for a family of four.", "answers the instruction"),
        ("日本語で", "") ,
        ("Plan a walk for a family with at most 20 euros.", ""),
        ("Sure-footed walkers want a walk: plan it.", ""),
    ],
)  # fmt: skip
def test_an_improvement_is_checked_before_anyone_pays(text: str, reason: str) -> None:
    if not reason:
        assert checks.improvement(text, BEFORE, ACTION, text) == text
        return
    with pytest.raises(ReplyError, match=reason) as error:
        checks.improvement(text, BEFORE, ACTION, "raw")
    assert error.value.raw == "raw"


def test_words_of_the_action_that_were_there_before_are_no_copy() -> None:
    before = f"{ACTION}, they said. Explain why."
    assert checks.improvement(f"{before} Give two reasons.", before, ACTION, "")


def test_a_short_action_may_be_taken_literally() -> None:
    assert checks.improvement("Plan a walk in the rain.", "Plan a walk.", "in the rain", "")


@given(st.text(min_size=1), st.text())
def test_whatever_comes_it_is_a_text_or_a_reply_error(text: str, before: str) -> None:
    with contextlib.suppress(ReplyError):
        assert checks.improvement(text, before, ACTION, text) == text


def test_parsing_an_improvement_checks_it() -> None:
    reply = '{"instruction": "Plan a walk for a family"}'
    with pytest.raises(ReplyError, match="given"):
        rubrics.improve_parse(reply, BEFORE, ACTION)
    assert rubrics.improve_parse(reply, "Plan a trip", ACTION) == "Plan a walk for a family"


LABELS = Labels("walk planning", ("route finding",))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Plan a walk with two rests for a family.", ""),
        ("Compose four verses about winter mornings.", "shares no word"),
        ("Спланируйте прогулку для семьи с детьми.", "Cyrillic"),
        ("Find routes quickly, please", ""),
        ("Go", ""),
    ],
)
def test_drift_is_noted_with_a_reason(text: str, expected: str) -> None:
    found = checks.drift(text, BEFORE, LABELS)
    assert expected in found
    assert bool(found) == bool(expected)


def test_drift_in_scripts_without_spaces() -> None:
    basic, labels = "家族のための散歩を計画してください。", Labels("散歩の計画")
    assert not checks.drift("家族四人のための短い散歩を計画してください。", basic, labels)
    assert "shares no word" in checks.drift("冬朝詩四行書作者名前文字。", basic, labels)


def test_of_a_very_long_action_the_beginning_is_looked_at() -> None:
    action = " ".join(f"word{number}" for number in range(10 * checks.LONGEST))
    with pytest.raises(ReplyError, match="repeats the words"):
        checks.improvement(f"Plan a walk. {action}", BEFORE, action, "")
    assert checks.improvement("Plan a walk. word1 word3 word5 word7", BEFORE, action, "")
