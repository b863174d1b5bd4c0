"""PRUNE: texts that are kept no longer leave the database, in many short transactions, beside all other work."""

import asyncio
import logging
from datetime import datetime
from functools import partial

from monitor.errors import StoreError
from monitor.pipeline.database import Database
from monitor.pipeline.tools import Tools
from monitor.store import retention
from monitor.store.retention import Place, Pruned

log = logging.getLogger(__name__)


async def prune(database: Database, before: datetime, stopping: asyncio.Event | None = None) -> Pruned:
    """Prune all that is older, or as much as can be done until told to stop. Raises: StoreError."""
    pruned = Pruned(articles=0, pages=0)
    place: Place | None = None
    while stopping is None or not stopping.is_set():
        found, place = await database.write(partial(retention.prune, before=before, after=place))
        pruned += found
        if place is None:
            break
    return pruned


class Pruning:
    """Prunes now and then, as the settings say at that moment."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._stopping = asyncio.Event()
        self._at_work = asyncio.Lock()

    async def run(self) -> None:
        """One pass, if any is wanted; what fails is said, and the next time tries again."""
        kept = self._tools.config.settings.retention_unmatched
        if kept is None:
            return
        async with self._at_work:
            try:
                pruned = await prune(self._tools.database, self._tools.clock() - kept, self._stopping)
            except StoreError as error:
                log.error("prune: %s", error)  # noqa: TRY400 - a person's message, not a bug
            else:
                log.info("pruned the texts of %d old articles and %d pages", pruned.articles, pruned.pages)

    async def stop(self) -> None:
        """Finish the transaction that is under way, and prune no more."""
        self._stopping.set()
        async with self._at_work:
            pass
