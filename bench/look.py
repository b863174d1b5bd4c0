"""How long a look at what is due takes: python bench/look.py [--feeds 100000]

Puts made-up feeds into the schedule of an SQLite database, and of a private PostgreSQL server if one can be started,
and looks as the stage POLL does: for what is due, taking 64 of it. Prints milliseconds by the clock, and what the
database says that it does. Goal: under 50 ms.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any, cast

from sqlalchemy import bindparam, event, text, update

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench import postgresql
from bench.configured import configured
from monitor import clock
from monitor.config.load import Config
from monitor.fetch.fetcher import Fetcher
from monitor.model import Feed, FeedId
from monitor.pipeline.database import Database
from monitor.pipeline.poll import take
from monitor.pipeline.tally import Tally
from monitor.pipeline.tools import Tools
from monitor.store import polls
from monitor.store.schema import feeds as table
from monitor.store.store import Store, Transaction
from monitor.workers.pool import Workers

_EVERY = timedelta(minutes=15)
_PER_HOST = 20
"""Feeds of one host."""
_LOOKS = 7


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--feeds", type=int, default=100_000)
    arguments.add_argument("--sqlite", action="store_true", help="leave PostgreSQL out")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        urls = {"SQLite": str(Path(name) / "monitor.db")}
        if given.sqlite:
            pass
        elif (binaries := postgresql.binaries()) and has_driver():
            urls["PostgreSQL"] = stack.enter_context(postgresql.server(binaries))
        else:
            print("PostgreSQL  left out: no server (initdb, postgres), or no driver (psycopg), here")
        for database, url in urls.items():
            config = configured(Path(name), {"made": "https://host.example/feed"}, database=url)
            print("\n".join(_report(database, replace(config, feeds=tuple(_made(config.feeds[0], given.feeds))))))


def has_driver() -> bool:
    """Can PostgreSQL be asked?"""
    try:
        import psycopg  # noqa: F401
    except ModuleNotFoundError:
        return False
    return True


def _made(feed: Feed, number: int) -> Iterator[Feed]:
    for n in range(number):
        yield replace(feed, id=FeedId(f"feed{n}"), url=f"https://host{n // _PER_HOST}.example/feed/{n}")


def _report(database: str, config: Config) -> Iterator[str]:
    number = len(config.feeds)
    with Store.open(config.settings.database_url) as store:
        times = [_synced(store, config.feeds) for _ in range(2)]
        yield f"{database}: {number:,} feeds put into the schedule in {times[0]:.1f} s, once more in {times[1]:.1f} s"
        spread = _EVERY / number
        for what, late in (("none", -1), ("64", 64), ("all", number)):
            now = clock.now()
            _schedule(store, [(feed.id, now + (n - late) * spread) for n, feed in enumerate(config.feeds)])
            looks = [_look(store, config, now) for _ in range(_LOOKS)]
            yield f"  {what:>5} due: {median(looks) * 1e3:6.1f} ms (goal under 50; worst {max(looks) * 1e3:.1f})"
        yield from (f"  {line}" for line in _plan(store, config, clock.now()))


def _synced(store: Store, feeds: Sequence[Feed]) -> float:
    began = time.perf_counter()
    with store.writing() as tx:
        polls.sync(tx, feeds, clock.now())
    return time.perf_counter() - began


def _schedule(store: Store, due: Sequence[tuple[FeedId, datetime]]) -> None:
    rows = [{"at": feed, "due": moment} for feed, moment in due]
    with store.writing() as tx:
        tx.execute(update(table).where(table.c.id == bindparam("at")).values(next_poll_at=bindparam("due")), rows)
        engine = tx.engine
    if engine.dialect.name == "postgresql":
        # What the server does by itself within a minute: 100,000 rows have just been written anew.
        with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            connection.execute(text("VACUUM ANALYZE feeds"))


def _look(store: Store, config: Config, now: datetime) -> float:
    async def look() -> float:
        async with Database(store) as database:
            tools = Tools(
                config=config,
                database=database,
                # Nothing is fetched, nothing parsed.
                fetcher=cast("Fetcher", None),
                workers=cast("Workers", None),
                clock=lambda: now,
                tally=Tally(),
            )
            began = time.perf_counter()
            await take(tools, config.settings.fetch.concurrent, frozenset())
            return time.perf_counter() - began

    return asyncio.run(look())


def _plan(store: Store, config: Config, now: datetime) -> list[str]:
    """What the database says of the statement that asks for what is due."""
    asked: list[tuple[str, Any]] = []

    def remember(_: object, __: object, statement: str, parameters: Any, *___: object) -> None:
        asked.append((statement, parameters))

    with store.reading() as tx:
        event.listen(tx.engine, "before_cursor_execute", remember)
        polls.due(tx, now, config.settings.fetch.concurrent, per_host=4)
        event.remove(tx.engine, "before_cursor_execute", remember)
        return _explained(tx, *next(each for each in asked if each[0].startswith("SELECT")))


def _explained(tx: Transaction, statement: str, parameters: Any) -> list[str]:
    words = "EXPLAIN QUERY PLAN" if tx.dialect.name == "sqlite" else "EXPLAIN"
    return [str(row[-1]) for row in tx.exec_driver_sql(f"{words} {statement}", parameters)]


if __name__ == "__main__":
    main()
