"""Ticks: what a daemon does again and again, each at an interval of its own, by the clock that nobody sets.

So whatever the time of day is set to, none stops and none piles up. A run never overtakes the one before it; after one
that took longer than its interval, or a suspended machine, there is one more and then the interval anew.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.errors import MonitorError

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What is wrong with a piece of work, for whoever asks."""

    what: str
    since: datetime
    reason: str
    """As it failed last, with what to do about it."""


class Job:
    """A piece of work; that it fails is said once, and that it is done again."""

    def __init__(self, name: str, work: Callable[[], Awaitable[None]], clock: Callable[[], datetime]) -> None:
        self.name = name
        self.condition: Condition | None = None
        """None: it was done when it was last tried."""
        self._work = work
        self._clock = clock

    async def run(self) -> None:
        """Try it once."""
        try:
            await self._work()
        except MonitorError as error:
            if self._is_news(str(error)):
                log.error("%s: %s", self.name, error)  # noqa: TRY400 - a person's message, not a bug
        except Exception as bug:
            if self._is_news(repr(bug)):
                log.exception("%s failed by a mistake in the program", self.name)
        else:
            if self.condition:
                log.info("%s: works again, after %d s", self.name, self._lasted(self.condition))
            self.condition = None

    def _is_news(self, reason: str) -> bool:
        before = self.condition
        since = before.since if before else self._clock()
        self.condition = Condition(what=self.name, since=since, reason=reason)
        return before is None or before.reason != reason

    def _lasted(self, condition: Condition) -> float:
        return max(self._clock() - condition.since, timedelta()).total_seconds()


class Ticks:
    """The jobs of a daemon; used within one event loop."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        """`clock`: for what is told of them; they do not go by it."""
        self._clock = clock
        self._jobs: list[Job] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._stopping = asyncio.Event()

    @property
    def failing(self) -> tuple[Condition, ...]:
        """What could not be done when it was last tried."""
        return tuple(job.condition for job in self._jobs if job.condition)

    def every(
        self, interval: timedelta, name: str, work: Callable[[], Awaitable[None]], *, first: timedelta = timedelta()
    ) -> None:
        """Do this from now on; `first`: after how long for the first time."""
        job = Job(name, work, self._clock)
        self._jobs.append(job)
        self._tasks.append(asyncio.create_task(self._repeat(job, interval.total_seconds(), first.total_seconds())))

    async def stop(self) -> None:
        """Begin nothing more, and let what is under way finish."""
        self._stopping.set()
        await asyncio.gather(*self._tasks)

    async def _repeat(self, job: Job, interval: float, wait: float) -> None:
        loop = asyncio.get_running_loop()
        while not await self._stopped_within(wait):
            began = loop.time()
            await job.run()
            wait = began + interval - loop.time()

    async def _stopped_within(self, wait: float) -> bool:
        if wait > 0:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), wait)
        else:
            await asyncio.sleep(0)
        return self._stopping.is_set()
