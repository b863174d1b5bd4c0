"""Timelines: every moment falls into a bar, every while of the period has one."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.outgoing.bars import Unit, bars
from tests.builders import NOON

JERUSALEM, BERLIN, KATHMANDU = ZoneInfo("Asia/Jerusalem"), ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Kathmandu")
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("span", "unit", "number"),
    [(DAY, Unit.HOUR, 24), (3 * DAY, Unit.HOUR, 72), (7 * DAY, Unit.DAY, 8), (365 * DAY, Unit.MONTH, 13)],
)
def test_a_bar_is_as_long_as_the_period_allows(span: timedelta, unit: Unit, number: int) -> None:
    found = bars([], NOON - span, NOON, UTC)
    assert (found.unit, len(found.bars)) == (unit, number)


def test_days_are_those_of_the_readers_clock() -> None:
    late = datetime(2025, 11, 9, 22, 30, tzinfo=UTC)
    found = bars([late, late], NOON - 7 * DAY, NOON, JERUSALEM)
    assert [(bar.label, bar.number) for bar in found.bars if bar.number] == [("2025-11-10", 2)]
    assert found.highest.label == "2025-11-10"


def test_the_hour_that_comes_twice_is_one_bar() -> None:
    since = datetime(2025, 10, 25, 22, tzinfo=UTC)
    twice = [datetime(2025, 10, 26, 0, 30, tzinfo=UTC), datetime(2025, 10, 26, 1, 30, tzinfo=UTC)]
    found = bars(twice, since, since + DAY, BERLIN)
    assert [(bar.label, bar.number) for bar in found.bars if bar.number] == [("2025-10-26 02:00", 2)]


@given(
    st.integers(0, 3650 * 24 * 60).map(lambda minutes: NOON - timedelta(minutes=minutes)),
    st.timedeltas(timedelta(minutes=1), timedelta(days=800)),
    st.sampled_from([UTC, JERUSALEM, BERLIN, KATHMANDU, ZoneInfo("Australia/Lord_Howe")]),
    st.lists(st.floats(0, 1, exclude_max=True)),
)
def test_nothing_falls_outside(since: datetime, span: timedelta, zone: ZoneInfo, places: list[float]) -> None:
    moments = [since + span * place for place in places]
    found = bars(moments, since, since + span, zone)
    assert sum(bar.number for bar in found.bars) == len(moments)
    labels = [bar.label for bar in found.bars]
    assert labels == sorted(set(labels))
