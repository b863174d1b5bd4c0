"""The daemon: APScheduler as the clock, one job a stage, signals, and an end within a bound."""

import asyncio
import ctypes
import logging
import os
import signal
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from threading import Timer
from typing import Any, TypeAlias

from apscheduler.executors.asyncio import AsyncIOExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger

from monitor import clock
from monitor.app import at_work, hold, stages
from monitor.config.change import Refusal
from monitor.config.load import Config
from monitor.config.settings import NO_CONTACT
from monitor.errors import LockedError, MonitorError, StoreError
from monitor.pipeline.deliver import give_up_old
from monitor.pipeline.prune import Pruning
from monitor.pipeline.reload import LOOK, LOOK_AGAIN, Reloading
from monitor.pipeline.set_clock import ClockWatch
from monitor.pipeline.stage import AnyStage
from monitor.pipeline.tools import Tools
from monitor.pipeline.unusual import EVERY as UNUSUAL
from monitor.pipeline.unusual import Looking
from monitor.store.lock import DaemonLock
from monitor.vitals.figures import figures
from monitor.vitals.life import Life
from monitor.vitals.metrics import Counts, Metrics
from monitor.vitals.pulse import Part
from monitor.vitals.responder import Responder
from monitor.vitals.signs import Signs

TICK = timedelta(seconds=2)
"""How often each stage looks for what is due."""
TICK_OF = {"deliver": timedelta(seconds=1)}
"""Of those that people wait for."""
KEEP = timedelta(seconds=2)
"""How often the daemon sees to its lock."""
HEED = timedelta(seconds=1)
"""How often it looks whether the clock was set."""
BEAT = timedelta(seconds=30)
"""How often the daemon records that it runs."""
PRUNE_AFTER = timedelta(minutes=5)
"""How long after its start a daemon prunes, and then once a day: what is due to be polled comes first."""
GRACE = timedelta(seconds=10)
"""How long work in hand may take to finish when the daemon is told to stop."""
LIMIT = timedelta(seconds=25)
"""How long the end may take, whatever hangs: service managers kill after 30 s or more, and kill workers too."""
SIGNALS = (signal.SIGTERM, signal.SIGINT)
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
"""Names of malloc.h; with the sizes that large blocks begin at, and up to which the end of the heap is kept free."""
_LARGE, _KEPT_FREE = 1 << 20, 8 << 20

Job: TypeAlias = Callable[[], Coroutine[Any, Any, None]]

log = logging.getLogger(__name__)


async def run_daemon(
    config: Config, folder: Path, environment: Mapping[str, str], refusal: Refusal | None = None
) -> None:
    """Run the stages until told to stop; begin with this configuration, and follow the files of `folder`.

    `refusal`: why they are not what it begins with, if so. Raises: LockedError, StoreError, FetchError.
    """
    keep_large_blocks_apart()
    stopping, signs, steady = asyncio.Event(), Signs(environment), clock.Steady(clock.now)
    with _handling(dict.fromkeys(SIGNALS, stopping.set)), ending_within(LIMIT) as end:
        async with at_work(config, refusal, now=steady) as tools:
            log.info("%s", _watched(tools))
            if not config.settings.contact:
                log.info("%s", NO_CONTACT)
            reloading = Reloading(tools, folder, environment, refusal)
            with _answering(tools, signs), _handling({signal.SIGHUP: lambda: _reload(reloading, signs)}):
                await serve(stages(tools), reloading, tools, stopping, signs, end, ClockWatch(tools, steady))
    log.info("stopped")


def _watched(tools: Tools) -> str:
    config = tools.config
    return f"watching {len(config.feeds)} feeds with {len(config.watchlists)} watchlists"


def _reload(reloading: Reloading, signs: Signs) -> None:
    reloading.demand()
    signs.reload()


def _reloaded(reloading: Reloading, tools: Tools, signs: Signs) -> None:
    if not reloading.is_demanded:
        signs.reloaded(_watched(tools))


