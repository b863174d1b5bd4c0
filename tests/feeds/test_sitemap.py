"""News sitemaps are feeds."""

from datetime import UTC, datetime

import pytest

from monitor.errors import ParseError
from tests.feeds.documents import read

NEWS = 'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
PAGE = "<url><loc>https://gazette.example/about</loc><lastmod>2025-11-01</lastmod></url>"
PICTURE = "<image:image><image:loc>/1.jpg</image:loc><image:title>A picture</image:title></image:image>"


def sitemap(urls: str, *, prolog: str = '<?xml version="1.0" encoding="UTF-8"?>\n', names: str = NEWS) -> str:
    return f'{prolog}<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" {names}>{urls}</urlset>'


def news(
    title: str = "Headline",
    *,
    loc: str = "https://gazette.example/1",
    date: str = "2025-11-10T10:00+02:00",
    more: str = "",
) -> str:
    publication = (
        "<news:publication><news:name>The Gazette</news:name><news:language>ar</news:language></news:publication>"
    )
    said = f"{publication}<news:publication_date>{date}</news:publication_date><news:title>{title}</news:title>{more}"
    return f"<url><loc>{loc}</loc><news:news>{said}</news:news>{PICTURE}</url>"


def test_a_news_sitemap_is_read() -> None:
    feed = read(sitemap(news("مفاوضات &amp; هدنة") + news("  Second\n line ", loc="/2", date="2025-11-09")))
    first, second = feed.entries
    assert (feed.title, feed.language, feed.format, feed.damaged, feed.offered) == (
        "The Gazette",
        "ar",
        "news sitemap",
        "",
        2,
    )
    assert (first.title, first.link, first.key) == (
        "مفاوضات & هدنة",
        "https://gazette.example/1",
        "https://gazette.example/1",
    )
    assert (first.published_at, first.language) == (datetime(2025, 11, 10, 8, tzinfo=UTC), "ar")
    assert (second.title, second.link) == ("Second line", "https://gazette.example/2")
    assert (second.published_at, second.published_raw) == (datetime(2025, 11, 9, tzinfo=UTC), "2025-11-09")


def test_whatever_prefix_a_site_writes_is_read() -> None:
    other = sitemap(news()).replace("news:", "n:").replace("xmlns:n:", "xmlns:n=").replace("xmlns:news", "xmlns:n")
    assert read(other).entries == read(sitemap(news())).entries
    assert len(read(sitemap(news(), names="")).entries) == 1


def test_pages_among_the_news_are_skipped_with_a_reason() -> None:
    feed = read(sitemap(PAGE + news()))
    assert (feed.offered, len(feed.entries)) == (2, 1)
    assert [(one.position, one.detail) for one in feed.skipped] == [(0, "a page without a title, no news")]


def test_a_day_without_news_is_no_mistake() -> None:
    assert read(sitemap("")).offered == 0


@pytest.mark.parametrize("urls", ["", PAGE])
def test_a_sitemap_of_pages_is_refused(urls: str) -> None:
    with pytest.raises(ParseError, match="this is a sitemap of pages, not of news: it gives no titles; look for "):
        read(sitemap(urls, names=""))


def test_a_list_of_sitemaps_is_refused() -> None:
    index = "<sitemapindex><sitemap><loc>https://gazette.example/news.xml</loc></sitemap></sitemapindex>"
    with pytest.raises(ParseError, match="this is a list of sitemaps: give the address of the one with the news"):
        read(index)


def test_a_date_that_is_none_is_kept_as_written() -> None:
    (entry,) = read(sitemap(news(date="gestern"))).entries
    assert (entry.published_at, entry.published_raw) == (None, "gestern")


def test_of_a_sitemap_that_is_cut_off_all_before_the_cut_is_kept() -> None:
    whole = sitemap(news() + news("Second", loc="/2") + news("Third", loc="/3"))
    feed = read(whole[: whole.index("</news:news>", whole.index("Third"))])
    assert [entry.title for entry in feed.entries] == ["Headline", "Second", "Third"]
    assert feed.damaged == "the document is cut off before its end"
    with pytest.raises(ParseError, match="the sitemap is broken or cut off, and nothing in it can be read: "):
        read(whole[:200])


def test_a_title_written_as_html_is_plain_text() -> None:
    (entry,) = read(sitemap(news("<![CDATA[<b>Tunnel</b> found]]>"))).entries
    assert entry.title == "Tunnel found"


def test_entities_are_characters_and_bombs_are_refused() -> None:
    named = '<!DOCTYPE urlset [<!ENTITY paper "Gazette">]>'
    assert read(sitemap(news("&paper; &eacute;"), prolog=named)).entries[0].title == "Gazette é"
    bomb = '<!DOCTYPE urlset [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
    with pytest.raises(ParseError, match="entities"):
        read(sitemap(news("&b;"), prolog=bomb))


def test_a_sitemap_deeper_than_anybody_means_is_refused() -> None:
    with pytest.raises(ParseError, match="nested more than 100 deep"):
        read(sitemap("<a>" * 200))


def test_characters_that_no_database_takes_are_left_out() -> None:
    (entry,) = read(sitemap(news("A\x00B&#xD800;"))).entries
    assert entry.title == "AB\ufffd"
