"""What an outage of ours may have cost: told from what each feed brought before it, and how much a feed holds.

A feed shows its last entries only: if more came during an outage than it holds, the oldest have passed unseen. Its
first poll afterwards tells most: where an entry of before is still there (no gap), nothing is missed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from monitor.model import FeedId

_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Habit:
    """What a feed did before."""

    new: int
    """Entries that polls brought within `over`, those of its first poll aside."""
    over: timedelta
    window: int
    """Entries that it holds."""

    @property
    def hourly(self) -> float:
        """New entries an hour; 0 where it was not watched for any time."""
        return self.new / (self.over / _HOUR) if self.over > timedelta() else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstPoll:
    """What the first poll of a feed after an outage brought."""

    new: int
    gap: bool
    """Nothing of the document before was left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """What an outage may have cost of one feed."""

    feed_id: FeedId
    missed: float
    """Entries, estimated; below one: none, most likely."""
    gap: bool
    """Its first poll after the outage was one."""
    polled: bool
    """It was polled since; if not, what it holds is taken for what the poll will find."""


def losses(
    length: timedelta, habits: Mapping[FeedId, Habit], first_polls: Mapping[FeedId, FirstPoll]
) -> tuple[Loss, ...]:
    """What an outage of this length may have cost, the most first: feeds with a gap, and those that miss an entry.

    `habits`: of all feeds that were polled before it; `first_polls`: after it, of those that have been polled.
    """
    found = _losses(length, habits, first_polls)
    return tuple(sorted(found, key=lambda loss: (-loss.missed, not loss.gap, loss.feed_id)))


def _losses(
    length: timedelta, habits: Mapping[FeedId, Habit], first_polls: Mapping[FeedId, FirstPoll]
) -> Iterator[Loss]:
    for feed_id, habit in habits.items():
        first = first_polls.get(feed_id)
        if first and not first.gap:
            continue
        held = first.new if first else habit.window
        missed = max(0.0, habit.hourly * (length / _HOUR) - held)
        if first or missed >= 1:
            yield Loss(feed_id=feed_id, missed=missed, gap=bool(first), polled=bool(first))
