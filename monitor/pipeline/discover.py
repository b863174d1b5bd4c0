"""The feeds of a site, found as a person would: what the address is, what its page names, where feeds usually are."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from monitor import urls
from monitor.errors import FetchError, MonitorError, ParseError
from monitor.feeds.leads import MOST, Lead, Source, is_of_comments, sitemaps_in, usual_leads
from monitor.feeds.outcome import failure_of
from monitor.fetch.fetcher import Fetcher
from monitor.fetch.request import Fetched, Request
from monitor.model import ParsedFeed
from monitor.pipeline.poll import ACCEPT
from monitor.workers.pool import Workers
from monitor.workers.tasks import feed_leads, parse_feed

_ROBOTS_SIZE = 500_000
"""Bytes: what RFC 9309 has us read at least."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFeed:
    """A feed that answers."""

    url: str
    """To be configured: as it was named, or where it has moved for good."""
    source: Source
    parsed: ParsedFeed
    same_as: str = ""
    """The address of a feed before it that offers the same articles."""

    @property
    def is_of_comments(self) -> bool:
        """Whether it is likely to hold readers' comments."""
        return is_of_comments(self.url, self.parsed.title)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """An address that was asked and gave no feed."""

    url: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovery:
    """What was found at an address."""

    feeds: tuple[FoundFeed, ...]
    """The likeliest first; those of comments, and those that repeat another, last."""
    tried: tuple[Tried, ...] = ()
    """Where the address that was given is no feed, it is the first."""
    left_off: int = 0
    """Links that were not asked, for there were too many."""

    @property
    def eligible(self) -> tuple[FoundFeed, ...]:
        """Those of which a person may want each."""
        return tuple(feed for feed in self.feeds if not feed.same_as and not feed.is_of_comments)

    @property
    def no_feed(self) -> Tried | None:
        """The address that was given, where it means one document (it has a path) and that is no feed: what was found
        is another than was asked for.
        """
        if any(feed.source is Source.GIVEN for feed in self.feeds):
            return None
        return next((one for one in self.tried[:1] if urls.place(one.url).partition("/")[2]), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """What an address answered."""

    lead: Lead
    place: str = ""
    """Of the feed, behind all redirects."""
    feed: FoundFeed | None = None
    reason: str = ""
    """Why it is none."""
    named: tuple[Lead, ...] = ()
    """What it names instead."""


class Search:
    """Asks addresses, each once, and keeps what came of it."""

    def __init__(self, fetcher: Fetcher, workers: Workers, *, feed_size: int, now: datetime) -> None:
        self._fetcher = fetcher
        self._workers = workers
        self._feed_size = feed_size
        self._now = now
        self._asked: set[str] = set()
        self._found: dict[str, FoundFeed] = {}
        self._tried: list[Tried] = []
        self._left_off = 0

    async def at(self, given: str) -> Discovery:
        """The feeds at an address, or of the site there, as a person names them, and `urls.typed` takes.

        Raises: FetchError, when nothing answers at all.
        """
        url = urls.typed(given)
        fetched = await self._first(url, given)
        answer = await self._judged(fetched, Lead(url=url, source=Source.GIVEN))
        self._keep(answer)
        if not self._found:
            await self._ask(answer.named)
            await self._ask(await self._sitemaps(fetched.final_url))
        if not self._found:
            await self._ask(usual_leads(fetched.final_url))
        return Discovery(feeds=_ordered(self._found.values()), tried=tuple(self._tried), left_off=self._left_off)

    def _keep(self, answer: _Answer) -> None:
        if answer.feed:
            self._found.setdefault(answer.place, answer.feed)
        else:
            self._tried.append(Tried(url=answer.lead.url, reason=answer.reason))

    async def _first(self, url: str, given: str) -> Fetched:
        """The answer at the address itself; by http where a bare host knows no https. Raises: FetchError."""
        try:
            return await self._fetch(url)
        except FetchError:
            if "://" in given:
                raise
            try:
                return await self._fetch(url.replace("https://", "http://", 1))
            except FetchError:
                pass
            raise

    async def _fetch(self, url: str, max_bytes: int = 0) -> Fetched:
        self._asked.add(urls.place(url))
        return await self._fetcher.fetch(Request(url=url, accept=ACCEPT, max_bytes=max_bytes or self._feed_size))

    async def _ask(self, leads: Sequence[Lead]) -> None:
        """Ask the addresses; also the sitemaps that a list of sitemaps among them names, but no further."""
        answers = await self._answers(leads)
        await self._answers([lead for one in answers for lead in one.named if lead.source is Source.SITEMAP])

    async def _answers(self, leads: Sequence[Lead]) -> Sequence[_Answer]:
        """What each answered, kept in the order in which they were named, whoever was first to answer."""
        answers = await asyncio.gather(*map(self._one, self._new(leads)))
        for answer in answers:
            self._keep(answer)
        return answers

    def _new(self, leads: Iterable[Lead]) -> list[Lead]:
        fresh = list({urls.place(lead.url): lead for lead in leads if urls.place(lead.url) not in self._asked}.values())
        self._left_off += len(fresh[MOST:])
        return fresh[:MOST]

    async def _one(self, lead: Lead) -> _Answer:
        try:
            return await self._judged(await self._fetch(lead.url), lead)
        except FetchError as error:
            return _Answer(lead=lead, reason=str(error))

    async def _judged(self, fetched: Fetched, lead: Lead) -> _Answer:
        content_type = fetched.headers.get("content-type", "")
        try:
            parsed = await self._parsed(fetched, content_type)
        except ParseError as error:
            return _Answer(lead=lead, reason=str(error), named=await self._leads(fetched, content_type))
        url = fetched.final_url if fetched.permanently_moved else lead.url
        feed = FoundFeed(url=url, source=lead.source, parsed=parsed)
        return _Answer(lead=lead, place=urls.place(fetched.final_url), feed=feed)

    async def _parsed(self, fetched: Fetched, content_type: str) -> ParsedFeed:
        """Raises: ParseError."""
        if failure := failure_of(fetched.status):
            raise ParseError(failure.reason)
        return await self._workers.run(parse_feed, fetched.body, content_type, fetched.final_url, self._now)

    async def _leads(self, fetched: Fetched, content_type: str) -> tuple[Lead, ...]:
        try:
            return await self._workers.run(feed_leads, fetched.body, content_type, fetched.final_url)
        except ParseError:
            # A page that nobody can read names nothing.
            return ()

    async def _sitemaps(self, url: str) -> Sequence[Lead]:
        robots = urls.absolute(url, "/robots.txt")
        try:
            fetched = await self._fetch(robots, _ROBOTS_SIZE)
        except MonitorError:
            return ()
        return sitemaps_in(fetched.body.decode("utf-8", "replace"), robots) if fetched.status == 200 else ()


def _ordered(found: Iterable[FoundFeed]) -> tuple[FoundFeed, ...]:
    first: dict[frozenset[str], str] = {}
    told = []
    for feed in found:
        links = frozenset(entry.link for entry in feed.parsed.entries)
        same_as = first.setdefault(links, feed.url) if links else feed.url
        told.append(replace(feed, same_as="" if same_as == feed.url else same_as))
    return tuple(sorted(told, key=lambda feed: (feed.is_of_comments, bool(feed.same_as), feed.source is Source.LINKED)))
