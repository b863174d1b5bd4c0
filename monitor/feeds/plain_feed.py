"""RSS 2.0 and Atom as most feeds are → the very items that feedparser finds, at a tenth of what it costs.

feedparser takes whatever the web sends, and asks of every element what that may be. This reads only what cannot be
mistaken: well-formed documents of known elements, each in its place, once, with the attributes that it is meant to
have. Of such it makes the dictionaries that feedparser makes, by feedparser's rules; at anything else it gives up
(`None`), and feedparser is asked. A test holds it to that on all real feeds that there are.
"""

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, TypeAlias
from urllib.parse import urljoin
from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element

from monitor.feeds.items import tried
from monitor.feeds.xml_feed import HANDLED, NAMESPACES, NOWHERE, XmlFeed, guesses_html, item_of
from monitor.urls import is_joined

_Dates: TypeAlias = tuple[int, int, int, int, int, int]
Said: TypeAlias = dict[str, Any]
"""What feedparser would say of a feed or an item."""

_ATOM_URI = "http://www.w3.org/2005/Atom"
_ATOM = f"{{{_ATOM_URI}}}"
_CONTENT = "{http://purl.org/rss/1.0/modules/content/}"
_SYNDICATION = "{http://purl.org/rss/1.0/modules/syndication/}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_FEEDBURNER = "{http://rssnamespace.org/feedburner/ext/1.0}"
_GOOGLE = "{http://schemas.google.com/g/2005}"
_BASE = "{http://www.w3.org/XML/1998/namespace}base"
_THREADING = "{http://purl.org/syndication/thread/1.0}"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

_DECLARATION = re.compile(r"xmlns(?::([^\s=\"'<>]{1,100}))?\s*=\s*[\"']([^\"'<>&]{0,300})[\"']")
_CANONICAL = frozenset(prefix.lower() for prefix in NAMESPACES.values() if prefix)
# With these before it a name becomes one that an item has: "title_detail".
_SPECIAL = HANDLED | frozenset(["title", "summary", "published", "updated", "created"])
# Declared where it stands, without a prefix: the only such elements that are common.
_BARE = frozenset(["{com-wordpress:feed-additions:1}post-id", "{com-wordpress:feed-additions:1}site"])
# Known namespaces of which feedparser keeps every element apart, or these that have nothing in them.
_APART = frozenset(["slash", "sy", "thr", "trackback", "wfw"])
_KNOWN_APART = {
    "dc": frozenset(["identifier", "subject", "type"]),
    "feedburner": frozenset(["info"]),
    "media": frozenset(["category", "content", "copyright", "credit", "keywords", "rating", "thumbnail"]),
}
# So does an element for all that is in it.
_SCOPED = frozenset(["base", "lang"])

_URI_START = re.compile(r"^([A-Za-z][A-Za-z0-9+-.]*://)(/*)(.*?)")
"""feedparser's, its range from + to . included."""
_REFERENCE = re.compile("&([A-Za-z0-9_]+);")
_MOJIBAKE = re.compile("[\x80-\x9f]")
_RFC_822 = re.compile(
    r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), )?([0-9]{1,2}) (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) ([0-9]{4})"
    r" ([0-9]{2}):([0-9]{2}):([0-9]{2}) (?:GMT|UTC|Z|([+-])([0-9]{2})([0-9]{2}))"
)
_W3C = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.[0-9]+)?(?:Z|([+-])([0-9]{2}):([0-9]{2}))"
)
_MONTHS = ("", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_TYPES = {"text": "text/plain", "html": "text/html", "text/plain": "text/plain", "text/html": "text/html"}


class _Unusual(Exception):  # noqa: N818 - never leaves this module
    """Something that feedparser is to be asked about."""


def read(document: str) -> XmlFeed | None:
    """What `xml_feed.read` finds in the document; None where that is to be asked."""
    try:
        # No DTD comes here: see preclean. Whatever else it takes, the worker's limits are there.
        root = ET.fromstring(document.encode())  # noqa: S314
        return _Reader(root).read(document)
    except (ET.ParseError, _Unusual):
        return None


class _Reader:
    """Reads one document."""

    def __init__(self, root: Element) -> None:
        self._root = root
        self._base = NOWHERE
        self._lang = root.get(_LANG, "")
        self._is_atom = root.tag == f"{_ATOM}feed"
        self._bare: frozenset[str] = frozenset()

    def read(self, document: str) -> XmlFeed:
        """What is in the document. Raises: _Unusual."""
        self._bare = _demand_plain_namespaces(document)
        about: Said = {"language": self._lang.replace("_", "-")} if self._lang else {}
        if self._is_atom:
            _demand(self._root, _LANG, f"{_GOOGLE}etag")
            entries = self._split(self._root, f"{_ATOM}entry", _ATOM_FEED, about)
            given = [self._said(entry, _ATOM_ENTRY, (f"{_GOOGLE}etag",)) for entry in entries]
        else:
            given = [self._said(item, _RSS_ITEM, ()) for item in self._split(self._channel(), "item", _CHANNEL, about)]
        return XmlFeed(items=[tried(item_of, each) for each in given], about=about, is_broken=False)

    def _channel(self) -> Element:
        channels = list(self._root)
        if self._root.tag != "rss" or [channel.tag for channel in channels] != ["channel"]:
            raise _Unusual
        _demand(self._root, _LANG, "version")
        _demand(channels[0])
        return channels[0]

    def _split(self, feed: Element, name: str, handlers: "_Handlers", about: Said) -> list[Element]:
        """The items of a feed; what it says of itself is added to `about`."""
        for child in feed:
            if child.tag != name:
                self._take(about, child, handlers)
        return feed.findall(name)

    def _said(self, item: Element, handlers: "_Handlers", attributes: tuple[str, ...]) -> Said:
        _demand(item, *attributes)
        said: Said = {"links": []}
        for child in item:
            self._take(said, child, handlers)
        return said

    def _take(self, said: Said, child: Element, handlers: "_Handlers") -> None:
        handle = handlers.get(child.tag)
        if handle is None:
            self._demand_apart(child)
        else:
            handle(self, said, child)

    def _demand_apart(self, element: Element) -> None:
        """That nothing in it becomes a part of the item."""
        for each in element.iter():
            uri, _, name = each.tag[1:].partition("}")
            if not name or (uri in self._bare and each.tag not in _BARE):
                raise _Unusual
            prefix = NAMESPACES.get(uri.lower())
            known = prefix is None or prefix in _APART
            if not known and (name not in _KNOWN_APART.get(prefix or "", ()) or len(each)):
                raise _Unusual
            _demand_unscoped(each)

    # What each element says. Repeated ones are feedparser's business: it has rules for them.

    def title(self, said: Said, element: Element) -> None:
        """A title, of a feed or an item."""
        self._wording(said, element, "title", "text/plain")

    def description(self, said: Said, element: Element) -> None:
        """RSS's <description> of an item."""
        self._wording(said, element, "summary", "text/html", again="summary_detail")

    def summary(self, said: Said, element: Element) -> None:
        """Atom's <summary>."""
        self._wording(said, element, "summary", "text/plain", again="summary_detail")

    def encoded(self, said: Said, element: Element) -> None:
        """RSS's <content:encoded>."""
        self._content(said, element, "text/html")

    def content(self, said: Said, element: Element) -> None:
        """Atom's <content>."""
        self._content(said, element, "text/plain")

    def _content(self, said: Said, element: Element, default: str) -> None:
        part: Said = {}
        self._wording(part, element, "value", default)
        _once(said, "content")
        said["content"] = [{**part["value_detail"], "value": part["value"]}]
        said.setdefault("summary", part["value"])

    def _wording(self, said: Said, element: Element, key: str, default: str, again: str = "") -> None:
        _once(said, again or key)
        kind = self._type(element, default)
        text = _text(element)
        if not self._is_atom and kind == "text/plain" and guesses_html(text):
            kind = "text/html"
        said[key] = _repaired(text)
        said[f"{key}_detail"] = {"type": kind, "language": self._lang.replace("_", "-")}

    def _type(self, element: Element, default: str) -> str:
        given = element.get("type") if self._is_atom else None
        # A base holds for nothing but the text, whose links we do not follow.
        _demand(element, *(("type",) if given else ()), _BASE)
        kind = _TYPES.get(given.lower()) if given else default
        if kind is None:
            raise _Unusual
        return kind

    def link(self, said: Said, element: Element) -> None:
        """RSS's <link>: its text."""
        _demand(element)
        _once(said, "rss_link")
        text = _text(element)
        address = _repaired(_joined(self._base, text) if text else "").replace("&amp;", "&")
        said["rss_link"] = said["link"] = _REFERENCE.sub(r"&\1", address)
        said["links"].append({"rel": "alternate", "href": said["link"]})

    def atom_link(self, said: Said, element: Element) -> None:
        """Atom's <link>: its attributes."""
        _demand(element, *_ATTRIBUTES_OF_LINK)
        href = element.get("href")
        if not href or len(element):
            raise _Unusual
        rel, kind = element.get("rel", "alternate").lower(), element.get("type", "text/html").lower()
        address = _joined(self._base, href)
        said.setdefault("links", []).append({"rel": rel, "href": address})
        if rel == "alternate" and kind in ("text/html", "html", "xhtml", "application/xhtml+xml"):
            said["link"] = address

    def guid(self, said: Said, element: Element) -> None:
        """RSS's <guid>, which may be the link, and Atom's <id>, which feedparser takes for the same."""
        permanent = None if self._is_atom else element.get("isPermaLink")
        _demand(element, *(() if permanent is None else ("isPermaLink",)))
        _once(said, "id")
        text = _text(element)
        is_link = permanent in (None, "true")
        said["id"] = _repaired(_joined(self._base, text) if is_link and text else text)
        if is_link:
            said.setdefault("link", said["id"])

    def published(self, said: Said, element: Element) -> None:
        """When an item was published."""
        self._date(said, element, "published")

    def updated(self, said: Said, element: Element) -> None:
        """When it was changed."""
        self._date(said, element, "updated")

    def _date(self, said: Said, element: Element, key: str) -> None:
        _demand(element)
        _once(said, key)
        said[key] = _repaired(_text(element))
        said[f"{key}_parsed"] = _moment(said[key]) if said[key] else None

    def creator(self, said: Said, element: Element) -> None:
        """An author by name or address."""
        _demand(element)
        self._author(said, {"name": _repaired(_text(element))})

    def person(self, said: Said, element: Element) -> None:
        """Atom's <author>."""
        _demand(element)
        parts: Said = {}
        for child in element:
            name = child.tag.removeprefix(_ATOM)
            if name in ("name", "email", "uri") and child.tag != name:
                _demand(child)
                _once(parts, name)
                parts[name] = _text(child)
            else:
                self._demand_apart(child)
        # Its name is empty where it has none, or is kept out of its text, which nobody writes.
        if not parts or (element.text or "").strip():
            raise _Unusual
        self._author(said, parts)

    def _author(self, said: Said, parts: Said) -> None:
        name, email = parts.get("name", ""), parts.get("email", "")
        authors = said.setdefault("authors", [])
        authors.append({"name": name} if name else {})
        said["author"] = f"{name} ({email})" if name and email else name or email
        if len(authors) > 1 and any("@" in each for each in (name, email, said["first_author"])):
            raise _Unusual
        said.setdefault("first_author", said["author"])

    def original(self, said: Said, element: Element) -> None:
        """The address behind FeedBurner's counter."""
        _demand(element)
        _once(said, "feedburner_origlink")
        said["feedburner_origlink"] = _repaired(_text(element))

    def language(self, said: Said, element: Element) -> None:
        """A feed's language."""
        _demand(element)
        _once(said, "language_said")
        said["language_said"] = said["language"] = _repaired(_text(element))

    def lifetime(self, said: Said, element: Element) -> None:
        """A feed's <ttl>."""
        _demand(element)
        _once(said, "ttl")
        said["ttl"] = _repaired(_text(element))

    def update_period(self, said: Said, element: Element) -> None:
        """A feed's <sy:updatePeriod>."""
        _demand(element)
        _once(said, "sy_updateperiod")
        said["sy_updateperiod"] = _repaired(_text(element))

    def update_frequency(self, said: Said, element: Element) -> None:
        """A feed's <sy:updateFrequency>."""
        _demand(element)
        _once(said, "sy_updatefrequency")
        said["sy_updatefrequency"] = _repaired(_text(element))

    def image(self, _: Said, element: Element) -> None:
        """A feed's picture."""
        _demand(element)
        names = [child.tag for child in element]
        if len(set(names)) < len(names) or not _PARTS_OF_IMAGE.issuperset(names):
            raise _Unusual
        for child in element:
            self.passed(_, child)

    def passed(self, _: Said, element: Element) -> None:
        """What an item is not told by."""
        if len(element):
            raise _Unusual
        _demand_unscoped(element)


_Handlers: TypeAlias = Mapping[str, Callable[[_Reader, Said, Element], None]]

_ATTRIBUTES_OF_LINK = (
    "href",
    "rel",
    "type",
    "title",
    "hreflang",
    "length",
    f"{_THREADING}count",
    f"{_THREADING}updated",
)
_PARTS_OF_IMAGE = frozenset(["title", "url", "link", "width", "height", "description"])
_UPDATES: _Handlers = {
    f"{_SYNDICATION}updatePeriod": _Reader.update_period,
    f"{_SYNDICATION}updateFrequency": _Reader.update_frequency,
}
_CHANNEL: _Handlers = {
    **_UPDATES,
    "title": _Reader.title,
    "language": _Reader.language,
    "ttl": _Reader.lifetime,
    "image": _Reader.image,
    f"{_ATOM}link": _Reader.atom_link,
    **dict.fromkeys(
        ("author", "category", "cloud", "copyright", "description", "docs", "generator", "lastBuildDate", "link",
         "managingEditor", "pubDate", "webMaster"),
        _Reader.passed,
    ),
}  # fmt: skip
_RSS_ITEM: _Handlers = {
    "title": _Reader.title,
    "link": _Reader.link,
    "description": _Reader.description,
    "guid": _Reader.guid,
    "pubDate": _Reader.published,
    "author": _Reader.creator,
    f"{_ATOM}link": _Reader.atom_link,
    f"{_CONTENT}encoded": _Reader.encoded,
    f"{_DC}creator": _Reader.creator,
    f"{_DC}date": _Reader.updated,
    f"{_FEEDBURNER}origLink": _Reader.original,
    **dict.fromkeys(("category", "comments", "enclosure", "source"), _Reader.passed),
}
_ATOM_FEED: _Handlers = {
    **_UPDATES,
    f"{_ATOM}title": _Reader.title,
    f"{_ATOM}link": _Reader.atom_link,
    f"{_ATOM}author": _Reader.person,
    **dict.fromkeys(
        [
            f"{_ATOM}{name}"
            for name in ("category", "generator", "icon", "id", "logo", "published", "rights", "subtitle", "updated")
        ],
        _Reader.passed,
    ),
}
_ATOM_ENTRY: _Handlers = {
    f"{_ATOM}title": _Reader.title,
    f"{_ATOM}link": _Reader.atom_link,
    f"{_ATOM}id": _Reader.guid,
    f"{_ATOM}published": _Reader.published,
    f"{_ATOM}updated": _Reader.updated,
    f"{_ATOM}summary": _Reader.summary,
    f"{_ATOM}content": _Reader.content,
    f"{_ATOM}author": _Reader.person,
    f"{_ATOM}category": _Reader.passed,
    f"{_ATOM}rights": _Reader.passed,
    f"{_FEEDBURNER}origLink": _Reader.original,
}


def _demand_plain_namespaces(document: str) -> frozenset[str]:
    """That feedparser reads every prefix as we do; the unknown namespaces that stand without one, whose elements have
    bare names. Declarations in texts count, too: that costs time only.
    """
    declared = _DECLARATION.findall(document)
    if len(declared) != document.count("xmlns"):
        raise _Unusual
    names: dict[str, str] = {}
    bare: set[str] = set()
    for prefix, uri in set(declared):
        known = NAMESPACES.get(uri.lower())
        if "backend.userland.com/rss" in uri.lower() or (known == "" and uri != _ATOM_URI):
            raise _Unusual
        if not prefix:
            bare |= {uri} if known is None else set()
            continue
        # feedparser knows one namespace by each name at a time, and elements of the others by bare names.
        name = (known or prefix).lower()
        taken = _SPECIAL if known is None else _CANONICAL - {known.lower()}
        if prefix.lower() in taken or names.setdefault(name, uri) != uri:
            raise _Unusual
    return frozenset(bare)


def _demand(element: Element, *attributes: str) -> None:
    """That it has no other attributes than these."""
    if element.attrib and not element.attrib.keys() <= set(attributes):
        raise _Unusual


def _demand_unscoped(element: Element) -> None:
    """That it does not change what addresses and languages mean inside it."""
    if any(name.rpartition("}")[2].lower() in _SCOPED for name in element.attrib):
        raise _Unusual


def _once(said: Said, key: str) -> None:
    if key in said:
        raise _Unusual


def _text(element: Element) -> str:
    if len(element):
        raise _Unusual
    return (element.text or "").strip()


def _repaired(text: str) -> str:
    """UTF-8 that somebody took for Latin-1, put right as feedparser does."""
    if text.isascii():
        return text
    with suppress(UnicodeError):
        text = text.encode("latin-1").decode()
    if _MOJIBAKE.search(text):
        raise _Unusual
    return text


def _joined(base: str, address: str) -> str:
    if is_joined(address):
        return address
    try:
        return urljoin(base, _URI_START.sub(r"\1\3", address))
    except ValueError:
        return ""


def _moment(text: str) -> _Dates:
    """In UTC. Raises: _Unusual, for all but the two usual forms."""
    if found := _RFC_822.fullmatch(text):
        day, month, year, *rest = found.groups()
        parts = (year, str(_MONTHS.index(month or "")), day, *rest)
    elif found := _W3C.fullmatch(text):
        parts = found.groups()
    else:
        raise _Unusual
    year, month, day, hour, minute, second, sign, hours, minutes = parts
    try:
        local = datetime(int(year), int(month), int(day), int(hour), int(minute), int(second))  # noqa: DTZ001
        ahead = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
        moment = local + ahead if sign == "-" else local - ahead
    except (ValueError, OverflowError):
        raise _Unusual from None
    return (moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second)
