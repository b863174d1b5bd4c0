"""What an outage may have cost, feed by feed."""

from datetime import timedelta

import pytest

from monitor.feeds.losses import FirstPoll, Habit, Loss, losses
from monitor.model import FeedId

DAY = timedelta(days=1)
A = FeedId("a")


def a_habit(**changes: object) -> Habit:
    """Ten entries an hour, of which the feed holds twenty."""
    return Habit(**{"new": 240, "over": DAY, "window": 20, **changes})  # type: ignore[arg-type]


def missed(hours: float, first: FirstPoll | None, **habit: object) -> tuple[float, ...]:
    found = losses(timedelta(hours=hours), {A: a_habit(**habit)}, {A: first} if first else {})
    return tuple(loss.missed for loss in found)


@pytest.mark.parametrize(
    ("hours", "first", "entries"),
    [
        (5, FirstPoll(new=20, gap=True), (30,)),
        (1, FirstPoll(new=20, gap=True), (0,)),
        (5, FirstPoll(new=19, gap=False), ()),
        (5, None, (30,)),
        (2, None, ()),
    ],
    ids=["more than it holds", "a gap all the same", "an old entry is left", "not polled yet", "nothing to be missed"],
)
def test_what_came_and_is_not_held_is_missed(hours: float, first: FirstPoll | None, entries: tuple[float, ...]) -> None:
    assert missed(hours, first) == entries


def test_a_feed_that_was_watched_for_no_time_says_nothing() -> None:
    assert missed(100, None, over=timedelta()) == ()


def test_the_greatest_loss_comes_first() -> None:
    habits = {FeedId(name): a_habit(new=new) for name, new in (("a", 240), ("b", 480), ("c", 0), ("d", 0))}
    first = {FeedId(name): FirstPoll(new=5, gap=True) for name in ("c", "a")}
    assert losses(timedelta(hours=5), habits, first) == (
        Loss(feed_id=FeedId("b"), missed=80, gap=False, polled=False),
        Loss(feed_id=FeedId("a"), missed=45, gap=True, polled=True),
        Loss(feed_id=FeedId("c"), missed=0, gap=True, polled=True),
    )
