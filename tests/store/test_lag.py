"""How late the work is, when it last bore fruit, and how the deliveries stand."""

from datetime import timedelta

from sqlalchemy import insert, update

from monitor.model import ChannelId, DeliveryState, FeedId, Occasion
from monitor.store import articles, channels, polls, readings
from monitor.store.channels import ChannelState
from monitor.store.lag import Lag, lag
from monitor.store.latest import Latest, latest
from monitor.store.outbox import Outbox, outbox
from monitor.store.schema import articles as articles_table
from monitor.store.schema import deliveries, feeds
from monitor.store.store import Store, Transaction
from tests.builders import NOON, a_feed, an_article

LATER = NOON + timedelta(minutes=7)
NOTHING = timedelta(0)


def test_of_an_empty_database_nothing_is_late_and_nothing_was(store: Store) -> None:
    with store.reading() as tx:
        assert (lag(tx, NOON), latest(tx)) == (Lag(), Latest())
        assert outbox(tx, NOON) == Outbox(waiting=0, late=NOTHING, given_up=0, failing=(), stopped=(), sent_at=None)


def test_the_poll_that_waits_longest_and_is_not_in_work_tells_how_late_polls_are(store: Store) -> None:
    with store.writing() as tx:
        polls.sync(tx, (a_feed("gazette-en"), a_feed("safa-ar")), NOON)
        assert lag(tx, LATER).polls == timedelta(minutes=7)
        assert lag(tx, NOON - timedelta(minutes=1)).polls == NOTHING
        polls.take(tx, [FeedId("gazette-en"), FeedId("safa-ar")], NOON)
        assert lag(tx, LATER).polls == NOTHING


def test_likewise_pages(store: Store) -> None:
    article = an_article()
    with store.writing() as tx:
        articles.insert_new(tx, [article])
        readings.add(tx, [article], NOON)
        assert lag(tx, LATER).pages == timedelta(minutes=7)
        readings.take(tx, LATER, 10)
        assert lag(tx, LATER).pages == NOTHING


def test_what_last_bore_fruit_is_told_by_its_moments(store: Store) -> None:
    article = an_article()
    with store.writing() as tx:
        polls.sync(tx, (a_feed("gazette-en"),), NOON)
        tx.execute(update(feeds).values(last_success_at=LATER, last_new_at=NOON))
        articles.insert_new(tx, [article])
        tx.execute(update(articles_table).values(read_at=LATER))
        assert latest(tx) == Latest(polled=LATER, news=NOON, read=LATER)


def a_delivery(tx: Transaction, key: str, state: DeliveryState) -> None:
    row = {
        "key": key,
        "channel": "desk",
        "watchlist_id": "",
        "occasion": Occasion.MATCH,
        "match_id": "",
        "article_id": "",
        "note": "",
        "made_at": NOON,
        "due_at": NOON,
        "state": state,
        "into_key": "",
        "attempts": 0,
        "error": "",
        "message": "",
    }
    tx.execute(insert(deliveries), row)


def test_deliveries_are_counted_and_channels_that_take_nothing_named(store: Store) -> None:
    with store.writing() as tx:
        for number, state in enumerate((*DeliveryState, DeliveryState.WAITING)):
            a_delivery(tx, str(number), state)
        channels.save(tx, ChannelState(id=ChannelId("desk"), failures=2, sent_at=NOON))
        channels.save(tx, ChannelState(id=ChannelId("pager"), failures=3, stopped_at=NOON))
        channels.save(tx, ChannelState(id=ChannelId("wire"), sent_at=LATER))
        assert outbox(tx, LATER) == Outbox(
            waiting=2,
            late=timedelta(minutes=7),
            given_up=1,
            failing=("desk",),
            stopped=("pager",),
            sent_at=LATER,
        )
