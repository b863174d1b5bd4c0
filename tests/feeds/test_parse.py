"""Bytes of a feed → entries."""

import builtins
import json
import socket
import urllib.request
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from time import process_time

import pytest

from monitor.errors import ParseError
from monitor.feeds import xml_feed
from monitor.feeds.parse import parse
from monitor.model import SkipReason
from tests.builders import NOON
from tests.feeds.documents import item, only, read, rss

ALL = "All that there is to say of it. " * 10
ATOM = """<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom" xml:lang="ar"><title>أخبار</title>
<entry><id>tag:gazette.example,2025:1</id><title type="html">A &amp;lt;b&amp;gt; &lt;b&gt;title&lt;/b&gt;</title>
<link rel="self" href="/self"/><link href="/1"/><updated>2025-11-10T10:00:00+02:00</updated>
<author><name>Jane</name></author><author><name>Joe</name></author><summary>Short.</summary>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>One</p><p>Two</p></div></content></entry></feed>"""
RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">
<channel><title>C</title></channel><item rdf:about="https://gazette.example/r"><title>R</title>
<link>https://gazette.example/r</link></item></rdf:RDF>"""


def test_an_rss_item_becomes_an_entry() -> None:
    inside = """<guid isPermaLink="false">g-1</guid><pubDate>Mon, 10 Nov 2025 10:00:00 GMT</pubDate>
    <dc:creator>Jane</dc:creator><description>&lt;p&gt;Tom &amp;amp; Jerry&lt;/p&gt;</description>"""
    feed = read(rss(item(inside), channel="<title>The Gazette</title><language>en-us</language><ttl>30</ttl>"))
    (entry,) = feed.entries
    assert (feed.title, feed.language, feed.ttl, feed.damaged) == ("The Gazette", "en", timedelta(minutes=30), "")
    assert (entry.key, entry.link, entry.title) == ("g-1", "https://gazette.example/1", "Headline")
    assert (entry.text, entry.authors, entry.language) == ("Tom & Jerry", ("Jane",), "")
    assert entry.published_at == datetime(2025, 11, 10, 10, tzinfo=UTC)
    assert entry.published_raw == "Mon, 10 Nov 2025 10:00:00 GMT"


def test_an_atom_entry_becomes_an_entry() -> None:
    entry = only(ATOM)
    assert (entry.key, entry.link) == ("tag:gazette.example,2025:1", "https://gazette.example/1")
    assert (entry.title, entry.text, entry.language) == ("A <b> title", "One\nTwo\nShort.", "ar")
    assert (entry.authors, entry.published_at) == (("Jane", "Joe"), datetime(2025, 11, 10, 8, tzinfo=UTC))


@pytest.mark.parametrize(
    "document",
    [
        RDF,
        '<rss version="0.91"><channel><item><title>R</title><link>https://gazette.example/r</link></item></channel></rss>',
        "PHP Warning: mysql in x.php\n" + rss(item(title="R", link="https://gazette.example/r")),
        '<?xml version="1.0"?><!DOCTYPE html><feed xmlns="http://www.w3.org/2005/Atom"><entry><title>R</title>'
        '<link href="https://gazette.example/r"/></entry></feed>',
        "\ufeff\ufeff\n<!-- made by x --><?xml-stylesheet href='a'?>"
        + rss(item(title="R", link="https://gazette.example/r")),
        "<rss rss:version=2.0><rss:channel><rss:item><rss:title>R</rss:title>"
        "<rss:link>https://gazette.example/r</rss:link></rss:item></rss:channel></rss>",
        '<rss:RDF xmlns:rss="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"><item>'
        "<title>R</title><link>https://gazette.example/r</link></item></rss:RDF>",
    ],
    ids=["rdf", "rss 0.91", "junk before", "doctype html", "marks and comments before", "rss:", "rss: bound"],
)
def test_many_forms_are_read(document: str) -> None:
    entry = only(document)
    assert (entry.title, entry.link, entry.key) == ("R", "https://gazette.example/r", "https://gazette.example/r")


