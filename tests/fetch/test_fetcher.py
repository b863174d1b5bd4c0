"""Fetching from a server that does everything wrong: an answer or a typed error, in time, and nothing else."""

import asyncio
import gzip
import importlib.util
import itertools
import json
import logging
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from http.cookiejar import CookieJar
from ipaddress import ip_address, ip_network

import httpcore
import httpx
import pytest

from monitor.errors import FetchError, FetchKind
from monitor.fetch import guard
from monitor.fetch import transport as transport_module
from monitor.fetch.fetcher import Fetcher
from monitor.fetch.guard import Guard
from monitor.fetch.judge import IPAddress, IPNetwork, reason_against
from monitor.fetch.network import PlainStream, dial
from monitor.fetch.refusal import Refusal
from monitor.fetch.self_test import VICTIMS, Redirecting, ways_to
from monitor.fetch.transport import GuardedTransport
from monitor.model import Validators
from tests.fetch.conftest import SETTINGS, a_fetcher, a_request
from tests.fetch.recorder import watch
from tests.fetch.server import BEHAVIOURS, INTERNET, PLAIN, VICTIM, Server

Kind = FetchKind

# Send more than their answer.
LEFT_OVER = ["two-answers", "half-an-answer-more", "two-answers-in-chunks", "noise-after-chunks", "late-answer", "long"]
ODD_TEXT = """
    folded-header same-length-twice no-reason bare-newlines many-headers one-header-often long-header long-cookie
    gzip-and-noise gzip-in-two-parts latin-header length-and-chunks trailers
"""
ODD = ODD_TEXT.split()
IMPROPER_TEXT = """
    nul-in-header return-in-header blank-in-name blank-after-name no-colon no-name signed-length hexadecimal-length
    lengths-in-one endless-length great-length odd-transfer unknown-transfer negative-chunk great-chunk
    endless-chunk-size noise-after-chunk trailer-flood newline-flood http-2 low-status long-status no-status
    cut-in-headers cut-in-gzip
"""
IMPROPER = IMPROPER_TEXT.split()
STUCK_TEXT = """
    silence trickled-headers trickled-body stall-in-headers stall-in-body stall-before-the-end/100000
    stall-in-a-bomb/100000 trickled-hints trickled-chunks
"""
STUCK = STUCK_TEXT.split()

ANSWERED = [
    ("ok", 200, PLAIN),
    ("chunks", 200, PLAIN),
    ("until-closed", 200, PLAIN),
    ("zipped", 200, PLAIN),
    ("early-hints", 200, PLAIN),
    ("last", 200, PLAIN),
    ("nowhere", 302, PLAIN),
    ("status/204", 204, b""),
    ("status/304", 304, b""),
    *(
        (f"status/{code}", code, PLAIN)
        for code in (201, 203, 300, 400, 401, 403, 404, 410, 418, 429, 451, 500, 503, 599)
    ),
    ("to/301//ok", 200, PLAIN),
    ("to/303//ok", 200, PLAIN),
    ("to/307//zipped", 200, PLAIN),
    ("to/308//status/410", 410, PLAIN),
    ("hops/5/302", 200, PLAIN),
    ("endless-redirect", 200, PLAIN),
    ("arabic-redirect", 200, PLAIN),
    ("latin-redirect", 200, PLAIN),
    ("bomb-redirect", 200, PLAIN),
    *((name, 200, PLAIN) for name in (*LEFT_OVER, *ODD)),
    ("body-of-304", 304, b""),
    ("chunks-of-304", 304, b""),
    ("body-of-204", 204, b""),
    ("empty-gzip", 200, b""),
    ("two-locations", 404, PLAIN),
    ("empty-location", 302, PLAIN),
    *((f"hints/{code}/50", 200, PLAIN) for code in (100, 102, 103, 150, 199)),
    ("later/429/120", 429, PLAIN),
    ("later/503/Wed, 21 Oct 2026 07:28:00 GMT", 503, PLAIN),
]


@pytest.mark.parametrize(("path", "status", "body"), ANSWERED)
async def test_every_complete_answer_is_one(
    internet: Server, fetcher: Fetcher, path: str, status: int, body: bytes
) -> None:
    fetched = await fetcher.fetch(a_request(internet.url(path)))
    assert (fetched.status, fetched.body) == (status, body)


