"""The stage READ: an article's page is fetched, its text extracted and matched, all of it saved in one transaction."""

import asyncio
import logging
from collections.abc import Hashable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

from monitor.articles.identity import aliases, same_article
from monitor.articles.judge import LONGEST_RETRY_AFTER, Verdict, judge, when_to_read_again, without_page
from monitor.articles.language import language_of
from monitor.errors import FetchError, FetchKind, ParseError, ParseKind
from monitor.fetch.request import Fetched, Request
from monitor.fetch.retry_after import retry_after
from monitor.model import (
    Article,
    ArticleId,
    Matched,
    Page,
    Read,
    Reading,
    RobotsPolicy,
    Shortfall,
    TextSource,
    Validators,
    article_key,
)
from monitor.pipeline import alerting
from monitor.pipeline.belonging import join
from monitor.pipeline.evidence import is_kept, raw_page
from monitor.pipeline.network import UNREACHED, Phase
from monitor.pipeline.news import match_article
from monitor.pipeline.outage import settle
from monitor.pipeline.stage import Stage
from monitor.pipeline.tools import Tools
from monitor.store import articles, deliveries, matches, merging, pages, readings, revisits
from monitor.store.revisits import Looked
from monitor.store.store import Transaction
from monitor.urls import host
from monitor.workers.pool import Workers
from monitor.workers.tasks import extract_page

ACCEPT = "text/html, application/xhtml+xml;q=0.9, */*;q=0.5"
MOST_CRASHES = 3
"""Crashes and time-outs of workers after which a page is quarantined."""
PATIENCE = timedelta(seconds=30)
"""How long a page waits for its turn at a host that asks for long delays; more would leave no place for other hosts."""
_SHORTFALLS = {
    FetchKind.ADDRESS: Shortfall.BAD_ADDRESS,
    FetchKind.TOO_LARGE: Shortfall.TOO_LARGE,
    FetchKind.ROBOTS: Shortfall.ROBOTS,
}

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Answered:
    """What a server answered, and when."""

    fetched: Fetched
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What came of asking for a page: a value, whatever went wrong."""

    verdict: Verdict
    page: Page | None = None
    landed: str = ""
    """Where redirects ended; "" where no page came."""
    error: str = ""
    retry_after: timedelta | None = None
    crashed: bool = False
    reached: bool = True
    """False: no server answered."""
    answered: Answered | None = None
    """None where no server did."""


def read_stage(tools: Tools) -> Stage[Reading]:
    """The stage over all articles whose page is due."""
    return Stage(
        "page",
        take=lambda limit, busy: take(tools, limit, busy),
        work=lambda reading: read(reading, tools),
        key=lambda reading: reading.article.id,
        width=tools.config.settings.fetch.concurrent,
        # Taken pages count a death of the daemon against themselves: ten in a row must not condemn a whole batch.
        careful=True,
    )


async def take(tools: Tools, limit: int, busy: frozenset[Hashable]) -> tuple[Reading, ...]:
    """Pages to read now, their attempts counted; none while our own network is in doubt. Raises: StoreError."""
    if tools.network.phase is not Phase.UP:
        return ()
    return await tools.database.write(lambda tx: readings.take(tx, tools.clock(), limit, exclude=busy))


async def read(reading: Reading, tools: Tools) -> None:
    """Read one article's page and save what came of it. Raises: StoreError, when it cannot be saved."""
    try:
        attempt = await ask(reading, tools)
    except asyncio.CancelledError:
        # Told to stop: this attempt is no sign of a page that kills.
        await tools.database.write(lambda tx: readings.give_back(tx, [reading.article.id]))
        raise
    except FetchError as error:
        await _put_off(reading, error, tools)
        return
    if attempt.landed:
        tools.network.answered()
    elif not attempt.reached:
        tools.network.missed(host(reading.article.url), tools.clock())
    await settle(tools)
    await _keep(reading, attempt, tools)


async def _keep(reading: Reading, attempt: Attempt, tools: Tools) -> None:
    """Save what came of a page; where our own network is in doubt, that is nothing."""
    if not attempt.reached and tools.network.phase is not Phase.UP:
        await tools.database.save(lambda tx: readings.give_back(tx, [reading.article.id]))
        return
    done, new_matches = await tools.database.save(lambda tx: save(tx, reading, attempt, tools))
    tools.tally.add_read(done, new_matches)
    source, why = (
        done.article.text_source,
        f" ({done.error or done.article.shortfall})" if done.article.shortfall else "",
    )
    log.debug("page %s: text from the %s%s, %d new matches", done.article.url, source, why, new_matches)
    if done.quarantined:
        log.warning("page %s is quarantined: %s", done.article.url, done.error)


