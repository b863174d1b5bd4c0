"""Shares and their intervals, against published figures."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.rules.precision import Figures, Interval, wilson


@pytest.mark.parametrize(
    ("right", "of", "low", "high"),
    [
        (10, 10, 0.7225, 1.0),
        (0, 14, 0.0, 0.2153),
        # Newcombe, Two-sided confidence intervals for the single proportion, Statistics in Medicine 17 (1998), table I,
        # method 3.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_the_interval_is_the_published_one(right: int, of: int, low: float, high: float) -> None:
    interval = wilson(right, of)
    assert (round(interval.low, 4), round(interval.high, 4)) == (low, high)


def test_where_one_end_is_known_it_is_exact() -> None:
    assert wilson(0, 5).low == 0.0
    assert wilson(5, 5).high == 1.0


@given(st.integers(1, 10_000).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_an_interval_holds_its_share_and_is_the_mirror_of_the_others(given: tuple[int, int]) -> None:
    right, of = given
    interval, mirrored = wilson(right, of), wilson(of - right, of)
    assert 0 <= interval.low <= right / of <= interval.high <= 1
    assert interval.low == pytest.approx(1 - mirrored.high, abs=1e-12)


def test_figures_count_what_was_judged_apart_from_what_was_not() -> None:
    figures = Figures()
    for relevant, alone in [(True, True), (False, False), (None, False)]:
        figures.add(relevant=relevant, alone=alone)
    assert figures == Figures(matches=3, reviewed=2, relevant=1, alone=1)
    assert (figures.irrelevant, figures.precision) == (1, 0.5)
    assert figures.interval == wilson(1, 2)
    assert figures.without(Figures(matches=1, reviewed=1, relevant=0)) == Figures(matches=2, reviewed=1, relevant=1)


def test_of_nothing_judged_nothing_is_said() -> None:
    assert (Figures(matches=3).precision, Figures(matches=3).interval) == (None, None)
    assert isinstance(Figures(matches=3, reviewed=1).interval, Interval)
