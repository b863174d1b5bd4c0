"""A file of alerts as a feed: the last messages of a channel, and reading them back. Pure."""

import json
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from html import escape
from typing import Any

from monitor.alerts.channel import FeedFormat
from monitor.alerts.line import one_line
from monitor.alerts.message import Item, Message
from monitor.alerts.render import subject
from monitor.model import ChannelId
from monitor.outgoing.address import address
from monitor.outgoing.feed import UNTITLED, OutgoingEntry, OutgoingFeed, entry_id, html_of, language_tag
from monitor.outgoing.json_feed import json_feed
from monitor.outgoing.rss import rss
from monitor.text.harmless import harmless

_DC = "{http://purl.org/dc/elements/1.1/}"
_MOST = 300
"""Characters of a title."""
_OURS = "media-monitor"
"""Who is named as an entry's author where no outlet is known."""


class ForeignError(ValueError):
    """A file holds something else than the alerts of the channel."""


def entries_of(content: bytes, channel: ChannelId, form: FeedFormat) -> tuple[OutgoingEntry, ...]:
    """The entries of a file that `document` made, in their order; of an empty file none.

    Raises: ForeignError.
    """
    if not content:
        return ()
    try:
        description, entries = _of_rss(content) if form is FeedFormat.RSS else _of_json(content)
    except (ET.ParseError, LookupError, TypeError, ValueError, AttributeError) as error:
        raise ForeignError("is no such feed") from error
    if description != _description(channel):
        raise ForeignError("holds something else than this channel's alerts")
    return entries


def document(entries: Iterable[OutgoingEntry], channel: ChannelId, form: FeedFormat) -> bytes:
    """The file."""
    shown = tuple(entries)
    feed = OutgoingFeed(
        name=f"channel {channel}",
        title=f"Alerts: {harmless(channel)}",
        description=_description(channel),
        updated_at=max(entry.updated_at for entry in shown),
        entries=shown,
    )
    return (rss if form is FeedFormat.RSS else json_feed)(feed).encode()


def entry_of(message: Message) -> OutgoingEntry:
    """A message as an entry: of a single match with its address and language."""
    only = message.items[0] if len(message.items) == 1 else None
    moment = message.made_at.astimezone(UTC).replace(microsecond=0)
    return OutgoingEntry(
        id=entry_id(message.key),
        url=address(only.url) if only else "",
        title=one_line(subject(message), _MOST) or UNTITLED,
        html=_html(message),
        outlet="",
        language=language_tag(only.language) if only else "",
        authors=((only and harmless(only.outlet)) or _OURS,),
        terms=tuple(dict.fromkeys(harmless(term) for item in message.items for term in item.terms)),
        published_at=moment,
        updated_at=moment,
    )


def _html(message: Message) -> str:
    """All that is told, without what a page has around it."""
    note = f'<p dir="auto">{escape(harmless(message.note))}</p>' if message.note else ""
    left_out = f"<p>and {message.left_out} more</p>" if message.left_out else ""
    said = note + "".join(map(_item, message.items)) + left_out
    return said or f'<p dir="auto">{escape(harmless(subject(message)))}</p>'


def _item(item: Item) -> str:
    title, url = escape(harmless(item.title) or UNTITLED), address(item.url)
    linked = f'<a href="{escape(url)}">{title}</a>' if url else title
    reason = f'<p dir="auto">{escape(harmless(item.reason))}</p>' if item.reason else ""
    said = html_of(
        item.quotes,
        outlet=harmless(item.outlet),
        language=language_tag(item.language),
        terms=[*map(harmless, item.terms)],
    )
    return f'<h3 dir="auto">{linked}</h3>{reason}{said}'


def _description(channel: ChannelId) -> str:
    """By this a file is known again."""
    return f"What the monitor tells on the channel {harmless(channel)}"


def _of_rss(content: bytes) -> tuple[str, tuple[OutgoingEntry, ...]]:
    channel = ET.fromstring(content).find("channel")  # noqa: S314 - a file of our own, or the operator's
    if channel is None:
        raise LookupError
    return channel.findtext("description", ""), tuple(map(_rss_entry, channel.findall("item")))


def _rss_entry(item: ET.Element) -> OutgoingEntry:
    moment = parsedate_to_datetime(item.findtext("pubDate", ""))
    return OutgoingEntry(
        id=_needed(item.findtext("guid")),
        url=item.findtext("link", ""),
        title=item.findtext("title", ""),
        html=item.findtext("description", ""),
        outlet="",
        language=item.findtext(f"{_DC}language", ""),
        authors=tuple(one.text or "" for one in item.findall(f"{_DC}creator")),
        terms=tuple(one.text or "" for one in item.findall("category")),
        published_at=moment,
        updated_at=moment,
    )


def _of_json(content: bytes) -> tuple[str, tuple[OutgoingEntry, ...]]:
    said: dict[str, Any] = json.loads(content)
    return said["description"], tuple(map(_json_entry, said["items"]))


def _json_entry(said: dict[str, Any]) -> OutgoingEntry:
    return OutgoingEntry(
        id=_needed(said["id"]),
        url=said.get("url", ""),
        title=said["title"],
        html=said.get("content_html", ""),
        outlet="",
        language=said.get("language", ""),
        authors=tuple(author["name"] for author in said["authors"]),
        terms=tuple(said.get("tags", ())),
        published_at=datetime.fromisoformat(said["date_published"]),
        updated_at=datetime.fromisoformat(said["date_modified"]),
    )


def _needed(text: str | None) -> str:
    if not text:
        raise LookupError
    return text
