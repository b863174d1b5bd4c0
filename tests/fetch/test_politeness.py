"""Turns, on a virtual clock."""

import asyncio
import heapq
import itertools
from collections.abc import Coroutine
from contextlib import suppress
from datetime import timedelta

import pytest

from monitor.fetch import politeness
from monitor.fetch.politeness import Gate
from monitor.fetch.refusal import Refusal


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
            per_host=per_host,
            delay=delay,
            concurrent=concurrent,
            clock=self.time.clock,
            sleep=self.time.sleep,
            random=lambda: 0.0,
        )
        self.started: list[tuple[str, str, float]] = []
        self.refused: list[tuple[str, float]] = []
        """Name → seconds after which to come back."""
        self.running: dict[str, int] = {}
        self.most: dict[str, int] = {}

    async def request(
        self,
        host: str,
        name: str = "",
        seconds: float = 0.0,
        patience: float | None = None,
        status: int = 200,
        dialling: float = 0.0,
    ) -> None:
        """`status`: what the host answers, heeded as the fetcher does; `dialling`: seconds until it can be asked."""
        try:
            await self._request(host, name, seconds, patience, dialling)
        except Refusal as refusal:
            come_back = refusal.retry_after or timedelta()
            self.refused.append((name, come_back.total_seconds()))
        else:
            self.gate.answered(host) if status == 200 else self.gate.refused(host, status, None)

    async def _request(self, host: str, name: str, seconds: float, patience: float | None, dialling: float) -> None:
        async with self.gate.turn(host, patience=patience) as leaving:
            if dialling:
                await self.time.sleep(dialling)
            await leaving()
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


async def test_the_delay_is_between_requests_not_between_dials() -> None:
    site = Site()
    await site.time.run(site.request("a", dialling=0.75), *(site.request("a") for _ in range(2)))
    assert site.starts("a") == [0.75, 1.75, 2.75]


async def test_whoever_is_overtaken_while_it_dials_keeps_the_distance() -> None:
    site = Site(per_host=3)
    await site.time.run(site.request("a", "slow", dialling=1.5), *(site.request("a", name) for name in ("b", "c")))
    assert site.started == [("a", "b", 1), ("a", "slow", 2), ("a", "c", 3)]


async def test_whoever_dials_when_the_rest_begins_does_not_go_out() -> None:
    site = Site()
    slow, quick = site.request("a", "slow", dialling=1.5), site.request("a", "quick", status=429)
    await site.time.run(slow, quick)
    assert [name for _, name, _ in site.started] == ["quick"]
    assert site.refused == [("slow", 59)]


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


# ── resting ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_host_that_refused_is_left_alone_and_whoever_asks_is_told_for_how_long() -> None:
    site = Site(delay=0)
    await site.time.run(site.request("a", status=429))
    site.time.now += 20
    await site.time.run(site.request("a", "early"), site.request("b", "other"))
    assert site.refused == [("early", 40)]
    site.time.now += 40
    await site.time.run(site.request("a", "late"))
    assert [name for _, name, _ in site.started] == ["", "other", "late"]


async def test_those_who_wait_when_the_rest_begins_do_not_go_out() -> None:
    site = Site(per_host=1, delay=2)
    first = site.request("a", "first", seconds=5, status=503)
    await site.time.run(first, *(site.request("a", str(number)) for number in range(4)))
    assert [name for _, name, _ in site.started] == ["first"]
    assert site.refused == [(str(number), 60) for number in range(4)]


async def test_whoever_waits_for_the_delay_meanwhile_does_not_go_out_either() -> None:
    site = Site(per_host=2, delay=10)
    await site.time.run(site.request("a", "first", seconds=5, status=503), site.request("a", "second"))
    assert site.refused == [("second", 55)]


async def test_a_refusal_frees_what_it_held() -> None:
    site = Site(per_host=1, delay=0, concurrent=1)
    await site.time.run(site.request("a", "first", status=429), *(site.request("a", "sibling") for _ in range(3)))
    await site.time.run(*(site.request("b", str(number), seconds=1) for number in range(3)))
    assert site.starts("b") == [0, 1, 2]
    assert site.most["all"] == 1


async def test_whoever_gets_the_last_free_place_while_the_rest_begins_gives_it_back() -> None:
    site = Site(per_host=2, delay=0, concurrent=1)
    await site.time.run(site.request("a", "first", seconds=5, status=429), site.request("a", "second"))
    assert site.refused == [("second", 60)]
    await site.time.run(site.request("b"))
    assert site.starts("b") == [5]


