"""One shape for every stage: take what is due, work on several items at once, each item's failure its own.

The database is the queue: an item that is not finished, for whatever reason, is simply still there at the next tick.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Hashable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic
from typing import Any, Generic, TypeAlias, TypeVar

from monitor.errors import MonitorError, StoreError

Item = TypeVar("Item")

FIRST_REST, REST = timedelta(seconds=2), timedelta(minutes=1)
"""How long an item rests whose work could not be saved, twice as long each time up to a minute: a full disk must not
make us ask servers without end. What failed because the database was away rests no longer each time: nothing is taken
until it is back.
"""

log = logging.getLogger(__name__)


class Stage(Generic[Item]):
    """Works off what is due, at most `width` items at once."""

    def __init__(
        self,
        name: str,
        *,
        take: Callable[[int, frozenset[Hashable]], Awaitable[Sequence[Item]]],
        work: Callable[[Item], Coroutine[None, None, None]],
        key: Callable[[Item], Hashable],
        width: int,
        careful: bool = False,
        look_again: timedelta = timedelta(seconds=1),
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """`take(limit, busy)` gives due items that are not busy; `look_again`: how often to ask while working.

        `careful`: begin with one item at once, and with one more for each that is done, so that whatever ends the
        program while it works takes few others with it, and not the same ones each time.
        """
        self.name = name
        self._take = take
        self._work = work
        self._key = key
        self._widest = width
        self._width = 1 if careful else width
        self._look_again = look_again.total_seconds()
        self._tasks: dict[asyncio.Task[None], Hashable] = {}
        self._failed: dict[Hashable, _Rest] = {}
        self._clock = clock
        self._filling: asyncio.Task[None] | None = None
        self._next_take = 0.0
        self._found = False
        self._stopping = False
        self.failure: MonitorError | None = None
        """Why the last item whose work could not be saved was not."""

    async def work_off(self) -> None:
        """Work on everything due until nothing is; an item that failed to be saved rests for a while.

        Raises: MonitorError, when what is due cannot be learnt.
        """
        self._next_take, self._found = 0.0, True
        while await self._fill():
            if not self._tasks:
                # What was worked on may have changed what can be taken: only a look that finds nothing is the last.
                self._next_take = 0.0
                continue
            done, _ = await asyncio.wait(self._tasks, timeout=self._look_again, return_when=asyncio.FIRST_COMPLETED)
            self._settle(done)
            self._found = self._found or bool(done)

    async def stop(self, within: timedelta) -> None:
        """Take nothing more; let what is in work finish `within` this time, then abandon it."""
        self._stopping = True
        if self._filling:
            await asyncio.gather(self._filling, return_exceptions=True)
        if self._tasks:
            done, late = await asyncio.wait(self._tasks, timeout=within.total_seconds())
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
            self._settle(done | late)

    async def _fill(self) -> bool:
        """Take more where there is room for a fair batch; whether anything is in work, or may be found."""
        room = self._width - len(self._tasks)
        if not self._stopping and room >= max(1, self._width // 4) and self._clock() >= self._next_take:
            # Shielded: whoever waits for it may be cancelled, but what was taken must be worked on or given back.
            self._filling = asyncio.create_task(self._take_more(room))
            await asyncio.shield(self._filling)
        return (not self._stopping and self._found) or bool(self._tasks)

    async def _take_more(self, room: int) -> None:
        now = self._clock()
        # Known for a while after it is over: what fails again rests longer.
        self._failed = {key: rest for key, rest in self._failed.items() if rest.until + REST.total_seconds() > now}
        resting = (key for key, rest in self._failed.items() if rest.until > now)
        busy = frozenset((*self._tasks.values(), *resting))
        taken = await self._take(room, busy)
        # Fewer than asked for: that was all. Asking again at every completion would cost as much as the work.
        self._next_take = self._clock() + self._look_again if len(taken) < room else 0.0
        self._found = bool(taken)
        for item in taken:
            self._tasks[asyncio.create_task(self._work(item))] = self._key(item)

    def _settle(self, done: set[asyncio.Task[None]]) -> None:
        """One item's failure is said and is its own; a bug is not wrapped: it ends the tick with its traceback."""
        bugs: list[BaseException] = []
        for task in done:
            key = self._tasks.pop(task, None)
            self._width = min(self._widest, self._width + 1)
            error = None if key is None or task.cancelled() else task.exception()
            if error is None:
                self._failed.pop(key, None)
                continue
            self._failed[key] = self._rest_of(key, error)
            if isinstance(error, MonitorError):
                self.failure = error
                log.error("%s %s: %s", self.name, key, error)
            else:
                bugs.append(error)
        for bug in bugs:
            raise bug

    def _rest_of(self, key: Hashable, error: BaseException) -> "_Rest":
        """How long an item rests that has failed just now."""
        before = None if isinstance(error, StoreError) and error.away else self._failed.get(key)
        length = min(2 * before.length if before else FIRST_REST.total_seconds(), REST.total_seconds())
        return _Rest(until=self._clock() + length, length=length)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rest:
    until: float
    """By the stage's clock."""
    length: float
    """Seconds."""


AnyStage: TypeAlias = Stage[Any]
"""A stage, whatever its items are."""
