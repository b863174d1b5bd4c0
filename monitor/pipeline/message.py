"""What a message says of matches: the store is asked for their articles and stories, the sentences are chosen."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from typing import NamedTuple

from monitor.alerts.message import Message
from monitor.config.load import Config
from monitor.model import Match, MatchId, Occasion, StoryId, WatchlistId
from monitor.pipeline.items import QUOTES, in_zone, item, line
from monitor.store import deliveries, match_places, matches, rule_versions, stories
from monitor.store.deliveries import Delivery
from monitor.store.match_places import Place
from monitor.store.store import Transaction

MOST = 50
"""Items that a message holds; the others are counted."""
_ALONE = (Occasion.MATCH, Occasion.STORY, Occasion.CHANGE)
LOST = "it matches no more"


class Told(NamedTuple):
    """A match that a message tells of."""

    match_id: MatchId
    reason: str = ""
    """Why it is news."""
    is_change: bool = False
    """That it matches no more is what there is to tell."""


@dataclass(slots=True)
class _Group:
    """Those of the matches that one story holds."""

    head: Place
    """The newest."""
    number: int = 0
    reasons: dict[str, None] = field(default_factory=dict)

    @property
    def story_id(self) -> StoryId:
        """ "" for none."""
        return self.head.story_id or StoryId("")


def make(tx: Transaction, due: Delivery, reason: str, config: Config, now: datetime) -> Message:
    """What a delivery says, of the store as it is now; `reason`: why it is news, for a person."""
    is_of_one = due.occasion in _ALONE
    message = Message(
        key=due.key,
        channel=due.channel,
        occasion=due.occasion,
        watchlist_id=due.watchlist_id or None,
        watchlist=_title(tx, due.watchlist_id, config),
        made_at=now,
        since=due.since,
        until=due.until,
        note="" if is_of_one else line(reason),
    )
    told = [Told(due.match_id, reason, due.occasion is Occasion.CHANGE)] if is_of_one else _told(tx, due)
    names = {one.id: one.name for one in config.outlets}
    return with_items(tx, message, told, names, config.settings.timezone)


def with_items(
    tx: Transaction, message: Message, told: Sequence[Told], names: Mapping[str, str], zone: tzinfo
) -> Message:
    """The message with what it tells: an item for all matches of a story, the most independently told first; moments
    in the reader's zone. Left out is what is stored no more, what was lost, and what somebody found irrelevant.

    `names`: outlet → its name.
    """
    groups = _grouped(match_places.places(tx, [one.match_id for one in told]), told)
    chosen = _first(tx, groups)
    found = matches.at(tx, [one.head.id for one in chosen])
    known = stories.at(tx, [one.story_id for one in chosen if one.story_id], message.made_at)
    most = QUOTES if message.occasion in _ALONE else 1
    items = (
        item(found[one.head.id], _reason(one, found[one.head.id]), known.get(one.story_id), names, most)
        for one in chosen
    )
    filled = replace(message, items=tuple(items), left_out=message.left_out + len(groups) - len(chosen))
    return in_zone(filled, zone)


def _title(tx: Transaction, watchlist: WatchlistId, config: Config) -> str:
    """As it is called now; as it was called last, where it is configured no more."""
    titles = {one.watchlist_id: one.title for one in rule_versions.published(tx)}
    titles |= {one.id: one.title for one in config.watchlists}
    return line(titles.get(watchlist, watchlist))


def _told(tx: Transaction, due: Delivery) -> list[Told]:
    """What a delivery of many tells."""
    if due.occasion is Occasion.SPIKE and due.since and due.until:
        return [Told(one) for one in match_places.made_between(tx, due.watchlist_id, due.since, due.until)]
    gathered = deliveries.gathered_by(tx, due.key)
    return [Told(one.match_id, one.note, one.occasion is Occasion.CHANGE) for one in gathered]


def _grouped(places: Mapping[MatchId, Place], told: Iterable[Told]) -> list[_Group]:
    groups: dict[str, _Group] = {}
    for one in told:
        place = places.get(one.match_id)
        if place is None or place.is_irrelevant or (place.is_lost and not one.is_change):
            continue
        group = groups.setdefault(place.story_id or place.id, _Group(place))
        group.head = max(group.head, place, key=_age)
        group.number += 1
        if one.reason:
            group.reasons[one.reason] = None
    return list(groups.values())


def _age(place: Place) -> tuple[datetime, MatchId]:
    return place.matched_at, place.id


def _first(tx: Transaction, groups: Sequence[_Group]) -> list[_Group]:
    """Those that a message has room for."""
    origins = stories.origins_of(tx, [one.story_id for one in groups if one.story_id])

    def weight(one: _Group) -> tuple[int, int, tuple[datetime, MatchId]]:
        return origins.get(one.story_id, 1), one.number, _age(one.head)

    return sorted(groups, key=weight, reverse=True)[:MOST]


def _reason(group: _Group, match: Match) -> str:
    return line("; ".join(group.reasons)) or (LOST if match.lost_at else "")
