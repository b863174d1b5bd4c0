"""Articles as feeds list them: RSS 2.0, RSS 0.91, RSS 1.0, Atom and JSON Feed, in the feed's own encoding."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from html import escape
from typing import assert_never

from monitor.demo.outlets import DemoFeed, DemoOutlet, Format


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """An article as one feed lists it."""

    link: str
    """Absolute, with the feed's tracking parameters."""
    guid: str
    title: str
    summary: str
    html: str
    """The whole article; "" where the feed gives only the summary."""
    published_at: datetime
    author: str


Items = Sequence[Listed]


def document(outlet: DemoOutlet, feed: DemoFeed, items: Items, *, home: str) -> bytes:
    """The bytes of the feed; `home` is the address of the outlet's front page."""
    text = _writer(feed.format)(outlet, feed, items, home)
    # What the encoding cannot express (a curly quote in ISO-8859-9) becomes a character reference.
    return text.encode(feed.encoding, "xmlcharrefreplace")


def content_type(feed: DemoFeed) -> str:
    """What the server calls it; the encoding of XML is left to its declaration."""
    match feed.format:
        case Format.RSS_2_0 | Format.RSS_0_91:
            return "application/rss+xml"
        case Format.RSS_1_0:
            return "application/rdf+xml"
        case Format.ATOM:
            return "application/atom+xml"
        case Format.JSON_FEED:
            return "application/feed+json"
        case unknown:
            assert_never(unknown)


def _writer(form: Format) -> Callable[[DemoOutlet, DemoFeed, Items, str], str]:
    match form:
        case Format.RSS_2_0:
            return _rss_2_0
        case Format.RSS_0_91:
            return _rss_0_91
        case Format.RSS_1_0:
            return _rss_1_0
        case Format.ATOM:
            return _atom
        case Format.JSON_FEED:
            return _json_feed
        case unknown:
            assert_never(unknown)


def _element(name: str, text: str) -> str:
    return f"<{name}>{escape(text, quote=False)}</{name}>" if text else ""


def _xml(feed: DemoFeed, *parts: str) -> str:
    return "\n".join([f'<?xml version="1.0" encoding="{feed.encoding}"?>', *parts, ""])


def _rss_2_0(outlet: DemoOutlet, feed: DemoFeed, items: Items, home: str) -> str:
    return _xml(
        feed,
        '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>',
        _element("title", feed.title) + _element("link", home) + _element("description", outlet.name),
        _element("language", outlet.language) + "<ttl>15</ttl>",
        *(_rss_2_0_item(item) for item in items),
        "</channel></rss>",
    )


def _rss_2_0_item(item: Listed) -> str:
    return (
        f"<item>{_element('title', item.title)}{_element('link', item.link)}"
        f'<guid isPermaLink="false">{escape(item.guid)}</guid>'
        f"{_element('dc:creator', item.author)}<pubDate>{format_datetime(item.published_at)}</pubDate>"
        f"{_element('description', f'<p>{escape(item.summary, quote=False)}</p>')}"
        f"{_element('content:encoded', item.html)}</item>"
    )


def _rss_0_91(outlet: DemoOutlet, feed: DemoFeed, items: Items, home: str) -> str:
    """As old sites still write it: with Netscape's DOCTYPE, without guid and date."""
    return _xml(
        feed,
        '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN"'
        ' "http://my.netscape.com/publish/formats/rss-0.91.dtd">',
        '<rss version="0.91"><channel>',
        _element("title", feed.title) + _element("link", home) + _element("description", outlet.name),
        _element("language", outlet.language),
        *(
            f"<item>{_element('title', item.title)}{_element('link', item.link)}"
            f"{_element('description', item.summary)}</item>"
            for item in items
        ),
        "</channel></rss>",
    )


def _rss_1_0(outlet: DemoOutlet, feed: DemoFeed, items: Items, home: str) -> str:
    contents = "".join(f'<rdf:li rdf:resource="{escape(item.guid)}"/>' for item in items)
    return _xml(
        feed,
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/">',
        f'<channel rdf:about="{home}">',
        _element("title", feed.title) + _element("link", home) + _element("description", outlet.name),
        f"{_element('dc:language', outlet.language)}<items><rdf:Seq>{contents}</rdf:Seq></items></channel>",
        *(_rss_1_0_item(item) for item in items),
        "</rdf:RDF>",
    )


def _rss_1_0_item(item: Listed) -> str:
    return (
        f'<item rdf:about="{escape(item.guid)}">{_element("title", item.title)}{_element("link", item.link)}'
        f"{_element('description', item.summary)}{_element('dc:creator', item.author)}"
        f"<dc:date>{item.published_at.isoformat()}</dc:date></item>"
    )


def _atom(outlet: DemoOutlet, feed: DemoFeed, items: Items, home: str) -> str:
    return _xml(
        feed,
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{outlet.language}">',
        _element("title", feed.title) + _element("id", home) + f'<link rel="alternate" href="{home}"/>',
        f"<updated>{max(item.published_at for item in items).isoformat()}</updated>",
        f"<author>{_element('name', outlet.name)}</author>",
        *(_atom_entry(item) for item in items),
        "</feed>",
    )


def _atom_entry(item: Listed) -> str:
    author = f"<author>{_element('name', item.author)}</author>" if item.author else ""
    moment = item.published_at.isoformat()
    return (
        f"<entry>{_element('title', item.title)}{_element('id', item.guid)}"
        f'<link rel="alternate" type="text/html" href="{escape(item.link)}"/>{author}'
        f"<published>{moment}</published><updated>{moment}</updated>{_element('summary', item.summary)}</entry>"
    )


def _json_feed(outlet: DemoOutlet, feed: DemoFeed, items: Items, home: str) -> str:
    content = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": home,
        "language": outlet.language,
        "items": [
            {
                "id": item.guid,
                "url": item.link,
                "title": item.title,
                "content_text": item.summary,
                "date_published": item.published_at.isoformat(),
                "authors": [{"name": item.author or outlet.name}],
            }
            for item in items
        ],
    }
    return json.dumps(content, ensure_ascii=False, indent=1)