def test_a_json_feed_is_read() -> None:
    full = {
        "id": 7,
        "url": "/7",
        "title": "A < B",
        "content_html": "<p>One</p><p>Two</p>",
        "summary": "Short.",
        "date_published": "2025-11-10T10:00:00+02:00",
        "author": {"name": "Jane"},
        "authors": [{"name": "Jane"}, {"name": "Joe"}, "x"],
        "language": "he-IL",
    }
    odd = {"external_url": "https://other.example/", "date_modified": "someday", "authors": "Joe", "id": True}
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "J",
        "language": "he",
        "items": [full, odd, 3, {}],
    }
    feed = read(json.dumps(document), content_type="application/feed+json")
    first, second = feed.entries
    assert (feed.offered, feed.title, feed.language) == (4, "J", "he")
    assert (first.key, first.link, first.title) == ("7", "https://gazette.example/7", "A < B")
    assert (first.text, first.authors, first.language) == ("One\nTwo\nShort.", ("Jane", "Joe"), "he")
    assert first.published_at == datetime(2025, 11, 10, 8, tzinfo=UTC)
    assert (second.key, second.published_at, second.published_raw) == ("https://other.example/", None, "someday")
    assert [(each.position, each.reason, each.detail) for each in feed.skipped] == [
        (2, SkipReason.UNREADABLE, "not an item"),
        (3, SkipReason.EMPTY, ""),
    ]


@pytest.mark.parametrize("date", ["2025-11-10T10:00:00", "2025-11-10T10:00:00Z"])
def test_a_json_date_without_a_zone_is_utc(date: str) -> None:
    assert only(json.dumps({"items": [{"title": "A", "date_published": date}]})).published_at == datetime(
        2025, 11, 10, 10, tzinfo=UTC
    )


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "the answer is empty, not a feed"),
        (b" \n\x00", "the answer is empty, not a feed"),
        (b"%PDF-1.7 ...", "this is a PDF file, not a feed"),
        (
            b"<!DOCTYPE html><html><title>Not here\n404</title>",
            'this is an HTML page, not a feed: "Not here 404"; look for',
        ),
        (b"<html><body>x", "this is an HTML page, not a feed; look for the site's feed address"),
        (
            b'<?xml version="1.0"?><urlset xmlns="x"></urlset>',
            "this is a sitemap of pages, not of news: it gives no titles",
        ),
        (b"<opml version='2'></opml>", "this is an OPML list of feeds: import it instead, not a feed"),
        (b"<a:book xmlns:a='x'/>", "this is XML with the root <a:book>, not a feed"),
        (b"Service unavailable", 'this is not a feed: it begins with "Service unavailable"'),
        (b"<!-- never closed", 'this is not a feed: it begins with "<!-- never closed"'),
        (b"<?php never closed", 'this is not a feed: it begins with "<?php never closed"'),
        (b"<!DOCTYPE x [ never closed>", 'this is not a feed: it begins with "<!DOCTYPE x [ never closed>"'),
        (
            b'{"version": "https://jsonfeed.org/version/1", "items": [{"id"',
            "this begins like a JSON Feed, but cannot be read",
        ),
        (b"[" * 100_000, "this begins like a JSON Feed, but cannot be read"),
        (b'{"error": "x"}', 'this is JSON, but not a JSON Feed: it has no list of "items"'),
        (b"[1]", 'this is JSON, but not a JSON Feed: it has no list of "items"'),
        (b"<rss><channel><title>x", "the feed is broken or cut off, and no entry in it can be read: "),
        (
            b"<rss><channel><title>a < b</title></channel></rss>",
            "the feed is broken or cut off, and no entry in it can be read: ",
        ),
        (b"<channel>x</channel>", "this is XML, but not a feed that can be read"),
    ],
)
def test_what_is_no_feed_is_refused_by_its_name(body: bytes, message: str) -> None:
    with pytest.raises(ParseError) as caught:
        read(body)
    assert str(caught.value).startswith(message)


