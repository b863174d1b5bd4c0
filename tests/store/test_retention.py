"""Old texts that nothing has matched leave the database; what they are known by stays."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from monitor.model import Article, Matched, article_key
from monitor.store import articles, matches, pages, readings, retention
from monitor.store.articles import ArticleQuery
from monitor.store.retention import Pruned
from monitor.store.schema import readings as readings_table
from monitor.store.store import Store, Transaction
from tests.builders import NOON, a_found, a_page, an_article

DAY = timedelta(days=1)
OLD = an_article(text="The page.", read_at=NOON)
NOW = NOON + 30 * DAY
RAFAH = a_found().watchlist_id


def store_read(tx: Transaction, *stored: Article) -> None:
    """As articles whose pages were read."""
    articles.insert_new(tx, stored)
    readings.add(tx, stored, NOON)
    tx.execute(update(readings_table).values(next_read_at=None))


def prune_all(tx: Transaction, before: datetime) -> Pruned:
    total, place = retention.prune(tx, before)
    while place is not None:
        found, place = retention.prune(tx, before, place)
        total += found
    return total


def test_an_old_article_keeps_what_it_is_known_by_and_loses_its_texts_and_pages(store: Store) -> None:
    with store.writing() as tx:
        store_read(tx, OLD)
        pages.put(tx, OLD.id, a_page())
        assert retention.prunable(tx, NOW) == Pruned(articles=1, pages=1)
        assert prune_all(tx, NOW) == Pruned(articles=1, pages=1)
        assert articles.get(tx, OLD.id) == replace(OLD, summary="", text="")
        assert pages.of_article(tx, OLD.id) == ()
        assert retention.prunable(tx, NOW) == prune_all(tx, NOW) == Pruned(articles=0, pages=0)


@pytest.mark.parametrize(
    "stored",
    [
        replace(OLD, first_seen_at=NOW),
        replace(OLD, first_seen_at=NOW + DAY),
        replace(OLD, read_at=NOW),
    ],
)
def test_what_was_seen_or_read_lately_stays(store: Store, stored: Article) -> None:
    with store.writing() as tx:
        store_read(tx, stored)
        assert retention.prunable(tx, NOW) == prune_all(tx, NOW) == Pruned(articles=0, pages=0)
        assert articles.get(tx, stored.id) == stored


@pytest.mark.parametrize("lost", [False, True])
def test_what_has_matched_stays_also_when_it_is_lost(store: Store, *, lost: bool) -> None:
    with store.writing() as tx:
        store_read(tx, OLD)
        pages.put(tx, OLD.id, a_page())
        matches.put(tx, [Matched(article_id=OLD.id, found=(a_found(),))], [RAFAH], NOON)
        if lost:
            matches.put(tx, [Matched(article_id=OLD.id, found=())], [RAFAH], NOON)
        assert retention.prunable(tx, NOW) == prune_all(tx, NOW) == Pruned(articles=0, pages=0)
        assert articles.get(tx, OLD.id) == OLD
        assert len(pages.of_article(tx, OLD.id)) == 1


def test_what_is_still_to_be_read_stays(store: Store) -> None:
    with store.writing() as tx:
        articles.insert_new(tx, [OLD])
        readings.add(tx, [OLD], NOON)
        assert retention.prunable(tx, NOW) == prune_all(tx, NOW) == Pruned(articles=0, pages=0)


def test_an_article_that_was_never_to_be_read_is_pruned_too(store: Store) -> None:
    with store.writing() as tx:
        articles.insert_new(tx, [replace(OLD, read_at=None)])
        assert prune_all(tx, NOW) == Pruned(articles=1, pages=0)


def test_a_pass_in_many_small_steps_leaves_nothing_out(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "WINDOW", 3)
    urls = [f"https://gazette.example/{number}" for number in range(20)]
    # Several were first seen at one moment, as those of one poll are.
    many = [replace(OLD, id=article_key(url), url=url, first_seen_at=NOON + n // 7 * DAY) for n, url in enumerate(urls)]
    with store.writing() as tx:
        store_read(tx, *many)
        matches.put(tx, [Matched(article_id=many[4].id, found=(a_found(),))], [RAFAH], NOON)
        assert retention.prunable(tx, NOW).articles == 19
        assert prune_all(tx, NOW).articles == 19
        left = [one.id for one in articles.query(tx, ArticleQuery(limit=None, full=True)) if one.text]
        assert left == [many[4].id]


def test_what_comes_to_a_pruned_article_later_is_stored(store: Store) -> None:
    with store.writing() as tx:
        store_read(tx, OLD)
        prune_all(tx, NOW)
        articles.save_summaries(tx, [replace(OLD, summary="Corrected.", text="")])
        articles.save_text(tx, replace(OLD, summary="", text="Read anew."))
        assert articles.get(tx, OLD.id) == replace(OLD, summary="Corrected.", text="Read anew.")
