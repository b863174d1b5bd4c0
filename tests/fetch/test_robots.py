"""robots.txt: what each answer means, how long it counts, and that nothing a server sends can hurt."""

import asyncio
import gc
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.errors import FetchError, FetchKind
from monitor.fetch import robots as module
from monitor.fetch.address import read_address
from monitor.fetch.refusal import Refusal
from monitor.fetch.request import Fetched, Request
from monitor.fetch.robots import SIZE, Robots, read_rules

FORBIDS = b"User-agent: *\nDisallow: /private\n"
HOUR, DAY = 3600.0, 86_400.0
PAGE, PRIVATE = "https://gazette.example/news/1", "https://gazette.example/private/1"

Answer = bytes | int | FetchError
"""A body that comes with 200, a status, or an error."""


def an_error(kind: FetchKind, *, temporary: bool = True) -> FetchError:
    return FetchError("gazette.example: it failed", url="", kind=kind, temporary=temporary)


class Web:
    """Answers every robots.txt the same way, or each origin its own, and remembers who was asked."""

    def __init__(self, answer: Answer = FORBIDS) -> None:
        self.answer = answer
        self.now = 1000.0
        self.asked: list[Request] = []
        self.slow: list[tuple[str, float, float]] = []
        self.robots = Robots(self.fetch, lambda *told: self.slow.append(told), lambda: self.now)
        self.open = asyncio.Event()
        self.open.set()

    async def fetch(self, request: Request) -> Fetched:
        self.asked.append(request)
        await self.open.wait()
        if isinstance(self.answer, FetchError):
            raise self.answer
        status, body = (200, self.answer) if isinstance(self.answer, bytes) else (self.answer, FORBIDS)
        return Fetched(
            url=request.url,
            final_url=request.url,
            status=status,
            headers={},
            body=body,
            redirects=(),
            elapsed=timedelta(0),
            permanently_moved=False,
        )

    async def check(self, url: str) -> Refusal | None:
        """Why it may not be asked for."""
        try:
            await self.robots.check(read_address(url))
        except Refusal as refusal:
            return refusal
        return None

    async def allows(self, url: str) -> bool:
        return await self.check(url) is None


# ── outcomes ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("answer", "allowed", "kind", "seconds"),
    [
        (FORBIDS, False, FetchKind.ROBOTS, DAY),
        (b"", True, None, DAY),
        (301, True, None, DAY),
        (304, True, None, DAY),
        (400, True, None, DAY),
        (401, True, None, DAY),
        (403, True, None, DAY),
        (404, True, None, DAY),
        (410, True, None, DAY),
        (451, True, None, DAY),
        (429, False, FetchKind.ROBOTS, 300),
        (500, False, FetchKind.ROBOTS, 300),
        (503, False, FetchKind.ROBOTS, 300),
        (599, False, FetchKind.ROBOTS, 300),
        (an_error(FetchKind.DNS), False, FetchKind.DNS, 300),
        (an_error(FetchKind.CONNECT), False, FetchKind.CONNECT, 300),
        (an_error(FetchKind.TIMEOUT), False, FetchKind.TIMEOUT, 300),
        (an_error(FetchKind.TLS), False, FetchKind.TLS, 300),
        (an_error(FetchKind.PROTOCOL, temporary=False), False, FetchKind.PROTOCOL, 300),
        (an_error(FetchKind.ENCODING), False, FetchKind.ENCODING, 300),
        (an_error(FetchKind.ADDRESS), False, FetchKind.ADDRESS, 300),
        (an_error(FetchKind.ADDRESS, temporary=False), True, None, DAY),
        (an_error(FetchKind.REDIRECTS, temporary=False), True, None, DAY),
        (an_error(FetchKind.ENCODING, temporary=False), True, None, DAY),
    ],
    ids=str,
)
async def test_what_an_answer_means_and_how_long_it_counts(
    answer: Answer, allowed: bool, kind: FetchKind | None, seconds: float
) -> None:
    web = Web(answer)
    refusal = await web.check(PRIVATE)
    assert (refusal is None, refusal and refusal.kind) == (allowed, kind)
    assert refusal is None or (refusal.temporary, refusal.retry_after) == (True, timedelta(seconds=seconds))
    web.now += seconds - 1
    await web.check(PRIVATE)
    assert len(web.asked) == 1
    web.now += 1
    await web.check(PRIVATE)
    assert len(web.asked) == 2


