"""Whose page is read next, and what is kept of reading it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from monitor.model import (
    Article,
    ArticleId,
    FeedId,
    FeedState,
    Matched,
    News,
    Read,
    Shortfall,
    TextSource,
    Unchanged,
    Validators,
    WatchlistId,
    article_key,
)
from monitor.store import articles, matches, merging, polls, readings
from monitor.store.store import Store, Transaction
from tests.builders import NOON, a_found, an_article

HOUR = timedelta(hours=1)
RAFAH = [WatchlistId("rafah")]


def arrive(tx: Transaction, *new: Article, at: timedelta = timedelta(0)) -> None:
    """The articles come in with a poll."""
    state = FeedState(feed_id=FeedId("gazette-en"), next_poll_at=NOON)
    outcome = Unchanged(validators=Validators())
    polls.save(tx, state, outcome, News(new_articles=new), NOON + at, watchlists=())


def a_read(article: Article, **changes: object) -> Read:
    return Read(**{"article": article, "matched": Matched(article_id=article.id, found=()), **changes})  # type: ignore[arg-type]


def numbered(number: int) -> Article:
    return an_article(f"https://gazette.example/news/{number}")


def test_a_new_article_is_taken_once_and_its_attempt_counted_before_it_is_made(store: Store) -> None:
    article = an_article()
    with store.writing() as tx:
        arrive(tx, article)
        assert readings.waiting(tx, NOON) == 1
        assert readings.next_due(tx) == NOON
        (reading,) = readings.take(tx, NOON, 10)
        assert (reading.article, reading.attempts, reading.crashes) == (article, 1, 0)
        assert readings.take(tx, NOON, 10) == ()
        assert readings.waiting(tx, NOON) == 0
        assert readings.next_due(tx) is None


def test_an_article_without_an_address_has_no_page_to_read(store: Store) -> None:
    with store.writing() as tx:
        arrive(tx, an_article(url=""))
        assert readings.take(tx, NOON, 10) == ()


def test_readings_are_taken_longest_due_first(store: Store) -> None:
    with store.writing() as tx:
        for number, wait in ((1, 2), (2, 1), (3, 3), (4, -1)):
            arrive(tx, numbered(number), at=-wait * HOUR)
        taken = readings.take(tx, NOON, 2)
        assert [reading.article for reading in taken] == [
            replace(numbered(3), first_seen_at=NOON),
            replace(numbered(1), first_seen_at=NOON),
        ]


def test_what_is_excluded_is_not_taken(store: Store) -> None:
    with store.writing() as tx:
        arrive(tx, numbered(1), numbered(2))
        (reading,) = readings.take(tx, NOON, 10, exclude=[numbered(1).id])
        assert reading.article.id == numbered(2).id


def test_a_reading_saves_text_matches_and_addresses_together(store: Store) -> None:
    article = an_article()
    read = replace(article, text="The text.", text_source=TextSource.PAGE, read_at=NOON, title="Page title")
    found = Matched(article_id=article.id, found=(a_found(),))
    other = "https://www.gazette.example/canonical"
    with store.writing() as tx:
        arrive(tx, article)
        readings.take(tx, NOON, 1)
        assert readings.save(tx, a_read(read, matched=found, addresses=(other, other)), NOON, watchlists=RAFAH) == 1
    with store.reading() as tx:
        assert articles.get(tx, article.id) == read
        assert articles.get(tx, article_key(other)) == read
        assert [match.article.id for match in matches.query(tx, matches.MatchQuery())] == [article.id]
        assert readings.next_due(tx) is None


def test_a_reading_does_not_undo_the_words_a_feed_added_meanwhile(store: Store) -> None:
    article = an_article()
    with store.writing() as tx:
        arrive(tx, article)
        articles.save_summaries(tx, [replace(article, summary="Summary 1.\nMore.")])
        readings.save(tx, a_read(replace(article, text="T", text_source=TextSource.PAGE)), NOON, watchlists=RAFAH)
        stored = articles.get(tx, article.id)
        assert stored is not None
        assert (stored.summary, stored.text) == ("Summary 1.\nMore.", "T")


def test_a_page_that_could_not_be_had_is_read_again_when_it_is_due(store: Store) -> None:
    refused = an_article(shortfall=Shortfall.FORBIDDEN)
    with store.writing() as tx:
        arrive(tx, an_article())
        readings.take(tx, NOON, 1)
        again = a_read(refused, next_read_at=NOON + HOUR, error="403", crashed=True)
        readings.save(tx, again, NOON, watchlists=RAFAH)
        assert readings.take(tx, NOON, 1) == ()
        (reading,) = readings.take(tx, NOON + HOUR, 1)
        assert (reading.article, reading.attempts, reading.crashes) == (refused, 2, 1)
        assert tx.execute(text("SELECT error FROM readings")).scalar_one() == "403"


def test_a_quarantined_page_is_listed_and_not_read_again(store: Store) -> None:
    with store.writing() as tx:
        arrive(tx, numbered(1), numbered(2))
        bad = a_read(numbered(1), next_read_at=NOON, quarantined=True, crashed=True)
        readings.save(tx, bad, NOON, watchlists=RAFAH)
        assert [one.article.id for one in readings.take(tx, NOON + HOUR, 9)] == [numbered(2).id]
        listed = articles.query(tx, articles.ArticleQuery(quarantined=True))
        assert [article.id for article in listed] == [numbered(1).id]


def test_what_a_dead_daemon_had_taken_is_due_again(store: Store) -> None:
    with store.writing() as tx:
        arrive(tx, an_article())
        readings.take(tx, NOON, 1)
        assert readings.release(tx, NOON) == 1
        assert readings.release(tx, NOON) == 0
        (reading,) = readings.take(tx, NOON, 1)
        assert reading.attempts == 1  # it was interrupted, which is counted apart


def test_a_page_that_was_taken_and_never_heard_of_again_is_taken_again(store: Store) -> None:
    with store.writing() as tx:
        arrive(tx, an_article())
        (reading,) = readings.take(tx, NOON, 1)
        later = NOON + readings.ABANDONED
        assert readings.take(tx, later, 1, exclude=[reading.article.id]) == ()
        assert [again.attempts for again in readings.take(tx, later, 1)] == [2]


def test_a_clock_set_back_by_years_holds_up_no_page_after_a_restart(store: Store) -> None:
    with store.writing() as tx:
        arrive(tx, an_article(), at=2000 * HOUR)
        assert readings.release(tx, NOON) == 0
        assert len(readings.take(tx, NOON, 1)) == 1


def test_a_clock_set_back_does_not_hold_up_what_was_taken(store: Store) -> None:
    with store.writing() as tx:
        arrive(tx, an_article(), at=HOUR)
        readings.take(tx, NOON + HOUR, 1)
        readings.release(tx, NOON)
        assert readings.next_due(tx) == NOON


def test_a_page_that_interrupts_ten_daemons_is_quarantined(store: Store) -> None:
    with store.writing() as tx:
        arrive(tx, an_article())
        for _ in range(readings.INTERRUPTIONS):
            assert len(readings.take(tx, NOON, 1)) == 1
            assert readings.release(tx, NOON) == 1
        assert readings.take(tx, NOON, 1) == ()
        assert len(articles.query(tx, articles.ArticleQuery(quarantined=True))) == 1


def test_pages_that_were_in_hand_together_are_not_blamed_for_a_death(store: Store) -> None:
    """Any of them may have been it, or none: ten deaths at moments of chance put no page into quarantine."""
    with store.writing() as tx:
        arrive(tx, numbered(1), numbered(2))
        for _ in range(readings.INTERRUPTIONS + 5):
            assert len(readings.take(tx, NOON, 2)) == 2
            assert readings.release(tx, NOON) == 2
        for _ in range(readings.INTERRUPTIONS):
            (alone,) = readings.take(tx, NOON, 1)
            readings.release(tx, NOON)
        (other,) = readings.take(tx, NOON, 2)
        assert other.article.id != alone.article.id


def test_a_page_that_was_read_in_between_starts_with_a_clean_slate(store: Store) -> None:
    with store.writing() as tx:
        arrive(tx, an_article())
        for _ in range(readings.INTERRUPTIONS + 5):
            assert len(readings.take(tx, NOON, 1)) == 1
            readings.release(tx, NOON)
            readings.take(tx, NOON, 1)
            readings.save(tx, a_read(an_article(), next_read_at=NOON), NOON, watchlists=RAFAH)


def test_what_was_given_back_counts_neither_as_attempt_nor_as_interruption(store: Store) -> None:
    with store.writing() as tx:
        arrive(tx, an_article())
        (reading,) = readings.take(tx, NOON, 1)
        readings.give_back(tx, [reading.article.id])
        readings.give_back(tx, [reading.article.id])
        assert readings.take(tx, NOON, 1) == (reading,)


def test_what_was_put_off_is_due_later_and_counts_as_no_attempt(store: Store) -> None:
    with store.writing() as tx:
        arrive(tx, an_article())
        (reading,) = readings.take(tx, NOON, 1)
        readings.give_back(tx, [reading.article.id], until=NOON + HOUR)
        assert readings.take(tx, NOON, 1) == ()
        assert readings.next_due(tx) == NOON + HOUR
        assert readings.take(tx, NOON + HOUR, 1) == (reading,)


@pytest.mark.parametrize(
    ("older", "due"),
    [
        (numbered(1), NOON + HOUR),
        (replace(numbered(1), text="T", text_source=TextSource.PAGE), None),
    ],
    ids=["without its page's text", "with it"],
)
def test_what_was_read_of_an_article_merged_away_is_read_of_the_other(
    store: Store, older: Article, due: object
) -> None:
    younger = numbered(2)
    with store.writing() as tx:
        arrive(tx, older, younger)
        readings.take(tx, NOON, 2)
        readings.save(tx, a_read(older), NOON, watchlists=RAFAH)
        merging.merge(tx, younger.id, older.id)
        assert readings.save(tx, a_read(younger), NOON + HOUR, watchlists=RAFAH) == 0
        assert readings.next_due(tx) == due


def test_reading_an_article_that_never_was_saves_nothing(store: Store) -> None:
    with store.writing() as tx:
        assert readings.save(tx, a_read(an_article()), NOON, watchlists=RAFAH) == 0
        assert articles.get(tx, ArticleId(an_article().id)) is None