REFUSED = [
    ("bomb", Kind.TOO_LARGE, False, "larger than 1 MB"),
    ("flood-of-hints", Kind.PROTOCOL, True, "does not come to its answer"),
    ("endless", Kind.TOO_LARGE, False, "larger than 1 MB"),
    ("crumbs", Kind.PROTOCOL, False, "crumbs"),
    ("endless-chunks", Kind.TOO_LARGE, False, "larger than 1 MB"),
    ("double-gzip", Kind.ENCODING, False, "compressed as 'gzip, gzip'"),
    ("brotli", Kind.ENCODING, False, "compressed as 'br'"),
    ("truncated-gzip", Kind.ENCODING, True, "cut off"),
    ("damaged-gzip", Kind.ENCODING, True, "damaged"),
    ("short", Kind.PROTOCOL, True, "HTTP"),
    ("two-lengths", Kind.PROTOCOL, True, "HTTP"),
    ("negative-length", Kind.PROTOCOL, True, "HTTP"),
    ("bad-chunk", Kind.PROTOCOL, True, "HTTP"),
    ("chunk-extension-flood", Kind.PROTOCOL, True, "HTTP"),
    ("unfinished-chunks", Kind.PROTOCOL, True, "HTTP"),
    ("header-flood", Kind.PROTOCOL, True, "HTTP"),
    ("huge-header", Kind.PROTOCOL, True, "HTTP"),
    ("bad-header", Kind.PROTOCOL, True, "HTTP"),
    *((name, Kind.PROTOCOL, True, "HTTP") for name in IMPROPER),
    ("plain-as-gzip", Kind.ENCODING, True, "damaged"),
    ("deflate", Kind.ENCODING, False, "compressed as 'deflate'"),
    ("zstd", Kind.ENCODING, False, "compressed as 'zstd'"),
    ("many-encodings", Kind.ENCODING, False, "compressed as"),
    ("many-gzip-parts", Kind.ENCODING, False, "parts"),
    ("garbage", Kind.PROTOCOL, True, "HTTP"),
    ("http-09", Kind.PROTOCOL, True, "HTTP"),
    ("switch", Kind.PROTOCOL, True, "HTTP"),
    ("hang-up", Kind.PROTOCOL, True, "without sending a response"),
    ("reset", Kind.PROTOCOL, True, "broke off"),
    ("reset-in-headers", Kind.PROTOCOL, True, "broke off"),
    ("reset-in-body", Kind.PROTOCOL, True, "broke off"),
    ("hops/6/301", Kind.REDIRECTS, False, "more than 5 times"),
    ("maze", Kind.REDIRECTS, False, "more than 5 times"),
    ("circle/a", Kind.REDIRECTS, False, "in a circle"),
    ("to/302/file:///etc/passwd", Kind.ADDRESS, False, "not an http"),
    ("to/302/gopher://gazette.example/", Kind.ADDRESS, False, "not an http"),
    ("to/302/http://[::1/", Kind.ADDRESS, False, "not an http"),
    ("to/302/http://gazette.example:99999/", Kind.ADDRESS, False, "not an http"),
]


@pytest.mark.parametrize(("path", "kind", "temporary", "words"), REFUSED, ids=[case[0] for case in REFUSED])
async def test_every_fault_is_a_typed_error(
    internet: Server, fetcher: Fetcher, path: str, kind: FetchKind, temporary: bool, words: str
) -> None:
    with pytest.raises(FetchError, match=words) as caught:
        await fetcher.fetch(a_request(internet.url(path)))
    assert (caught.value.kind, caught.value.temporary) == (kind, temporary)
    assert str(caught.value).startswith(f"{INTERNET}: ")
    assert caught.value.url == internet.url(path)


@pytest.mark.parametrize("path", STUCK)
async def test_nothing_outlasts_the_deadline(internet: Server, path: str) -> None:
    async with a_fetcher(timeout=timedelta(seconds=0.2)) as fetcher:
        started = time.monotonic()
        with pytest.raises(FetchError, match=r"longer than 0\.2 s") as caught:
            await fetcher.fetch(a_request(internet.url(path)))
        assert time.monotonic() - started < 1
    assert (caught.value.kind, caught.value.temporary) == (Kind.TIMEOUT, True)


async def test_the_deadline_covers_all_redirects_together(internet: Server) -> None:
    async with a_fetcher(timeout=timedelta(seconds=0.2)) as fetcher:
        assert (await fetcher.fetch(a_request(internet.url("slow/0.15")))).status == 200
        with pytest.raises(FetchError, match="longer than"):
            await fetcher.fetch(a_request(internet.url("slow-hops/3/0.1")))


def test_every_behaviour_of_the_server_is_tried() -> None:
    tried = {str(case[0]).partition("/")[0] for case in [*ANSWERED, *REFUSED]}
    alone = {*(path.partition("/")[0] for path in STUCK), "slow", "slow-hops", "echo", "cookie-to", "large"}
    assert tried | alone == set(BEHAVIOURS)
    assert len(BEHAVIOURS) >= 100


async def test_every_status_is_an_answer(internet: Server) -> None:
    time_flies = itertools.count(0, 10**6)
    async with Fetcher(SETTINGS, clock=lambda: next(time_flies)) as fetcher:  # so that no host rests for long
        answers = [
            (code, await fetcher.fetch(a_request(internet.url(f"status/{code}"))))
            for code in [*range(200, 600), 600, 999]
        ]
    for code, fetched in answers:
        assert (fetched.status, fetched.body) == (code, b"" if code in (204, 304) else PLAIN)


