"""A fetcher that is a good guest: it leaves alone who asks for it, heeds robots.txt, and gives no secret away."""

import asyncio
import gzip
import itertools
import json
import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from monitor.errors import FetchError, FetchKind
from monitor.fetch import guard
from monitor.fetch.fetcher import Fetcher
from monitor.fetch.network import PlainStream, dial
from monitor.fetch.robots import SIZE
from monitor.model import Credentials, Secret
from tests.builders import NOON
from tests.fetch.conftest import SETTINGS, a_fetcher, a_request
from tests.fetch.server import INTERNET, Server, serve

CANARY = "c4n4ry"
Headers = Mapping[str, str]


class Web(httpx.AsyncBaseTransport):
    """Any number of sites, each answering one request at a time; what is not there is 404. Time stands still but for
    what is slept.
    """

    def __init__(self, answers: Mapping[str, tuple[int, Headers, bytes]] | None = None) -> None:
        self.answers = dict(answers or {})
        self.now = 1000.0
        self.asked: list[tuple[str, float, Headers]] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append((str(request.url), self.now - 1000, {**request.headers}))
        status, headers, body = self.answers.get(str(request.url), (404, {}, b""))
        return httpx.Response(status, headers=headers, stream=httpx.ByteStream(body))

    async def sleep(self, seconds: float) -> None:
        self.now += seconds

    def fetcher(self, **changes: object) -> Fetcher:
        settings = replace(SETTINGS, **changes)  # type: ignore[arg-type]
        return Fetcher(
            settings,
            transport=self,
            clock=lambda: self.now,
            sleep=self.sleep,
            now=lambda: NOON + timedelta(seconds=self.now - 1000),
            chance=lambda: 0.0,
        )

    def urls(self) -> list[str]:
        return [url for url, _, _ in self.asked]


def text(body: str) -> tuple[int, Headers, bytes]:
    return 200, {}, body.encode()


def to(location: str) -> tuple[int, Headers, bytes]:
    return 302, {"Location": location}, b""


# ── distance ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_delay_is_between_two_requests_however_long_the_first_takes_to_connect(
    internet: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialling = iter([0.3, 0.0])

    async def dial_slowly(address: str, port: int, seconds: float | None) -> PlainStream:
        await asyncio.sleep(next(dialling))
        return await dial(address, port, seconds)

    monkeypatch.setattr(guard, "dial", dial_slowly)
    async with a_fetcher(delay=timedelta(seconds=0.4)) as fetcher:
        await asyncio.gather(*(fetcher.fetch(a_request(internet.url("slow/0.5"))) for _ in range(2)))
    assert internet.connections == 2
    assert internet.moments[1] - internet.moments[0] > 0.39


# ── resting ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("", 60),
        ("120", 120),
        ("Mon, 10 Nov 2025 12:01:30 GMT", 90),
        ("Mon, 10 Nov 2025 11:00:00 GMT", 60),
        ("0", 60),
        ("soon", 60),
        ("99999999999", 3_600),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 3_600),
    ],
)
async def test_a_host_that_has_too_much_to_do_is_left_alone(status: int, said: str, seconds: int) -> None:
    web = Web({"http://a.example/1": (status, {"Retry-After": said} if said else {}, b"")})
    async with web.fetcher() as fetcher:
        assert (await fetcher.fetch(a_request("http://a.example/1"))).status == status
        web.now += 10
        with pytest.raises(
            FetchError, match=f"^a.example: is left alone for .*, because it answered {status}$"
        ) as caught:
            await fetcher.fetch(a_request("http://a.example/2"))
        assert (caught.value.kind, caught.value.temporary) == (FetchKind.RESTING, True)
        assert caught.value.retry_after == timedelta(seconds=seconds - 10)
        await fetcher.fetch(a_request("http://b.example/"))
        web.now += seconds - 10
        await fetcher.fetch(a_request("http://a.example/2"))
    assert web.urls() == ["http://a.example/1", "http://b.example/", "http://a.example/2"]


@pytest.mark.parametrize("status", [400, 403, 404, 500, 502, 504])
async def test_other_failures_are_the_page_s_own(status: int) -> None:
    web = Web({"http://a.example/1": (status, {"Retry-After": "120"}, b"")})
    async with web.fetcher() as fetcher:
        for _ in range(2):
            assert (await fetcher.fetch(a_request("http://a.example/1"))).status == status


@pytest.mark.parametrize(("status", "rest"), [(200, 60), (304, 60), (404, 120), (500, 120)])
async def test_a_success_in_between_makes_the_next_rest_short(status: int, rest: int) -> None:
    web = Web({"http://a.example/1": (429, {}, b""), "http://a.example/2": (status, {}, b"")})
    async with web.fetcher() as fetcher:
        for path in "121":
            await fetcher.fetch(a_request(f"http://a.example/{path}"))
            web.now += 60
        web.now -= 60
        with pytest.raises(FetchError) as caught:
            await fetcher.fetch(a_request("http://a.example/2"))
    assert caught.value.retry_after == timedelta(seconds=rest)


