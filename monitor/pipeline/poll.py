"""The stage POLL: a due feed is fetched and parsed, and what is new in it is matched and saved in one transaction."""

import asyncio
import logging
from collections import Counter
from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import assert_never

from monitor.errors import FetchError, FetchKind, ParseError, ParseKind
from monitor.feeds import schedule
from monitor.feeds.outcome import failure_of, max_age
from monitor.fetch.request import Fetched, Request
from monitor.fetch.retry_after import retry_after
from monitor.model import (
    Failed,
    FailureKind,
    Feed,
    FeedId,
    FeedState,
    News,
    Outcome,
    Polled,
    Postponed,
    Unchanged,
    Validators,
)
from monitor.pipeline import alerting
from monitor.pipeline.belonging import join
from monitor.pipeline.network import SUSPICIOUS, UNREACHED, Phase
from monitor.pipeline.news import AddressKeys, decide_news
from monitor.pipeline.outage import settle
from monitor.pipeline.parsing import parse
from monitor.pipeline.stage import REST, Stage
from monitor.pipeline.tools import Tools
from monitor.store import entries, match_events, polls, revisions, revisits
from monitor.store.store import Transaction
from monitor.urls import host

ACCEPT = "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"

_A_HOST = 2
"""Feeds of one host in work, for each connection that it may have: one asks while another waits for its turn."""
_CRASHING = (
    f"what it sends crashed or outlasted the parser {schedule.CRASHES} times; "
    "it is parsed again when it changes, or with `monitor retry --feed`"
)
_PROBED = 10
"""Hosts among which those are looked for that are asked whether our network works: some are busy, some gone."""

log = logging.getLogger(__name__)


def poll_stage(tools: Tools, only: Collection[FeedId] | None = None) -> Stage[FeedState]:
    """The stage over all feeds that are due; with `only`, over those of them."""
    return Stage(
        "feed",
        take=lambda limit, busy: take(tools, limit, busy, only),
        work=lambda state: poll_due(state, tools),
        key=lambda state: state.feed_id,
        width=tools.config.settings.fetch.concurrent,
    )


async def take(
    tools: Tools, limit: int, busy: frozenset[Hashable], only: Collection[FeedId] | None = None
) -> tuple[FeedState, ...]:
    """Feeds to poll now, their polls counted: those that are due, no host's alone; while our network is in doubt a few
    that tell whether it works. Raises: StoreError.
    """
    await settle(tools)
    if tools.network.phase is Phase.UP:
        chosen = await _due(tools, limit, busy, only)
    else:
        chosen = await _probes(tools, busy, tools.clock())
    if chosen:
        ids = [state.feed_id for state in chosen]
        await tools.database.write(lambda tx: polls.take(tx, ids, tools.clock()))
    return chosen


async def _due(
    tools: Tools, limit: int, busy: frozenset[Hashable], only: Collection[FeedId] | None
) -> tuple[FeedState, ...]:
    hosts = Counter(host(tools.feeds[feed].url) for feed in tools.feeds.keys() & busy)
    most = _A_HOST * tools.config.settings.fetch.per_host
    wanted = None if only is None or tools.feeds.keys() <= frozenset(only) else only
    # The clock is asked inside: between two transactions the schedule may move with it.
    return await tools.database.read(
        lambda tx: polls.due(tx, tools.clock(), limit, exclude=busy, only=wanted, hosts=hosts, per_host=most)
    )


async def _probes(tools: Tools, busy: frozenset[Hashable], now: datetime) -> tuple[FeedState, ...]:
    """Feeds that tell whether our network works: of hosts that answered, due or not; of others that are due; else of
    those that were not reached, the one that was asked longest ago first.
    """
    network = tools.network
    if not network.may_probe(now):
        return ()
    answering, missing = network.to_probe()[:_PROBED], tuple(network.missing)
    avoided = Counter((*answering, *missing))

    def find(tx: Transaction) -> tuple[FeedState, ...]:
        found = polls.of_hosts(tx, answering)
        if len(found) < SUSPICIOUS:
            found += polls.due(tx, now, SUSPICIOUS, exclude=busy, hosts=avoided, per_host=1)
        return found or polls.of_hosts(tx, missing[:_PROBED])

    found = await tools.database.read(find)
    free = [state for state in found if state.feed_id in tools.feeds and state.feed_id not in busy]
    chosen = tuple(free[:SUSPICIOUS])
    if chosen:
        network.probing({host(tools.feeds[state.feed_id].url) for state in chosen}, now)
    elif not busy:
        network.answered()  # nobody is left to doubt it for: their feeds have left the configuration
    return chosen


