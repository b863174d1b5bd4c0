import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.cli.terminal import crop, harmless, is_coloured, isolate, isolate_within, line_of, width


def test_escape_sequences_reach_no_terminal() -> None:
    assert harmless("\x1b]0;owned\x07\x1b[31mred\x9b2J") == "]0;owned[31mred2J"


def test_overrides_that_reorder_the_line_are_dropped() -> None:
    assert harmless("safe\u202egnp.exe\u2069") == "safegnp.exe"


def test_a_right_to_left_title_is_isolated_from_what_stands_beside_it() -> None:
    assert isolate("رفح: 200 مقاتل") == "\u2068رفح: 200 مقاتل\u2069"
    assert isolate("Rafah:\n200 fighters") == "Rafah: 200 fighters"


def test_right_to_left_words_within_a_line_of_ours_are_isolated_each() -> None:
    assert isolate_within('"رفح" (in הפסקת אש) 7') == '"\u2068رفح\u2069" (in \u2068הפסקת אש\u2069) 7'
    assert isolate_within('צה"ל* alone,\nאנפק') == '\u2068צה"ל*\u2069 alone, \u2068אנפק\u2069'
    assert isolate_within("Rafah\x1b[31m\u202e") == "Rafah[31m"


def test_a_line_runs_as_its_first_letter_does() -> None:
    assert line_of("[-30-] رفح", runs_as="30 رفح") == "\u2067[-30-] رفح\u2069"
    assert line_of("{+In+} רפיח", runs_as="In רפיח") == "{+In+} רפיח"
    assert line_of("30", runs_as="30") == "30"


@given(st.text())
def test_no_control_character_survives(text: str) -> None:
    assert not any(ord(letter) < 32 and letter not in "\t\n" for letter in harmless(text))
    assert "\n" not in isolate(text)


def test_columns_are_those_of_a_terminal() -> None:
    assert [width(text) for text in ("Rafah", "رَفَح", "拉法", "e\u0301", "\u2068a\u2069")] == [5, 3, 4, 1, 1]


def test_what_is_too_wide_is_cut_to_its_columns() -> None:
    assert crop("Rafah", 5) == "Rafah"
    assert crop("Rafah talks", 6) == "Rafah…"
    assert crop("拉法隧道", 5) == "拉法…"


@given(st.text(max_size=30), st.integers(1, 10))
def test_nothing_is_wider_than_it_may_be(text: str, columns: int) -> None:
    assert width(crop(text, columns)) <= columns


@pytest.mark.parametrize(
    ("terminal", "environment", "coloured"),
    [
        (True, {}, True),
        (True, {"NO_COLOR": ""}, True),
        (True, {"NO_COLOR": "1"}, False),
        (True, {"TERM": "dumb"}, False),
        (False, {}, False),
    ],
)
def test_colours_are_shown_to_who_sees_and_wants_them(
    monkeypatch: pytest.MonkeyPatch, terminal: bool, environment: dict[str, str], coloured: bool
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal, raising=False)
    for name, value in {"NO_COLOR": "", "TERM": "xterm", **environment}.items():
        monkeypatch.setenv(name, value)
    assert is_coloured() is coloured
