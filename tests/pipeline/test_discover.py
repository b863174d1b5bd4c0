"""The feeds of a site, found as a person would."""

from collections.abc import Iterator
from ipaddress import ip_network
from threading import Thread

import pytest

from monitor.demo.server import Answer, LoopbackServer
from monitor.errors import FetchError, FetchKind, ParseError, ParseKind
from monitor.feeds.leads import MOST, Source
from monitor.fetch.fetcher import Fetcher
from monitor.fetch.settings import FetchSettings
from monitor.pipeline.discover import Discovery, Search
from monitor.workers.pool import Workers
from monitor.workers.settings import WorkerSettings
from monitor.workers.tasks import feed_leads
from tests.builders import NOON
from tests.feeds.documents import item, rss
from tests.feeds.test_sitemap import news, sitemap
from tests.pipeline.conftest import InlineWorkers

SETTINGS = FetchSettings(
    user_agent="test/1", delay=NOON - NOON, per_host=8, allow_addresses=(ip_network("127.0.0.0/8"),)
)
FEED = rss(item(title="نفق في رفح", link="/1")).encode()
OTHER = rss(item(title="Second", link="/2")).encode()


class Site:
    """A site of these answers."""

    def __init__(self, server: LoopbackServer) -> None:
        self.server = server
        self.url = f"http://127.0.0.1:{server.server_port}"

    def serve(self, path: str, body: bytes | str, **answer: object) -> None:
        content = body.encode() if isinstance(body, str) else body
        self.server.answers[path] = Answer(body=content, **answer)  # type: ignore[arg-type]

    def page(self, inside: str, path: str = "/") -> None:
        self.serve(path, f"<!DOCTYPE html><html><head>{inside}</head></html>", headers={"Content-Type": "text/html"})

    def moved(self, path: str, to: str, status: int) -> None:
        self.serve(path, b"", status=status, headers={"Location": to})

    async def search(self, given: str = "", workers: Workers | None = None, feed_size: int = 100_000) -> Discovery:
        async with Fetcher(SETTINGS) as fetcher:
            search = Search(fetcher, workers or InlineWorkers(WorkerSettings()), feed_size=feed_size, now=NOON)
            return await search.at(given or f"{self.url}/")

    def paths(self) -> list[str]:
        return [request.path for request in self.server.requests]


@pytest.fixture
def site() -> Iterator[Site]:
    server = LoopbackServer(0)
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield Site(server)
    server.shutdown()
    thread.join()
    server.server_close()


def links(*paths: str) -> str:
    return "".join(f"<link rel='alternate' type='application/rss+xml' href='{path}'>" for path in paths)


def found(discovery: Discovery) -> list[tuple[str, str]]:
    return [(feed.url.partition("//")[2].partition("/")[2], str(feed.source)) for feed in discovery.feeds]


async def test_an_address_of_a_feed_is_that_feed_and_nothing_else_is_asked(site: Site) -> None:
    site.serve("/rss", FEED)
    discovery = await site.search(f"{site.url}/rss")
    assert found(discovery) == [("rss", "given")]
    assert discovery.feeds[0].parsed.entries[0].title == "نفق في رفح"
    assert site.paths() == ["/rss"]


async def test_what_a_page_names_is_asked_and_what_is_no_feed_is_told(site: Site) -> None:
    site.page(links("/feed", "/gone", "/page") + "<a href='/sport.rss'>x</a>")
    site.serve("/feed", FEED)
    site.serve("/sport.rss", OTHER)
    site.page("", "/page")
    discovery = await site.search()
    assert found(discovery) == [("feed", "declared"), ("sport.rss", "linked")]
    assert {one.url.removeprefix(site.url): one.reason.partition(";")[0] for one in discovery.tried} == {
        "/": "this is an HTML page, not a feed",
        "/gone": "404: the feed is not there any more",
        "/page": "this is an HTML page, not a feed",
    }
    assert "/rss.xml" not in site.paths()


async def test_where_nothing_is_named_the_usual_paths_are_asked(site: Site) -> None:
    site.page("")
    site.serve("/rss.xml", FEED)
    assert found(await site.search()) == [("rss.xml", "usual path")]


async def test_a_page_that_refuses_us_may_still_have_a_feed(site: Site) -> None:
    site.serve("/", b"no", status=403)
    site.serve("/feed/", FEED)
    assert found(await site.search()) == [("feed/", "usual path")]


