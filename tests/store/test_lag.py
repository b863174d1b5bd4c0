"""How late the work is, and when it last bore fruit."""

from datetime import timedelta

from sqlalchemy import update

from monitor.model import FeedId
from monitor.store import articles, polls, readings, revisits
from monitor.store.lag import Lag, lag
from monitor.store.latest import Latest, latest
from monitor.store.schema import articles as articles_table
from monitor.store.schema import feeds
from monitor.store.store import Store
from tests.builders import NOON, a_feed, an_article

LATER = NOON + timedelta(minutes=7)


def test_of_an_empty_database_nothing_is_late_and_nothing_was(store: Store) -> None:
    with store.reading() as tx:
        assert (lag(tx, NOON), latest(tx)) == (Lag(), Latest())


def test_what_waits_longest_tells_how_late_it_is(store: Store) -> None:
    article = an_article()
    with store.writing() as tx:
        polls.sync(tx, (a_feed("gazette-en"), a_feed("safa-ar")), NOON)
        articles.insert(tx, [article], NOON) if hasattr(articles, "insert") else None
        assert lag(tx, LATER).polls == timedelta(minutes=7)
        assert lag(tx, NOON - timedelta(minutes=1)).polls == timedelta(0)
        polls.take(tx, [FeedId("gazette-en"), FeedId("safa-ar")], NOON)
        assert lag(tx, LATER).polls == timedelta(0)
