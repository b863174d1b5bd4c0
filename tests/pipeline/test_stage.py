import asyncio
from collections.abc import Hashable
from datetime import timedelta

import pytest

from monitor.errors import StoreError
from monitor.pipeline.stage import Stage


class Queue:
    """A store with numbered items that are due until they are worked off."""

    def __init__(self, count: int, width: int = 4) -> None:
        self.due = set(range(count))
        self.done: list[int] = []
        self.tried = self.in_hand = self.most_in_hand = 0
        self.broken: frozenset[int] = frozenset()
        self.buggy: frozenset[int] = frozenset()
        self.failure = StoreError("the disk is full", temporary=True)
        self.hold: asyncio.Event | None = None
        self.seconds = 0.0
        self.stage: Stage[int] = Stage(
            "item",
            take=self.take,
            work=self.work,
            key=lambda item: item,
            width=width,
            look_again=timedelta(seconds=0.01),
            clock=lambda: self.seconds,
        )

    async def take(self, limit: int, busy: frozenset[Hashable]) -> list[int]:
        return sorted(self.due - busy)[:limit]

    async def work(self, item: int) -> None:
        self.in_hand += 1
        self.most_in_hand = max(self.most_in_hand, self.in_hand)
        try:
            if self.hold:
                await self.hold.wait()
            await asyncio.sleep(0)
            self.tried += 1
            if item in self.broken:
                raise self.failure
            if item in self.buggy:
                raise ZeroDivisionError
            self.due.discard(item)
            self.done.append(item)
        finally:
            self.in_hand -= 1


async def test_everything_due_is_worked_off_no_more_than_width_at_once() -> None:
    queue = Queue(50)
    await queue.stage.work_off()
    assert sorted(queue.done) == list(range(50))
    assert queue.most_in_hand == 4


async def test_an_item_that_cannot_be_saved_rests_and_costs_no_other(
    caplog: pytest.LogCaptureFixture,
) -> None:
    queue = Queue(9)
    queue.broken = frozenset((3,))
    await queue.stage.work_off()
    assert queue.due == {3}
    assert "item 3: the disk is full" in caplog.text
    queue.broken = frozenset()
    await queue.stage.work_off()
    assert queue.due == {3}
    queue.seconds = 61.0
    await queue.stage.work_off()
    assert queue.due == set()


async def test_an_item_that_fails_again_rests_twice_as_long_up_to_a_minute() -> None:
    queue = Queue(1)
    queue.broken = frozenset((0,))
    tries: list[int] = []
    for second in range(200):
        queue.seconds = float(second)
        await queue.stage.work_off()
        if queue.tried > len(tries):
            tries.append(second)
    assert tries == [0, 2, 6, 14, 30, 62, 122, 182]
    queue.broken = frozenset()
    queue.seconds = 242.0
    await queue.stage.work_off()
    assert queue.due == set()


async def test_an_item_that_fails_because_the_database_is_away_rests_no_longer_each_time() -> None:
    queue = Queue(1)
    queue.broken, queue.failure = frozenset((0,)), StoreError("it cannot be reached", temporary=True, away=True)
    tries: list[int] = []
    for second in range(10):
        queue.seconds = float(second)
        await queue.stage.work_off()
        if queue.tried > len(tries):
            tries.append(second)
    assert tries == [0, 2, 4, 6, 8]


async def test_an_item_that_was_saved_again_rests_as_at_first() -> None:
    queue = Queue(1)
    for second, is_broken in ((0, True), (2, False), (3, True), (5, False)):
        queue.seconds, queue.broken = float(second), frozenset((0,) if is_broken else ())
        queue.due = {0}
        await queue.stage.work_off()
        assert queue.due == ({0} if is_broken else set())


async def test_a_bug_is_not_wrapped_and_rests_like_a_failure() -> None:
    queue = Queue(3)
    queue.buggy = frozenset((1,))
    with pytest.raises(ZeroDivisionError):
        await queue.stage.work_off()
    await queue.stage.work_off()
    assert queue.due == {1}


async def test_what_becomes_due_while_working_is_taken_too() -> None:
    queue = Queue(1)
    queue.hold = asyncio.Event()
    working = asyncio.create_task(queue.stage.work_off())
    await asyncio.sleep(0.02)
    queue.due.add(7)
    queue.seconds += 1.0
    await asyncio.sleep(0.02)
    queue.hold.set()
    await working
    assert sorted(queue.done) == [0, 7]


async def test_stopping_lets_work_in_hand_finish_and_takes_nothing_more() -> None:
    queue = Queue(9)
    queue.hold = asyncio.Event()
    working = asyncio.create_task(queue.stage.work_off())
    await asyncio.sleep(0.02)
    stopping = asyncio.create_task(queue.stage.stop(timedelta(seconds=5)))
    await asyncio.sleep(0.02)
    queue.hold.set()
    await stopping
    await working
    assert len(queue.done) == 4


async def test_stopping_abandons_what_does_not_finish_in_time() -> None:
    queue = Queue(2)
    queue.hold = asyncio.Event()
    working = asyncio.create_task(queue.stage.work_off())
    await asyncio.sleep(0.02)
    await queue.stage.stop(timedelta(seconds=0.05))
    await working
    assert queue.done == []
    assert queue.due == {0, 1}


async def test_stopping_an_idle_stage_is_nothing() -> None:
    queue = Queue(0)
    await queue.stage.stop(timedelta(seconds=1))
    assert queue.done == []


class OneHost(Queue):
    """All items are of a host that may have two in work, so looks in between find nothing."""

    async def take(self, limit: int, busy: frozenset[Hashable]) -> list[int]:
        return (await super().take(limit, busy))[: max(0, 2 - len(busy))]

    async def work(self, item: int) -> None:
        self.seconds += 0.02  # time enough for a look, and none for the next one
        await asyncio.sleep(0.03)
        await super().work(item)


async def test_what_a_look_passed_over_because_its_host_was_busy_is_worked_off_too() -> None:
    queue = OneHost(7)
    await queue.stage.work_off()
    assert sorted(queue.done) == list(range(7))
    assert queue.most_in_hand <= 2
