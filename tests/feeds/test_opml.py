"""Lists of feeds, read and written."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds.elements import Fault
from monitor.feeds.opml import FeedList, Listed, read_opml, write_opml
from monitor.text.clean import one_line
from tests.builders import NOON

LISTS = Path(__file__).parents[3] / "shared" / "corpora" / "feeds" / "lists"


def opml(body: str, prolog: str = '<?xml version="1.0" encoding="UTF-8"?>\n') -> bytes:
    return f'{prolog}<opml version="2.0"><head><title>Mine</title></head><body>\n{body}</body></opml>'.encode()


def listed(body: bytes) -> FeedList:
    found = read_opml(body)
    assert isinstance(found, FeedList), found
    return found


def test_feeds_are_read_with_the_folders_they_are_in() -> None:
    body = """<outline text="الشرق الأوسط"><outline title="Gaza">
    <outline type="rss" text="الجزيرة" title="Al &amp; Jazeera" xmlUrl="https://gazette.example/rss?a=1&amp;copy=2"
     htmlUrl="https://gazette.example/" language="ar" category="/World/Gaza, daily,,Gaza" description="x"/></outline>
    </outline><outline text="A note"/><outline text="Bare" xmlurl="gazette.example/feed"/>"""
    first, second = listed(opml(body)).feeds
    assert first == Listed(
        url="https://gazette.example/rss?a=1&copy=2",
        text="الجزيرة",
        title="Al & Jazeera",
        site="https://gazette.example/",
        language="ar",
        tags=("الشرق الأوسط", "Gaza", "World/Gaza", "daily"),
        line=4,
    )
    assert second == Listed(url="https://gazette.example/feed", text="Bare", line=6)


def test_what_half_of_the_programs_get_wrong_is_read_as_it_is_meant() -> None:
    body = '<outline text="A&nbsp;&eacute;" xmlUrl="https://gazette.example/?a=1&b=2&x=&#1;"/>'
    (feed,) = listed(opml(body)).feeds
    assert (feed.text, feed.url) == ("A é", "https://gazette.example/?a=1&b=2&x=\ufffd")
    latin = opml('<outline text="é" xmlUrl="https://gazette.example/"/>').decode().replace("UTF-8", "iso-8859-1")
    assert listed(latin.encode("latin-1")).feeds[0].text == "é"
    assert listed(latin.encode("utf-16")).feeds[0].text == "é"


def test_an_outline_without_an_address_is_refused_with_its_line() -> None:
    body = """<outline type="rss" text="None"/>
    <outline text="Mail" xmlUrl="mailto:desk@gazette.example"/><outline xmlUrl="http://user:hunter2@[/"/>
    <outline title="Script" xmlUrl="javascript:alert(1)"/><outline text="Good" xmlUrl="feed://gazette.example/a"/>"""
    found = listed(opml(body))
    assert [(one.line, one.what) for one in found.refused] == [
        (3, '"None" has no address (xmlUrl)'),
        (4, '"Mail" has no http(s) address: "mailto:desk@gazette.example"'),
        (4, '"" has no http(s) address: "http://***@[/"'),
        (5, '"Script" has no http(s) address: "javascript:alert(1)"'),
    ]
    assert [feed.url for feed in found.feeds] == ["https://gazette.example/a"]


@pytest.mark.parametrize(
    ("body", "line", "what"),
    [
        (b"", 1, "the answer is empty, not OPML"),
        (b"%PDF-1.7", 1, "this is a PDF file, not OPML"),
        (b"<html><body>", 1, 'not OPML: it begins with "<html><body>"'),
        (opml('<outline text="A">'), 3, "mismatched tag"),
        (opml('<outline text="A" text="B"/>', "<?xml version='1.0'?>\n<!-- \n -->\n"), 5, "duplicate attribute"),
        (opml("&unknown;"), 3, "undefined entity"),
        (opml("<outline>" * 200), 3, "elements nested more than 100 deep"),
        (opml("", '<?xml version="1.0"?><!DOCTYPE opml []>'), 1, "a DTD, which may make a document explode"),
        (opml("", '<!DOCTYPE opml SYSTEM "file:///etc/passwd">'), 1, "a DTD, which may make a document explode"),
        (opml('<!DOCTYPE a [<!ENTITY b "c">]>'), 3, "not well-formed"),
    ],
)  # fmt: skip
def test_what_is_broken_says_where(body: bytes, line: int, what: str) -> None:
    found = read_opml(body)
    assert isinstance(found, Fault)
    assert (found.line, found.what[: len(what)]) == (line, what)


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), max_size=20).map(one_line)
FEEDS = st.builds(
    Listed,
    url=st.just("https://gazette.example/?a=1&b=2"),
    text=TEXTS,
    title=TEXTS,
    tags=st.lists(st.sampled_from(["Gaza", "رفح", "a/b", "<b>", '"']), max_size=3, unique=True).map(tuple),
)


@given(st.lists(FEEDS))
def test_what_is_written_is_read_back(feeds: list[Listed]) -> None:
    written = write_opml(feeds, title="Mine & <yours>", now=NOON)
    assert [replace(feed, line=0) for feed in listed(written.encode()).feeds] == feeds
    assert "<dateCreated>Mon, 10 Nov 2025 12:00:00 GMT</dateCreated>" in written


def test_quotes_and_html_in_a_value_are_mended() -> None:
    body = """<outline text="Газета "Коммерсантъ". Главное" description="A <a href="https://x.example/">B</a> 'c'"
    xmlUrl="https://gazette.example/rss"/>"""
    (feed,) = listed(opml(body)).feeds
    assert (feed.text, feed.url) == ('Газета "Коммерсантъ". Главное', "https://gazette.example/rss")


def test_an_address_without_its_secret_is_refused() -> None:
    found = read_opml(
        opml('<outline text="A" xmlUrl="https://a.example/?key=***"/><outline xmlUrl="https://***@b.example/"/>')
    )
    assert isinstance(found, FeedList)
    assert (found.feeds, [one.what for one in found.refused]) == (
        (),
        [
            '"A" has an address whose secret was left out: "https://a.example/?key=***"; write it whole',
            '"" has an address whose secret was left out: "https://***@b.example/"; write it whole',
        ],
    )


@pytest.mark.corpora
@pytest.mark.skipif(not LISTS.exists(), reason="needs the lists of ../shared/corpora/feeds")
def test_every_list_of_the_corpora_is_read_or_refused_with_its_line() -> None:
    found = {path: read_opml(path.read_bytes()) for path in sorted(LISTS.rglob("*.opml"))}
    faults = {path.name: one for path, one in found.items() if isinstance(one, Fault)}
    read = {path: one for path, one in found.items() if isinstance(one, FeedList)}
    written = {path: path.read_text(encoding="utf-8", errors="replace").lower().count("xmlurl=") for path in read}
    assert {
        path.name: written[path] for path, one in read.items() if len(one.feeds) + len(one.refused) != written[path]
    } == {}
    assert (len(found), len(faults), sum(len(one.feeds) for one in read.values())) == (118, 0, 1572)