async def poll_due(state: FeedState, tools: Tools) -> None:
    """Poll a feed that was due, unless it has left the configuration meanwhile. Raises: as `poll`."""
    feed = tools.feeds.get(state.feed_id)
    if feed:
        await poll(feed, state, tools)


async def poll(feed: Feed, state: FeedState, tools: Tools) -> None:
    """Poll one feed and save what came of it. Raises: StoreError, when it cannot be saved."""
    try:
        outcome = await ask(feed, state, tools)
    except asyncio.CancelledError:
        # Told to stop: this poll is no sign of a feed that kills.
        await tools.database.write(lambda tx: polls.give_back(tx, feed.id))
        raise
    _look_at_network(feed, state, outcome, tools)
    await settle(tools)
    asked = Asked(feed=feed, state=state, outcome=outcome, tools=tools)
    outcome, news, new_matches = await tools.database.save_together(save, asked)
    tools.tally.add_poll(feed.id, outcome, news, new_matches)
    _say(feed, state, outcome, news, new_matches)


async def ask(feed: Feed, state: FeedState, tools: Tools) -> Outcome:
    """Fetch a feed and parse what comes; a failure is a value, for it is saved."""
    now = tools.clock()
    request = Request(
        url=schedule.address(feed, state, now),
        accept=ACCEPT,
        max_bytes=tools.config.settings.fetch.feed_size,
        validators=schedule.conditions(state, now),
        credentials=feed.credentials,
    )
    try:
        fetched = await tools.fetcher.fetch(request)
        wait = retry_after(fetched.headers.get("retry-after", ""), now=tools.clock())
        return failure_of(fetched.status, retry_after=wait) or await _parse(feed, request, fetched, state, tools)
    except FetchError as error:
        if error.kind is FetchKind.RESTING:
            return Postponed(wait=error.retry_after or REST)
        return Failed(
            reason=str(error),
            kind=FailureKind.TEMPORARY if error.temporary else FailureKind.HARD,
            retry_after=error.retry_after,
            reached=error.kind not in UNREACHED,
        )


async def _parse(feed: Feed, request: Request, fetched: Fetched, state: FeedState, tools: Tools) -> Outcome:
    asked = Validators() != request.validators
    age = max_age(fetched.headers.get("cache-control", ""), fetched.headers.get("age", ""))
    moved = fetched.final_url if fetched.permanently_moved else request.url if request.url != feed.url else ""
    if fetched.status == 304:
        if not asked:
            reason = "304: the server says that nothing changed, but was not asked"
            return Failed(reason=reason, kind=FailureKind.TEMPORARY)
        return Unchanged(validators=state.validators, max_age=age, moved_to=moved)
    validators = _validators(fetched, state)
    body_hash = sha256(fetched.body).hexdigest()
    if body_hash == state.body_hash:
        return Unchanged(validators=validators, same_bytes=True, max_age=age, moved_to=moved)
    if schedule.is_crashing(state, body_hash):
        return Failed(reason=_CRASHING, kind=FailureKind.HARD, crashed_hash=body_hash)
    content_type = fetched.headers.get("content-type", "")
    try:
        parsed = await parse(fetched.body, content_type, fetched.final_url, tools.clock(), tools.workers)
    except ParseError as error:
        crashed = "" if error.kind is ParseKind.INVALID else body_hash
        return Failed(reason=str(error), kind=FailureKind.HARD, crashed_hash=crashed)
    return Polled(
        parsed=parsed,
        validators=validators,
        body_hash=body_hash,
        unconditional=not asked,
        max_age=age,
        moved_to=moved,
    )


def _look_at_network(feed: Feed, state: FeedState, outcome: Outcome, tools: Tools) -> None:
    """Learn from an outcome whether our own network works."""
    network, where = tools.network, host(feed.url)
    if isinstance(outcome, Postponed):
        network.put_off(where)
    elif _is_unreached(outcome):
        network.failing.setdefault(feed.id, state)
        network.missed(where, tools.clock())
    else:
        network.reached(where)


def _is_unreached(outcome: Outcome) -> bool:
    return isinstance(outcome, Failed) and not outcome.reached


