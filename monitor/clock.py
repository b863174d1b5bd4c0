"""The clock: the only place where the time of day is read. Whoever decides is told the moment."""

from datetime import UTC, datetime


def now() -> datetime:
    """Now, as aware UTC."""
    return datetime.now(UTC)
