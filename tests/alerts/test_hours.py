"""Quiet hours and digests stand right whatever clocks do, and nobody is tried again too soon."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from monitor.alerts.channel import QuietHours
from monitor.alerts.hours import backoff, hour_of, moment_of, quiet_until, window_before, window_of
from monitor.model import ChannelId, Subscription, When

HOUR, DAY, TICK = timedelta(hours=1), timedelta(days=1), timedelta.resolution
ZONES = (
    "UTC",
    "Asia/Gaza",
    "Asia/Jerusalem",
    "Asia/Beirut",
    "Europe/Istanbul",
    "Europe/Paris",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "America/St_Johns",
    "America/Havana",
    "Asia/Kathmandu",
    "Africa/Casablanca",
)
SHIFTS = (
    datetime(2011, 12, 30, 10, tzinfo=UTC),  # Apia goes without a day
    datetime(2010, 11, 7, 2, 31, tzinfo=UTC),  # St. John's puts its clocks back to yesterday
    datetime(2025, 4, 5, 15, tzinfo=UTC),  # Lord Howe, by half an hour
    datetime(2016, 9, 6, 21, tzinfo=UTC),  # Istanbul stays in summer
    datetime(2025, 3, 28, 0, tzinfo=UTC),
    datetime(2025, 10, 25, 23, tzinfo=UTC),
)
zones = st.sampled_from(ZONES).map(ZoneInfo)
times = st.builds(time, st.integers(0, 23), st.integers(0, 59))
any_moment = st.builds(lambda seconds: datetime.fromtimestamp(seconds, UTC), st.integers(1_072_915_200, 1_893_456_000))
near_a_shift = st.builds(
    lambda shift, seconds: shift + timedelta(seconds=seconds),
    st.sampled_from(SHIFTS),
    st.integers(-3 * 86400, 3 * 86400),
)
moments = st.one_of(any_moment, near_a_shift)


def a_digest(**changes: object) -> Subscription:
    given_ = {"channel": ChannelId("desk"), "when": When.DIGEST}
    return Subscription(**{**given_, **changes})  # type: ignore[arg-type]


digests = st.one_of(
    st.integers(1, 20_000).map(lambda minutes: a_digest(every=timedelta(minutes=minutes))),
    st.builds(lambda at, zone: a_digest(at=tuple(at), zone=zone), st.lists(times, min_size=1, max_size=4), zones),
)


def utc(said: str) -> datetime:
    return datetime.fromisoformat(said).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "day", "at", "moment"),
    [
        ("Asia/Jerusalem", "2025-11-10", "07:30", "2025-11-10 05:30"),
        ("Asia/Jerusalem", "2025-03-28", "02:30", "2025-03-28 00:00"),  # from 2 to 3: taken at the shift
        ("Asia/Jerusalem", "2025-10-26", "01:30", "2025-10-25 22:30"),  # from 2 back to 1: the first of the two
        ("Asia/Gaza", "2025-10-25", "01:30", "2025-10-24 22:30"),
        ("Europe/Istanbul", "2025-03-30", "03:30", "2025-03-30 00:30"),  # there is no summer time there any more
        ("Europe/Istanbul", "2015-11-08", "03:30", "2015-11-08 00:30"),
        ("Australia/Lord_Howe", "2025-10-05", "02:15", "2025-10-04 15:30"),  # from 2:00 to 2:30
        ("Australia/Lord_Howe", "2025-04-06", "01:45", "2025-04-05 14:45"),  # from 2:00 back to 1:30
        ("Pacific/Apia", "2011-12-30", "12:00", "2011-12-30 10:00"),  # there was no such day
        ("America/St_Johns", "2010-11-07", "00:00", "2010-11-07 02:30"),  # at 0:01 back to 23:01 of yesterday
        ("America/St_Johns", "2010-11-06", "23:30", "2010-11-07 02:00"),
    ],
)
def test_a_time_of_a_day_is_the_first_moment_that_shows_it_or_a_later_one(
    zone: str, day: str, at: str, moment: str
) -> None:
    assert moment_of(date.fromisoformat(day), time.fromisoformat(at), ZoneInfo(zone)) == utc(moment)


@given(moments, times, zones)
@example(SHIFTS[0], time(12), ZoneInfo("Pacific/Apia"))
def test_before_that_moment_the_time_was_never_shown_and_then_it_is(near: datetime, at: time, zone: ZoneInfo) -> None:
    day = near.astimezone(zone).date()
    moment = moment_of(day, at, zone)
    wanted = datetime.combine(day, at)
    assert moment.tzinfo is UTC
    assert moment.astimezone(zone).replace(tzinfo=None) >= wanted
    before = (moment - back for back in (TICK, timedelta(minutes=7), HOUR, 5 * HOUR))
    assert all(one.astimezone(zone).replace(tzinfo=None) < wanted for one in before)


@pytest.mark.parametrize(
    ("zone", "hours", "now", "until"),
    [
        ("Asia/Jerusalem", "22:00-07:00", "2025-11-10 19:59", None),
        ("Asia/Jerusalem", "22:00-07:00", "2025-11-10 20:00", "2025-11-11 05:00"),
        ("Asia/Jerusalem", "22:00-07:00", "2025-11-11 04:59", "2025-11-11 05:00"),
        ("Asia/Jerusalem", "22:00-07:00", "2025-11-11 05:00", None),
        ("UTC", "12:00-13:30", "2025-11-10 12:30", "2025-11-10 13:30"),
        ("UTC", "12:00-13:30", "2025-11-10 13:30", None),
        ("UTC", "08:00-08:00", "2025-11-10 08:00", None),
        ("Asia/Jerusalem", "22:00-02:30", "2025-03-27 23:00", "2025-03-28 00:00"),  # its end does not exist
        ("Asia/Jerusalem", "22:00-02:30", "2025-03-28 00:00", None),
        ("Asia/Jerusalem", "22:00-01:30", "2025-10-25 22:00", "2025-10-25 22:30"),  # its end exists twice
        ("Asia/Jerusalem", "22:00-01:30", "2025-10-25 23:15", None),  # 1:15 again
        ("Asia/Jerusalem", "02:10-02:50", "2025-03-28 00:00", None),  # no such night
        ("America/St_Johns", "00:00-06:00", "2010-11-07 02:45", "2010-11-07 09:30"),  # 23:15 again, of the day before
        ("Pacific/Apia", "22:00-07:00", "2011-12-30 09:00", "2011-12-30 17:00"),  # a night on both sides of no day
    ],
)
def test_quiet_hours_end_when_the_clock_says_so(zone: str, hours: str, now: str, until: str | None) -> None:
    begin, end = map(time.fromisoformat, hours.split("-"))
    quiet = QuietHours(begin=begin, end=end, zone=ZoneInfo(zone))
    assert quiet_until(quiet, utc(now)) == (until and utc(until))


@given(moments, times, times, zones)
@example(utc("2011-12-30 09:00"), time(22), time(7), ZoneInfo("Pacific/Apia"))
def test_quiet_hours_end_and_then_it_is_not_quiet(now: datetime, begin: time, end: time, zone: ZoneInfo) -> None:
    quiet = QuietHours(begin=begin, end=end, zone=zone)
    until = quiet_until(quiet, now)
    if until is None:
        return
    assert now < until <= now + 4 * DAY
    assert quiet_until(quiet, until) is None
    assert quiet_until(quiet, until - TICK) == until
    assert begin != end


@given(moments, times, times)
def test_where_clocks_are_left_alone_it_is_quiet_between_the_two_times(now: datetime, begin: time, end: time) -> None:
    shown = now.time()
    is_quiet = begin <= shown < end if begin <= end else not end <= shown < begin
    assert (quiet_until(QuietHours(begin=begin, end=end, zone=UTC), now) is not None) == is_quiet


@pytest.mark.parametrize(
    ("digest", "now", "began", "ended"),
    [
        (a_digest(every=HOUR), "2025-11-10 12:34", "2025-11-10 12:00", "2025-11-10 13:00"),
        (a_digest(every=HOUR), "2025-11-10 13:00", "2025-11-10 13:00", "2025-11-10 14:00"),
        (a_digest(every=7 * DAY), "2025-11-10 00:00", "2025-11-10 00:00", "2025-11-17 00:00"),
        (a_digest(every=HOUR), "1969-12-31 23:59", "1969-12-31 23:00", "1970-01-01 00:00"),
        (a_digest(at=(time(7, 30),)), "2025-11-10 07:29", "2025-11-09 07:30", "2025-11-10 07:30"),
        (a_digest(at=(time(18), time(7, 30))), "2025-11-10 07:30", "2025-11-10 07:30", "2025-11-10 18:00"),
        (
            a_digest(at=(time(7, 30),), zone=ZoneInfo("Asia/Jerusalem")),  # 23 hours
            "2025-03-28 00:00",
            "2025-03-27 05:30",
            "2025-03-28 04:30",
        ),
        (
            a_digest(at=(time(7, 30),), zone=ZoneInfo("Asia/Jerusalem")),  # 25 hours
            "2025-10-26 00:00",
            "2025-10-25 04:30",
            "2025-10-26 05:30",
        ),
        (
            a_digest(at=(time(2, 30), time(3, 15)), zone=ZoneInfo("Asia/Jerusalem")),
            "2025-03-28 00:05",
            "2025-03-28 00:00",
            "2025-03-28 00:15",
        ),
        (
            a_digest(at=(time(1, 30),), zone=ZoneInfo("Asia/Jerusalem")),  # it is 1:45 again
            "2025-10-25 23:45",
            "2025-10-25 22:30",
            "2025-10-26 23:30",
        ),
        (
            a_digest(at=(time(7, 30), time(19, 30)), zone=ZoneInfo("Pacific/Apia")),  # two times of no day are one
            "2011-12-30 10:00",
            "2011-12-30 10:00",
            "2011-12-30 17:30",
        ),
    ],
)
def test_a_digest_gathers_from_one_time_to_the_next(digest: Subscription, now: str, began: str, ended: str) -> None:
    assert window_of(digest, utc(now)) == (utc(began), utc(ended))


@given(digests, moments)
@example(a_digest(at=(time(0),), zone=ZoneInfo("America/St_Johns")), utc("2010-11-07 02:30"))
@example(a_digest(at=(time(12), time(23)), zone=ZoneInfo("Pacific/Apia")), utc("2011-12-30 10:00"))
def test_every_moment_is_in_one_window_and_windows_lie_side_by_side(digest: Subscription, now: datetime) -> None:
    began, ended = window_of(digest, now)
    assert began <= now < ended
    inside = (began, began + (ended - began) / 3, ended - TICK)
    assert {window_of(digest, moment) for moment in inside} == {(began, ended)}
    assert window_of(digest, ended)[0] == ended
    before = window_before(digest, now)
    assert before[1] == began
    assert window_of(digest, began - TICK) == before
    assert window_before(digest, ended) == (began, ended)


@given(digests, st.lists(moments, min_size=2, max_size=2).map(sorted))
def test_windows_neither_overlap_nor_turn_back(digest: Subscription, two: list[datetime]) -> None:
    first, second = (window_of(digest, moment) for moment in two)
    assert first == second or first[1] <= second[0]


@given(moments)
def test_a_caps_hour_is_an_hour_of_utc(now: datetime) -> None:
    began, ended = hour_of(now)
    assert began <= now < ended == began + HOUR
    assert hour_of(ended) == (ended, ended + HOUR)
    assert hour_of(now.astimezone(ZoneInfo("Asia/Kathmandu"))) == (began, ended)


def test_the_longer_a_channel_fails_the_longer_it_is_left_alone() -> None:
    shortest, longest = ([backoff(failures, chance) for failures in range(1, 40)] for chance in (0.0, 1.0))
    assert (shortest[0], longest[0]) == (timedelta(seconds=5), timedelta(seconds=10))
    assert (shortest[-1], longest[-1]) == (HOUR / 2, HOUR)
    assert sorted(shortest) == shortest
    assert sorted(longest) == longest
    assert backoff(10_000, 1.0) == HOUR


@given(st.integers(1, 10_000), st.floats(0, 1), st.floats(0, 1))
def test_chance_spreads_a_wait_between_its_bounds(failures: int, chance: float, other: float) -> None:
    wait = backoff(failures, chance)
    assert backoff(failures, 0.0) <= wait <= backoff(failures, 1.0) == 2 * backoff(failures, 0.0)
    assert (wait <= backoff(failures, other)) or chance > other