async def test_a_forbidden_address_says_when_to_look_again() -> None:
    web = Web()
    assert await web.allows(PAGE)
    web.now += HOUR
    refusal = await web.check(PRIVATE)
    assert refusal is not None
    assert (str(refusal), refusal.retry_after) == ("its robots.txt forbids it", timedelta(hours=23))


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (503, "its robots.txt cannot be had: its server answers 503"),
        (an_error(FetchKind.DNS), "its robots.txt cannot be had: it failed"),
    ],
    ids=str,
)
async def test_what_cannot_be_had_says_why(answer: Answer, words: str) -> None:
    assert str(await Web(answer).check(PAGE)) == words


@pytest.mark.parametrize(("answer", "longest"), [(500, DAY), (an_error(FetchKind.CONNECT), HOUR)], ids=str)
async def test_a_server_that_cannot_say_is_asked_ever_less_often(answer: Answer, longest: float) -> None:
    web = Web(answer)
    waits = []
    for _ in range(12):
        refusal = await web.check(PAGE)
        assert refusal is not None
        assert refusal.retry_after is not None
        waits.append(refusal.retry_after.total_seconds())
        web.now += waits[-1]
    assert waits == [min(300 * 2**number, longest) for number in range(12)]
    web.answer = FORBIDS
    assert await web.allows(PAGE)
    web.answer = answer
    web.now += DAY
    refusal = await web.check(PAGE)
    assert refusal is not None
    assert refusal.retry_after == timedelta(seconds=300)


async def test_a_host_that_rests_is_not_taken_for_one_that_cannot_say() -> None:
    web = Web(an_error(FetchKind.RESTING))
    for _ in range(2):
        with pytest.raises(FetchError):
            await web.robots.check(read_address(PAGE))
    assert (len(web.asked), len(web.robots)) == (2, 0)


@pytest.mark.parametrize(
    ("answer", "asked"),
    [(an_error(FetchKind.CONNECT), 2), (an_error(FetchKind.DNS), 2), (500, 1), (FORBIDS, 1)],
    ids=str,
)
async def test_who_could_not_be_reached_for_our_own_network_is_asked_again_at_once(answer: Answer, asked: int) -> None:
    web = Web(answer)
    await web.check(PAGE)
    web.robots.forget_unreached()
    await web.check(PAGE)
    assert len(web.asked) == asked


async def test_it_is_asked_for_at_its_place_in_small() -> None:
    web = Web()
    await web.check("http://reader:secret@gazette.example:8080/a/b?c#d")
    (request,) = web.asked
    assert request.url == "http://gazette.example:8080/robots.txt"
    assert (request.cut, request.max_bytes, request.robots, request.credentials) == (True, SIZE, False, None)
    assert SIZE >= 500 * 1024


async def test_every_scheme_host_and_port_has_its_own() -> None:
    web = Web()
    urls = ["http://a.example/", "https://a.example/", "https://a.example:8443/", "https://b.example/"]
    for url in urls * 2:
        await web.check(url)
    assert [request.url for request in web.asked] == [f"{url}robots.txt" for url in urls]


async def test_who_asks_at_the_same_time_shares_one_request() -> None:
    web = Web()
    web.open.clear()
    askers = [asyncio.create_task(web.allows(url)) for url in [PAGE, PRIVATE] * 10]
    await asyncio.sleep(0.01)
    askers[0].cancel()  # another asks in its stead
    await asyncio.sleep(0.01)
    web.open.set()
    answers = await asyncio.gather(*askers, return_exceptions=True)
    assert answers[1:] == [False, *[True, False] * 9]
    assert len(web.asked) == 2


