"""The daemon: APScheduler as the clock, one job a stage, signals, and an end within a bound."""

import asyncio
import logging
import signal
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from apscheduler.executors.asyncio import AsyncIOExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from monitor.app import at_work, stages
from monitor.config.load import Config
from monitor.errors import MonitorError
from monitor.pipeline.stage import AnyStage
from monitor.pipeline.tally import NO_NETWORK
from monitor.pipeline.tools import Tools

TICK = timedelta(seconds=2)
"""How often each stage looks for what is due."""
GRACE = timedelta(seconds=10)
"""How long work in hand may take to finish when the daemon is told to stop."""
SIGNALS = (signal.SIGTERM, signal.SIGINT)

log = logging.getLogger(__name__)


async def run_daemon(config: Config) -> None:
    """Run the stages of this configuration until told to stop. Raises: LockedError, StoreError, FetchError."""
    with _told_to_stop() as stopping:
        async with at_work(config) as tools:
            log.info("watching %d feeds with %d watchlists", len(config.feeds), len(config.watchlists))
            await serve(stages(tools), tools, stopping)
    log.info("stopped")


@contextmanager
def _told_to_stop() -> Iterator[asyncio.Event]:
    """Set by SIGTERM and SIGINT, which meanwhile do nothing else."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in SIGNALS:
        loop.add_signal_handler(number, stopping.set)
    try:
        yield stopping
    finally:
        for number in SIGNALS:
            loop.remove_signal_handler(number)


async def serve(stages: Iterable[AnyStage], tools: Tools, stopping: asyncio.Event) -> None:
    """Work off what is due, tick after tick, until told to stop; then finish or abandon what is in hand."""
    stages = tuple(stages)
    scheduler = _scheduler(stages, tools)
    scheduler.start()
    try:
        await stopping.wait()
        log.info("stopping: work in hand has %d s to finish", GRACE.total_seconds())
    finally:
        # Ticks end with their stages. The scheduler would cancel them, and call that an error of theirs.
        await asyncio.gather(*(stage.stop(GRACE) for stage in stages))
        scheduler.shutdown(wait=False)


def _scheduler(stages: Iterable[AnyStage], tools: Tools) -> AsyncIOScheduler:
    """One job a stage. A late run is run, late runs are run once, and a run never overtakes the one before it."""
    scheduler = AsyncIOScheduler(
        jobstores={"default": MemoryJobStore()},
        executors={"default": AsyncIOExecutor()},
        job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        timezone="UTC",
    )
    offline = Offline(tools)
    now, every = tools.clock(), TICK.total_seconds()
    for stage in stages:
        scheduler.add_job(_tick, "interval", args=(stage, offline), seconds=every, next_run_time=now, id=stage.name)
    scheduler.add_job(_optimise, "interval", args=(tools,), days=1, id="optimise")
    return scheduler


async def _optimise(tools: Tools) -> None:
    """Once a day; what fails is said, and the next day tries again."""
    try:
        await tools.database.optimise()
    except MonitorError as error:
        log.error("optimise: %s", error)  # noqa: TRY400 - a person's message, not a bug


async def _tick(stage: AnyStage, offline: "Offline") -> None:
    """One look at what is due; what fails is said, and the next tick tries again."""
    try:
        await stage.work_off()
    except MonitorError as error:
        log.error("%s: %s", stage.name, error)  # noqa: TRY400 - a person's message, not a bug
    offline.look()


class Offline:
    """Says once when every feed was tried and no host at all could be reached."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._said = False

    def look(self) -> None:
        """See whether it is so."""
        tally, feeds = self._tools.tally, self._tools.config.feeds
        if not self._said and tally.offline and tally.polls == len(feeds):
            self._said = True
            log.warning(NO_NETWORK)