async def test_the_host_that_refused_rests_not_the_one_that_led_to_it() -> None:
    web = Web({"http://a.example/": to("http://b.example/"), "http://b.example/": (503, {}, b"")})
    async with web.fetcher() as fetcher:
        await fetcher.fetch(a_request("http://a.example/"))
        with pytest.raises(FetchError, match=r"^a\.example, redirected to b\.example: is left alone"):
            await fetcher.fetch(a_request("http://a.example/"))
    assert web.urls() == ["http://a.example/", "http://b.example/", "http://a.example/"]


# ── robots.txt ───────────────────────────────────────────────────────────────────────────────────────────────────────

FORBIDS = text("User-agent: *\nDisallow: /private\n")


async def test_what_robots_txt_forbids_is_not_asked_for_unless_it_does_not_count() -> None:
    web = Web({"http://a.example/robots.txt": FORBIDS})
    url = "http://a.example/private"
    async with web.fetcher(per_host=1) as fetcher:
        with pytest.raises(FetchError, match=r"^a\.example: its robots\.txt forbids it$") as caught:
            await fetcher.fetch(a_request(url, robots=True))
        await fetcher.fetch(a_request("http://a.example/news", robots=True))
        await fetcher.fetch(a_request(url))
    assert caught.value.kind is FetchKind.ROBOTS
    assert (caught.value.temporary, caught.value.retry_after) == (True, timedelta(days=1))
    assert web.urls() == ["http://a.example/robots.txt", "http://a.example/news", url]


@pytest.mark.parametrize(
    "way", [["/go"], ["//b.example/private"], ["//b.example/", "//a.example/private"], ["//b.example:8080/private"]]
)
async def test_no_redirect_leads_to_what_robots_txt_forbids(way: list[str]) -> None:
    sites = ["http://a.example", "http://b.example", "http://b.example:8080"]
    web = Web({f"{site}/robots.txt": FORBIDS for site in sites})
    stops = ["http://a.example/", *(f"http:{stop}" if stop[1] == "/" else f"http://a.example{stop}" for stop in way)]
    stops.append("http://a.example/private")
    web.answers |= {stop: to(target) for stop, target in itertools.pairwise(stops)}
    async with web.fetcher() as fetcher:
        with pytest.raises(FetchError, match=r"its robots\.txt forbids it"):
            await fetcher.fetch(a_request("http://a.example/", robots=True))
    assert not [url for url in web.urls() if "private" in url]


async def test_a_robots_txt_may_be_elsewhere() -> None:
    web = Web({"http://a.example/robots.txt": to("https://www.a.example/r"), "https://www.a.example/r": FORBIDS})
    async with web.fetcher() as fetcher:
        with pytest.raises(FetchError, match="forbids"):
            await fetcher.fetch(a_request("http://a.example/private", robots=True))


@pytest.mark.parametrize("zipped", [False, True], ids=["plain", "gzip"])
async def test_of_a_large_robots_txt_the_beginning_counts(*, zipped: bool) -> None:
    lines = b"User-agent: *\nDisallow: /private\n" + b"#" * SIZE + b"\nDisallow: /news\n" + bytes(10_000_000)
    body, headers = (gzip.compress(lines), {"Content-Encoding": "gzip"}) if zipped else (lines, {})
    web = Web({"http://a.example/robots.txt": (200, headers, body)})
    async with web.fetcher() as fetcher:
        await fetcher.fetch(a_request("http://a.example/news", robots=True))
        with pytest.raises(FetchError, match="forbids"):
            await fetcher.fetch(a_request("http://a.example/private", robots=True))


async def test_a_crawl_delay_holds_for_whoever_asks() -> None:
    web = Web({"http://a.example/robots.txt": text("User-agent: *\nCrawl-delay: 5\n")})
    async with web.fetcher(delay=timedelta(seconds=1)) as fetcher:
        await fetcher.fetch(a_request("http://a.example/feed"))
        await fetcher.fetch(a_request("http://a.example/page", robots=True))
        for url in ("http://a.example/feed", "http://b.example/feed", "https://a.example:8443/feed"):
            await fetcher.fetch(a_request(url))
    assert [when for url, when, _ in web.asked if "b.example" not in url] == [0, 1, 2, 7, 12]


async def test_a_page_does_not_queue_for_ever_at_a_slow_host() -> None:
    web = Web({"http://a.example/robots.txt": text("User-agent: *\nCrawl-delay: 20\n")})
    async with web.fetcher() as fetcher:
        request = a_request("http://a.example/page", robots=True, patience=timedelta(seconds=15))
        await fetcher.fetch(request)
        with pytest.raises(FetchError, match=r"^a\.example: wants 20 s between requests, and others wait") as caught:
            await fetcher.fetch(request)
    assert (caught.value.kind, caught.value.retry_after) == (FetchKind.RESTING, timedelta(seconds=20))


