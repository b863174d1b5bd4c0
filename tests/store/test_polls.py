"""What the store keeps of polls, and which feed it names next."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from monitor.model import (
    Failed,
    FailureKind,
    Feed,
    FeedId,
    FeedState,
    Matched,
    News,
    Outcome,
    ParsedFeed,
    Polled,
    Postponed,
    Sighting,
    Skipped,
    SkipReason,
    Unchanged,
    Validators,
    WatchlistId,
)
from monitor.store import articles, entries, matches, polls
from monitor.store.store import Store
from tests.builders import NOON, a_feed, a_found, an_article, an_entry

HOUR = timedelta(hours=1)
RAFAH = WatchlistId("rafah")


def a_state(feed_id: str = "gazette-en", **changes: object) -> FeedState:
    return FeedState(**{"feed_id": FeedId(feed_id), "next_poll_at": NOON, **changes})  # type: ignore[arg-type]


def test_a_new_feed_is_due_at_once(store: Store) -> None:
    with store.writing() as tx:
        polls.sync(tx, [a_feed("a"), a_feed("b")], NOON)
        assert polls.due(tx, NOON, 10) == (a_state("a"), a_state("b"))
        assert polls.next_due(tx) == NOON


def test_feeds_come_longest_due_first_and_no_more_than_asked(store: Store) -> None:
    with store.writing() as tx:
        polls.sync(tx, [a_feed(name) for name in ("late", "later", "latest", "not-yet", "x")], NOON)
        for name, wait in (("late", 1), ("later", 2), ("latest", 3), ("not-yet", -1)):
            state = a_state(name, next_poll_at=NOON - wait * HOUR)
            polls.save(tx, state, Unchanged(validators=Validators()), News(), NOON, watchlists=())
        polls.sync(tx, [a_feed(name) for name in ("late", "later", "latest", "not-yet")], NOON)
        assert [state.feed_id for state in polls.due(tx, NOON, 2)] == ["latest", "later"]
        found = polls.due(tx, NOON, 9, exclude=[FeedId("latest")])
        assert [state.feed_id for state in found] == ["later", "late"]
        assert polls.next_due(tx, exclude=[FeedId("latest")]) == NOON - 2 * HOUR


def test_a_feed_whose_url_was_edited_is_asked_anew_without_the_old_addresss_validators(store: Store) -> None:
    state = a_state(
        next_poll_at=NOON + HOUR,
        validators=Validators(etag='"x"', last_modified="yesterday"),
        body_hash="1",
        failures=2,
    )
    with store.writing() as tx:
        polls.sync(tx, [a_feed()], NOON)
        polls.save(tx, state, Unchanged(validators=state.validators), News(), NOON, watchlists=())
        polls.sync(tx, [a_feed()], NOON)
        assert polls.state(tx, FeedId("gazette-en")) == replace(state, unchanged_poll=1)
        polls.sync(tx, [a_feed(url="https://gazette.example/new.xml")], NOON)
        assert polls.state(tx, FeedId("gazette-en")) == a_state()


def test_a_feed_that_left_the_configuration_rests_and_keeps_its_history(store: Store) -> None:
    state = a_state(failures=3, last_error="404", validators=Validators(etag='"x"'))
    with store.writing() as tx:
        polls.sync(tx, [a_feed()], NOON)
        polls.save(tx, state, Failed(reason="404", kind=FailureKind.HARD), News(), NOON, watchlists=())
        polls.sync(tx, [], NOON)
        assert polls.due(tx, NOON, 10) == ()
        assert polls.next_due(tx) is None
        assert polls.state(tx, state.feed_id) == state
        polls.sync(tx, [a_feed()], NOON)
        assert polls.due(tx, NOON, 10) == (state,)


def test_a_feed_nobody_ever_configured_has_no_state(store: Store) -> None:
    with store.reading() as tx:
        assert polls.state(tx, FeedId("nobody")) is None


@pytest.mark.parametrize(
    ("every", "kept"),
    [
        (timedelta(minutes=15), timedelta(days=1)),
        (timedelta(days=7), timedelta(days=7)),
    ],
)
def test_a_clock_set_back_does_not_stop_a_feed(store: Store, every: timedelta, kept: timedelta) -> None:
    with store.writing() as tx:
        feed = a_feed(every=every)
        polls.sync(tx, [feed], NOON + timedelta(days=400))
        polls.sync(tx, [feed], NOON)
        assert polls.next_due(tx) == NOON + kept


def test_feeds_are_made_due_on_demand(store: Store) -> None:
    with store.writing() as tx:
        polls.sync(tx, [a_feed("a"), a_feed("b")], NOON + HOUR)
        polls.make_due(tx, {FeedId("b"), FeedId("nobody")}, NOON)
        assert [one.feed_id for one in polls.due(tx, NOON, 9)] == ["b"]


def test_a_thousand_feeds_are_synced_in_portions(store: Store) -> None:
    with store.writing() as tx:
        polls.sync(tx, [a_feed(f"f{number}") for number in range(1001)], NOON)
        assert len(polls.due(tx, NOON, 5000)) == 1001


def test_a_poll_saves_its_news_with_the_validators_that_vouch_for_it(store: Store) -> None:
    entry, article = an_entry(), an_article()
    state = a_state(
        validators=Validators(etag='W/"1"', last_modified="Mon, 10 Nov 2025 12:00:00 GMT"),
        body_hash="ab",
        last_polled_at=NOON,
        last_success_at=NOON,
    )
    news = News(
        sightings=(Sighting(entry=entry, article_id=article.id),),
        new_articles=(article,),
        matched=(Matched(article_id=article.id, found=(a_found(),)),),
        known=2,
    )
    skipped = (Skipped(position=6, reason=SkipReason.EMPTY, detail="no title"),)
    known = (an_entry("2"), an_entry("3"))
    parsed = ParsedFeed(offered=6, entries=(entry, *known), repeated=2, skipped=skipped)
    outcome = Polled(parsed=parsed, validators=state.validators, body_hash="ab")
    with store.writing() as tx:
        assert polls.save(tx, state, outcome, news, NOON, watchlists=[RAFAH]) == 1
    with store.reading() as tx:
        assert polls.state(tx, state.feed_id) == state
        assert articles.get(tx, article.id) == article
        assert [match.article.id for match in matches.query(tx, matches.MatchQuery())] == [article.id]
        balance = tx.execute(text("SELECT outcome, offered, new, known, repeated, skipped, error FROM polls")).one()
        assert tuple(balance) == ("polled", 6, 1, 2, 2, 1, "")
        left_out = tx.execute(text("SELECT position, reason, detail FROM skips")).one()
        assert tuple(left_out) == (6, "empty", "no title")


def test_a_balance_that_does_not_add_up_is_refused_and_nothing_saved(store: Store) -> None:
    outcome = Polled(parsed=ParsedFeed(offered=3, entries=()), validators=Validators(), body_hash="")
    with pytest.raises(IntegrityError, match="balance"), store.writing() as tx:
        polls.save(tx, a_state(), outcome, News(), NOON, watchlists=())
    with store.reading() as tx:
        assert polls.state(tx, FeedId("gazette-en")) is None


def test_an_offered_entry_that_would_be_saved_nowhere_is_refused(store: Store) -> None:
    parsed = ParsedFeed(offered=2, entries=(an_entry("1"), an_entry("2")))
    outcome = Polled(parsed=parsed, validators=Validators(), body_hash="")
    with pytest.raises(ValueError, match="offered 1 new entries, 0 of them"), store.writing() as tx:
        polls.save(tx, a_state(), outcome, News(known=1), NOON, watchlists=())


def test_a_failed_poll_is_recorded_with_its_reason(store: Store) -> None:
    with store.writing() as tx:
        polls.save(tx, a_state(), Failed(reason="dns", kind=FailureKind.TEMPORARY), News(), NOON, watchlists=())
        told = tx.execute(text("SELECT outcome, offered, error FROM polls")).one()
        assert tuple(told) == ("failed", 0, "dns")


def save_news(store: Store, *news: tuple[str, News]) -> None:
    with store.writing() as tx:
        for feed_id, one in news:
            offered = tuple(sighting.entry for sighting in one.sightings)
            parsed = ParsedFeed(offered=len(offered), entries=offered)
            outcome = Polled(parsed=parsed, validators=Validators(), body_hash="")
            polls.save(tx, a_state(feed_id), outcome, one, NOON, watchlists=[RAFAH])


def test_an_entry_is_known_only_in_its_very_wording(store: Store) -> None:
    article, entry = an_article(), an_entry()
    save_news(store, ("a", News(sightings=(Sighting(entry=entry, article_id=article.id),), new_articles=(article,))))
    other_words = an_entry(title="Changed")
    with store.reading() as tx:
        same = entries.seen(tx, FeedId("a"), [entry], {entry.key: article.id})
        assert same == entries.Seen(unchanged=frozenset({"1"}), changed={}, articles={})
        changed = entries.seen(tx, FeedId("a"), [other_words], {"1": article.id})
        assert changed.unchanged == frozenset()
        assert changed.changed == {"1": entries.Before(article=article, title=entry.title, link=entry.link)}
        assert changed.articles == {article.id: article}


def test_another_feeds_entry_for_the_same_address_finds_the_article(store: Store) -> None:
    article, entry = an_article(), an_entry()
    save_news(store, ("a", News(sightings=(Sighting(entry=entry, article_id=article.id),), new_articles=(article,))))
    stranger = an_article("https://elsewhere.example/")
    with store.reading() as tx:
        seen = entries.seen(tx, FeedId("b"), [entry, an_entry("2")], {"1": article.id, "2": stranger.id})
        assert seen == entries.Seen(unchanged=frozenset(), changed={}, articles={article.id: article})


def test_a_changed_entry_replaces_its_wording_and_the_summary_of_its_article(store: Store) -> None:
    article, entry = an_article(text="A text."), an_entry()
    later = an_entry(text="Other words.", authors=("Someone",))
    longer = an_article(summary="Summary 1.\nOther words.", text="not the polls' to write")
    first = News(sightings=(Sighting(entry=entry, article_id=article.id),), new_articles=(article,))
    again = News(sightings=(Sighting(entry=later, article_id=article.id),), reworded=(longer,))
    save_news(store, ("a", first), ("a", again))
    with store.reading() as tx:
        stored = articles.get(tx, article.id)
        assert stored is not None
        assert (stored.summary, stored.text) == ("Summary 1.\nOther words.", "A text.")
        (appearance,) = articles.entries_of(tx, article.id)
        assert appearance.feed_id == "a"
        assert appearance.entry == an_entry(text="", authors=("Someone",))
        assert entries.seen(tx, FeedId("a"), [later], {}).unchanged == {"1"}


def test_two_thousand_entries_are_looked_up_in_portions(store: Store) -> None:
    many = [an_entry(str(number)) for number in range(2000)]
    fresh = [an_article(entry.link) for entry in many]
    sightings = tuple(Sighting(entry=e, article_id=a.id) for e, a in zip(many, fresh, strict=True))
    save_news(store, ("a", News(sightings=sightings, new_articles=tuple(fresh))))
    with store.reading() as tx:
        assert len(entries.seen(tx, FeedId("a"), many, {}).unchanged) == 2000
        addresses = {entry.key: article.id for entry, article in zip(many, fresh, strict=True)}
        assert len(entries.seen(tx, FeedId("b"), many, addresses).articles) == 2000


def feeds_of(*hosts: str) -> list[Feed]:
    return [a_feed(f"{name}-{number}", url=f"https://{name}.example/{number}") for number, name in enumerate(hosts)]


def test_no_host_takes_all_places(store: Store) -> None:
    wanted = feeds_of("slow", "slow", "slow", "slow", "quick", "other")
    with store.writing() as tx:
        polls.sync(tx, wanted, NOON)
        for number, feed in enumerate(wanted):
            early = a_state(feed.id, next_poll_at=NOON - (9 - number) * HOUR)
            polls.save(tx, early, Unchanged(validators=Validators()), News(), NOON, watchlists=())

        def ids(limit: int, **given: Any) -> list[str]:
            return [state.feed_id for state in polls.due(tx, NOON, limit, **given)]

        assert ids(4, per_host=2) == ["slow-0", "slow-1", "quick-4", "other-5"]
        assert ids(4, per_host=2, hosts={"slow.example": 1}) == ["slow-0", "quick-4", "other-5"]
        assert ids(4, per_host=2, hosts={"slow.example": 7}) == ["quick-4", "other-5"]
        assert ids(2, per_host=2) == ["slow-0", "slow-1"]
        assert ids(9) == [feed.id for feed in wanted]
        assert ids(9, only=[FeedId("quick-4"), FeedId("slow-3")]) == ["slow-3", "quick-4"]


def test_a_feed_of_each_host_is_found_whether_due_or_not(store: Store) -> None:
    with store.writing() as tx:
        polls.sync(tx, feeds_of("one", "one", "two", "three"), NOON + HOUR)
        found = polls.of_hosts(tx, ["one.example", "two.example", "four.example"])
        assert {state.feed_id.partition("-")[0] for state in found} == {"one", "two"}
        assert len(found) == 2


def test_the_host_of_a_feed_from_before_hosts_were_kept_is_filled_in(store: Store) -> None:
    with store.writing() as tx:
        polls.sync(tx, [a_feed()], NOON)
        tx.execute(text("UPDATE feeds SET host = ''"))
        assert polls.of_hosts(tx, ["gazette.example"]) == ()
        polls.sync(tx, [a_feed()], NOON)
        assert len(polls.of_hosts(tx, ["gazette.example"])) == 1


def test_a_feed_that_the_daemon_dies_of_waits_longer_each_time_and_is_never_given_up(store: Store) -> None:
    waits = []
    with store.writing() as tx:
        polls.sync(tx, [a_feed("deadly"), a_feed("idle")], NOON)
        for deaths in range(1, 15):
            polls.take(tx, [FeedId("deadly")], NOON)
            assert polls.release(tx, NOON) == 1
            state = polls.state(tx, FeedId("deadly"))
            assert state is not None
            assert state.interruptions == deaths
            waits.append((state.next_poll_at - NOON).total_seconds() / 60)
        assert waits == [0, 0, 1, 2, 4, 8, 16, 32, *[60] * 6]
        assert polls.release(tx, NOON) == 0
        idle = polls.state(tx, FeedId("idle"))
        assert idle is not None
        assert idle.interruptions == 0
        polls.take(tx, [FeedId("deadly")], NOON)
        done = a_state("deadly")
        polls.save(tx, done, Unchanged(validators=Validators()), News(), NOON, watchlists=())
        assert polls.release(tx, NOON) == 0, "a poll that was saved is no interruption"


def test_polls_that_failed_by_no_fault_of_the_feed_are_taken_back(store: Store) -> None:
    before = a_state(last_success_at=NOON, validators=Validators(etag="x"))
    with store.writing() as tx:
        polls.sync(tx, [a_feed()], NOON)
        failed = replace(before, failures=1, failure=FailureKind.TEMPORARY, last_error="down", next_poll_at=NOON + HOUR)
        outcome = Failed(reason="down", kind=FailureKind.TEMPORARY)
        polls.save(tx, failed, outcome, News(), NOON, watchlists=())
        polls.restore(tx, [before], NOON + HOUR)
        assert polls.state(tx, before.feed_id) == replace(before, next_poll_at=NOON + HOUR)


def test_polls_that_bring_nothing_share_a_row_and_one_that_was_not_made_has_none(store: Store) -> None:
    unchanged = Unchanged(validators=Validators())
    with store.writing() as tx:
        polls.sync(tx, [a_feed()], NOON)
        for _ in range(3):
            state = polls.state(tx, FeedId("gazette-en"))
            assert state is not None
            polls.save(tx, state, unchanged, News(), NOON, watchlists=())
        polls.save(tx, a_state(), Postponed(wait=HOUR), News(), NOON, watchlists=())
        assert tx.execute(text("SELECT outcome, times FROM polls")).all() == [("unchanged", 3)]


def test_polls_that_bring_nothing_new_are_saved_together_as_they_are_alone(new_database: Callable[[], str]) -> None:
    unchanged = Unchanged(validators=Validators())
    skipped = (Skipped(position=0, reason=SkipReason.EMPTY), Skipped(position=1, reason=SkipReason.EMPTY))
    known = ParsedFeed(offered=3, entries=(an_entry(),), skipped=skipped)
    outcomes: tuple[Outcome, ...] = (
        unchanged,
        Polled(parsed=known, validators=Validators(etag='"a"'), body_hash="1"),
        unchanged,
        Failed(reason="down", kind=FailureKind.HARD),
        Postponed(wait=HOUR),
    )

    def made(minutes: int) -> list[polls.Made]:
        now, news = NOON + minutes * HOUR / 60, News(known=1)
        states = [a_state(f"feed{n}", next_poll_at=now + HOUR) for n in range(len(outcomes))]
        # The second time, the first feed's poll is counted in the row of the poll before.
        states[0] = replace(states[0], unchanged_poll=1 if minutes else 0)
        return [
            polls.Made(state=state, outcome=outcome, news=news, gap=False, now=now)
            for state, outcome in zip(states, outcomes, strict=True)
        ]

    def rows(*, together: bool) -> list[list[Any]]:
        with Store.open(new_database()) as store, store.writing() as tx:
            polls.sync(tx, [a_feed(f"feed{n}") for n in range(len(outcomes))], NOON)
            for batch in (made(0), made(10)):
                for run in [batch] if together else [[one] for one in batch]:
                    polls.save_quiet(tx, run)
            polls.save_quiet(tx, [])
            tables = ("feeds ORDER BY id", "polls ORDER BY id", "skips ORDER BY poll_id, position")
            return [[tuple(row) for row in tx.execute(text(f"SELECT * FROM {table}"))] for table in tables]

    feeds_alone, polls_alone, skips_alone = rows(together=False)
    assert rows(together=True) == [feeds_alone, polls_alone, skips_alone]
    assert (len(polls_alone), len(skips_alone)) == (7, 4)


def test_a_poll_that_was_stopped_in_good_order_is_no_death(store: Store) -> None:
    with store.writing() as tx:
        polls.sync(tx, [a_feed()], NOON)
        polls.take(tx, [FeedId("gazette-en")], NOON)
        polls.give_back(tx, FeedId("gazette-en"))
        assert polls.release(tx, NOON) == 0


def test_what_is_taken_back_says_nothing_of_an_address_that_was_edited_meanwhile(store: Store) -> None:
    before = a_state(validators=Validators(etag="x"), body_hash="1")
    outcome = Failed(reason="down", kind=FailureKind.TEMPORARY)
    with store.writing() as tx:
        polls.sync(tx, [a_feed()], NOON)
        polls.save(tx, replace(before, failures=1), outcome, News(), NOON, watchlists=())
        polls.sync(tx, [a_feed(url="https://gazette.example/new.xml")], NOON)
        polls.restore(tx, [before], NOON)
        assert polls.state(tx, before.feed_id) == a_state()


def test_a_poll_that_was_not_made_leaves_the_count_of_the_hour_alone(store: Store) -> None:
    with store.writing() as tx:
        polls.sync(tx, [a_feed()], NOON)
        polls.save(tx, a_state(), Unchanged(validators=Validators()), News(), NOON, watchlists=())
        counted = polls.state(tx, FeedId("gazette-en"))
        assert counted is not None
        polls.save(tx, counted, Postponed(wait=HOUR), News(), NOON, watchlists=())
        assert polls.state(tx, FeedId("gazette-en")) == counted
