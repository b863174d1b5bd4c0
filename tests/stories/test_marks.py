"""Names, codes and figures are the same marks in whatever language they stand."""

import pytest

from monitor.stories.events import report
from monitor.stories.marks import MOST, tells_much
from tests.builders import NOON


def marks(title: str, text: str = "") -> set[str]:
    return set(report(title, text, NOON).marks)


@pytest.mark.parametrize(
    "names",
    [
        ("Kushner", "Кушнер", "كوشنر", "כושנר"),
        ("Netanyahu", "Нетаньяху", "نتنياهو", "נתניהו"),
        ("Farouk", "Faruq", "فاروق", "פארוק"),
        ("Schweden", "スウェーデン"),
        ("Hamza", "حمزة"),
        ("Rafah", "رفح", "רפיח"),
        ("Nissan", "Nisan"),
        ("Abbas", "عباس", "עבאס"),
        ("Cecilia", "Sesilia"),
        ("Sarkozy", "Sarkozi", "ساركوزي"),
        ("Itamar", "إيتمار", "איתמר"),
    ],
)
def test_a_name_is_one_mark_in_every_language(names: tuple[str, ...]) -> None:
    common = set.intersection(*(marks(name) for name in names))
    assert common, {name: marks(name) for name in names}


def test_proclitics_are_looked_through() -> None:
    assert marks("وبالقسام") & marks("Qassam")


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("1,234 units", "#1234"),
        ("1.234 Einheiten", "#1234"),
        ("١٢٣٤ وحدة", "#1234"),
        ("007 agents", ""),
        ("9 of them", ""),
        ("plan E1", "=e1"),
        ("plan E-1", "=e1"),
        ("Gaza burns", "~gaza"),
    ],
)
def test_figures_codes_and_short_names_are_marks(text: str, mark: str) -> None:
    assert {one for one in marks(text) if one[0] in "#=~"} == ({mark} if mark else set())


def test_small_letters_are_no_name_where_there_are_capitals() -> None:
    assert marks("the mediators of a ceasefire") == set()


def test_a_short_name_without_capitals_says_nothing() -> None:
    assert marks("غزة") == marks("") == set()


def test_marks_tell_where_they_stand_and_how_they_are_written() -> None:
    found = report("Kushner lands", "Jared Kushner met 1,234 people of Nablus", NOON).marks
    assert {mark.written: mark.weight for mark in found.values()} == {
        "Kushner": 2.0,
        "1,234": 1.0,
        "Jared": 1.0,
        "Nablus": 1.0,
    }


def test_no_more_marks_are_kept_than_tell_of_it() -> None:
    names = [f"{first}{second}n" for first in ("Bar", "Mer", "Tal", "Ked", "Gos", "Lem") for second in "bdklrst"]
    assert len(report(" ".join(names), "", NOON).marks) == MOST


@pytest.mark.parametrize(
    ("mark", "much"), [("#1234", True), ("#627", True), ("#48", False), ("#2026", False), ("ksnr", False)]
)
def test_a_large_figure_that_is_no_year_tells_much(mark: str, much: bool) -> None:
    assert tells_much(mark) is much
