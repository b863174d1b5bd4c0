"""Deliveries as people ask for them, and what they have sent again."""

from datetime import timedelta

import pytest

from monitor.model import ChannelId, DeliveryKey, DeliveryState, Occasion, WatchlistId
from monitor.store import channels, deliveries, delivery_lists
from monitor.store.channels import ChannelState
from monitor.store.deliveries import Due
from monitor.store.delivery_lists import DeliveryQuery
from monitor.store.store import Store, Transaction
from tests.builders import NOON

DESK, PAGER = ChannelId("desk"), ChannelId("pager")
HOUR = timedelta(hours=1)


def a_due(subject: str, channel: ChannelId = DESK, watchlist: str = "talks") -> Due:
    return Due(
        channel=channel, watchlist_id=WatchlistId(watchlist), occasion=Occasion.DIGEST, subject=subject, due_at=NOON
    )


def number_of(tx: Transaction, due: Due) -> int:
    return deliveries.at(tx, [due.key])[due.key].number


def states(tx: Transaction) -> dict[DeliveryKey, DeliveryState]:
    return {one.key: one.state for one in delivery_lists.query(tx, DeliveryQuery())}


FIRST, SECOND, OTHER, PAGED = a_due("1"), a_due("2"), a_due("3", watchlist="rafah"), a_due("4", PAGER)


@pytest.fixture
def filled(store: Store) -> Store:
    """Four, an hour apart: sent, given up, waiting, given up."""
    with store.writing() as tx:
        for hours, due in enumerate((FIRST, SECOND, OTHER, PAGED)):
            deliveries.add(tx, [due], NOON + hours * HOUR)
        deliveries.sent(tx, number_of(tx, FIRST), NOON)
        for due in (SECOND, PAGED):
            deliveries.give_up(tx, number_of(tx, due), "refused", NOON)
    return store


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (DeliveryQuery(), [PAGED, OTHER, SECOND, FIRST]),
        (DeliveryQuery(limit=1), [PAGED]),
        (DeliveryQuery(channel=DESK), [OTHER, SECOND, FIRST]),
        (DeliveryQuery(watchlist=WatchlistId("rafah")), [OTHER]),
        (DeliveryQuery(states=(DeliveryState.SENT, DeliveryState.WAITING)), [OTHER, FIRST]),
        (DeliveryQuery(since=NOON + 2 * HOUR), [PAGED, OTHER]),
    ],
)
def test_those_that_are_asked_for_are_found_the_newest_first(
    filled: Store, asked: DeliveryQuery, expected: list[Due]
) -> None:
    with filled.reading() as tx:
        assert [one.key for one in delivery_lists.query(tx, asked)] == [one.key for one in expected]


def test_one_is_found_by_the_beginning_of_its_key(filled: Store) -> None:
    with filled.reading() as tx:
        assert [one.key for one in delivery_lists.named(tx, FIRST.key[:8].upper())] == [FIRST.key]
        assert delivery_lists.named(tx, "0" * 32) == ()
        with pytest.raises(ValueError, match="digits"):
            delivery_lists.named(tx, "xyz")


def test_what_waits_is_counted_a_channel(filled: Store) -> None:
    with filled.writing() as tx:
        deliveries.add(tx, [a_due("5")], NOON + 9 * HOUR)
        queues = delivery_lists.queues(tx)
        assert {name: (one.number, one.oldest) for name, one in queues.items()} == {DESK: (2, NOON + 2 * HOUR)}
        assert sorted(delivery_lists.channels_of(tx)) == [DESK, PAGER]


def test_what_was_given_up_is_due_again_with_all_its_time_and_what_was_sent_is_not(filled: Store) -> None:
    later = NOON + 30 * 24 * HOUR
    with filled.writing() as tx:
        assert delivery_lists.retry(tx, [FIRST.key, SECOND.key, OTHER.key], later) == 2
        assert states(tx) == {
            FIRST.key: DeliveryState.SENT,
            SECOND.key: DeliveryState.WAITING,
            OTHER.key: DeliveryState.WAITING,
            PAGED.key: DeliveryState.GIVEN_UP,
        }
        assert [one.key for one in deliveries.due(tx, DESK, later, 9)] == [SECOND.key, OTHER.key]
        assert deliveries.give_up_before(tx, later, later) == 0
        assert deliveries.at(tx, [SECOND.key])[SECOND.key].settled_at is None


@pytest.mark.parametrize(("channel", "again"), [(None, {SECOND.key, PAGED.key}), (PAGER, {PAGED.key})])
def test_all_that_was_given_up_is_due_again_or_that_of_a_channel(
    filled: Store, channel: ChannelId | None, again: set[DeliveryKey]
) -> None:
    with filled.writing() as tx:
        assert delivery_lists.retry_given_up(tx, NOON, channel) == len(again)
        waiting = {key for key, state in states(tx).items() if state is DeliveryState.WAITING}
        assert waiting == again | {OTHER.key}


def test_a_channel_goes_on_and_others_do_not(store: Store) -> None:
    held = {"failures": 4, "failed_at": NOON, "error": "410", "next_at": NOON + HOUR, "stopped_at": NOON}
    with store.writing() as tx:
        for name in (DESK, PAGER):
            channels.save(tx, ChannelState(id=name, target="x", in_hour=3, **held))  # type: ignore[arg-type]
        delivery_lists.start(tx, [DESK])
        found = channels.all_of(tx)
    assert (found[DESK].failures, found[DESK].next_at, found[DESK].stopped_at) == (0, None, None)
    assert (found[DESK].error, found[DESK].in_hour) == ("410", 3)
    assert found[PAGER].stopped_at == NOON
