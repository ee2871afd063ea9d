import csv
import io
from types import SimpleNamespace

import pytest

from codeclm.errors import UsageError
from codeclm.records import Labels
from codeclm.ui import table
from codeclm.ui.labels import labels_of
from codeclm.ui.table import csv_bytes, pages_of, rows_key, tall


@pytest.mark.parametrize("cell", ["=HYPERLINK(1)", "+1", "-1", "@x", "\t=1", " =1", "＝1"])
def test_no_cell_is_taken_for_a_formula(cell):
    data = csv_bytes([{"why": cell}], ("why",)).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(data)))[1] == ["'" + cell]


def test_harmless_cells_stay_as_they_are():
    data = csv_bytes([{"row": 3, "why": "a, b\nc"}], ("row", "why")).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(data))) == [["row", "why"], ["3", "a, b\nc"]]


def test_titles_of_columns_are_told_apart():
    long = "llama-3.1-8b-instruct-tuned-v1-epoch"
    first, second, prompt = table.titles([f"{long}1", f"{long}2", "Prompt"], ("Prompt", "Group"))
    assert second == f"{first} (2)"
    assert prompt == "Prompt (2)"
    assert table.titles(["a", "a (2)", "a"]) == ["a", "a (2)", "a (3)"]


def test_pages():
    assert [pages_of(total) for total in (0, 1, 50, 51, 100_000)] == [1, 1, 1, 2, 2000]


def test_another_set_of_rows_is_another_table(monkeypatch):
    monkeypatch.setattr(table, "st", SimpleNamespace(session_state={}))
    first = rows_key("t", ["a", "b"])
    assert rows_key("t", ["a", "b"]) == first
    other = rows_key("t", ["b", "a"])
    assert other != first
    assert rows_key("t", ["a", "b"]) not in (first, other), "what was chosen before is not chosen again"


def test_labels_by_hand():
    assert labels_of(" travel  planning ", "budgeting; route planning, budgeting") == Labels(
        "travel planning", ("budgeting", "route planning")
    )


@pytest.mark.parametrize(("use", "skills"), [("  ", "a"), ("x", "a,b,c,d"), ("x" * 200, "")])
def test_labels_that_cannot_be(use, skills):
    with pytest.raises(UsageError):
        labels_of(use, skills)


def test_a_table_is_as_high_as_its_rows_up_to_a_limit():
    assert tall(3, 500) - tall(2, 500) == tall(2, 500) - tall(1, 500) > 20
    assert tall(14, 500) == 33 * 15 + 3


@pytest.mark.parametrize("most", range(420, 460, 3))
def test_a_table_that_goes_on_is_cut_in_the_middle_of_a_row(most):
    height = tall(10_000, most)
    assert most - 33 < height <= most
    assert (height - 3) % 33 == 16
