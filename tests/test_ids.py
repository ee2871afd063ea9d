import hashlib
import json
import unicodedata
from dataclasses import asdict
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from codeclm.ids import canonical, content_id
from codeclm.llm.model import Request
from codeclm.records import Answer, Comparison, Instruction, Message, Scores
from codeclm.settings import Sampling

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


def plain(value: Any) -> str:
    """Canonical JSON in so many words."""

    def composed(value: Any) -> Any:
        if isinstance(value, str):
            return unicodedata.normalize("NFC", value)
        if isinstance(value, dict):
            return {composed(name): composed(item) for name, item in value.items()}
        return [composed(item) for item in value] if isinstance(value, list) else value

    return json.dumps(composed(value), sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def digits(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:20]


@given(VALUES)
def test_canonical_json_is_sorted_composed_and_without_spaces(value: Any) -> None:
    assert canonical(value) == plain(value)


@given(st.dictionaries(st.sampled_from(["text", "role", "sample", "labels"]), VALUES))
def test_an_id_is_the_hash_of_all_parts_and_the_kind_as_one_object(parts: dict[str, Any]) -> None:
    assert content_id("thing", **parts) == digits(plain({"kind": "thing", **parts}))


@given(st.text(), st.integers(0, 9))
def test_a_call_is_named_by_all_that_may_change_its_reply(text: str, sample: int) -> None:
    turns = (Message("system", "Judge."), Message("user", text))
    sampling = Sampling(temperature=0.7, seed=5, extra={"min_p": 0.05})
    request = Request("judge", "judge", "r", "m", turns, sampling, sample=sample)
    parts = {
        "role": "judge",
        "model": "m",
        "messages": [turn.as_dict() for turn in turns],
        "sampling": asdict(sampling),
        "schema": None,
        "sample": sample,
        "attempt": 0,
    }
    assert request.key == digits(plain({"kind": "call", **parts}))


WORDS = st.text(max_size=8)


@given(WORDS, st.none() | WORDS, st.none() | WORDS, st.integers(0, 9), WORDS)
def test_what_is_named_most_is_named_as_all_else(
    one: str, other: str | None, action: str | None, sample: int, text: str
) -> None:
    instruction = Instruction("m", one, text, sample, other, action)
    parts = {"revision": one, "parent": other, "action": action, "sample": sample, "text": text}
    assert instruction.id == content_id("instruction", **parts)
    answer = Answer(one, "target", text, "said", sample=sample)
    assert answer.id == content_id("answer", instruction=one, role="target", config=text, sample=sample)
    scored = Comparison(one, text, "b", "c", Scores(1, 2))
    assert scored.id == content_id("comparison", instruction=one, answers=[text, "b"], config="c")