def test_an_empty_feed_is_a_feed() -> None:
    assert (read(rss("")).offered, read('<feed xmlns="http://www.w3.org/2005/Atom"/>').offered) == (0, 0)


def test_of_a_feed_that_is_cut_off_all_before_the_cut_is_kept() -> None:
    second = item("<description>It is said that</description>", title="Second", link="https://gazette.example/2")
    whole = rss(item("<description>One</description>") + second)
    feed = read(whole[: whole.index(" said that")])
    assert [(entry.title, entry.text) for entry in feed.entries] == [("Headline", "One"), ("Second", "")]
    assert feed.damaged == "the document is cut off before its end"


CUT = {
    "RSS": rss(
        item("<guid isPermaLink='false'>a1</guid><description>One</description>")
        + "<item><title>A &amp; b</title><dc:creator>X</dc:creator><link><![CDATA[https://gazette.example/2]]></link>"
        "<guid>https://gazette.example/2</guid><description><![CDATA[<link rel=x><p>Two</p>]]></description></item>"
    ),
    "RSS, a guid that is the link": rss(item() + "<item><guid>https://gazette.example/2</guid><title>B</title></item>"),
    "RSS without links": rss(item() + "<item><title>Second</title><description>Two</description></item>"),
    "RDF": '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">'
    "<item><title>One</title><link>https://gazette.example/1</link></item>"
    '<item rdf:about="https://gazette.example/2"><title>B</title><link>https://gazette.example/2</link></item></rdf:RDF>',
    "Atom": '<feed xmlns="http://www.w3.org/2005/Atom"><title>G</title>'
    '<entry><id>urn:1</id><title>One</title><link href="https://gazette.example/1"/><summary>S</summary></entry>'
    '<entry><id>urn:2</id><link rel="alternate" href="https://gazette.example/2"/>\n<title type="xhtml">'
    '<div xmlns="http://www.w3.org/1999/xhtml"><b>Two</b> of them</div></title><summary>Said</summary></entry></feed>',
    "JSON": '{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "url": "https://gazette.example/1", '
    '"title": "One"}, {"id": "2", "url": "https://gazette.example/2", "title": "Two", "authors": [{"name": "X"}]}]}',
    "sitemap": '<urlset xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">'
    "<url><loc>https://gazette.example/1</loc><news:news><news:title>One</news:title></news:news></url>"
    "<url><news:news><news:title>Two</news:title></news:news><loc>https://gazette.example/2</loc></url></urlset>",
}


@pytest.mark.parametrize("whole", CUT.values(), ids=CUT)
def test_wherever_a_feed_is_cut_off_it_offers_no_article_that_is_not_in_the_whole(whole: str) -> None:
    sound, reasons = read(whole), set()
    known = {(entry.link, entry.title) for entry in sound.entries}
    for end in range(whole.index("gazette.example/1"), len(whole)):
        try:
            feed = read(whole[:end])
        except ParseError:
            continue
        assert {(entry.link, entry.title) for entry in feed.entries} <= known, whole[:end]
        assert feed.offered == len(feed.entries) + feed.repeated + len(feed.skipped) <= sound.offered
        reasons |= {each.reason for each in feed.skipped}
    assert reasons == {SkipReason.CUT_OFF}


def test_a_bug_of_the_parser_is_a_typed_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise KeyError("odd")

    monkeypatch.setattr("feedparser.parse", fails)
    with pytest.raises(ParseError, match="the feed cannot be read: KeyError: 'odd'"):
        read(rss("<unknown/>"))


@pytest.mark.parametrize(
    ("ttl", "lifetime"),
    [
        ("60", timedelta(hours=1)),
        ("0", None),
        ("soon", None),
        ("-5", None),
        ("9999999999", None),
        ("999999", timedelta(days=7)),
    ],
)
def test_the_lifetime_is_what_the_feed_says_up_to_a_week(ttl: str, lifetime: timedelta | None) -> None:
    assert read(rss("", channel=f"<title>x</title><ttl>{ttl}</ttl>")).ttl == lifetime


