"""The way out: httpx's transport, over connections of httpcore's, every one of which goes through the guard.

A transport of our own, not httpx's with another pool put in: that pool is a private name of httpx's, and were it ever
renamed, the guard would be gone without a word. Here there is no way around the guard, and a request goes out as it is.
"""

import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from functools import cache

import httpcore
import httpx

from monitor.fetch.guard import Guard, GuardedStream
from monitor.fetch.judge import IPNetwork
from monitor.fetch.self_test import PLANTED

LEAVING = "monitor.leaving"
"""The extension of every request that is called, and awaited, when it has a connection, right before it is sent."""
_KEPT_ALIVE = 64
"""Idle connections, of all hosts."""
_IDLE = 15.0
"""Seconds that a connection is kept for the next request to its host."""
_DEFAULT_PORTS = {b"http": 80, b"https": 443}

_Origin = tuple[bytes, bytes, int]
"""Scheme, host and port."""


class GuardedTransport(httpx.AsyncBaseTransport):
    """Sends requests to public addresses, and to those of `allowed` networks; `context` verifies certificates.

    Keeps the idle connections itself: httpcore's pool looks at all of them several times a request, and forgets those
    that a cancelled request has opened. No bound on connections in use, for the gate bounds them. httpcore's errors
    leave it as they are: `translate` knows them.
    """

    def __init__(self, allowed: Sequence[IPNetwork], context: ssl.SSLContext | None = None) -> None:
        self._guard = Guard(allowed, planted=PLANTED)
        self._certificates = context or _shared_context()
        # As every browser and library says; who does not say it is taken for a robot of another kind.
        self._certificates.set_alpn_protocols(["http/1.1"])
        self._idle: list[_Connection] = []
        """The one that was used longest ago first."""
        self._most_idle = _KEPT_ALIVE

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The answer, its body still to be read.

        Raises: Refusal from the guard, and httpcore's errors.
        """
        url = request.url
        port = url.port or _DEFAULT_PORTS[url.raw_scheme]
        origin = (url.raw_scheme, url.raw_host, port)
        connection = await self._kept(origin) or await self._opened(origin)
        try:
            await request.extensions[LEAVING]()
            answer = await connection.handle_async_request(
                httpcore.Request(
                    request.method,
                    httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=port, target=url.raw_path),
                    headers=request.headers.raw,
                    content=request.stream,
                    extensions=request.extensions,
                )
            )
        except BaseException:
            await connection.aclose()
            raise
        connection.guarded.expect_body()
        return httpx.Response(
            answer.status,
            headers=answer.headers,
            stream=_Stream(answer, connection, self._keep),
            extensions=answer.extensions,
        )

    async def aclose(self) -> None:
        """Close every connection, those in use at their end, and forget lookups that nobody waits for any more."""
        self._most_idle = 0
        await self._close_idle()
        self._guard.close()

    async def _opened(self, origin: _Origin) -> "_Connection":
        scheme, host, port = origin
        context = self._certificates if scheme == b"https" else None
        return _Connection(origin, await self._guard.connect(host.decode("ascii"), port, context))

    async def _kept(self, origin: _Origin) -> "_Connection | None":
        """An idle connection to the origin that is still good."""
        for connection in [each for each in reversed(self._idle) if each.origin == origin]:
            self._idle.remove(connection)
            if not connection.has_expired():
                return connection
            await connection.aclose()
        return None

    async def _keep(self, connection: "_Connection") -> None:
        self._idle.append(connection)
        await self._close_idle()

    async def _close_idle(self) -> None:
        """Close those that are too many or too old."""
        while self._idle and (len(self._idle) > self._most_idle or self._idle[0].has_expired()):
            await self._idle.pop(0).aclose()


class _Connection(httpcore.AsyncHTTP11Connection):
    """A connection of httpcore's, with what we need to know of it."""

    def __init__(self, origin: _Origin, stream: GuardedStream) -> None:
        super().__init__(httpcore.Origin(*origin), stream, keepalive_expiry=_IDLE)
        self.origin = origin
        self.guarded = stream

    def has_more(self) -> bool:
        """Whether the server sent more than its answer. httpcore would take that for the answer to the next request on
        the connection: every later document would come under the address of the one before.

        The bytes are in httpcore's private parts. Where they cannot be seen (another version) no connection is kept
        alive, which costs time, and a test fails.
        """
        try:
            data: bytes = self._h11_state.trailing_data[0]
        except AttributeError:
            return True
        return data != b""


class _Stream(httpx.AsyncByteStream):
    """The body of an answer of httpcore's; at its end its connection is kept if it can be, else closed."""

    def __init__(
        self, answer: httpcore.Response, connection: _Connection, keep: Callable[[_Connection], Awaitable[None]]
    ) -> None:
        self._answer = answer
        self._connection = connection
        self._keep = keep

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._answer.aiter_stream()

    async def aclose(self) -> None:
        try:
            await self._answer.aclose()
        finally:
            if self._connection.is_idle() and not self._connection.has_more():
                await self._keep(self._connection)
            else:
                await self._connection.aclose()


@cache
def _shared_context() -> ssl.SSLContext:
    """The system's certificates and certifi's; it costs 20 ms, so there is one."""
    return httpcore.default_ssl_context()
