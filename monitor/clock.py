"""The clock: the only place where the time of day is read. Whoever decides is told the moment.

Clocks are set: by hand, over the network after a start without a battery, by a virtual machine's host. `Steady` is the
clock as a daemon goes by it: it counts on from what was believed last, and is set only when it is told to be.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Lock

EARLIEST = datetime(2025, 1, 1, tzinfo=UTC)
"""A clock that shows less was never set: the monitor is younger."""
JUMP = timedelta(seconds=5)
"""The clock was set if it is so far from what has passed; less is drift, and followed."""
FAR = timedelta(hours=36)
"""A clock that was set forward by more, which no mistake of zones or days does, is not believed at once."""
LASTING = timedelta(days=1)
"""How long it must be so before it is."""


def now() -> datetime:
    """Now, as aware UTC."""
    return datetime.now(UTC)


def passed() -> float:
    """Seconds, by a clock that nobody sets; where the system has one, by one that goes on in a suspended machine."""
    return time.clock_gettime(_PASSING)


_PASSING: int = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


class Steady:
    """Now, from call to call, as aware UTC: as the clock shows it, until that was set; may be asked by any thread."""

    def __init__(self, wall: Callable[[], datetime], passed: Callable[[], float] = passed) -> None:
        """`wall`: the clock that may be set, `passed`: seconds of one that is not."""
        self._wall = wall
        self._passed = passed
        self._lock = Lock()
        self._moment, self._at = wall(), passed()
        self._far_since: float | None = None

    def __call__(self) -> datetime:
        """Now."""
        with self._lock:
            return self._ask()[0]

    def off(self) -> timedelta:
        """By how much the clock was set forward (or back, below 0) and is so still; 0: it was not."""
        with self._lock:
            return self._ask()[1]

    def is_believed(self, off: timedelta) -> bool:
        """May a clock that is so far `off` be right? To be asked now and then as long as it is."""
        with self._lock:
            steady, at = self._moment, self._passed()
            self._far_since = None if off <= FAR else at if self._far_since is None else self._far_since
            lasts = self._far_since is None or at - self._far_since >= LASTING.total_seconds()
            return lasts and steady + off >= EARLIEST

    def set(self, off: timedelta) -> None:
        """Be so much later from now on."""
        with self._lock:
            self._moment += off
            self._far_since = None

    def _ask(self) -> tuple[datetime, timedelta]:
        wall, at = self._wall(), self._passed()
        steady = self._moment + timedelta(seconds=at - self._at)
        off = wall - steady
        if abs(off) >= JUMP:
            return steady, off
        self._moment, self._at = wall, at
        return wall, timedelta()
