"""The quick reader and feedparser find the very same in whatever the quick one takes."""

import gzip
import warnings
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.errors import ParseError
from monitor.feeds import plain_feed, xml_feed
from monitor.feeds.preclean import preclean
from monitor.feeds.sniff import Format, sniff
from monitor.text.decoding import decode

FEEDS = Path(__file__).parents[3] / "shared" / "corpora" / "feeds"
# Folder → of how many files one is read, and of how many of those the quick one takes at least a share.
SAMPLES = {"feedparser-suite": (1, 0.3), "real": (4, 0.6), "wire-2026-08": (3, 0.9), "sequences": (24, 0.9)}
_NAMES = (
    'xmlns:atom="http://www.w3.org/2005/Atom" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/"'
    ' xmlns:slash="http://purl.org/rss/1.0/modules/slash/" xmlns:thr="http://purl.org/syndication/thread/1.0"'
    ' xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0" xmlns:own="urn:own"'
)


def rss(items: str, channel: str = "<title>The Gazette</title>", root: str = "") -> str:
    return f'<rss version="2.0" {_NAMES} {root}><channel>{channel}{items}</channel></rss>'


def atom(entries: str, feed: str = "<title>The Gazette</title>", root: str = 'xml:lang="en_GB"') -> str:
    names = _NAMES.partition('"http://www.w3.org/2005/Atom"')[2]
    return f'<feed xmlns="http://www.w3.org/2005/Atom" {names} {root}>{feed}{entries}</feed>'


def told(found: xml_feed.XmlFeed) -> tuple[object, ...]:
    """All of it that is used."""
    about = [str(found.about.get(name) or "") for name in ("title", "language")]
    return found.items, about, xml_feed.lifetime(found.about), found.is_broken


def is_same(document: str) -> bool:
    """Whether the quick reader takes the document. It then finds what feedparser finds."""
    quick = plain_feed.read(document)
    if quick is None:
        return False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert told(quick) == told(xml_feed.read(document)), document[:5000]
    return True


