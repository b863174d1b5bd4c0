"""The pool: what one task does to its worker never reaches another task, nor the daemon."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pebble import ProcessPool

from monitor.errors import ParseError, ParseKind
from monitor.workers import pool as pool_module
from monitor.workers.pool import Workers
from monitor.workers.settings import WorkerSettings
from monitor.workers.tasks import extract_page, parse_feed
from tests.builders import NOON
from tests.workers import jobs

PROJECT = Path(__file__).parents[2]


def some_workers(count: int = 2, seconds: float = 5, recycle: int = 1000, lost_after: float = 60) -> Workers:
    settings = WorkerSettings(count=count, timeout=timedelta(seconds=seconds), recycle=recycle)
    return Workers(settings, lost_after=timedelta(seconds=lost_after))


async def test_a_task_runs_in_another_process_and_returns_its_value() -> None:
    async with some_workers() as workers:
        assert await workers.run(jobs.double, 21) == 42
        assert await workers.run(jobs.process_id) != os.getpid()


FATAL = [
    (jobs.segfault, ParseKind.CRASH, "SIGSEGV"),
    (jobs.killed, ParseKind.CRASH, "out of memory"),
    (jobs.exit_at_once, ParseKind.CRASH, "exit code 3"),
    (jobs.out_of_cpu, ParseKind.TIMEOUT, "CPU time"),
    (jobs.devour_memory, ParseKind.MEMORY, "1536 MB"),
    (jobs.refuse, ParseKind.INVALID, "this is no feed"),
]


@pytest.mark.parametrize(("task", "kind", "words"), FATAL, ids=lambda case: getattr(case, "__name__", None))
async def test_the_task_after_a_fatal_one_runs(task: Callable[[], None], kind: ParseKind, words: str) -> None:
    async with some_workers(count=1) as workers:
        with pytest.raises(ParseError, match=words) as caught:
            await workers.run(task)
        assert caught.value.kind is kind
        assert await workers.run(jobs.double, 1) == 2
        # A task that may say so itself costs no worker.
        assert workers.lost == (kind in (ParseKind.CRASH, ParseKind.TIMEOUT))


async def test_a_task_stuck_in_c_is_killed_at_its_limit() -> None:
    async with some_workers(count=1, seconds=0.3) as workers:
        started = time.monotonic()
        with pytest.raises(ParseError, match=r"longer than 0\.3 s") as caught:
            await workers.run(jobs.stuck_in_c)
        assert caught.value.kind is ParseKind.TIMEOUT
        assert time.monotonic() - started < 3
        assert await workers.run(jobs.double, 1) == 2
        assert workers.lost == 1


async def test_a_task_may_be_given_less_time_and_never_more() -> None:
    async with some_workers(count=1, seconds=0.5) as workers:
        with pytest.raises(ParseError, match=r"longer than 0\.1 s"):
            await workers.run_within(timedelta(seconds=0.1), jobs.nap, 5)
        with pytest.raises(ParseError, match=r"longer than 0\.5 s"):
            await workers.run_within(timedelta(seconds=60), jobs.nap, 5)


async def test_a_bug_in_a_task_passes_as_it_is() -> None:
    async with some_workers() as workers:
        with pytest.raises(KeyError, match="bug"):
            await workers.run(jobs.blunder)


async def test_an_exception_that_cannot_travel_does_not_break_the_pool() -> None:
    async with some_workers() as workers:
        with pytest.raises(RuntimeError, match="UntransportableError: detail lost"):
            await workers.run(jobs.blunder_strangely)
        assert await workers.run(jobs.double, 1) == 2


async def test_tasks_beside_crashing_ones_are_unharmed() -> None:
    async with some_workers() as workers:
        crashes = [workers.run(jobs.segfault) for _ in range(6)]
        healthy = [workers.run(jobs.size_of, bytes(size)) for size in range(0, 200_000, 5_000)]
        mixed = [
            job for pair in zip(crashes, [healthy[i::6] for i in range(6)], strict=True) for job in (pair[0], *pair[1])
        ]
        answers = await asyncio.gather(*mixed, return_exceptions=True)
    assert sorted(answer for answer in answers if isinstance(answer, int)) == list(range(0, 200_000, 5_000))
    assert [type(answer) for answer in answers if not isinstance(answer, int)] == [ParseError] * 6


async def test_at_most_two_tasks_a_worker_are_in_flight(monkeypatch: pytest.MonkeyPatch) -> None:
    waiting: list[Future[int]] = []

    def schedule(*_: object) -> Future[int]:
        waiting.append(Future())
        return waiting[-1]

    monkeypatch.setattr(pool_module, "_schedule", schedule)
    async with some_workers(count=2) as workers:
        runs = [asyncio.create_task(workers.run(jobs.double, number)) for number in range(10)]
        await until(lambda: len(waiting) == 4)
        await asyncio.sleep(0.05)
        assert len(waiting) == 4
        for number in range(10):
            await until(lambda enough=number: len(waiting) > enough)  # type: ignore[misc]
            waiting[number].set_result(number)
        assert await asyncio.gather(*runs) == list(range(10))


async def test_workers_are_recycled() -> None:
    async with some_workers(count=1, recycle=2) as workers:
        seen = [await workers.run(jobs.process_id) for _ in range(4)]
    assert seen[0] == seen[1] != seen[2] == seen[3]


async def test_cancelling_a_run_kills_its_worker(tmp_path: Path) -> None:
    told = tmp_path / "pids"
    async with some_workers(count=1) as workers:
        run = asyncio.create_task(workers.run(jobs.nap_after_telling, 60, str(told)))
        await until(lambda: len(pids(told)) == 1)
        run.cancel()
        with pytest.raises(asyncio.CancelledError):
            await run
        assert await workers.run(jobs.double, 1) == 2
        await until(lambda: ended(pids(told)[0]))


async def test_closing_ends_busy_workers_at_once(tmp_path: Path) -> None:
    workers = some_workers(count=2)
    told = tmp_path / "pids"
    runs = [asyncio.create_task(workers.run(jobs.nap_after_telling, 60, str(told))) for _ in range(4)]
    await until(lambda: len(pids(told)) == 2)
    started = time.monotonic()
    await workers.close()
    assert time.monotonic() - started < 3
    answers = await asyncio.gather(*runs, return_exceptions=True)
    assert all(isinstance(answer, asyncio.CancelledError) for answer in answers)
    await until(lambda: all(map(ended, pids(told))))


async def test_closing_what_never_started_is_nothing() -> None:
    async with some_workers() as workers:
        assert workers is not None  # nothing was asked of it


async def test_a_killed_idle_worker_costs_no_task() -> None:
    async with some_workers(count=1) as workers:
        pid = await workers.run(jobs.process_id)
        os.kill(pid, signal.SIGKILL)
        # pebble takes the death of an idle worker for the end of the whole pool.
        await asyncio.sleep(0.2)
        assert await workers.run(jobs.process_id) != pid


async def test_a_task_whose_pool_breaks_is_tried_once_more_and_then_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    tries = []

    def schedule(*_: object) -> Future[int]:
        tries.append(1)
        raise BrokenProcessPool

    monkeypatch.setattr(pool_module, "_schedule", schedule)
    async with some_workers(count=1) as workers:
        with pytest.raises(ParseError, match="pool") as caught:
            await workers.run(jobs.double, 1)
    assert caught.value.kind is ParseKind.CRASH
    assert len(tries) == 2


async def test_those_who_wait_for_a_broken_pool_go_on_with_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    real: Any = pool_module._schedule
    scheduled: list[ProcessPool] = []

    def schedule(pool: ProcessPool, *rest: Any) -> Any:
        scheduled.append(pool)
        if len(scheduled) > 2:
            return real(pool, *rest)
        future: Future[int] = Future()
        if len(scheduled) == 2:
            asyncio.get_running_loop().call_later(0.02, future.set_exception, BrokenProcessPool())
        return future

    monkeypatch.setattr(pool_module, "_schedule", schedule)
    async with some_workers(count=1) as workers:
        assert await asyncio.gather(*(workers.run(jobs.double, number) for number in (1, 2))) == [2, 4]
    assert len(set(map(id, scheduled))) == 2


async def test_two_who_see_the_same_pool_break_replace_it_once(monkeypatch: pytest.MonkeyPatch) -> None:
    real: Any = pool_module._schedule
    scheduled: list[ProcessPool] = []

    def schedule(pool: ProcessPool, *rest: Any) -> Any:
        scheduled.append(pool)
        if len(scheduled) > 2:
            return real(pool, *rest)
        future: Future[int] = Future()
        asyncio.get_running_loop().call_later(0.02, future.set_exception, BrokenProcessPool())
        return future

    monkeypatch.setattr(pool_module, "_schedule", schedule)
    async with some_workers(count=1) as workers:
        assert await asyncio.gather(*(workers.run(jobs.double, number) for number in (1, 2))) == [2, 4]
    assert len(set(map(id, scheduled))) == 2


async def test_a_task_that_the_pool_lost_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    real = pool_module._schedule
    lost: list[Future[int]] = []

    def schedule(*arguments: Any) -> Any:
        if lost:
            return real(*arguments)
        lost.append(Future())
        return lost[0]

    monkeypatch.setattr(pool_module, "_schedule", schedule)
    async with some_workers(count=1, seconds=0.5, lost_after=0.05) as workers:
        assert await workers.run(jobs.double, 4) == 8
    assert len(lost) == 1


async def test_a_pool_that_will_not_start_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ProcessPool, "active", property(lambda _: False))
    async with some_workers() as workers:
        with pytest.raises(BrokenProcessPool, match="no worker"):
            await workers.run(jobs.double, 1)


PARENT = """
import asyncio, sys
from monitor.workers.pool import Workers
from monitor.workers.settings import WorkerSettings
from tests.workers import jobs

