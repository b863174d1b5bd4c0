"""The bytes of a feed → its entries. RSS 0.9x, 1.0 (RDF) and 2.0, Atom, JSON Feed, news sitemaps."""

import re
from dataclasses import replace
from datetime import datetime
from typing import assert_never

from monitor.feeds import json_feed, sitemap, xml_feed
from monitor.feeds.items import feed_of
from monitor.feeds.preclean import preclean
from monitor.feeds.sniff import HEAD, Format, Sniffed, refuse_files, sniff
from monitor.model import ParsedFeed
from monitor.text.decoding import decode
from monitor.urls import normalise

_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_DECLARATION = re.compile(rb"<\?xml[^>]{0,200}?\bencoding\s*=\s*[\"']([\w.:-]+)")
_FORMATS = {"feed": "Atom", "rdf": "RSS 1.0"}
CUT_OFF = "the document is cut off before its end"


def parse(body: bytes, *, content_type: str, url: str, now: datetime) -> ParsedFeed:
    """The feed whose address is `url`, as fetched at `now`: no entry is dated later. Whatever it offers is an entry,
    repeats another, or is skipped with a reason; of a document that is cut off, what came before the cut.

    Raises: ParseError when the bytes are no feed; the message says what they are.
    """
    refuse_files(body)
    text = _decoded(body, content_type)
    sniffed = sniff(text)
    base = _base(url)
    match sniffed.format:
        case Format.JSON:
            return _json(text, base, now)
        case Format.SITEMAP:
            return _sitemap(text, sniffed, base, now)
        case Format.XML:
            return _xml(text, sniffed, base, now)
        case unknown:
            assert_never(unknown)


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


def _json(text: str, base: str, now: datetime) -> ParsedFeed:
    items, about = json_feed.read(text.lstrip("\ufeff\x00 \t\r\n"))
    parsed = feed_of(
        items, base=base, now=now, title=str(about.get("title", "")), language=str(about.get("language", ""))
    )
    return replace(parsed, format="JSON Feed")


def _sitemap(text: str, sniffed: Sniffed, base: str, now: datetime) -> ParsedFeed:
    found = sitemap.read(preclean(text, sniffed.start))
    parsed = feed_of(found.items, base=base, now=now, title=found.name, language=found.language)
    return replace(parsed, format="news sitemap", damaged=CUT_OFF if found.cut_off else "")


def _xml(text: str, sniffed: Sniffed, base: str, now: datetime) -> ParsedFeed:
    items, about = xml_feed.read(preclean(text, sniffed.start), base)
    is_empty = text.find("/>", sniffed.start) == text.find(">", sniffed.start) - 1
    # Behind the last item: inside one, a text may speak of the tag.
    is_whole = is_empty or text.rfind(f"</{sniffed.root}") > max(text.rfind("<item"), text.rfind("<entry"))
    parsed = feed_of(
        items, base=base, now=now, title=str(about.get("title") or ""), language=str(about.get("language") or "")
    )
    return replace(
        parsed,
        format=_FORMATS.get(sniffed.root.rpartition(":")[2].lower(), "RSS"),
        ttl=xml_feed.lifetime(about),
        damaged="" if is_whole else CUT_OFF,
    )
