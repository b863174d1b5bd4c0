"""The schedule when the clock was set: each waits as long as it was to wait."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Table, insert, select, update

from monitor.model import ChannelId, DeliveryState, Occasion, WatchlistId
from monitor.store import channels, daemon, deliveries, due, polls, readings
from monitor.store.channels import ChannelState
from monitor.store.daemon import Daemon
from monitor.store.deliveries import Due
from monitor.store.schema import channels as channels_table
from monitor.store.schema import configurations, feeds, revisits
from monitor.store.schema import deliveries as deliveries_table
from monitor.store.schema import readings as readings_table
from monitor.store.store import Store, Transaction
from tests.builders import NOON, a_feed, an_article

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
HOOK, RAFAH = ChannelId("hook"), WatchlistId("rafah")


@pytest.fixture
def tx(store: Store) -> Iterator[Transaction]:
    with store.writing() as tx:
        fill(tx)
        yield tx


def fill(tx: Transaction) -> None:
    """One of each that waits an hour from noon, and a digest that ends then."""
    from monitor.store import articles

    later = NOON + HOUR
    polls.sync(tx, [a_feed()], NOON)
    polls.make_due(tx, [a_feed().id], later)
    one = an_article()
    articles.insert_new(tx, [one])
    readings.add(tx, [one], later)
    nothing = {"visits": 0, "attempts": 0, "crashes": 0, "interruptions": 0, "etag": "", "last_modified": ""}
    rest = {"body_hash": "", "whole_at": None, "headline": "", "alternations": 0, "error": "", "taken_at": None}
    tx.execute(insert(revisits).values(article_id=one.id, since=NOON, next_at=later, **nothing, **rest))
    channels.save(tx, ChannelState(id=HOOK, next_at=later))
    story = Due(channel=HOOK, watchlist_id=RAFAH, occasion=Occasion.STORY, subject="a", due_at=later)
    digest = Due(
        channel=HOOK, watchlist_id=RAFAH, occasion=Occasion.DIGEST, subject="b", since=NOON, until=later, due_at=later
    )
    deliveries.add(tx, [story, digest], NOON)


def begin(tx: Transaction, alive_at: datetime) -> None:
    tx.execute(insert(configurations).values(hash="c", turn=1, first_used_at=NOON, last_used_at=NOON))
    told = Daemon(pid=1, host="h", started_at=NOON, configuration="c", in_force_since=NOON, alive_at=alive_at)
    daemon.begin(tx, told)


def column(tx: Transaction, table: Table, name: str) -> list[Any]:
    return [row[0] for row in tx.execute(select(table.c[name]).order_by(*table.primary_key.columns))]


def moments(tx: Transaction) -> list[Any]:
    return [
        *column(tx, feeds, "next_poll_at"),
        *column(tx, readings_table, "next_read_at"),
        *column(tx, revisits, "next_at"),
        *column(tx, channels_table, "next_at"),
        column(tx, deliveries_table, "due_at")[0],
    ]


@pytest.mark.parametrize("off", [10 * DAY, -10 * DAY, timedelta(minutes=10)])
def test_all_that_waits_moves_and_the_hours_of_the_day_stay(tx: Transaction, off: timedelta) -> None:
    due.move(tx, off, NOON + off)
    assert moments(tx) == [NOON + HOUR + off] * 5
    ends = NOON + HOUR if off > -9 * DAY else NOON + off  # it would be told after ten days more
    assert column(tx, deliveries_table, "due_at")[1] == ends
    assert column(tx, deliveries_table, "made_at") == [NOON + off] * 2
    assert column(tx, readings_table, "taken_at") == [None]


def test_what_was_told_keeps_its_dates(tx: Transaction) -> None:
    tx.execute(update(deliveries_table).values(state=DeliveryState.SENT, due_at=None))
    due.move(tx, DAY, NOON + DAY)
    assert column(tx, deliveries_table, "made_at") == [NOON] * 2


def test_where_nothing_waits_nothing_moves(store: Store) -> None:
    with store.writing() as tx:
        due.move(tx, DAY, NOON)
        assert due.settle(tx, NOON) == timedelta()


def test_a_clock_that_was_set_back_while_no_daemon_ran_takes_the_schedule_with_it(tx: Transaction) -> None:
    begin(tx, NOON)
    assert due.settle(tx, NOON - 4000 * DAY) == -4000 * DAY
    assert moments(tx) == [NOON - 4000 * DAY + HOUR] * 5
    told = daemon.get(tx)
    assert told is not None
    assert told.alive_at == NOON - 4000 * DAY


@pytest.mark.parametrize("passed", [timedelta(), 30 * DAY, -due.SLACK])
def test_a_daemon_that_was_away_finds_its_schedule_as_it_was(tx: Transaction, passed: timedelta) -> None:
    begin(tx, NOON)
    assert due.settle(tx, NOON + passed) == timedelta()
    assert moments(tx) == [NOON + HOUR] * 5


def test_what_is_later_than_can_be_is_due_now(tx: Transaction) -> None:
    tx.execute(update(channels_table).values(next_at=NOON + 4000 * DAY))
    tx.execute(update(deliveries_table).values(due_at=NOON + 4000 * DAY))
    assert due.settle(tx, NOON) == timedelta()
    assert column(tx, channels_table, "next_at") == [NOON]
    assert column(tx, deliveries_table, "due_at") == [NOON] * 2
