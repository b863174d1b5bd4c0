"""What is done when our own network goes down, and when it comes back."""

import logging

from monitor.model import OutageKind
from monitor.pipeline.tally import NO_NETWORK
from monitor.pipeline.tools import Tools
from monitor.store import outages, polls
from monitor.store.store import Transaction

log = logging.getLogger(__name__)


async def go_down(tools: Tools) -> None:
    """Record it, and make feeds what they were whose polls failed before it was known. Raises: StoreError."""
    now = tools.clock()
    began, failed = tools.network.failing_since or now, tuple(tools.failing.values())
    log.warning(NO_NETWORK)

    def save(tx: Transaction) -> None:
        outages.begin(tx, OutageKind.NETWORK, began)
        polls.restore(tx, failed, now)

    await tools.database.save(save)


async def come_back(tools: Tools) -> None:
    """Record that some host answered, and let what was not reached be asked again. Raises: StoreError."""
    now = tools.clock()
    log.info("hosts answer again: all goes on")
    tools.fetcher.forget_unreached()
    await tools.database.save(lambda tx: outages.end(tx, now))
