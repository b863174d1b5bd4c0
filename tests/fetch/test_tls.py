"""TLS: whom we ask for is whom we name and whose certificate is checked, on every hop, whatever the handshake does."""

import asyncio
import json
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta

import pytest
import trustme

from monitor.errors import FetchError, FetchKind
from monitor.fetch.fetcher import Fetcher
from monitor.fetch.network import SecureStream
from monitor.fetch.transport import GuardedTransport
from tests.fetch.conftest import SETTINGS, a_fetcher, a_request
from tests.fetch.recorder import resolve
from tests.fetch.server import INTERNET, PLAIN, Server, reset_connection, serve

YEAR = timedelta(days=365)
NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


@pytest.fixture(autouse=True)
def names(monkeypatch: pytest.MonkeyPatch) -> None:
    resolve(
        monkeypatch,
        gazette_example=[INTERNET],
        other_example=[INTERNET],
        news_gazette_example=[INTERNET],
        **{"xn--6dbij2e_example": [INTERNET]},
    )


def certified(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


Certify = Callable[[trustme.CA], trustme.LeafCert]


def good(authority: trustme.CA) -> trustme.LeafCert:
    return authority.issue_cert("gazette.example", "xn--6dbij2e.example")


BAD: dict[str, tuple[Certify, str]] = {
    "wrong name": (lambda authority: authority.issue_cert("other.example"), "mismatch"),
    "a subdomain's": (lambda authority: authority.issue_cert("news.gazette.example"), "mismatch"),
    "a wildcard beneath": (lambda authority: authority.issue_cert("*.gazette.example"), "mismatch"),
    "an address's": (lambda authority: authority.issue_cert(INTERNET), "mismatch"),
    "the name as common name only": (
        lambda authority: authority.issue_cert("other.example", common_name="gazette.example"),
        "mismatch",
    ),
    "expired": (
        lambda authority: authority.issue_cert("gazette.example", not_before=NOW - 2 * YEAR, not_after=NOW - YEAR),
        "expired",
    ),
    "not yet valid": (
        lambda authority: authority.issue_cert("gazette.example", not_before=NOW + YEAR, not_after=NOW + 2 * YEAR),
        "not yet valid",
    ),
    "unknown authority": (lambda _: trustme.CA().issue_cert("gazette.example"), "issuer certificate"),
}


@pytest.mark.parametrize(
    ("url_host", "name"),
    [
        ("gazette.example", "gazette.example"),
        ("GAZETTE.example.", "gazette.example"),
        ("גזית.example", "xn--6dbij2e.example"),
    ],
)
async def test_the_name_we_send_is_that_of_the_host_we_ask(
    authority: trustme.CA, trusting: ssl.SSLContext, url_host: str, name: str
) -> None:
    async with serve(INTERNET, certified(good(authority))) as server, a_fetcher(trusting) as fetcher:
        fetched = await fetcher.fetch(a_request(server.url("echo", url_host)))
        assert json.loads(fetched.body)["host"] == f"{name}:{server.port}"
        assert server.names == [name]


async def test_the_protocol_is_agreed_upon(authority: trustme.CA, trusting: ssl.SSLContext) -> None:
    theirs = certified(good(authority))
    theirs.set_alpn_protocols(["h2", "http/1.1"])
    transport = GuardedTransport(SETTINGS.allow_addresses, trusting)
    async with serve(INTERNET, theirs) as server, Fetcher(SETTINGS, transport=transport) as fetcher:
        await fetcher.fetch(a_request(server.url("ok", "gazette.example")))
        (stream,) = (connection.guarded._inner for connection in transport._idle)
        assert isinstance(stream, SecureStream)
        assert stream.tls.selected_alpn_protocol() == "http/1.1"


async def test_an_address_is_sent_as_no_name_and_its_certificate_is_checked(
    authority: trustme.CA, trusting: ssl.SSLContext
) -> None:
    async with a_fetcher(trusting) as fetcher:
        async with serve(INTERNET, certified(authority.issue_cert(INTERNET))) as server:
            assert (await fetcher.fetch(a_request(server.url("ok")))).body == PLAIN
            assert server.names == [None]
        async with serve(INTERNET, certified(good(authority))) as server:
            with pytest.raises(FetchError, match=r"certificate is not valid: .*mismatch"):
                await fetcher.fetch(a_request(server.url("ok")))


@pytest.mark.parametrize(("certify", "words"), BAD.values(), ids=BAD)
async def test_a_certificate_that_is_not_the_hosts_is_refused_before_anything_is_asked(
    authority: trustme.CA, trusting: ssl.SSLContext, certify: Certify, words: str
) -> None:
    async with serve(INTERNET, certified(certify(authority))) as server, a_fetcher(trusting) as fetcher:
        with pytest.raises(FetchError, match=f"certificate is not valid: .*{words}") as caught:
            await fetcher.fetch(a_request(server.url("ok", "gazette.example").replace("://", "://reader:secret@")))
        assert (caught.value.kind, caught.value.temporary) == (FetchKind.TLS, True)
        assert (server.names, server.paths) == (["gazette.example"], [])


@pytest.mark.parametrize("secure", [False, True], ids=["from http", "from https"])
@pytest.mark.parametrize(("certify", "words"), BAD.values(), ids=BAD)
async def test_a_redirect_ends_at_a_certificate_that_is_not_the_hosts(
    authority: trustme.CA, trusting: ssl.SSLContext, certify: Certify, words: str, secure: bool
) -> None:
    async with AsyncExitStack() as stack:
        own = certified(authority.issue_cert("other.example")) if secure else None
        first = await stack.enter_async_context(serve(INTERNET, own))
        second = await stack.enter_async_context(serve(INTERNET, certified(certify(authority))))
        fetcher = await stack.enter_async_context(a_fetcher(trusting))
        target = second.url("ok", "gazette.example")
        with pytest.raises(FetchError, match=f"certificate is not valid: .*{words}"):
            await fetcher.fetch(a_request(first.url(f"to/301/{target}", "other.example")))
        assert second.paths == []


async def test_each_hop_is_asked_by_its_own_name(authority: trustme.CA, trusting: ssl.SSLContext) -> None:
    certificate = authority.issue_cert("gazette.example", "other.example", "*.gazette.example")
    async with serve(INTERNET, certified(certificate)) as server, a_fetcher(trusting) as fetcher:
        last = server.url("ok", "news.gazette.example")
        middle = server.url(f"to/302/{last}", "other.example")
        await fetcher.fetch(a_request(server.url(f"to/302/{middle}", "gazette.example")))
        hosts = [headers["host"].partition(":")[0] for headers in server.asked]
        assert server.names == hosts == ["gazette.example", "other.example", "news.gazette.example"]


async def test_a_connection_is_kept_for_its_own_name_only(authority: trustme.CA, trusting: ssl.SSLContext) -> None:
    async with (
        serve(INTERNET, certified(authority.issue_cert("gazette.example", "other.example"))) as server,
        a_fetcher(trusting) as fetcher,
    ):
        for host in ("gazette.example", "other.example", "gazette.example"):
            await fetcher.fetch(a_request(server.url("ok", host)))
        assert server.names == ["gazette.example", "other.example"]


# ── what servers send too much ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "path", ["two-answers", "half-an-answer-more", "late-answer", "body-of-304", "noise-after-chunks"]
)
async def test_what_is_decrypted_too_much_is_no_answer_to_the_next_request(
    authority: trustme.CA, trusting: ssl.SSLContext, path: str
) -> None:
    async with serve(INTERNET, certified(good(authority))) as server, a_fetcher(trusting) as fetcher:
        await fetcher.fetch(a_request(server.url(path, "gazette.example")))
        for _ in range(2):
            fetched = await fetcher.fetch(a_request(server.url("zipped", "gazette.example")))
            assert (fetched.body, fetched.headers["content-encoding"]) == (PLAIN, "gzip")
        assert server.connections == 2