async def _put_off(reading: Reading, error: FetchError, tools: Tools) -> None:
    """Read it when its host may be asked again: nothing was asked, so it is no attempt."""
    until = tools.clock() + min(error.retry_after or timedelta(), LONGEST_RETRY_AFTER)
    await tools.database.save(lambda tx: readings.give_back(tx, [reading.article.id], until=until))
    tools.tally.put_off += 1
    log.debug("page %s: not asked for until %s: %s", reading.article.url, until.isoformat(timespec="seconds"), error)


async def ask(reading: Reading, tools: Tools) -> Attempt:
    """Fetch a page and extract its text; a failure is a value, for it is saved.

    Raises: FetchError, when the host rests.
    """
    try:
        fetched = await tools.fetcher.fetch(request_of(reading.article, tools))
    except FetchError as error:
        return unanswered(error)
    return await judged(reading.article, fetched, tools)


def request_of(article: Article, tools: Tools) -> Request:
    """The request for an article's page."""
    feed = tools.feeds.get(article.feed_id)
    return Request(
        url=article.url,
        accept=ACCEPT,
        max_bytes=tools.config.settings.fetch.page_size,
        robots=feed is None or feed.robots is RobotsPolicy.OBEY,
        patience=PATIENCE,
    )


def unanswered(error: FetchError) -> Attempt:
    """The attempt that ended so. Raises: the error, when the host rests: then nothing was attempted."""
    if error.kind is FetchKind.RESTING:
        raise error
    verdict = without_page(_SHORTFALLS.get(error.kind, Shortfall.UNREACHABLE), retry=error.temporary)
    reached = error.kind not in UNREACHED
    return Attempt(verdict=verdict, error=str(error), retry_after=error.retry_after, reached=reached)


async def judged(article: Article, fetched: Fetched, tools: Tools) -> Attempt:
    """What an answer is worth."""
    answered = Answered(fetched, tools.clock())
    try:
        page = await extract(fetched, tools.workers)
    except ParseError as error:
        if error.kind is not ParseKind.INVALID:
            verdict = without_page(Shortfall.PARSER_LIMIT, retry=True)
            return Attempt(verdict=verdict, error=str(error), crashed=True, answered=answered)
        page = None
    verdict = judge(
        fetched.status,
        fetched.headers,
        page,
        feed_text=article.summary,
        body=fetched.body,
        asked=article.url,
        landed=fetched.final_url,
    )
    wait = retry_after(fetched.headers.get("retry-after", ""), now=tools.clock())
    return Attempt(verdict=verdict, page=page, landed=fetched.final_url, retry_after=wait, answered=answered)


async def extract(fetched: Fetched, workers: Workers) -> Page | None:
    """The page, where the server gave one. Raises: ParseError."""
    if not 200 <= fetched.status < 300:
        return None
    if not fetched.body.strip():
        return Page(text="")
    content_type = fetched.headers.get("content-type", "")
    return await workers.run(extract_page, fetched.body, content_type, fetched.final_url)


def save(tx: Transaction, reading: Reading, attempt: Attempt, tools: Tools) -> tuple[Read, int]:
    """Decide what the attempt brought and save it; returns it and how many matches are new."""
    now = tools.clock()
    # As it stands now: a feed may have reworded it while its page was read.
    known = articles.get(tx, reading.article.id)
    # Merged meanwhile: the store is told under the id that was asked for, and knows what to do.
    article = known if known and known.id == reading.article.id else reading.article
    done = decide_read(article, reading, attempt, tools, now)
    watchlists = tools.config.matcher.versions.keys()
    new_matches = readings.save(tx, done, now, watchlists=watchlists)
    revisits.plan(tx, [done.matched], tools.config.settings.revisit, now)
    if done.matched.found and (looked := looked_at(attempt, now)):
        revisits.saw(tx, done.article.id, looked)
    for twin in _twins(tx, done):
        done = _merge(tx, done, twin, tools, now)
    # Asked for again only where it may have changed: it was merged, here or meanwhile.
    stored = known if known and known.id == done.article.id else articles.get(tx, done.article.id, full=False)
    if stored and stored.id == done.article.id:
        # Whatever came of its page, for what its feed says may be all that there will be. What was merged has a place.
        join(tx, done.article, now, tools.credits, is_new=reading.attempts == 1)
        if tools.subscriptions:
            deliveries.release(tx, done.article.id, now)
    alerting.tell(tx, [done.matched], tools.subscriptions, now)
    keep_page(tx, done.article.id, attempt, done.matched, tools)
    return done, new_matches


