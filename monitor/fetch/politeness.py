"""Whose turn it is: bounds how many requests are in flight, to one host and altogether, and how fast they follow."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial

from monitor.errors import FetchKind
from monitor.fetch.refusal import Refusal
from monitor.fetch.rests import Rests

log = logging.getLogger(__name__)

_MOST_SLOW = 50_000
"""Hosts whose own delay is remembered; beyond that the one that was told longest ago is forgotten."""


class _Host:
    """What is known of a host while somebody uses it or has just used it."""

    __slots__ = ("booked", "door", "next_leave", "next_start", "slots", "users", "waiting")

    def __init__(self, per_host: int) -> None:
        self.users = 0
        self.waiting = 0
        """Those of the users who have not started."""
        self.slots = asyncio.Semaphore(per_host)
        self.door = asyncio.Lock()
        self.next_start = 0.0
        """When the next request may take its turn."""
        self.next_leave = 0.0
        """When the next of those who have one may leave."""
        self.booked = 0.0
        """Until when those who were sent away have been given a time to come back."""


class Gate:
    """Gives turns to requests, first come first served within a host; no host holds up another.

    `delay` and whatever else is a length of time in seconds; `clock` gives monotonic seconds, `sleep` waits for some,
    `random` gives numbers from 0 to 1.
    """

    def __init__(
        self,
        *,
        per_host: int,
        delay: float,
        concurrent: int,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[object]],
        random: Callable[[], float],
    ) -> None:
        self._per_host = per_host
        self._delay = delay
        self._all = asyncio.Semaphore(concurrent)
        self._clock = clock
        self._sleep = sleep
        self._hosts: dict[str, _Host] = {}
        self._slow: dict[str, tuple[float, float]] = {}
        """Host → its own delay, and until when that holds."""
        self._rests = Rests(random)
        self._next_sweep = 0.0

    def __len__(self) -> int:
        """How many hosts are in use or were just used."""
        return len(self._hosts)

    @asynccontextmanager
    async def turn(self, host: str, *, patience: float | None = None) -> AsyncIterator[Callable[[], Awaitable[None]]]:
        """Wait for a turn at the host, and hold it inside. What it gives is to be awaited right before the request
        leaves: the next one follows that moment, for it may take long to connect.

        `patience`: how long to wait where the host has a longer delay than ours, before the queue counts as full.
        Raises: Refusal, where the host rests or its queue is full, with the time after which to come back; what it
            gives raises it too.
        """
        self._refuse_resting(host)
        state = self._enter(host)
        try:
            if patience is not None:
                self._refuse_crowd(host, state, patience)
            await self._start(host, state)
            try:
                yield partial(self._leave, host, state)
            finally:
                self._all.release()
                state.slots.release()
        finally:
            state.users -= 1

    def slow_down(self, host: str, delay: float, lasting: float) -> None:
        """Let requests to the host start so far apart, for so long; what it was told before counts if that is more."""
        told = self._own_delay(host)
        self._slow.pop(host, None)
        self._slow[host] = (max(delay, told), self._clock() + lasting)
        if len(self._slow) > _MOST_SLOW:
            del self._slow[next(iter(self._slow))]

    def refused(self, host: str, status: int, asked: timedelta | None) -> None:
        """The host answered that it has too much to do: leave it alone for as long as it asked for, or ever longer."""
        now = self._clock()
        self._rests.refused(host, status, asked.total_seconds() if asked else 0.0, now)
        log.info("%s answered %d: it is left alone for %s", host, status, _words(self._rests.left(host, now)))

    def answered(self, host: str) -> None:
        """The host answered as it should."""
        self._rests.answered(host, self._clock())

    async def _start(self, host: str, state: _Host) -> None:
        """Take a place among the host's requests and one among all, when the time has come."""
        state.waiting += 1
        try:
            await state.slots.acquire()
            try:
                await self._wait_at_the_door(host, state)
            except BaseException:
                state.slots.release()
                raise
        finally:
            state.waiting -= 1

    async def _wait_at_the_door(self, host: str, state: _Host) -> None:
        # One at a time: the others of this host wait behind the door, without a place among all that are in flight.
        async with state.door:
            self._refuse_resting(host)
            # Again, for whoever was let in before may leave meanwhile.
            while (wait := state.next_start - self._clock()) > 0:
                await self._sleep(wait)
            await self._all.acquire()
            try:
                self._refuse_resting(host)
            except Refusal:
                self._all.release()
                raise
            state.next_start = self._clock() + self._between(host)

    async def _leave(self, host: str, state: _Host) -> None:
        """Keep the distance to the request that left last: it may have been let in later, and connected sooner."""
        now = self._clock()
        moment = max(now, state.next_leave)
        state.next_leave = moment + self._between(host)
        state.next_start = max(state.next_start, state.next_leave)
        if moment > now:
            await self._sleep(moment - now)
            self._refuse_resting(host)

    def _between(self, host: str) -> float:
        return max(self._delay, self._own_delay(host))

    def _own_delay(self, host: str) -> float:
        delay, until = self._slow.get(host, (0.0, 0.0))
        return delay if until > self._clock() else 0.0

    def _refuse_resting(self, host: str) -> None:
        if left := self._rests.left(host, self._clock()):
            what = f"is left alone for {_words(left)}, because it answered {self._rests.status(host)}"
            raise Refusal(what, FetchKind.RESTING, temporary=True, retry_after=timedelta(seconds=left))

    def _refuse_crowd(self, host: str, state: _Host, patience: float) -> None:
        """Send away who would wait too long, each to come back at a time of its own."""
        delay = self._own_delay(host)
        if delay <= self._delay:
            return
        now = self._clock()
        turn = max(state.next_start, now) + state.waiting * delay
        if turn - now > patience:
            state.booked = max(state.booked, turn) + delay
            wait = state.booked - delay - now
            what = f"wants {_words(delay)} between requests, and others wait already"
            raise Refusal(what, FetchKind.RESTING, temporary=True, retry_after=timedelta(seconds=wait))

    def _enter(self, host: str) -> _Host:
        if self._clock() >= self._next_sweep:
            self._sweep()
        state = self._hosts.get(host)
        if state is None:
            state = self._hosts[host] = _Host(self._per_host)
        state.users += 1
        return state

    def _sweep(self) -> None:
        """Forget the hosts that nobody uses and whose delay is over; at most once a second, for it looks at all."""
        now = self._clock()
        self._hosts = {
            name: host for name, host in self._hosts.items() if host.users or host.next_start > now or host.booked > now
        }
        self._next_sweep = now + 1.0


def _words(seconds: float) -> str:
    """A length of time for a person: "30 s", "5 min"."""
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
