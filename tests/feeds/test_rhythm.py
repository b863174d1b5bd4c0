"""A silence is strange against a feed's own rhythm, and never cries wolf for want of history."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

import pytest

from monitor.feeds.rhythm import SHORTEST_SILENCE, strange_silence
from monitor.model import Outage, OutageKind
from tests.builders import NOON

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def office_hours(days: int, *, until: datetime = NOON) -> Iterator[datetime]:
    """Every hour from 8 to 18 UTC, Monday to Friday, for so many days before `until`, a Monday noon."""
    for hours in range(days * 24):
        moment = until - hours * HOUR
        if moment.weekday() < 5 and 8 <= moment.hour < 18:
            yield moment


def an_outage(began_at: datetime, ended_at: datetime | None) -> Outage:
    return Outage(kind=OutageKind.MONITOR, began_at=began_at, ended_at=ended_at)


def test_a_weekend_is_no_strange_silence_and_a_missed_working_day_is() -> None:
    friday = NOON - 3 * DAY + 5 * HOUR  # 17:00
    past = list(office_hours(60, until=friday))
    assert strange_silence(past, NOON - 3 * HOUR, ()) is None  # Monday, 9:00
    silence = strange_silence(past, NOON + 6 * HOUR, ())  # Monday, 18:00
    assert silence is not None
    assert silence.since == friday
    assert 9 < silence.expected < 10.5
    assert silence.chance < 1 / 1000


def test_many_entries_at_once_are_one_sign_of_life() -> None:
    daily = [NOON - day * DAY + minute * timedelta(minutes=1) for day in range(40) for minute in range(30)]
    assert strange_silence(daily, NOON + 4 * DAY, ()) is None
    assert strange_silence(daily, NOON + 9 * DAY, ()) is not None


@pytest.mark.parametrize(
    "past",
    [
        [],
        [NOON],
        list(office_hours(12)),
        [NOON - day * 2 * DAY for day in range(19)],
    ],
    ids=["nothing", "one entry", "days only", "19 hours with news"],
)
def test_without_enough_history_nothing_is_strange(past: list[datetime]) -> None:
    assert strange_silence(past, NOON + 60 * DAY, ()) is None


def test_what_is_long_past_is_not_the_rhythm() -> None:
    past = [NOON - 100 * DAY - hours * HOUR for hours in range(500)]
    assert strange_silence([*past, NOON], NOON + 30 * DAY, ()) is None


def test_a_silence_is_not_strange_where_there_was_one_as_long() -> None:
    past = [*office_hours(20), *(moment - 34 * DAY for moment in office_hours(20))]
    assert strange_silence(past, NOON + 10 * DAY, ()) is None
    assert strange_silence(past, NOON + 20 * DAY, ()) is not None
    # Had it been an outage of ours, it would say nothing of the feed.
    ours = an_outage(NOON - 33 * DAY, NOON - 20 * DAY)
    assert strange_silence(past, NOON + 10 * DAY, [ours]) is not None


def test_outages_are_no_silence() -> None:
    past = [NOON - hours * HOUR for hours in range(30 * 24)]
    assert strange_silence(past, NOON + 12 * HOUR, ()) is not None
    assert strange_silence(past, NOON + 12 * HOUR, [an_outage(NOON + HOUR, None)]) is None
    assert strange_silence(past, NOON + 12 * HOUR, [an_outage(NOON - DAY, NOON + 2 * HOUR)]) is not None
    assert strange_silence(past, NOON + 12 * HOUR, [an_outage(NOON + 2 * HOUR, NOON + 9 * HOUR)]) is None


def test_a_silence_of_years_is_looked_at_as_far_as_the_history_is_long() -> None:
    silence = strange_silence(office_hours(60), NOON + 1000 * DAY, ())
    assert silence is not None
    assert silence.expected < 450


def test_the_shortest_silence_is_the_shortest_that_can_be_strange() -> None:
    busiest = [NOON - hours * HOUR for hours in range(56 * 24)]
    assert strange_silence(busiest, NOON + SHORTEST_SILENCE, ()) is None
    assert strange_silence(busiest, NOON + SHORTEST_SILENCE + HOUR, ()) is not None


def test_wolf_is_seldom_cried_of_feeds_that_go_on_as_they_did() -> None:
    random, cried, looked = Random(1), 0, 0
    for _ in range(40):
        rate = random.uniform(0.05, 0.9)
        moments = [NOON + hours * HOUR for hours in range(70 * 24) if random.random() < rate]
        for day in range(30, 70):
            now = NOON + day * DAY
            looked += 1
            cried += strange_silence([moment for moment in moments if moment <= now], now, ()) is not None
    assert looked == 1600
    assert cried <= 2
