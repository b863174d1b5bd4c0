"""When something is told: quiet hours, windows of digests, hours of a cap, and how long to wait after a failure.

Clocks are put forward and back, some at midnight, one by a whole day (Apia, 2011). So a time of a day stands for the
first moment at which clocks show it or a later one: where it does not exist, for the shift; where it exists twice, for
the first time. So later times never come before earlier ones, and windows between them neither overlap nor leave gaps.
"""

from bisect import bisect_left
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import product

from monitor.alerts.channel import QuietHours
from monitor.model import Subscription

_EPOCH = datetime(1970, 1, 5, tzinfo=UTC)
"""Windows of digests are counted from here: a Monday, for those of a week."""
_HOUR, _SECOND = timedelta(hours=1), timedelta(seconds=1)
_SHORTEST, _LONGEST = timedelta(seconds=5), timedelta(hours=1)
"""To wait after a first failure at least, and after any at most."""
_MOST_DOUBLINGS = 16


def moment_of(day: date, at: time, zone: tzinfo) -> datetime:
    """The first moment at which clocks of the zone show this time of this day, or a later one."""
    wanted = datetime.combine(day, at)
    # By the offset before a shift and by that after it; only a time that does not exist is shown at neither.
    first, last = sorted(wanted.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))

    def is_shown(moment: datetime) -> bool:
        return moment.astimezone(zone).replace(tzinfo=None) >= wanted

    if is_shown(first):
        return first
    first = first.replace(microsecond=0)
    seconds = range((last - first) // _SECOND + 1)
    return first + bisect_left(seconds, True, key=lambda passed: is_shown(first + passed * _SECOND)) * _SECOND  # noqa: FBT003


def quiet_until(quiet: QuietHours, now: datetime) -> datetime | None:
    """When the quiet hours end that this moment lies in, in UTC; None where it lies in none.

    They begin with their first moment and end before their last. Where both are one time of the day, there are none.
    """
    for began, ended in _quiet_around(quiet, now):
        if began <= now < ended:
            # A shift may take away all that lies between two nights.
            return quiet_until(quiet, ended) or ended
    return None


def _quiet_around(quiet: QuietHours, now: datetime) -> Iterator[tuple[datetime, datetime]]:
    if quiet.begin == quiet.end:
        return
    overnight = timedelta(days=quiet.begin > quiet.end)
    for day in _days_around(now, quiet.zone):
        yield moment_of(day, quiet.begin, quiet.zone), moment_of(day + overnight, quiet.end, quiet.zone)


def _days_around(now: datetime, zone: tzinfo) -> Iterator[date]:
    """From yesterday on; two more than today, for a clock that is put back at midnight shows the day before again."""
    today = now.astimezone(zone).date()
    return (today + timedelta(days=days) for days in (-1, 0, 1, 2))


def window_of(subscription: Subscription, now: datetime) -> tuple[datetime, datetime]:
    """The window of a digest in which this moment lies: its first moment, and the one after its last, in UTC."""
    if subscription.every is not None:
        began = _EPOCH + (now - _EPOCH) // subscription.every * subscription.every
        return began, began + subscription.every
    days = _days_around(now, subscription.zone)
    ends = [moment_of(day, at, subscription.zone) for day, at in product(days, subscription.at)]
    return max(end for end in ends if end <= now), min(end for end in ends if end > now)


def window_before(subscription: Subscription, now: datetime) -> tuple[datetime, datetime]:
    """The last window of a digest that has ended."""
    began, _ = window_of(subscription, now)
    return window_of(subscription, began - timedelta.resolution)[0], began


def hour_of(now: datetime) -> tuple[datetime, datetime]:
    """The hour in which a channel's messages are counted: its first moment, and the one after its last, in UTC."""
    began = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    return began, began + _HOUR


def backoff(failures: int, chance: float) -> timedelta:
    """How long a channel is left alone after so many failures in a row; `chance`: a number from 0 to 1.

    From 5 to 10 s after the first, then twice as long each time, up to an hour: half of it is fixed and the other half
    is chance, so that those that failed together do not come back together ("equal jitter" in Brooker, Exponential
    Backoff and Jitter, AWS Architecture Blog, 2015), and no wait is shorter than the one before.
    """
    longest = min(2 * _SHORTEST * 2.0 ** min(failures - 1, _MOST_DOUBLINGS), _LONGEST)
    return longest / 2 * (1 + chance)
