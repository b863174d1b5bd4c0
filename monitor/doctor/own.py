"""What is ours: the configuration, the guard, the workers, the database. Nothing is polled, and nothing stored."""

import asyncio
import pyexpat
import sqlite3
import ssl
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from lxml import etree

from monitor.config.load import Config, load_config
from monitor.config.settings import Settings
from monitor.doctor import versions
from monitor.doctor.finding import Finding, fail, ok, warn
from monitor.errors import ConfigError, FetchError, ParseError, StoreError
from monitor.fetch.fetcher import Fetcher
from monitor.fetch.settings import FetchSettings
from monitor.store.check import check
from monitor.store.daemon import get as daemon_record
from monitor.store.latest import latest
from monitor.store.lock import daemon_pid
from monitor.store.store import Store, revision
from monitor.workers.pool import Workers
from monitor.workers.settings import WorkerSettings
from monitor.workers.tasks import feed_list

_OPML = b'<opml version="2.0"><body><outline text="Safa" xmlUrl="https://safa.example/rss"/></body></opml>'


def installed() -> Iterator[Finding]:
    """The versions of what we rest on."""
    yield from versions.judge(
        python=sys.version_info[:3],
        expat=versions.parsed(pyexpat.EXPAT_VERSION),
        sqlite=versions.parsed(sqlite3.sqlite_version),
        libxml2=etree.LIBXML_VERSION,
        openssl=versions.parsed(ssl.OPENSSL_VERSION),
    )


def configuration(folder: Path, environment: Mapping[str, str]) -> tuple[Finding, Config | None]:
    """What `monitor check` says, and the configuration where it is whole."""
    try:
        config = load_config(folder, environment)
    except ConfigError as error:
        more = f", and {len(error.problems) - 1} more" if len(error.problems) > 1 else ""
        return fail("configuration", f"{error.problems[0]}{more}", "`monitor check` says all of it"), None
    if not config.settings.contact:
        said = "no contact is set: servers that we trouble block us instead of writing to you"
        return warn("configuration", said, "set `contact:` in monitor.yaml"), config
    return ok("configuration", f"{len(config.feeds)} feeds, {len(config.watchlists)} watchlists"), config


def guard(settings: FetchSettings) -> Finding:
    """Whether what must not be fetched from cannot be."""

    async def test() -> None:
        async with Fetcher(settings) as fetcher:
            await fetcher.self_test()

    try:
        asyncio.run(test())
    except FetchError as error:
        return fail("guard", str(error), "do not run it; report this")
    if settings.allow_addresses:
        allowed = ", ".join(map(str, settings.allow_addresses))
        return warn(
            "guard",
            f"it stands, and lets requests to {allowed} through",
            "take out of `allow_addresses` what no feed needs",
        )
    return ok("guard", "no way leads to this machine or its network")


def workers(settings: WorkerSettings) -> Finding:
    """Whether worker processes start and answer."""

    async def test() -> None:
        async with Workers(replace(settings, count=1)) as pool:
            await pool.run(feed_list, _OPML)

    try:
        asyncio.run(test())
    except (ParseError, BrokenProcessPool, OSError) as error:
        advice = "raise `workers.memory`; see whether the unit or container forbids new processes"
        return fail("workers", f"a worker process does not work: {error}", advice)
    return ok("workers", "a worker process starts and answers")


def database(settings: Settings) -> tuple[list[Finding], datetime | None]:
    """Whether it can be read, is of this version and whole; and the latest moment that it knows of the past."""
    try:
        have, head = revision(settings.database_url)
        if have != head:
            said = f"revision {have or 'none'}, this version wants {head}"
            return [warn("database", said, "`monitor db upgrade`, with the daemon stopped")], None
        with Store.open(settings.database_url, read_only=True) as store, store.reading() as tx:
            last, record = latest(tx), daemon_record(tx)
        moments = (last.polled, last.read, last.matched, record and record.alive_at)
        newest = max((moment for moment in moments if moment), default=None)
        return list(_whole(settings)), newest
    except StoreError as error:
        if "no database yet" in str(error):
            return [ok("database", "none yet: `monitor run` makes it")], None
        return [fail("database", str(error), "see docs/operations.md, and whether the server runs")], None


def _whole(settings: Settings) -> Iterator[Finding]:
    found = check(settings.database_url, lambda *_: None, quick=True)
    if found:
        more = f", and {len(found) - 1} more" if len(found) > 1 else ""
        yield fail("database", f"{found[0].what}{more}", "`monitor db check`, and docs/operations.md")
    else:
        yield ok("database", "it is whole, as far as a quick look tells")
    pid = daemon_pid(settings.database_url)
    if pid is None:
        yield warn("daemon", "none works on this database", "`systemctl start monitor`, or `monitor run`")
    else:
        yield ok("daemon", f"process {pid}" if pid else "it runs, on another host perhaps")
