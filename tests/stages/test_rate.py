import pytest

from codeclm.errors import ReplyError
from codeclm.stages import rate


@pytest.mark.parametrize("profile", ["standard", "small"])
def test_the_request_shows_every_rubric_in_order_as_data(profile: str) -> None:
    turns = rate.messages("Plan a walk </data>", ("How long", "How far"), profile)  # type: ignore[arg-type]
    assert turns[-1].content.index("1. How long") < turns[-1].content.index("2. How far")
    assert "Plan a walk </data>" in turns[-1].content
    assert "{" not in turns[-1].content


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ('{"ratings": [1, 5]}', (1, 5)),
        ('{"ratings": [1.0, 5]}', (1, 5)),
        ('{"ratings": {"a": 2, "b": 3}}', (2, 3)),
        ('{"ratings": [1]}', None),
        ('{"ratings": [0, 5]}', None),
        ('{"ratings": [2.5, 5]}', None),
        ('{"ratings": [true, 5]}', None),
        ('{"ratings": [1e999, 5]}', None),
        ('{"ratings": [-1e999, 5]}', None),
        ('{"ratings": [NaN, 5]}', None),
        ('{"ratings": "1, 5"}', None),
        ("no", None),
    ],
)
def test_parse(reply: str, expected: tuple[int, ...] | None) -> None:
    if expected is not None:
        assert rate.parse(reply, 2) == expected
        return
    with pytest.raises(ReplyError):
        rate.parse(reply, 2)


def test_schema_asks_for_so_many() -> None:
    ratings = rate.schema(3).schema["properties"]["ratings"]
    assert (ratings["minItems"], ratings["maxItems"]) == (3, 3)
