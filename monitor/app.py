"""The composition root: loads the configuration, opens the edges, hands them to the stages."""

import logging
import os
import socket
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from monitor import clock
from monitor.alerts.send import Senders
from monitor.articles.outlets import Outlets
from monitor.config.change import Refusal, judge
from monitor.config.files import read_files, read_settings_file
from monitor.config.load import Config, files_hash, load
from monitor.config.settings import database_named
from monitor.errors import ClockError, ConfigError, LockedError, StoreError
from monitor.fetch.fetcher import Fetcher
from monitor.model import FeedId, FeedState
from monitor.pipeline.database import Database
from monitor.pipeline.deliver import deliver_stage
from monitor.pipeline.discover import Discovery, Search
from monitor.pipeline.index import index_stage
from monitor.pipeline.network import Phase
from monitor.pipeline.observed import Observed, keep, observe
from monitor.pipeline.poll import poll_stage, take
from monitor.pipeline.read import read_stage
from monitor.pipeline.reload import put_in_force
from monitor.pipeline.revisit import revisit_stage
from monitor.pipeline.set_clock import said
from monitor.pipeline.stage import AnyStage
from monitor.pipeline.tally import Tally
from monitor.pipeline.tools import Tools
from monitor.pipeline.trial import Trial, read_address, read_page
from monitor.store import configurations, daemon, due, outages, polls, readings, reloads, revisits
from monitor.store.address import SqliteFile, parse
from monitor.store.daemon import Daemon
from monitor.store.lock import DaemonLock, daemon_lock
from monitor.store.store import Store, Transaction
from monitor.workers.pool import Workers
from monitor.workers.tasks import feed_list

if TYPE_CHECKING:
    from monitor.feeds.elements import Fault
    from monitor.feeds.opml import FeedList


log = logging.getLogger(__name__)


def load_or_last_good(
    folder: Path, environment: Mapping[str, str], *, forced: bool = False, secrets: bool = True
) -> tuple[Config, Refusal | None]:
    """The configuration; where it is broken, or shrinks what is watched and is not `forced`, the last good one from
    the database, with why the new one is refused. `secrets`: as of `load_config`.

    Raises: ConfigError, when it is broken and there is no good one.
    """
    content = ""
    try:
        files = read_files(folder)
        content = files_hash(files)
        new = load(files, environment=environment, home=folder.parent, secrets=secrets)
    except ConfigError as broken:
        last = _last_good(folder, environment)
        if last is None:
            raise
        return last, Refusal(hash=content, problems=broken.problems)
    last = None if forced else _last_good(folder, environment, content)
    decided = judge(last, new, forced=False) if last else None
    return (last, decided) if last and isinstance(decided, Refusal) else (new, None)


def _last_good(folder: Path, environment: Mapping[str, str], content: str = "") -> Config | None:
    """The configuration that ran last with this database, if it is another than that of this `content`.

    None also where no database can be found, or an older version of the monitor took for good what this one does not.
    """
    try:
        database = database_named(read_settings_file(folder), environment=environment, home=folder.parent)
        with Store.open(database, read_only=True) as store, store.reading() as tx:
            files = configurations.last(tx)
        if files is None or files_hash(files) == content:
            return None
        return _load_even_without_secrets(files, folder, environment)
    except (ConfigError, StoreError):
        return None


def _load_even_without_secrets(files: Mapping[str, bytes], folder: Path, environment: Mapping[str, str]) -> Config:
    """What ran before must run again, and if a feed's secret is gone, without it: all other feeds have theirs."""
    try:
        return load(files, environment=environment, home=folder.parent)
    except ConfigError:
        return load(files, environment=environment, home=folder.parent, secrets=False)


async def try_address(config: Config, url: str) -> Trial:
    """The article at an address, read as the daemon would; nothing is stored. Raises: FetchError, ParseError."""
    settings = config.settings
    async with Workers(replace(settings.workers, count=1)) as workers, Fetcher(settings.fetch) as fetcher:
        await fetcher.self_test()
        outlets = Outlets(config.outlets)
        return await read_address(url, fetcher, workers, outlets, page_size=settings.fetch.page_size)


async def try_poll(config: Config, feed_id: FeedId) -> Observed:
    """The poll of a feed as the daemon would make it now; nothing is stored. Where there is no database yet, nothing is
    known yet. Raises: StoreError; FetchError, when the guard is not whole.
    """
    settings = config.settings
    with TemporaryDirectory() as folder:
        place = parse(settings.database_url)
        known = not isinstance(place, SqliteFile) or place.path.exists()
        database_url = settings.database_url if known else str(Path(folder, "nothing.db"))
        with Store.open(database_url, read_only=known) as store:
            async with (
                Database(store) as database,
                Workers(replace(settings.workers, count=1)) as workers,
                Fetcher(settings.fetch) as fetcher,
            ):
                tools = Tools(
                    config=config,
                    database=database,
                    fetcher=fetcher,
                    workers=workers,
                    clock=clock.now,
                    tally=Tally(),
                )
                now = clock.now()
                state = await database.read(lambda tx: polls.state(tx, feed_id))
                return await observe(tools.feeds[feed_id], state or FeedState(feed_id=feed_id, next_poll_at=now), tools)


async def try_page(config: Config, body: bytes) -> Trial:
    """The article in the HTML of a page; nothing is stored. Raises: ParseError."""
    async with Workers(replace(config.settings.workers, count=1)) as workers:
        return await read_page(body, workers, Outlets(config.outlets))


async def find_feeds(config: Config, given: str) -> Discovery:
    """The feeds at an address that `urls.typed` takes, or of the site there; nothing is stored. Raises: FetchError."""
    settings = config.settings
    async with Workers(settings.workers) as workers, Fetcher(settings.fetch) as fetcher:
        await fetcher.self_test()
        search = Search(fetcher, workers, feed_size=settings.fetch.feed_size, now=clock.now())
        return await search.at(given)


