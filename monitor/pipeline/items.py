"""What a message says of one match: its article, the sentences with its words, its story."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, tzinfo

from monitor.alerts.message import Item, Message
from monitor.model import Article, Document, Found, Match
from monitor.outgoing.address import address
from monitor.outgoing.quote import Quote, quote
from monitor.outgoing.report import cropped
from monitor.outgoing.sentences import several
from monitor.stories.story import Story
from monitor.text.harmless import harmless

QUOTES = 3
"""Sentences of an article, where it is all that a message tells."""
_OUTLETS = 20
"""Of a story, that are named."""


def example(document: Document, found: Found, name: str, now: datetime) -> Item:
    """The item of a match that is stored nowhere, as of a watchlist's example; `name`: of its outlet."""
    return Item(
        id="",
        title=line(document.title.partition("\n")[0]),
        url=address(document.url),
        outlet=harmless(name),
        language=document.language,
        published_at=document.published_at,
        matched_at=now,
        score=found.score,
        terms=_terms(found),
        quotes=_quotes(document, found, QUOTES),
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


def item(match: Match, reason: str, story: Story | None, names: Mapping[str, str], most: int) -> Item:
    """That of a stored match; `story`: the one that it is in; `names`: outlet → its name, `most`: sentences."""
    article = match.article
    one = Item(
        id=match.id,
        title=line(article.headline),
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
        return one
    return replace(
        one,
        story=story.id,
        further=story.articles - 1,
        origins=story.origins,
        outlets=tuple(_name(outlet, names) for outlet in story.outlets[:_OUTLETS]),
        languages=story.languages,
    )


def _quotes(article: Article | Document, found: Found, most: int) -> tuple[Quote, ...]:
    return tuple(quote(one.text, one.hits) for one in several(article, found, most))


def _terms(found: Found) -> tuple[str, ...]:
    return tuple(dict.fromkeys(harmless(hit.term) for hit in found.hits))


def _name(outlet: str, names: Mapping[str, str]) -> str:
    return harmless(names.get(outlet, outlet))


def line(text: str) -> str:
    """A line of a stranger's, as a message holds it: harmless, and not long."""
    return cropped(harmless(text))


def _local(moment: datetime | None, zone: tzinfo) -> datetime | None:
    return moment and moment.astimezone(zone)
