"""Is it strangely quiet? A feed, or a watchlist, compared with its own rhythm by weekday and hour.

What is counted is hours in which something new came, not entries: ten articles put out together are one sign of life.
If the w weeks before had k hours with news at the weekdays and hours of the silence, k / w are expected in it. If they
come at random (Poisson) at a rate that is only known from those weeks (Gamma), the chance that none comes is
(w / (w + 1)) ** k: the posterior predictive of Gelman et al., Bayesian Data Analysis, 3rd ed., section 2.6. A silence
as long as one that was there before is not strange, whatever the chance.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from monitor.model import Outage

HISTORY = timedelta(weeks=8)
"""Before the last news: how much of the past is the rhythm."""
_SHORTEST_HISTORY = timedelta(days=14)
_FEWEST = 20
"""Hours with news in the history."""
_CHANCE = 1 / 1000
SHORTEST_SILENCE = timedelta(hours=8)
"""No shorter one can be strange: of 7 whole hours, w weeks had at most 7w with news: (w / (w + 1)) ** 7w > 1/1000."""
_HOUR = timedelta(hours=1)
_WEEK = timedelta(weeks=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """A strange one."""

    since: datetime
    """The last news."""
    expected: float
    """Hours with news that should have been in it."""
    chance: float
    """That none was, if nothing is wrong."""


def strange_silence(arrivals: Iterable[datetime], until: datetime, outages: Sequence[Outage]) -> Silence | None:
    """The silence since the last of the `arrivals`, if it is strange; None where it is not, or cannot be told.

    `arrivals`: when something new came, in any order; `until`: the last moment at which news would have been seen: of a
    feed that fails now, when it last answered. Outages of ours do not count as silence.
    """
    hours = sorted({_hour(moment) for moment in arrivals})
    if not hours:
        return None
    last = hours[-1]
    hours = [hour for hour in hours if hour > last - HISTORY]
    history = last + _HOUR - hours[0]
    if len(hours) < _FEWEST or history < _SHORTEST_HISTORY:
        return None
    rhythm = Counter(_hour_of_week(hour) for hour in hours)
    seen = sum(rhythm[_hour_of_week(hour)] for hour in _silent(last, until, outages))
    weeks = history / _WEEK
    chance = (weeks / (weeks + 1)) ** seen
    if chance >= _CHANCE or _was_there_before(hours, _heard(last, until, outages), outages):
        return None
    return Silence(since=last, expected=seen / weeks, chance=chance)


def _hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


def _hour_of_week(hour: datetime) -> tuple[int, int]:
    return hour.weekday(), hour.hour


def _silent(last: datetime, until: datetime, outages: Sequence[Outage]) -> Iterator[datetime]:
    """The whole hours after that of the last news, no more than the history is long, but for those with an outage."""
    hour, end = last + _HOUR, min(until, last + HISTORY)
    lost = {each for outage in outages for each in _hours(max(outage.began_at, hour), min(outage.ended_at or end, end))}
    while hour + _HOUR <= end:
        if hour not in lost:
            yield hour
        hour += _HOUR


def _hours(begin: datetime, end: datetime) -> Iterator[datetime]:
    hour = _hour(begin)
    while hour < end:
        yield hour
        hour += _HOUR


def _was_there_before(hours: Sequence[datetime], silence: timedelta, outages: Sequence[Outage]) -> bool:
    """Is one of the pauses between these hours as long?"""
    pauses = ((before, after) for before, after in pairwise(hours) if after - before >= silence)
    return any(_heard(before, after, outages) >= silence for before, after in pauses)


def _heard(begin: datetime, end: datetime, outages: Sequence[Outage]) -> timedelta:
    """The time between two moments that was no outage."""
    lost = (min(end, outage.ended_at or end) - max(begin, outage.began_at) for outage in outages)
    return end - begin - sum((time for time in lost if time > timedelta()), timedelta())