async def test_a_robots_txt_is_not_asked_of_a_host_that_rests() -> None:
    web = Web({"http://a.example/feed": (429, {}, b"")})
    async with web.fetcher() as fetcher:
        await fetcher.fetch(a_request("http://a.example/feed"))
        with pytest.raises(FetchError) as caught:
            await fetcher.fetch(a_request("http://a.example/page", robots=True))
        assert (caught.value.kind, caught.value.retry_after) == (FetchKind.RESTING, timedelta(seconds=60))
        web.now += 60
        await fetcher.fetch(a_request("http://a.example/page", robots=True))
    assert web.urls() == [f"http://a.example/{path}" for path in ("feed", "robots.txt", "page")]


# ── credentials ──────────────────────────────────────────────────────────────────────────────────────────────────────

FEED = "https://gazette.example/feed"
KEY = Credentials(url=FEED, header="X-Api-Key", value=Secret(CANARY))
BEARER = replace(KEY, header="Authorization", value=Secret(f"Bearer {CANARY}"))


@pytest.mark.parametrize("credentials", [BEARER, KEY], ids=lambda one: one.header)
@pytest.mark.parametrize(
    ("target", "same"),
    [
        ("/moved", True),
        ("https://gazette.example:443/moved", True),
        ("https://GAZETTE.example/moved", True),
        ("//gazette.example/moved", True),
        ("http://gazette.example/moved", False),
        ("https://gazette.example:8443/moved", False),
        ("http://gazette.example:443/moved", False),
        ("https://www.gazette.example/moved", False),
        ("https://example/moved", False),
        ("https://gazette.example.evil.example/moved", False),
        ("https://gazette.example@evil.example/moved", False),
        ("https://evil.example/gazette.example/moved", False),
        ("https://127.0.0.2/moved", False),
    ],
)
async def test_credentials_go_to_their_own_origin_only(credentials: Credentials, target: str, *, same: bool) -> None:
    web = Web({FEED: to(target)})
    async with web.fetcher() as fetcher:
        fetched = await fetcher.fetch(a_request(FEED, credentials=credentials))
    name = credentials.header.lower()
    (_, _, first), (_, _, second) = web.asked
    assert first[name] == credentials.value.reveal()
    assert (second.get(name) == credentials.value.reveal()) is same
    assert CANARY not in (str(second) if not same else "") + repr(fetched)


async def test_credentials_are_sent_where_a_redirect_leads_back() -> None:
    web = Web({FEED: to("https://login.example/"), "https://login.example/": to("https://gazette.example/real")})
    async with web.fetcher() as fetcher:
        await fetcher.fetch(a_request(FEED, credentials=KEY))
    assert [CANARY in str(headers) for _, _, headers in web.asked] == [True, False, True]


async def test_a_request_to_another_origin_gets_them_only_where_it_is_led_to_theirs() -> None:
    web = Web({"https://moved.example/": to("https://gazette.example/real")})
    async with web.fetcher() as fetcher:
        await fetcher.fetch(a_request("https://moved.example/", credentials=KEY))
    assert [CANARY in str(headers) for _, _, headers in web.asked] == [False, True]


async def test_neither_a_robots_txt_nor_another_request_gets_them() -> None:
    web = Web()
    async with web.fetcher() as fetcher:
        await fetcher.fetch(a_request(FEED, credentials=KEY, robots=True))
        await fetcher.fetch(a_request(FEED))
    assert [CANARY in str(headers) for _, _, headers in web.asked] == [False, True, False]


async def test_a_real_server_on_another_port_does_not_see_them(internet: Server, fetcher: Fetcher) -> None:
    async with serve(INTERNET) as other:
        sent = []
        for target in ("/echo", other.url("echo"), other.url(f"to/302/{internet.url('echo')}")):
            request = a_request(internet.url(f"to/302/{target}"), credentials=replace(BEARER, url=internet.url("")))
            sent.append(json.loads((await fetcher.fetch(request)).body).get("authorization"))
    assert sent == [f"Bearer {CANARY}", None, f"Bearer {CANARY}"]


@pytest.mark.parametrize("path", ["ok", "hang-up", "reset", "brotli", "silence", "to/302/http://10.0.0.1/", "maze"])
async def test_credentials_are_shown_nowhere(internet: Server, path: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    request = a_request(internet.url(path), credentials=replace(BEARER, url=internet.url(path)))
    async with a_fetcher(timeout=timedelta(seconds=0.3)) as fetcher:
        (found,) = await asyncio.gather(fetcher.fetch(request), return_exceptions=True)
    shown = f"{request!r} {found!r} {found} {caplog.text}"
    assert CANARY not in shown
    assert "***" in shown
