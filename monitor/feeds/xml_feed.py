"""RSS, RDF and Atom → items. The only module that knows feedparser."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any, cast
from xml.sax import SAXException

import feedparser
from feedparser.api import StrictFeedParser

from monitor.errors import ParseError
from monitor.feeds.items import Item, Wording, tried
from monitor.model import Skipped
from monitor.text.markup import looks_like_html

# What feedparser lets through on odd input: it was written for any input, and mostly keeps that promise.
_ITS_BUGS = (ValueError, LookupError, AttributeError, TypeError, AssertionError, RuntimeError, OverflowError)
_HTML_TYPES = frozenset(["text/html", "application/xhtml+xml"])
_DATES = ("published", "updated", "created")
_ADDRESS = re.compile(r"[^\s<>()]+@[^\s<>()]+")
_PERIODS = {
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(days=7),
    "monthly": timedelta(days=30),
    "yearly": timedelta(days=365),
}
# feedparser resolves guids as it does links, and without a feed's address lets one item's xml:base hold for the next.
# What an item is known by must not change with the address that a feed is fetched from: so it is told this one.
_SITE = "https://feed.invalid/"
NOWHERE = f"{_SITE}d/d/"
_WITHIN = ((NOWHERE, ""), (f"{_SITE}d/", "../"), (_SITE, "/"))
_LEADING_RELS = ("alternate", "related", "via")
_HANDLER = re.compile("_(?:start|end)_([a-z]+)_", re.IGNORECASE)

NAMESPACES: Mapping[str, str] = {uri.lower(): prefix for uri, prefix in StrictFeedParser.namespaces.items()}
"""Namespaces that feedparser knows, in lower case → the prefix that it gives them."""
HANDLED = frozenset(found[1].lower() for name in dir(StrictFeedParser) if (found := _HANDLER.match(name)))
"""Prefixes, in lower case, of elements that it makes something of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class XmlFeed:
    """What feedparser finds in a document."""

    items: list[Item | Skipped]
    about: Mapping[str, Any]
    """What the feed says of itself."""
    is_broken: bool
    """It is no XML, so that feedparser has guessed; perhaps there is more in it."""