async def test_a_rest_outlives_the_sweep() -> None:
    site = Site(delay=0)
    await site.time.run(site.request("a", status=429))
    site.time.now += 50
    await site.time.run(site.request("b"))
    assert len(site.gate) == 1
    await site.time.run(site.request("a", "early"))
    assert site.refused == [("early", 10)]


async def test_six_hours_of_refusals_cost_a_server_few_requests() -> None:
    site = Site(delay=1)

    async def insist() -> None:
        while site.time.now < 1000 + 6 * 3600:
            before = len(site.refused)
            await site.request("a", status=429)
            waited = site.refused[-1][1] if len(site.refused) > before else 0.0
            await site.time.sleep(waited or 1)

    await site.time.run(insist())
    assert len(site.starts("a")) == 11
    gaps = [later - sooner for sooner, later in itertools.pairwise(site.starts("a"))]
    assert gaps == sorted(gaps)


# ── a delay of the host's own ────────────────────────────────────────────────────────────────────────────────────────


async def test_a_host_that_asks_for_a_longer_delay_gets_it_until_that_is_over() -> None:
    site = Site(delay=1)
    site.gate.slow_down("a", 10, 25)
    await site.time.run(*(site.request("a") for _ in range(5)), *(site.request("b") for _ in range(3)))
    assert site.starts("a") == [0, 10, 20, 30, 31]
    assert site.starts("b") == [0, 1, 2]


async def test_a_delay_that_is_asked_for_counts_from_the_next_request_on() -> None:
    site = Site(delay=1)
    await site.time.run(site.request("a"))
    site.gate.slow_down("a", 10, 100)
    await site.time.run(*(site.request("a") for _ in range(2)))
    assert site.starts("a") == [0, 1, 11]


async def test_a_shorter_delay_than_ours_changes_nothing() -> None:
    site = Site(delay=3)
    site.gate.slow_down("a", 1, 100)
    await site.time.run(*(site.request("a", patience=0) for _ in range(3)))
    assert site.starts("a") == [0, 3, 6]


async def test_of_two_delays_of_one_host_the_longer_counts() -> None:
    site = Site(delay=0)
    site.gate.slow_down("a", 10, 100)
    site.gate.slow_down("a", 4, 100)
    await site.time.run(*(site.request("a") for _ in range(2)))
    assert site.starts("a") == [0, 10]


async def test_whoever_has_no_patience_for_a_slow_host_is_told_when_to_come_each_at_another_time() -> None:
    site = Site(per_host=1, delay=1)
    site.gate.slow_down("a", 10, 1000)
    await site.time.run(*(site.request("a", str(number), patience=20) for number in range(6)))
    assert site.starts("a") == [0, 10, 20]
    assert site.refused == [("3", 30), ("4", 40), ("5", 50)]


async def test_without_patience_given_one_waits_as_long_as_it_takes() -> None:
    site = Site(per_host=1, delay=1)
    site.gate.slow_down("a", 10, 1000)
    await site.time.run(
        *(site.request("a", str(number), patience=20) for number in range(3)), site.request("a", "poll")
    )
    assert site.starts("a") == [0, 10, 20, 30]
    assert site.refused == []


async def test_who_comes_back_at_the_time_that_was_told_is_let_in() -> None:
    site = Site(per_host=1, delay=1)
    site.gate.slow_down("a", 10, 10_000)

    async def page(name: str) -> None:
        while name not in [started for _, started, _ in site.started]:
            before = len(site.refused)
            await site.request("a", name, patience=30)
            if len(site.refused) > before:
                await site.time.sleep(site.refused[-1][1])

    await site.time.run(*(page(str(number)) for number in range(40)))
    assert site.starts("a") == [10 * number for number in range(40)]
    assert len(site.refused) < 60


async def test_the_memory_of_delays_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(politeness, "_MOST_SLOW", 2)
    site = Site(delay=0)
    for host in "abac":
        site.gate.slow_down(host, 10, 100)
    await site.time.run(*(site.request(host) for host in "aabbcc"))
    assert (site.starts("a"), site.starts("b"), site.starts("c")) == ([0, 10], [0, 0], [0, 10])


@pytest.mark.parametrize(("seconds", "words"), [(59.6, "60 s"), (119, "119 s"), (121, "2 min"), (3600, "60 min")])
def test_lengths_are_told_as_a_person_would(seconds: float, words: str) -> None:
    assert politeness._words(seconds) == words
