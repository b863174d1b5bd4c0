"""A server that misbehaves as it is asked to: the path names the behaviour. 127.0.0.2 plays the Internet, 127.0.0.1 the
victim that must never be dialled.
"""

import asyncio
import gzip
import json
import socket
import ssl
import struct
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from urllib.parse import unquote

INTERNET = "127.0.0.2"
VICTIM = "127.0.0.1"

TLS_HELLO = b"\x16"
PLAIN = b"<rss>news</rss>"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


@dataclass(slots=True, kw_only=True)
class Server:
    """A running server and what it has seen."""

    address: str
    port: int
    scheme: str = "http"
    connections: int = 0
    sent: int = 0
    """Bytes, as far as the client took them."""
    paths: list[str] = field(default_factory=list)
    moments: list[float] = field(default_factory=list)
    """When each request came, in seconds."""
    asked: list[dict[str, str]] = field(default_factory=list)
    """The headers of each request, names in lower case."""
    bodies: list[bytes] = field(default_factory=list)
    """Of each request."""
    names: list[str | None] = field(default_factory=list)
    """What each TLS client said it wants (SNI)."""

    def url(self, path: str, host: str = "") -> str:
        return f"{self.scheme}://{host or self.address}:{self.port}/{path}"


@dataclass(slots=True, kw_only=True)
class Exchange:
    """One request, and the means to answer it."""

    server: Server
    rest: str
    """What follows the behaviour's name in the path."""
    headers: dict[str, str]
    writer: asyncio.StreamWriter

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()
        self.server.sent += len(data)

    async def reply(self, body: bytes = PLAIN, status: int = 200, *headers: str) -> None:
        lines = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(body)}", *headers]
        await self.send("\r\n".join([*lines, "", ""]).encode() + body)

    async def redirect(self, location: str, status: int = 302) -> None:
        await self.reply(b"moved", status, f"Location: {location}")

    def reset(self) -> None:
        """Break off with RST instead of FIN."""
        reset_connection(self.writer)

    async def drip(self, data: bytes) -> None:
        for number in range(len(data)):
            await self.send(data[number : number + 1])
            await asyncio.sleep(0.02)

    async def forever(self, data: bytes) -> None:
        while True:
            await self.send(data)
            await asyncio.sleep(0)


def reset_connection(writer: asyncio.StreamWriter) -> None:
    """Break off with RST instead of FIN."""
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.close()


BEHAVIOURS: dict[str, Callable[[Exchange], Awaitable[None]]] = {}


def behaviour(act: Callable[[Exchange], Awaitable[None]]) -> Callable[[Exchange], Awaitable[None]]:
    BEHAVIOURS[act.__name__.replace("_", "-")] = act
    return act