def _validators(fetched: Fetched, state: FeedState) -> Validators:
    """What to ask 'changed since?' with; nothing where a redirect led elsewhere, for that server vouches for itself;
    unless it is the one that the next poll asks.
    """
    followed = state.moved_times >= schedule.FOLLOWED and fetched.final_url == state.moved_to
    if fetched.redirects and not followed:
        return Validators()
    return Validators(etag=fetched.headers.get("etag", ""), last_modified=fetched.headers.get("last-modified", ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A poll to be saved."""

    feed: Feed
    """As it was asked; the configuration may say something else of it, or nothing, by now."""
    state: FeedState
    """Before."""
    outcome: Outcome
    tools: Tools


def save(tx: Transaction, asked: Sequence[Asked]) -> list[tuple[Outcome, News, int]]:
    """Decide what is new in each and save it with the feeds' states; returns what was saved and how many matches are
    new. Each sees the news of those before it; those without any are written together.
    """
    saved: list[tuple[Outcome, News, int]] = []
    quiet: list[polls.Made] = []
    for one in asked:
        tools, now = one.tools, one.tools.clock()
        made = _made(tx, one, now)
        new_matches = 0
        if made.news.sightings:
            new_matches = _save_news(tx, made, tools)
        else:
            quiet.append(made)
        saved.append((made.outcome, made.news, new_matches))
    polls.save_quiet(tx, quiet)
    return saved


def _save_news(tx: Transaction, made: polls.Made, tools: Tools) -> int:
    """Save a poll that brought something, with what its articles become by it; returns how many matches are new."""
    news, now = made.news, made.now
    watchlists = tools.config.matcher.versions.keys()
    changed = [revision.article_id for revision in news.revisions]
    before = match_events.counting(tx, changed)
    new_matches = polls.save(tx, made.state, made.outcome, news, now, watchlists=watchlists, gap=made.gap)
    revisits.plan(tx, news.matched, tools.config.settings.revisit, now)
    after = match_events.counting(tx, changed)
    for revision in news.revisions:
        number, where = revisions.add(tx, revision), revision.article_id
        match_events.add(tx, number, before[where], after[where], now)
        # Of several in one document the first is told to have done it.
        before[where] = after[where]
    for article in news.new_articles:
        # The others join when their page was read.
        if not article.url:
            join(tx, article, now, tools.credits, is_new=True)
    alerting.tell(tx, news.matched, tools.subscriptions, now)
    alerting.tell_changes(tx, changed, tools.subscriptions, now)
    return new_matches


def _made(tx: Transaction, asked: Asked, now: datetime) -> polls.Made:
    feed, state, outcome, tools = asked.feed, asked.state, asked.outcome, asked.tools
    current = tools.feeds.get(feed.id, feed)
    if _is_unreached(outcome) and tools.network.phase is Phase.DOWN:
        # Here, where saves follow one another: what was saved before the network was known to be down is restored.
        outcome, state = Postponed(wait=timedelta()), tools.network.failing.get(feed.id, state)
    news = news_of(tx, feed, outcome, tools, now)
    next_state = schedule.after(current, state, outcome, news=news, now=now)
    if current.url != feed.url:
        next_state = polls.forgotten(next_state, now)
    gap = schedule.is_gap(state, outcome, news)
    return polls.Made(state=next_state, outcome=outcome, news=news, gap=gap, now=now)


def news_of(tx: Transaction, feed: Feed, outcome: Outcome, tools: Tools, now: datetime) -> News:
    """What an outcome adds to what is stored; `feed`: as it was asked."""
    if not isinstance(outcome, Polled):
        return News()
    keys = AddressKeys(feed, outcome.parsed)
    return decide_news(
        outcome.parsed,
        entries.seen(tx, feed.id, outcome.parsed.entries, keys),
        feed=tools.feeds.get(feed.id, feed),
        keys=keys,
        outlets=tools.outlets,
        matcher=tools.config.matcher,
        now=now,
    )


def _say(feed: Feed, state: FeedState, outcome: Outcome, news: News, new_matches: int) -> None:
    match outcome:
        case Polled(parsed=parsed):
            counts = {"offered": parsed.offered, "new": len(parsed.entries) - news.known, "matches": new_matches}
            log.info("feed %s: %d entries offered, %d new, %d new matches", feed.id, *counts.values(), extra=counts)
            for skipped in parsed.skipped:
                log.warning("feed %s: entry %d skipped: %s", feed.id, skipped.position, skipped.reason)
            if schedule.is_gap(state, outcome, news):
                log.warning(
                    "feed %s: none of the entries of the last poll is left: some may have passed unseen", feed.id
                )
        case Unchanged():
            log.debug("feed %s: unchanged", feed.id)
        case Failed(reason=reason):
            log.warning("feed %s: %s", feed.id, reason)
        case Postponed(wait=wait):
            log.debug("feed %s: not asked for %d s more", feed.id, wait.total_seconds())
        case _:
            assert_never(outcome)
