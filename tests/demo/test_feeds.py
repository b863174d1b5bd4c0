"""Every feed of the demo site is read by a reader of feeds to exactly the entries it should have."""

import json
from calendar import timegm
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import feedparser
import httpx
import pytest
import yaml

from monitor.demo.content import manuscripts
from monitor.demo.listing import content_type
from monitor.demo.outlets import OUTLETS, DemoFeed, DemoOutlet, Format, feed_path
from monitor.demo.site import DemoArticle, DemoSite

FEEDS = [pytest.param(outlet, feed, id=feed.id) for outlet in OUTLETS for feed in outlet.feeds]
XML = [given for given in FEEDS if given.values[1].format is not Format.JSON_FEED]  # type: ignore[union-attr]
JSON = [given for given in FEEDS if given not in XML]

SUMMARIES = {manuscript.title: manuscript.summary for manuscript in manuscripts()}
VERSIONS = {
    Format.RSS_2_0: "rss20",
    Format.RSS_0_91: "rss091n",
    Format.RSS_1_0: "rss10",
    Format.ATOM: "atom10",
}


def listed(site: DemoSite, feed: DemoFeed) -> list[DemoArticle]:
    return [article for article in site.articles if feed.id in article.feeds]


def link(article: DemoArticle, feed: DemoFeed) -> str:
    return f"{article.url}?{feed.tracking}" if feed.tracking else article.url


def get(browser: httpx.Client, outlet: DemoOutlet, feed: DemoFeed) -> httpx.Response:
    response = browser.get(feed_path(outlet, feed))
    assert response.status_code == 200
    assert response.headers["content-type"] == content_type(feed)
    return response


@pytest.mark.parametrize(("outlet", "feed"), XML)
def test_an_xml_feed_parses_to_its_entries(
    site: DemoSite, browser: httpx.Client, outlet: DemoOutlet, feed: DemoFeed
) -> None:
    parsed: Any = feedparser.parse(BytesIO(get(browser, outlet, feed).content))
    assert not parsed.bozo
    assert parsed.version == VERSIONS[feed.format]
    assert parsed.encoding == feed.encoding
    assert parsed.feed.title == feed.title
    assert parsed.feed.language == outlet.language
    assert [(entry.title, entry.link) for entry in parsed.entries] == [
        (article.title, link(article, feed)) for article in listed(site, feed)
    ]
    assert [SUMMARIES[entry.title] in entry.summary for entry in parsed.entries] == [True] * len(parsed.entries)


@pytest.mark.parametrize(("outlet", "feed"), [given for given in XML if given.id != "morning-scan-en"])
def test_entries_say_when_and_by_whom(
    site: DemoSite, browser: httpx.Client, outlet: DemoOutlet, feed: DemoFeed
) -> None:
    parsed: Any = feedparser.parse(BytesIO(get(browser, outlet, feed).content))
    # RSS 1.0 has one date only, which feedparser takes for the last change.
    dates = [entry.get("published_parsed") or entry.updated_parsed for entry in parsed.entries]
    assert [datetime.fromtimestamp(timegm(date), UTC) for date in dates] == [
        article.published_at for article in listed(site, feed)
    ]
    assert all(entry.author for entry in parsed.entries)


@pytest.mark.parametrize(("outlet", "feed"), JSON)
def test_a_json_feed_lists_its_entries(
    site: DemoSite, browser: httpx.Client, outlet: DemoOutlet, feed: DemoFeed
) -> None:
    content = json.loads(get(browser, outlet, feed).content)
    assert content["version"] == "https://jsonfeed.org/version/1.1"
    assert [
        (item["title"], item["url"], datetime.fromisoformat(item["date_published"])) for item in content["items"]
    ] == [(article.title, article.url, article.published_at) for article in listed(site, feed)]
    assert all(item["content_text"] == SUMMARIES[item["title"]] for item in content["items"])


def test_one_feed_carries_whole_articles(browser: httpx.Client) -> None:
    parsed: Any = feedparser.parse(BytesIO(browser.get("/le-fanal/le-fanal-fr.xml").content))
    whole = {entry.title: entry.content[0].value for entry in parsed.entries}
    for manuscript in manuscripts():
        if "le-fanal-fr" in manuscript.feeds:
            assert all(paragraph in whole[manuscript.title] for paragraph in manuscript.paragraphs)


def test_the_same_article_stands_in_two_feeds_under_two_links(site: DemoSite, browser: httpx.Client) -> None:
    shared = [article for article in site.articles if len(article.feeds) > 1]
    scan = browser.get("/morning-scan/morning-scan-en.xml").text
    assert any(article.url in scan and "utm_source=morning-scan" in scan for article in shared)
    assert {"levant-wire-en", "harbour-courier-world"} <= {article.feeds[0] for article in shared}


def test_feeds_yaml_names_every_feed_where_it_is(site: DemoSite, browser: httpx.Client) -> None:
    outlets = yaml.safe_load(site.feeds_yaml())["outlets"]
    assert list(outlets) == [outlet.id for outlet in OUTLETS]
    assert all(isinstance(value, str) for outlet in outlets.values() for value in list(outlet.values())[:4])
    urls = [feed["url"] for outlet in outlets.values() for feed in outlet["feeds"].values()]
    assert len(urls) == len(FEEDS)
    assert {browser.get(url).status_code for url in urls} == {200}