@pytest.mark.parametrize(
    ("period", "times", "ttl", "lifetime"),
    [
        ("hourly", "2", "", timedelta(minutes=30)),
        ("Daily", "", "", timedelta(days=1)),
        ("daily", "0", "10", timedelta(days=1)),
        ("hourly", "4", "20", timedelta(minutes=20)),
        ("yearly", "1", "", timedelta(days=7)),
        ("sometimes", "1", "", None),
        ("", "3", "", None),
    ],
)
def test_the_lifetime_is_also_the_time_between_updates(
    period: str, times: str, ttl: str, lifetime: timedelta | None
) -> None:
    update = f"<sy:updatePeriod>{period}</sy:updatePeriod><sy:updateFrequency>{times}</sy:updateFrequency>"
    space = 'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"'
    assert read(f"<rss {space}><channel><title>x</title>{update}<ttl>{ttl}</ttl></channel></rss>").ttl == lifetime


def test_a_feed_that_guesses_its_dates_dates_nothing_later_than_the_poll() -> None:
    dates = ["Mon, 10 Nov 2035 10:00:00 GMT", "Thu, 01 Jan 1970 00:00:00 GMT", "0000-00-00", "الإثنين 10 نوفمبر"]
    entries = read(rss("".join(item(f"<pubDate>{d}</pubDate>", link=f"/{n}") for n, d in enumerate(dates)))).entries
    assert [entry.published_at for entry in entries] == [NOON, None, None, None]
    assert [entry.published_raw for entry in entries] == dates


@pytest.mark.parametrize(
    ("date", "moment"),
    [
        ("2024-02-30", datetime(2024, 3, 1, tzinfo=UTC)),
        ("Thu, 30 Feb 2024 10:00:00 GMT", None),
        ("2024-02-30T25:61:61Z", datetime(2024, 3, 2, 2, 2, 1, tzinfo=UTC)),
        ("-1-01-01", None),
        ("Mon, 10 Nov 2025 10:00:00 +9999", datetime(2025, 11, 6, 5, 21, tzinfo=UTC)),
    ],
)
def test_a_date_that_is_none_rolls_over_or_is_left_out_and_is_kept_as_it_was(
    date: str, moment: datetime | None
) -> None:
    entry = only(rss(item(f"<pubDate>{date}</pubDate>")))
    assert (entry.published_at, entry.published_raw) == (moment, date)


@pytest.mark.parametrize("body", [b"<html><p>x</p>" * 150_000, bytes(range(1, 256)) * 8_000, b"<!--" * 500_000])
def test_two_megabytes_that_are_no_feed_are_refused_at_once(body: bytes) -> None:
    start = process_time()
    with pytest.raises(ParseError):
        read(body)
    assert process_time() - start < 2


@pytest.mark.parametrize("moment", [(-1, 1, 1, 0, 0, 0), (2016, 12, 31, 23, 59, 60), (10_000, 1, 1, 0, 0, 0)])
def test_a_moment_that_python_cannot_hold_is_none(moment: tuple[int, ...]) -> None:
    assert xml_feed._moment(moment) is None


def test_the_address_behind_feedburner_is_the_link() -> None:
    document = rss(
        item(
            "<feedburner:origLink>https://gazette.example/real</feedburner:origLink>", link="https://feeds.example/~r/1"
        ),
        root='xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0"',
    )
    assert only(document).link == "https://gazette.example/real"


