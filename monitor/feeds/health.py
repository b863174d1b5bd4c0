"""How a feed is, and whether it needs a person: told from what is stored of it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from monitor.feeds.rhythm import Silence
from monitor.feeds.schedule import CRASHES, DEATHS, FOLLOWED
from monitor.model import FailureKind, FeedState

GAPS_OVER = timedelta(days=7)
"""Gaps are counted so far back."""
TEXTS_OVER = timedelta(days=30)
"""Articles whose texts are counted are no older."""
_MANY_GAPS = 3
"""One or two come of an outage; more, of a feed that turns over faster than it is asked."""
_MANY_POLLS = 3
"""In a row without a whole document, or without any entry: what one brings may be a server's slip."""
_HARD = 3
"""Failures in a row that would not pass by themselves: one is often a server's slip."""
_LONG = timedelta(hours=24)
_FEW_READ = 10
"""Pages; fewer tell nothing of the share that can be read."""
_LOW_SHARE = 1 / 4


class Condition(StrEnum):
    """How a feed is; what needs a person most comes first."""

    HARD = "hard"
    """It fails in a way that will not pass by itself."""
    GONE = "gone"
    """Its server says that it was taken down."""
    CRASHING = "crashing"
    """What it sends crashes the parser, or the daemon."""
    MOVED = "moved"
    """Permanent redirects lead elsewhere."""
    DAMAGED = "damaged"
    """What it sends is never whole: entries may be missing."""
    GAPS = "gaps"
    """It turns over between polls: entries may pass unseen."""
    QUIET = "quiet"
    """It answers and brings nothing new, against its own rhythm."""
    EMPTY = "empty"
    """It answers, and has never offered an entry."""
    FAILING = "failing"
    """It has failed for long, in a way that may pass."""
    SHORT = "short"
    """Few of its articles' pages can be read."""
    RETRYING = "retrying"
    """Its last poll failed, or brought a part of it; it is tried again."""
    FINE = "fine"


_NEED_NO_PERSON = frozenset([Condition.SHORT, Condition.RETRYING, Condition.FINE])


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of a feed."""

    state: FeedState
    last_new_at: datetime | None
    """When it last offered something new or newly worded."""
    gaps: int = 0
    """Within `GAPS_OVER`."""
    damaged: int = 0
    """Polls in a row, within `GAPS_OVER`, that brought but a part of a document, the last one among them."""
    empty: int = 0
    """Polls that brought a document without entries, of a feed that has never offered any."""
    pages: int = 0
    """Of its articles within `TEXTS_OVER`, that were asked for."""
    full_texts: int = 0
    """Of those, that gave the article's text."""
    silence: Silence | None = None
    """A strange one."""

    @property
    def full_share(self) -> float | None:
        """The share of the pages that gave their text; None where none was asked for."""
        return self.full_texts / self.pages if self.pages else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How a feed is."""

    facts: Facts
    conditions: tuple[Condition, ...]
    """All that hold, the gravest first."""

    @property
    def condition(self) -> Condition:
        """The gravest."""
        return self.conditions[0]

    @property
    def needs_person(self) -> bool:
        """It will not get well by itself."""
        return self.condition not in _NEED_NO_PERSON


def judge(facts: Facts, now: datetime) -> Health:
    """How a feed is."""
    return Health(facts=facts, conditions=tuple(_conditions(facts, now)) or (Condition.FINE,))


def sorted_by_need(found: Iterable[Health]) -> list[Health]:
    """Those that need a person most first; among equals those that have been without success, or news, for longest."""
    order = list(Condition)
    return sorted(found, key=lambda one: (order.index(one.condition), _last_good(one), one.facts.state.feed_id))


def _last_good(health: Health) -> float:
    facts = health.facts
    moment = facts.last_new_at if health.condition is Condition.QUIET else facts.state.last_success_at
    return moment.timestamp() if moment else 0


def _conditions(facts: Facts, now: datetime) -> Iterator[Condition]:
    state = facts.state
    failing = _failing(state, now)
    holds = {
        Condition.HARD: failing is Condition.HARD,
        Condition.GONE: failing is Condition.GONE,
        Condition.CRASHING: state.crashes >= CRASHES or state.interruptions >= DEATHS,
        Condition.MOVED: state.moved_times >= FOLLOWED,
        Condition.DAMAGED: facts.damaged >= _MANY_POLLS,
        Condition.GAPS: facts.gaps >= _MANY_GAPS,
        Condition.QUIET: facts.silence is not None,
        Condition.EMPTY: facts.empty >= _MANY_POLLS,
        Condition.FAILING: failing is Condition.FAILING,
        Condition.SHORT: facts.pages >= _FEW_READ and facts.full_texts < facts.pages * _LOW_SHARE,
        Condition.RETRYING: failing is Condition.RETRYING or 0 < facts.damaged < _MANY_POLLS,
    }
    yield from (condition for condition, is_so in holds.items() if is_so)


def _failing(state: FeedState, now: datetime) -> Condition | None:
    if not state.failures:
        return None
    if state.failure is FailureKind.GONE:
        return Condition.GONE
    if state.failure is FailureKind.HARD and state.failures >= _HARD:
        return Condition.HARD
    since = state.last_success_at
    is_long = now - since >= _LONG if since else state.failures >= _HARD
    return Condition.FAILING if is_long else Condition.RETRYING
