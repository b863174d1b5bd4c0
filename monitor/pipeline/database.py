"""The database as the stages use it: one thread, one writer, and saves that come together are committed together.

A transaction of its own costs a save as much as what it saves. So a save waits a moment for company (group commit);
each still is all or nothing, and nobody is told that it is done before it is on the disk.
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import groupby
from operator import itemgetter
from types import TracebackType
from typing import Any, Self, TypeVar

from monitor.store.store import Store, Transaction

One = TypeVar("One")
T = TypeVar("T")
_Together = Callable[[Transaction, Sequence[Any]], Sequence[Any]]

LINGER = timedelta(milliseconds=50)
"""How long a save waits for others: nobody notices, and at 100 articles a second five are saved at once."""
_MOST = 32
"""Saves in one transaction, so that a command that wants to write need not wait long."""


class Database:
    """A store, and the thread that works on it; used inside `async with`, by one event loop."""

    def __init__(self, store: Store, *, linger: timedelta = LINGER, hold: Callable[[], object] = lambda: None) -> None:
        """`hold`: called before each transaction that writes; where it raises, nothing is written."""
        self._store = store
        self._hold = hold
        self._linger = linger.total_seconds()
        self._thread = ThreadPoolExecutor(1, "database")
        self._waiting: list[tuple[_Together, Any, asyncio.Future[Any]]] = []
        self._timer: asyncio.TimerHandle | None = None
        self.heard: Callable[[], None] = lambda: None
        """Called by the thread whenever a piece of work is over, whatever came of it: the thread lives."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Carry out what still waits."""
        self._commit_waiting()
        await asyncio.to_thread(self._thread.shutdown)

    async def save(self, work: Callable[[Transaction], T]) -> T:
        """What `work` returns, after it is committed, perhaps together with others; it may be run twice.

        Raises: StoreError, or what `work` raises; another's failure is not its own.
        """
        return await self._queued(_each, work, self._linger)

    async def save_together(self, work: Callable[[Transaction, Sequence[One]], Sequence[T]], one: One) -> T:
        """What `work` returns for this one; it is given all that wait for the same work in a row. Else as `save`."""
        return await self._queued(work, one, self._linger)

    async def write(self, work: Callable[[Transaction], T]) -> T:
        """The same without waiting for company."""
        return await self._queued(_each, work, 0)

    async def change(self, work: Callable[[Transaction], T], then: Callable[[], None]) -> T:
        """What `work` returns, committed in a transaction of its own; `then` is called before the next one begins.

        Raises: StoreError, or what `work` raises; `then` is not called.
        """
        return await self._in_thread(self._change, work, then)

    async def read(self, work: Callable[[Transaction], T]) -> T:
        """What `work` returns of a snapshot, beside the loop. Raises: StoreError."""
        return await self._in_thread(self._read, work)

    async def optimise(self) -> None:
        """Let the database refresh its statistics. Raises: StoreError."""
        await self._in_thread(self._store.optimise)

    async def _queued(self, work: Callable[[Transaction, Sequence[One]], Sequence[T]], one: One, linger: float) -> T:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._waiting.append((work, one, future))
        if not linger or len(self._waiting) == _MOST:
            self._commit_waiting()
        elif self._timer is None:
            self._timer = loop.call_later(linger, self._commit_waiting)
        # Shielded: a cancelled item's work is carried out or rolled back by the thread, never cut in two.
        return await asyncio.shield(future)

    def _commit_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        group, self._waiting = self._waiting, []
        if group:
            works = [(work, one) for work, one, _ in group]
            committing = self._in_thread(self._commit, works)
            committing.add_done_callback(lambda done: _tell([future for _, _, future in group], done.result()))

    def _in_thread(self, call: Callable[..., T], *arguments: object) -> asyncio.Future[T]:
        return asyncio.get_running_loop().run_in_executor(self._thread, self._heard, call, *arguments)

    def _heard(self, call: Callable[..., T], *arguments: object) -> T:
        try:
            return call(*arguments)
        finally:
            self.heard()

    def _commit(self, works: Sequence[tuple[_Together, Any]]) -> list["_Outcome"]:
        """What came of each: together, or, where that fails for any reason, each in a transaction of its own."""
        try:
            self._hold()
            with self._store.writing() as tx:
                runs = groupby(works, itemgetter(0))
                done = [_Outcome(value=value) for work, run in runs for value in work(tx, [one for _, one in run])]
        except Exception as error:  # noqa: BLE001 - one item: its future raises it
            return (
                [_Outcome(error=error)] if len(works) == 1 else [self._heard(self._commit, [work])[0] for work in works]
            )
        return done

    def _change(self, work: Callable[[Transaction], T], then: Callable[[], None]) -> T:
        self._hold()
        with self._store.writing() as tx:
            done = work(tx)
        then()
        return done

    def _read(self, work: Callable[[Transaction], T]) -> T:
        with self._store.reading() as tx:
            return work(tx)


def _each(tx: Transaction, works: Sequence[Callable[[Transaction], T]]) -> list[T]:
    return [work(tx) for work in works]


class _Outcome:
    """What one work returned or raised."""

    def __init__(self, *, value: object = None, error: Exception | None = None) -> None:
        self._value = value
        self._error = error

    def tell(self, future: asyncio.Future[Any]) -> None:
        """Hand it to who waits for it."""
        if self._error is None:
            future.set_result(self._value)
        else:
            future.set_exception(self._error)


def _tell(futures: Sequence[asyncio.Future[Any]], outcomes: Sequence[_Outcome]) -> None:
    for future, outcome in zip(futures, outcomes, strict=True):
        outcome.tell(future)
