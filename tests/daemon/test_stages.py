"""How a stage begins after a death, and what it does with what it was just taking when it is told to stop."""

import asyncio
import os
from collections.abc import Hashable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from monitor import daemon
from monitor.app import at_work
from monitor.daemon import Every, Keeping, Running, _heed_clock, _optimise, _tidy, come_back
from monitor.errors import ClockError, LockedError, MonitorError, StoreError
from monitor.pipeline.database import Database
from monitor.pipeline.stage import Stage
from monitor.store import counts
from monitor.store.lock import DaemonLock, daemon_pid
from monitor.store.store import Store
from tests.builders import NOON
from tests.conftest import Cluster
from tests.pipeline.conftest import World


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


async def test_what_waits_too_long_is_given_up_and_a_failure_of_that_is_only_said(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Failing:
        async def write(self, _: object) -> int:
            raise StoreError("the disk is full")

    await _tidy(SimpleNamespace(database=Failing(), clock=lambda: NOON))  # type: ignore[arg-type]
    assert "tidy: the disk is full" in caplog.text


async def test_the_database_is_optimised_and_a_failure_of_that_is_only_said(caplog: pytest.LogCaptureFixture) -> None:
    class Failing:
        async def optimise(self) -> None:
            raise StoreError("the disk is full")

    class Fine:
        optimised = 0

        async def optimise(self) -> None:
            self.optimised += 1

    fine = Fine()
    await _optimise(SimpleNamespace(database=fine))  # type: ignore[arg-type]
    assert (fine.optimised, caplog.text) == (1, "")
    await _optimise(SimpleNamespace(database=Failing()))  # type: ignore[arg-type]
    assert "optimise: the disk is full" in caplog.text


async def test_the_statistics_are_refreshed_in_the_databases_own_thread(database_url: str) -> None:
    with Store.open(database_url) as store:
        async with Database(store) as database:
            await database.optimise()
        with store.reading() as tx:
            assert counts.totals(tx)["articles"] == 0


class ScriptedLock(DaemonLock):
    """Says one after the other."""

    def __init__(self, *answers: bool | MonitorError) -> None:
        self.answers = list(answers)

    def keep(self) -> bool:
        answer = self.answers.pop(0)
        if isinstance(answer, MonitorError):
            raise answer
        return answer


async def test_a_daemon_keeps_its_lock_and_stops_where_another_has_it(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    stopping, taken = asyncio.Event(), LockedError("it already has a daemon: process 7", pid=7)
    keeping = Keeping(ScriptedLock(False, StoreError("it cannot be reached"), True, taken), stopping)
    for said in ("", "", "taken anew", "process 7"):
        assert not stopping.is_set()
        caplog.clear()
        keeping.demand()
        await keeping.tick()
        assert said in caplog.text
        assert bool(caplog.text) is bool(said)
    assert stopping.is_set()
    with pytest.raises(LockedError):
        keeping.demand()


def test_what_was_missed_is_made_up_for_once_however_much_it_is() -> None:
    every = Every(timedelta(seconds=2), first=timedelta(seconds=5))
    assert every.get_next_fire_time(None, NOON) == NOON + timedelta(seconds=5)
    years = NOON + timedelta(days=4_000)
    assert every.get_next_fire_time(NOON, years) == years + timedelta(seconds=2)


async def test_a_clock_that_is_set_back_lets_nothing_wait(caplog: pytest.LogCaptureFixture) -> None:
    scheduler = AsyncIOScheduler(timezone="UTC")
    tick, late = (
        scheduler.add_job(print, Every(timedelta(minutes=1)), id="tick"),
        scheduler.add_job(print, Every(timedelta(days=1), first=timedelta(minutes=5)), id="late"),
    )
    scheduler.start(paused=True)
    now = datetime.now(UTC)
    tick.modify(next_run_time=now + timedelta(days=1))
    late.modify(next_run_time=now + timedelta(hours=23))
    come_back(scheduler, now)
    assert (tick.next_run_time, late.next_run_time) == (now, now + timedelta(hours=23))
    scheduler.shutdown(wait=False)


async def test_a_clock_that_cannot_be_followed_is_said_and_looked_at_again(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = asyncio.Event()

    class Watch:
        async def look(self) -> None:
            if caplog.text:
                looked.set()
            raise StoreError("the disk is full")

    monkeypatch.setattr(daemon, "HEED", timedelta())
    heeding = asyncio.create_task(_heed_clock(SimpleNamespace(get_jobs=list), Watch()))  # type: ignore[arg-type]
    await asyncio.wait_for(looked.wait(), 10)
    heeding.cancel()
    assert "clock: the disk is full" in caplog.text


async def test_ticks_come_back_where_nobody_heeds_the_clock_of_the_schedule(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = asyncio.Semaphore(0)

    class Scheduler:
        def get_jobs(self) -> list[object]:
            asked.release()
            return []

    monkeypatch.setattr(daemon, "HEED", timedelta())
    heeding = asyncio.create_task(_heed_clock(Scheduler(), None))
    for _ in range(3):
        assert await asyncio.wait_for(asked.acquire(), 10)
    assert not heeding.done()
    heeding.cancel()


async def test_a_clock_that_was_never_set_is_not_worked_by(world: World) -> None:
    with pytest.raises(ClockError, match="shows 1970-01-02 00:00 UTC: set it"):
        async with at_work(world.config(), now=lambda: datetime(1970, 1, 2, tzinfo=UTC)):
            pass


async def test_a_clock_that_was_set_back_since_the_last_daemon_moves_what_is_due(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("WARNING", logger="monitor")  # a command that ran before may have left it higher
    for off, said in ((timedelta(), ""), (-timedelta(days=10), "the clock was set back by 10 days, 0:00:00 since")):
        caplog.clear()
        async with at_work(world.config(), now=lambda: NOON + off):  # noqa: B023 - called here only
            pass
        assert said in caplog.text
        assert bool(caplog.text) is bool(said)


async def test_the_end_waits_for_runs_that_are_under_way() -> None:
    running, released, ended = Running(), asyncio.Event(), list[str]()

    async def job() -> None:
        await released.wait()
        ended.append("job")

    async def failing() -> None:
        message = "a bug"
        raise RuntimeError(message)

    await running.end()
    with pytest.raises(RuntimeError):
        await running.watched(failing)()
    # Handed over, and not yet begun.
    run = asyncio.create_task(running.watched(job)())
    end = asyncio.create_task(running.end())
    for _ in range(5):
        await asyncio.sleep(0)
    assert not end.done()
    released.set()
    await end
    assert (run.done(), ended) == (True, ["job"])


@pytest.mark.postgres
async def test_the_first_write_after_a_session_was_ended_takes_the_lock_anew(postgres: Cluster, world: World) -> None:
    world.environment["MONITOR_DATABASE_URL"] = url = postgres.url(postgres.create_ready())
    async with at_work(world.config()) as tools:
        postgres.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'monitor daemon%'"
        )
        await tools.database.write(counts.totals)
        assert daemon_pid(url) == os.getpid()
