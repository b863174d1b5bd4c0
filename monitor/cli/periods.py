"""Counts by the hour in UTC → by the day, or the hour, of a person's time zone, those without any included."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta, tzinfo

_QUARTER, _HOUR, _DAY = timedelta(minutes=15), timedelta(hours=1), timedelta(days=1)


def is_whole(zone: tzinfo, first: datetime, last: datetime) -> bool:
    """Whether hours of the zone are hours of UTC throughout, so that counts by the hour suffice; else by the minute."""
    day, end = first - _DAY, last + 2 * _DAY
    while day <= end:
        if (zone.utcoffset(day.astimezone(zone)) or timedelta()) % _HOUR:
            return False
        day += _DAY
    return True


def by_day(
    counted: Mapping[datetime, int], zone: tzinfo, since: datetime | None = None, until: datetime | None = None
) -> dict[str, int]:
    """Day ("2025-11-10") → how many, for every day from `since`, else the first that has any, until before `until`,
    else the last.
    """
    found: dict[date, int] = {}
    for moment, number in counted.items():
        day = moment.astimezone(zone).date()
        found[day] = found.get(day, 0) + number
    first = since.astimezone(zone).date() if since else min(found, default=None)
    last = (until - timedelta.resolution).astimezone(zone).date() if until else max(found, default=first)
    if first is None or last is None:
        return {}
    days = (first + timedelta(days=number) for number in range((max(last, first) - first).days + 1))
    return {day.isoformat(): found.get(day, 0) for day in days}


def by_hour(
    counted: Mapping[datetime, int], zone: tzinfo, since: datetime | None = None, until: datetime | None = None
) -> dict[str, int]:
    """Hour ("2025-11-10T14:00+02:00") → how many, likewise. The hour that is there twice when clocks are set back is
    told apart by its offset.
    """
    found: dict[str, int] = {}
    for moment, number in counted.items():
        hour = _hour_of(moment, zone)
        found[hour] = found.get(hour, 0) + number
    first = since or min(counted, default=None)
    last = until - timedelta.resolution if until else max(counted, default=first)
    if first is None or last is None:
        return {}
    return {hour: found.get(hour, 0) for hour in _hours(first, last, zone)}


def _hours(first: datetime, last: datetime, zone: tzinfo) -> Iterator[str]:
    """The hours of the zone, in order and more than once, in which these moments and all between them lie."""
    # Hours of any zone begin at one of these.
    at = first.replace(minute=first.minute // 15 * 15, second=0, microsecond=0)
    while at <= last:
        yield _hour_of(at, zone)
        at += _QUARTER


def _hour_of(moment: datetime, zone: tzinfo) -> str:
    return moment.astimezone(zone).replace(minute=0, second=0, microsecond=0).isoformat(timespec="minutes")


def shown_hours(hours: Iterable[str]) -> dict[str, str]:
    """Hour → as a person of the zone reads it; with its offset only where it is there twice."""
    shown = {hour: datetime.fromisoformat(hour).strftime("%Y-%m-%d %H:%M") for hour in hours}
    times = Counter(shown.values())
    return {hour: f"{said} {hour[16:]}" if times[said] > 1 else said for hour, said in shown.items()}