RSS_PARTS = [
    "<title>Headline</title>",
    "<title> Two\nlines &amp;amp; &lt;b&gt;bold&lt;/b&gt; </title>",
    "<title/>",
    "<title>caf\u00c3\u00a9 \u2019</title>",
    "<title>r\u00e9sum\u00e9</title>",
    "<title>AT&amp;T; a &amp;eacute; b</title>",
    "<link>https://gazette.example/1</link>",
    "<link>/relative?a=1&amp;amp;b=2&amp;c;=3</link>",
    "<link> </link>",
    "<link/>",
    "<link>http://[broken</link>",
    "<link>HTTPS:////gazette.example/x;?#</link>",
    "<link>https://gazette.example/a?</link>",
    "<guid>https://gazette.example/guid</guid>",
    '<guid isPermaLink="false">id 1</guid>',
    '<guid isPermaLink="true">guid</guid>',
    '<guid isPermaLink="False">/x</guid>',
    "<guid/>",
    "<pubDate>Wed, 05 Nov 2025 10:11:12 GMT</pubDate>",
    "<pubDate>1 Oct 2025 00:30:00 +0530</pubDate>",
    "<pubDate>Tue, 04 Nov 2025 23:59:59 -0700</pubDate>",
    "<pubDate/>",
    "<dc:date>2025-11-05T10:11:12.5+02:00</dc:date>",
    "<dc:date>2025-11-05T10:11:12Z</dc:date>",
    "<description>Plain &amp; simple</description>",
    "<description><![CDATA[<p>HTML</p>]]></description>",
    "<description/>",
    "<content:encoded><![CDATA[<p>All of it</p>]]></content:encoded>",
    "<author>desk@gazette.example (The Desk)</author>",
    "<author>Jane Doe</author>",
    "<author/>",
    "<dc:creator><![CDATA[Zoë]]></dc:creator>",
    "<dc:creator>a@b.example</dc:creator>",
    '<atom:link href="/atom" rel="Alternate"/>',
    '<atom:link rel="self" href="https://gazette.example/self"/>',
    '<atom:link rel="related" type="text/html; x" href="https://gazette.example/related"/>',
    '<atom:link rel="alternate" type="text/html; x" href="https://gazette.example/odd" thr:count="1"/>',
    "<feedburner:origLink>https://gazette.example/original</feedburner:origLink>",
    '<category domain="x">War</category>',
    "<comments>https://gazette.example/1#c</comments>",
    "<slash:comments>3</slash:comments>",
    '<enclosure url="https://gazette.example/1.mp3" type="audio/mpeg" length="1"/>',
    '<source url="https://other.example/feed">Other</source>',
    "<dc:subject>Peace</dc:subject>",
    '<media:content url="https://gazette.example/1.jpg" medium="image"/>',
    "<media:credit>Photographer</media:credit>",
    '<own:score own:of="10"><own:part>1</own:part>2</own:score>',
    " loose text ",
    '<post-id xmlns="com-wordpress:feed-additions:1">7</post-id>',
    "<!-- a comment --><?an instruction?>",
]
ATOM_PARTS = [
    "<title>Headline</title>",
    '<title type="html">A &lt;i&gt;word&lt;/i&gt;</title>',
    '<title type="text">a &amp;lt; b</title>',
    '<title xml:base="/base/">Based</title>',
    '<link href="https://gazette.example/1"/>',
    '<link rel="alternate" type="text/html" href="/1" title="One" hreflang="en"/>',
    '<link rel="enclosure" href="https://gazette.example/1.mp3" length="5"/>',
    '<link rel="via" href="https://other.example/"/>',
    "<id>tag:gazette.example,2025:1</id>",
    "<id>https://gazette.example/id</id>",
    "<id>/relative</id>",
    "<published>2025-11-05T10:11:12+00:00</published>",
    "<updated>2025-11-06T10:11:12-03:30</updated>",
    "<updated/>",
    "<summary>Short</summary>",
    '<summary type="html">&lt;p&gt;Short&lt;/p&gt;</summary>',
    "<content>As text</content>",
    '<content type="html" xml:base="https://other.example/">&lt;p&gt;Long&lt;/p&gt;</content>',
    "<author><name>Jane Doe</name></author>",
    "<author><name>Desk</name><email>d@gazette.example</email><uri>/d</uri></author>",
    "<author><email>only@gazette.example</email></author>",
    "<author><name/></author>",
    '<author><name>With</name><own:image rel="x"/></author>',
    '<category term="war"/>',
    "<rights>Ours</rights>",
    "<thr:total>5</thr:total>",
    "<feedburner:origLink>https://gazette.example/original</feedburner:origLink>",
]
RSS_FEED = [
    '<sy:updatePeriod xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">hourly</sy:updatePeriod>',
    '<sy:updateFrequency xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"> 2 </sy:updateFrequency>',
    "<title>The &amp;amp; Gazette</title>",
    "<language>en-gb</language>",
    "<ttl>30</ttl>",
    "<link>https://gazette.example</link>",
    "<description>News</description>",
    '<generator url="x">own</generator>',
    "<lastBuildDate>now</lastBuildDate>",
    "<image><url>/logo.png</url><title>Logo</title><link>/</link></image>",
    '<atom:link href="/rss" rel="self"/>',
    "<feedburner:info/>",
    '<cloud domain="x"/>',
    "<managingEditor>a@b.example</managingEditor>",
]
ATOM_FEED = [
    '<sy:updatePeriod xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">hourly</sy:updatePeriod>',
    '<sy:updateFrequency xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"> 2 </sy:updateFrequency>',
    "<title>The Gazette</title>",
    '<title type="html">The &amp;amp; Gazette</title>',
    "<id>urn:x</id>",
    "<subtitle>News</subtitle>",
    "<updated>2025-11-05T10:11:12Z</updated>",
    "<author><name>All</name></author>",
    '<link href="/" rel="alternate"/>',
]
UNUSUAL_PARTS = [
    "<unknown/>",
    "<title>One</title><title>Two</title>",
    "<title><b>Bold</b></title>",
    '<title lang="en">Headline</title>',
    '<title type="html">Headline</title>',
    "<link>/1</link><link>/2</link>",
    '<link href="/1"/>',
    "<atom:link/>",
    '<atom:link href=""/>',
    '<atom:link href="/1"><own:x/></atom:link>',
    '<atom:link href="/1" base="/x"/>',
    "<guid>1</guid><guid>2</guid>",
    '<guid other="x">1</guid>',
    "<pubDate>yesterday</pubDate>",
    "<pubDate>31 Feb 2025 10:00:00 GMT</pubDate>",
    "<pubDate>01 Jan 0001 00:00:00 +2300</pubDate>",
    "<description>a</description><description>b</description>",
    "<content:encoded/><content:encoded/>",
    "<author>a@b.example</author><dc:creator>Jane</dc:creator>",
    '<category xml:lang="en">War</category>',
    "<category>War<b/></category>",
    "<media:title>Other</media:title>",
    "<media:content><media:title>Other</media:title></media:content>",
    "<own:part><title>Inside</title></own:part>",
    '<own:part xml:base="/x"/>',
    '<own:part own:lang="de"/>',
    '<part xmlns="urn:bare">x</part>',
    "<title>\u0093quoted\u0094 \u4e2d</title>",
    "<dc:title>Other</dc:title>",
    "<content:items/>",
]
UNUSUAL_ATOM_PARTS = [
    '<title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">x</div></title>',
    '<title type="strange">x</title>',
    "<link/>",
    "<author/>",
    "<author>Jane</author>",
    "<author>Jane<name>Jane</name></author>",
    "<author><name>A</name><name>B</name></author>",
    "<author><name>a@b.example</name></author><author><name>B</name></author>",
    "<author><unknown/></author>",
    '<author lang="en"><name>A</name></author>',
    '<summary xml:lang="de">x</summary>',
    '<content src="/x"/>',
    "<source><title/></source>",
]
UNUSUAL_DOCUMENTS = {
    "not well-formed": rss("<item>"),
    "no channel": '<rss version="2.0"/>',
    "two channels": '<rss version="2.0"><channel/><channel/></rss>',
    "another root": "<channel><item/></channel>",
    "an attribute of the root": rss("", root='lang="en"'),
    "an attribute of the channel": '<rss version="2.0"><channel lastmod="x"/></rss>',
    "an attribute of the feed": atom("", root='xml:base="/x"'),
    "an attribute of an item": rss('<item about="x"/>'),
    "an image of many parts": rss("", "<image><title/><title/></image>"),
    "an image with more": rss("", "<image><more/></image>"),
    "a part of an image": rss("", "<image><title><b/></title></image>"),
    "another version of RSS": rss("<item/>", root='xmlns="http://purl.org/rss/1.0/"'),
    "an old namespace": rss("<item/>", root='xmlns:old="http://backend.userland.com/rss2"'),
    "a name for a namespace unknown": rss("<item/>", root='xmlns:title="urn:other"'),
    "a name that is another's": rss(
        "<item/>", root='xmlns:cc="http://web.resource.org/cc/" xmlns:sy="http://purl.org/dc/terms/"'
    ),
    "two namespaces of one name": rss('<item xmlns:own="urn:other"/>'),
    "a declaration that is none": rss("<item><title>xmlns</title></item>"),
}