def read(document: str) -> XmlFeed:
    """What is in a precleaned document; relative links stay so.

    Raises: ParseError when feedparser fails on it, finds no feed in it, or nothing but the ruins of one.
    """
    with _translated():
        parsed = feedparser.parse(
            # A stream, never bytes or str: feedparser takes those for the name of a file or an address first.
            BytesIO(document.encode()),
            response_headers={"content-type": "application/xml; charset=utf-8", "content-location": NOWHERE},
            # Three times as fast; what comes is made plain text, so nothing needs sanitising.
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    broken = parsed.get("bozo_exception")
    if not parsed.entries and isinstance(broken, SAXException):
        raise ParseError(f"the feed is broken or cut off, and no entry in it can be read: {broken}"[:300])
    if not parsed.entries and not parsed.version:
        raise ParseError("this is XML, but not a feed that can be read")
    return XmlFeed(
        items=[tried(item_of, entry) for entry in parsed.entries],
        about=cast("Mapping[str, Any]", parsed.feed),
        is_broken=isinstance(broken, SAXException),
    )


def lifetime(channel: Mapping[str, Any]) -> timedelta | None:
    """How long the feed says it may be kept, at most a week: the longer of its <ttl>, in minutes, and of the time
    between two of its updates (https://web.resource.org/rss/1.0/modules/syndication/).
    """
    about = dict(channel)
    minutes, times = _count(about.get("ttl")), _count(about.get("sy_updatefrequency")) or 1
    period = _PERIODS.get(str(about.get("sy_updateperiod", "")).strip().lower(), timedelta())
    longest = max(timedelta(minutes=minutes), period / times)
    return min(longest, timedelta(days=7)) or None


def _count(given: object) -> int:
    """A number as a feed gives it; 0 where it is none."""
    digits = str(given or "").strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 6 else 0


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (SAXException, *_ITS_BUGS) as error:
        raise ParseError(f"the feed cannot be read: {type(error).__name__}: {str(error)[:200]}") from error


def guesses_html(text: str) -> bool:
    """Whether feedparser takes the text, which is said to be plain, for HTML."""
    return ("</" in text or "&" in text) and bool(StrictFeedParser.looks_like_html(text))


def item_of(entry: Mapping[str, Any]) -> Item:
    """The item in an entry of feedparser's."""
    # A plain dict: feedparser's own answers some missing keys with others, and with warnings.
    given = dict(entry)
    published, raw = _published(given)
    return Item(
        guid=_as_given(_string(given.get("id"))),
        links=_links(given),
        title=_wording(given, "title", given.get("title_detail")),
        wordings=_wordings(given),
        published=published,
        published_raw=raw,
        authors=_authors(given),
        language=_language(given),
    )


def _links(given: dict[str, Any]) -> tuple[str, ...]:
    """The best address first: the one behind FeedBurner's counter, the link, any other page that the item names."""
    named = {str(link.get("rel")): _string(link.get("href")) for link in reversed(given.get("links", []))}
    others = [named.get(rel, "") for rel in _LEADING_RELS]
    return tuple(map(_as_given, (_string(given.get("feedburner_origlink")), _string(given.get("link")), *others)))


def _as_given(address: str) -> str:
    """The address, relative where feedparser has resolved it."""
    if not address.startswith(_SITE):
        return address
    place, way = next(within for within in _WITHIN if address.startswith(within[0]))
    return way + address.removeprefix(place)


def _wordings(given: dict[str, Any]) -> tuple[Wording, ...]:
    contents = [part for part in given.get("content", []) if _is_text(part)]
    return (
        _wording(given, "summary", given.get("summary_detail")),
        *(replace(_wording(part, "value", part), is_content=True) for part in contents),
    )


def _is_text(part: Mapping[str, Any]) -> bool:
    kind = str(part.get("type", "text/html"))
    return kind.startswith("text/") or kind.endswith(("xml", "html"))


def _wording(holder: Mapping[str, Any], key: str, detail: Mapping[str, Any] | None) -> Wording:
    value = _string(dict(holder).get(key))
    kind = str((detail or {}).get("type", ""))
    return Wording(value=value, is_html=kind in _HTML_TYPES or looks_like_html(value))


def _published(given: dict[str, Any]) -> tuple[datetime | None, str]:
    """The first date that can be read, and the first that is given."""
    raw = next(filter(None, (_string(given.get(name)) for name in _DATES)), "")
    moments = (_moment(given.get(f"{name}_parsed")) for name in _DATES)
    return next((moment for moment in moments if moment), None), raw


def _moment(parsed: tuple[int, ...] | None) -> datetime | None:
    if parsed is None:
        return None
    try:
        year, month, day, hour, minute, second = parsed[:6]
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:  # Years before 1, the leap second.
        return None


def _authors(given: dict[str, Any]) -> tuple[str, ...]:
    named = tuple(filter(None, (_string(dict(author).get("name")) for author in given.get("authors", []))))
    raw = _string(given.get("author"))
    # Of an author with an address feedparser takes the rest for the name, be it the address's ".example".
    if len(named) < 2 and "@" in raw:
        return (_ADDRESS.sub("", raw).strip(" ()<>,;") or raw,)
    return named or tuple(filter(None, [raw]))


def _language(given: dict[str, Any]) -> str:
    """What the item says, else what holds where its title or text stands (xml:lang)."""
    details = [given.get("title_detail"), given.get("summary_detail"), *given.get("content", [])]
    inherited = (_string(detail.get("language")) for detail in details if detail)
    return _string(given.get("language")) or next(filter(None, inherited), "")


def _string(value: object) -> str:
    """feedparser gives None, dicts or lists where odd input makes it."""
    return value if isinstance(value, str) else ""