MORE = [*LEFT_OVER, "body-of-304", "chunks-of-304", "body-of-204", "length-and-chunks", "trailers", "hints/100/50"]


@pytest.mark.parametrize("path", MORE)
async def test_what_a_server_sends_too_much_is_no_answer_to_the_next_request(
    internet: Server, fetcher: Fetcher, path: str
) -> None:
    """Otherwise every document after it would come under the address of the one before."""
    await fetcher.fetch(a_request(internet.url(path)))
    for _ in range(2):
        fetched = await fetcher.fetch(a_request(internet.url("zipped")))
        assert (fetched.status, fetched.body) == (200, PLAIN)
        assert fetched.headers["content-encoding"] == "gzip"
    assert internet.connections == (2 if path in MORE[: MORE.index("length-and-chunks")] else 1)


async def test_a_connection_is_given_up_where_what_is_left_over_cannot_be_seen(
    internet: Server, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hide(connection: httpcore.AsyncHTTP11Connection) -> bool:
        del connection._h11_state
        return has_more(connection)  # type: ignore[arg-type]

    has_more = transport_module._Connection.has_more
    monkeypatch.setattr(transport_module._Connection, "has_more", hide)
    for _ in range(2):
        assert (await fetcher.fetch(a_request(internet.url("ok")))).body == PLAIN
    assert internet.connections == 2


async def test_the_body_of_a_redirect_stays_unread(internet: Server, fetcher: Fetcher) -> None:
    for path in ("endless-redirect", "bomb-redirect"):
        assert (await fetcher.fetch(a_request(internet.url(path)))).body == PLAIN
    assert internet.sent < 20_000_000, "what the buffers of the system hold, not more"


async def test_a_healthy_feed_is_fetched_beside_hostile_ones(internet: Server) -> None:
    async with a_fetcher(timeout=timedelta(seconds=20), concurrent=100) as fetcher:
        faulty, stuck = (
            [asyncio.create_task(fetcher.fetch(a_request(internet.url(path)))) for path in paths]
            for paths in ([case[0] for case in REFUSED], ["silence", "trickled-body", "trickled-headers"])
        )
        fetched = await fetcher.fetch(a_request(internet.url("ok")))
        answers = await asyncio.gather(*faulty, return_exceptions=True)
        for task in stuck:
            task.cancel()
        cancelled = await asyncio.gather(*stuck, return_exceptions=True)
    assert fetched.body == PLAIN
    assert {type(answer) for answer in answers} == {FetchError}
    assert {type(answer) for answer in cancelled} == {asyncio.CancelledError}


@pytest.mark.parametrize("hoarder", ["stall-before-the-end/900000", "stall-in-a-bomb/900000"])
async def test_what_hoarders_hold_is_bounded_and_costs_small_bodies_nothing(internet: Server, hoarder: str) -> None:
    """With documents of up to 30 MB there is room for one large body at a time."""
    async with a_fetcher(timeout=timedelta(seconds=2), concurrent=100, page_size=30_000_000) as fetcher:
        holding = [asyncio.create_task(fetcher.fetch(a_request(internet.url(hoarder)))) for _ in range(2)]
        await asyncio.sleep(1)
        assert fetcher._room.large.locked()
        late = asyncio.create_task(fetcher.fetch(a_request(internet.url("large/900000"))))
        assert (await fetcher.fetch(a_request(internet.url("large/300000")))).body == bytes(300_000)
        assert not any(task.done() for task in (late, *holding))
        endings = await asyncio.gather(*holding, return_exceptions=True)
        assert [getattr(ending, "kind", None) for ending in endings] == [Kind.TIMEOUT] * 2
        assert (await late).body == bytes(900_000)
        assert not fetcher._room.large.locked()


async def test_what_is_told_of_an_answer(internet: Server, fetcher: Fetcher) -> None:
    fetched = await fetcher.fetch(a_request(internet.url("ok#part")))
    assert fetched.url == internet.url("ok#part")
    assert fetched.final_url == internet.url("ok")
    assert fetched.headers["etag"] == '"1"'
    assert fetched.headers["x-twice"] == "a, b"
    assert fetched.redirects == ()
    assert not fetched.permanently_moved
    assert timedelta(0) < fetched.elapsed < timedelta(seconds=5)


@pytest.mark.parametrize(
    ("path", "redirects", "permanent"),
    [
        ("hops/2/301", ["hops/1/301", "hops/0/301"], True),
        ("hops/1/308", ["hops/0/308"], True),
        ("hops/1/302", ["hops/0/302"], False),
        ("to/301//hops/1/307", ["hops/1/307", "hops/0/307"], False),
        ("arabic-redirect", ["ok/%D8%B1%D9%81%D8%AD"], False),
    ],
)
async def test_redirects_are_told_in_order(
    internet: Server, fetcher: Fetcher, path: str, redirects: list[str], permanent: bool
) -> None:
    fetched = await fetcher.fetch(a_request(internet.url(path)))
    assert internet.paths[1:] == redirects
    assert len(fetched.redirects) == len(redirects)
    assert fetched.redirects[-1] == fetched.final_url
    assert fetched.permanently_moved is permanent


async def test_the_request_names_us_and_asks_for_gzip_only(internet: Server, fetcher: Fetcher) -> None:
    request = a_request(internet.url("echo"), validators=Validators(etag='"1"', last_modified="yesterday"))
    sent = json.loads((await fetcher.fetch(request)).body)
    assert sent == {
        "host": f"{INTERNET}:{internet.port}",
        "user-agent": "monitor-test/1 (+https://monitor.example)",
        "accept": "text/xml",
        "accept-encoding": "gzip",
        "if-none-match": '"1"',
        "if-modified-since": "yesterday",
    }


async def test_cookies_are_neither_read_nor_kept_nor_sent(
    internet: Server, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(CookieJar, "extract_cookies", None)
    first = await fetcher.fetch(a_request(internet.url("echo")))
    second = await fetcher.fetch(a_request(internet.url("echo")))
    assert first.headers["set-cookie"] == "id=1"
    assert "cookie" not in json.loads(second.body)


async def test_secrets_and_validators_stay_with_the_first_hop(internet: Server, fetcher: Fetcher) -> None:
    url = internet.url("to/302//echo").replace("://", "://reader:p%40ss@")
    fetched = await fetcher.fetch(a_request(url, validators=Validators(etag='"1"', last_modified="yesterday")))
    assert not {"authorization", "if-none-match", "if-modified-since"} & set(json.loads(fetched.body))
    assert "reader" not in fetched.final_url


async def test_a_user_name_in_the_address_is_sent_to_it(internet: Server, fetcher: Fetcher) -> None:
    fetched = await fetcher.fetch(a_request(internet.url("echo").replace("://", "://reader:p%40ss@")))
    assert json.loads(fetched.body)["authorization"] == "Basic cmVhZGVyOnBAc3M="
    assert fetched.final_url == internet.url("echo")


@pytest.mark.parametrize("etag", ['"1"\r\nX-Injected: 1', '"\x00"', '"ح"', "a" * 2000, ""])
async def test_validators_that_fit_no_header_are_left_out(internet: Server, fetcher: Fetcher, etag: str) -> None:
    fetched = await fetcher.fetch(a_request(internet.url("echo"), validators=Validators(etag=etag)))
    assert not {"if-none-match", "x-injected"} & set(json.loads(fetched.body))


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"])
async def test_the_environment_does_not_redirect_us(
    internet: Server, victim: Server, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, victim.url(""))
    async with a_fetcher() as fetcher:
        assert (await fetcher.fetch(a_request(internet.url("ok")))).body == PLAIN
    assert victim.connections == 0


async def test_connections_are_kept_alive(internet: Server, fetcher: Fetcher) -> None:
    for _ in range(5):
        await fetcher.fetch(a_request(internet.url("ok")))
    assert (internet.connections, len(internet.paths)) == (1, 5)


async def hung_up(transport: GuardedTransport) -> bool:
    """Whether the server's end of every connection comes within 5 s."""
    for _ in range(1000):
        if all(connection.has_expired() for connection in transport._idle):
            return True
        await asyncio.sleep(0.005)
    return False


async def test_a_kept_connection_that_the_server_has_closed_is_not_used_again(internet: Server) -> None:
    transport = GuardedTransport(SETTINGS.allow_addresses)
    async with Fetcher(SETTINGS, transport=transport) as fetcher:
        await fetcher.fetch(a_request(internet.url("last")))
        assert await hung_up(transport)
        assert (await fetcher.fetch(a_request(internet.url("ok")))).body == PLAIN
    assert (internet.connections, internet.paths) == (2, ["last", "ok"])


@pytest.mark.parametrize(
    "path", ["ok", "ok/../a/./b//c", "ok/%zz%2F%", "ok?x=[1]|{2}&y='3'?", "ok//?&&", "ok/%D8%B1?a#b"]
)
async def test_an_address_is_sent_as_it_was_written(internet: Server, fetcher: Fetcher, path: str) -> None:
    await fetcher.fetch(a_request(internet.url(path)))
    assert internet.paths == [path.partition("#")[0]]


@pytest.mark.parametrize("path", ["ok", "bomb", "endless", "double-gzip", "endless-redirect", "short", "garbage"])
async def test_no_connection_stays_busy_after_its_request(
    internet: Server, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    opened = watch(monkeypatch)
    transport = GuardedTransport(SETTINGS.allow_addresses)
    async with Fetcher(SETTINGS, transport=transport) as fetcher:
        with suppress(FetchError):
            await fetcher.fetch(a_request(internet.url(path)))
        assert opened.left() == len(transport._idle)
        assert all(connection.is_idle() for connection in transport._idle)
    assert opened.left() == 0


async def test_no_more_connections_are_kept_than_there_is_room_for(
    internet: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", answers([INTERNET]))
    monkeypatch.setattr(transport_module, "_KEPT_ALIVE", 2)
    opened = watch(monkeypatch)
    async with a_fetcher() as fetcher:
        for host in ("a", "b", "a", "c", "a", "c"):
            await fetcher.fetch(a_request(internet.url("ok", f"{host}.example")))
        assert [each.fileno() >= 0 for each in opened] == [True, False, True]


async def test_connections_are_not_kept_for_long(internet: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", answers([INTERNET]))
    monkeypatch.setattr(transport_module, "_IDLE", 0.05)
    opened = watch(monkeypatch)
    async with a_fetcher() as fetcher:
        for host in ("a", "b", "b"):
            await fetcher.fetch(a_request(internet.url("ok", f"{host}.example")))
            await asyncio.sleep(0.06)
        assert [each.fileno() >= 0 for each in opened] == [False, False, True]


async def test_who_is_asking_when_all_ends_may_finish(internet: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = watch(monkeypatch)
    async with a_fetcher() as fetcher:
        asking = asyncio.create_task(fetcher.fetch(a_request(internet.url("slow/0.2"))))
        for _ in range(500):
            await asyncio.sleep(0.01)
            if internet.paths:
                break
    assert opened.left() == 1
    assert (await asking).status == 200
    assert opened.left() == 0


@pytest.mark.parametrize("moment", range(40))
async def test_whenever_a_request_is_cancelled_its_connection_is_closed(
    internet: Server, monkeypatch: pytest.MonkeyPatch, moment: int
) -> None:
    """At each turn of the loop: httpcore forgets a connection that waits for its lock."""
    opened = watch(monkeypatch)
    async with a_fetcher() as fetcher:
        task = asyncio.create_task(fetcher.fetch(a_request(internet.url("silence"))))
        for _ in range(moment):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert opened.left() == 0
        assert (await fetcher.fetch(a_request(internet.url("ok")))).body == PLAIN
        assert opened.left() == 1


@pytest.mark.parametrize("path", ["silence", "trickled-headers", "trickled-body"])
async def test_a_request_that_is_cancelled_leaves_no_connection(
    internet: Server, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    opened = watch(monkeypatch)
    async with a_fetcher() as fetcher:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(fetcher.fetch(a_request(internet.url(path))), 0.1)
        assert (len(opened), opened.left()) == (1, 0)


@pytest.mark.parametrize(
    ("max_bytes", "advice"),
    [(1000, "fetch.feed_size"), (2000, "fetch.page_size"), (3000, "")],
)
async def test_a_body_too_large_names_the_setting(internet: Server, max_bytes: int, advice: str) -> None:
    async with a_fetcher(feed_size=1000, page_size=2000) as fetcher:
        with pytest.raises(FetchError) as caught:
            await fetcher.fetch(a_request(internet.url("bomb"), max_bytes=max_bytes))
    ending = f" (raise {advice} in monitor.yaml)" if advice else ""
    assert str(caught.value) == f"{INTERNET}: its body is larger than {max_bytes:,} bytes{ending}"


async def test_passwords_and_tokens_are_shown_nowhere(
    internet: Server, fetcher: Fetcher, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    url = internet.url("hang-up?token=hunter2").replace("://", "://reader:hunter2@")
    with pytest.raises(FetchError) as caught:
        await fetcher.fetch(a_request(url))
    await fetcher.fetch(a_request(internet.url("ok?token=hunter2")))
    assert "hunter2" not in f"{caught.value} {caught.value.url} {caplog.text}"


async def test_a_redirect_to_a_secret_address_is_redacted(internet: Server, fetcher: Fetcher) -> None:
    with pytest.raises(FetchError) as caught:
        await fetcher.fetch(a_request(internet.url("to/302/ftp://reader:hunter2@gazette.example/?token=hunter3")))
    assert "hunter" not in str(caught.value)


# ── where nothing may be fetched ─────────────────────────────────────────────────────────────────────────────────────


async def test_an_address_of_this_machine_is_never_dialled(victim: Server, fetcher: Fetcher) -> None:
    with pytest.raises(FetchError, match=r"leads to 127\.0\.0\.1 \(this machine\).*allow_addresses") as caught:
        await fetcher.fetch(a_request(victim.url("ok")))
    assert (caught.value.kind, caught.value.temporary) == (Kind.ADDRESS, False)
    assert victim.connections == 0


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.1", "0x7f.1", "2130706433", "0177.0.0.1", "[::ffff:127.0.0.1]", "①②⑦.0.0.1", "127.0.0.1.", "0"],
)
async def test_no_redirect_leads_to_the_victim(internet: Server, victim: Server, fetcher: Fetcher, host: str) -> None:
    with pytest.raises(FetchError) as caught:
        await fetcher.fetch(
            a_request(internet.url(f"to/302/{victim.url('ok', host)}".replace("①②⑦", "%E2%91%A0%E2%91%A1%E2%91%A6")))
        )
    assert caught.value.kind in (Kind.ADDRESS, Kind.DNS)
    assert len(internet.paths) == 1
    assert victim.connections == 0


def answers(*rounds: Sequence[str]) -> "Resolver":
    return Resolver(rounds)


class Resolver:
    """A DNS whose answer to the n-th question is the n-th round; the last one stays."""

    def __init__(self, rounds: Sequence[Sequence[str]]) -> None:
        self.rounds = list(rounds)
        self.questions: list[str] = []

    def __call__(self, host: str, port: int, *_: object, **__: object) -> list[tuple[object, ...]]:
        self.questions.append(host)
        found = self.rounds.pop(0) if len(self.rounds) > 1 else self.rounds[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]


async def test_rebinding_never_reaches_the_victim(
    internet: Server, victim: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """200 rounds: a name that is answered well, then badly, by turns, while the first connection is kept."""
    hits = 0
    for number in range(200):
        resolver = answers([INTERNET], [VICTIM], [INTERNET], [VICTIM])
        monkeypatch.setattr(socket, "getaddrinfo", resolver)
        async with a_fetcher() as fetcher:
            fetched = await fetcher.fetch(a_request(f"http://gazette.example:{internet.port}/ok"))
            hits += fetched.status == 200
            target = f"http://gazette.example:{victim.port}/ok"
            address = internet.url(f"to/302/{target}") if number % 2 else target
            with pytest.raises(FetchError, match="this machine") as caught:
                await fetcher.fetch(a_request(address))
            again = await fetcher.fetch(a_request(f"http://gazette.example:{internet.port}/ok"))
            hits += again.status == 200
        assert caught.value.temporary
        assert resolver.questions == ["gazette.example"] * 2, "the kept connection asks nobody"
    assert (hits, victim.connections) == (400, 0)


async def test_rebinding_between_the_judgement_and_the_dial_never_reaches_the_victim(
    internet: Server, victim: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """200 rounds: the name server changes its answer with every question; nobody asks twice."""
    for _ in range(200):
        resolver = answers(*([INTERNET], [VICTIM]) * 10)
        monkeypatch.setattr(socket, "getaddrinfo", resolver)
        async with a_fetcher() as fetcher:
            for port, path in ((internet.port, "ok"), (victim.port, "ok")):
                with suppress(FetchError):
                    await fetcher.fetch(a_request(f"http://gazette.example:{port}/{path}"))
        assert len(resolver.questions) == 2
    assert (len(internet.paths), victim.connections) == (200, 0)


async def test_a_peer_that_is_the_victim_is_asked_nothing(victim: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Something between the guard and the wire leads every connection to the victim, as a firewall's rule may."""

    async def divert(_: str, port: int, __: float | None) -> PlainStream:
        return await dial(VICTIM, port)

    monkeypatch.setattr(guard, "dial", divert)
    async with a_fetcher() as fetcher:
        for scheme in ("http", "https"):
            with pytest.raises(FetchError, match=r"dialled 127\.0\.0\.2, but 127\.0\.0\.1 answered"):
                await fetcher.fetch(a_request(f"{scheme}://{INTERNET}:{victim.port}/ok"))
    assert victim.paths == []


@pytest.mark.parametrize("found", [[INTERNET, VICTIM], [VICTIM, INTERNET], [INTERNET, "10.0.0.1"], [INTERNET, "::1"]])
async def test_one_bad_answer_among_good_ones_refuses_all(
    internet: Server, monkeypatch: pytest.MonkeyPatch, found: list[str]
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", answers(found))
    async with a_fetcher() as fetcher:
        with pytest.raises(FetchError) as caught:
            await fetcher.fetch(a_request(internet.url("ok", "gazette.example")))
    assert caught.value.kind is Kind.ADDRESS
    assert internet.connections == 0


async def test_a_second_address_serves_where_the_first_does_not(
    internet: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", answers(["127.0.0.3", INTERNET]))
    async with a_fetcher(allow_addresses=(ip_network("127.0.0.2/31"),)) as fetcher:
        assert (await fetcher.fetch(a_request(internet.url("ok", "gazette.example")))).body == PLAIN


async def test_a_refused_connection_says_so(fetcher: Fetcher) -> None:
    with pytest.raises(FetchError, match=r"^127\.0\.0\.2: refused the connection$") as caught:
        await fetcher.fetch(a_request("http://127.0.0.2:9/"))
    assert (caught.value.kind, caught.value.temporary) == (Kind.CONNECT, True)


async def test_a_name_without_an_address_says_so(fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nobody)
    with pytest.raises(FetchError, match=r"^gazette\.example: no such host") as caught:
        await fetcher.fetch(a_request("https://gazette.example/feed"))
    assert (caught.value.kind, caught.value.temporary) == (Kind.DNS, True)


async def test_an_error_after_a_redirect_names_the_host_that_failed(
    internet: Server, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", answers(["10.0.0.1"]))
    with pytest.raises(FetchError, match=r"^127\.0\.0\.2, redirected to gazette\.example: leads to 10\.0\.0\.1"):
        await fetcher.fetch(a_request(internet.url("to/301/http://gazette.example/")))


@pytest.mark.parametrize(
    "url",
    [
        "",
        "news",
        "ftp://gazette.example/",
        "http://",
        "http:///feed",
        "http://gazette.example:99999/",
        "http://gazette.example:0/",
        "http://gazette.example:port/",
        "http://[::1/",
        "http://[gazette]/",
        "http://gaz ette.example/",
        "http://" + "a" * 300 + ".example/",
        "http://gazette..example/",
        "http://xn--.example\\@127.0.0.1/",
        "http://gazette.example/\ud800",
        "http://1.2.3.999/",
        "http://gazette.example/" + "a" * 70_000,
    ],
)
async def test_what_is_no_address_is_refused_before_anything_is_asked(
    fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", None)
    with pytest.raises(FetchError) as caught:
        await fetcher.fetch(a_request(url))
    assert (caught.value.kind, caught.value.temporary) == (Kind.ADDRESS, False)


async def test_the_self_test_passes_behind_the_guard(fetcher: Fetcher) -> None:
    assert await fetcher.self_test() is None  # type: ignore[func-returns-value]


@pytest.mark.parametrize(
    "networks", [["127.0.0.0/8"], ["127.0.0.0/8", "169.254.0.0/16", "10.0.0.0/8"], ["0.0.0.0/0", "::/0"]]
)
async def test_the_self_test_respects_what_is_allowed(networks: list[str]) -> None:
    async with a_fetcher(allow_addresses=tuple(map(ip_network, networks))) as fetcher:
        assert await fetcher.self_test() is None  # type: ignore[func-returns-value]


@pytest.mark.parametrize("hole", VICTIMS)
async def test_the_self_test_fails_where_any_victim_can_be_reached(monkeypatch: pytest.MonkeyPatch, hole: str) -> None:
    def judge(address: IPAddress, allowed: Sequence[IPNetwork]) -> str:
        return "" if str(address) == hole else reason_against(address, allowed)

    dialled: list[str] = []

    async def dial(address: str, *_: object) -> None:
        dialled.append(address)
        raise httpcore.ConnectError

    monkeypatch.setattr("monitor.fetch.guard.reason_against", judge)
    monkeypatch.setattr(guard, "dial", dial)
    async with a_fetcher() as fetcher:
        with pytest.raises(FetchError, match=f"guard let a connection to {hole} through; nothing may be fetched"):
            await fetcher.self_test()
    assert dialled == [hole]


@pytest.mark.parametrize("victim", VICTIMS)
async def test_the_self_test_tries_an_address_a_name_and_a_redirect_to_either(
    victim: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", None)
    monkeypatch.setattr(guard, "dial", None)
    ways = list(ways_to(victim))
    assert len(ways) == 4
    async with a_fetcher() as fetcher:
        astray = Fetcher(SETTINGS, transport=Redirecting(fetcher._transport))
        for url in ways:
            with pytest.raises(FetchError, match=r"in monitor\.yaml") as caught:
                await astray.fetch(a_request(url))
            assert caught.value.kind is Kind.ADDRESS
            assert str(ip_address(victim)) in str(caught.value)


async def test_the_self_test_fails_where_only_names_or_redirects_get_around_the_guard(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def connect(_: Guard, host: str, *__: object) -> None:
        if host.endswith(".invalid"):
            raise httpcore.ConnectError
        raise Refusal("of the guard", Kind.ADDRESS)

    monkeypatch.setattr(Guard, "connect", connect)
    async with a_fetcher() as fetcher:
        with pytest.raises(FetchError, match="guard let a connection to"):
            await fetcher.self_test()


async def test_the_self_test_waits_for_nobody_s_turn() -> None:
    async with a_fetcher(delay=timedelta(hours=1), per_host=1) as fetcher:
        async with asyncio.timeout(20):
            await fetcher.self_test()


# ── another transport ────────────────────────────────────────────────────────────────────────────────────────────────


class Mock(httpx.MockTransport):
    """Answers as `handler` does, and remembers whether it was closed."""

    closed = False

    async def aclose(self) -> None:
        self.closed = True


def mock(*headers: tuple[str, str], status: int = 200, body: bytes = PLAIN) -> Mock:
    return Mock(lambda request: httpx.Response(status, headers=headers, stream=httpx.ByteStream(body)))


async def test_a_transport_may_stand_in_for_the_network() -> None:
    asked: list[httpx.URL] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url)
        zipped = httpx.ByteStream(gzip.compress(PLAIN))
        return httpx.Response(200, headers=[("Content-Encoding", "gzip"), ("X-A", "1"), ("x-a", "2")], stream=zipped)

    transport = Mock(answer)
    async with Fetcher(SETTINGS, transport=transport) as fetcher:
        fetched = await fetcher.fetch(a_request("https://gazette.example/feed?page=2"))
    assert (fetched.body, fetched.headers["x-a"]) == (PLAIN, "1, 2")
    assert asked == [httpx.URL("https://gazette.example/feed?page=2")]
    assert transport.closed


@pytest.mark.parametrize("location", ["http://[::1/", "file:///etc/passwd", "http://gazette.example:99999/"])
async def test_a_location_that_httpx_cannot_read_is_told_by_us(location: str) -> None:
    async with Fetcher(SETTINGS, transport=mock(("Location", location), status=302)) as fetcher:
        with pytest.raises(FetchError, match="not an http") as caught:
            await fetcher.fetch(a_request("http://gazette.example/"))
    assert caught.value.kind is Kind.ADDRESS


@pytest.mark.parametrize("error", [httpx.ReadError("x"), httpcore.ReadError("x"), ConnectionResetError(104, "x")])
async def test_an_error_of_another_transport_is_translated(error: Exception) -> None:
    def fail(request: httpx.Request) -> httpx.Response:
        raise error

    async with Fetcher(SETTINGS, transport=Mock(fail)) as fetcher:
        with pytest.raises(FetchError, match=r"^gazette\.example: ") as caught:
            await fetcher.fetch(a_request("http://gazette.example/"))
    assert caught.value.temporary


@pytest.mark.parametrize("answer", [mock(), mock(("Location", "file:///etc/passwd"), status=302)])
async def test_the_self_test_fails_where_a_transport_has_taken_the_place_of_the_guard(answer: Mock) -> None:
    async with Fetcher(SETTINGS, transport=answer) as fetcher:
        with pytest.raises(FetchError, match="no guard stands") as caught:
            await fetcher.self_test()
    assert (caught.value.kind, caught.value.temporary) == (Kind.ADDRESS, False)


async def test_the_self_test_takes_a_transport_where_this_machine_may_be_fetched_from() -> None:
    settings = replace(SETTINGS, allow_addresses=(ip_network("127.0.0.0/8"),))
    async with Fetcher(settings, transport=mock()) as fetcher:
        assert await fetcher.self_test() is None  # type: ignore[func-returns-value]


# ── TLS ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_trusted_certificate_for_the_right_name_is_taken(
    secure: Server, trusting: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", answers([INTERNET]))
    async with a_fetcher(trusting) as fetcher:  # type: ignore[arg-type]
        assert (await fetcher.fetch(a_request(secure.url("ok", "gazette.example")))).body == PLAIN


@pytest.mark.parametrize(
    ("host", "trusted", "words"), [("other.example", True, "mismatch"), ("gazette.example", False, "self")]
)
async def test_a_wrong_certificate_is_refused(
    secure: Server, trusting: object, monkeypatch: pytest.MonkeyPatch, host: str, trusted: bool, words: str
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", answers([INTERNET]))
    async with a_fetcher(trusting if trusted else None) as fetcher:  # type: ignore[arg-type]
        with pytest.raises(FetchError, match=f"certificate is not valid: .*{words}") as caught:
            await fetcher.fetch(a_request(secure.url("ok", host)))
    assert (caught.value.kind, caught.value.temporary) == (Kind.TLS, True)


async def test_encrypted_connections_are_kept_alive_while_the_server_holds_them(
    secure: Server, trusting: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", answers([INTERNET]))
    transport = GuardedTransport(SETTINGS.allow_addresses, trusting)
    async with Fetcher(SETTINGS, transport=transport) as fetcher:
        for path in ("ok", "last"):
            await fetcher.fetch(a_request(secure.url(path, "gazette.example")))
        assert secure.connections == 1
        assert await hung_up(transport)
        assert (await fetcher.fetch(a_request(secure.url("ok", "gazette.example")))).body == PLAIN
    assert (secure.connections, secure.paths) == (2, ["ok", "last", "ok"])


async def test_tls_with_a_server_that_speaks_none_is_a_typed_error(internet: Server, fetcher: Fetcher) -> None:
    with pytest.raises(FetchError) as caught:
        await fetcher.fetch(a_request(internet.url("ok").replace("http:", "https:")))
    assert caught.value.kind in (Kind.TLS, Kind.CONNECT)


async def test_plain_text_sent_to_a_tls_port_is_a_typed_error(secure: Server, fetcher: Fetcher) -> None:
    with pytest.raises(FetchError) as caught:
        await fetcher.fetch(a_request(secure.url("ok").replace("https:", "http:")))
    assert caught.value.kind is Kind.PROTOCOL


async def test_certificates_are_loaded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert transport_module._shared_context() is transport_module._shared_context()


# ── cost ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_httpcore_finds_sniffio() -> None:
    """It imports sniffio several times a request and goes on without; a failing import is searched for anew each time,
    which costs a third of the CPU time of a fetch.
    """
    assert importlib.util.find_spec("sniffio") is not None


def test_httpx_comes_without_its_command_line() -> None:
    code = "import sys, monitor.fetch.fetcher; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    assert "httpx" in loaded
    assert not {"rich", "pygments"} & set(loaded)
