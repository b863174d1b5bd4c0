"""The Retry-After header. Pure: its text and the moment in, how long to wait out."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

LONGEST = timedelta(hours=24)
"""More is not believed: one wrong header must not silence a server for ever."""


def retry_after(value: str, *, now: datetime) -> timedelta | None:
    """How long a server asks us to wait, between 0 and `LONGEST`; None where it does not say, or says nonsense.

    Both forms are read: "120" and "Wed, 21 Oct 2026 07:28:00 GMT".
    """
    text = value.strip()
    if text.isascii() and text.isdigit():
        # Compared before it becomes a timedelta, which holds no number of any length.
        return timedelta(seconds=int(text)) if len(text) < 9 and int(text) < LONGEST.total_seconds() else LONGEST
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return min(max(moment - now, timedelta(0)), LONGEST)
