"""What a page, a robots.txt and a list of sitemaps name."""

import pytest

from monitor.feeds.discovery import leads_in
from monitor.feeds.leads import MOST_SITEMAPS, Source, is_of_comments, sitemaps_in, usual_leads

URL = "https://gazette.example/world/"


def named(html: str, *, url: str = URL, content_type: str = "text/html") -> list[tuple[str, str]]:
    return [(lead.url, str(lead.source)) for lead in leads_in(html.encode(), content_type, url)]


def test_what_the_head_declares_comes_first() -> None:
    html = """<!DOCTYPE html><html><head><base href="/root/">
    <link rel="stylesheet" href="/feed.css"><link rel="alternate" hreflang="ar" href="/ar">
    <link rel="alternate" type="application/json" href="/wp-json/wp/v2/pages/1">
    <link rel="alternate" type="application/json+oembed" href="/oembed?x">
    <LINK REL="Alternate" TYPE="application/RSS+xml; charset=utf-8" HREF="rss.xml">
    <link rel="alternate" type="application/atom+xml" href="https://feeds.example/atom">
    <link rel="feed" href="/index.json"></head><body>
    <a href="/feedback">Say</a><a href="javascript:rss()">RSS</a><a href="feed://gazette.example/ar/feed">RSS</a>
    <a href="/root/rss.xml">again</a><a href="/sport/?feed=rss2">sport</a><a href="https://other.example/">rss</a>"""
    assert named(html) == [
        ("https://gazette.example/root/rss.xml", "declared"),
        ("https://feeds.example/atom", "declared"),
        ("https://gazette.example/index.json", "declared"),
        ("https://gazette.example/ar/feed", "linked"),
        ("https://gazette.example/sport/?feed=rss2", "linked"),
    ]


def test_a_page_in_any_charset_and_script_is_read() -> None:
    html = '<html><meta charset="windows-1256"><a href="/أخبار/rss">خلاصة</a>'
    (lead,) = leads_in(html.encode("cp1256"), "text/html", "https://الجزيرة.example/")
    assert lead.url == "https://الجزيرة.example/أخبار/rss"
    (lead,) = leads_in(html.encode("cp1256"), "text/html; charset=windows-1256", "https://gazette.example/")
    assert lead.url == "https://gazette.example/أخبار/rss"


@pytest.mark.parametrize(
    "html",
    [
        "",
        "x",
        "\x00\x00",
        "<" * 1000,
        "<link rel=alternate type=text/xml>",
        "<base href='javascript:1'><a href='['>",
        "%PDF",
    ],
)
def test_what_names_nothing_gives_nothing(html: str) -> None:
    assert named(html) == []


def test_a_hostile_page_ends() -> None:
    assert named("<div>" * 3000 + "<a href='/rss'>") == []
    assert named("<a " + "x " * 20_000 + "href='/rss'>") == []
    assert len(named("".join(f"<a href='/rss/{number}'>" for number in range(500)))) == 500


def test_of_a_list_of_sitemaps_those_of_news_are_named() -> None:
    locs = [
        "/sitemap-2024.xml",
        " https://gazette.example/News-sitemap.xml\n",
        "javascript:news",
        "/sitemap_news_2.xml",
    ]
    index = "".join(f"<sitemap><loc>{loc}</loc></sitemap>" for loc in locs)
    text = (
        f'<?xml version="1.0"?><sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{index}</sitemapindex>'
    )
    assert named(text, content_type="text/xml") == [
        ("https://gazette.example/News-sitemap.xml", "sitemap"),
        ("https://gazette.example/sitemap_news_2.xml", "sitemap"),
    ]


def test_robots_names_sitemaps_the_likeliest_first() -> None:
    robots = "User-agent: *\nSitemap: /a.xml\n SITEMAP : https://gazette.example/news.xml\nSitemap:\n#Sitemap: /b\n"
    assert [lead.url for lead in sitemaps_in(robots, "https://gazette.example/robots.txt")] == [
        "https://gazette.example/news.xml",
        "https://gazette.example/a.xml",
    ]
    many = "".join(f"Sitemap: /{number}.xml\n" for number in range(50))
    assert len(sitemaps_in(many, "https://gazette.example/robots.txt")) == MOST_SITEMAPS


def test_the_usual_paths_are_those_of_the_site_and_below_the_page() -> None:
    leads = usual_leads("https://gazette.example/world")
    assert leads[0].url == "https://gazette.example/world/feed/"
    assert {"https://gazette.example/rss.xml", "https://gazette.example/?feed=rss2"} <= {lead.url for lead in leads}
    assert usual_leads("https://gazette.example/")[0].url == "https://gazette.example/feed/"
    assert {lead.source for lead in leads} == {Source.USUAL}


def test_feeds_of_comments_are_told_by_their_address_or_title() -> None:
    assert is_of_comments("https://gazette.example/comments/feed/", "")
    assert is_of_comments("https://gazette.example/?feed=2", "Comments for The Gazette")
    assert not is_of_comments("https://gazette.example/feed/", "The Gazette")
