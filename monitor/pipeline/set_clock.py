"""What is done when the clock was set while the daemon runs: the schedule moves with it, unless it cannot be right."""

import logging
from datetime import timedelta

from monitor.clock import Steady
from monitor.pipeline.tools import Tools
from monitor.store import due

log = logging.getLogger(__name__)


class ClockWatch:
    """Looks whether the clock was set. Until it has seen that, all others go on by what has passed."""

    def __init__(self, tools: Tools, steady: Steady) -> None:
        """`steady`: the clock of these tools."""
        self._tools = tools
        self._steady = steady
        self._doubted = timedelta()
        """How far off the clock was said to be, and is not believed; 0: it is believed."""

    async def look(self) -> None:
        """One look. Raises: StoreError, when the schedule cannot be moved; then the clock is not followed either."""
        off = self._steady.off()
        if not self._steady.is_believed(off):
            self._doubt(off)
        elif off:
            await self._follow(off)
        elif self._doubted:
            log.info("the clock is right again")
            self._doubted = off

    def _doubt(self, off: timedelta) -> None:
        if abs(off - self._doubted) > due.SLACK:
            now = self._steady()
            shown = f"{now + off:%Y-%m-%d %H:%M} UTC"
            log.warning(
                "the clock was %s and shows %s, which is not believed: it is taken for %s; set it right, or restart",
                said(off), shown, f"{now:%Y-%m-%d %H:%M}",
            )  # fmt: skip
            self._doubted = off

    async def _follow(self, off: timedelta) -> None:
        def followed() -> None:
            self._steady.set(off)
            self._tools.network.move(off)

        await self._tools.database.change(lambda tx: due.move(tx, off, self._tools.clock() + off), followed)
        log.warning("the clock was %s: what is due moves with it", said(off))
        self._doubted = timedelta()


def said(off: timedelta) -> str:
    """For a person: that a clock was set, which way, and by how much."""
    length = timedelta(seconds=round(abs(off).total_seconds()))
    return f"set {'forward' if off > timedelta() else 'back'} by {length}"
