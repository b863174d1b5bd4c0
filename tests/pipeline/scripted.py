"""Scripted servers, a virtual clock and a real database: what polling does over hours, in milliseconds."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

import httpx
from sqlalchemy import select

from monitor.app import run_once
from monitor.config.load import load_config
from monitor.fetch.fetcher import Fetcher
from monitor.model import FeedState
from monitor.pipeline.database import Database
from monitor.pipeline.network import Network
from monitor.pipeline.tally import Tally
from monitor.pipeline.tools import Tools
from monitor.store import polls
from monitor.store.schema import entries, feeds
from monitor.store.schema import polls as polls_table
from monitor.store.store import Store
from monitor.workers.settings import WorkerSettings
from tests.builders import NOON
from tests.pipeline.conftest import InlineWorkers

MONITOR_YAML = """\
database: monitor.db
fetch: {delay: 0s, per_host: 16, timeout: 5s}
poll: {every: 15m, fastest: 5m, slowest: 30m}
"""


_ITEM = '<item><guid isPermaLink="false">{0}</guid><title>{0}</title></item>'


Asked = tuple[datetime, httpx.Request]


class Answers(StrEnum):
    """How a server answers."""

    FEED = "feed"
    LYING_304 = "lying-304"
    """It says that nothing changed, whatever did."""
    SAME_ETAG = "same-etag"
    """Its validators stay the same, whatever changes; it takes them seriously."""
    NO_VALIDATORS = "no-validators"
    MOVED = "moved"
    PATIENT = "patient"
    """It asks to be left alone for an hour."""
    GONE = "gone"
    MISSING = "missing"
    LIMITED = "limited"
    DOWN = "down"
    TIMEOUT = "timeout"
    NO_FEED = "no-feed"


@dataclass(slots=True)
class Server:
    """A host with one feed, and what it was asked."""

    name: str
    answers: Answers = Answers.FEED
    items: list[str] = field(default_factory=list)
    offered: set[str] = field(default_factory=set)
    """Every item that it ever sent, whole."""
    asked: list[Asked] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"https://{self.name}.example/feed.xml"

    def publish(self, number: int) -> None:
        """So many new items; the oldest leave the feed."""
        first = len(self.offered) + len(self.items)
        fresh = [f"{self.name}-{len(self.asked)}-{first + each}" for each in range(number)]
        self.items = [*fresh, *self.items][:8]

    def answer(self, request: httpx.Request) -> httpx.Response:
        """As scripted."""
        etag = '"same"' if self.answers in (Answers.SAME_ETAG, Answers.LYING_304) else f'"{hash(tuple(self.items))}"'
        conditional = "if-none-match" in request.headers
        match self.answers:
            case Answers.LYING_304 if conditional:
                return _response(304)
            case Answers.FEED | Answers.SAME_ETAG if conditional and request.headers["if-none-match"] == etag:
                return _response(304)
            case Answers.MOVED if request.url.path == "/feed.xml":
                return _response(301, Location=f"https://{self.name}.example/moved.xml")
            case Answers.GONE | Answers.MISSING | Answers.DOWN:
                return _response({Answers.GONE: 410, Answers.MISSING: 404}.get(self.answers, 503))
            case Answers.LIMITED:
                return _response(429, **{"Retry-After": "600"})
            case Answers.TIMEOUT:
                raise httpx.ReadTimeout("scripted")
            case Answers.NO_FEED:
                return _response(200, "<!DOCTYPE html><html><body>Hello</body></html>")
        return self._feed(etag)

    def _feed(self, etag: str) -> httpx.Response:
        self.offered.update(self.items)
        told = {} if self.answers is Answers.NO_VALIDATORS else {"ETag": etag}
        if self.answers is Answers.PATIENT:
            told["Cache-Control"] = "max-age=3600"
        items = "".join(_ITEM.format(item) for item in self.items)
        body = f'<rss version="2.0"><channel><title>{self.name}</title>{items}</channel></rss>'
        return _response(200, body, **told)


def _response(status: int, body: str = "", **headers: str) -> httpx.Response:
    """A stream, for what httpx is given as content it has read already."""
    return httpx.Response(status, headers=headers, stream=httpx.ByteStream(body.encode()))


class Newsroom:
    """A monitor over scripted servers; nothing it does takes virtual time."""

    def __init__(self, folder: Path, names: Iterable[str]) -> None:
        self.now = NOON
        self.online = True
        self.network = Network()
        self.servers = {name: Server(name) for name in names}
        (folder / "config/watchlists").mkdir(parents=True)
        (folder / "config/monitor.yaml").write_text(MONITOR_YAML)
        (folder / "config/watchlists/talks.yaml").write_text("query: talks\n")
        lines = ["outlets:", "  gazette:", "    name: The Gazette", "    country: EG", "    language: en"]
        lines += ["    affiliation: independent", "    feeds:"]
        lines += [f"      {name}: {{url: '{server.url}'}}" for name, server in self.servers.items()]
        (folder / "config/feeds.yaml").write_text("\n".join(lines) + "\n")
        self.config = load_config(folder / "config", {})
        self._folder = folder
        with Store.open(self.config.settings.database_url) as store, store.writing() as tx:
            polls.sync(tx, self.config.feeds, self.now)
        self._fresh = (folder / "monitor.db").read_bytes()
        self.store = Store.open(self.config.settings.database_url)

    def begin_again(self) -> None:
        """As if nothing had happened; in a tenth of the time that a new one takes."""
        self.store.close()
        for leftover in self._folder.glob("monitor.db*"):
            leftover.unlink()
        (self._folder / "monitor.db").write_bytes(self._fresh)
        self.store = Store.open(self.config.settings.database_url)
        self.now, self.online, self.network = NOON, True, Network()
        self.servers = {name: Server(name) for name in self.servers}

    async def poll(self) -> Tally:
        """One pass over what is due."""
        transport = httpx.MockTransport(self._answer)
        settings = self.config.settings.fetch
        async with (
            Database(self.store, linger=timedelta()) as database,
            Fetcher(settings, transport=transport, clock=lambda: (self.now - NOON).total_seconds()) as fetcher,
        ):
            tools = Tools(
                config=self.config,
                database=database,
                fetcher=fetcher,
                workers=InlineWorkers(WorkerSettings()),
                clock=lambda: self.now,
                tally=Tally(),
                network=self.network,
            )
            return await run_once(tools)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if not self.online:
            raise httpx.ConnectError("no network")
        server = self.servers[request.url.host.removesuffix(".example")]
        server.asked.append((self.now, request))
        return server.answer(request)

    def states(self) -> dict[str, FeedState]:
        """Where each feed stands."""
        with self.store.reading() as tx:
            return {row.id: polls.state_of(row) for row in tx.execute(select(feeds))}

    def stored(self) -> dict[str, set[str]]:
        """Feed → the keys of its entries."""
        found: defaultdict[str, set[str]] = defaultdict(set)
        with self.store.reading() as tx:
            for feed, key in tx.execute(select(entries.c.feed_id, entries.c.key)):
                found[feed].add(key)
        return found

    def polled(self) -> list[tuple[str, str, bool]]:
        """Of each poll on record: feed, outcome, whether there was a gap."""
        with self.store.reading() as tx:
            rows = select(polls_table.c.feed_id, polls_table.c.outcome, polls_table.c.gap).order_by(polls_table.c.id)
            return [tuple(row) for row in tx.execute(rows)]
