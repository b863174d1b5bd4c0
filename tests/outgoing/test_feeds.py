"""Outgoing feeds: valid by their specifications, and the same to every reader."""

import json
import re
import xml.etree.ElementTree as ET
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from html.parser import HTMLParser
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import feedparser
import jsonschema
import pytest

from monitor.model import MatchId
from monitor.outgoing.atom import atom
from monitor.outgoing.feed import OutgoingEntry, OutgoingFeed, entry_id, html_of, language_tag
from monitor.outgoing.json_feed import json_feed
from monitor.outgoing.quote import quote
from monitor.outgoing.rss import rss
from monitor.text.harmless import harmless
from tests.builders import NOON
from tests.outgoing.hostile import HOSTILE

BASE = "https://news.example/feeds/"
ATOM = "{http://www.w3.org/2005/Atom}"
DC = "{http://purl.org/dc/elements/1.1/}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
URN = re.compile(r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
# https://www.jsonfeed.org/version/1.1/
SCHEMA = {
    "type": "object",
    "required": ["version", "title", "items"],
    "additionalProperties": False,
    "properties": {
        "version": {"const": "https://jsonfeed.org/version/1.1"},
        "title": {"type": "string"},
        "home_page_url": {"type": "string", "pattern": "^https?://"},
        "feed_url": {"type": "string", "pattern": "^https?://"},
        "description": {"type": "string"},
        "items": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["id", "content_html"],
                "additionalProperties": False,
                "properties": {
                    "id": {"type": "string"},
                    "url": {"type": "string", "pattern": "^https?://"},
                    "title": {"type": "string"},
                    "content_html": {"type": "string"},
                    "date_published": {"type": "string", "format": "date-time"},
                    "date_modified": {"type": "string", "format": "date-time"},
                    "authors": {"type": "array", "items": {"required": ["name"]}},
                    "tags": {"type": "array", "items": {"type": "string"}},
                    "language": {"type": "string", "pattern": "^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$"},
                },
            },
        },
    },
}


def an_entry(number: int = 1, **changes: object) -> OutgoingEntry:
    """An entry whose id is the number."""
    given = {"id": entry_id(MatchId(f"{number:032x}")), "url": f"https://gazette.example/{number}", "title": "Talks"}
    said = {"outlet": "The Gazette", "language": "en", "authors": (), "terms": ("fighter*",)}
    dates = {"published_at": NOON, "updated_at": NOON + timedelta(hours=1)}
    made: dict[str, Any] = {**given, **said, **dates, **changes}
    quotes = made.pop("quotes", (quote("Fighters leave Rafah", [(0, 8)]),))
    facts = {name: made[name] for name in ("outlet", "language", "terms")}
    return OutgoingEntry(**made, html=html_of(quotes, **facts))


def a_feed(*entries: OutgoingEntry, base: str = BASE) -> OutgoingFeed:
    """A feed of these entries."""
    return OutgoingFeed(
        name="rafah",
        title="Fighters & tunnels",
        description="The newest",
        updated_at=NOON,
        entries=entries,
        base=base,
    )


def hostile_entries() -> list[OutgoingEntry]:
    """An entry for each hostile text, which stands wherever a stranger's text can."""
    return [
        an_entry(
            number,
            title=harmless(text),
            outlet=harmless(text),
            authors=(harmless(text),),
            quotes=(quote(text, [(0, 3)]),),
        )
        for number, text in enumerate(HOSTILE.values())
    ]


def xml_text(text: str) -> str:
    """What a parser of XML makes of it: line ends are one kind."""
    return harmless(text).replace("\r\n", "\n").replace("\r", "\n")