def _answering(tools: Tools, signs: Signs) -> Responder:
    """What tells over HTTP how the daemon is."""
    settings = tools.config.settings
    counts = Counts(tally=tools.tally, pulse=signs.pulse, workers_lost=lambda: tools.workers.lost)
    return Responder(
        settings.listen, signs.pulse, Metrics(counts), lambda: figures(settings.database_url, tools.clock())
    )


@contextmanager
def ending_within(limit: timedelta, leave: Callable[[int], object] = os._exit) -> Iterator[Callable[[], None]]:
    """Gives what is to be called when the end begins: it may last so long, or the process is left as if it was killed.

    Nothing is lost by that, and workers end with the process. What hangs may be the database, or its driver.
    """
    timer = Timer(limit.total_seconds(), _leave, (limit, leave))
    timer.daemon = True
    try:
        yield timer.start
    finally:
        timer.cancel()


def _leave(limit: timedelta, leave: Callable[[int], object]) -> None:
    log.error("something hangs: left after %d s, as if killed; nothing that was saved is lost", limit.total_seconds())
    leave(1)


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
    stages: Iterable[AnyStage],
    reloading: Reloading,
    tools: Tools,
    stopping: asyncio.Event,
    signs: Signs,
    end: Callable[[], None] = lambda: None,
    clock_watch: ClockWatch | None = None,
) -> None:
    """Work off what is due, tick after tick, until told to stop; then finish or abandon what is in hand.

    `end`: called when that begins; `clock_watch`: heeds the clock that the tools go by.

    Raises: LockedError, when another daemon has taken over.
    """
    stages, running = tuple(stages), Running()
    pruning, keeping = Pruning(tools), Keeping(tools.lock, stopping)
    watch = Watch(reloading, lambda: _reloaded(reloading, tools, signs))
    scheduler = _scheduler(running, stages, watch, pruning, keeping, tools, signs)
    scheduler.start()
    tools.database.heard = lambda: signs.pulse.sign(Part.WRITER)
    signs.work(_watched(tools))
    living = asyncio.create_task(signs.give())
    heeding = asyncio.create_task(_heed_clock(scheduler, clock_watch))
    try:
        await stopping.wait()
        log.info("stopping: work in hand has %d s to finish", GRACE.total_seconds())
    finally:
        end()
        signs.stop()
        await asyncio.gather(reloading.stop(), pruning.stop(), *(stage.stop(GRACE) for stage in stages))
        scheduler.pause()
        await running.end()
        scheduler.shutdown(wait=False)
        living.cancel()
        heeding.cancel()
    keeping.demand()


def _scheduler(
    running: "Running",
    stages: Iterable[AnyStage],
    watch: "Watch",
    pruning: Pruning,
    keeping: "Keeping",
    tools: Tools,
    signs: Signs,
) -> AsyncIOScheduler:
    """One job a stage, those that look at the configuration and the lock, and those of every day.

    A late run is run, late runs are run once, and a run never overtakes the one before it.
    """
    scheduler = AsyncIOScheduler(
        jobstores={"default": MemoryJobStore()},
        executors={"default": AsyncIOExecutor()},
        job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        timezone="UTC",
    )

    def add(name: str, job: Job, every: timedelta, first: timedelta = timedelta()) -> None:
        scheduler.add_job(running.watched(job), Every(every, first=first), id=name)

    for stage in stages:
        add(stage.name, partial(_tick, stage), TICK_OF.get(stage.name, TICK))
    add("reload", watch.tick, LOOK)
    add("lock", keeping.tick, KEEP, KEEP)
    # Apart: a writer that hangs holds up the one, and does not make the clock look as if it stood still.
    add("clock", partial(_clock, signs), signs.every)
    often = min(BEAT, signs.every)
    add("alive", Life(tools, signs.pulse).tick, often, often)
    add("optimise", partial(_optimise, tools), _DAY, _DAY)
    add("unusual", Looking(tools).look, UNUSUAL, UNUSUAL)
    add("tidy", partial(_tidy, tools), _HOUR, _HOUR)
    # Soon after a start, too: there may be no whole day until the next one.
    add("prune", pruning.run, _DAY, PRUNE_AFTER)
    return scheduler


