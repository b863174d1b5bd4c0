"""The bytes of a feed → its entries. RSS 0.9x, 1.0 (RDF) and 2.0, Atom, JSON Feed."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.errors import ParseError
from monitor.feeds import json_feed, xml_feed
from monitor.feeds.items import Item, feed_of
from monitor.feeds.keys import joined, keyed, unreadable
from monitor.feeds.pieces import CUT_OFF, MOST, Pieces, pieces_of_json, pieces_of_xml
from monitor.feeds.preclean import preclean
from monitor.feeds.sniff import HEAD, Format, refuse_files, sniff
from monitor.model import ParsedFeed, Skipped
from monitor.text.decoding import decode
from monitor.urls import normalise

_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_DECLARATION = re.compile(rb"<\?xml[^>]{0,200}?\bencoding\s*=\s*[\"']([\w.:-]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """The text of a feed, ready for its parser."""

    format: Format
    document: str
    damaged: str = ""


def parse(body: bytes, *, content_type: str, url: str, now: datetime) -> ParsedFeed:
    """The feed whose address is `url`, as fetched at `now`: no entry is dated later. Whatever it offers is an entry,
    repeats another, or is skipped with a reason; of a document that is cut off, what came before the cut.

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
        return _Source(format=Format.JSON, document=text[sniffed.start :])
    # An empty element, or an end behind the last item: inside one, a text may speak of the tag.
    is_empty = text.find("/>", sniffed.start) == text.find(">", sniffed.start) - 1
    is_whole = is_empty or text.rfind(f"</{sniffed.root}") > max(text.rfind("<item"), text.rfind("<entry"))
    document = preclean(text, sniffed.start)
    return _Source(format=Format.XML, document=document, damaged="" if is_whole else CUT_OFF)


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
    if source.format is Format.JSON:
        items, about = json_feed.read(source.document)
        return _feed(items, about, base, now), True
    found = xml_feed.read(source.document)
    parsed = _feed(found.items, found.about, base, now)
    return replace(parsed, ttl=xml_feed.lifetime(found.about), damaged=source.damaged), not found.is_broken


def _feed(items: Sequence[Item | Skipped], about: Mapping[str, object], base: str, now: datetime) -> ParsedFeed:
    title, language = str(about.get("title") or ""), str(about.get("language") or "")
    return feed_of(items, base=base, now=now, title=title, language=language)


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
    try:
        return _read(_source(document.encode(), ""), _base(url), now)[0]
    except ParseError as error:
        return keyed([unreadable(str(error))])


def _read_of(parsed: ParsedFeed) -> int:
    """Items that could be read."""
    return len(parsed.entries) + parsed.repeated