@asynccontextmanager
async def serve(address: str, context: ssl.SSLContext | None = None) -> AsyncIterator[Server]:
    """Run a server on a free port of the address."""
    state = Server(address=address, port=0, scheme="https" if context else "http")
    if context:
        context.sni_callback = lambda _, name, __: state.names.append(name)
    tasks: set[asyncio.Task[None]] = set()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        state.connections += 1
        # The client breaking off is what most of these are about; the end of the test cancels the rest.
        with suppress(ConnectionError, ssl.SSLError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while True:
                await _answer_one(state, reader, writer)
        with suppress(ConnectionError, ssl.SSLError):
            writer.close()

    server = await asyncio.start_server(answer, address, 0, ssl=context, limit=2**20)
    state.port = server.sockets[0].getsockname()[1]
    try:
        yield state
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await server.wait_closed()


async def _answer_one(state: Server, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    first = await reader.readexactly(1)
    if first == TLS_HELLO:
        writer.write(b"HTTP/1.1 400 Plain HTTP here\r\n\r\n")
        raise ConnectionAbortedError
    head = (first + await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    request, *lines = head.strip().split("\r\n")
    path = request.split(" ")[1].lstrip("/")
    state.moments.append(time.monotonic())
    state.paths.append(path)
    name, _, rest = path.partition("?")[0].partition("/")
    headers = {key.lower(): value for key, _, value in (line.partition(": ") for line in lines)}
    state.asked.append(headers)
    state.bodies.append(await reader.readexactly(int(headers.get("content-length", "0"))))
    await BEHAVIOURS.get(name, unknown)(Exchange(server=state, rest=unquote(rest), headers=headers, writer=writer))


def end(exchange: Exchange) -> None:
    """Close the connection, as a server that is done."""
    exchange.writer.close()
    raise ConnectionAbortedError


@cache
def packed(size: int, *, twice: bool = False) -> bytes:
    """So many zeros in gzip."""
    once = gzip.compress(bytes(size))
    return gzip.compress(once) if twice else once


async def unknown(exchange: Exchange) -> None:
    await exchange.reply(PLAIN, 404)


def sends(name: str, data: bytes, *, closes: bool = False) -> None:
    """A behaviour that is nothing but these bytes."""

    async def act(exchange: Exchange) -> None:
        await exchange.send(data)
        if closes:
            end(exchange)

    BEHAVIOURS[name] = act


# ── well-behaved ─────────────────────────────────────────────────────────────────────────────────────────────────────


@behaviour
async def ok(exchange: Exchange) -> None:
    await exchange.reply(PLAIN, 200, 'ETag: "1"', "X-Twice: a", "X-Twice: b")


@behaviour
async def status(exchange: Exchange) -> None:
    code = int(exchange.rest)
    if code in (204, 304):
        return await exchange.send(f'HTTP/1.1 {code} Whatever\r\nETag: "1"\r\n\r\n'.encode())
    return await exchange.reply(PLAIN, code)


@behaviour
async def echo(exchange: Exchange) -> None:
    await exchange.reply(json.dumps(exchange.headers).encode(), 200, "Set-Cookie: id=1", "Content-Type: text/plain")


@behaviour
async def chunks(exchange: Exchange) -> None:
    await exchange.send(CHUNKED + b"5\r\n<rss>\r\na\r\nnews</rss>\r\n0\r\n\r\n")


@behaviour
async def until_closed(exchange: Exchange) -> None:
    await exchange.send(b"HTTP/1.0 200 OK\r\n\r\n" + PLAIN)
    end(exchange)


@behaviour
async def zipped(exchange: Exchange) -> None:
    await exchange.reply(gzip.compress(PLAIN), 200, "Content-Encoding: gzip")


@behaviour
async def early_hints(exchange: Exchange) -> None:
    await exchange.send(b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n")
    await exchange.reply()


@behaviour
async def long(exchange: Exchange) -> None:
    """More than was announced: what was announced is the body."""
    await exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s and more" % (len(PLAIN), PLAIN))


@behaviour
async def last(exchange: Exchange) -> None:
    """Answers as if the connection stayed open, and closes it a little later."""
    await exchange.reply()
    await asyncio.sleep(0.02)
    end(exchange)


# ── slow and endless ─────────────────────────────────────────────────────────────────────────────────────────────────


@behaviour
async def silence(exchange: Exchange) -> None:
    await asyncio.sleep(30)


@behaviour
async def slow(exchange: Exchange) -> None:
    await asyncio.sleep(float(exchange.rest))
    await exchange.reply()


@behaviour
async def trickled_headers(exchange: Exchange) -> None:
    await exchange.drip(b"HTTP/1.1 200 OK\r\nX-Slow: " + b"a" * 5000)


@behaviour
async def trickled_body(exchange: Exchange) -> None:
    await exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n")
    await exchange.drip(b"a" * 5000)


@behaviour
async def flood_of_hints(exchange: Exchange) -> None:
    await exchange.forever(b"HTTP/1.1 100 Continue\r\n\r\n" * 100)


@behaviour
async def endless(exchange: Exchange) -> None:
    await exchange.send(b"HTTP/1.1 200 OK\r\n\r\n")
    await exchange.forever(b"a" * 10_000)


@behaviour
async def endless_chunks(exchange: Exchange) -> None:
    await exchange.send(CHUNKED)
    await exchange.forever(b"1000\r\n" + b"a" * 4096 + b"\r\n")


@behaviour
async def crumbs(exchange: Exchange) -> None:
    """Chunks of one byte: each costs the receiver as much as a large one."""
    await exchange.send(CHUNKED)
    await exchange.forever(b"1\r\na\r\n" * 1000)


# ── compressed ───────────────────────────────────────────────────────────────────────────────────────────────────────


@behaviour
async def bomb(exchange: Exchange) -> None:
    await exchange.reply(packed(50_000_000), 200, "Content-Encoding: gzip")


@behaviour
async def double_gzip(exchange: Exchange) -> None:
    await exchange.reply(packed(50_000_000, twice=True), 200, "Content-Encoding: gzip, gzip")


@behaviour
async def brotli(exchange: Exchange) -> None:
    await exchange.reply(b"\x0b\x02\x80abc\x03", 200, "Content-Encoding: br")


@behaviour
async def truncated_gzip(exchange: Exchange) -> None:
    await exchange.reply(gzip.compress(PLAIN)[:-4], 200, "Content-Encoding: gzip")


@behaviour
async def damaged_gzip(exchange: Exchange) -> None:
    await exchange.reply(b"\x1f\x8b" + b"\xff" * 40, 200, "Content-Encoding: gzip")


# ── wrong ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@behaviour
async def short(exchange: Exchange) -> None:
    await exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + PLAIN)
    end(exchange)


@behaviour
async def two_lengths(exchange: Exchange) -> None:
    await exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: 15\r\nContent-Length: 3\r\n\r\n" + PLAIN)


@behaviour
async def negative_length(exchange: Exchange) -> None:
    await exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n" + PLAIN)


@behaviour
async def bad_chunk(exchange: Exchange) -> None:
    await exchange.send(CHUNKED + b"zz\r\n<rss>\r\n0\r\n\r\n")


@behaviour
async def chunk_extension_flood(exchange: Exchange) -> None:
    await exchange.send(CHUNKED + b"5;" + b"a" * 300_000)


@behaviour
async def unfinished_chunks(exchange: Exchange) -> None:
    await exchange.send(CHUNKED + b"5\r\n<rss>\r\n")
    end(exchange)


@behaviour
async def header_flood(exchange: Exchange) -> None:
    await exchange.send(b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: a\r\n" % number for number in range(50_000)))


@behaviour
async def huge_header(exchange: Exchange) -> None:
    await exchange.send(b"HTTP/1.1 200 OK\r\nX-Huge: " + b"a" * 500_000)


@behaviour
async def bad_header(exchange: Exchange) -> None:
    await exchange.send(b"HTTP/1.1 200 OK\r\nX-Bad\x00: a\r\nContent-Length: 0\r\n\r\n")


@behaviour
async def garbage(exchange: Exchange) -> None:
    await exchange.send(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")


@behaviour
async def http_09(exchange: Exchange) -> None:
    await exchange.send(PLAIN)
    end(exchange)


@behaviour
async def hang_up(exchange: Exchange) -> None:
    end(exchange)


@behaviour
async def reset(exchange: Exchange) -> None:
    exchange.reset()
    raise ConnectionAbortedError


@behaviour
async def reset_in_headers(exchange: Exchange) -> None:
    await exchange.send(b"HTTP/1.1 200 OK\r\nX-Half: ")
    await asyncio.sleep(0.02)
    await reset(exchange)


@behaviour
async def reset_in_body(exchange: Exchange) -> None:
    await exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n<rss>")
    await asyncio.sleep(0.02)
    await reset(exchange)


@behaviour
async def switch(exchange: Exchange) -> None:
    await exchange.send(b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n")


# ── redirects ────────────────────────────────────────────────────────────────────────────────────────────────────────


@behaviour
async def to(exchange: Exchange) -> None:
    """to/302/http://elsewhere/: redirects there."""
    code, _, location = exchange.rest.partition("/")
    await exchange.redirect(location, int(code))


@behaviour
async def cookie_to(exchange: Exchange) -> None:
    """The same, with cookies for it and for every site it could speak for."""
    code, _, location = exchange.rest.partition("/")
    cookies = ("id=1", "id=2; Path=/", "id=3; Domain=example", "id=4; Domain=.gazette.example; SameSite=None")
    await exchange.reply(b"", int(code), f"Location: {location}", *(f"Set-Cookie: {cookie}" for cookie in cookies))


@behaviour
async def hops(exchange: Exchange) -> None:
    """hops/3/301: three redirects, then an answer."""
    left, _, code = exchange.rest.partition("/")
    await exchange.redirect(f"/hops/{int(left) - 1}/{code}", int(code)) if int(left) else await exchange.reply()


@behaviour
async def slow_hops(exchange: Exchange) -> None:
    """slow-hops/3/0.1: three redirects, each after 0.1 s."""
    left, _, seconds = exchange.rest.partition("/")
    await asyncio.sleep(float(seconds))
    await exchange.redirect(f"/slow-hops/{int(left) - 1}/{seconds}" if int(left) else "/ok")


@behaviour
async def maze(exchange: Exchange) -> None:
    """A new address for ever."""
    await exchange.redirect(f"/maze/{exchange.rest}1")


@behaviour
async def circle(exchange: Exchange) -> None:
    await exchange.redirect("/circle/b" if exchange.rest == "a" else "/circle/a")


@behaviour
async def nowhere(exchange: Exchange) -> None:
    await exchange.reply(PLAIN, 302)


@behaviour
async def endless_redirect(exchange: Exchange) -> None:
    await exchange.send(b"HTTP/1.1 302 Found\r\nLocation: /ok\r\n\r\n")
    await exchange.forever(b"a" * 10_000)


@behaviour
async def arabic_redirect(exchange: Exchange) -> None:
    await exchange.send("HTTP/1.1 302 Found\r\nLocation: /ok/رفح\r\nContent-Length: 0\r\n\r\n".encode())


@behaviour
async def latin_redirect(exchange: Exchange) -> None:
    await exchange.send(b"HTTP/1.1 302 Found\r\nLocation: /ok/caf\xe9\r\nContent-Length: 0\r\n\r\n")


@behaviour
async def bomb_redirect(exchange: Exchange) -> None:
    """A redirect with 50 MB in 50 KB as its body."""
    await exchange.reply(packed(50_000_000), 302, "Content-Encoding: gzip", "Location: /ok")


# ── more or less than one answer ─────────────────────────────────────────────────────────────────────────────────────

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(PLAIN), PLAIN)
FORGED = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged"

sends("two-answers", ANSWER + FORGED)
sends("half-an-answer-more", ANSWER + FORGED[:20])
sends("two-answers-in-chunks", CHUNKED + b"f\r\n" + PLAIN + b"\r\n0\r\n\r\n" + FORGED)
sends("noise-after-chunks", CHUNKED + b"f\r\n" + PLAIN + b"\r\n0\r\n\r\nnoise")
sends("body-of-304", b'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\nContent-Length: 15\r\n\r\n' + PLAIN)
sends("body-of-204", b"HTTP/1.1 204 No Content\r\nContent-Length: 15\r\n\r\n" + PLAIN)
sends("chunks-of-304", CHUNKED.replace(b"200 OK", b"304 Not Modified") + b"f\r\n" + PLAIN + b"\r\n0\r\n\r\n")
sends(
    "length-and-chunks",
    CHUNKED.replace(b"\r\n\r\n", b"\r\nContent-Length: 3\r\n\r\n") + b"f\r\n" + PLAIN + b"\r\n0\r\n\r\n",
)
sends("trailers", CHUNKED + b"f\r\n" + PLAIN + b"\r\n0\r\nX-Late: a\r\n\r\n")


@behaviour
async def late_answer(exchange: Exchange) -> None:
    """A second answer, a little later, in a packet (and a TLS record) of its own."""
    await exchange.send(ANSWER)
    await exchange.send(FORGED)
    await asyncio.sleep(0.02)
    await exchange.send(FORGED)


# ── odd, but an answer ───────────────────────────────────────────────────────────────────────────────────────────────


def answer_with(*headers: bytes, body: bytes = PLAIN) -> bytes:
    lines = [b"HTTP/1.1 200 OK", *headers, b"Content-Length: %d" % len(body)]
    return b"\r\n".join([*lines, b"", b""]) + body


sends("folded-header", answer_with(b"X-Folded: a\r\n b\r\n\tc"))
sends("same-length-twice", answer_with(b"Content-Length: 15"))
sends("no-reason", b"HTTP/1.1 200\r\nContent-Length: 15\r\n\r\n" + PLAIN)
sends("bare-newlines", b"HTTP/1.1 200 OK\nContent-Length: 15\n\n" + PLAIN)
sends("many-headers", answer_with(*(b"X-%d: a" % number for number in range(5000))))
sends("one-header-often", answer_with(*(b"X-A: %d" % number for number in range(5000))))
sends("long-header", answer_with(b"X-Long: " + b"a" * 90_000))
sends("long-cookie", answer_with(b"Set-Cookie: a=" + b"a" * 90_000))
sends("empty-gzip", answer_with(b"Content-Encoding: gzip", body=b""))
sends("gzip-and-noise", answer_with(b"Content-Encoding: gzip", body=gzip.compress(PLAIN) + b"noise"))
sends(
    "gzip-in-two-parts",
    answer_with(b"Content-Encoding: gzip", body=gzip.compress(PLAIN[:5]) + gzip.compress(PLAIN[5:])),
)
sends("latin-header", answer_with(b"X-Latin: caf\xe9"))
sends("two-locations", answer_with(b"Location: /ok", b"Location: http://127.0.0.1/").replace(b"200 OK", b"302 Found"))
sends("empty-location", answer_with(b"Location: ").replace(b"200 OK", b"302 Found"))


@behaviour
async def large(exchange: Exchange) -> None:
    await exchange.reply(bytes(int(exchange.rest)))


@behaviour
async def hints(exchange: Exchange) -> None:
    """hints/100/50: so many interim answers of this kind, then one."""
    code, _, count = exchange.rest.partition("/")
    await exchange.send(b"HTTP/1.1 %d Interim\r\n\r\n" % int(code) * int(count))
    await exchange.reply()


@behaviour
async def later(exchange: Exchange) -> None:
    """later/503/120: no answer before 120 s are over."""
    code, _, seconds = exchange.rest.partition("/")
    await exchange.reply(PLAIN, int(code), f"Retry-After: {seconds}")


# ── wrong in yet other ways ──────────────────────────────────────────────────────────────────────────────────────────

sends("nul-in-header", answer_with(b"X-Bad: a\x00b"))
sends("return-in-header", answer_with(b"X-Bad: a\rX-Injected: b"))
sends("blank-in-name", answer_with(b"X Bad: a"))
sends("blank-after-name", answer_with(b"X-Bad : a"))
sends("no-colon", answer_with(b"X-Bad"))
sends("no-name", answer_with(b": a"))
sends("signed-length", b"HTTP/1.1 200 OK\r\nContent-Length: +15\r\n\r\n" + PLAIN)
sends("hexadecimal-length", b"HTTP/1.1 200 OK\r\nContent-Length: 0xf\r\n\r\n" + PLAIN)
sends("lengths-in-one", b"HTTP/1.1 200 OK\r\nContent-Length: 15, 3\r\n\r\n" + PLAIN)
sends("endless-length", b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n" + PLAIN)
sends("great-length", b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999\r\n\r\n" + PLAIN, closes=True)
sends("odd-transfer", CHUNKED.replace(b"chunked", b"gzip, chunked") + b"0\r\n\r\n")
sends("unknown-transfer", CHUNKED.replace(b"chunked", b"pigeon") + PLAIN)
sends("negative-chunk", CHUNKED + b"-5\r\n<rss>\r\n0\r\n\r\n")
sends("great-chunk", CHUNKED + b"ffffffffffffffff\r\n<rss>", closes=True)
sends("endless-chunk-size", CHUNKED + b"f" * 200_000)
sends("noise-after-chunk", CHUNKED + b"5\r\n<rss>noise\r\n0\r\n\r\n")
sends("trailer-flood", CHUNKED + b"0\r\n" + b"X-Late: a\r\n" * 20_000)
sends("newline-flood", b"\r\n" * 100_000)
sends("http-2", b"HTTP/2 200 OK\r\nContent-Length: 15\r\n\r\n" + PLAIN)
sends("low-status", b"HTTP/1.1 099 Low\r\nContent-Length: 15\r\n\r\n" + PLAIN)
sends("long-status", b"HTTP/1.1 2000 Long\r\nContent-Length: 15\r\n\r\n" + PLAIN)
sends("no-status", b"HTTP/1.1 OK\r\nContent-Length: 15\r\n\r\n" + PLAIN)
sends("cut-in-headers", b"HTTP/1.1 200 OK\r\nX-Half: ", closes=True)
sends("cut-in-gzip", answer_with(b"Content-Encoding: gzip", body=gzip.compress(PLAIN))[:-5], closes=True)
sends("plain-as-gzip", answer_with(b"Content-Encoding: gzip"))
sends("deflate", answer_with(b"Content-Encoding: deflate"))
sends("zstd", answer_with(b"Content-Encoding: zstd"))
sends("many-encodings", answer_with(b"Content-Encoding: " + b"gzip, " * 10_000))
sends("many-gzip-parts", answer_with(b"Content-Encoding: gzip", body=gzip.compress(b"") * 5000))


@behaviour
async def stall_in_headers(exchange: Exchange) -> None:
    await exchange.send(b"HTTP/1.1 200 OK\r\nX-Half: ")
    await asyncio.sleep(30)


@behaviour
async def stall_in_body(exchange: Exchange) -> None:
    await exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + b"a" * 2500)
    await asyncio.sleep(30)


@behaviour
async def stall_before_the_end(exchange: Exchange) -> None:
    """Nearly all of a large body, and then nothing: what has come is held until the deadline."""
    size = int(exchange.rest)
    await exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (size + 1) + bytes(size))
    await asyncio.sleep(30)


@behaviour
async def stall_in_a_bomb(exchange: Exchange) -> None:
    """The same in a few kilobytes of gzip."""
    body = packed(int(exchange.rest))
    await exchange.send(
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body) + body[:-1]
    )
    await asyncio.sleep(30)


@behaviour
async def trickled_hints(exchange: Exchange) -> None:
    await exchange.drip(b"HTTP/1.1 103 Early Hints\r\n\r\n" * 1000)


@behaviour
async def trickled_chunks(exchange: Exchange) -> None:
    await exchange.send(CHUNKED)
    await exchange.drip(b"1\r\na\r\n" * 1000)
