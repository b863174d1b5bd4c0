"""The daemon: APScheduler as the clock, one job a stage, signals, and an end within a bound."""

import asyncio
import ctypes
import logging
import signal
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

from apscheduler.executors.asyncio import AsyncIOExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from monitor.app import at_work, beat, stages
from monitor.config.change import Refusal
from monitor.config.load import Config
from monitor.config.settings import NO_CONTACT
from monitor.errors import MonitorError
from monitor.pipeline.deliver import give_up_old
from monitor.pipeline.prune import Pruning
from monitor.pipeline.reload import LOOK, Reloading
from monitor.pipeline.stage import AnyStage
from monitor.pipeline.tools import Tools

TICK = timedelta(seconds=2)
"""How often each stage looks for what is due."""
TICK_OF = {"deliver": timedelta(milliseconds=500)}
"""Of those that people wait for."""
BEAT = timedelta(seconds=30)
"""How often the daemon records that it runs."""
PRUNE_AFTER = timedelta(minutes=5)
"""How long after its start a daemon prunes, and then once a day: what is due to be polled comes first."""
GRACE = timedelta(seconds=10)
"""How long work in hand may take to finish when the daemon is told to stop."""
SIGNALS = (signal.SIGTERM, signal.SIGINT)
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
"""Names of malloc.h; with the sizes that large blocks begin at, and up to which the end of the heap is kept free."""
_LARGE, _KEPT_FREE = 1 << 20, 8 << 20

log = logging.getLogger(__name__)


async def run_daemon(
    config: Config, folder: Path, environment: Mapping[str, str], refusal: Refusal | None = None
) -> None:
    """Run the stages until told to stop; begin with this configuration, and follow the files of `folder`.

    `refusal`: why they are not what it begins with, if so. Raises: LockedError, StoreError, FetchError.
    """
    keep_large_blocks_apart()
    stopping = asyncio.Event()
    with _handling(dict.fromkeys(SIGNALS, stopping.set)):
        async with at_work(config, refusal) as tools:
            log.info("watching %d feeds with %d watchlists", len(config.feeds), len(config.watchlists))
            if not config.settings.contact:
                log.info("%s", NO_CONTACT)
            reloading = Reloading(tools, folder, environment, refusal)
            with _handling({signal.SIGHUP: reloading.demand}):
                await serve(stages(tools), reloading, tools, stopping)
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


async def serve(stages: Iterable[AnyStage], reloading: Reloading, tools: Tools, stopping: asyncio.Event) -> None:
    """Work off what is due, tick after tick, until told to stop; then finish or abandon what is in hand."""
    stages = tuple(stages)
    pruning = Pruning(tools)
    scheduler = _scheduler(stages, reloading, pruning, tools)
    scheduler.start()
    try:
        await stopping.wait()
        log.info("stopping: work in hand has %d s to finish", GRACE.total_seconds())
    finally:
        # Ticks end with their stages. The scheduler would cancel them, and call that an error of theirs.
        await asyncio.gather(reloading.stop(), pruning.stop(), *(stage.stop(GRACE) for stage in stages))
        scheduler.shutdown(wait=False)


def _scheduler(stages: Iterable[AnyStage], reloading: Reloading, pruning: Pruning, tools: Tools) -> AsyncIOScheduler:
    """One job a stage, one that looks at the configuration, and those of every day.

    A late run is run, late runs are run once, and a run never overtakes the one before it.
    """
    scheduler = AsyncIOScheduler(
        jobstores={"default": MemoryJobStore()},
        executors={"default": AsyncIOExecutor()},
        job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        timezone="UTC",
    )
    now = tools.clock()
    for stage in stages:
        every = TICK_OF.get(stage.name, TICK).total_seconds()
        scheduler.add_job(_tick, "interval", args=(stage,), seconds=every, next_run_time=now, id=stage.name)
    scheduler.add_job(Watch(reloading).tick, "interval", seconds=LOOK.total_seconds(), next_run_time=now, id="reload")
    scheduler.add_job(_alive, "interval", args=(tools,), seconds=BEAT.total_seconds(), id="alive")
    scheduler.add_job(_optimise, "interval", args=(tools,), days=1, id="optimise")
    scheduler.add_job(_tidy, "interval", args=(tools,), hours=1, id="tidy")
    # Soon after a start, too: there may be no whole day until the next one.
    soon = now + PRUNE_AFTER
    scheduler.add_job(pruning.run, "interval", days=1, next_run_time=soon, id="prune")
    return scheduler


async def _optimise(tools: Tools) -> None:
    """Once a day; what fails is said, and the next day tries again."""
    try:
        await tools.database.optimise()
    except MonitorError as error:
        log.error("optimise: %s", error)  # noqa: TRY400 - a person's message, not a bug


async def _tidy(tools: Tools) -> None:
    """Once an hour; what fails is said, and the next hour tries again."""
    try:
        await give_up_old(tools)
    except MonitorError as error:
        log.error("tidy: %s", error)  # noqa: TRY400 - a person's message, not a bug


async def _alive(tools: Tools) -> None:
    """What fails is said by the stages, which need the database more."""
    with suppress(MonitorError):
        await beat(tools)


async def _tick(stage: AnyStage) -> None:
    """One look at what is due; what fails is said, and the next tick tries again."""
    try:
        await stage.work_off()
    except MonitorError as error:
        log.error("%s: %s", stage.name, error)  # noqa: TRY400 - a person's message, not a bug


class Watch:
    """Looks at the configuration; what fails is said once, and the next tick tries again."""

    def __init__(self, reloading: Reloading) -> None:
        self._reloading = reloading
        self._said = ""

    async def tick(self) -> None:
        """One look."""
        try:
            await self._reloading.look()
        except MonitorError as error:
            if str(error) != self._said:
                log.error("reload: %s", error)  # noqa: TRY400 - a person's message, not a bug
            self._said = str(error)
        else:
            self._said = ""
