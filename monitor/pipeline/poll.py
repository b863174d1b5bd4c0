"""The stage POLL: a due feed is fetched and parsed, and what is new in it is matched and saved in one transaction."""

import logging
from collections.abc import Collection
from dataclasses import replace
from hashlib import sha256
from typing import assert_never

from monitor.errors import FetchError, FetchKind, ParseError
from monitor.feeds.outcome import failure_of
from monitor.feeds.schedule import after
from monitor.fetch.request import Fetched, Request
from monitor.fetch.retry_after import retry_after
from monitor.model import Failed, Feed, FeedId, FeedState, News, Outcome, Polled, Unchanged, Validators
from monitor.pipeline.news import address_keys, decide_news
from monitor.pipeline.stage import Stage
from monitor.pipeline.tools import Tools
from monitor.store import entries, polls
from monitor.store.store import Transaction
from monitor.workers.tasks import parse_feed

ACCEPT = "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"

UNREACHED = frozenset((FetchKind.ADDRESS, FetchKind.DNS, FetchKind.CONNECT, FetchKind.TIMEOUT))

log = logging.getLogger(__name__)


def poll_stage(tools: Tools, only: Collection[FeedId] | None = None) -> Stage[FeedState]:
    """The stage over all feeds that are due; with `only`, over those of them."""
    others = frozenset() if only is None else tools.feeds.keys() - frozenset(only)
    return Stage(
        "feed",
        take=lambda limit, busy: tools.database.read(
            lambda tx: polls.due(tx, tools.clock(), limit, exclude=busy | others)
        ),
        work=lambda state: poll_due(state, tools),
        key=lambda state: state.feed_id,
        width=tools.config.settings.fetch.concurrent,
    )


async def poll_due(state: FeedState, tools: Tools) -> None:
    """Poll a feed that was due, unless it has left the configuration meanwhile. Raises: as `poll`."""
    feed = tools.feeds.get(state.feed_id)
    if feed:
        await poll(feed, state, tools)


async def poll(feed: Feed, state: FeedState, tools: Tools) -> None:
    """Poll one feed and save what came of it. Raises: StoreError, when it cannot be saved."""
    outcome = await ask(feed, state, tools)
    news, new_matches = await tools.database.save(lambda tx: save(tx, feed, state, outcome, tools))
    tools.tally.add_poll(feed.id, outcome, news, new_matches)
    _say(feed, outcome, news, new_matches)


async def ask(feed: Feed, state: FeedState, tools: Tools) -> Outcome:
    """Fetch a feed and parse what comes; a failure is a value, for it is saved."""
    request = Request(
        url=feed.url,
        accept=ACCEPT,
        max_bytes=tools.config.settings.fetch.feed_size,
        validators=state.validators,
        credentials=feed.credentials,
    )
    try:
        fetched = await tools.fetcher.fetch(request)
        wait = retry_after(fetched.headers.get("retry-after", ""), now=tools.clock())
        return failure_of(fetched.status, retry_after=wait) or await _parse(fetched, state, tools)
    except FetchError as error:
        return Failed(
            reason=str(error),
            temporary=error.temporary,
            retry_after=error.retry_after,
            reached=error.kind not in UNREACHED,
        )
    except ParseError as error:
        return Failed(reason=str(error), temporary=False)


async def _parse(fetched: Fetched, state: FeedState, tools: Tools) -> Outcome:
    """Raises: ParseError."""
    if fetched.status == 304:
        if state.validators == Validators():
            return Failed(reason="304: the server says that nothing changed, but was not asked", temporary=True)
        return Unchanged(validators=state.validators)
    validators = _validators(fetched)
    body_hash = sha256(fetched.body).hexdigest()
    if body_hash == state.body_hash:
        return Unchanged(validators=validators)
    content_type = fetched.headers.get("content-type", "")
    parsed = await tools.workers.run(parse_feed, fetched.body, content_type, fetched.final_url, tools.clock())
    return Polled(parsed=parsed, validators=validators, body_hash=body_hash)


def _validators(fetched: Fetched) -> Validators:
    """What to ask 'changed since?' with; nothing where a redirect led elsewhere: that server vouches for itself."""
    if fetched.redirects:
        return Validators()
    return Validators(etag=fetched.headers.get("etag", ""), last_modified=fetched.headers.get("last-modified", ""))


def save(tx: Transaction, feed: Feed, state: FeedState, outcome: Outcome, tools: Tools) -> tuple[News, int]:
    """Decide what is new and save it with the feed's state; returns it and how many matches are new.

    `feed`: as it was asked; the configuration may say something else of it, or nothing, by now.
    """
    now = tools.clock()
    current = tools.feeds.get(feed.id, feed)
    news = News()
    if isinstance(outcome, Polled):
        keys = address_keys(feed, outcome.parsed)
        news = decide_news(
            outcome.parsed,
            entries.seen(tx, feed.id, outcome.parsed.entries, keys),
            feed=current,
            keys=keys,
            outlets=tools.outlets,
            matcher=tools.config.matcher,
            now=now,
        )
    watchlists = tools.config.matcher.versions.keys()
    next_state = after(current, state, outcome, now=now)
    if current.url != feed.url:
        # Edited while the old address was asked, which vouches for nothing at the new one.
        next_state = replace(next_state, next_poll_at=now, validators=Validators(), body_hash="", failures=0)
    new_matches = polls.save(tx, next_state, outcome, news, now, watchlists=watchlists)
    return news, new_matches


def _say(feed: Feed, outcome: Outcome, news: News, new_matches: int) -> None:
    match outcome:
        case Polled(parsed=parsed):
            counts = {"offered": parsed.offered, "new": len(parsed.entries) - news.known, "matches": new_matches}
            log.info("feed %s: %d entries offered, %d new, %d new matches", feed.id, *counts.values(), extra=counts)
            for skipped in parsed.skipped:
                log.warning("feed %s: entry %d skipped: %s", feed.id, skipped.position, skipped.reason)
        case Unchanged():
            log.debug("feed %s: unchanged", feed.id)
        case Failed(reason=reason):
            log.warning("feed %s: %s", feed.id, reason)
        case _:
            assert_never(outcome)
