import re

import pytest
from hypothesis import given
from hypothesis import strategies as some

from codeclm.llm.text import as_seen
from codeclm.ui import text


@pytest.mark.parametrize(
    "hostile",
    [
        "![x](http://evil/p.png)",
        ":red[boo]",
        ":material/home:",
        ":smile:",
        "<b>x</b>",
        "$x^2$",
        "[a](javascript:1)",
    ],
)
def test_foreign_text_leaves_no_mark_unescaped(hostile):
    shown = text.plain(hostile)
    assert not re.search(r"(?<!\\)[\[\]()<>$!_*`#]", shown.replace(":small[]", ""))
    assert not re.search(r":(?=[a-z/])", shown.replace(":small[]", " "))


def test_what_a_reader_sees_is_what_was_written():
    said = "5 * 3 = [x] a_b: see me@here.org at 12:30 -> <- <-> -- --- >= <= ~= :: WWW.x.org"
    shown = text.plain(said)
    assert shown.isascii()
    assert re.sub(r"\\(.)", r"\1", shown.replace(":small[]", "")) == said
    assert not re.search(
        r"->|<-|--|>=|<=|~=|@\w|::|www\.", re.sub(r"\\(.)", r"\1", shown.replace(":small[]", " "))
    )


@given(some.text())
def test_plain_is_one_line(value):
    assert "\n" not in text.plain(value)
    assert "\r" not in text.plain(value)


def test_one_line_cuts_at_the_limit():
    assert text.one_line("a b\n\n c", 10) == "a b c"
    assert text.one_line("abcdefghij", 5) == "abcd…"


def test_unknown_stays_unknown():
    assert text.dollars(None) == "unknown"
    assert text.dollars(0) == "$0.00"
    assert text.dollars(0.00123) == "$0.0012"
    assert text.dollars(0.5) == "$0.50"
    assert text.dollars(1234.5) == "$1,234.50"
    assert text.number(None) == "–"
    assert text.score(None) == "–"


def test_gap_has_a_sign():
    assert [text.gap(value) for value in (4.5, -1, 0)] == ["+4.5", "−1", "0"]


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0.4, "0 s"), (59, "59 s"), (60, "1 min"), (200, "3 min 20 s"), (1234, "20 min"), (7500, "2 h 5 min")],
)
def test_duration(seconds, shown):
    assert text.duration(seconds) == shown


@pytest.mark.parametrize(
    ("past", "shown"), [(3, "just now"), (60, "1 min ago"), (7300, "2 hours ago"), (90_000, "1 day ago")]
)
def test_ago(past, shown):
    assert text.ago(1000.0, 1000.0 + past) == shown
    assert text.ago(None) == "never"


def test_plural():
    assert text.plural(1, "seed") == "1 seed"
    assert text.plural(1234, "seed") == "1,234 seeds"
    assert text.plural(2, "entry", "entries") == "2 entries"


def test_a_log_line_forges_no_entry_and_moves_no_cursor() -> None:
    said = as_seen("2026 page failed\n2027 page failed: \x1b[2J\x9b\u202eevil\ttab")
    assert said == "2026 page failed\n  2027 page failed: �[2J��evil\ttab"