class Running:
    """The runs of jobs that are under way: at its end the scheduler would cancel them, and call that their error."""

    def __init__(self) -> None:
        self._runs: set[asyncio.Event] = set()

    def watched(self, job: Job) -> Job:
        """The same job, whose runs are known."""

        async def run() -> None:
            over = asyncio.Event()
            self._runs.add(over)
            try:
                await job()
            finally:
                self._runs.discard(over)
                over.set()

        return run

    async def end(self) -> None:
        """Wait until none is left."""
        await asyncio.sleep(0)  # what was handed over a moment ago begins first: it would be cancelled, too
        while self._runs:
            await next(iter(self._runs)).wait()


class Every(BaseTrigger):  # type: ignore[misc]
    """So long after each run, and at `first` after another while; whatever the clock was set to, late runs are one.

    APScheduler's own interval goes on from when a run was due: where the clock was set forward by years, it counts all
    runs that it missed, one by one.
    """

    def __init__(self, every: timedelta, *, first: timedelta = timedelta()) -> None:
        self.every = every
        self.first = first

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        """As APScheduler asks."""
        return now + (self.every if previous_fire_time else self.first)


async def _heed_clock(scheduler: AsyncIOScheduler, watch: ClockWatch | None) -> None:
    """Look, by the clock that nobody sets, whether the other one was; what fails is said, and tried again."""
    while True:
        await asyncio.sleep(HEED.total_seconds())
        come_back(scheduler, datetime.now(UTC))
        if watch:
            try:
                await watch.look()
            except MonitorError as error:
                log.error("clock: %s", error)  # noqa: TRY400 - a person's message, not a bug


def come_back(scheduler: AsyncIOScheduler, now: datetime) -> None:
    """Let run at once what is further away than it can be: the clock was set back, and APScheduler goes by it."""
    for job in scheduler.get_jobs():
        if job.next_run_time > now + max(job.trigger.every, job.trigger.first):
            job.modify(next_run_time=now)


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


async def _clock(signs: Signs) -> None:
    """That this is called is the sign."""
    signs.pulse.sign(Part.CLOCK)


async def _tick(stage: AnyStage) -> None:
    """One look at what is due; what fails is said, and the next tick tries again."""
    try:
        await stage.work_off()
    except MonitorError as error:
        log.error("%s: %s", stage.name, error)  # noqa: TRY400 - a person's message, not a bug


class Keeping:
    """Sees to the daemon's lock; where another daemon has it, this one stops."""

    def __init__(self, lock: DaemonLock, stopping: asyncio.Event) -> None:
        self._lock = lock
        self._stopping = stopping
        self.lost: LockedError | None = None
        """Who has it now."""

    async def tick(self) -> None:
        """One look."""
        try:
            await asyncio.to_thread(hold, self._lock)
        except LockedError as error:
            log.error("%s", error)  # noqa: TRY400 - a person's message, not a bug
            self.lost = error
            self._stopping.set()
        except StoreError:
            pass  # said by the stages, which need the database more

    def demand(self) -> None:
        """Raises: LockedError, where another daemon has it."""
        if self.lost:
            raise self.lost


class Watch:
    """Looks at the configuration; what fails is said once, and the next tick tries again."""

    def __init__(self, reloading: Reloading, looked: Callable[[], None] = lambda: None) -> None:
        """`looked`: called after each look that did not fail."""
        self._reloading = reloading
        self._looked = looked
        self._said = ""

    async def tick(self) -> None:
        """One look, or as many as files take that are being changed."""
        again = await self._look()
        while again:
            await asyncio.sleep(LOOK_AGAIN.total_seconds())
            again = await self._look()

    async def _look(self) -> bool:
        again = False
        try:
            again = await self._reloading.look()
        except MonitorError as error:
            if str(error) != self._said:
                log.error("reload: %s", error)  # noqa: TRY400 - a person's message, not a bug
            self._said = str(error)
        else:
            self._said = ""
            self._looked()
        return again
