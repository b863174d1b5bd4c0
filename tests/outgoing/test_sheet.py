"""Sheets: read back by Python's reader; no cell is a formula."""

import csv
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.outgoing.sheet import BOM, cell, sheet
from monitor.text.harmless import harmless
from tests.outgoing.hostile import HOSTILE


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_cell_comes_back_as_it_is(text: str) -> None:
    (_, row) = csv.reader(StringIO("".join(sheet(["a", "b"], [[text, 1.5]])), newline=""))
    assert row[0].removeprefix("'") == harmless(text)
    assert row[1] == "1.5"


@given(st.text())
def test_no_cell_is_a_formula(text: str) -> None:
    shown = cell(text)
    assert isinstance(shown, str)
    assert not shown.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))
    assert not shown.startswith("\t")
    assert harmless(text) in (shown, shown[1:])


@pytest.mark.parametrize("text", ["=1+1", " =1+1", "\n@SUM(1)", "\t=1", "\t", "-1", "＋1"])
def test_what_a_spreadsheet_would_run_begins_with_an_apostrophe(text: str) -> None:
    assert cell(text) == f"'{text}"


def test_numbers_stay_numbers_and_none_is_empty() -> None:
    assert "".join(sheet(["a", "b", "c"], [[-1, 2.5, None]])) == "a,b,c\r\n-1,2.5,\r\n"


def test_a_cell_holds_what_a_spreadsheet_takes() -> None:
    shown = cell("x" * 40_000)
    assert isinstance(shown, str)
    assert (len(shown), shown[-1]) == (32_001, "…")


def test_the_mark_stands_once_and_first() -> None:
    pieces = list(sheet(["a"], [["رفح"], ["Rafah"]], bom=True))
    assert pieces == [f"{BOM}a\r\nرفح\r\n", "Rafah\r\n"]


def test_no_rows_make_no_document() -> None:
    assert list(sheet(["a"], [], bom=True)) == []
