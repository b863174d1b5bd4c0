"""What a message says of matches: the store is asked for their articles and stories, the sentences are chosen."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo

from monitor.alerts.message import Item, Message
from monitor.model import Article, Document, Found, Match, MatchId, Occasion, StoryId
from monitor.outgoing.address import address
from monitor.outgoing.quote import Quote, quote
from monitor.outgoing.report import cropped
from monitor.outgoing.sentences import several
from monitor.store import match_places, matches, stories
from monitor.store.match_places import Place
from monitor.store.store import Transaction
from monitor.stories.story import Story
from monitor.text.harmless import harmless

MOST = 50
"""Items that a message holds; the others are counted."""
_QUOTES = 3
"""Sentences of an article, where it is all that a message tells."""
_OUTLETS = 20
"""Of a story, that are named."""
_ALONE = (Occasion.MATCH, Occasion.STORY, Occasion.CHANGE)
LOST = "it matches no more"


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


def with_items(
    tx: Transaction,
    message: Message,
    told: Sequence[tuple[MatchId, str]],
    names: Mapping[str, str],
    zone: tzinfo,
) -> Message:
    """The message with what it tells: an item for all matches of a story, the most independently told first; moments
    in the reader's zone. What is stored no more is left out.

    `told`: each match, and why it is news, or ""; `names`: outlet → its name.
    """
    groups = _grouped(match_places.places(tx, [match_id for match_id, _ in told]), told)
    chosen = _first(tx, groups)
    found = matches.at(tx, [one.head.id for one in chosen])
    known = stories.at(tx, [one.story_id for one in chosen if one.story_id], message.made_at)
    most = _QUOTES if message.occasion in _ALONE else 1
    items = (
        _item(found[one.head.id], _reason(one, found[one.head.id]), known.get(one.story_id), names, most)
        for one in chosen
    )
    filled = replace(message, items=tuple(items), left_out=message.left_out + len(groups) - len(chosen))
    return in_zone(filled, zone)


def item_of(document: Document, found: Found, name: str, now: datetime) -> Item:
    """The item of a match that is stored nowhere, as of a watchlist's example; `name`: of its outlet."""
    return Item(
        id="",
        title=_said(document.title.partition("\n")[0]),
        url=address(document.url),
        outlet=harmless(name),
        language=document.language,
        published_at=document.published_at,
        matched_at=now,
        score=found.score,
        terms=_terms(found),
        quotes=_quotes(document, found, _QUOTES),
    )


def in_zone(message: Message, zone: tzinfo) -> Message:
    """The message with its moments as the clocks of a zone show them."""
    items = tuple(
        replace(one, published_at=_local(one.published_at, zone), matched_at=one.matched_at.astimezone(zone))
        for one in message.items
    )
    return replace(
        message,
        items=items,
        made_at=message.made_at.astimezone(zone),
        since=_local(message.since, zone),
        until=_local(message.until, zone),
    )


def _grouped(places: Mapping[MatchId, Place], told: Iterable[tuple[MatchId, str]]) -> list[_Group]:
    groups: dict[str, _Group] = {}
    for match_id, reason in told:
        if place := places.get(match_id):
            group = groups.setdefault(place.story_id or place.id, _Group(place))
            group.head = max(group.head, place, key=_age)
            group.number += 1
            if reason:
                group.reasons[reason] = None
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
    return _said("; ".join(group.reasons)) or (LOST if match.lost_at else "")


def _item(match: Match, reason: str, story: Story | None, names: Mapping[str, str], most: int) -> Item:
    article = match.article
    item = Item(
        id=match.id,
        title=_said(article.headline),
        url=address(article.url),
        outlet=_name(article.outlet, names),
        language=article.language,
        published_at=article.published_at,
        matched_at=match.matched_at,
        score=match.found.score,
        terms=_terms(match.found),
        # Of a lost match the hits are those of an earlier text.
        quotes=() if match.lost_at else _quotes(article, match.found, most),
        reason=reason,
    )
    if story is None:
        return item
    return replace(
        item,
        story=story.id,
        further=story.articles - 1,
        origins=story.origins,
        outlets=tuple(_name(one, names) for one in story.outlets[:_OUTLETS]),
        languages=story.languages,
    )


def _quotes(article: Article | Document, found: Found, most: int) -> tuple[Quote, ...]:
    return tuple(quote(one.text, one.hits) for one in several(article, found, most))


def _terms(found: Found) -> tuple[str, ...]:
    return tuple(dict.fromkeys(harmless(hit.term) for hit in found.hits))


def _name(outlet: str, names: Mapping[str, str]) -> str:
    return harmless(names.get(outlet, outlet))


def _said(line: str) -> str:
    return cropped(harmless(line))


def _local(moment: datetime | None, zone: tzinfo) -> datetime | None:
    return moment and moment.astimezone(zone)
