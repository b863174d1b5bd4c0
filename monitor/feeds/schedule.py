"""How a feed is asked, when it is polled next, and what is kept of the poll. A feed is never given up.

The interval follows what a feed offers: from a third to two thirds of the entries of a document should have been there
at the last poll. More, and the server is asked for nothing; fewer, and entries may pass unseen.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, assert_never
from zlib import crc32

from monitor.model import (
    Failed,
    FailureKind,
    Feed,
    FeedState,
    News,
    Outcome,
    Polled,
    Postponed,
    Unchanged,
    Validators,
)

LONGEST_TTL = timedelta(hours=1)
"""A feed may ask for longer intervals, up to this: many state a day and change by the minute."""
LONGEST_DELAY = timedelta(hours=6)
"""Between polls of a feed that fails, unless its own interval or the server asks for more."""
LONGEST_RETRY_AFTER = timedelta(hours=24)
DAY = timedelta(days=1)
"""So often at least a feed is asked for whole, for some servers say 'nothing changed' when something did; and one that
is gone for good is asked whether it is back."""
FOLLOWED = 3
"""A permanent redirect that was seen so often is followed without asking for it again."""
CRASHES = 3
"""A body that crashed the parser so often is not parsed again."""
DEATHS = 3
"""Of the daemon, in a row, during polls of one feed, before the feed has to wait."""
_MOST_DOUBLINGS = 16
_WANTED = 1 / 2
"""The share of new entries in a document that the interval aims at; it stays where it is between the two bounds."""
_FEWEST, _MOST = 1 / 3, 2 / 3
_SLOWER, _FASTER = 1.5, 1 / 4
"""What one poll can change an interval by."""


def address(feed: Feed, state: FeedState, now: datetime) -> str:
    """Where to ask for a feed: where it has moved, else where the user says; there in any case once a day."""
    return state.moved_to if state.moved_times >= FOLLOWED and not _is_wanted_whole(state, now) else feed.url


def conditions(state: FeedState, now: datetime) -> Validators:
    """What to ask 'changed since?' with; nothing where the whole feed is wanted."""
    return Validators() if state.distrusted_at or _is_wanted_whole(state, now) else state.validators


def is_crashing(state: FeedState, body_hash: str) -> bool:
    """Did this body crash the parser often enough?"""
    return state.crashes >= CRASHES and state.crashed_hash == body_hash


def is_gap(state: FeedState, outcome: Outcome, news: News) -> bool:
    """Is nothing of the last document in this one? Then entries may have passed unseen in between."""
    return isinstance(outcome, Polled) and bool(state.window and outcome.parsed.entries) and not news.known


def after(feed: Feed, state: FeedState, outcome: Outcome, *, news: News, now: datetime) -> FeedState:
    """The feed's state after a poll that ended `now` with this outcome; `news`: what it brought."""
    match outcome:
        case Polled():
            return _polled(feed, state, outcome, news, now)
        case Unchanged():
            return _unchanged(feed, state, outcome, now)
        case Failed():
            return _failed(feed, state, outcome, now)
        case Postponed(wait=wait):
            return replace(state, next_poll_at=now + wait, interruptions=0)
        case _:
            assert_never(outcome)


def _polled(feed: Feed, state: FeedState, polled: Polled, news: News, now: datetime) -> FeedState:
    parsed = polled.parsed
    # Half a feed must be asked for again, whole: no 304 and no equal bytes may stand in for the rest.
    is_whole = not parsed.damaged
    hidden = polled.unconditional and bool(news.sightings) and polled.validators == state.validators != Validators()
    interval = _learned(feed, state, len(parsed.entries) - news.known, news.known, now)
    # What passes unseen is worse than what is asked for too often.
    asked = min(_asked(feed, parsed.ttl, polled.max_age), _safe(state, len(parsed.entries), news.known, now))
    return replace(
        state,
        **_success(now, parsed.damaged),
        next_poll_at=_next(feed, interval, asked, now),
        interval=interval,
        ttl=parsed.ttl,
        window=len(parsed.entries) or state.window,
        validators=polled.validators if is_whole else Validators(),
        body_hash=polled.body_hash if is_whole else "",
        whole_at=now,
        distrusted_at=(now if hidden else None) if state.distrusted_at is None else state.distrusted_at,
        unchanged_poll=0,
        moved_to=polled.moved_to,
        moved_times=_times_moved(state, polled.moved_to),
    )


def _unchanged(feed: Feed, state: FeedState, unchanged: Unchanged, now: datetime) -> FeedState:
    interval = _learned(feed, state, 0, state.window, now)
    return replace(
        state,
        **_success(now),
        next_poll_at=_next(feed, interval, _asked(feed, state.ttl, unchanged.max_age), now),
        interval=interval,
        validators=unchanged.validators,
        whole_at=now if unchanged.same_bytes else state.whole_at,
        unchanged_poll=state.unchanged_poll if _same_hour(state.last_polled_at, now) else 0,
        moved_to=unchanged.moved_to,
        moved_times=_times_moved(state, unchanged.moved_to),
    )


