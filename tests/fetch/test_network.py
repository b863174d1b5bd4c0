"""Connections: what asyncio's sockets and OpenSSL do, said in httpcore's words, and nothing left open."""

import asyncio
import itertools
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpcore
import pytest

from monitor.fetch.network import PlainStream, SecureStream, dial
from tests.fetch.conftest import CERTIFICATE
from tests.fetch.recorder import watch
from tests.fetch.server import INTERNET, reset_connection

Conversation = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def connected(talk: Conversation, *, secure: bool = False) -> AsyncIterator[PlainStream | SecureStream]:
    """A connection to a server that talks so."""
    theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    theirs.load_cert_chain(CERTIFICATE)
    ours = ssl.create_default_context(cafile=str(CERTIFICATE))

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await talk(reader, writer)
        finally:
            writer.close()

    async with await asyncio.start_server(answer, INTERNET, 0, ssl=theirs if secure else None) as server:
        plain = await dial(INTERNET, server.sockets[0].getsockname()[1])
        stream = await plain.secured(ours, "gazette.example") if secure else plain
        yield stream
        stream.close()


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(100_000):
        writer.write(data)
        await writer.drain()


async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Without TLS's goodbye."""
    await reader.read(1)
    writer.transport.abort()


async def reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1)
    reset_connection(writer)


async def ended(stream: PlainStream | SecureStream) -> bytes:
    """All that comes until the end."""
    found = b""
    while piece := await stream.read(1000):
        found += piece
    return found


@pytest.mark.parametrize("secure", [False, True])
async def test_what_is_sent_arrives_and_no_more_is_read_than_was_asked_for(secure: bool) -> None:
    sent = bytes(range(256)) * 4000
    async with connected(echo, secure=secure) as stream:
        writing = asyncio.create_task(stream.write(sent))
        found = b""
        while len(found) < len(sent):
            piece = await stream.read(1000)
            assert len(piece) <= 1000
            found += piece
        await writing
        assert found == sent


async def test_however_fast_it_comes_others_have_their_turn_between() -> None:
    async def flood(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(bytes(100_000))
        await reader.read()

    turns = itertools.count()

    async def turn() -> None:
        while True:
            next(turns)
            await asyncio.sleep(0)

    async with connected(flood) as stream:
        await stream.read(1)
        await asyncio.sleep(0.05)
        turning = asyncio.create_task(turn())
        for _ in range(100):
            assert len(await stream.read(500)) == 500
        turning.cancel()
    assert next(turns) >= 100


async def test_an_encrypted_connection_that_is_hung_up_has_ended() -> None:
    async with connected(hang_up, secure=True) as stream:
        await stream.write(b"x")
        assert await ended(stream) == b""


async def test_a_connection_that_is_reset_is_an_error() -> None:
    async with connected(reset) as stream:
        await stream.write(b"x")
        with pytest.raises(httpcore.ReadError):
            await stream.read(10)
        with pytest.raises(httpcore.WriteError):
            await stream.write(b"x")


async def test_who_is_at_the_other_end_is_known_while_somebody_is() -> None:
    async with connected(echo) as stream:
        assert isinstance(stream, PlainStream)
        assert stream.peer == INTERNET
        stream.close()
        assert stream.peer == ""


async def test_no_name_is_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", None)
    with pytest.raises(httpcore.ConnectError) as caught:
        await dial(INTERNET, 9)
    assert isinstance(caught.value.__cause__, ConnectionRefusedError)


async def test_an_address_of_the_other_family_is_dialled_as_well() -> None:
    with pytest.raises(httpcore.ConnectError):
        await dial("::1", 9)


async def test_a_dial_does_not_outlast_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    async def connect(connected: socket.socket, _: object) -> None:
        dialled.append(connected)
        await asyncio.sleep(60)

    dialled: list[socket.socket] = []
    monkeypatch.setattr(asyncio.get_running_loop(), "sock_connect", connect)
    with pytest.raises(httpcore.ConnectTimeout):
        await dial(INTERNET, 9, 0.01)
    assert dialled[0].fileno() < 0


@pytest.mark.parametrize("name", ["gazette..example", "רפיח.example", ""])
async def test_a_handshake_that_cannot_begin_closes_its_connection(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    opened = watch(monkeypatch)
    async with connected(echo) as stream:
        assert isinstance(stream, PlainStream)
        with pytest.raises((ValueError, ssl.SSLError, httpcore.ConnectError)):
            await stream.secured(ssl.create_default_context(), name)
        assert opened.left() == 0


async def test_a_cancelled_handshake_closes_its_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    async def stall(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    opened = watch(monkeypatch)
    async with connected(stall) as stream:
        assert isinstance(stream, PlainStream)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await stream.secured(ssl.create_default_context(), "gazette.example")
        assert opened.left() == 0
