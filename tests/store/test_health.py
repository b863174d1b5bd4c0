"""What the store knows of how feeds and watchlists are."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import event, insert, text

from monitor.feeds.health import Facts
from monitor.model import (
    Article,
    FeedId,
    FeedState,
    Matched,
    News,
    Outage,
    OutageKind,
    ParsedFeed,
    Polled,
    Read,
    Shortfall,
    Sighting,
    TextSource,
    Unchanged,
    Validators,
    WatchlistId,
)
from monitor.store import daemon, health, matches, outages, polls, readings, schema
from monitor.store.daemon import Daemon
from monitor.store.outages import ABSENT
from monitor.store.store import Store, Transaction
from tests.builders import NOON, a_feed, a_found, an_article, an_entry

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
RAFAH = WatchlistId("rafah")


def a_poll(tx: Transaction, feed_id: str, now: datetime, *keys: str, gap: bool = False, **of_article: object) -> None:
    """A feed brings these new entries."""
    state = polls.state(tx, FeedId(feed_id)) or FeedState(feed_id=FeedId(feed_id), next_poll_at=now)
    state = replace(state, last_polled_at=now, last_success_at=now)
    entries = tuple(an_entry(key) for key in keys)
    articles = tuple(
        an_article(entry.link, feed_id=FeedId(feed_id), first_seen_at=now, **of_article) for entry in entries
    )
    news = News(
        sightings=tuple(Sighting(entry=e, article_id=a.id) for e, a in zip(entries, articles, strict=True)),
        new_articles=articles,
    )
    parsed = ParsedFeed(offered=len(entries), entries=entries)
    outcome = (
        Polled(parsed=parsed, validators=Validators(), body_hash="") if keys else Unchanged(validators=Validators())
    )
    polls.save(tx, state, outcome, news, now, watchlists=(), gap=gap)


def by_id(found: Iterable[Facts]) -> dict[str, Facts]:
    return {facts.state.feed_id: facts for facts in found}


def test_gaps_and_full_texts_are_those_of_lately(store: Store) -> None:
    with store.writing() as tx:
        polls.sync(tx, [a_feed("a"), a_feed("b")], NOON)
        for days, gap in ((10, True), (6, True), (5, True), (4, False)):
            a_poll(tx, "a", NOON - days * DAY, f"a{days}", gap=gap)
        a_poll(tx, "a", NOON - 40 * DAY, "old", text_source=TextSource.PAGE, read_at=NOON)
        a_poll(tx, "a", NOON, "new", text_source=TextSource.PAGE, read_at=NOON)
        a_poll(tx, "a", NOON, "walled", shortfall=Shortfall.PAYWALL, read_at=NOON)
        polls.sync(tx, [a_feed("a"), a_feed("b")], NOON)
        found = by_id(health.of_feeds(tx, NOON))
        assert list(found) == ["a", "b"]
        assert (found["a"].gaps, found["a"].pages, found["a"].full_texts) == (2, 2, 1)
        assert (found["b"].gaps, found["b"].pages, found["b"].full_share, found["b"].last_new_at) == (0, 0, None, None)
        polls.sync(tx, [a_feed("b")], NOON)
        assert list(by_id(health.of_feeds(tx, NOON))) == ["b"]


def hourly(tx: Transaction, feed_id: str, last: datetime) -> None:
    """A feed that brought something every three hours for three weeks."""
    a_poll(tx, feed_id, last, f"{feed_id}!")
    copied = "feed_id, key, wording, article_id, link, title, published_raw, authors, language"
    row = tx.execute(text(f"SELECT {copied} FROM entries WHERE feed_id = :id"), {"id": feed_id}).mappings().one()
    moments = [last - number * 3 * HOUR for number in range(1, 8 * 21)]
    rows = [{**row, "key_hash": f"{number}", "first_seen_at": moment} for number, moment in enumerate(moments)]
    tx.execute(insert(schema.entries), rows)


def test_a_feed_that_answers_and_brings_nothing_against_its_habit_is_strangely_quiet(store: Store) -> None:
    with store.writing() as tx:
        names = ("quiet", "failing", "down", "fresh", "never", "long")
        polls.sync(tx, [a_feed(name) for name in names], NOON)
        for name in ("quiet", "failing"):
            hourly(tx, name, NOON - 4 * DAY)
        hourly(tx, "down", NOON - 5 * DAY)
        hourly(tx, "long", NOON - 400 * DAY)
        a_poll(tx, "fresh", NOON - 4 * DAY, "fresh")
        for name in ("quiet", "down", "fresh", "long"):
            a_poll(tx, name, NOON)
        outages.begin(tx, OutageKind.NETWORK, NOON - 410 * DAY)
        outages.end(tx, NOON - 409 * DAY)
        found = by_id(health.of_feeds(tx, NOON))
        silent = {name for name, facts in found.items() if facts.silence}
        assert silent == {"quiet", "down", "long"}
        silence = found["quiet"].silence
        assert silence is not None
        assert silence.since == NOON - 4 * DAY
        outages.begin(tx, OutageKind.MONITOR, NOON - 5 * DAY)
        outages.end(tx, NOON - HOUR)
        assert {name for name, facts in by_id(health.of_feeds(tx, NOON)).items() if facts.silence} == {"long"}


def test_ten_thousand_feeds_are_asked_for_in_a_few_queries(store: Store) -> None:
    asked: list[str] = []
    with store.writing() as tx:
        feeds = [a_feed(f"f{number}") for number in range(600)]
        polls.sync(tx, feeds, NOON)
        for number, feed in enumerate(feeds):
            state = FeedState(feed_id=feed.id, next_poll_at=NOON, last_success_at=NOON)
            at = NOON - 9 * HOUR
            entry = an_entry(str(number))
            news = News(sightings=(Sighting(entry=entry, article_id=an_article().id),))
            news = replace(news, new_articles=(an_article(),) if number == 0 else ())
            parsed = ParsedFeed(offered=1, entries=(entry,))
            polls.save(tx, state, Polled(parsed=parsed, validators=Validators(), body_hash=""), news, at, watchlists=())
        event.listen(tx, "before_cursor_execute", lambda *args: asked.append(args[2]))
        assert len(health.of_feeds(tx, NOON)) == 600
    assert len(asked) <= 8


def match_at(tx: Transaction, article: Article, watchlist: str, now: datetime) -> None:
    found = a_found(watchlist)
    matches.put(tx, [Matched(article_id=article.id, found=(found,))], [WatchlistId(watchlist)], now)


def test_a_watchlist_whose_matches_cease_is_strangely_quiet(store: Store) -> None:
    lists = [RAFAH, WatchlistId("talks"), WatchlistId("new"), WatchlistId("none")]
    with store.writing() as tx:
        assert health.quiet_watchlists(tx, lists, NOON) == {}
        a_poll(tx, "a", NOON, *map(str, range(8 * 21)))
        for number in range(8 * 21):
            article, moment = an_article(f"https://gazette.example/news/{number}"), NOON - number * 3 * HOUR
            match_at(tx, article, "rafah", moment - 4 * DAY)
            match_at(tx, article, "talks", moment)
        match_at(tx, an_article("https://gazette.example/news/1"), "new", NOON - 4 * DAY)
        found = health.quiet_watchlists(tx, lists, NOON)
        assert found.keys() == {RAFAH}
        assert found[RAFAH].since == NOON - 4 * DAY
        assert health.quiet_watchlists(tx, lists[1:], NOON) == {}
        tx.exec_driver_sql("INSERT INTO configurations VALUES ('', 1, '2025-11-10 12:00:00', '2025-11-10 12:00:00')")
        daemon.begin(tx, replace(A_DAEMON, alive_at=NOON - 4 * DAY))
        assert health.quiet_watchlists(tx, lists, NOON) == {}


A_DAEMON = Daemon(pid=7, host="desk", started_at=NOON, configuration="", in_force_since=NOON, alive_at=NOON)


def test_the_time_without_a_daemon_is_an_outage_while_it_lasts(store: Store) -> None:
    with store.writing() as tx:
        assert outages.known(tx, NOON, NOON + DAY) == ()
        tx.exec_driver_sql("INSERT INTO configurations VALUES ('', 1, '2025-11-10 12:00:00', '2025-11-10 12:00:00')")
        daemon.begin(tx, A_DAEMON)
        outages.begin(tx, OutageKind.NETWORK, NOON - HOUR)
        network = Outage(kind=OutageKind.NETWORK, began_at=NOON - HOUR, ended_at=None)
        assert outages.known(tx, NOON - DAY, NOON + ABSENT / 2) == (network,)
        assert outages.known(tx, NOON - DAY, NOON + ABSENT) == (
            replace(network, ended_at=NOON),
            Outage(kind=OutageKind.MONITOR, began_at=NOON, ended_at=None),
        )


def test_pages_are_tried_again_as_if_for_the_first_time(store: Store) -> None:
    with store.writing() as tx:
        a_poll(tx, "a", NOON, "1", "2", "3")
        polls.save(
            tx,
            FeedState(feed_id=FeedId("b"), next_poll_at=NOON),
            Unchanged(validators=Validators()),
            News(new_articles=(an_article(url=""),)),
            NOON,
            watchlists=(),
        )
        first, second, third = sorted(readings.take(tx, NOON, 9), key=lambda one: one.article.url)
        for reading in (first, second):
            done = Read(
                article=replace(reading.article, shortfall=Shortfall.PARSER_LIMIT),
                matched=Matched(article_id=reading.article.id, found=()),
                crashed=True,
                quarantined=True,
                error="it crashed",
            )
            readings.save(tx, done, NOON, watchlists=())
        wanted = [first.article.id, third.article.id, an_article(url="").id]
        assert (readings.quarantined(tx), readings.waiting(tx, NOON)) == (2, 0)
        assert readings.retry(tx, wanted, NOON, dry=True) == 1
        assert readings.quarantined(tx) == 2
        assert readings.retry(tx, wanted, NOON + HOUR) == 1
        assert (readings.quarantined(tx), readings.waiting(tx, NOON + HOUR)) == (1, 1)
        assert readings.quarantined(tx, feed=FeedId("a")) == 1
        assert readings.quarantined(tx, feed=FeedId("b")) == 0
        (again,) = readings.take(tx, NOON + HOUR, 9, exclude=[third.article.id])
        assert (again.article.id, again.attempts, again.crashes) == (first.article.id, 1, 0)


def test_a_feed_that_crashed_is_polled_and_parsed_again(store: Store) -> None:
    crashed = {"crashes": 5, "crashed_hash": "ab", "interruptions": 2, "failures": 5}
    with store.writing() as tx:
        polls.sync(tx, [a_feed("a")], NOON)
        (state,) = polls.due(tx, NOON, 1)
        crashing = replace(state, next_poll_at=NOON + DAY, **crashed)  # type: ignore[arg-type]
        polls.save(tx, crashing, Unchanged(validators=Validators()), News(), NOON, watchlists=())
        assert polls.retry(tx, FeedId("a"), NOON)
        (again,) = polls.due(tx, NOON, 1)
        assert (again.crashes, again.crashed_hash, again.interruptions, again.failures) == (0, "", 0, 5)
        polls.sync(tx, [], NOON)
        assert not polls.retry(tx, FeedId("a"), NOON)


def test_a_feed_has_moved_as_long_as_its_address_is_the_one_that_was_asked(store: Store) -> None:
    there = "https://gazette.example/moved.xml"
    wanted = [a_feed("a"), a_feed("b"), a_feed("c")]
    with store.writing() as tx:
        polls.sync(tx, wanted, NOON)
        for state, times in zip(polls.due(tx, NOON, 9), (3, 2, 9), strict=True):
            moved = replace(state, moved_to=there, moved_times=times)
            polls.save(tx, moved, Unchanged(validators=Validators()), News(), NOON, watchlists=())
        assert polls.moved(tx, wanted) == {"a": there, "c": there}
        assert polls.moved(tx, [a_feed("a"), a_feed("c", url=there)]) == {"a": there}


def damaged_poll(tx: Transaction, feed_id: str, now: datetime, damaged: str) -> None:
    state = polls.state(tx, FeedId(feed_id)) or FeedState(feed_id=FeedId(feed_id), next_poll_at=now)
    state = replace(state, last_polled_at=now, last_success_at=now, last_error=damaged)
    parsed = ParsedFeed(offered=0, entries=(), damaged=damaged)
    polls.save(tx, state, Polled(parsed=parsed, validators=Validators(), body_hash=""), News(), now, watchlists=())


def test_polls_that_brought_a_part_are_counted_since_the_last_whole_document(store: Store) -> None:
    with store.writing() as tx:
        polls.sync(tx, [a_feed("always"), a_feed("again"), a_feed("once"), a_feed("old")], NOON - 30 * DAY)
        for hours, damaged in ((4, "cut"), (3, "cut"), (2, ""), (1, "cut"), (0, "cut")):
            damaged_poll(tx, "always", NOON - hours * HOUR, "cut")
            damaged_poll(tx, "again", NOON - hours * HOUR, damaged)
        damaged_poll(tx, "once", NOON - 2 * HOUR, "cut")
        damaged_poll(tx, "once", NOON, "")
        damaged_poll(tx, "old", NOON - 9 * DAY, "cut")
    with store.reading() as tx:
        found = {name: facts.damaged for name, facts in by_id(health.of_feeds(tx, NOON)).items()}
    assert found == {"always": 5, "again": 2, "once": 0, "old": 0}


def test_a_feed_that_has_never_offered_an_entry_is_told_by_its_polls(store: Store) -> None:
    with store.writing() as tx:
        polls.sync(tx, [a_feed("empty"), a_feed("full"), a_feed("fresh")], NOON - DAY)
        damaged_poll(tx, "empty", NOON - 3 * HOUR, "")
        a_poll(tx, "empty", NOON - 2 * HOUR)
        a_poll(tx, "empty", NOON - 2 * HOUR)
        a_poll(tx, "full", NOON, "e1")
    with store.reading() as tx:
        found = {name: facts.empty for name, facts in by_id(health.of_feeds(tx, NOON)).items()}
    assert found == {"empty": 3, "full": 0, "fresh": 0}
