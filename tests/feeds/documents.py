"""Small feeds for tests."""

from datetime import datetime

from monitor.feeds.parse import parse
from monitor.model import Entry, ParsedFeed
from tests.builders import NOON

URL = "https://gazette.example/feeds/rss.xml"


def rss(items: str, *, channel: str = "<title>The Gazette</title>", prolog: str = "", root: str = "") -> str:
    """An RSS 2.0 document with these items."""
    names = 'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    return f'{prolog}<rss version="2.0" {names} {root}><channel>{channel}{items}</channel></rss>'


def item(inside: str = "", *, title: str = "Headline", link: str = "https://gazette.example/1") -> str:
    """An RSS item with a title and a link."""
    return f"<item><title>{title}</title><link>{link}</link>{inside}</item>"


def read(document: str | bytes, *, content_type: str = "", url: str = URL, now: datetime = NOON) -> ParsedFeed:
    """The feed in a document."""
    body = document.encode() if isinstance(document, str) else document
    return parse(body, content_type=content_type, url=url, now=now)


def only(document: str | bytes) -> Entry:
    """The one entry of a feed."""
    (entry,) = read(document).entries
    return entry
