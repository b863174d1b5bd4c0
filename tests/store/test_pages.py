"""Pages as they were sent."""

from datetime import timedelta

from sqlalchemy import delete, func, select

from monitor.store import articles, merging, pages
from monitor.store.schema import addresses, readings, texts
from monitor.store.schema import articles as articles_table
from monitor.store.schema import pages as table
from monitor.store.store import Store
from tests.builders import NOON, a_page, an_article
from tests.store.test_matches import offer
from tests.store.test_merging import OLDER, YOUNGER

LATER = NOON + timedelta(hours=1)


def test_a_page_comes_back_as_it_was_sent(store: Store) -> None:
    article = an_article()
    headers = (("content-type", "text/html; charset=windows-1256"), ("x-\u00e4", "\u202e\x01"), ("via", "a, b"))
    sent = a_page(bytes(range(256)) * 1000, headers=headers, status=203, final_url="https://gazette.example/1?amp")
    with store.writing() as tx:
        articles.insert_new(tx, [article])
        assert pages.of_article(tx, article.id) == ()
        pages.put(tx, article.id, sent)
        assert pages.of_article(tx, article.id) == (sent,)
        assert tx.execute(select(func.length(table.c.body))).scalar_one() < len(sent.body) / 10


def test_of_the_same_bytes_the_first_page_stays_and_others_are_added(store: Store) -> None:
    article = an_article()
    first, again, other = a_page(), a_page(fetched_at=LATER), a_page(b"Corrected.", fetched_at=LATER)
    with store.writing() as tx:
        articles.insert_new(tx, [article])
        for page in (first, again, other):
            pages.put(tx, article.id, page)
        assert pages.of_article(tx, article.id) == (first, other)


def test_merged_articles_carry_their_pages_along(store: Store) -> None:
    both, own, new = a_page(b"both"), a_page(b"own"), a_page(b"new", fetched_at=LATER)
    with store.writing() as tx:
        offer(tx, "a", OLDER)
        offer(tx, "b", YOUNGER)
        pages.put(tx, OLDER.id, both)
        pages.put(tx, YOUNGER.id, both)
        pages.put(tx, YOUNGER.id, own)
        merging.merge(tx, YOUNGER.id, OLDER.id)
        assert pages.of_article(tx, OLDER.id) == (both, own)
        pages.put(tx, YOUNGER.id, new)
        assert pages.of_article(tx, OLDER.id) == (both, own, new)
        assert pages.of_article(tx, YOUNGER.id) == ()


def test_pages_go_with_their_article(store: Store) -> None:
    article = an_article()
    with store.writing() as tx:
        articles.insert_new(tx, [article])
        pages.put(tx, article.id, a_page())
        for one in (addresses, texts, readings):
            tx.execute(delete(one))
        tx.execute(delete(articles_table))
        assert pages.of_article(tx, article.id) == ()
