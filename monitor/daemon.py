"""The daemon: ticks, one job a stage, signals, and an end within a bound."""

import asyncio
import ctypes
import logging
import signal
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import partial
from pathlib import Path

from monitor import clock
from monitor.app import at_work, beat, stages
from monitor.config.change import Refusal
from monitor.config.load import Config
from monitor.config.settings import NO_CONTACT
from monitor.errors import LockedError
from monitor.pipeline.deliver import give_up_old
from monitor.pipeline.prune import Pruning
from monitor.pipeline.reload import LOOK, Reloading
from monitor.pipeline.set_clock import ClockWatch
from monitor.pipeline.stage import AnyStage
from monitor.pipeline.ticks import Ticks
from monitor.pipeline.tools import Tools

TICK = timedelta(seconds=2)
"""How often each stage looks for what is due."""
TICK_OF = {"deliver": timedelta(milliseconds=500)}
"""Of those that people wait for."""
CLOCK = timedelta(seconds=1)
"""How often it looks whether the clock was set."""
KEEP = timedelta(seconds=5)
"""How often it makes sure that it is still alone."""
BEAT = timedelta(seconds=30)
"""How often the daemon records that it runs."""
PRUNE_AFTER = timedelta(minutes=5)
"""How long after its start a daemon prunes, and then once a day: what is due to be polled comes first."""
GRACE = timedelta(seconds=10)
"""How long work in hand may take to finish when the daemon is told to stop."""
SIGNALS = (signal.SIGTERM, signal.SIGINT)
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
"""Names of malloc.h; with the sizes that large blocks begin at, and up to which the end of the heap is kept free."""
_LARGE, _KEPT_FREE = 1 << 20, 8 << 20

log = logging.getLogger(__name__)


async def run_daemon(
    config: Config, folder: Path, environment: Mapping[str, str], refusal: Refusal | None = None
) -> None:
    """Run the stages until told to stop; begin with this configuration, and follow the files of `folder`.

    `refusal`: why they are not what it begins with, if so. Raises: LockedError, also when another
    daemon took over meanwhile; StoreError, FetchError, ClockError.
    """
    keep_large_blocks_apart()
    stopping, steady = asyncio.Event(), clock.Steady(clock.now)
    with _handling(dict.fromkeys(SIGNALS, stopping.set)):
        async with at_work(config, refusal, now=steady) as tools:
            log.info("watching %d feeds with %d watchlists", len(config.feeds), len(config.watchlists))
            if not config.settings.contact:
                log.info("%s", NO_CONTACT)
            reloading = Reloading(tools, folder, environment, refusal)
            with _handling({signal.SIGHUP: reloading.demand}):
                await serve(stages(tools), reloading, tools, steady, stopping)
    log.info("stopped")


def keep_large_blocks_apart() -> None:
    """Have this process give large blocks of memory back when they are freed, where its C library is glibc.

    That learns to keep them in its heap instead, in the midst of what stays; tables of words of some megabytes, which
    come and go, then leave gaps of 20 MB for good.
    """
    with suppress(AttributeError, OSError):
        library = ctypes.CDLL(None)
        library.mallopt(_MMAP_THRESHOLD, _LARGE)
        # To set the one ends the learning of both.
        library.mallopt(_TRIM_THRESHOLD, _KEPT_FREE)


@contextmanager
def _handling(handlers: Mapping[signal.Signals, Callable[[], None]]) -> Iterator[None]:
    """Meanwhile these signals do this and nothing else."""
    loop = asyncio.get_running_loop()
    for number, handler in handlers.items():
        loop.add_signal_handler(number, handler)
    try:
        yield
    finally:
        for number in handlers:
            loop.remove_signal_handler(number)


async def serve(
    stages: Iterable[AnyStage], reloading: Reloading, tools: Tools, steady: clock.Steady, stopping: asyncio.Event
) -> None:
    """Work off what is due, tick after tick, until told to stop; then finish or abandon what is in hand.

    `steady`: the clock of the tools. Raises: LockedError, when another daemon took over.
    """
    stages = tuple(stages)
    pruning, alone = Pruning(tools), Alone(tools, stopping)
    ticks = _ticks(stages, reloading, pruning, tools)
    ticks.every(CLOCK, "clock", ClockWatch(tools, steady).look)
    ticks.every(KEEP, "lock", alone.make_sure, first=KEEP)
    try:
        await stopping.wait()
        log.info("stopping: work in hand has %d s to finish", GRACE.total_seconds())
    finally:
        # Ticks end with their stages, and wait for nothing else.
        await asyncio.gather(reloading.stop(), pruning.stop(), *(stage.stop(GRACE) for stage in stages))
        await ticks.stop()
    if alone.lost:
        raise alone.lost


def _ticks(stages: Iterable[AnyStage], reloading: Reloading, pruning: Pruning, tools: Tools) -> Ticks:
    """One job a stage, one that looks at the configuration, and those of every day; each begins what it is to do."""
    ticks = Ticks(tools.clock)
    for stage in stages:
        ticks.every(TICK_OF.get(stage.name, TICK), stage.name, stage.work_off)
    ticks.every(LOOK, "reload", reloading.look)
    ticks.every(BEAT, "record", partial(beat, tools), first=BEAT)
    ticks.every(_DAY, "optimise", tools.database.optimise, first=_DAY)
    ticks.every(_HOUR, "tidy", partial(give_up_old, tools), first=_HOUR)
    # Soon after a start, too: there may be no whole day until the next one.
    ticks.every(_DAY, "prune", pruning.run, first=PRUNE_AFTER)
    return ticks


class Alone:
    """Makes sure that no other daemon works on the database, and ends this one if one does."""

    def __init__(self, tools: Tools, stopping: asyncio.Event) -> None:
        self.lost: LockedError | None = None
        """Who works on it now."""
        self._tools = tools
        self._stopping = stopping

    async def make_sure(self) -> None:
        """One look. Raises: StoreError, when it cannot be told; the next look tries again."""
        try:
            if await asyncio.to_thread(self._tools.keep_lock):
                log.warning("the database's server had ended our session: the lock of the daemon is taken anew")
        except LockedError as error:
            self.lost = error
            self._stopping.set()