async def test_news_sitemaps_are_found_by_robots_and_in_lists_of_sitemaps(site: Site) -> None:
    site.page("")
    site.serve("/robots.txt", "Sitemap: /sitemaps.xml")
    site.serve("/sitemaps.xml", "<sitemapindex><sitemap><loc>/news.xml</loc></sitemap></sitemapindex>")
    site.serve("/news.xml", sitemap(news()))
    discovery = await site.search()
    assert found(discovery) == [("news.xml", "sitemap")]
    assert discovery.feeds[0].parsed.format == "news sitemap"


async def test_feeds_of_comments_and_repeated_ones_are_last_and_not_eligible(site: Site) -> None:
    site.page(links("/comments/feed", "/feed", "/atom", "/other"))
    site.serve("/feed", FEED)
    site.serve("/atom", FEED)
    site.serve("/comments/feed", rss(item(link="/3")))
    site.serve("/other", OTHER)
    discovery = await site.search()
    assert [path for path, _ in found(discovery)] == ["feed", "other", "atom", "comments/feed"]
    assert discovery.feeds[2].same_as == f"{site.url}/feed"
    assert [feed.url for feed in discovery.eligible] == [f"{site.url}/feed", f"{site.url}/other"]


async def test_empty_feeds_are_not_taken_for_each_other(site: Site) -> None:
    site.page(links("/a", "/b"))
    site.serve("/a", rss(""))
    site.serve("/b", rss(""))
    assert len((await site.search()).eligible) == 2


async def test_a_feed_that_moved_for_good_is_named_where_it_is(site: Site) -> None:
    site.page(links("/old", "/then"))
    site.moved("/old", "/new", 301)
    site.moved("/then", "/now", 302)
    site.serve("/new", FEED)
    site.serve("/now", OTHER)
    assert [path for path, _ in found(await site.search())] == ["new", "then"]


async def test_two_addresses_that_lead_to_one_are_one_feed(site: Site) -> None:
    site.page(links("/a", "/b"))
    site.moved("/a", "/feed", 302)
    site.moved("/b", "/feed", 302)
    site.serve("/feed", FEED)
    assert len((await site.search()).feeds) == 1


async def test_no_more_is_asked_than_a_guest_would(site: Site) -> None:
    site.page("".join(f"<a href='/rss/{number}'>x</a>" for number in range(200)))
    site.serve("/rss/199", FEED)
    discovery = await site.search()
    assert discovery.left_off == 200 - MOST
    assert len(site.paths()) < MOST + 20


async def test_addresses_that_must_not_be_asked_are_tried_and_told(site: Site) -> None:
    site.page(links("http://10.0.0.1/rss", "http://169.254.169.254/feed"))
    discovery = await site.search()
    assert discovery.feeds == ()
    assert sum("private network" in one.reason or "link-local" in one.reason for one in discovery.tried) == 2


async def test_a_page_that_kills_its_worker_names_nothing(site: Site) -> None:
    class Dying(InlineWorkers):
        async def run(self, task, *arguments):  # type: ignore[no-untyped-def]
            if task is feed_leads:
                raise ParseError("reading it crashed the worker", ParseKind.CRASH)
            return await super().run(task, *arguments)

    site.page(links("/feed"))
    site.serve("/rss", FEED)
    assert found(await site.search(workers=Dying(WorkerSettings()))) == [("rss", "usual path")]


async def test_a_bare_host_is_asked_by_https_and_then_by_http(site: Site) -> None:
    site.serve("/", FEED)
    assert [feed.source for feed in (await site.search(site.url.removeprefix("http://"))).feeds] == [Source.GIVEN]
    with pytest.raises(FetchError) as caught:
        await site.search("127.0.0.1:9")
    assert caught.value.url.startswith("https://")
    with pytest.raises(FetchError):
        await site.search("http://127.0.0.1:9/")


async def test_an_address_that_is_none_is_refused(site: Site) -> None:
    with pytest.raises(FetchError) as caught:
        await site.search("http://10.0.0.1/")
    assert caught.value.kind is FetchKind.ADDRESS


async def test_a_robots_txt_that_is_too_large_names_nothing(site: Site) -> None:
    site.page("")
    site.serve("/robots.txt", "Sitemap: /news.xml\n" * 100_000)
    site.serve("/news.xml", sitemap(news()))
    assert (await site.search()).feeds == ()
