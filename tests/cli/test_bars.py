"""Bars in a terminal: as long as their numbers say, and no wider than there is room."""

import sys
from io import BytesIO, TextIOWrapper

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.cli.bars import bar, chart
from monitor.cli.terminal import is_unicode, width


def test_a_bar_is_drawn_in_eighths() -> None:
    assert [bar(number, 16, 2, unicode=True) for number in (0, 1, 7, 8, 9, 16)] == ["", "▏", "▉", "█", "█▏", "██"]
    assert bar(1, 1_000_000, 10, unicode=True) == "▏"


def test_without_unicode_it_is_made_of_signs_that_every_terminal_has() -> None:
    assert [bar(number, 4, 8, unicode=False) for number in (0, 1, 4)] == ["", "##", "########"]
    assert bar(1, 1_000_000, 10, unicode=False) == "#"


def test_labels_and_numbers_are_aligned_also_right_to_left_and_wide_ones() -> None:
    lines = list(chart([("\u2068نفق\u2069", 1200), ("拉法", 3), ("tunnel*", 0)], room=40, unicode=True))
    assert lines[0].startswith("\u2068نفق\u2069      1,200  ████")
    assert lines[1:] == ["拉法         3  ▏", "tunnel*      0"]
    assert list(chart([], room=40, unicode=True)) == []


def test_a_label_that_leaves_no_room_is_cut() -> None:
    (line,) = chart([("x" * 90, 5)], room=40, unicode=True)
    assert width(line) == 40
    assert "…" in line


@given(
    st.lists(st.tuples(st.text(alphabet="abنفق 拉", max_size=60), st.integers(0, 10**9)), max_size=8),
    st.integers(1, 200),
    st.booleans(),
)
def test_no_line_is_wider_than_the_room(counted: list[tuple[str, int]], room: int, unicode: bool) -> None:
    for line in chart(counted, room=room, unicode=unicode):
        assert width(line) <= max(room, 10 + 2 + 13 + 2 + 10)


@pytest.mark.parametrize(
    ("encoding", "terminal", "term", "expected"),
    [
        ("utf-8", True, "xterm", True),
        ("utf-8", True, "dumb", False),
        ("utf-8", False, "dumb", True),
        ("latin-1", True, "xterm", False),
        ("ascii", False, "xterm", False),
        (None, False, "xterm", False),
    ],
)
def test_unicode_is_drawn_where_it_can_be_written(
    monkeypatch: pytest.MonkeyPatch, encoding: str | None, terminal: bool, term: str, expected: bool
) -> None:
    stream = TextIOWrapper(BytesIO(), encoding=encoding) if encoding else BytesIO()
    monkeypatch.setattr(stream, "isatty", lambda: terminal, raising=False) if encoding else None
    monkeypatch.setattr(sys, "stdout", stream)
    monkeypatch.setattr("monitor.cli.terminal.is_terminal", lambda: terminal)
    monkeypatch.setenv("TERM", term)
    assert is_unicode() is expected