async def read_feed_list(config: Config, body: bytes) -> "FeedList | Fault":
    """The feeds that an OPML file lists, or what is wrong with it. Raises: ParseError, when it takes too much."""
    async with Workers(replace(config.settings.workers, count=1)) as workers:
        return await workers.run(feed_list, body)


@asynccontextmanager
async def at_work(
    config: Config, refusal: Refusal | None = None, *, now: Callable[[], datetime] = clock.now
) -> AsyncIterator[Tools]:
    """Everything the stages need, opened in order and closed again; meanwhile this process is the database's daemon.

    `refusal`: why it works with this configuration and not with that of the files, if so. `now`: the clock.
    Raises: LockedError, when another daemon works on the database; StoreError; FetchError, when the guard is not whole;
    ClockError, when the clock was never set.
    """
    settings = config.settings
    _demand_set(now())
    with daemon_lock(settings.database_url) as lock, Store.open(settings.database_url) as store:
        async with (
            Database(store, hold=partial(hold, lock)) as database,
            Workers(settings.workers) as workers,
            Fetcher(settings.fetch, now=now) as fetcher,
            Senders(now=now) as senders,
        ):
            await fetcher.self_test()
            tools = Tools(
                config=config,
                database=database,
                fetcher=fetcher,
                workers=workers,
                clock=now,
                tally=Tally(),
                senders=senders,
                lock=lock,
            )
            await database.write(lambda tx: _begin(tx, config, refusal, now()))
            try:
                yield tools
            finally:
                with suppress(StoreError, LockedError):  # what ended the work is what matters
                    await beat(tools)


def hold(lock: DaemonLock) -> None:
    """See to it that this process is the database's daemon still, before each write: none is of one that is not.

    Raises: LockedError, when another one is; StoreError, when the server cannot be reached.
    """
    if lock.keep():
        log.info("the database ended our session: its lock is taken anew")


def _demand_set(now: datetime) -> None:
    if now < clock.EARLIEST:
        message = f"the clock of this machine shows {now:%Y-%m-%d %H:%M} UTC: set it, then start the monitor again"
        raise ClockError(message)


def _begin(tx: Transaction, config: Config, refusal: Refusal | None, now: datetime) -> None:
    """What a daemon does first: put its configuration in force, free what a dead daemon had taken, say who it is."""
    if off := due.settle(tx, now):
        log.warning("the clock was %s since the last daemon was there: what is due moves with it", said(off))
    put_in_force(tx, config, now)
    polls.release(tx, now)
    readings.release(tx, now)
    revisits.release(tx, now)
    reloads.forget_waiting(tx)
    record = Daemon(
        pid=os.getpid(),
        host=socket.gethostname(),
        started_at=now,
        configuration=config.hash,
        in_force_since=now,
        refused_at=now if refusal else None,
        refused=refusal.problems if refusal else (),
        alive_at=now,
    )
    _account_for_absence(tx, now)
    daemon.begin(tx, record)


def _account_for_absence(tx: Transaction, now: datetime) -> None:
    """Record that no daemon ran for a while, if so; an outage that still lasted ended with it."""
    before = daemon.get(tx)
    if before is None:
        return
    outages.end(tx, before.alive_at)
    _record_absence(tx, now)


def _record_absence(tx: Transaction, now: datetime) -> None:
    if absent := outages.absence(tx, now):
        outages.begin(tx, absent.kind, absent.began_at)
        outages.end(tx, now)


async def beat(tools: Tools) -> None:
    """Record that the daemon runs, and where it did not for a while (it was suspended, or could not save) that too.

    Raises: StoreError.
    """
    now = tools.clock()

    def save(tx: Transaction) -> None:
        _record_absence(tx, now)
        daemon.beat(tx, now)

    await tools.database.write(save)


def stages(tools: Tools, only: Collection[FeedId] | None = None) -> tuple[AnyStage, ...]:
    """The stages, in the order in which news travels through them; with `only`, no other feeds are polled."""
    return (poll_stage(tools, only), read_stage(tools), revisit_stage(tools), index_stage(tools), deliver_stage(tools))


def make_due(config: Config, feeds: Collection[FeedId]) -> frozenset[FeedId]:
    """Make these feeds due now, whoever polls them; returns those that are in the schedule. Raises: StoreError."""
    with Store.open(config.settings.database_url) as store, store.writing() as tx:
        return polls.make_due(tx, feeds, clock.now())


async def poll_watched(tools: Tools, feeds: Collection[FeedId]) -> AsyncIterator[Observed]:
    """Poll these feeds, as far as they are due, one by one; what came is saved. Raises: StoreError, FetchError."""
    for state in await take(tools, len(feeds), frozenset(), feeds):
        observed = await observe(tools.feeds[state.feed_id], state, tools)
        await keep(observed, tools)
        yield observed


async def run_once(tools: Tools, only: Collection[FeedId] | None = None) -> Tally:
    """One pass: every due feed polled (with `only`, of those), every due article read, every due visit made.

    Cancelled, it gives back what is in hand. Raises: StoreError, where anything could not be saved, after the rest.
    """
    while True:
        failure = None
        for stage in stages(tools, only):
            try:
                await stage.work_off()
            finally:
                await stage.stop(timedelta(0))
            failure = failure or stage.failure
        if failure:
            raise failure
        # Pages that were not reached made the network doubtful: feeds tell whether it is, and then the rest is read.
        if tools.network.phase is not Phase.SUSPECT or not tools.network.may_probe(tools.clock()):
            return tools.tally
