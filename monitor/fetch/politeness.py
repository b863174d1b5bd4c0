"""Whose turn it is: bounds how many requests are in flight, to one host and altogether, and how fast they follow."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager


class _Host:
    """What is known of a host while somebody uses it or has just used it."""

    __slots__ = ("door", "next_start", "slots", "users")

    def __init__(self, per_host: int) -> None:
        self.users = 0
        self.slots = asyncio.Semaphore(per_host)
        self.door = asyncio.Lock()
        self.next_start = 0.0


class Gate:
    """Gives turns to requests, first come first served within a host; no host holds up another.

    `delay` in seconds; `clock` gives monotonic seconds, `sleep` waits for some.
    """

    def __init__(
        self,
        *,
        per_host: int,
        delay: float,
        concurrent: int,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[object]],
    ) -> None:
        self._per_host = per_host
        self._delay = delay
        self._all = asyncio.Semaphore(concurrent)
        self._clock = clock
        self._sleep = sleep
        self._hosts: dict[str, _Host] = {}
        self._next_sweep = 0.0

    def __len__(self) -> int:
        """How many hosts are remembered."""
        return len(self._hosts)

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[None]:
        """Wait for a turn at the host, and hold it inside."""
        state = self._enter(host)
        try:
            async with state.slots:
                await self._wait_to_start(state)
                try:
                    yield
                finally:
                    self._all.release()
        finally:
            state.users -= 1

    async def _wait_to_start(self, state: _Host) -> None:
        # One at a time: the others of this host wait behind the door, without a place among all that are in flight.
        async with state.door:
            if (wait := state.next_start - self._clock()) > 0:
                await self._sleep(wait)
            await self._all.acquire()
            state.next_start = self._clock() + self._delay

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
        self._hosts = {name: host for name, host in self._hosts.items() if host.users or host.next_start > now}
        self._next_sweep = now + 1.0
