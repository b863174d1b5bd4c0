"""What the stages work with; made once by monitor.app and handed to each."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from monitor.articles.outlets import Outlets
from monitor.config.load import Config
from monitor.fetch.fetcher import Fetcher
from monitor.pipeline.tally import Tally
from monitor.store.store import Store, Transaction
from monitor.workers.pool import Workers

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """The edges and the configuration, as the stages need them."""

    config: Config
    outlets: Outlets
    store: Store
    fetcher: Fetcher
    workers: Workers
    clock: Callable[[], datetime]
    """Now, as aware UTC."""
    tally: Tally
    database_thread: ThreadPoolExecutor
    """One thread: there is one writer, and the loop never waits for the disk."""

    async def writing(self, work: Callable[[Transaction], T]) -> T:
        """Run `work` in a write transaction of its own, beside the loop."""
        return await self._run(self._write, work)

    async def reading(self, work: Callable[[Transaction], T]) -> T:
        """Run `work` in a read transaction of its own, beside the loop."""
        return await self._run(self._read, work)

    async def optimise(self) -> None:
        """Let the database refresh its statistics. Raises: StoreError."""
        await asyncio.get_running_loop().run_in_executor(self.database_thread, self.store.optimise)

    async def _run(self, run: Callable[[Callable[[Transaction], T]], T], work: Callable[[Transaction], T]) -> T:
        # Shielded: a cancelled item's transaction is carried out or rolled back by its thread, never cut in two.
        return await asyncio.shield(asyncio.get_running_loop().run_in_executor(self.database_thread, run, work))

    def _write(self, work: Callable[[Transaction], T]) -> T:
        with self.store.writing() as tx:
            return work(tx)

    def _read(self, work: Callable[[Transaction], T]) -> T:
        with self.store.reading() as tx:
            return work(tx)