def _item(parts: list[str], name: str) -> str:
    return f"<{name}>{''.join(parts)}</{name}>"


@pytest.mark.parametrize("part", RSS_PARTS)
def test_every_part_of_an_rss_item_is_read_alike(part: str) -> None:
    assert is_same(rss(_item([part], "item")))


@pytest.mark.parametrize("part", ATOM_PARTS)
def test_every_part_of_an_atom_entry_is_read_alike(part: str) -> None:
    assert is_same(atom(_item([part], "entry")))


@pytest.mark.parametrize("part", RSS_FEED)
def test_what_an_rss_feed_says_of_itself_is_read_alike(part: str) -> None:
    assert is_same(rss("<item><title>Headline</title></item>", part))
    assert is_same(rss("<item><title>Headline</title></item>", part, 'xml:lang="fr"'))


@pytest.mark.parametrize("part", ATOM_FEED)
def test_what_an_atom_feed_says_of_itself_is_read_alike(part: str) -> None:
    assert is_same(atom("<entry><title>Headline</title></entry>", part))


@pytest.mark.parametrize("part", UNUSUAL_PARTS)
def test_an_unusual_part_of_an_item_is_left_to_feedparser(part: str) -> None:
    assert not is_same(rss(_item([part], "item")))


@pytest.mark.parametrize("part", UNUSUAL_ATOM_PARTS)
def test_an_unusual_part_of_an_entry_is_left_to_feedparser(part: str) -> None:
    assert not is_same(atom(_item([part], "entry")))


@pytest.mark.parametrize("what", UNUSUAL_DOCUMENTS)
def test_an_unusual_document_is_left_to_feedparser(what: str) -> None:
    assert not is_same(UNUSUAL_DOCUMENTS[what])


_RSS = st.builds(
    lambda items, about: rss("".join(_item(parts, "item") for parts in items), "".join(about)),
    st.lists(st.lists(st.sampled_from(RSS_PARTS), max_size=8, unique=True), max_size=3),
    st.lists(st.sampled_from(RSS_FEED), max_size=4, unique=True),
)
_ATOM = st.builds(
    lambda items, about: atom("".join(_item(parts, "entry") for parts in items), "".join(about)),
    st.lists(st.lists(st.sampled_from(ATOM_PARTS), max_size=8, unique=True), max_size=3),
    st.lists(st.sampled_from(ATOM_FEED), max_size=4, unique=True),
)


@settings(max_examples=150, deadline=None)
@given(document=_RSS | _ATOM)
def test_whatever_the_quick_reader_takes_is_read_alike(document: str) -> None:
    is_same(document)


def _documents(folder: str) -> list[str]:
    every = SAMPLES[folder][0]
    paths = sorted(path for path in (FEEDS / folder).rglob("*") if path.suffix in (".xml", ".gz") and path.is_file())
    return [text for path in paths[::every] for text in _precleaned(path)]


def _precleaned(path: Path) -> list[str]:
    body = path.read_bytes()
    text = decode(gzip.decompress(body) if path.suffix == ".gz" else body)
    try:
        sniffed = sniff(text)
        return [preclean(text, sniffed.start)] if sniffed.format is Format.XML else []
    except ParseError:
        return []


@pytest.mark.corpora
@pytest.mark.skipif(not FEEDS.exists(), reason="needs the feeds of ../shared/corpora/feeds")
@pytest.mark.parametrize("folder", SAMPLES)
def test_real_feeds_are_read_alike(folder: str) -> None:
    documents = _documents(folder)
    taken = sum(is_same(document) for document in documents)
    assert taken >= SAMPLES[folder][1] * len(documents) > 0
