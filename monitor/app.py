"""The composition root: loads the configuration, opens the edges, hands them to the stages."""

from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from monitor import clock
from monitor.articles.outlets import Outlets
from monitor.config.files import read_files, read_settings_file
from monitor.config.load import Config, load
from monitor.config.settings import database_named
from monitor.errors import ConfigError, Problem, StoreError
from monitor.fetch.fetcher import Fetcher
from monitor.model import FeedId
from monitor.pipeline.database import Database
from monitor.pipeline.poll import poll_stage
from monitor.pipeline.read import read_stage
from monitor.pipeline.stage import AnyStage
from monitor.pipeline.tally import Tally
from monitor.pipeline.tools import Tools
from monitor.pipeline.trial import Trial, read_address, read_page
from monitor.store import configurations, polls, readings
from monitor.store.lock import daemon_lock
from monitor.store.store import Store, Transaction
from monitor.workers.pool import Workers


def load_config(folder: Path, environment: Mapping[str, str], *, proven: bool = True) -> Config:
    """The whole configuration. Raises: ConfigError with all that is wrong with it.

    To try rules it need not be `proven`: then examples that come out wrong are no problem.
    """
    return load(read_files(folder), environment=environment, home=folder.parent, proven=proven)


def load_or_last_good(folder: Path, environment: Mapping[str, str]) -> tuple[Config, tuple[Problem, ...]]:
    """The configuration; where it is broken, the last good one from the database, with what is wrong with the new one.

    Raises: ConfigError, when it is broken and there is no good one.
    """
    try:
        return load_config(folder, environment), ()
    except ConfigError as broken:
        files = _last_good(folder, environment)
        if files is None:
            raise
        return load(files, environment=environment, home=folder.parent), broken.problems


def _last_good(folder: Path, environment: Mapping[str, str]) -> Mapping[str, bytes] | None:
    """The files that ran last with this database; None where there are none, or no database can be found."""
    try:
        database = database_named(read_settings_file(folder), environment=environment, home=folder.parent)
    except ConfigError:
        return None
    try:
        with Store.open(database, read_only=True) as store, store.reading() as tx:
            return configurations.last(tx)
    except StoreError:
        return None


async def try_address(config: Config, url: str) -> Trial:
    """The article at an address, read as the daemon would; nothing is stored. Raises: FetchError, ParseError."""
    settings = config.settings
    async with Workers(replace(settings.workers, count=1)) as workers, Fetcher(settings.fetch) as fetcher:
        await fetcher.self_test()
        outlets = Outlets(config.outlets)
        return await read_address(url, fetcher, workers, outlets, page_size=settings.fetch.page_size)


async def try_page(config: Config, body: bytes) -> Trial:
    """The article in the HTML of a page; nothing is stored. Raises: ParseError."""
    async with Workers(replace(config.settings.workers, count=1)) as workers:
        return await read_page(body, workers, Outlets(config.outlets))


@asynccontextmanager
async def at_work(config: Config) -> AsyncIterator[Tools]:
    """Everything the stages need, opened in order and closed again; meanwhile this process is the database's daemon.

    Raises: LockedError, when another daemon works on the database; StoreError; FetchError, when the guard is not whole.
    """
    settings = config.settings
    with daemon_lock(settings.database_url), Store.open(settings.database_url) as store:
        async with (
            Database(store) as database,
            Workers(settings.workers) as workers,
            Fetcher(settings.fetch) as fetcher,
        ):
            await fetcher.self_test()
            tools = Tools(
                config=config,
                outlets=Outlets(config.outlets),
                database=database,
                fetcher=fetcher,
                workers=workers,
                clock=clock.now,
                tally=Tally(),
            )
            await database.write(lambda tx: _begin(tx, config))
            yield tools


def _begin(tx: Transaction, config: Config) -> None:
    """What a daemon does first: take over the schedule, free what a dead daemon had taken, keep its configuration."""
    now = clock.now()
    polls.sync(tx, config.feeds, now)
    readings.release(tx, now)
    configurations.save(tx, config.hash, config.files, now)


def stages(tools: Tools, only: Collection[FeedId] | None = None) -> tuple[AnyStage, ...]:
    """The stages, in the order in which news travels through them; with `only`, no other feeds are polled."""
    return (poll_stage(tools, only), read_stage(tools))


def make_due(config: Config, feeds: Collection[FeedId]) -> frozenset[FeedId]:
    """Make these feeds due now, whoever polls them; returns those that are in the schedule. Raises: StoreError."""
    with Store.open(config.settings.database_url) as store, store.writing() as tx:
        return polls.make_due(tx, feeds, clock.now())


async def run_once(tools: Tools, only: Collection[FeedId] | None = None) -> Tally:
    """One pass: every due feed polled (with `only`, of those), every due article read.

    Cancelled, it gives back what is in hand. Raises: StoreError, where anything could not be saved, after the rest.
    """
    failure = None
    for stage in stages(tools, only):
        try:
            await stage.work_off()
        finally:
            await stage.stop(timedelta(0))
        failure = failure or stage.failure
    if failure:
        raise failure
    return tools.tally
