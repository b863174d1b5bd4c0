"""The worker processes: hand them a task and its bytes, get a value or a typed error back, whatever the bytes do.

The only home of pebble, whose pool loses one task to a crash where others lose the pool.
"""

import asyncio
import multiprocessing
import signal
from collections.abc import Callable
from concurrent.futures.process import BrokenProcessPool
from datetime import timedelta
from types import TracebackType
from typing import Any, Self, TypeVar

from pebble import ProcessExpired, ProcessFuture, ProcessPool

from monitor.errors import ParseError, ParseKind
from monitor.workers.limits import confine
from monitor.workers.settings import WorkerSettings
from monitor.workers.tasks import PRELOADED, perform

T = TypeVar("T")

_QUEUED = 2
"""Tasks in flight for each worker: one in work, one ready."""
_LOST_AFTER = timedelta(seconds=60)
"""Beyond every wait that is possible: then the pool has lost the task (its worker died before it could say so)."""
_TRIES = 2
"""Of a task whose pool broke: it may have done so itself."""


class Workers:
    """A pool of worker processes; one for the whole program, used inside `async with`. The first task starts it."""

    def __init__(self, settings: WorkerSettings, *, lost_after: timedelta = _LOST_AFTER) -> None:
        self._settings = settings
        # Waits that a task in the queue can see: those before it, then its own.
        self._lost_after = settings.timeout.total_seconds() * (_QUEUED + 1) + lost_after.total_seconds()
        self._room = asyncio.Semaphore(settings.count * _QUEUED)
        self._changing = asyncio.Lock()
        self._pool: ProcessPool | None = None
        self._futures: set[ProcessFuture[Any]] = set()
        self.lost = 0
        """Workers that died or had to be ended over a task; those that were replaced by age are not among them."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def run(self, task: Callable[..., T], *arguments: object) -> T:
        """What `task(*arguments)` returns; the task is a function of a module, for it travels to another process.

        Waits while twice as many tasks as there are workers are in flight.

        Raises: ParseError when the worker died, outlasted its time or its memory, or when the task raises one; whatever
        else the task raises is a bug and passes.
        """
        return await self.run_within(self._settings.timeout, task, *arguments)

    async def run_within(self, limit: timedelta, task: Callable[..., T], *arguments: object) -> T:
        """The same with less time than the settings give; a longer `limit` is none. Raises: as `run`."""
        limit = min(limit, self._settings.timeout)
        async with self._room:
            for _ in range(_TRIES):
                pool = await self._running()
                try:
                    return await self._attempt(pool, task, arguments, limit)
                except BrokenProcessPool:
                    await self._discard(pool)
            raise ParseError("the worker that read it died, and its pool with it", ParseKind.CRASH)

    async def close(self) -> None:
        """End all workers at once, whatever they do; what is still awaited is cancelled."""
        async with self._changing:
            pool, self._pool = self._pool, None
            for future in self._futures:
                future.cancel()  # type: ignore[no-untyped-call]
            if pool is not None:
                await asyncio.to_thread(_end, pool)

    async def _attempt(
        self, pool: ProcessPool, task: Callable[..., T], arguments: tuple[object, ...], limit: timedelta
    ) -> T:
        future = _schedule(pool, task, arguments, limit)
        self._futures.add(future)
        try:
            async with asyncio.timeout(self._lost_after) as lost:
                return await asyncio.wrap_future(future)
        except MemoryError as error:
            megabytes = self._settings.memory // 2**20
            raise ParseError(f"reading it needs more than {megabytes} MB of memory", ParseKind.MEMORY) from error
        except ProcessExpired as error:
            self.lost += 1
            raise _crash(error.exitcode) from error
        except TimeoutError as error:
            self.lost += 1
            if lost.expired():
                raise BrokenProcessPool("the pool lost a task") from error
            raise ParseError(f"reading it took longer than {limit.total_seconds():g} s", ParseKind.TIMEOUT) from error
        finally:
            self._futures.discard(future)

    async def _running(self) -> ProcessPool:
        async with self._changing:
            if self._pool is None:
                # Beside the loop: the fork server first loads all that the workers need.
                self._pool = await asyncio.to_thread(_start, self._settings)
            return self._pool

    async def _discard(self, pool: ProcessPool) -> None:
        """Leave a broken pool; who still waits for it tries again with the next."""
        async with self._changing:
            if self._pool is not pool:
                return
            self._pool = None
            await asyncio.to_thread(_end, pool)
            for future in [future for future in self._futures if not future.done()]:
                future.set_exception(BrokenProcessPool("another task broke the pool"))


def _start(settings: WorkerSettings) -> ProcessPool:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(PRELOADED))
    pool = ProcessPool(
        max_workers=settings.count,
        max_tasks=settings.recycle,
        initializer=confine,
        initargs=(settings.memory,),
        context=context,
    )
    # Asking is what starts it.
    if not pool.active:
        raise BrokenProcessPool("no worker could be started")
    return pool


def _end(pool: ProcessPool) -> None:
    pool.stop()  # type: ignore[no-untyped-call]
    pool.join()


def _schedule(
    pool: ProcessPool, task: Callable[..., T], arguments: tuple[object, ...], limit: timedelta
) -> "ProcessFuture[T]":
    try:
        return pool.schedule(perform, args=(task, arguments, limit), timeout=limit.total_seconds())
    except RuntimeError as error:
        raise BrokenProcessPool("the pool broke while nobody used it") from error


def _crash(exit_code: int) -> ParseError:
    if exit_code == -signal.SIGXCPU:
        return ParseError("reading it used more CPU time than allowed", ParseKind.TIMEOUT)
    if exit_code == -signal.SIGKILL:
        return ParseError("the worker that read it was killed; the machine may be out of memory", ParseKind.CRASH)
    how = f"signal {signal.Signals(-exit_code).name}" if exit_code < 0 else f"exit code {exit_code}"
    return ParseError(f"reading it crashed the worker ({how})", ParseKind.CRASH)