def _failed(feed: Feed, state: FeedState, failed: Failed, now: datetime) -> FeedState:
    """The first failure costs no time, each further one doubles the wait; validators stay as they are."""
    interval = _interval(feed, state.interval)
    doubled = interval * 2 ** min(state.failures, _MOST_DOUBLINGS)
    wait = DAY if failed.kind is FailureKind.GONE else min(doubled, max(LONGEST_DELAY, interval))
    asked = min(failed.retry_after or timedelta(), LONGEST_RETRY_AFTER)
    is_moved = state.moved_times >= FOLLOWED
    again = bool(failed.crashed_hash) and failed.crashed_hash == state.crashed_hash
    return replace(
        state,
        next_poll_at=now + max(wait * _spread(feed), asked),
        failures=state.failures + 1,
        failure=failed.kind,
        crashed_hash=failed.crashed_hash or state.crashed_hash,
        crashes=state.crashes + 1 if again else int(bool(failed.crashed_hash)) or state.crashes,
        # It may be the new address that fails: the next poll asks the one that the user gave, to which what the new one
        # vouched for means nothing.
        moved_times=0,
        validators=Validators() if is_moved else state.validators,
        body_hash="" if is_moved else state.body_hash,
        interruptions=0,
        unchanged_poll=0,
        last_polled_at=now,
        last_error=failed.reason,
    )


def _success(now: datetime, error: str = "") -> dict[str, Any]:
    """What is known of a feed that was read."""
    return {
        "failures": 0,
        "failure": None,
        "crashed_hash": "",
        "crashes": 0,
        "interruptions": 0,
        "last_polled_at": now,
        "last_success_at": now,
        "last_error": error,
    }


def _next(feed: Feed, interval: timedelta | None, asked: timedelta, now: datetime) -> datetime:
    """When to poll; `interval`: as learned, `asked`: for how long to leave the feed alone."""
    return now + max(_interval(feed, interval), asked) * _spread(feed)


def _learned(feed: Feed, state: FeedState, new: int, known: int, now: datetime) -> timedelta | None:
    """The interval in which so many new entries become the wanted share of a document; None: nothing is known yet."""
    if not state.window or not new + known:
        return state.interval
    interval, share = _interval(feed, state.interval), new / (new + known)
    if _FEWEST <= share <= _MOST:
        return interval
    since = now - state.last_polled_at if state.last_polled_at else interval
    if not known:
        wanted = interval * _FASTER  # a gap: how fast it is cannot be told
    else:
        wanted = since * _WANTED / share if share and since > timedelta() else interval * _SLOWER
    return _within(_within(wanted, interval * _FASTER, interval * _SLOWER), feed.fastest, feed.slowest)


def _safe(state: FeedState, entries: int, known: int, now: datetime) -> timedelta:
    """How long a feed may be left alone, at the pace of this document, before too much of the next one is new."""
    if known >= entries:
        return LONGEST_RETRY_AFTER
    if not state.window or not state.last_polled_at:
        return timedelta()
    return max(now - state.last_polled_at, timedelta()) * _MOST * entries / (entries - known) if known else timedelta()


def _interval(feed: Feed, learned: timedelta | None) -> timedelta:
    return _within(learned or feed.every, feed.fastest, feed.slowest)


def _within(wanted: timedelta, least: timedelta, most: timedelta) -> timedelta:
    return min(max(wanted, least), most)


def _asked(feed: Feed, ttl: timedelta | None, max_age: timedelta | None) -> timedelta:
    """How long the feed, and its server, ask to be left alone; the server says so of all it sends, and gets less."""
    return max(min(ttl or timedelta(), LONGEST_TTL), min(max_age or timedelta(), feed.slowest))


def _times_moved(state: FeedState, moved_to: str) -> int:
    """How often in a row permanent redirects led to this address."""
    return (state.moved_times if moved_to == state.moved_to else 0) + 1 if moved_to else 0


def _same_hour(one: datetime | None, other: datetime) -> bool:
    return one is not None and (one.date(), one.hour) == (other.date(), other.hour)


def _is_wanted_whole(state: FeedState, now: datetime) -> bool:
    return state.whole_at is None or now - state.whole_at >= DAY


def _spread(feed: Feed) -> float:
    """Between 0.9 and 1, always the same for a feed: so feeds of one interval drift apart, and none is ever late."""
    return 1 - crc32(feed.id.encode()) % 1000 / 10_000
