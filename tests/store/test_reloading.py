"""What the store keeps for reloading: versions of rules, the daemon's record of itself, what was asked of it."""

from dataclasses import replace
from datetime import timedelta

from monitor.errors import Problem
from monitor.model import Failed, FailureKind, News, Watchlist, WatchlistId
from monitor.store import configurations, daemon, polls, reloads, rule_versions
from monitor.store.daemon import Daemon
from monitor.store.reloads import Answer
from monitor.store.status import status
from monitor.store.store import Store, Transaction
from tests.builders import NOON, a_feed

HOUR = timedelta(hours=1)
RAFAH, TALKS = WatchlistId("rafah"), WatchlistId("talks")
PROBLEM = Problem(file="lists/rafah.yaml", line=3, column=5, what="no term", hint="take it out", source="  ar: [رفح, ]")
FILES = {
    "feeds.yaml": b"outlets: {}",
    "lists/words.yaml": b"words: {en: [Rafah]}",
    "watchlists/rafah.yaml": b"query: '@words'",
    "watchlists/talks.yaml": b"query: talks",
}
RECORD = Daemon(pid=7, host="desk", started_at=NOON, configuration="1", in_force_since=NOON, alive_at=NOON)


def a_watchlist(watchlist_id: WatchlistId, title: str = "A subject") -> Watchlist:
    return Watchlist(id=watchlist_id, title=title, query="@words", file=f"watchlists/{watchlist_id}.yaml")


def in_force(tx: Transaction, configuration: str, versions: dict[WatchlistId, str], hours: int) -> None:
    now = NOON + hours * HOUR
    configurations.save(tx, configuration, FILES, now)
    rule_versions.save(tx, [a_watchlist(one) for one in versions], versions, configuration, now)


def test_a_version_knows_its_text_and_when_it_came_into_force(store: Store) -> None:
    with store.writing() as tx:
        in_force(tx, "1", {RAFAH: "a", TALKS: "b"}, 0)
        in_force(tx, "2", {RAFAH: "c"}, 1)
        in_force(tx, "3", {RAFAH: "a"}, 2)
    with store.reading() as tx:
        (active,) = rule_versions.active(tx)
        assert (active.watchlist_id, active.version, active.title) == (RAFAH, "a", "A subject")
        assert (active.first_used_at, active.last_used_at) == (NOON, NOON + 2 * HOUR)
        other = rule_versions.get(tx, RAFAH, "c")
        assert other is not None
        assert (other.active, other.configuration, other.file) == (False, "2", "watchlists/rafah.yaml")
        assert list(rule_versions.text_of(tx, other)) == [
            "watchlists/rafah.yaml",
            "lists/words.yaml",
            "watchlists/talks.yaml",
        ]
        assert rule_versions.get(tx, RAFAH, "d") is None


def test_without_watchlists_no_version_is_in_force(store: Store) -> None:
    with store.writing() as tx:
        in_force(tx, "1", {RAFAH: "a"}, 0)
        in_force(tx, "2", {}, 1)
        assert rule_versions.active(tx) == ()


def test_the_daemons_record_is_that_of_the_last_one(store: Store) -> None:
    with store.writing() as tx:
        assert daemon.get(tx) is None
        in_force(tx, "1", {}, 0)
        daemon.begin(tx, replace(RECORD, pid=6, refused_at=NOON, refused=(PROBLEM,)))
        daemon.begin(tx, RECORD)
        assert daemon.get(tx) == RECORD
        daemon.set_refused(tx, [PROBLEM], NOON + HOUR)
        assert daemon.get(tx) == replace(RECORD, refused_at=NOON + HOUR, refused=(PROBLEM,))
        daemon.set_refused(tx, [], NOON + HOUR)
        assert daemon.get(tx) == RECORD
        daemon.set_refused(tx, [PROBLEM], NOON + HOUR)
        in_force(tx, "2", {}, 1)
        daemon.set_in_force(tx, "2", ("database",), NOON + HOUR)
        now_in_force = replace(RECORD, configuration="2", in_force_since=NOON + HOUR, needs_restart=("database",))
        assert daemon.get(tx) == now_in_force


def test_a_reload_waits_until_it_is_answered(store: Store) -> None:
    given = Answer(accepted=False, said=("still in force", "كتاب"), problems=(PROBLEM,))
    with store.writing() as tx:
        first, second = reloads.ask(tx, NOON, forced=False), reloads.ask(tx, NOON, forced=True)
        assert reloads.waiting(tx) == {first: False, second: True}
        assert reloads.answer_to(tx, first) is None
        reloads.answer(tx, {first}, given, NOON)
        assert reloads.answer_to(tx, first) == given
        assert reloads.waiting(tx) == {second: True}
        reloads.forget_waiting(tx)
        assert reloads.waiting(tx) == {}
        assert reloads.answer_to(tx, first) == given


def test_feeds_whose_interval_was_shortened_are_due_within_it_unless_they_fail(store: Store) -> None:
    slow, failing, soon = (a_feed(name, every=6 * HOUR) for name in ("slow", "failing", "soon"))
    with store.writing() as tx:
        polls.sync(tx, [slow, failing, soon], NOON)
        for feed, waits, failures in ((slow, 5, 0), (failing, 5, 2), (soon, 0, 0)):
            state = polls.state(tx, feed.id)
            assert state is not None
            outcome = Failed(reason="down", kind=FailureKind.TEMPORARY)
            after = replace(state, next_poll_at=NOON + waits * HOUR, failures=failures)
            polls.save(tx, after, outcome, News(), NOON, watchlists=())
        polls.hasten(tx, [replace(feed, every=HOUR, slowest=2 * HOUR) for feed in (slow, failing, soon)], NOON)
        states = [polls.state(tx, feed.id) for feed in (slow, failing, soon)]
        assert [state and state.next_poll_at for state in states] == [NOON + HOUR, NOON + 5 * HOUR, NOON]


def test_the_status_counts_what_waits_and_names_what_fails(store: Store) -> None:
    names = [f"feed-{number}" for number in range(7)]
    with store.writing() as tx:
        polls.sync(tx, [a_feed(name) for name in (*names, "gone")], NOON)
        for number, name in enumerate([*names, "gone"]):
            state = polls.state(tx, a_feed(name).id)
            assert state is not None
            late = replace(state, failures=1, last_error="down", last_polled_at=NOON + number * HOUR)
            polls.save(tx, late, Failed(reason="down", kind=FailureKind.TEMPORARY), News(), NOON, watchlists=())
        polls.sync(tx, [a_feed(name) for name in names], NOON)
        found = status(tx, NOON)
    assert (found.queues.feeds, found.queues.feeds_due, found.queues.feeds_failing) == (7, 7, 7)
    assert (found.queues.pages_due, found.queues.pages_quarantined) == (0, 0)
    assert [state.feed_id for state in found.errors] == ["feed-6", "feed-5", "feed-4", "feed-3", "feed-2"]
    assert (found.daemon, found.watchlists) == (None, ())
