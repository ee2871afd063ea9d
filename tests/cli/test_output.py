import json
import sys

import pytest

from codeclm.cli.output import Live, Result, emit, plain, speak_utf8, table


def test_control_characters_do_not_reach_a_terminal():
    assert plain("red \x1b[31malert\x07 \u202eevil") == "red �[31malert� �evil"


def test_no_line_of_a_result_moves_a_cursor(capsys):
    said = "a  b \x1b[2J\x9b\u202e"
    emit(Result({"text": said}, [said]), as_json=False)
    assert capsys.readouterr().out == "a  b �[2J��\n"
    emit(Result({"text": said}), as_json=True)
    out = capsys.readouterr().out
    assert not set(out) & {"\x1b", "\x9b", "\u202e"}
    assert json.loads(out) == {"text": said}


def test_text_is_one_line_and_cut():
    assert plain("one\n two\tthree") == "one two three"
    assert plain("abcdef", 4) == "abc…"
    assert plain("abcd", 4) == "abcd"


def test_columns_are_aligned_and_numbers_go_right():
    rows = list(table(("name", "n"), [("a", 5), ("long", 12)]))
    assert rows == ["name   n", "a      5", "long  12"]


def test_no_rows_no_table():
    assert list(table(("name",), [])) == []


def test_json_is_one_line_and_keeps_every_letter(capsys):
    emit(Result({"text": "zwölf\n日本"}, ["unused"]), as_json=True)
    out = capsys.readouterr().out
    assert out == '{"text": "zwölf\\n日本"}\n'
    assert json.loads(out) == {"text": "zwölf\n日本"}


def test_numbers_that_json_has_not_are_refused():
    with pytest.raises(ValueError, match="JSON"):
        emit(Result({"x": float("nan")}), as_json=True)


def test_a_lone_surrogate_can_be_printed(capsys):
    speak_utf8()
    emit(Result({"text": "\udc80"}), as_json=True)
    assert json.loads(capsys.readouterr().out) == {"text": "\udc80"}


def test_progress_is_a_line_now_and_then(capsys, monkeypatch):
    monkeypatch.setattr(Live, "SPELL", 0.0)
    with Live(quiet=False) as live:
        live.show("1/2")
        live.warn("careful")
    assert capsys.readouterr().err == "1/2\nnote: careful\n"


def test_quiet_is_quiet_but_for_warnings(capsys, monkeypatch):
    monkeypatch.setattr(Live, "SPELL", 0.0)
    with Live(quiet=True) as live:
        live.show("1/2")
        live.warn("careful")
    assert capsys.readouterr().err == "note: careful\n"


def test_on_a_terminal_one_line_changes_and_is_gone_at_the_end(capsys, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with Live(quiet=False) as live:
        live.show("1/2")
        live.show("2/2")
    err = capsys.readouterr().err
    assert "1/2" in err
    assert "\n" not in err
    assert err.endswith("2/2\r\x1b[K")