async def main():
    async with Workers(WorkerSettings()) as workers:
        await asyncio.gather(workers.run(jobs.nap_after_telling, 60, sys.argv[1]), workers.run(jobs.toil, sys.argv[1]))

if __name__ == "__main__":
    asyncio.run(main())
"""


async def test_workers_die_with_a_daemon_that_is_killed(tmp_path: Path) -> None:
    (tmp_path / "parent.py").write_text(PARENT)
    told = tmp_path / "pids"
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    parent = subprocess.Popen([sys.executable, tmp_path / "parent.py", told], env=environment)  # noqa: ASYNC220
    try:
        await until(lambda: len(pids(told)) == 2)
    finally:
        parent.kill()
        parent.wait()
    await until(lambda: all(map(ended, pids(told))))


def pids(told: Path) -> list[int]:
    """Of the workers that have begun their task."""
    return [int(line) for line in told.read_text().split()] if told.exists() else []


def ended(pid: int) -> bool:
    """Whether a process has; one that nobody has reaped yet, too."""
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (ProcessLookupError, FileNotFoundError):
        return True


async def until(condition: Callable[[], bool]) -> None:
    """Wait for something that another process or task does, at most five seconds."""
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - other processes set no events
            await asyncio.sleep(0.01)


async def test_real_feeds_and_pages_are_read_in_workers() -> None:
    item = "<item><title>Rafah</title><link>https://gazette.example/1</link></item>"
    feed = f"<rss version='2.0'><channel><title>News</title>{item}</channel></rss>".encode()
    page = (
        b"<html><body><article><p>" + b"A sentence of an article, long enough. " * 40 + b"</p></article></body></html>"
    )
    async with some_workers() as workers:
        parsed = await workers.run(parse_feed, feed, "text/xml", "https://gazette.example/feed", NOON)
        read = await workers.run(extract_page, page, "text/html", "https://gazette.example/1")
        with pytest.raises(ParseError) as caught:
            await workers.run(parse_feed, b"%PDF-1.7", "application/pdf", "https://gazette.example/feed", NOON)
    assert [entry.title for entry in parsed.entries] == ["Rafah"]
    assert "A sentence of an article" in read.text
    assert caught.value.kind is ParseKind.INVALID
