"""When a feed is polled next, and what is kept of the poll. A feed is never given up."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import assert_never
from zlib import crc32

from monitor.model import Failed, Feed, FeedState, Outcome, Polled, Unchanged, Validators

LONGEST_TTL = timedelta(hours=1)
"""A feed may ask for longer intervals than the user, up to this: many state a day and change by the minute."""
LONGEST_DELAY = timedelta(hours=6)
"""Between polls of a feed that fails, unless the user's own interval or the server asks for more."""
LONGEST_RETRY_AFTER = timedelta(hours=24)
_MOST_DOUBLINGS = 16


def after(feed: Feed, state: FeedState, outcome: Outcome, *, now: datetime) -> FeedState:
    """The feed's state after a poll that ended `now` with this outcome."""
    match outcome:
        case Polled(parsed=parsed):
            # Half a feed must be asked for again, whole: no 304 and no equal bytes may stand in for the rest.
            is_whole = not parsed.damaged
            state = replace(
                state,
                validators=outcome.validators if is_whole else Validators(),
                body_hash=outcome.body_hash if is_whole else "",
            )
            wait = max(feed.every, min(parsed.ttl or feed.every, LONGEST_TTL))
            return _succeeded(feed, state, wait, now, parsed.damaged)
        case Unchanged(validators=validators):
            return _succeeded(feed, replace(state, validators=validators), feed.every, now)
        case Failed():
            return _failed(feed, state, outcome, now)
        case _:
            assert_never(outcome)


def _succeeded(feed: Feed, state: FeedState, wait: timedelta, now: datetime, error: str = "") -> FeedState:
    return replace(
        state,
        next_poll_at=now + wait * _spread(feed),
        failures=0,
        last_polled_at=now,
        last_success_at=now,
        last_error=error,
    )


def _failed(feed: Feed, state: FeedState, failed: Failed, now: datetime) -> FeedState:
    """The first failure costs no time, each further one doubles the wait; validators stay as they are."""
    doubled = feed.every * 2 ** min(state.failures, _MOST_DOUBLINGS)
    wait = min(doubled, max(LONGEST_DELAY, feed.every)) * _spread(feed)
    asked = min(failed.retry_after or timedelta(), LONGEST_RETRY_AFTER)
    return replace(
        state,
        next_poll_at=now + max(wait, asked),
        failures=state.failures + 1,
        last_polled_at=now,
        last_error=failed.reason,
    )


def _spread(feed: Feed) -> float:
    """Between 0.9 and 1, always the same for a feed: so feeds of one interval drift apart, and none is ever late."""
    return 1 - crc32(feed.id.encode()) % 1000 / 10_000
