"""Moments as people type them, and as they read them."""

import re
from datetime import UTC, datetime, time, timedelta, tzinfo

_AGO = re.compile(r"(\d{1,5})\s*(m|h|d|w)")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_DAYS = {"today": 0, "yesterday": 1}

EXPECTED = (
    'a date (2025-11-10), a date and time ("2025-11-10 14:30"), "today", "yesterday", or how long ago (30m, 6h, 2d, 1w)'
)


def parse_moment(text: str, *, now: datetime, zone: tzinfo) -> datetime:
    """The moment that `text` means to a person in `zone`, in UTC. Raises: ValueError, saying what was expected."""
    said = text.strip().lower()
    try:
        return _moment(said, now, zone).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(f'"{text}" is no moment: expected {EXPECTED}') from None


def _moment(said: str, now: datetime, zone: tzinfo) -> datetime:
    """Raises: ValueError; OverflowError, where the calendar ends."""
    if ago := _AGO.fullmatch(said):
        return now - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
    if said in _DAYS:
        day = now.astimezone(zone).date() - timedelta(days=_DAYS[said])
        return datetime.combine(day, time(), zone)
    moment = datetime.fromisoformat(said.upper())
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def show_span(span: timedelta) -> str:
    """A duration in its largest sensible unit, rounded down: "20s", "45m", "36h", "12d"."""
    minutes = int(span / timedelta(minutes=1))
    if not minutes:
        return f"{max(int(span.total_seconds()), 0)}s"
    if minutes < 120:
        return f"{minutes}m"
    return f"{minutes // 60}h" if minutes < 48 * 60 else f"{minutes // (24 * 60)}d"


def show_moment(moment: datetime | None, zone: tzinfo) -> str:
    """The moment as a person in `zone` reads it, to the minute; "–" where there is none."""
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M") if moment else "–"
