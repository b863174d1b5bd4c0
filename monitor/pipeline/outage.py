"""What is done when our own network goes down, and when it comes back."""

import logging

from monitor.model import OutageKind
from monitor.pipeline.network import Phase
from monitor.pipeline.tally import NO_NETWORK
from monitor.pipeline.tools import Tools
from monitor.store import outages, polls
from monitor.store.store import Transaction

log = logging.getLogger(__name__)


async def settle(tools: Tools) -> None:
    """Make the database know what is known of the network; what could not be saved is tried again at the next call.

    Raises: StoreError.
    """
    network = tools.network
    is_down = network.phase is Phase.DOWN
    if is_down is network.is_recorded or network.phase is Phase.SUSPECT:
        return
    network.is_recorded = is_down  # before it is waited for: others come here meanwhile
    try:
        await (_go_down(tools) if is_down else _come_back(tools))
    except BaseException:
        network.is_recorded = not is_down
        raise


async def _go_down(tools: Tools) -> None:
    """Record it, and make feeds what they were whose polls failed before it was known."""
    now = tools.clock()
    began, failed = tools.network.failing_since or now, tuple(tools.network.failing.values())
    log.warning(NO_NETWORK)

    def save(tx: Transaction) -> None:
        outages.begin(tx, OutageKind.NETWORK, began)
        polls.restore(tx, failed, now)

    await tools.database.save(save)


async def _come_back(tools: Tools) -> None:
    """Record it, and let what was not reached be asked again."""
    now = tools.clock()
    log.info("hosts answer again: all goes on")
    tools.fetcher.forget_unreached()
    await tools.database.save(lambda tx: outages.end(tx, now))