class Tags(HTMLParser):
    """The elements of a piece of HTML."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.add(tag)
        self.attributes |= {name for name, _ in attrs}


def test_rss_is_valid() -> None:
    root = ET.fromstring(rss(a_feed(an_entry(1), an_entry(2, url="", language="", authors=("Amal", "Omar")))))
    assert (root.tag, root.get("version")) == ("rss", "2.0")
    (channel,) = root
    assert [channel.findtext(name) for name in ("title", "link")] == ["Fighters & tunnels", BASE]
    assert channel.findtext("description")
    assert parsedate_to_datetime(channel.findtext("lastBuildDate", "")) == NOON
    own = channel.find(f"{ATOM}link")
    assert own is not None
    assert own.attrib == {"rel": "self", "href": f"{BASE}rafah.rss.xml", "type": "application/rss+xml"}
    first, second = channel.findall("item")
    assert first.findtext("guid") == "urn:uuid:00000000-0000-8000-8000-000000000001"
    assert first.find("guid").attrib == {"isPermaLink": "false"}  # type: ignore[union-attr]
    assert first.findtext("link") == "https://gazette.example/1"
    assert parsedate_to_datetime(first.findtext("pubDate", "")) == NOON
    assert (first.findtext(f"{DC}language"), first.findtext(f"{DC}creator")) == ("en", "The Gazette")
    assert (second.find("link"), second.find(f"{DC}language")) == (None, None)
    assert [one.text for one in second.findall(f"{DC}creator")] == ["Amal", "Omar"]


def test_atom_is_valid() -> None:
    root = ET.fromstring(atom(a_feed(an_entry(1), an_entry(2, url="", language=""))))
    assert root.tag == f"{ATOM}feed"
    assert URN.fullmatch(root.findtext(f"{ATOM}id", ""))
    assert root.findtext(f"{ATOM}updated") == "2025-11-10T12:00:00Z"
    own = root.find(f"{ATOM}link")
    assert own is not None
    assert own.attrib == {"rel": "self", "href": f"{BASE}rafah.atom.xml", "type": "application/atom+xml"}
    first, second = root.findall(f"{ATOM}entry")
    assert (first.get(LANG), second.get(LANG)) == ("en", None)
    for entry in (first, second):
        for name in ("id", "title", "updated", "published", "content"):
            assert len(entry.findall(f"{ATOM}{name}")) == 1
        assert datetime.fromisoformat(entry.findtext(f"{ATOM}updated", "")) == NOON + timedelta(hours=1)
        assert entry.findtext(f"{ATOM}author/{ATOM}name") == "The Gazette"
    assert [one.get("href") for one in first.findall(f"{ATOM}link")] == ["https://gazette.example/1"]
    assert second.findall(f"{ATOM}link") == []


@pytest.mark.parametrize("base", [BASE, ""])
def test_json_feed_is_valid(base: str) -> None:
    entries = [an_entry(1), an_entry(2, url="", language="", terms=()), *hostile_entries()]
    document = json.loads(json_feed(a_feed(*entries, base=base)))
    jsonschema.validate(document, SCHEMA, format_checker=jsonschema.FormatChecker())
    assert document.get("feed_url") == (f"{BASE}rafah.json" if base else None)
    assert document["items"][0]["date_published"] == "2025-11-10T12:00:00Z"


def test_without_an_address_nothing_names_one() -> None:
    feed = a_feed(an_entry(url=""), base="")
    assert ET.fromstring(rss(feed)).findtext("channel/link") == feed.id
    assert URN.fullmatch(feed.id)
    for document in (rss(feed), atom(feed)):
        assert "self" not in document
    assert ET.fromstring(atom(feed)).findall(f"{ATOM}link") == []


def test_an_empty_feed_is_one() -> None:
    assert feedparser.parse(BytesIO(rss(a_feed()).encode())).bozo is False
    assert ET.fromstring(atom(a_feed())).findtext(f"{ATOM}updated") == "2025-11-10T12:00:00Z"
    assert json.loads(json_feed(a_feed()))["items"] == []


@pytest.mark.parametrize("document", [rss, atom])
def test_hostile_texts_come_out_of_xml_as_they_are(document) -> None:  # type: ignore[no-untyped-def]
    entries = hostile_entries()
    root = ET.fromstring(document(a_feed(*entries)))
    titles = [one.text or "" for one in root.iter() if one.tag.rpartition("}")[2] == "title"][1:]
    assert titles == [xml_text(entry.title) for entry in entries]
    bodies = [one.text or "" for one in root.iter() if one.tag in ("description", f"{ATOM}content")]
    for body in bodies:
        tags = Tags(body)
        assert tags.found <= {"p", "b"}
        assert tags.attributes <= {"dir", "lang"}


@pytest.mark.parametrize("document", [rss, atom])
def test_feedparser_reads_every_entry(document) -> None:  # type: ignore[no-untyped-def]
    entries = hostile_entries()
    found = feedparser.parse(BytesIO(document(a_feed(*entries)).encode()))
    assert found.bozo is False
    assert [one.id for one in found.entries] == [entry.id for entry in entries]
    assert [one.link for one in found.entries] == [entry.url for entry in entries]
    assert all(one.published_parsed for one in found.entries)
    assert found.entries[-4].title == HOSTILE["arabic"]


def test_ids_are_uris_that_begin_with_the_digits_of_the_match() -> None:
    made = {entry_id(MatchId(f"{number:032x}")) for number in range(0, 2**128, 2**128 // 50)}
    assert len(made) == 51
    assert all(URN.fullmatch(one) for one in made)
    assert entry_id(MatchId("1a2b3c4d" + 24 * "f")).startswith("urn:uuid:1a2b3c4d-ffff-8fff-bfff-")


@pytest.mark.parametrize(
    ("given", "tag"), [("en", "en"), ("zh-Hant-TW", "zh-Hant-TW"), ("", ""), ("english", ""), ('a"b', "")]
)
def test_only_a_tag_is_named_as_a_language(given: str, tag: str) -> None:
    assert language_tag(given) == tag


def test_addresses_are_absolute_and_ascii() -> None:
    feed = OutgoingFeed(name="رفح 1", title="", description="", updated_at=NOON, entries=(), base=BASE)
    own = feed.address_of(".json")
    assert own.isascii()
    assert urlsplit(own).path == "/feeds/%D8%B1%D9%81%D8%AD%201.json"
