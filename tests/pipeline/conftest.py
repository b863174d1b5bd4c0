"""A world for the stages: a loopback site, a database, a clock that stands still until it is told."""

import logging
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from threading import Thread
from typing import TypeVar

import pytest

from monitor.alerts.send import Senders
from monitor.app import run_once
from monitor.config.load import Config, load_config
from monitor.demo.server import Answer, LoopbackServer
from monitor.fetch.fetcher import Fetcher
from monitor.model import Article, Match
from monitor.pipeline.database import Database
from monitor.pipeline.tally import Tally
from monitor.pipeline.tools import Tools
from monitor.store import articles, matches, polls
from monitor.store.articles import ArticleQuery
from monitor.store.matches import MatchQuery
from monitor.store.store import Store
from monitor.workers.pool import Workers
from monitor.workers.settings import WorkerSettings
from tests.builders import NOON

T = TypeVar("T")

MONITOR_YAML = """\
fetch:
  allow_addresses: [127.0.0.0/8]
  delay: 0s
  per_host: 8
  timeout: 5s
listen: off
"""
LISTS = """\
rafah:
  en: [Rafah]
  ar: [رفح]
fighters:
  en: [fighter*]
  ar: [مقاتل*]
"""
WATCHLIST = """\
title: Fighters in Rafah
query: "@rafah AND @fighters"
"""
RSS = '<?xml version="1.0"?><rss version="2.0"><channel><title>Gazette</title>{}</channel></rss>'


class InlineWorkers(Workers):
    """Runs tasks in this process: the worker processes have tests of their own, and cost seconds to start."""

    async def run(self, task: Callable[..., T], *arguments: object) -> T:
        return task(*arguments)


class World:
    """What the stages meet, and what they leave behind."""

    def __init__(self, folder: Path, database_url: str, server: LoopbackServer) -> None:
        self.folder = folder
        self.server = server
        self.base_url = f"http://127.0.0.1:{server.server_port}"
        self.environment = {"MONITOR_DATABASE_URL": database_url}
        self.now = NOON
        self.workers: Workers = InlineWorkers(WorkerSettings())
        for name in ("lists", "watchlists"):
            (folder / name).mkdir(parents=True)
        self.write("monitor.yaml", MONITOR_YAML)
        self.write("lists/words.yaml", LISTS)
        self.write("watchlists/rafah.yaml", WATCHLIST)
        self.feeds("gazette-en")

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, encoding="utf-8")

    def feeds(self, *ids: str, urls: dict[str, str] | None = None) -> None:
        """Configure these feeds of one outlet; each is at /ID.xml unless `urls` says otherwise."""
        lines = ["outlets:", "  gazette:", "    name: The Gazette", "    country: EG", "    language: en"]
        lines += ["    affiliation: independent", "    domains: [gazette.example]", "    feeds:"]
        for feed in ids:
            url = (urls or {}).get(feed, f"{self.base_url}/{feed}.xml")
            lines += [f"      {feed}:", f"        url: {url}"]
        self.write("feeds.yaml", "\n".join(lines) + "\n")

    def offer(self, *items: str, feed: str = "gazette-en", **answer: object) -> None:
        """Make the feed offer these <item>s."""
        body = RSS.format("".join(items)).encode()
        self.answer(f"/{feed}.xml", body=body, headers={"Content-Type": "application/rss+xml"}, **answer)

    def item(self, title: str, path: str = "", *, text: str = "", guid: str = "") -> str:
        link = f"<link>{self.base_url}{path}</link>" if path else ""
        said = f"<description>{text}</description>" if text else ""
        key = f'<guid isPermaLink="false">{guid}</guid>' if guid else ""
        return f"<item><title>{title}</title>{link}{said}{key}</item>"

    def page(self, path: str, text: str, *, canonical: str = "", **answer: object) -> None:
        """Make a page with this text in its article."""
        link = f'<link rel="canonical" href="{canonical}">' if canonical else ""
        paragraphs = "".join(f"<p>{line}</p>" for line in text.split("\n"))
        html = f"<html><head><title>Page</title>{link}</head><body><article>{paragraphs}</article></body></html>"
        self.answer(path, body=html.encode(), headers={"Content-Type": "text/html; charset=utf-8"}, **answer)

    def answer(self, path: str, **answer: object) -> None:
        self.server.answers[path] = Answer(**answer)  # type: ignore[arg-type]

    def asked(self, path: str) -> int:
        """How often this path was asked for."""
        return sum(request.path == path for request in self.server.requests)

    def config(self) -> Config:
        return load_config(self.folder, self.environment)

    @asynccontextmanager
    async def tools(self) -> AsyncIterator[Tools]:
        config = self.config()
        with Store.open(config.settings.database_url) as store:
            with store.writing() as tx:
                polls.sync(tx, config.feeds, self.now)
            # Nobody is waited for: most tests save one thing at a time.
            async with (
                Database(store, linger=timedelta()) as database,
                Fetcher(config.settings.fetch) as fetcher,
                Senders() as senders,
            ):
                yield Tools(
                    config=config,
                    database=database,
                    fetcher=fetcher,
                    workers=self.workers,
                    clock=lambda: self.now,
                    tally=Tally(),
                    senders=senders,
                )

    async def run(self, *, after: timedelta = timedelta()) -> Tally:
        """One pass over everything due, so much later."""
        self.now += after
        async with self.tools() as tools:
            return await run_once(tools)

    def poll_again(self) -> None:
        """Make every feed due."""
        config = self.config()
        with Store.open(config.settings.database_url) as store, store.writing() as tx:
            polls.make_due(tx, [feed.id for feed in config.feeds], self.now)

    def reading(self, work: Callable[..., T], *arguments: object) -> T:
        with Store.open(self.environment["MONITOR_DATABASE_URL"]) as store, store.reading() as tx:
            return work(tx, *arguments)

    def articles(self) -> dict[str, Article]:
        """Title → article, with its texts."""
        found = self.reading(articles.query, ArticleQuery(limit=None, full=True))
        return {article.title: article for article in found}

    def matches(self, *, lost: bool = False) -> tuple[Match, ...]:
        return self.reading(matches.query, MatchQuery(limit=None, full=True, include_lost=lost))


@pytest.fixture
def world(tmp_path: Path, database_url: str, caplog: pytest.LogCaptureFixture) -> Iterator[World]:
    caplog.set_level(logging.DEBUG, logger="monitor")
    server = LoopbackServer(0)
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield World(tmp_path / "config", database_url, server)
    server.shutdown()
    thread.join()
    server.server_close()
