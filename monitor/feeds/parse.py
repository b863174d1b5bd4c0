"""The bytes of a feed → its entries. RSS 0.9x, 1.0 (RDF) and 2.0, Atom, JSON Feed, news sitemaps."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from monitor.errors import ParseError
from monitor.feeds import json_feed, plain_feed, sitemap, xml_feed
from monitor.feeds.items import Item, feed_of
from monitor.feeds.keys import cut_off, joined, keyed, unreadable
from monitor.feeds.pieces import CUT_OFF, MOST, Pieces, pieces_of_json, pieces_of_xml
from monitor.feeds.preclean import preclean
from monitor.feeds.sniff import HEAD, Format, refuse_files, sniff
from monitor.model import ParsedFeed, Skipped
from monitor.text.decoding import decode
from monitor.urls import normalise

_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_DECLARATION = re.compile(rb"<\?xml[^>]{0,200}?\bencoding\s*=\s*[\"']([\w.:-]+)")
_NAMES = {"feed": "Atom", "rdf": "RSS 1.0"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """The text of a feed, ready for its parser."""

    format: Format
    name: str
    """Of the format, for a person."""
    document: str
    damaged: str = ""
    is_open: bool = False
    """The document ends within its last item."""


def parse(body: bytes, *, content_type: str, url: str, now: datetime) -> ParsedFeed:
    """The feed whose address is `url`, as fetched at `now`: no entry is dated later. Whatever it offers is an entry,
    repeats another, or is skipped with a reason. Of a document that is cut off, what came before the cut: the item in
    which it ends is an entry only if its headline or text and its address are there, or what comes with the whole
    document would be another article.

    Raises: ParseError when the bytes are no feed; the message says what they are.
    """
    source, base = _source(body, content_type), _base(url)
    try:
        parsed, is_whole = _read(source, base, now)
    except ParseError:
        salvaged = _salvaged(_pieces(source), url, now)
        if not salvaged.entries:
            raise
        return salvaged
    if is_whole or len((pieces := _pieces(source)).items) <= parsed.offered:
        return parsed
    salvaged = _salvaged(pieces, url, now)
    return parsed if _read_of(salvaged) < _read_of(parsed) else salvaged


def split(body: bytes, *, content_type: str) -> Pieces:
    """The items of a feed, each as a document that `parse` reads. Raises: ParseError when the bytes are no feed."""
    return _pieces(_source(body, content_type))


def parse_pieces(documents: Sequence[str], *, url: str, now: datetime) -> tuple[ParsedFeed, ...]:
    """What each of the `documents` of `split` offers; what cannot be read is a skipped item."""
    return tuple(_piece(document, url, now) for document in documents)


def _source(body: bytes, content_type: str) -> _Source:
    refuse_files(body)
    text = _decoded(body, content_type)
    sniffed = sniff(text)
    if sniffed.format is Format.JSON:
        return _Source(format=Format.JSON, name="JSON Feed", document=text[sniffed.start :])
    document = preclean(text, sniffed.start)
    if sniffed.format is Format.SITEMAP:
        return _Source(format=Format.SITEMAP, name="news sitemap", document=document)
    # An empty element, or an end behind the last item: inside one, a text may speak of the tag.
    is_empty = text.find("/>", sniffed.start) == text.find(">", sniffed.start) - 1
    is_whole = is_empty or text.rfind(f"</{sniffed.root}") > max(text.rfind("<item"), text.rfind("<entry"))
    name = _NAMES.get(sniffed.root.rpartition(":")[2].lower(), "RSS")
    if is_whole:
        return _Source(format=Format.XML, name=name, document=document)
    is_open = pieces_of_xml(document).is_open
    return _Source(format=Format.XML, name=name, document=document, damaged=CUT_OFF, is_open=is_open)


def _base(url: str) -> str:
    """The feed's address without user name and password: they must not appear in the links of its entries."""
    try:
        return normalise(url)
    except ValueError:
        return ""


def _decoded(body: bytes, content_type: str) -> str:
    declared = _DECLARATION.search(body, 0, HEAD)
    served = _CHARSET.search(content_type)
    return decode(body, declared[1].decode("ascii", "ignore") if declared else "", served[1] if served else "")


def _read(source: _Source, base: str, now: datetime) -> tuple[ParsedFeed, bool]:
    """The feed, read in one go, and whether that is sure to be all of it. Raises: ParseError."""
    match source.format:
        case Format.JSON:
            items, about = json_feed.read(source.document)
            parsed, is_whole = _feed(items, about, base, now), True
        case Format.SITEMAP:
            found = sitemap.read(source.document.encode())
            parsed = feed_of(found.items, base=base, now=now, title=found.name, language=found.language)
            parsed, is_whole = replace(parsed, damaged=CUT_OFF if found.cut_off else ""), True
        case Format.XML:
            read = plain_feed.read(source.document) or xml_feed.read(source.document)
            parsed = _feed(read.items, read.about, base, now, is_open=source.is_open)
            is_whole = not read.is_broken
            parsed = replace(parsed, ttl=xml_feed.lifetime(read.about), damaged=source.damaged)
        case unknown:
            assert_never(unknown)
    return replace(parsed, format=source.name), is_whole


def _feed(
    items: Sequence[Item | Skipped], about: Mapping[str, object], base: str, now: datetime, *, is_open: bool = False
) -> ParsedFeed:
    title, language = str(about.get("title") or ""), str(about.get("language") or "")
    return feed_of(items, base=base, now=now, title=title, language=language, is_open=is_open)


def _pieces(source: _Source) -> Pieces:
    if source.format is Format.JSON:
        return pieces_of_json(source.document)
    return replace(pieces_of_xml(source.document), damaged=source.damaged)


def _salvaged(pieces: Pieces, url: str, now: datetime) -> ParsedFeed:
    """The feed, read item by item."""
    documents = pieces.documents if len(pieces.items) <= MOST else ()
    (frame, *parts) = parse_pieces((pieces.frame, *documents), url=url, now=now)
    return joined(parts, replace(frame, damaged=pieces.damaged))


def _piece(document: str, url: str, now: datetime) -> ParsedFeed:
    is_open = False
    try:
        source = _source(document.encode(), "")
        is_open = _pieces(source).is_open
        return _read(source, _base(url), now)[0]
    except ParseError as error:
        return keyed([cut_off() if is_open else unreadable(str(error))])


def _read_of(parsed: ParsedFeed) -> int:
    """Items that could be read."""
    return len(parsed.entries) + parsed.repeated