async def test_nothing_is_kept_of_those_who_waited() -> None:
    web = Web()
    await asyncio.gather(*(web.check(url) for url in [PAGE, PRIVATE] * 10))
    gc.collect()
    assert not web.robots._asking


# ── rules ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "allowed", "forbidden"),
    [
        ("User-agent: *\nDisallow: /\n", "", "/ /news"),
        ("User-agent: *\nDisallow:\n", "/ /news", ""),
        ("User-agent: *\nDisallow: /private\nAllow: /private/open\n", "/ /private/open/1", "/private /private/1"),
        ("User-agent: *\nDisallow: /*.pdf$\n", "/a.pdf?x /a.html", "/a.pdf /b/c.pdf"),
        ("User-agent: *\nDisallow: /*?print\n", "/a /a?b", "/a?print=1"),
        ("User-agent: *\nDisallow: /رفح\n", "/a", "/رفح/1 /%D8%B1%D9%81%D8%AD"),
        ("User-agent: media-monitor\nDisallow: /\nUser-agent: *\nAllow: /\n", "", "/news"),
        ("User-agent: *\nDisallow: /\n\nUser-agent: Media-Monitor/0.1 (+x)\nDisallow: /a\n", "/news", "/a"),
        ("User-agent: media\nUser-agent: m\nUser-agent: monitor\nDisallow: /\n", "/news", ""),
        ("User-agent: Googlebot\nDisallow: /\n", "/news", ""),
        ("User-agent: Googlebot\nUser-agent: *\nDisallow: /a\n\nUser-agent: Bingbot\nDisallow: /b", "/b", "/a"),
        ("User-agent: *\nDisallow: /a\n\nUser-agent: x\nDisallow: /c\n\nUser-agent: *\nDisallow: /b", "/c", "/a /b"),
        ("Disallow: /\n", "/news", ""),
        ("USER-AGENT : *\n  disallow :/a # all of it\n", "/b", "/a"),
        ("\ufeffUser-agent: *\r\nDisallow: /a\r\n", "/b", "/a"),
        ("User-agent: *\rDisallow: /a\r", "/b", "/a"),
        ("# User-agent: *\nUser-agent: x\nDisallow: /a\n", "/a", ""),
        ("User-agent:\nDisallow: /a\n", "/a", ""),
        ("<!DOCTYPE html><html><body>User-agent: *<br>Disallow: /</body></html>", "/news", ""),
    ],
)
def test_rules_are_read_as_they_are_meant(text: str, allowed: str, forbidden: str) -> None:
    rules = read_rules(text.encode())
    said = {
        path: rules.allow(read_address(f"https://gazette.example{path}").url)
        for path in f"{allowed} {forbidden}".split()
    }
    assert said == {**dict.fromkeys(allowed.split(), True), **dict.fromkeys(forbidden.split(), False)}


@pytest.mark.parametrize(
    ("said", "delay"),
    [
        ("5", 5.0),
        ("0.2", 1.0),
        ("86400", 30.0),
        ("0", 0.0),
        ("-3", 0.0),
        ("nan", 0.0),
        ("inf", 0.0),
        ("1e999", 0.0),
        ("ten", 0.0),
        ("", 0.0),
    ],
)
async def test_a_crawl_delay_slows_the_host_down_within_bounds(said: str, delay: float) -> None:
    web = Web(f"User-agent: *\nCrawl-delay: {said}\n".encode())
    await web.check(PAGE)
    web.now += HOUR
    await web.check(PAGE)
    assert web.slow == ([("gazette.example", delay, DAY), ("gazette.example", delay, DAY - HOUR)] if delay else [])


