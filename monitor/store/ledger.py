"""The balance of all feeds: what was asked and offered, what became of it, and what may have passed unseen."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, case, func, select

from monitor.feeds.losses import FirstPoll, Habit, Loss, losses
from monitor.model import EARLIEST, FailureKind, FeedId, Outage, Shortfall, SkipReason, TextSource
from monitor.store import health, outages, readings
from monitor.store.connections import Transaction
from monitor.store.schema import articles, entries, feeds, polls, skips

HABITS_OVER = timedelta(days=3)
"""How much of the time before an outage tells what a feed brings."""
_RECOVERY = timedelta(days=1)
"""How long after an outage a feed's first poll is looked for: all that answer are polled within it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Polls:
    """Polls that were made, counted."""

    made: int
    brought: int
    """Those that brought a feed; likewise those that brought nothing new."""
    unchanged: int
    failed: Mapping[FailureKind, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entries:
    """Entries that feeds offered, counted."""

    offered: int
    new: int
    known: int
    repeated: int
    skipped: Mapping[SkipReason, int]
    stored: int
    """That stand in the store, and were first seen in this time: as many as are new."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Articles:
    """New articles, counted."""

    new: int
    sources: Mapping[TextSource, int]
    """By the source of their text, as it is now."""
    shortfalls: Mapping[Shortfall, int]
    """By why that is not more."""
    unread: int
    """Whose page was not asked for yet, or cannot be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Downtime:
    """An outage, and what it may have cost."""

    outage: Outage
    losses: tuple[Loss, ...]
    """Feeds of which entries may have passed unseen, the most first."""
    unknown: int
    """Feeds that were not watched before: nobody knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """The balance since a moment."""

    since: datetime
    until: datetime
    polls: Polls
    entries: Entries
    articles: Articles
    gaps: Mapping[FeedId, int]
    """Feed → polls in which nothing of the document before was left; the most first."""
    pages_waiting: int
    """Due, now; likewise those in quarantine."""
    pages_quarantined: int
    downtimes: tuple[Downtime, ...]
    """Oldest first."""

    @property
    def errors(self) -> tuple[str, ...]:
        """What does not add up: nothing, unless something was lost."""
        polls, entries, articles = self.polls, self.entries, self.articles
        failed, skipped = sum(polls.failed.values()), sum(entries.skipped.values())
        sums = {
            "polls = brought a feed + unchanged + failed": (polls.made, polls.brought + polls.unchanged + failed),
            "offered = new + known + repeated + skipped": (
                entries.offered,
                entries.new + entries.known + entries.repeated + skipped,
            ),
            "new = stored": (entries.new, entries.stored),
            "articles = those by the source of their text": (articles.new, sum(articles.sources.values())),
        }
        return tuple(f"{what}: {one} ≠ {other}" for what, (one, other) in sums.items() if one != other)


def ledger(tx: Transaction, since: datetime, now: datetime, *, feed: FeedId | None = None) -> Ledger:
    """The balance of all feeds, or of one, from a moment until now.

    Polls that brought nothing are counted by the hour, so those of the first hour may begin before `since`.
    """
    gaps = {name: number for name, number in health.gaps_since(tx, since).items() if feed in (None, name)}
    return Ledger(
        since=since,
        until=now,
        polls=_polls(tx, since, feed),
        entries=_entries(tx, since, feed),
        articles=_articles(tx, since, feed),
        gaps=dict(sorted(gaps.items(), key=lambda item: (-item[1], item[0]))),
        pages_waiting=readings.waiting(tx, now, feed=feed),
        pages_quarantined=readings.quarantined(tx, feed=feed),
        downtimes=downtimes(tx, since, now, feed),
    )


def imbalance(tx: Transaction) -> tuple[str, ...]:
    """What does not add up of all that feeds ever offered: nothing, unless something was lost."""
    return Ledger(
        since=EARLIEST,
        until=EARLIEST,
        polls=_polls(tx, EARLIEST, None),
        entries=_entries(tx, EARLIEST, None),
        articles=_articles(tx, EARLIEST, None),
        gaps={},
        pages_waiting=0,
        pages_quarantined=0,
        downtimes=(),
    ).errors


def _polls(tx: Transaction, since: datetime, feed: FeedId | None) -> Polls:
    rows = select(polls.c.outcome, polls.c.failure, func.sum(polls.c.times)).where(*_polled(since, feed))
    counts: Counter[str] = Counter()
    failed: Counter[FailureKind] = Counter()
    for outcome, kind, number in tx.execute(rows.group_by(polls.c.outcome, polls.c.failure)):
        counts[outcome] += number
        if outcome == "failed":
            # Of old polls it is not known.
            failed[kind or FailureKind.TEMPORARY] += number
    made = select(func.coalesce(func.sum(polls.c.times), 0)).where(*_polled(since, feed))
    return Polls(
        made=tx.execute(made).scalar_one(),
        brought=counts["polled"],
        unchanged=counts["unchanged"],
        failed=dict(failed),
    )


def _entries(tx: Transaction, since: datetime, feed: FeedId | None) -> Entries:
    counted = (polls.c.offered, polls.c.new, polls.c.known, polls.c.repeated)
    sums = select(*(func.coalesce(func.sum(column), 0) for column in counted)).where(*_polled(since, feed))
    offered, new, known, repeated = tx.execute(sums).one()
    skipped = select(skips.c.reason, func.count()).join_from(polls, skips, skips.c.poll_id == polls.c.id)
    skipped = skipped.where(polls.c.skipped > 0, *_polled(since, feed)).group_by(skips.c.reason)
    # Feed by feed, which an index answers.
    stored = select(func.count()).join_from(feeds, entries, entries.c.feed_id == feeds.c.id)
    stored = stored.where(entries.c.first_seen_at >= since, *([feeds.c.id == feed] if feed else []))
    return Entries(
        offered=offered,
        new=new,
        known=known,
        repeated=repeated,
        skipped={row[0]: row[1] for row in tx.execute(skipped)},
        stored=tx.execute(stored).scalar_one(),
    )


def _articles(tx: Transaction, since: datetime, feed: FeedId | None) -> Articles:
    wanted = [articles.c.first_seen_at >= since, *([articles.c.feed_id == feed] if feed else [])]
    read = case((articles.c.read_at.is_(None), 0), else_=1)
    kinds = (articles.c.text_source, articles.c.shortfall, read)
    rows = tx.execute(select(*kinds, func.count()).where(*wanted).group_by(*kinds)).all()
    sources, shortfalls = dict.fromkeys(TextSource, 0), dict.fromkeys(Shortfall, 0)
    for source, shortfall, _, number in rows:
        sources[source] += number
        if shortfall:
            shortfalls[shortfall] += number
    return Articles(
        new=tx.execute(select(func.count()).select_from(articles).where(*wanted)).scalar_one(),
        sources={source: number for source, number in sources.items() if number},
        shortfalls={why: n for why, n in sorted(shortfalls.items(), key=lambda item: -item[1]) if n},
        unread=sum(row[-1] for row in rows if not row[2]),
    )


def downtimes(tx: Transaction, since: datetime, now: datetime, feed: FeedId | None = None) -> tuple[Downtime, ...]:
    """The outages that reached beyond a moment, oldest first, and what each may have cost."""
    found = outages.known(tx, since, now)
    if not found:
        return ()
    watched = _watched(tx, feed)
    habits = _habits(tx, watched, found[0].began_at)
    return tuple(
        Downtime(
            outage=outage,
            losses=losses((outage.ended_at or now) - outage.began_at, habits, _first_polls(tx, outage, habits)),
            unknown=len(watched.keys() - habits.keys()),
        )
        for outage in found
    )


def _watched(tx: Transaction, feed: FeedId | None) -> dict[FeedId, int]:
    """Each feed in the configuration, or that one, and how many entries it holds."""
    rows = select(feeds.c.id, feeds.c.window).where(feeds.c.active, *([feeds.c.id == feed] if feed else []))
    return {FeedId(name): window for name, window in tx.execute(rows)}


def _habits(tx: Transaction, watched: Mapping[FeedId, int], until: datetime) -> dict[FeedId, Habit]:
    """What the watched feeds brought before a moment: after the first success in that time, up to the last."""
    within = (polls.c.polled_at >= until - HABITS_OVER, polls.c.polled_at < until, polls.c.outcome != "failed")
    bounds = select(
        polls.c.feed_id, func.min(polls.c.polled_at).label("first"), func.max(polls.c.polled_at).label("last")
    )
    span = bounds.where(*within).group_by(polls.c.feed_id).subquery()
    after_first = func.sum(case((polls.c.polled_at > span.c.first, polls.c.new), else_=0))
    rows = select(polls.c.feed_id, span.c.first, span.c.last, after_first).join_from(
        polls, span, span.c.feed_id == polls.c.feed_id
    )
    rows = rows.where(*within).group_by(polls.c.feed_id, span.c.first, span.c.last)
    return {
        FeedId(name): Habit(new=new, over=last - first, window=watched[FeedId(name)])
        for name, first, last, new in tx.execute(rows)
        if name in watched
    }


def _first_polls(tx: Transaction, outage: Outage, habits: Mapping[FeedId, Habit]) -> dict[FeedId, FirstPoll]:
    """What the first polls after an outage brought; nothing while it lasts."""
    if outage.ended_at is None or not habits:
        return {}
    within = (
        polls.c.polled_at >= outage.ended_at,
        polls.c.polled_at < outage.ended_at + _RECOVERY,
        polls.c.outcome != "failed",
    )
    first = select(polls.c.feed_id, func.min(polls.c.polled_at).label("at")).where(*within).group_by(polls.c.feed_id)
    at = first.subquery()
    rows = select(polls.c.feed_id, polls.c.new, polls.c.gap)
    rows = rows.join_from(polls, at, (at.c.feed_id == polls.c.feed_id) & (at.c.at == polls.c.polled_at))
    return {FeedId(name): FirstPoll(new=new, gap=gap) for name, new, gap in tx.execute(rows)}


def _polled(since: datetime, feed: FeedId | None) -> Iterator[ColumnElement[bool]]:
    yield polls.c.polled_at >= since
    if feed:
        yield polls.c.feed_id == feed
