"""The demo site: invented outlets, their feeds and articles, served on 127.0.0.1 while a `with` block runs.

with DemoSite() as site:
    feeds_file.write_text(site.feeds_yaml())
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Thread
from types import TracebackType
from typing import Self

from monitor.demo import outlets
from monitor.demo.content import Manuscript, PageKind, manuscripts
from monitor.demo.outlets import OUTLET_OF_FEED
from monitor.demo.routes import later_routes, link_of, routes
from monitor.demo.server import Answer, LoopbackServer, Request


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoArticle:
    """What is true of an article on the site: for tests, and for telling whether the matches are right."""

    url: str
    """As feeds link it, without tracking parameters."""
    title: str
    language: str
    labels: frozenset[str]
    """Ids of the watchlists that must match it."""
    outlet: str
    feeds: tuple[str, ...]
    published_at: datetime
    page: PageKind
    told_in_feed: bool
    """False: a watchlist can match it only by the page's text."""


class DemoSite:
    """Binds its port when made, serves while entered. `now` is what the articles' dates are relative to."""

    def __init__(self, *, now: datetime | None = None, port: int = 0) -> None:
        """Raises: OSError when the port is taken; 0 chooses a free one."""
        # A server has no use for microseconds: HTTP and RSS dates end at seconds.
        now = (now or datetime.now(UTC)).replace(microsecond=0)
        written = manuscripts()
        self._server = LoopbackServer(port)
        self.base_url = f"http://127.0.0.1:{self._server.server_port}"
        self._written, self._now = written, now
        self._server.answers = routes(written, base_url=self.base_url, now=now)
        self._server.fallback = self._server.answers["/404"]
        self.articles = tuple(_truth(manuscript, self.base_url, now) for manuscript in written)
        self._thread = Thread(target=self._server.serve_forever, args=(0.02,), name="demo-site", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def requests(self) -> tuple[Request, ...]:
        """What was asked so far, in order."""
        return tuple(self._server.requests)

    def feeds_yaml(self) -> str:
        """The feeds.yaml that makes the monitor poll this site."""
        return outlets.feeds_yaml(self.base_url)

    def pass_time(self) -> None:
        """From now on the pages of articles that are corrected or removed some day are as they are then."""
        self._server.answers |= later_routes(self._written, base_url=self.base_url, now=self._now)

    def respond(
        self, path: str, *, status: int = 200, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> None:
        """From now on this path answers so: for tests of servers that misbehave or change."""
        self._server.answers[path] = Answer(status=status, headers=headers or {}, body=body)


def _truth(manuscript: Manuscript, base_url: str, now: datetime) -> DemoArticle:
    return DemoArticle(
        url=base_url + link_of(manuscript),
        title=manuscript.title,
        language=manuscript.language,
        labels=manuscript.labels,
        outlet=OUTLET_OF_FEED[manuscript.feeds[0]].id,
        feeds=manuscript.feeds,
        published_at=now - manuscript.age,
        page=manuscript.page,
        told_in_feed=manuscript.told_in_feed,
    )
