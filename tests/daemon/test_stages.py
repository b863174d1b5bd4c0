"""How a stage begins after a death, and what it does with what it was just taking when it is told to stop."""

import asyncio
from collections.abc import Hashable
from datetime import timedelta

import pytest

from monitor.errors import StoreError
from monitor.pipeline.database import Database
from monitor.pipeline.stage import Stage
from monitor.store import counts
from monitor.store.store import Store


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


async def test_a_careful_stage_begins_with_one_item_and_widens_with_what_is_done() -> None:
    due, batches = set(range(40)), []

    async def take(limit: int, busy: frozenset[Hashable]) -> list[int]:
        batch = sorted(due - busy)[:limit]
        batches.append(len(batch))
        return batch

    async def work(item: int) -> None:
        await asyncio.sleep(0)
        due.discard(item)

    stage: Stage[int] = Stage("item", take=take, work=work, key=lambda item: item, width=8, careful=True)
    await stage.work_off()
    assert due == set()
    assert batches[:3] == [1, 2, 4]
    assert max(batches) == 8


async def test_deaths_before_the_first_item_is_done_cost_only_that_item() -> None:
    taken: list[int] = []

    async def take(limit: int, busy: frozenset[Hashable]) -> list[int]:
        batch = [item for item in range(40) if item not in busy][:limit]
        taken.extend(batch)
        return batch

    async def work(_item: int) -> None:
        await asyncio.sleep(10)

    for _ in range(10):
        stage: Stage[int] = Stage("item", take=take, work=work, key=lambda item: item, width=8, careful=True)
        working = asyncio.create_task(stage.work_off())
        await asyncio.sleep(0.01)
        await stage.stop(timedelta(0))
        await working
    assert set(taken) == {0}


async def test_the_statistics_are_refreshed_in_the_databases_own_thread(database_url: str) -> None:
    with Store.open(database_url) as store:
        async with Database(store) as database:
            await database.optimise()
        with store.reading() as tx:
            assert counts.totals(tx)["articles"] == 0
