"""When a feed is polled next."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds.schedule import CRASHES, DAY, FOLLOWED, address, after, conditions, is_crashing, is_gap
from monitor.model import (
    ArticleId,
    Failed,
    FailureKind,
    Feed,
    FeedState,
    News,
    Outcome,
    ParsedFeed,
    Polled,
    Postponed,
    Sighting,
    Unchanged,
    Validators,
)
from tests.builders import NOON, a_feed, an_entry

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


# ── the interval is learned ──────────────────────────────────────────────────────────────────────────────────────────

LEARNING = a_feed(fastest=timedelta(minutes=5), slowest=timedelta(minutes=30))
ENTRIES = tuple(an_entry(str(number)) for number in range(12))


def brought(new: int, known: int, **changes: object) -> tuple[Polled, News]:
    """A document with so many entries."""
    parsed = ParsedFeed(offered=new + known, entries=ENTRIES[: new + known], ttl=changes.pop("ttl", None))  # type: ignore[arg-type]
    given = {"validators": NEW, "body_hash": "new", **changes}
    sightings = tuple(Sighting(entry=entry, article_id=ArticleId("1")) for entry in ENTRIES[:new])
    return Polled(parsed=parsed, **given), News(sightings=sightings, known=known)  # type: ignore[arg-type]


def learned(state: FeedState, new: int, known: int, feed: Feed = LEARNING, **changes: object) -> FeedState:
    outcome, news = brought(new, known, **changes)
    return after(feed, state, outcome, news=news, now=NOON)


def a_learning_state(**changes: object) -> FeedState:
    before = {"interval": QUARTER, "window": 10, "last_polled_at": NOON - QUARTER, "whole_at": NOON - QUARTER}
    return a_state(**{"failures": 0, **before, **changes})


@pytest.mark.parametrize(
    ("new", "known", "minutes"),
    [
        (4, 8, 15),
        (5, 5, 15),
        (8, 4, 15),
        (10, 2, 9),
        (12, 0, 5),
        (3, 9, 22.5),
        (0, 12, 22.5),
        (0, 0, 15),
    ],
)
def test_the_interval_follows_the_share_of_new_entries(new: int, known: int, minutes: float) -> None:
    assert learned(a_learning_state(), new, known).interval == timedelta(minutes=minutes)


def test_nothing_is_learned_of_the_first_document() -> None:
    assert learned(a_learning_state(window=0, interval=None), 12, 0).interval is None


def test_a_feed_that_was_not_asked_for_long_is_not_thought_to_be_fast() -> None:
    after_a_day = a_learning_state(last_polled_at=NOON - timedelta(days=1))
    assert learned(after_a_day, 10, 2).interval == timedelta(minutes=22.5)
    backwards = a_learning_state(last_polled_at=NOON + timedelta(days=1))
    assert learned(backwards, 10, 2).interval == timedelta(minutes=22.5)
    unknown = a_learning_state(last_polled_at=None)
    assert learned(unknown, 10, 2).interval == timedelta(minutes=9)


def test_a_gap_makes_the_interval_shorter_however_long_nobody_asked() -> None:
    after_a_day = a_learning_state(last_polled_at=NOON - timedelta(days=1), interval=timedelta(minutes=28))
    assert learned(after_a_day, 12, 0).interval == timedelta(minutes=7)


def test_the_interval_keeps_within_the_bounds_of_the_user() -> None:
    state = a_learning_state()
    for _ in range(10):
        state = learned(state, 0, 12)
    assert state.interval == LEARNING.slowest
    for _ in range(10):
        state = replace(learned(state, 12, 0), last_polled_at=NOON - timedelta(minutes=1))
    assert state.interval == LEARNING.fastest


def test_an_interval_that_the_user_fixed_is_kept() -> None:
    state = learned(a_learning_state(interval=timedelta(minutes=5)), 12, 1, feed=a_feed())
    assert 0.9 * QUARTER <= state.next_poll_at - NOON <= QUARTER


def test_polls_that_bring_nothing_become_fewer() -> None:
    unchanged = Unchanged(validators=OLD)
    state = after(LEARNING, a_learning_state(), unchanged, news=News(), now=NOON)
    assert state.interval == timedelta(minutes=22.5)


def span(minutes: int | None) -> timedelta | None:
    return None if minutes is None else timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("max_age", "ttl", "new", "minutes"),
    [
        (20, None, 0, 22.5),
        (600, None, 0, 30),
        (None, 50, 0, 50),
        (None, 500, 0, 60),
        (25, 28, 1, 28),
        (None, 50, 6, 20),
    ],
    ids=["asked", "asked too much", "ttl", "ttl of a day", "both", "half of it is new: no longer than is safe"],
)
def test_who_asks_for_patience_gets_it(max_age: int | None, ttl: int | None, new: int, minutes: float) -> None:
    state = learned(a_learning_state(), new, 12 - new, max_age=span(max_age), ttl=span(ttl))
    assert timedelta(minutes=minutes * 0.9) <= state.next_poll_at - NOON <= timedelta(minutes=minutes)


def test_patience_is_kept_while_nothing_changes() -> None:
    state = learned(a_learning_state(), 0, 12, ttl=span(50))
    later = after(LEARNING, state, Unchanged(validators=NEW, max_age=span(10)), news=News(), now=NOON)
    assert later.next_poll_at - NOON >= timedelta(minutes=45)


def test_a_first_document_and_a_gap_say_nothing_of_how_long_is_safe() -> None:
    for state, known in ((a_learning_state(window=0), 0), (a_learning_state(), 0)):
        assert learned(state, 12, known, ttl=span(60)).next_poll_at - NOON <= QUARTER


@pytest.mark.parametrize("given", [{"ttl": timedelta(hours=1)}, {"max_age": timedelta(hours=6)}, {}])
def test_a_feed_that_asks_for_more_patience_than_it_bears_loses_little(given: dict[str, timedelta]) -> None:
    """One entry a minute, of which twelve are shown: whoever waits an hour sees a fifth of them."""
    state, now, missed, last = a_state(failures=0, validators=Validators()), NOON, 0, 0
    while now < NOON + timedelta(days=1):
        newest = int((now - NOON) / timedelta(minutes=1)) + 12
        new = newest - last if last else 12
        missed += max(0, new - 12)
        outcome, news = brought(min(new, 12), max(0, 12 - new), **given)
        state = after(LEARNING, state, outcome, news=news, now=now)
        now, last = state.next_poll_at, newest
    assert missed <= 30


# ── gaps ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("window", "new", "known", "gap"), [(10, 5, 0, True), (10, 5, 1, False), (0, 5, 0, False), (10, 0, 0, False)]
)
def test_a_gap_is_a_document_with_nothing_of_the_one_before(window: int, new: int, known: int, gap: bool) -> None:
    outcome, news = brought(new, known)
    assert is_gap(a_state(window=window), outcome, news) is gap


def test_an_empty_document_hides_no_gap_and_is_none() -> None:
    state = learned(a_learning_state(window=7), 0, 0)
    assert state.window == 7
    assert not is_gap(a_state(window=7), Unchanged(validators=OLD), News())


# ── whole feeds, servers that lie ────────────────────────────────────────────────────────────────────────────────────


def test_once_a_day_a_feed_is_asked_for_whole() -> None:
    state = a_state(whole_at=NOON)
    assert conditions(state, NOON + timedelta(hours=23)) == OLD
    assert conditions(state, NOON + DAY) == Validators()
    assert conditions(a_state(), NOON) == Validators()
    assert after(LEARNING, state, Unchanged(validators=OLD), news=News(), now=NOON + DAY).whole_at == NOON
    same = Unchanged(validators=OLD, same_bytes=True)
    assert after(LEARNING, state, same, news=News(), now=NOON + DAY).whole_at == NOON + DAY


@pytest.mark.parametrize(
    ("validators", "unconditional", "new", "distrusted"),
    [(OLD, True, 1, True), (OLD, True, 0, False), (OLD, False, 1, False), (NEW, True, 1, False)],
)
def test_a_server_whose_304_would_have_hidden_something_is_not_believed_again(
    validators: Validators, unconditional: bool, new: int, distrusted: bool
) -> None:
    state = learned(a_learning_state(), new, 5, validators=validators, unconditional=unconditional)
    assert state.distrusted_at == (NOON if distrusted else None)
    assert (conditions(state, NOON) == Validators()) is distrusted
    later, news = brought(1, 1, validators=Validators(etag="newer"))
    assert after(LEARNING, state, later, news=news, now=NOON + DAY).distrusted_at == state.distrusted_at


def test_a_server_without_validators_hides_nothing() -> None:
    state = learned(a_learning_state(validators=Validators()), 1, 5, validators=Validators())
    assert state.distrusted_at is None


# ── feeds that moved, that are gone, that crash the parser ───────────────────────────────────────────────────────────

ELSEWHERE = "https://gazette.example/elsewhere.xml"


def test_a_permanent_redirect_is_followed_once_it_was_seen_three_times() -> None:
    state, feed = a_learning_state(), LEARNING
    for times in range(1, FOLLOWED + 1):
        assert address(feed, state, NOON) == feed.url
        state = learned(state, 1, 5, moved_to=ELSEWHERE)
        assert (state.moved_to, state.moved_times) == (ELSEWHERE, times)
    assert address(feed, state, NOON) == ELSEWHERE
    assert address(feed, state, NOON + DAY) == feed.url, "once a day the user's own address is asked"
    unchanged = after(feed, state, Unchanged(validators=OLD, moved_to=ELSEWHERE), news=News(), now=NOON)
    assert (unchanged.moved_to, unchanged.moved_times) == (ELSEWHERE, FOLLOWED + 1)


def test_another_redirect_or_none_is_counted_from_the_start() -> None:
    moved = a_learning_state(moved_to=ELSEWHERE, moved_times=FOLLOWED)
    assert learned(moved, 1, 5, moved_to=f"{ELSEWHERE}?2").moved_times == 1
    back = learned(moved, 1, 5)
    assert (back.moved_to, back.moved_times) == ("", 0)


def test_where_the_new_address_fails_the_old_one_is_asked_without_its_validators() -> None:
    moved = a_learning_state(moved_to=ELSEWHERE, moved_times=FOLLOWED)
    state = after(LEARNING, moved, failed(), news=News(), now=NOON)
    assert address(LEARNING, state, NOON) == LEARNING.url
    assert (conditions(state, NOON), state.body_hash) == (Validators(), "")


def test_a_feed_that_is_gone_is_asked_once_a_day() -> None:
    gone = Failed(reason="410", kind=FailureKind.GONE)
    for failures in (0, 1, 100):
        assert DAY * 0.9 <= wait(gone, failures=failures) <= DAY
    assert after(a_feed(), a_state(), gone, news=News(), now=NOON).failure is FailureKind.GONE


def test_a_body_that_crashed_the_parser_three_times_is_known() -> None:
    crash = Failed(reason="killed its worker", kind=FailureKind.HARD, crashed_hash="body")
    state = a_state()
    for _ in range(CRASHES):
        assert not is_crashing(state, "body")
        state = after(a_feed(), state, crash, news=News(), now=NOON)
    assert is_crashing(state, "body")
    assert not is_crashing(state, "another")
    down = after(a_feed(), state, failed(), news=News(), now=NOON)
    assert is_crashing(down, "body"), "that the server was down meanwhile changes nothing"
    other = after(a_feed(), state, replace(crash, crashed_hash="another"), news=News(), now=NOON)
    assert (other.crashed_hash, other.crashes) == ("another", 1)
    assert not is_crashing(after(a_feed(), state, polled(), news=News(), now=NOON), "body")


def test_a_poll_that_was_not_made_says_nothing_of_the_feed() -> None:
    state = a_learning_state(failures=2)
    later = after(LEARNING, state, Postponed(wait=timedelta(minutes=3)), news=News(), now=NOON)
    assert later == replace(state, next_poll_at=NOON + timedelta(minutes=3))


def test_polls_that_bring_nothing_are_counted_together_for_an_hour() -> None:
    unchanged = Unchanged(validators=OLD)
    state = a_state(unchanged_poll=7, last_polled_at=NOON)
    for minutes, number in ((59, 7), (60, 0), (24 * 60, 0)):
        later = after(a_feed(), state, unchanged, news=News(), now=NOON + timedelta(minutes=minutes))
        assert later.unchanged_poll == number
    assert after(a_feed(), a_state(unchanged_poll=7), unchanged, news=News(), now=NOON).unchanged_poll == 0


# ── whatever happens ─────────────────────────────────────────────────────────────────────────────────────────────────

outcomes = st.one_of(
    st.builds(polled, st.none() | st.timedeltas(timedelta(0), timedelta(days=30))),
    st.builds(Unchanged, validators=st.just(OLD), max_age=st.none() | st.timedeltas(timedelta(0), timedelta(days=9))),
    st.builds(failed, st.none() | st.timedeltas(timedelta(0), timedelta(days=400))),
    st.just(Failed(reason="410", kind=FailureKind.GONE)),
)


@given(st.lists(outcomes, max_size=40), st.timedeltas(timedelta(minutes=1), timedelta(days=2)))
def test_the_next_poll_is_always_ahead_and_never_out_of_reach(sequence: list[Outcome], every: timedelta) -> None:
    feed = a_feed(every=every, fastest=every / 4, slowest=every * 4)
    state, now = a_state(failures=0), NOON
    for outcome in sequence:
        state = after(feed, state, outcome, news=News(), now=now)
        assert now + feed.fastest * 0.9 <= state.next_poll_at <= now + max(timedelta(hours=24), feed.slowest)
        now = state.next_poll_at
    assert state.feed_id == feed.id
