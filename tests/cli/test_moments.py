from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from monitor.cli.moments import parse_moment, show_moment, show_span

NOW = datetime(2025, 11, 10, 22, 30, tzinfo=UTC)
JERUSALEM = ZoneInfo("Asia/Jerusalem")  # UTC+2 in November: there it is 00:30 on the 11th


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("30m", "2025-11-10T22:00:00+00:00"),
        ("6h", "2025-11-10T16:30:00+00:00"),
        ("2d", "2025-11-08T22:30:00+00:00"),
        (" 1W ", "2025-11-03T22:30:00+00:00"),
        ("today", "2025-11-10T22:00:00+00:00"),
        ("yesterday", "2025-11-09T22:00:00+00:00"),
        ("2025-11-10", "2025-11-09T22:00:00+00:00"),
        ("2025-11-10 14:30", "2025-11-10T12:30:00+00:00"),
        ("2025-11-10T14:30:00Z", "2025-11-10T14:30:00+00:00"),
        ("2025-11-10T14:30+05:00", "2025-11-10T09:30:00+00:00"),
    ],
)
def test_a_moment_is_read_as_a_person_in_that_zone_means_it(said: str, meant: str) -> None:
    assert parse_moment(said, now=NOW, zone=JERUSALEM) == datetime.fromisoformat(meant)


@pytest.mark.parametrize("said", ["2025-13-40", "soon", "", "2 fortnights", "999999w", "0001-01-01"])
def test_what_is_no_moment_is_answered_with_what_was_expected(said: str) -> None:
    with pytest.raises(ValueError, match="expected a date"):
        parse_moment(said, now=NOW, zone=JERUSALEM)


def test_moments_are_shown_in_the_readers_zone() -> None:
    assert show_moment(NOW, JERUSALEM) == "2025-11-11 00:30"
    assert show_moment(None, JERUSALEM) == "–"


@pytest.mark.parametrize(
    ("minutes", "shown"),
    [
        (-0.5, "0s"),
        (0, "0s"),
        (0.5, "30s"),
        (1, "1m"),
        (119, "119m"),
        (120, "2h"),
        (47 * 60 + 59, "47h"),
        (48 * 60, "2d"),
        (60 * 24 * 400, "400d"),
    ],
)
def test_a_span_is_shown_in_one_unit(minutes: float, shown: str) -> None:
    assert show_span(timedelta(minutes=minutes)) == shown