@pytest.mark.parametrize(
    ("inside", "link"),
    [
        ("<guid>https://gazette.example/by-guid</guid>", "https://gazette.example/by-guid"),
        ('<guid isPermaLink="false">https://gazette.example/x</guid>', ""),
        ("<link>javascript:alert(1)</link>", ""),
        ("<link>/relative</link>", "https://gazette.example/relative"),
        ("<link>\n https://gazette.example/a?b=1&amp;c=2 \n</link>", "https://gazette.example/a?b=1&c=2"),
    ],
)
def test_the_link_is_an_absolute_address_or_none(inside: str, link: str) -> None:
    assert only(rss(f"<item><title>T</title>{inside}</item>")).link == link


def test_a_password_in_the_feeds_address_does_not_get_into_links() -> None:
    feed = read(rss(item(link="/1")), url="https://user:hunter2@gazette.example/rss")
    assert feed.entries[0].link == "https://gazette.example/1"
    assert read(rss(item(link="/1")), url="no address").entries[0].link == ""


@pytest.mark.parametrize("guid", ["12345", "/a/12345", "../12345", "?p=12345", "https://gazette.example/12345"])
def test_what_an_entry_is_known_by_does_not_change_with_the_address_of_its_feed(guid: str) -> None:
    document = rss(f"<item><title>T</title><guid>{guid}</guid></item>")
    (entry,), (moved,) = (read(document, url=url).entries for url in ("https://a.example/f/x", "https://b.example/rss"))
    assert entry.key == moved.key == guid


def test_the_base_of_one_item_does_not_hold_for_the_next() -> None:
    items = '<item xml:base="https://other.example/x/"><link>1</link></item><item><link>2</link></item>'
    assert [entry.link for entry in read(rss(items)).entries] == [
        "https://other.example/x/1",
        "https://gazette.example/feeds/2",
    ]


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("&lt;script&gt;alert(1)&lt;/script&gt;News", "News"),
        ("AT&amp;amp;T &amp;#8217;s", "AT&T ’s"),
        ("2 &lt; 3 and a &gt; b", "2 < 3 and a > b"),
        ("Review: &lt;Parasite&gt; wins", "Review: <Parasite> wins"),
        ("<![CDATA[Tom &amp; <b>Jerry</b>]]>", "Tom & Jerry"),
        ("a\n  b\u2028c", "a b c"),
        ("\x1b[31mred", "[31mred"),
        ("&#xD800;&#x110000;&#0;&#99999999999999;x&#x0A;y", "\ufffd\ufffd\ufffd\ufffdx y"),
        ("caf&eacute; &nbsp; &unknown; x", "café &unknown; x"),
        ("رفح", "رفح"),
    ],
)
def test_titles_are_plain_text_on_one_line(title: str, shown: str) -> None:
    assert only(rss(item(title=title))).title == shown


@pytest.mark.parametrize(
    ("inside", "text"),
    [
        ("<description>Line one\nline two</description>", "Line one\nline two"),
        ("<description>&lt;p&gt;One&lt;/p&gt;&lt;p&gt;Two&lt;br/&gt;Three</description>", "One\nTwo\nThree"),
        ("<description>Lead.</description><content:encoded>&lt;p&gt;Body.&lt;/p&gt;</content:encoded>", "Lead.\nBody."),
        (
            "<description>The lead …</description><content:encoded>The lead and more</content:encoded>",
            "The lead and more",
        ),
        ("<description></description>", ""),
    ],
)
def test_the_text_is_all_that_the_feed_says_once(inside: str, text: str) -> None:
    assert only(rss(item(inside))).text == text


@pytest.mark.parametrize(
    ("inside", "is_full"),
    [
        (f"<description>Lead.</description><content:encoded>{ALL}</content:encoded>", True),
        (f"<content:encoded>{ALL}</content:encoded>", True),
        (f"<description>{ALL}</description>", False),
        (f"<description>{ALL}, and more of it</description><content:encoded>{ALL}</content:encoded>", False),
        (f"<content:encoded>{ALL} […]</content:encoded>", False),
        ("<content:encoded>A teaser.</content:encoded>", False),
        ("", False),
    ],
)
def test_a_feed_carries_the_content_or_only_a_summary(inside: str, is_full: bool) -> None:
    assert only(rss(item(inside))).is_full is is_full


