"""Counts by the hour in UTC become those of a person's days and hours, the missing ones included."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from monitor.cli.periods import by_day, by_hour, is_whole, shown_hours

BERLIN, KOLKATA, NEPAL = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Kolkata"), ZoneInfo("Asia/Kathmandu")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
HOUR = timedelta(hours=1)


def at(day: int, hour: int, minute: int = 0, month: int = 10) -> datetime:
    return datetime(2025, month, day, hour, minute, tzinfo=UTC)


def test_a_day_is_the_persons() -> None:
    counted = {at(25, 21): 1, at(25, 22): 2, at(26, 22): 4, at(26, 23): 8}
    assert by_day(counted, BERLIN) == {"2025-10-25": 1, "2025-10-26": 6, "2025-10-27": 8}
    assert by_day(counted, UTC) == {"2025-10-25": 3, "2025-10-26": 12}


def test_days_without_any_are_there() -> None:
    assert by_day({at(1, 9): 1, at(4, 9): 2}, UTC) == {
        "2025-10-01": 1,
        "2025-10-02": 0,
        "2025-10-03": 0,
        "2025-10-04": 2,
    }
    bounded = by_day({at(2, 9): 5}, UTC, at(1, 0), at(3, 0))
    assert bounded == {"2025-10-01": 0, "2025-10-02": 5}
    assert by_day({}, UTC, at(1, 12), at(2, 12)) == {"2025-10-01": 0, "2025-10-02": 0}
    assert by_day({}, UTC, at(1, 12)) == {"2025-10-01": 0}
    assert by_day({}, UTC) == by_day({}, UTC, None, at(2, 0)) == {}


def test_the_hour_that_is_there_twice_is_told_apart() -> None:
    counted = {at(25, 23): 1, at(26, 0): 2, at(26, 1): 4, at(26, 2): 8}
    found = by_hour(counted, BERLIN)
    assert found == {
        "2025-10-26T01:00+02:00": 1,
        "2025-10-26T02:00+02:00": 2,
        "2025-10-26T02:00+01:00": 4,
        "2025-10-26T03:00+01:00": 8,
    }
    assert list(shown_hours(found).values()) == [
        "2025-10-26 01:00",
        "2025-10-26 02:00 +02:00",
        "2025-10-26 02:00 +01:00",
        "2025-10-26 03:00",
    ]


def test_the_hour_that_is_left_out_is_not_there() -> None:
    found = by_hour({at(30, 0, month=3): 1, at(30, 1, month=3): 2}, BERLIN)
    assert found == {"2025-03-30T01:00+01:00": 1, "2025-03-30T03:00+02:00": 2}


def test_hours_without_any_are_there() -> None:
    found = by_hour({at(1, 9): 1, at(1, 11): 2}, UTC)
    assert list(found.values()) == [1, 0, 2]
    assert by_hour({}, UTC, at(1, 9, 59), at(1, 11)) == {"2025-10-01T09:00+00:00": 0, "2025-10-01T10:00+00:00": 0}
    assert by_hour({}, UTC) == {}


@pytest.mark.parametrize(("zone", "first"), [(KOLKATA, "2025-10-01T17:00+05:30"), (NEPAL, "2025-10-01T17:00+05:45")])
def test_where_hours_begin_at_other_minutes_each_match_is_in_its_own(zone: ZoneInfo, first: str) -> None:
    counted = {at(1, 12, 7): 1, at(1, 12, 44): 2, at(1, 13, 44): 4}
    found = by_hour(counted, zone)
    assert next(iter(found)) == first
    assert sum(found.values()) == 7
    assert list(found.values()) == [1, 2, 4]


def test_whole_hours_suffice_where_the_zone_has_no_others() -> None:
    assert is_whole(UTC, at(1, 0), at(3, 0))
    assert is_whole(BERLIN, at(1, 0), at(31, 0))
    assert not is_whole(KOLKATA, at(1, 0), at(1, 1))
    assert is_whole(LORD_HOWE, at(20, 0), at(22, 0))
    assert not is_whole(LORD_HOWE, at(1, 0, month=3), at(1, 0, month=6))
    assert not is_whole(timezone(timedelta(minutes=90)), at(1, 0), at(1, 0))