async def test_a_crawl_delay_counts_also_for_what_is_forbidden() -> None:
    web = Web(b"User-agent: *\nDisallow: /\nCrawl-delay: 7\n")
    assert not await web.allows(PAGE)
    assert web.slow == [("gazette.example", 7.0, DAY)]


async def test_a_crawl_delay_for_somebody_else_is_none_of_ours() -> None:
    web = Web(b"User-agent: Bingbot\nCrawl-delay: 10\n")
    await web.check(PAGE)
    assert web.slow == []


# ── what a server may send ───────────────────────────────────────────────────────────────────────────────────────────


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400))
def test_no_bytes_are_too_strange(body: bytes) -> None:
    assert isinstance(read_rules(body).allow(PAGE), bool)


WORDS = """
    User-agent useragent user-agent : * media-monitor Disallow / $ % %zz %ED%A0%80 Crawl-delay -1 Request-rate 1/0
    Visit-time
    # \\ http://[ Sitemap é رفح \U0001f600 Host allow ? index.html
"""
STRANGE = st.sampled_from([*WORDS.split(), " ", "\n", "\r", "\x00", "\u2028", "\ufeff", "9" * 400])


@settings(max_examples=150, deadline=None)
@given(st.lists(STRANGE, max_size=60), st.sampled_from(["utf-8", "utf-16", "latin-1"]))
def test_no_words_are_too_strange(words: list[str], encoding: str) -> None:
    rules = read_rules("".join(words).encode(encoding, errors="replace"))
    assert isinstance(rules.allow("https://gazette.example//a/%zz?b=%ED%A0%80"), bool)
    assert rules.delay == 0 or 1 <= rules.delay <= 30


LINES: dict[str, Callable[[int], bytes]] = {
    "rules": lambda number: b"allow: /%x" % number,
    "wildcards": lambda number: b"disallow: *a*a*a*a*a*a*a*b%x" % number,
    "anchors": lambda number: b"disallow: /$%x$" % number,
    "names": lambda number: b"User-agent: a%d" % number,
    "names, and rules": lambda number: b"useragent x%d" % number if number < 20_000 else b"allow: /a",
    "names in another spelling": lambda number: b"user \t agent x%d" % number if number < 20_000 else b"allow: /a",
    "one name": lambda number: b"User-agent: a",
    "escapes": lambda number: b"disallow: /" + b"%41" * 1000,
    "a line without end": lambda number: b"disallow: /" + b"$*" * 300_000,
    "NUL": lambda number: b"\x00" * 600_000,
    "blanks": lambda number: b"user" + b" " * 3000,
}


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
def test_no_file_keeps_us_busy(line: Callable[[int], bytes]) -> None:
    body = bytearray(b"User-agent: *\n")
    number = 0
    while len(body) < SIZE:
        body += line(number) + b"\n"
        number += 1
    started = time.process_time()
    rules = read_rules(bytes(body[:SIZE]))
    rules.allow("https://gazette.example/" + "a" * 2000)
    assert time.process_time() - started < 5
    assert rules.size <= module._MOST_LINES


async def test_what_was_used_longest_ago_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 3)
    web = Web()
    for host in "abcad":
        await web.check(f"http://{host}.example/")
    assert len(web.robots) == 3
    await web.check("http://a.example/")
    assert len(web.asked) == 4
    await web.check("http://b.example/")
    assert len(web.asked) == 5


async def test_the_rules_of_all_are_bounded_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST_RULES", 100)
    web = Web(b"User-agent: *\n" + b"Disallow: /a\n" * 59)
    for host in "abcd":
        await web.check(f"http://{host}.example/")
    assert len(web.robots) == 1
    web.answer = b"User-agent: *\n" + b"Disallow: /a\n" * 500
    await web.check("http://e.example/")
    assert len(web.robots) == 1
    web.answer = b""
    for host in "abcdef":
        await web.check(f"http://{host}.example/")
    assert len(web.robots) == 6
