"""A site whose feeds grow while the monitor is watched, and what is true of it: what must be stored in the end.

Half of the feeds are quiet from the start: what is lost of those is never offered again as something new. All offer
every item they ever had, so that one poll of each in the end knows everything.
"""

import random
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import Any, Self

from monitor.demo.server import Answer, LoopbackServer
from tests.pipeline.conftest import RSS

SETTINGS = """\
poll:
  every: 1s
fetch:
  allow_addresses: [127.0.0.0/8]
  delay: 0s
  per_host: 16
  timeout: 20s
"""
LISTS = """\
rafah:
  en: [Rafah]
fighters:
  en: [fighter*]
"""
WATCHLIST = """\
title: Fighters in Rafah
query: "@rafah AND @fighters"
"""
_FIRST_DAY = datetime(2025, 11, 1, tzinfo=UTC)
_TOLD = (0, 3)
_HIDDEN, _SHARED, _MOVED, _FORBIDDEN, _FAILING = 1, 2, 3, 4, 5
"""What is special about every tenth item: see `Newsroom`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """How many of each there must be when everything offered is stored."""

    entries: int
    articles: int
    texts: int
    """Articles with the text of their page."""
    matches: int


class Answers(dict[str, Answer]):
    """Answers that take a moment each, so that work overlaps as it does with real servers."""

    slowest = 0.02
    """Seconds."""

    def get(self, path: str, default: Any = None) -> Any:
        time.sleep(random.uniform(0, self.slowest))
        return super().get(path, default)


class Newsroom:
    """`feeds` feeds with `items` items each in the end, served while entered.

    Of ten items two match by their titles, one by its page alone; one is offered by the next feed as well, one (that
    matches) has two addresses, one page is forbidden, one fails; the others are plain.
    """

    def __init__(self, *, feeds: int = 12, items: int = 40, slowest: str = "30m") -> None:
        """`slowest`: how seldom a feed without news is asked."""
        self.feeds, self.items, self._slowest = feeds, items, slowest
        self._server = LoopbackServer(0)
        self._server.answers = Answers()
        self.base_url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = Thread(target=self._server.serve_forever, args=(0.02,), name="newsroom", daemon=True)
        for feed in range(feeds):
            for number in range(items):
                self._server.answers |= dict(self._pages(feed, number))
        self.grow(0)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def answered(self) -> int:
        """Requests so far."""
        return len(self._server.requests)

    @property
    def truth(self) -> Truth:
        kinds = [number % 10 for number in range(self.items)]
        articles = self.feeds * self.items
        extra = self.feeds * (kinds.count(_SHARED) + kinds.count(_MOVED))
        without = self.feeds * (kinds.count(_FORBIDDEN) + kinds.count(_FAILING))
        matches = self.feeds * sum(kinds.count(kind) for kind in (*_TOLD, _HIDDEN))
        return Truth(entries=articles + extra, articles=articles, texts=articles - without, matches=matches)

    def grow(self, share: float) -> None:
        """Let the feeds that are not quiet offer this share of their items, from 0 to 1."""
        for feed in range(self.feeds):
            offered = self.items if feed % 2 == 0 else max(1, int(share * self.items))
            self._server.answers[f"/feed{feed}.xml"] = self._feed(feed, offered)

    def write_config(self, folder: Path, hooks: Mapping[str, str] | None = None) -> Path:
        """A configuration that watches this site; returns its folder. `hooks`: channels that are told of every match,
        and the URLs of their receivers.
        """
        channels = [f"  {name}:\n    webhook: {{url: {url}}}" for name, url in (hooks or {}).items()]
        alerts = [f"  - {{channel: {name}, when: match}}" for name in hooks or {}]
        outlet = ["  gazette:", "    name: The Gazette", "    country: EG", "    language: en"]
        outlet += ["    affiliation: independent", "    domains: ['127.0.0.1']", "    feeds:"]
        feeds = [f"      feed{feed}:\n        url: {self.base_url}/feed{feed}.xml" for feed in range(self.feeds)]
        settings = SETTINGS.replace("every: 1s", f"every: 1s\n  slowest: {self._slowest}")
        files = {
            "monitor.yaml": "\n".join([settings, *(["channels:", *channels, ""] if channels else [])]),
            "feeds.yaml": "\n".join(["outlets:", *outlet, *feeds, ""]),
            "lists/words.yaml": LISTS,
            "watchlists/rafah.yaml": "\n".join([WATCHLIST, *(["alerts:", *alerts, ""] if alerts else [])]),
        }
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return folder

    def _feed(self, feed: int, offered: int) -> Answer:
        items = [item for number in range(offered) for item in self._items(feed, number)]
        before = (feed - 1) % self.feeds
        items += [self._item(before, number) for number in range(_SHARED, offered, 10)]
        return Answer(
            body=RSS.format("".join(items)).encode(),
            headers={"Content-Type": "application/rss+xml"},
            last_modified=_FIRST_DAY + timedelta(minutes=offered),
        )

    def _items(self, feed: int, number: int) -> Iterator[str]:
        yield self._item(feed, number)
        if number % 10 == _MOVED:
            yield self._item(feed, number, place="go")

    def _item(self, feed: int, number: int, place: str = "news") -> str:
        published = _FIRST_DAY + timedelta(minutes=number)
        return (
            f"<item><title>{_title(feed, number)}</title><link>{self.base_url}/{place}/{feed}/{number}</link>"
            f'<guid isPermaLink="false">{place}-{feed}-{number}</guid>'
            f"<description>What feed {feed} says of item {number}.</description>"
            f"<pubDate>{published:%a, %d %b %Y %H:%M:%S} GMT</pubDate></item>"
        )

    def _pages(self, feed: int, number: int) -> Iterator[tuple[str, Answer]]:
        path = f"/news/{feed}/{number}"
        status = {_FORBIDDEN: 403, _FAILING: 500}.get(number % 10, 200)
        html = "" if status != 200 else _page(feed, number)
        yield path, Answer(status=status, body=html.encode(), headers={"Content-Type": "text/html; charset=utf-8"})
        if number % 10 == _MOVED:
            yield f"/go/{feed}/{number}", Answer(status=301, headers={"Location": path})


def _title(feed: int, number: int) -> str:
    about = "Fighters leave Rafah" if number % 10 in _TOLD else "Olives ripen early"
    return f"{about}, report {number} of correspondent {feed}"


def _page(feed: int, number: int) -> str:
    told = "The fighters are still below Rafah." if number % 10 == _HIDDEN else "The harvest goes on."
    lines = [f"Paragraph {line} of item {number} from correspondent {feed} tells what was seen." for line in range(8)]
    paragraphs = "".join(f"<p>{line}</p>" for line in (*lines, told))
    title = _title(feed, number)
    return (
        f"<html><head><title>{title}</title></head><body><article><h1>{title}</h1>{paragraphs}</article></body></html>"
    )
