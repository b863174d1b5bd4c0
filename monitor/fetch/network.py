"""Connections over asyncio's own sockets, plain or encrypted; only the guard may use them.

httpcore's own go through anyio, whose tasks, scopes and locks cost a third of a request. What is read is read when it
is asked for, and not sooner: an idle connection shows in its socket alone whether anything came.
"""

import asyncio
import socket
import ssl
from collections.abc import Callable
from typing import TypeVar

import httpcore

T = TypeVar("T")

_RECORDS = 65_536
"""Bytes read at once from an encrypted connection."""


class PlainStream:
    """A connected socket."""

    def __init__(self, connected: socket.socket) -> None:
        self.socket = connected
        self._loop = asyncio.get_running_loop()

    @property
    def peer(self) -> str:
        """The address at the other end; "" where it has gone already."""
        try:
            return str(self.socket.getpeername()[0])
        except OSError:
            return ""

    async def read(self, max_bytes: int) -> bytes:
        """The next bytes; b"" at the end. Raises: httpcore's ReadError."""
        # What is there already is read without waiting: who sends fast would leave nobody else, no deadline, its turn.
        await asyncio.sleep(0)
        try:
            return await self._loop.sock_recv(self.socket, max_bytes)
        except OSError as error:
            raise httpcore.ReadError(error) from error

    async def write(self, buffer: bytes) -> None:
        """Send all of it. Raises: httpcore's WriteError."""
        try:
            await self._loop.sock_sendall(self.socket, buffer)
        except OSError as error:
            raise httpcore.WriteError(error) from error

    def close(self) -> None:
        """Close it at once."""
        self.socket.close()

    async def secured(self, context: ssl.SSLContext, host: str) -> "SecureStream":
        """The same connection, encrypted, to whom `context` takes for `host`; closed where that fails.

        Raises: httpcore's ConnectError.
        """
        try:
            secure = SecureStream(self, context, host)
            await secure.shake_hands()
        except BaseException:
            self.close()
            raise
        return secure


class SecureStream:
    """TLS over a connected socket. An end that was not announced is an end: many servers just hang up."""

    def __init__(self, plain: PlainStream, context: ssl.SSLContext, host: str) -> None:
        self._plain = plain
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        # As bytes: of a str Python would make an internationalised name by rules of its own.
        self.tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=host.encode("ascii"))
        self.socket = plain.socket
        self.close = plain.close

    async def shake_hands(self) -> None:
        """Agree on the encryption, and check the certificate. Raises: httpcore's ConnectError."""
        try:
            await self._call(self.tls.do_handshake)
        except (ssl.SSLError, httpcore.NetworkError) as error:
            raise httpcore.ConnectError(error) from error

    async def read(self, max_bytes: int) -> bytes:
        """The next bytes, decrypted; b"" at the end. Raises: httpcore's ReadError, and ssl.SSLError."""
        try:
            return await self._call(lambda: self.tls.read(max_bytes))
        except ssl.SSLEOFError:
            return b""

    async def write(self, buffer: bytes) -> None:
        """Send all of it. Raises: httpcore's WriteError, and ssl.SSLError."""
        await self._call(lambda: self.tls.write(buffer))

    async def _call(self, step: Callable[[], T]) -> T:
        """What a step of OpenSSL's gives, once what it wants to send is sent, and what it waits for has come."""
        while True:
            try:
                done = step()
            except ssl.SSLWantReadError:
                await self._flush()
                if received := await self._plain.read(_RECORDS):
                    self._incoming.write(received)
                else:
                    self._incoming.write_eof()
            else:
                await self._flush()
                return done

    async def _flush(self) -> None:
        if self._outgoing.pending:
            await self._plain.write(self._outgoing.read())


async def dial(address: str, port: int, seconds: float | None = None) -> PlainStream:
    """A connection to an IP address, within some seconds. Raises: httpcore's ConnectError and ConnectTimeout."""
    try:
        return PlainStream(await _connected(address, port, seconds))
    except TimeoutError as error:
        raise httpcore.ConnectTimeout(error) from error
    except OSError as error:
        raise httpcore.ConnectError(error) from error


async def _connected(address: str, port: int, seconds: float | None) -> socket.socket:
    """Raises: OSError, TimeoutError among them."""
    connected = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
    try:
        connected.settimeout(0)
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        async with asyncio.timeout(seconds):
            await asyncio.get_running_loop().sock_connect(connected, (address, port))
    except BaseException:
        connected.close()
        raise
    return connected
