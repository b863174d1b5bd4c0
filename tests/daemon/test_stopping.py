"""What a stage that is told to stop does with what it was just taking."""

import asyncio
from collections.abc import Hashable
from datetime import timedelta

import pytest

from monitor.errors import StoreError
from monitor.pipeline.stage import Stage


class SlowQueue:
    """A store that takes its time to hand out its one item, and notes what becomes of it."""

    def __init__(self, failure: StoreError | None = None) -> None:
        self.failure = failure
        self.asked, self.answers = asyncio.Event(), asyncio.Event()
        self.fate: list[str] = []
        self.stage: Stage[int] = Stage("item", take=self.take, work=self.work, key=lambda item: item, width=4)

    async def take(self, limit: int, busy: frozenset[Hashable]) -> list[int]:
        self.asked.set()
        await self.answers.wait()
        if self.failure:
            raise self.failure
        return [] if busy else [1]

    async def work(self, item: int) -> None:
        try:
            await asyncio.sleep(10)
        except asyncio.CancelledError:
            self.fate.append("given back")
            raise


async def test_what_is_taken_while_the_stage_stops_is_given_back() -> None:
    queue = SlowQueue()
    working = asyncio.create_task(queue.stage.work_off())
    await queue.asked.wait()
    stopping = asyncio.create_task(queue.stage.stop(timedelta(0)))
    await asyncio.sleep(0)
    queue.answers.set()
    await asyncio.gather(stopping, working)
    assert queue.fate == ["given back"]


async def test_what_is_taken_for_a_run_that_is_cancelled_is_given_back() -> None:
    queue = SlowQueue()
    working = asyncio.create_task(queue.stage.work_off())
    await queue.asked.wait()
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    queue.answers.set()
    await queue.stage.stop(timedelta(0))
    assert (working.cancelled(), queue.fate) == (True, ["given back"])


async def test_a_take_that_fails_while_the_stage_stops_is_its_runs_error() -> None:
    queue = SlowQueue(StoreError("the disk is full"))
    working = asyncio.create_task(queue.stage.work_off())
    await queue.asked.wait()
    stopping = asyncio.create_task(queue.stage.stop(timedelta(0)))
    queue.answers.set()
    await stopping
    with pytest.raises(StoreError, match="the disk is full"):
        await working