@pytest.mark.parametrize(("key", "is_full"), [("content_html", True), ("content_text", True), ("summary", False)])
def test_a_json_feed_carries_the_content_or_only_a_summary(key: str, is_full: bool) -> None:
    assert only(json.dumps({"items": [{"title": "A", key: ALL}]})).is_full is is_full


def test_content_that_is_no_text_is_passed_over() -> None:
    document = """<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>T</title><id>1</id>
    <content type="image/png">aGVsbG8=</content></entry></feed>"""
    assert only(document).text == ""


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("<author>jane@gazette.example</author>", ("jane@gazette.example",)),
        ("<author>jane@gazette.example (Jane Doe)</author>", ("Jane Doe",)),
        ("<author>Jane Doe &lt;jane@gazette.example&gt;</author>", ("Jane Doe",)),
        ("<dc:creator>Jane</dc:creator>", ("Jane",)),
        ("<author>&lt;script&gt;alert(1)&lt;/script&gt;Jane &lt;b&gt;Doe&lt;/b&gt;</author>", ("Jane Doe",)),
        ("<dc:creator>\x1b[31mJane</dc:creator>", ("[31mJane",)),
        ("<author></author>", ()),
    ],
)
def test_authors_are_known_by_their_names_where_there_are_any(given: str, shown: tuple[str, ...]) -> None:
    assert only(rss(item(given))).authors == shown


def test_an_item_may_have_a_language_of_its_own() -> None:
    assert only(rss(item("<dc:language>he</dc:language>"))).language == "he"


def test_an_item_that_says_nothing_is_skipped_with_the_reason() -> None:
    feed = read(rss(item() + "<item><description> </description></item>" + item(link="/2")))
    (skipped,) = feed.skipped
    assert (skipped.position, skipped.reason, len(feed.entries), feed.offered) == (1, SkipReason.EMPTY, 2, 3)


@pytest.mark.parametrize(
    ("encoding", "content_type"),
    [
        ("utf-8", "text/xml"),
        ("windows-1256", "text/xml; charset=windows-1256"),
        ("iso-8859-6", "application/xml"),
        ("utf-16", ""),
    ],
)
def test_arabic_is_read_in_every_encoding(encoding: str, content_type: str) -> None:
    prolog = f'<?xml version="1.0" encoding="{encoding}"?>'
    body = rss(item(title="أنفاق رفح"), prolog=prolog).encode(encoding)
    assert read(body, content_type=content_type).entries[0].title == "أنفاق رفح"


def test_a_hostile_charset_is_passed_over() -> None:
    prolog = '<?xml version="1.0" encoding="punycode"?>'
    assert only(rss(item(title="رفح"), prolog=prolog)).title == "رفح"


LAUGHS = '<!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'


@pytest.mark.parametrize(
    "prolog",
    [
        LAUGHS,
        "<!DOCTYPE rss [<!ENTITY % p 'x'><!ENTITY b '%p;'>]>",
        f'<!DOCTYPE rss [<!ENTITY a "{"x" * 1000}">]>',
    ],
    ids=["chained", "parameter", "long"],
)
def test_entities_that_could_explode_are_refused_before_parsing(prolog: str) -> None:
    body = rss(item(title="&a;" * 1000), prolog=prolog)
    with pytest.raises(ParseError, match="declares a DTD with entities"):
        read(body)


def test_a_megabyte_of_chained_entities_is_refused_at_once() -> None:
    chain = "".join(f'<!ENTITY e{n} "&e{n - 1};&e{n - 1};">' for n in range(1, 30_000))
    with pytest.raises(ParseError, match="may explode"):
        read(rss(item(title="&e29999;"), prolog=f'<!DOCTYPE rss [<!ENTITY e0 "x">{chain}]>'))


