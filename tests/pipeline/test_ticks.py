"""Ticks: they go on whatever happens to one run, and what fails is said once."""

import asyncio
import logging
from datetime import timedelta

import pytest

from monitor.errors import StoreError
from monitor.pipeline.ticks import Condition, Ticks
from tests.builders import NOON

SOON = timedelta(milliseconds=1)


class Work:
    """Counts its runs, fails as told, and says when it was run so often."""

    def __init__(self, *failures: Exception | None, wanted: int = 0) -> None:
        self.failures, self.runs, self.wanted = list(failures), 0, wanted or len(failures)
        self.done = asyncio.Event()

    async def run(self) -> None:
        self.runs += 1
        if self.runs >= self.wanted:
            self.done.set()
        failure = self.failures.pop(0) if self.failures else None
        if failure:
            raise failure


async def test_what_fails_is_said_once_and_that_it_works_again(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    full, locked = StoreError("the disk is full", hint="make room"), StoreError("locked")
    work = Work(full, full, full, locked, full, None, None)
    ticks = Ticks(lambda: NOON)
    ticks.every(SOON, "page", work.run)
    await work.done.wait()
    await ticks.stop()
    assert [record.getMessage() for record in caplog.records if record.name.startswith("monitor")] == [
        "page: the disk is full: make room",
        "page: locked",
        "page: the disk is full: make room",
        "page: works again, after 0 s",
    ]
    assert ticks.failing == ()


async def test_what_fails_is_told_with_since_when(caplog: pytest.LogCaptureFixture) -> None:
    work, moments = Work(StoreError("full"), StoreError("full")), iter(NOON + n * SOON for n in range(100))
    ticks = Ticks(lambda: next(moments))
    ticks.every(SOON, "page", work.run)
    await work.done.wait()
    await ticks.stop()
    assert ticks.failing == (Condition(what="page", since=NOON, reason="full"),)


async def test_a_mistake_is_said_once_with_its_traceback_and_ends_nothing(caplog: pytest.LogCaptureFixture) -> None:
    work = Work(KeyError("x"), KeyError("x"), None)
    ticks = Ticks(lambda: NOON)
    ticks.every(SOON, "page", work.run)
    await work.done.wait()
    await ticks.stop()
    assert caplog.text.count("Traceback") == 1
    assert "page failed by a mistake in the program" in caplog.text


async def test_one_that_waits_is_ended_without_a_run_and_one_at_work_finishes() -> None:
    later, begun, go, fate = Work(), asyncio.Event(), asyncio.Event(), []

    async def slow() -> None:
        begun.set()
        await go.wait()
        fate.append("finished")

    ticks = Ticks(lambda: NOON)
    ticks.every(timedelta(days=1), "later", later.run, first=timedelta(days=1))
    ticks.every(SOON, "slow", slow)
    await begun.wait()
    ending = asyncio.create_task(ticks.stop())
    await asyncio.sleep(0)
    go.set()
    await ending
    assert (later.runs, fate) == (0, ["finished"])


async def test_a_run_that_takes_longer_than_its_interval_is_followed_by_one() -> None:
    running, most, work = 0, 0, Work(wanted=3)

    async def long() -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.02)
        running -= 1
        await work.run()

    ticks = Ticks(lambda: NOON)
    ticks.every(SOON, "long", long)
    await work.done.wait()
    await ticks.stop()
    assert most == 1
