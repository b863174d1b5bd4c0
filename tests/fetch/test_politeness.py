"""Turns, on a virtual clock."""

import asyncio
import heapq
import itertools
from collections.abc import Coroutine
from contextlib import suppress

import pytest

from monitor.fetch.politeness import Gate


class VirtualTime:
    """A clock that jumps to the next sleeper's end whenever everybody waits."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.order = itertools.count()
        self.sleepers: list[tuple[float, int, asyncio.Future[None]]] = []

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self.sleepers, (self.now + seconds, next(self.order), future))
        await future

    async def run(self, *work: Coroutine[object, object, None]) -> None:
        tasks = [asyncio.create_task(one) for one in work]
        while not all(task.done() for task in tasks):
            for _ in range(20):
                await asyncio.sleep(0)
            if self.sleepers:
                self.now, _, future = heapq.heappop(self.sleepers)
                with suppress(asyncio.InvalidStateError):
                    future.set_result(None)
        await asyncio.gather(*tasks)


class Site:
    """Requests behind a gate, and when they started."""

    def __init__(self, per_host: int = 2, delay: float = 1.0, concurrent: int = 10) -> None:
        self.time = VirtualTime()
        self.gate = Gate(
            per_host=per_host, delay=delay, concurrent=concurrent, clock=self.time.clock, sleep=self.time.sleep
        )
        self.started: list[tuple[str, str, float]] = []
        self.running: dict[str, int] = {}
        self.most: dict[str, int] = {}

    async def request(self, host: str, name: str = "", seconds: float = 0.0) -> None:
        async with self.gate.turn(host):
            self.started.append((host, name, self.time.now - 1000))
            for key in (host, "all"):
                self.running[key] = self.running.get(key, 0) + 1
                self.most[key] = max(self.most.get(key, 0), self.running[key])
            if seconds:
                await self.time.sleep(seconds)
            for key in (host, "all"):
                self.running[key] -= 1

    def starts(self, host: str) -> list[float]:
        return [when for found, _, when in self.started if found == host]


async def test_requests_to_a_host_start_a_delay_apart() -> None:
    site = Site()
    await site.time.run(*(site.request("a") for _ in range(4)))
    assert site.starts("a") == [0, 1, 2, 3]


async def test_the_delay_holds_after_a_pause() -> None:
    site = Site()
    await site.time.run(site.request("a"))
    site.time.now += 0.25
    await site.time.run(site.request("a"))
    assert site.starts("a") == [0, 1]


async def test_a_host_has_no_more_than_its_connections() -> None:
    site = Site(per_host=2, delay=1)
    await site.time.run(*(site.request("a", seconds=10) for _ in range(6)))
    assert site.most["a"] == 2
    assert site.starts("a") == [0, 1, 10, 11, 20, 21]


async def test_hosts_do_not_wait_for_each_other() -> None:
    site = Site(per_host=1, delay=5, concurrent=100)
    await site.time.run(*(site.request(host, seconds=60) for host in "aaabc"))
    assert site.starts("b") == site.starts("c") == [0]


async def test_those_who_wait_for_a_host_hold_no_place_among_all() -> None:
    site = Site(per_host=1, delay=5, concurrent=2)
    await site.time.run(*(site.request("a", seconds=60) for _ in range(5)), site.request("b"), site.request("c"))
    assert site.starts("b") == site.starts("c") == [0]


async def test_no_more_than_the_bound_are_in_flight_altogether() -> None:
    site = Site(concurrent=3)
    await site.time.run(*(site.request(f"host{number}", seconds=1) for number in range(20)))
    assert site.most["all"] == 3
    assert len(site.started) == 20


async def test_first_come_first_served_within_a_host() -> None:
    site = Site(per_host=1, delay=0.5)
    await site.time.run(*(site.request("a", str(number), seconds=0.1) for number in range(9)))
    assert [name for _, name, _ in site.started] == list("012345678")


@pytest.mark.parametrize("turns", [1, 5, 25])
async def test_a_cancelled_request_takes_no_turn(turns: int) -> None:
    site = Site(per_host=1, delay=0, concurrent=1)
    async with site.gate.turn("a"):
        waiting = [asyncio.create_task(site.request("a")) for _ in range(turns)]
        await asyncio.sleep(0)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
    await site.time.run(site.request("a", "after"))
    assert [name for _, name, _ in site.started] == ["after"]


async def test_a_request_cancelled_in_its_delay_frees_the_host() -> None:
    site = Site(per_host=1, delay=100)
    await site.time.run(site.request("a"))
    waiting = asyncio.create_task(site.request("a"))
    for _ in range(5):
        await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    await site.time.run(site.request("a", "after"))
    assert site.starts("a") == [0, 100]


async def test_an_error_gives_the_turn_back() -> None:
    site = Site(per_host=1, delay=0, concurrent=1)
    with pytest.raises(KeyError):
        async with site.gate.turn("a"):
            raise KeyError
    await site.time.run(site.request("a"))
    assert site.starts("a") == [0]


async def test_idle_hosts_are_forgotten_but_not_their_delay() -> None:
    site = Site(delay=3)
    await site.time.run(*(site.request(f"host{number}") for number in range(500)))
    site.time.now += 2
    await site.time.run(site.request("host0"))
    assert len(site.gate) == 500
    assert site.starts("host0") == [0, 3]
    site.time.now += 100
    await site.time.run(site.request("other"))
    assert len(site.gate) == 1
