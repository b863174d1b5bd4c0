"""The daemon: APScheduler as the clock, one job a stage, signals, and an end within a bound."""

import asyncio
import logging
import signal
from collections.abc import Iterable
from datetime import timedelta

from apscheduler.executors.asyncio import AsyncIOExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from monitor.app import at_work, stages
from monitor.config.load import Config
from monitor.errors import MonitorError
from monitor.pipeline.stage import AnyStage
from monitor.pipeline.tools import Tools

TICK = timedelta(seconds=2)
"""How often each stage looks for what is due."""
GRACE = timedelta(seconds=10)
"""How long work in hand may take to finish when the daemon is told to stop."""
SIGNALS = (signal.SIGTERM, signal.SIGINT)

log = logging.getLogger(__name__)


async def run_daemon(config: Config) -> None:
    """Run the stages of this configuration until told to stop. Raises: LockedError, StoreError."""
    async with at_work(config) as tools:
        log.info("watching %d feeds with %d watchlists", len(config.feeds), len(config.watchlists))
        await serve(stages(tools), tools)
    log.info("stopped")


async def serve(stages: Iterable[AnyStage], tools: Tools) -> None:
    """Work off what is due, tick after tick, until SIGTERM or SIGINT; then finish or abandon what is in hand."""
    stages = tuple(stages)
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in SIGNALS:
        loop.add_signal_handler(number, stopping.set)
    scheduler = _scheduler(stages, tools)
    scheduler.start()
    try:
        await stopping.wait()
        log.info("stopping: work in hand has %d s to finish", GRACE.total_seconds())
    finally:
        scheduler.shutdown(wait=False)
        await asyncio.gather(*(stage.stop(GRACE) for stage in stages))
        for number in SIGNALS:
            loop.remove_signal_handler(number)


def _scheduler(stages: Iterable[AnyStage], tools: Tools) -> AsyncIOScheduler:
    """One job a stage. A late run is run, late runs are run once, and a run never overtakes the one before it."""
    scheduler = AsyncIOScheduler(
        jobstores={"default": MemoryJobStore()},
        executors={"default": AsyncIOExecutor()},
        job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        timezone="UTC",
    )
    for stage in stages:
        scheduler.add_job(
            _tick, "interval", args=(stage,), seconds=TICK.total_seconds(), next_run_time=tools.clock(), id=stage.name
        )
    return scheduler


async def _tick(stage: AnyStage) -> None:
    """One look at what is due; what fails is said, and the next tick tries again."""
    try:
        await stage.work_off()
    except MonitorError as error:
        log.error("%s: %s", stage.name, error)  # noqa: TRY400 - a person's message, not a bug