# ── handshakes ───────────────────────────────────────────────────────────────────────────────────────────────────────

Handshake = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
HELLO = b"\x16\x03\x03\x00\x7a\x02\x00\x00\x76\x03\x03"
"""How a server's answer to a client's first message begins."""


async def stall(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(30)


async def stall_half_way(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(HELLO)
    await asyncio.sleep(30)


async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(HELLO)
    for _ in range(1000):
        writer.write(b"\0")
        await asyncio.sleep(0.02)


async def reset_at_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    reset_connection(writer)


async def reset_after_hello(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(5)
    reset_connection(writer)


async def reset_half_way(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1000)
    writer.write(HELLO)
    await asyncio.sleep(0.01)
    reset_connection(writer)


async def close_after_hello(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1000)


async def plain_http(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1000)
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n" + PLAIN)


async def noise(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1000)
    writer.write(b"\xff" * 100_000)


async def alert(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """unrecognized_name, as servers say it of names they do not have."""
    await reader.read(1000)
    writer.write(b"\x15\x03\x03\x00\x02\x02\x70")


@asynccontextmanager
async def shaking(act: Handshake) -> AsyncIterator[int]:
    """A server that does this with every connection; its port."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(ConnectionError):
                await act(reader, writer)
        finally:
            writer.close()

    tasks: set[asyncio.Task[None]] = set()

    def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(asyncio.ensure_future(answer(reader, writer)))

    async with await asyncio.start_server(begin, INTERNET, 0) as server:
        yield server.sockets[0].getsockname()[1]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@pytest.mark.parametrize("act", [stall, stall_half_way, drip])
async def test_a_handshake_does_not_outlast_the_deadline(act: Handshake) -> None:
    async with shaking(act) as port, a_fetcher(timeout=timedelta(seconds=0.2)) as fetcher:
        started = time.monotonic()
        with pytest.raises(FetchError, match=r"longer than 0\.2 s") as caught:
            await fetcher.fetch(a_request(f"https://gazette.example:{port}/"))
        assert time.monotonic() - started < 1
    assert caught.value.kind is FetchKind.TIMEOUT


@pytest.mark.parametrize(
    "act", [reset_at_once, reset_after_hello, reset_half_way, close_after_hello, plain_http, noise, alert]
)
async def test_a_failed_handshake_is_a_typed_error(act: Handshake) -> None:
    async with shaking(act) as port, a_fetcher() as fetcher:
        with pytest.raises(FetchError) as caught:
            await fetcher.fetch(a_request(f"https://gazette.example:{port}/"))
    assert caught.value.kind in (FetchKind.TLS, FetchKind.CONNECT)
    assert caught.value.temporary


async def test_a_handshake_on_a_plain_port_is_a_typed_error_and_nothing_is_asked_in_plain_text(
    internet: Server,
) -> None:
    async with a_fetcher() as fetcher:
        with pytest.raises(FetchError) as caught:
            await fetcher.fetch(a_request(f"https://gazette.example:{internet.port}/ok"))
    assert caught.value.kind is FetchKind.TLS
    assert internet.paths == []


async def test_plain_text_on_a_tls_port_is_a_typed_error(authority: trustme.CA) -> None:
    async with serve(INTERNET, certified(good(authority))) as server, a_fetcher() as fetcher:
        with pytest.raises(FetchError) as caught:
            await fetcher.fetch(a_request(server.url("ok").replace("https:", "http:")))
        assert caught.value.kind is FetchKind.PROTOCOL
        assert server.paths == []
