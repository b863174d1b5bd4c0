"""Bytes of a page → its text and what it says of itself."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from time import process_time
from types import ModuleType

import pytest
import trafilatura

from monitor.articles import extract as extraction
from monitor.articles.extract import extract
from monitor.articles.metadata import MOST_DATE, moment_of
from monitor.errors import ParseError
from monitor.model import Page

URL = "https://gazette.example/news/1"
PARAGRAPHS = [
    "Israeli troops surrounded the tunnels under Rafah on Monday, officials said, as talks about the men went on.",
    "Mediators from Egypt and Qatar proposed that the fighters leave for a third country after handing over arms.",
    "A spokesman for the movement said that surrender was not on the table and that the matter belonged to the truce.",
]
ARTICLE = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)


def read(markup: str | bytes, content_type: str = "text/html; charset=utf-8") -> Page:
    body = markup.encode() if isinstance(markup, str) else markup
    return extract(body, content_type=content_type, url=URL)


def page(head: str = "", body: str = f"<article>{ARTICLE}</article>", attributes: str = "") -> Page:
    return read(f"<!DOCTYPE html><html {attributes}><head>{head}</head><body>{body}</body></html>")


def ld(**fields: object) -> str:
    return f'<script type="application/ld+json">{json.dumps({"@type": "NewsArticle", **fields})}</script>'


def test_the_text_is_the_articles_and_nothing_around_it() -> None:
    found = page(body=f"<nav><a href='/'>Home</a></nav><article>{ARTICLE}</article><footer>Imprint</footer>")
    assert found.text.split("\n") == PARAGRAPHS
    assert found.degraded is False


def test_comments_in_the_middle_of_text_hide_nothing() -> None:
    split = ARTICLE.replace(" on ", " <!-- -->on<!-- --> ")
    assert page(body=f"<article>{split}</article>").text.split("\n") == PARAGRAPHS


def test_arabic_is_read_in_its_declared_encoding() -> None:
    text = "قال مسؤولون إن القوات حاصرت الأنفاق في رفح يوم الاثنين بينما استمرت المحادثات حول الرجال في داخلها. " * 5
    markup = f'<html><head><meta charset="windows-1256"><title>رفح</title></head><body><p>{text}</p></body></html>'
    found = read(markup.encode("cp1256"), "text/html")
    assert "الأنفاق في رفح" in found.text
    assert found.title == "رفح"


def test_an_article_that_stands_in_json_ld_alone_is_found_among_scripts_and_styles() -> None:
    body = "<style>p { color: red }</style><script>var title = 'Rafah'</script><svg><text>Logo</text></svg><div></div>"
    found = page(head=ld(articleBody=" ".join(PARAGRAPHS)), body=body)
    assert found.text == " ".join(PARAGRAPHS)


def test_an_article_in_several_parts_is_read_to_its_end() -> None:
    part = '<div class="grid"><div class="article__content"><p>{}</p><p>{}</p></div></div><div>Advertisement</div>'
    found = page(body="<h1>Rafah</h1>" + part.format(*PARAGRAPHS[:2]) + part.format(PARAGRAPHS[2], PARAGRAPHS[0][:98]))
    assert found.text.split("\n") == [*PARAGRAPHS, PARAGRAPHS[0][:98]]


def test_further_reading_and_notices_do_not_reach_the_text() -> None:
    teaser = "<p>Read also: <a href=/2>Metro tunnel in Istanbul breaks through after years of work</a></p>"
    notices = "<p>Follow us on Telegram</p><p>Copyright © 2025 The Gazette. All rights reserved.</p>"
    paragraphs = ARTICLE.replace("</p>", "</p>" + teaser, 1) + ARTICLE.upper()
    text = [*PARAGRAPHS, *map(str.upper, PARAGRAPHS)]
    assert page(body=f"<article>{paragraphs}{notices}</article>").text.split("\n") == text


def test_a_short_paragraph_keeps_the_names_that_are_linked_in_it() -> None:
    names = "<p>Miyazaki: <a href=/t/1>Takanabe</a>, <a href=/t/2>Shintomi</a>, <a href=/t/3>Miyazaki City</a></p>"
    found = page(body=f"<article>{ARTICLE.replace('</p>', '</p>' + names, 1)}</article>")
    assert found.text.split("\n")[1] == "Miyazaki: Takanabe, Shintomi, Miyazaki City"


def test_how_a_word_is_read_stands_beside_it_in_its_line() -> None:
    word = "<ruby><rb>尹錫悦</rb><rp>（</rp><rt>ユンソンニョル</rt><rp>）</rp></ruby>"
    paragraph = (
        f"<p>韓国の{word}大統領は三日夜、緊急談話を出し、野党が国政をまひさせているとして「非常戒厳」を宣言した。</p>"
    )
    found = page(body=f"<article>{paragraph * 3}</article>")
    assert found.text.split("\n")[0].startswith("韓国の尹錫悦（ユンソンニョル）大統領は三日夜、")


def test_what_tells_a_wall_from_an_article_stays_on_a_short_page() -> None:
    wall = "<p>Subscribe now to continue reading this article, and all others of the Gazette.</p>"
    assert "Subscribe" in page(body=f"<article><p>{PARAGRAPHS[0]}</p>{wall}</article>").text


def test_what_the_page_declares_ends_its_text() -> None:
    declared = ld(headline="Rafah", articleBody=" ".join(PARAGRAPHS * 2))
    body = (
        f"<article>{ARTICLE}{ARTICLE}<p>Jones tells a story of the nineties, which nobody had asked for.</p></article>"
    )
    assert "Jones" not in page(declared, body).text
    assert "Jones" in page(body=body).text


def test_where_the_rules_find_little_the_fallbacks_are_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def extraction_of(*_: object, fast: bool, **__: object) -> trafilatura.settings.Document:
        asked.append(fast)
        document = trafilatura.settings.Document()
        document.text = "Little." if fast else answers.pop()
        return document

    monkeypatch.setattr("trafilatura.bare_extraction", extraction_of)
    answers = ["", "Rather more."]
    assert [page().text, page().text] == ["Rather more.", "Little."]
    assert asked == [True, False] * 2


def test_text_behind_a_script_is_kept() -> None:
    scripted = ARTICLE.replace(" on ", " <script>ad()</script>on <style>b{}</style>")
    assert page(body=f"<article>{scripted}</article>").text.split("\n") == PARAGRAPHS


def test_json_ld_says_most_and_is_believed_first() -> None:
    head = '<title>T | Gazette</title><meta property="og:title" content="O">' + ld(
        headline="Tunnels &quot;surrounded&quot;",
        datePublished="2025-11-10T10:00:00+02:00",
        author=[{"name": "Jane"}, {"name": "Joe"}, "https://gazette.example/jane", 7],
        inLanguage={"name": "ar"},
        isAccessibleForFree="False",
    )
    found = page(head)
    assert (found.title, found.authors, found.language) == ('Tunnels "surrounded"', ("Jane", "Joe"), "ar")
    assert (found.published_at, found.paywalled) == (datetime(2025, 11, 10, 8, tzinfo=UTC), True)


@pytest.mark.parametrize(
    ("fields", "paywalled"),
    [
        ({"isAccessibleForFree": False}, True),
        ({"isAccessibleForFree": "False "}, True),
        ({"isAccessibleforFree": "http://schema.org/False"}, True),
        ({"isAccessibleForFree": True}, False),
        ({"hasPart": {"@type": "WebPageElement", "isAccessibleForFree": "False", "cssSelector": ".x"}}, True),
        ({"hasPart": [{"isAccessibleForFree": True}, {"isAccessibleForFree": False}, "x"]}, True),
        ({"isAccessibleForFree": True, "hasPart": {"isAccessibleForFree": False}}, False),
        ({"isAccessibleForFree": "perhaps"}, False),
        ({}, False),
    ],
)
def test_a_paywall_is_declared_in_many_ways(fields: dict[str, object], paywalled: bool) -> None:
    assert page(ld(headline="H", **fields)).paywalled is paywalled


@pytest.mark.parametrize(("tier", "paywalled"), [("locked", True), ("metered", False), ("free", False)])
def test_a_content_tier_that_is_locked_is_a_paywall(tier: str, paywalled: bool) -> None:
    assert page(f'<meta property="article:content_tier" content="{tier}">').paywalled is paywalled


def test_opengraph_and_its_kin_say_the_rest() -> None:
    head = """<meta property="og:title" content="O &amp; T"><meta name="author" content="Jane">
    <meta property="article:published_time" content="2025-11-10T10:00:00Z"><meta property="og:locale" content="tr_TR">
    <link rel="canonical" href="/news/1?utm_source=x"><link rel="canonical" href="/other"><title>T</title>
    <meta name="x">"""
    found = page(head)
    assert (found.title, found.authors, found.language) == ("O & T", ("Jane",), "tr")
    assert (found.published_at, found.paywalled) == (datetime(2025, 11, 10, 10, tzinfo=UTC), False)
    assert found.canonical == "https://gazette.example/news/1?utm_source=x"


def test_plain_html_says_something_too() -> None:
    found = page(
        '<title>T</title><title>U</title><meta name="author" content="https://x.example/jane">', attributes="lang=he-IL"
    )
    assert (found.title, found.authors, found.language, found.published_at) == ("T", (), "he", None)
    assert page("<link rel=canonical href='javascript:x'><title></title>").canonical == ""


def test_the_title_ends_where_the_headline_does() -> None:
    head = '<meta property="og:title" content="Tunnels surrounded in Rafah - Gazette | News">'
    assert page(head, body=f"<h1>Gazette</h1><h1>Tunnels <b>surrounded</b> in Rafah</h1>{ARTICLE}").title == (
        "Tunnels surrounded in Rafah"
    )
    for heading in ("Tunnels surrounded", "Tunnels", "Other words than these"):
        assert page(head, body=f"<h1>{heading}</h1>").title == "Tunnels surrounded in Rafah - Gazette | News"


@pytest.mark.parametrize(
    ("given", "authors"),
    [
        ("Jane Doe and Joe Bloggs", ("Jane Doe", "Joe Bloggs")),
        ("Jane Doe, Joe van Bloggs und Anna-Lena O’Hara", ("Jane Doe", "Joe van Bloggs", "Anna-Lena O’Hara")),
        ("Jane Doe, Reuters", ("Jane Doe, Reuters",)),
        ("Department of Justice and Police, 4th floor", ("Department of Justice and Police, 4th floor",)),
        ("AFP", ("AFP",)),
        ("j.doe@gazette.example", ()),
        ("105092", ()),
    ],
)
def test_authors_named_in_one_text_are_told_apart(given: str, authors: tuple[str, ...]) -> None:
    assert page(f'<meta name="author" content="{given}">').authors == authors
    assert page(ld(headline="H", author={"name": "Jane Doe and Joe Bloggs"})).authors == ("Jane Doe", "Joe Bloggs")


def test_a_time_in_the_page_is_its_date_where_nothing_else_is() -> None:
    today = "<time datetime=2025-11-12>Today</time>"
    own = "<time datetime=2025-11-10T10:00:00+02:00>Monday</time><time datetime=2025-11-11>Tuesday</time>"
    moment = datetime(2025, 11, 10, 8, tzinfo=UTC)
    assert page(body=f"{today}<h1>Rafah</h1>{own}").published_at == moment
    marked = own.replace("<time", "<time itemprop=datePublished")
    assert page(body=today + marked).published_at == moment
    assert page(body=today).published_at is None
    assert page('<meta name="date" content="2025-11-09">', body=f"<h1>R</h1>{own}").published_at != moment


@pytest.mark.parametrize(
    ("head", "modified"),
    [
        (ld(headline="H", datePublished="2025-11-10", dateModified="2025-11-12"), datetime(2025, 11, 12, tzinfo=UTC)),
        ('<meta property="article:modified_time" content="2025-11-12">', datetime(2025, 11, 12, tzinfo=UTC)),
        (ld(headline="H", datePublished="2025-11-10", dateModified="2025-11-10"), datetime(2025, 11, 10, tzinfo=UTC)),
        (ld(headline="H", datePublished="2025-11-10", dateModified="2019-01-01"), None),
        (ld(headline="H", datePublished="2025-11-10", dateModified="0001-01-01"), None),
        (ld(headline="H"), None),
    ],
)
def test_an_article_is_not_modified_before_it_is_published(head: str, modified: datetime | None) -> None:
    assert page(head).modified_at == modified


def test_dates_are_kept_as_they_are_written_too() -> None:
    found = page(ld(headline="H", datePublished=" 10 Nov 2025  10:00 +0200", dateModified="yesterday " * 50))
    assert (found.published_raw, found.published_at) == (
        "10 Nov 2025 10:00 +0200",
        datetime(2025, 11, 10, 8, tzinfo=UTC),
    )
    assert (len(found.modified_raw), found.modified_at) == (MOST_DATE, None)
    told_twice = page(ld(headline="H", datePublished="0001-01-01") + '<meta name="date" content="2025-11-09">')
    assert told_twice.published_raw == "2025-11-09"


@pytest.mark.parametrize(
    ("date", "moment"),
    [
        ("2025-11-10T10:00:00.000+0000", datetime(2025, 11, 10, 10, tzinfo=UTC)),
        ("2025-11-10", datetime(2025, 11, 10, tzinfo=UTC)),
        ("Mon, 10 Nov 2025 10:00:00 GMT", datetime(2025, 11, 10, 10, tzinfo=UTC)),
        ("Mon, 10 Nov 2025 10:00:00 -0000", datetime(2025, 11, 10, 10, tzinfo=UTC)),
        ("today", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("2025-99-99", None),
    ],
)
def test_dates_are_read_or_left_out(date: str, moment: datetime | None) -> None:
    assert page(f'<meta name="date" content="{date}">').published_at == moment


@pytest.mark.parametrize(
    "blocks",
    [
        [{"@graph": [{"@type": "WebSite", "name": "x"}, {"@type": ["Thing", "NewsArticle"], "headline": "H"}]}],
        [[{"@type": "BreadcrumbList", "author": "x"}, {"@type": "schema:LiveBlogPosting", "headline": "H"}]],
        [{"@type": "WebPage", "headline": "W"}, {"@type": "Article", "headline": "H", "author": {"name": "J"}}],
        [{"@type": "NewsArticle"}, {"@type": "WebPage", "headline": "H"}],
        [{"@type": [1], "headline": "N"}, {"@type": [], "headline": "N"}, {"@type": "Article", "headline": "H"}],
    ],
)
def test_the_article_is_found_among_other_json(blocks: list[object]) -> None:
    broken = ['<script type="application/ld+json">{"headline": "N", </script>', "<script>var headline;</script>"]
    scripts = [f'<script type="application/ld+json">{json.dumps(block)};</script>' for block in blocks]
    assert page("<title>T</title>" + "".join(broken + scripts)).title == "H"


def test_a_mountain_of_json_is_not_climbed() -> None:
    many = json.dumps([{"headline": "N"}] * 20_000 + [{"@type": "Article", "headline": "H"}])
    start = process_time()
    assert page(f'<title>T</title><script type="application/ld+json">{many}</script>').title == "T"
    huge = ld(headline="H", articleBody="x" * 10_000_000)
    deep = f'<script type="application/ld+json">{"[" * 100_000}"headline"</script>'
    assert page(f"<title>T</title>{huge}{deep}").title == "T"
    assert process_time() - start < 5


@pytest.mark.parametrize(
    ("body", "content_type", "message"),
    [
        (b"", "text/html", "the answer is empty, not a page"),
        (b"%PDF-1.7", "", "this is no page but a file: of unknown type"),
        (b"%PDF-1.7", "text/html; x", "this is no page but a file: text/html"),
        (b"x", "application/pdf", "this is no page but a file: application/pdf"),
        (b"x", "video/mp4", "this is no page but a file: video/mp4"),
        (b"{}", "application/json", "this is no page but a file: application/json"),
    ],
)
def test_what_is_no_page_is_refused(body: bytes, content_type: str, message: str) -> None:
    with pytest.raises(ParseError) as caught:
        read(body, content_type)
    assert str(caught.value) == message


@pytest.mark.parametrize("content_type", ["application/xhtml+xml", "", "text/html", "application/octet-stream"])
def test_pages_come_under_many_names(content_type: str) -> None:
    assert PARAGRAPHS[0] in read(f"<html><body><article>{ARTICLE}</article></body></html>", content_type).text


def test_plain_text_is_read_as_it_is() -> None:
    assert read("One < two\r\n\r\nThree", "text/plain").text == "One < two\nThree"


def test_a_page_in_which_nothing_is_an_article_has_no_text() -> None:
    found = page(body="<script>app()</script>")
    assert (found.text, found.degraded) == ("", False)


@pytest.mark.parametrize("depth", [256, 300, 1000, 2000, 5000])
def test_no_depth_hides_the_text(depth: int) -> None:
    found = page(body="<div>" * depth + f"<article>{ARTICLE}</article>" + "</div>" * depth)
    assert PARAGRAPHS[1] in found.text


@pytest.mark.parametrize("flood", ["<p>x</p>" * 200_000, "<a href=x>y</a>" * 100_000, "<div>" + "<tr><td>1" * 100_000])
def test_a_page_of_too_many_elements_is_read_cheaply(flood: str) -> None:
    start = process_time()
    found = page("<title>T</title>", body=f"<article>{ARTICLE}</article>{flood}")
    assert PARAGRAPHS[2] in found.text
    assert (found.title, found.degraded) == ("T", True)
    assert process_time() - start < 10


def test_a_bug_of_the_extractor_costs_no_text(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise AttributeError("odd")

    monkeypatch.setattr("trafilatura.bare_extraction", fails)
    found = page(body=f"<nav>Home</nav>{ARTICLE}")
    assert (found.text.split("\n"), found.degraded) == (["Home", *PARAGRAPHS], True)


def test_many_tags_are_no_reason_if_they_make_few_elements() -> None:
    assert extraction.MOST_ELEMENTS == 50_000
    assert page(body=f"<article>{ARTICLE}</article>" + "</x>" * 60_000).degraded is False


@pytest.mark.parametrize("date", ["0001-01-01T00:00:00", "1970-01-01T00:00:00Z", "9999-12-31T23:59:59-14:00", "soon"])
def test_an_empty_date_is_no_date(date: str) -> None:
    assert moment_of(date) is None


def test_a_page_of_nearly_as_many_elements_as_are_read_wholly_is_read_in_time() -> None:
    """The extractor takes the longer the more there are, and gets no page of more than these."""
    started = process_time()
    found = page(body="<div>x</div>" * (extraction.MOST_ELEMENTS - 100) + f"<article>{ARTICLE}</article>")
    assert process_time() - started < 20, "all the time that a worker has"
    assert PARAGRAPHS[-1] in found.text
    assert not found.degraded


def test_to_extract_loads_no_languages_and_they_are_told_all_the_same() -> None:
    code = (
        "import sys, monitor.articles.extract; from monitor.articles.language import language_of;"
        "print({'numpy', 'py3langid'} & sys.modules.keys(), language_of('Les combattants sont dans les tunnels'))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout == "set() fr\n"


@pytest.mark.parametrize("held", [ModuleType("py3langid"), None])
def test_languages_that_were_loaded_before_stay_loaded(
    held: ModuleType | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "py3langid", raising=False)
    if held:
        monkeypatch.setitem(sys.modules, "py3langid", held)
    assert extraction._trafilatura() is trafilatura
    assert sys.modules.get("py3langid") is held