def test_entities_that_name_characters_are_read() -> None:
    prolog = """<!DOCTYPE rss [<!ENTITY % HTMLlat1 PUBLIC "-//W3C//ENTITIES Latin 1" "x.ent">%HTMLlat1;
    <!ENTITY gaza "غزة"><!ENTITY dash '&#8212;'>]>"""
    assert only(rss(item(title="&gaza;&dash;&eacute;"), prolog=prolog)).title == "غزة—é"


def test_an_external_entity_reads_no_file() -> None:
    prolog = '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
    assert only(rss(item(title="a &x; b"), prolog=prolog)).title == "a &x; b"


def test_a_body_that_is_a_file_name_reads_no_file() -> None:
    with pytest.raises(ParseError, match="it begins with"):
        read(b"/etc/hostname")


def test_a_feed_that_only_speaks_of_its_end_is_cut_off() -> None:
    said = "<description><![CDATA[the tag </rss> ends it]]></description>"
    whole = rss(item(said) + item(title="Second"))
    assert read(whole).damaged == ""
    assert read(whole[: whole.index("Second") + 3]).damaged == "the document is cut off before its end"


@pytest.mark.parametrize(
    "body",
    [
        b"http://127.0.0.1:9/feed",
        b"https://gazette.example/feed.xml\n",
        b"feed://gazette.example/",
        b"file:///etc/passwd",
        b"/etc/passwd",
        b"tests/feeds/documents.py",
        b"<rss><channel><link>http://127.0.0.1:9/</link></channel>",
    ],
)
def test_nothing_is_fetched_or_opened_that_a_body_names(body: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """feedparser takes text for an address or the name of a file first."""
    for owner, name in ((socket, "socket"), (socket, "getaddrinfo"), (urllib.request, "urlopen"), (builtins, "open")):
        monkeypatch.setattr(owner, name, lambda *given, **_: pytest.fail(f"asked for {given}"))
    with suppress(ParseError):
        assert parse(body, content_type="text/xml", url="https://gazette.example/feed", now=NOON).entries == ()


@pytest.mark.parametrize(
    "body",
    [
        b"<html><body>" + b"<p>Gaza <a href='/1'>news</a></p>" * 60_000,
        b"<div>" * 400_000,
        b"Gaza & <news> ceasefire\n" * 90_000,
        b"<" * 2_000_000,
        bytes(range(256)) * 8_000,
        "<!doctype html>".encode("utf-16") + b"x\0" * 1_000_000,
        b"<?xml version='1.0'?>" + b"<?pi?>" * 300_000,
        b"<!-- a -->" * 200_000 + b"<html>",
    ],
    ids=["html", "nested", "text", "brackets", "noise", "utf-16", "instructions", "comments"],
)
def test_two_megabytes_that_are_no_feed_are_refused_without_being_parsed(body: bytes) -> None:
    """feedparser spends up to 5 s on them."""
    started = process_time()
    with pytest.raises(ParseError):
        parse(body, content_type="text/html", url="https://gazette.example/", now=NOON)
    assert process_time() - started < 2


@pytest.mark.parametrize(
    ("given", "published"),
    [
        ("2024-02-30T10:00:00Z", datetime(2024, 3, 1, 10, tzinfo=UTC)),
        ("Fri, 30 Feb 2024 10:00:00 GMT", None),
        ("2023-02-29", datetime(2023, 3, 1, tzinfo=UTC)),
        ("2024-13-01T10:00:00Z", datetime(2025, 1, 1, 10, tzinfo=UTC)),
        ("2024-04-31T25:61:00Z", datetime(2024, 5, 2, 2, 1, tzinfo=UTC)),
        ("-001-11-30T00:00:00Z", NOON),
        ("0000-00-00T00:00:00Z", None),
    ],
)
def test_a_date_that_does_not_exist_rolls_over_but_not_into_the_future_and_is_kept_as_it_stood(
    given: str, published: datetime | None
) -> None:
    entry = only(rss(item(f"<pubDate>{given}</pubDate>")))
    assert (entry.published_at, entry.published_raw) == (published, given)