def keep_page(tx: Transaction, article_id: ArticleId, attempt: Attempt, matched: Matched, tools: Tools) -> None:
    """Keep the page as it was sent, where the settings want it of an article of which the rules say this."""
    if attempt.answered and is_kept(tools.config.settings.evidence, matched):
        raw = raw_page(attempt.answered.fetched, now=attempt.answered.at)
        if raw:
            pages.put(tx, article_id, raw)


def looked_at(attempt: Attempt, now: datetime) -> Looked | None:
    """By what to know the page again; None where there is none."""
    if attempt.answered is None or attempt.page is None or not attempt.verdict.text:
        return None
    return look(attempt.answered.fetched, attempt.page.title, now)


def look(fetched: Fetched, headline: str, now: datetime) -> Looked:
    """By what to know a page with this headline again."""
    # Where a redirect led elsewhere, that server vouches for itself, and not for the address that is asked.
    vouching = {} if fetched.redirects else fetched.headers
    return Looked(
        validators=Validators(etag=vouching.get("etag", ""), last_modified=vouching.get("last-modified", "")),
        body_hash=sha256(fetched.body).hexdigest(),
        headline=headline,
        at=now,
    )


def _merge(tx: Transaction, done: Read, twin: Article, tools: Tools, now: datetime) -> Read:
    """Make one of two articles that stand at one address, unless a match of either would be lost by it."""
    older, younger = sorted((done.article, twin), key=lambda each: (each.first_seen_at, each.id))
    matched = match_article(merging.united(older, younger), tools.outlets, tools.config.matcher)
    had = [match_article(one, tools.outlets, tools.config.matcher) for one in (older, younger)]
    if {found.watchlist_id for one in had for found in one.found} - {found.watchlist_id for found in matched.found}:
        return done
    merged = merging.merge(tx, younger.id, older.id)
    matches.put(tx, [matched], tools.config.matcher.versions.keys(), now)
    revisits.plan(tx, [matched], tools.config.settings.revisit, now)
    return replace(done, article=merged, matched=matched)


def decide_read(article: Article, reading: Reading, attempt: Attempt, tools: Tools, now: datetime) -> Read:
    """What is saved of an attempt."""
    better = improved(article, attempt, tools, now)
    quarantined = attempt.crashed and reading.crashes + 1 >= MOST_CRASHES
    again = when_to_read_again(
        reading.attempts, temporary=attempt.verdict.retry, retry_after=attempt.retry_after, now=now
    )
    return Read(
        article=better,
        matched=match_article(better, tools.outlets, tools.config.matcher),
        addresses=_addresses(article, attempt),
        next_read_at=None if quarantined else again,
        crashed=attempt.crashed,
        quarantined=quarantined,
        error=attempt.error,
    )


def improved(article: Article, attempt: Attempt, tools: Tools, now: datetime) -> Article:
    """The article with what its page adds; what is known already is never given up for less."""
    page, verdict = attempt.page, attempt.verdict
    if article.text and not verdict.text:
        return replace(article, read_at=now)
    article = replace(article, text=verdict.text, shortfall=verdict.shortfall, read_at=now)
    if page is None or not verdict.text:
        return article
    outlet = tools.outlets.at(attempt.landed)
    published_at = article.published_at or page.published_at
    return replace(
        article,
        text_source=TextSource.PAGE,
        title=article.title or page.title,
        language=language_of(verdict.text, article.language, page.language),
        authors=article.authors or page.authors,
        published_at=published_at and min(published_at, now),
        # One that is still to come is a template's.
        modified_at=page.modified_at if page.modified_at and page.modified_at <= now else None,
        published_raw=page.published_raw,
        modified_raw=page.modified_raw,
        outlet=outlet.id if outlet else article.outlet,
    )


def _addresses(article: Article, attempt: Attempt) -> tuple[str, ...]:
    if not attempt.verdict.text:
        return ()
    return aliases(article.url, landed=attempt.landed, canonical=attempt.page.canonical if attempt.page else "")


def _twins(tx: Transaction, done: Read) -> list[Article]:
    """Other articles that stand at one of its addresses and are the same."""
    found = articles.at(tx, [article_key(address) for address in done.addresses])
    others: dict[ArticleId, Article] = {other.id: other for other in found.values() if other.id != done.article.id}
    return [other for other in others.values() if same_article(done.article, other)]
