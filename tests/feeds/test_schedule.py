"""When a feed is polled next."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds.schedule import after
from monitor.model import Failed, FailureKind, FeedState, News, Outcome, ParsedFeed, Polled, Unchanged, Validators
from tests.builders import NOON, a_feed

QUARTER = timedelta(minutes=15)
OLD = Validators(etag="old", last_modified="then")
NEW = Validators(etag="new")


def a_state(**changes: object) -> FeedState:
    given = {"feed_id": a_feed().id, "next_poll_at": NOON, "validators": OLD, "body_hash": "old", "failures": 2}
    return FeedState(**{"last_error": "404", **given, **changes})  # type: ignore[arg-type]


def polled(ttl: timedelta | None = None, damaged: str = "") -> Polled:
    return Polled(parsed=ParsedFeed(offered=0, entries=(), ttl=ttl, damaged=damaged), validators=NEW, body_hash="new")


def failed(retry_after: timedelta | None = None) -> Failed:
    return Failed(reason="503: overloaded", kind=FailureKind.TEMPORARY, retry_after=retry_after)


def wait(outcome: Outcome, **changes: object) -> timedelta:
    return after(a_feed(), a_state(**changes), outcome, news=News(), now=NOON).next_poll_at - NOON


def test_a_poll_that_brings_a_feed_keeps_its_validators() -> None:
    state = after(a_feed(), a_state(), polled(), news=News(), now=NOON)
    assert (state.validators, state.body_hash, state.failures, state.last_error) == (NEW, "new", 0, "")
    assert state.last_success_at == state.last_polled_at == NOON


def test_half_a_feed_is_asked_for_again_whole() -> None:
    state = after(a_feed(), a_state(), polled(damaged="cut off"), news=News(), now=NOON)
    assert (state.validators, state.body_hash, state.last_error) == (Validators(), "", "cut off")


def test_an_unchanged_feed_keeps_what_was_known_of_it() -> None:
    state = after(a_feed(), a_state(), Unchanged(validators=OLD), news=News(), now=NOON)
    assert (state.validators, state.body_hash, state.failures) == (OLD, "old", 0)
    assert state.last_success_at == NOON


def test_a_failure_keeps_validators_and_says_why() -> None:
    state = after(a_feed(), a_state(), failed(), news=News(), now=NOON)
    assert (state.validators, state.body_hash, state.failures) == (OLD, "old", 3)
    assert (state.last_error, state.last_polled_at, state.last_success_at) == ("503: overloaded", NOON, None)


@pytest.mark.parametrize(
    ("ttl", "longest"),
    [(None, 15), (timedelta(minutes=5), 15), (timedelta(minutes=40), 40), (timedelta(days=1), 60)],
)
def test_a_feed_may_ask_for_longer_intervals_up_to_an_hour(ttl: timedelta | None, longest: int) -> None:
    assert timedelta(minutes=longest) * 0.9 <= wait(polled(ttl)) <= timedelta(minutes=longest)


@pytest.mark.parametrize(
    ("failures", "minutes"), [(0, 15), (1, 30), (2, 60), (4, 240), (5, 360), (50, 360), (10_000, 360)]
)
def test_failures_make_the_wait_grow_but_never_end_it(failures: int, minutes: int) -> None:
    assert timedelta(minutes=minutes) * 0.9 <= wait(failed(), failures=failures) <= timedelta(minutes=minutes)


def test_a_feed_polled_once_a_day_is_not_polled_more_often_because_it_fails() -> None:
    daily = a_feed(every=timedelta(days=1))
    state = after(daily, a_state(), failed(), news=News(), now=NOON)
    assert state.next_poll_at - NOON > timedelta(hours=20)


@pytest.mark.parametrize(("asked", "hours"), [(timedelta(hours=9), 9), (timedelta(days=400), 24)])
def test_a_server_that_asks_for_patience_gets_it_within_reason(asked: timedelta, hours: int) -> None:
    assert wait(failed(asked)) == timedelta(hours=hours)


def test_feeds_of_one_interval_drift_apart_and_each_keeps_its_own() -> None:
    waits = {after(a_feed(f"feed-{n}"), a_state(), polled(), news=News(), now=NOON).next_poll_at for n in range(20)}
    again = {after(a_feed(f"feed-{n}"), a_state(), polled(), news=News(), now=NOON).next_poll_at for n in range(20)}
    assert waits == again
    assert len(waits) > 15


outcomes = st.one_of(
    st.builds(polled, st.none() | st.timedeltas(timedelta(0), timedelta(days=30))),
    st.just(Unchanged(validators=OLD)),
    st.builds(failed, st.none() | st.timedeltas(timedelta(0), timedelta(days=400))),
)


@given(st.lists(outcomes, max_size=40), st.timedeltas(timedelta(minutes=1), timedelta(days=2)))
def test_the_next_poll_is_always_ahead_and_never_out_of_reach(sequence: list[Outcome], every: timedelta) -> None:
    feed, state, now = a_feed(every=every), a_state(failures=0), NOON
    for outcome in sequence:
        state = after(feed, state, outcome, news=News(), now=now)
        assert now + every * 0.9 <= state.next_poll_at <= now + max(timedelta(hours=24), every)
        now = state.next_poll_at
    assert state.feed_id == feed.id
